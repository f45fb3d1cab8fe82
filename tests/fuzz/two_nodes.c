// SPDX-License-Identifier: MIT
#include "tests/fuzz/two_nodes.h"

#include <string.h>

#include "heartbeat/core/auth.h"
#include "heartbeat/core/codec.h"
#include "tests/fuzz/fuzz.h"

static struct ha_cf *confs[SIDES][2];
static struct haresources *resources;
static struct authkeys keys;
static struct auth *auth;

struct world world;

/* --- made once --- */

static struct ha_cf *conf_of(const char *node, const char *lines)
{
	static char text[512];
	struct writer w = writer_over(text, sizeof text);
	struct diags diags;
	writer_format(&w, "keepalive 1\ndeadtime %d\nwarntime 2\ninitdead %d\nbcast eth0\nnode alpha beta\n%s",
		DEADTIME_MS / 1000, INITDEAD_MS / 1000, lines);
	diags_init(&diags, "ha.cf");
	struct ha_cf *conf = ha_cf_parse(writer_done(&w), node, &diags);
	MUST(diags.errors == 0);
	diags_free(&diags);
	return conf;
}

static const char *const names[SIDES] = {"alpha", "beta"};

static void set_up(void)
{
	struct diags diags;
	for (int i = 0; i < SIDES; i++) {
		confs[i][0] = conf_of(names[i], "auto_failback off\n");
		confs[i][1] = conf_of(names[i], "auto_failback on\n");
	}
	diags_init(&diags, "test");
	resources = haresources_parse(bytes_of("alpha web\nalpha www\nbeta db\n"), names, SIDES, &diags);
	authkeys_parse(bytes_of("auth 1\n1 crc\n"), &keys, &diags);
	MUST(diags.errors == 0 && resources->count == GROUPS);
	diags_free(&diags);
	auth = auth_new(&keys);
	MUST(auth);
}

static struct mono mono_at(int64_t ms)
{
	return (struct mono){(ORIGIN_MS + ms) * 1000000};
}

bool place_occupied(const struct place *p)
{
	return p->runs || p->script != QUIET;
}

/* --- the wire --- */

/* Bits of the groups that "ID:LETTER:EPOCH ..." claims. */
static unsigned holds_of(struct bytes text)
{
	unsigned holds = 0;
	char line[256];
	MUST(bytes_to_text(text, line, sizeof line));
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
		char *end;
		unsigned long id = strtoul(word, &end, 16);
		for (size_t g = 0; g < GROUPS; g++)
			if (resources->groups[g].id == id && end[0] == ':' && strchr("shgrxu", end[1]))
				holds |= 1U << g;
	}
	return holds;
}

static void send(int from, struct bytes data)
{
	static uint8_t arena[CODEC_DATAGRAM_MAX];
	struct side *s = &world.sides[from];
	struct message m;
	struct decoded decoded;
	if (data.len > DATAGRAM || world.flight_count == FLIGHTS || (world.cut >> from & 1))
		return;
	if (s->lose > 0) {
		s->lose--;
		world.disturbed = world.now;
		return;
	}
	struct flight *f = &world.flights[world.flight_count++];
	*f = (struct flight){.to = 1 - from,
		.life = s->life,
		.sent = world.now,
		.at = world.now + DELAY_MS + s->late,
		.len = data.len};
	if (s->late > 0)
		world.disturbed = f->at;
	s->late = 0;
	memcpy(f->data, data.at, data.len);
	message_init(&m, arena, sizeof arena);
	MUST(codec_decode(data, auth, false, &m, &decoded) == CODEC_OK);
	if (!message_is(&m, "t", "status"))
		return;
	MUST(message_number(&m, "seq", 16, &f->seq));
	f->holds = holds_of(message_string(&m, "h4hold"));
}

/* What the receiver can know from now on. */
static void note_heard(struct side *s, const struct side *peer, const struct flight *f)
{
	s->heard_any = true;
	if (f->seq == 0 || f->life != peer->life || !peer->core)
		return;
	if (s->heard_life == f->life && f->seq <= s->heard_seq)
		return;
	s->heard_life = f->life;
	s->heard_seq = f->seq;
	for (size_t g = 0; g < GROUPS; g++)
		if (f->holds >> g & 1) {
			s->places[g].claim_sent = f->sent;
			s->places[g].claim_heard = world.now;
		}
}

/* --- what a core wants done --- */

static void act_start(int side, size_t g)
{
	struct side *s = &world.sides[side];
	struct place *p = &s->places[g];
	const struct place *theirs = &world.sides[1 - side].places[g];
	MUST(!p->runs && p->script == QUIET && s->written);
	MUST(!s->leaving);
	MUST(s->heard_any || world.now - s->booted >= INITDEAD_MS - 10);
	bool informed = p->claim_sent >= theirs->since && world.now - p->claim_heard < DEADTIME_MS / 100 * 97 - 50;
	bool settled = world.cut == 0 && !world.sides[1 - side].frozen && world.now - world.disturbed > SETTLED_MS;
	MUST((!informed && !settled) || !place_occupied(theirs) || !world.sides[1 - side].core);
	p->runs = true;
	p->script = STARTS;
	p->since = world.now;
	p->done = world.now + SCRIPT_MS;
}

static void act(int side, const struct action *a)
{
	struct side *s = &world.sides[side];
	struct place *p =
		a->kind == ACTION_GROUP_START || a->kind == ACTION_GROUP_STOP || a->kind == ACTION_GROUP_ANNOUNCE
			? &s->places[a->group.group]
			: NULL;
	switch (a->kind) {
	case ACTION_SEND:
		send(side, a->send.data);
		break;
	case ACTION_GROUP_START:
		act_start(side, a->group.group);
		break;
	case ACTION_GROUP_STOP:
		MUST(p->script != STOPS && s->written);
		p->script = STOPS;
		p->done = world.now + SCRIPT_MS;
		break;
	case ACTION_GROUP_ANNOUNCE:
		MUST(p->runs);
		break;
	case ACTION_HOLDINGS:
		s->written = true;
		break;
	case ACTION_REMEMBER:
		break;
	case ACTION_STOPPED:
		MUST(s->leaving && !s->gone);
		s->gone = true;
		for (size_t g = 0; g < GROUPS; g++)
			MUST(!s->places[g].runs || s->places[g].stuck);
		break;
	case ACTION_FENCE:
		MUST(false); /* no node here is configured to */
		break;
	default:
		break;
	}
}

static void lose_core(int side)
{
	core_free(world.sides[side].core);
	world.sides[side].core = NULL;
	world.sides[side].frozen = false;
}

void world_step(int side, const struct event *event)
{
	struct side *s = &world.sides[side];
	struct action a;
	unsigned actions = 0;
	world.steps++;
	s->written = event->kind == EVENT_START; /* what was adopted is written at boot */
	core_step(s->core, (struct instant){mono_at(world.now), 1}, event);
	while (core_action(s->core, &a)) {
		MUST(++actions <= 512);
		act(side, &a);
	}
	for (size_t g = 0; g < GROUPS; g++) {
		struct group_view view;
		core_group_view(s->core, g, &view);
		MUST((view.state == OWN_STARTING) == (s->places[g].script == STARTS));
		MUST((view.state == OWN_STOPPING || view.state == OWN_UNKNOWN) == (s->places[g].script == STOPS));
		MUST(s->places[g].runs ||
			(view.state != OWN_HELD && view.state != OWN_GIVING && view.state != OWN_STUCK));
	}
	if (s->gone)
		lose_core(side);
}

/* --- time --- */

static void end_script(int side, size_t g)
{
	struct place *p = &world.sides[side].places[g];
	bool starts = p->script == STARTS, ok = p->manner == WELL, dirty = !ok && (!starts || p->manner == FAILS_DIRTY);
	world.trouble |= !ok;
	p->manner = WELL;
	p->script = QUIET;
	p->runs = dirty || (ok && starts);
	p->stuck = dirty;
	world_step(side, &(struct event){.kind = EVENT_GROUP_DONE,
				 .group_done = {.group = g,
					 .operation = starts ? GROUP_START : GROUP_STOP,
					 .ok = ok,
					 .still_active = dirty,
					 .why = ok ? NULL : "fuzz"}});
}

static const struct bytes peer_address = {(const uint8_t[]){10, 0, 0, 2}, 4};

static void deliver(size_t nth)
{
	static struct flight f; /* a step may send, which moves the others */
	f = world.flights[nth];
	world.flights[nth] = world.flights[--world.flight_count];
	struct side *s = &world.sides[f.to];
	world.old[world.old_count++ % OLD] = f;
	if (!s->core)
		return;
	note_heard(s, &world.sides[1 - f.to], &f);
	world_step(f.to, &(struct event){.kind = EVENT_DATAGRAM,
	                                 .datagram = {.medium = 0, .data = {f.data, f.len}, .from = peer_address}});
}

static void thaw(int side)
{
	struct side *s = &world.sides[side];
	int64_t gap = world.now - s->frozen_at;
	world.disturbed = world.now;
	s->frozen = false;
	world_step(side, &(struct event){.kind = EVENT_STALLED, .stalled.gap = span_ms(gap)});
	for (size_t g = 0; s->core && gap > DEADTIME_MS && g < GROUPS; g++)
		MUST(!s->places[g].runs || s->places[g].script == STOPS);
}

/* Something of one node that is due; false when nothing is. */
static bool side_now(int side)
{
	struct side *s = &world.sides[side];
	if (!s->core)
		return false;
	if (s->frozen && world.now < s->thaw)
		return false;
	if (s->frozen) {
		thaw(side);
		return true;
	}
	for (size_t g = 0; g < GROUPS; g++)
		if (s->places[g].script != QUIET && s->places[g].manner != HANGS && world.now >= s->places[g].done) {
			end_script(side, g);
			return true;
		}
	if (!mono_reached(mono_at(world.now), core_deadline(s->core)))
		return false;
	world_step(side, &(struct event){.kind = EVENT_TIMER});
	bool late = s->core && mono_reached(mono_at(world.now), core_deadline(s->core));
	s->at_once = late ? s->at_once + 1 : 0;
	MUST(s->at_once <= 2);
	return true;
}

static bool happens_now(void)
{
	size_t next = FLIGHTS;
	for (size_t i = 0; i < world.flight_count; i++)
		if (world.flights[i].at <= world.now && !world.sides[world.flights[i].to].frozen &&
			(next == FLIGHTS || world.flights[i].at < world.flights[next].at))
			next = i;
	if (next < FLIGHTS) {
		deliver(next);
		return true;
	}
	return side_now(0) || side_now(1);
}

static int64_t next_time(int64_t until)
{
	int64_t next = until;
	for (size_t i = 0; i < world.flight_count; i++)
		if (!world.sides[world.flights[i].to].frozen && world.flights[i].at < next)
			next = world.flights[i].at;
	for (int i = 0; i < SIDES; i++) {
		const struct side *s = &world.sides[i];
		if (!s->core)
			continue;
		int64_t due =
			s->frozen
				? s->thaw
				: mono_since(mono_add(core_deadline(s->core), span_ms(0)), mono_at(0)).ns / 1000000 + 1;
		next = due < next ? due : next;
		for (size_t g = 0; !s->frozen && g < GROUPS; g++)
			if (s->places[g].script != QUIET && s->places[g].manner != HANGS && s->places[g].done < next)
				next = s->places[g].done;
	}
	return next > world.now ? next : world.now + 1;
}

void world_run(int64_t ms)
{
	int64_t until = world.now + ms;
	while (world.steps < STEPS_MAX) {
		if (happens_now())
			continue;
		if (world.now >= until)
			break;
		world.now = next_time(until);
	}
}

/* --- lives --- */

void world_boot(int side, bool adopting, bool clean_up)
{
	struct side *s = &world.sides[side];
	struct adopted adopted[GROUPS];
	struct group_view view;
	size_t count = 0;
	const char *why;
	world.disturbed = world.now;
	for (size_t g = 0; g < GROUPS; g++) {
		struct place *p = &s->places[g];
		if (adopting && p->runs) {
			core_group_view(s->core, g, &view);
			adopted[count++] = (struct adopted){.group_id = resources->groups[g].id,
				.epoch = view.epoch,
				.clean_up = clean_up || p->script != QUIET || p->stuck};
		}
		*p = (struct place){.runs = adopting && p->runs,
			.since = adopting ? p->since : world.now,
			.claim_sent = NEVER,
			.claim_heard = NEVER,
			.done = world.now + SCRIPT_MS};
	}
	if (s->core)
		lose_core(side);
	*s = (struct side){
		.life = s->life + 1, .booted = world.now, .places = {s->places[0], s->places[1], s->places[2]}};
	struct core_config config = {.conf = confs[side][world.failback],
		.resources = resources,
		.keys = &keys,
		.node = names[side],
		.uuid = {(uint8_t)(side + 1)},
		.generation = s->life,
		.seed = s->life,
		.adopted = adopted,
		.adopted_count = count};
	s->core = core_new(&config, &why);
	MUST(s->core);
	world_step(side, &(struct event){.kind = EVENT_START});
}

void world_crash(int side)
{
	struct side *s = &world.sides[side];
	lose_core(side);
	for (size_t g = 0; g < GROUPS; g++)
		s->places[g] = (struct place){.claim_sent = NEVER, .claim_heard = NEVER};
}

void world_play_again(size_t which, int64_t late)
{
	if (world.old_count == 0 || world.flight_count == FLIGHTS)
		return;
	size_t kept = world.old_count < OLD ? world.old_count : OLD;
	struct flight *f = &world.flights[world.flight_count++];
	world.disturbed = world.now + late;
	*f = world.old[which % kept];
	f->at = world.now + late;
}

void world_begin(bool failback)
{
	if (!auth)
		set_up();
	world.now = world.disturbed = 0;
	world.steps = world.cut = 0;
	world.flight_count = world.old_count = 0;
	world.failback = failback;
	world.trouble = false;
	memset(world.sides, 0, sizeof world.sides);
	for (int i = 0; i < SIDES; i++)
		world_boot(i, false, false);
}

void world_end(void)
{
	for (int i = 0; i < SIDES; i++)
		lose_core(i);
}
