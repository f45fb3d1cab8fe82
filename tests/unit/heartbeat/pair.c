// SPDX-License-Identifier: MIT
#include "tests/unit/heartbeat/pair.h"

#include <ctype.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE_MAX = 1000, ACTIONS_MAX = 2000, GENERATION = 0x100 };

/* --- making --- */

static struct ha_cf *conf_of(const char *lines)
{
	static const char *const defaults[] = {"keepalive 1\n", "deadtime 4\n", "warntime 2\n", "initdead 10\n",
		"bcast eth0\n", "auto_failback off\n"};
	GString *text = g_string_new("");
	for (size_t i = 0; i < G_N_ELEMENTS(defaults); i++) {
		g_autofree char *word = g_strndup(defaults[i], strcspn(defaults[i], " ") + 1);
		if (!strstr(lines, word))
			g_string_append(text, defaults[i]);
	}
	g_string_append_printf(text, "%s%s", lines, strstr(lines, "node ") ? "" : "node alpha beta\n");
	struct diags diags;
	diags_init(&diags, "ha.cf");
	struct ha_cf *conf = ha_cf_parse(bytes_of(text->str), "alpha", &diags);
	assert_int_equal(diags.errors, 0);
	diags_free(&diags);
	g_string_free(text, TRUE);
	return conf;
}

static struct haresources *resources_of(const char *text)
{
	static const char *const nodes[] = {"alpha", "beta"};
	struct diags diags;
	diags_init(&diags, "haresources");
	struct haresources *resources = haresources_parse(bytes_of(text), nodes, 2, &diags);
	assert_int_equal(diags.errors, 0);
	diags_free(&diags);
	return resources;
}

struct pair *pair_new(const char *lines, const char *resources)
{
	static const char *const names[] = {"alpha", "beta"};
	struct pair *p = g_new0(struct pair, 1);
	struct diags diags;
	diags_init(&diags, "authkeys");
	authkeys_parse(bytes_of("auth 1\n1 sha1 " PAIR_KEY "\n2 md5 OtherSecret\n"), &p->keys, &diags);
	assert_int_equal(diags.errors, 0);
	diags_free(&diags);
	p->auth = auth_new(&p->keys);
	assert_non_null(p->auth);
	p->now = (struct mono){PAIR_ORIGIN_S * 1000000000LL};
	p->delay_ms = 1;
	for (int i = 0; i < SIDES; i++) {
		struct pair_side *s = &p->side[i];
		s->name = names[i];
		s->conf = conf_of(lines ? lines : "");
		s->resources = resources_of(resources ? resources : "alpha web\nbeta db\n");
		assert_true(s->resources->count <= PAIR_GROUPS_MAX);
		s->generation = GENERATION;
		s->uuid[0] = (uint8_t)(1 + i);
		s->script_ms = 20;
		s->fence_ms = -1;
		s->fence_at = MONO_FAR;
	}
	p->voice.generation = GENERATION;
	p->voice.uuid[0] = 2;
	p->voice.next_beat = MONO_FAR;
	return p;
}

void pair_resources(struct pair *p, int side, const char *text)
{
	haresources_free(p->side[side].resources);
	p->side[side].resources = resources_of(text);
}

void pair_free(struct pair *p)
{
	if (p->doubled && !p->may_double)
		pair_fails(p, "two owners, %u times\n", p->doubled);
	for (int i = 0; i < SIDES; i++) {
		core_free(p->side[i].core);
		ha_cf_free(p->side[i].conf);
		haresources_free(p->side[i].resources);
	}
	pair_lose_flight(p);
	for (size_t i = 0; i < p->record_count; i++) {
		g_free(p->records[i].text);
		g_free(p->records[i].data);
	}
	g_free(p->records);
	auth_free(p->auth);
	g_free(p);
}

/* --- what a core wants done --- */

static bool is_common(const char *name)
{
	static const char *const common[] = {"t", "src", "srcuuid", "destuuid", "seq", "hg", "ts", "ld", "ttl", "auth"};
	for (size_t i = 0; i < G_N_ELEMENTS(common); i++)
		if (strcmp(name, common[i]) == 0)
			return true;
	return false;
}

/* Decode the datagram as another node would.  Remember alpha's statuses for "@hears". */
static char *description(struct pair *p, int side, struct bytes data, struct message *m)
{
	static uint8_t arena[CODEC_UNCOMPRESSED_MAX];
	struct decoded decoded;
	message_init(m, arena, sizeof arena);
	assert_int_equal(codec_decode(data, p->auth, true, m, &decoded), CODEC_OK);
	GString *text = g_string_new("send ");
	struct bytes type = message_string(m, "t");
	g_string_append_len(text, (const char *)type.at, (gssize)type.len);
	for (size_t i = 0; i < m->count; i++) {
		const struct field *f = &m->fields[i];
		g_autofree char *name = g_strndup((const char *)f->name.at, f->name.len);
		if (!is_common(name) && f->type == FIELD_STRING)
			g_string_append_printf(text, " %s=%.*s", name, (int)f->value.len, (const char *)f->value.at);
	}
	if (side == ALPHA && message_is(m, "t", "status")) {
		assert_true(message_number(m, "hg", 16, &p->voice.hears_generation));
		assert_true(message_number(m, "seq", 16, &p->voice.hears_seq));
	}
	return g_string_free(text, FALSE);
}

static bool is_ping(const struct pair *p, size_t medium)
{
	return medium_is_ping(p->side[ALPHA].conf->media[medium].kind);
}

/* A serial line gets the same message as text, signed. */
static void check_text(struct pair *p, const struct pair_side *s, const struct action *a)
{
	static uint8_t arena[2][CODEC_UNCOMPRESSED_MAX];
	static struct message sent, text;
	struct decoded decoded;
	bool serial = false;

	for (size_t i = 0; i < s->conf->media_count; i++)
		serial |= s->conf->media[i].kind == MEDIUM_SERIAL;
	if (!serial) {
		assert_int_equal(a->send.text.len, 0);
		return;
	}
	message_init(&sent, arena[0], sizeof arena[0]);
	message_init(&text, arena[1], sizeof arena[1]);
	assert_int_equal(codec_decode(a->send.data, NULL, false, &sent, &decoded), CODEC_OK);
	assert_int_equal(codec_decode(a->send.text, p->auth, false, &text, &decoded), CODEC_OK);
	assert_int_equal(decoded.framing, FRAMING_TEXT);
	size_t n = 0;
	for (size_t i = 0; i < sent.count; i++) {
		if (bytes_equal_text(sent.fields[i].name, "auth"))
			continue;
		assert_true(n < text.count && bytes_equal(sent.fields[i].name, text.fields[n].name) &&
			bytes_equal(sent.fields[i].value, text.fields[n].value));
		n++;
	}
	assert_int_equal(n, text.count);
}

static void act_send(struct pair *p, int side, const struct action *a)
{
	struct pair_side *s = &p->side[side];
	struct bytes data = a->send.data;
	struct message m;
	struct pair_record *r = pair_note(p, side, description(p, side, data, &m));
	r->data = g_memdup2(data.at, data.len);
	r->len = data.len;
	check_text(p, s, a);
	if (s->cut || (p->loses && p->loses(p, side, &m)))
		return;
	if (s->lose) {
		s->lose--;
		return;
	}
	for (size_t medium = 0; medium < s->conf->media_count; medium++) {
		if (is_ping(p, medium))
			continue;
		if (s->conf->media[medium].kind == MEDIUM_SERIAL)
			data = a->send.text;
		assert_true(p->flight_count < PAIR_FLIGHT_MAX);
		p->flight[p->flight_count++] = (struct pair_flight){.at = mono_add(p->now, span_ms(p->delay_ms)),
			.to = SIDES - 1 - side,
			.medium = medium,
			.data = g_memdup2(data.at, data.len),
			.len = data.len};
	}
}

static void act_ping(struct pair *p, int side, const struct action *a)
{
	struct pair_record *r =
		pair_note(p, side, g_strdup_printf("ping %s", p->side[side].conf->media[a->send.medium].name));
	r->data = g_memdup2(a->send.data.at, a->send.data.len);
	r->len = a->send.data.len;
	size_t before = 0;
	for (size_t medium = 0; medium < a->send.medium; medium++)
		before += is_ping(p, medium);
	if (before >= p->side[side].pings_answer)
		return;
	assert_true(p->flight_count < PAIR_FLIGHT_MAX);
	p->flight[p->flight_count++] = (struct pair_flight){.at = mono_add(p->now, span_ms(p->delay_ms)),
		.to = side,
		.medium = a->send.medium,
		.data = g_memdup2(r->data, r->len),
		.len = r->len};
}

static void act_group(struct pair *p, int side, size_t g, enum group_operation operation)
{
	struct pair_side *s = &p->side[side];
	struct pair_script *script = &s->script[g];
	const char *key = s->resources->groups[g].key;
	pair_note(p, side, g_strdup_printf("do %s %s", operation == GROUP_START ? "start" : "stop", key));
	if (operation == GROUP_START) {
		if (script->runs || script->busy)
			pair_fails(p, "%s starts %s, which runs there\n", s->name, key);
		p->doubled += p->side[SIDES - 1 - side].script[g].runs;
		script->runs = true;
	}
	script->busy = true;
	script->operation = operation;
	script->done_at = mono_add(p->now, span_ms(s->script_ms));
}

static void act_log(struct pair *p, int side, const struct action *a)
{
	const char *text = a->log.text;
	size_t hex = 0;
	for (const char *at = text; *at; at++) {
		hex = isxdigit((unsigned char)*at) ? hex + 1 : 0;
		if (hex >= 32)
			pair_fails(p, "a digest is logged: %s\n", text);
	}
	if (strstr(text, PAIR_KEY) || strstr(text, "OtherSecret"))
		pair_fails(p, "a key is logged: %s\n", text);
	pair_note(p, side, g_strdup_printf("log %s %s", log_level_name(a->log.level), text));
}

static void act_hook(struct pair *p, int side, const struct action *a)
{
	GString *text = g_string_new("hook ");
	g_string_append(text, a->hook.name);
	for (size_t i = 0; i < CORE_HOOK_ENVIRONMENT && a->hook.environment[i]; i++)
		g_string_append_printf(text, " %s", a->hook.environment[i]);
	pair_note(p, side, g_string_free(text, FALSE));
}

static void act(struct pair *p, int side, const struct action *a)
{
	struct pair_side *s = &p->side[side];
	switch (a->kind) {
	case ACTION_SEND:
		act_send(p, side, a);
		break;
	case ACTION_PING:
		act_ping(p, side, a);
		break;
	case ACTION_GROUP_START:
		act_group(p, side, a->group.group, GROUP_START);
		break;
	case ACTION_GROUP_STOP:
		act_group(p, side, a->group.group, GROUP_STOP);
		break;
	case ACTION_GROUP_ANNOUNCE:
		pair_note(p, side, g_strdup_printf("do announce %s", s->resources->groups[a->group.group].key));
		break;
	case ACTION_FENCE:
		pair_note(p, side, 
			g_strdup_printf("do fence %s device %zu %s", a->fence.name, a->fence.device,
				a->fence.operation == FENCE_RESET ? "reset"
				: a->fence.operation == FENCE_OFF ? "off"
								  : "on"));
		s->fence_attempt = a->fence.attempt;
		s->fence_at = s->fence_ms < 0 ? MONO_FAR : mono_add(p->now, span_ms(s->fence_ms));
		break;
	case ACTION_FENCE_CANCEL:
		pair_note(p, side, g_strdup_printf("do cancel %s", a->fence.name));
		break;
	case ACTION_LOG:
		act_log(p, side, a);
		break;
	case ACTION_HOOK:
		act_hook(p, side, a);
		break;
	case ACTION_NOTIFY:
		pair_note(p, side,
			g_strdup_printf("notify %.*s", (int)a->notify.data.len, (const char *)a->notify.data.at));
		break;
	case ACTION_MOVE_DONE:
		pair_note(p, side,
			g_strdup_printf(
				"moved %u %s %s", a->move_done.id, a->move_done.ok ? "ok" : "not", a->move_done.text));
		break;
	case ACTION_HOLDINGS:
		pair_note(p, side, g_strdup("holdings"));
		break;
	case ACTION_REMEMBER:
		s->memory = *a->remember.memory;
		s->remembers = true;
		pair_note(p, side,
			g_strdup_printf("remember %s %" PRIx64 ":%" PRIx64 " %s %s", s->memory.name, s->memory.generation,
				s->memory.number, s->memory.spoke_native ? "native" : "classic",
				a->remember.soon ? "soon" : "later"));
		break;
	case ACTION_STOPPED:
		pair_note(p, side, g_strdup("gone"));
		s->gone = true;
		break;
	}
}

static struct instant instant_of(const struct pair *p)
{
	return (struct instant){p->now, PAIR_WALL_S + (uint64_t)(pair_ms(p) / 1000)};
}

static void carry_out(struct pair *p, int side)
{
	struct pair_side *s = &p->side[side];
	struct action a;
	unsigned actions = 0;
	while (core_action(s->core, &a)) {
		act(p, side, &a);
		if (++actions > ACTIONS_MAX)
			pair_fails(p, "the actions of %s do not end\n", s->name);
	}
	assert_int_equal(s->core->dropped_actions, 0);
	if (s->gone) {
		core_free(s->core);
		s->core = NULL;
	}
}

void pair_step(struct pair *p, int side, const struct event *event)
{
	core_step(p->side[side].core, instant_of(p), event);
	carry_out(p, side);
}

/* Scripts belong to groups, and the groups may have other places in the new file. */
static void move_scripts(struct pair_side *s, const struct haresources *old)
{
	struct pair_script before[PAIR_GROUPS_MAX];
	memcpy(before, s->script, sizeof before);
	memset(s->script, 0, sizeof s->script);
	for (size_t g = 0; g < s->resources->count; g++)
		for (size_t k = 0; k < old->count; k++)
			if (old->groups[k].id == s->resources->groups[g].id)
				s->script[g] = before[k];
}

const char *pair_reload(struct pair *p, int side, const char *lines, const char *resources, const char *keys)
{
	static char why[CORE_WHY_MAX];
	struct pair_side *s = &p->side[side];
	struct ha_cf *conf = s->conf;
	struct haresources *old = s->resources;
	struct authkeys parsed = p->keys;
	struct diags diags;
	diags_init(&diags, "authkeys");
	if (keys)
		authkeys_parse(bytes_of(keys), &parsed, &diags);
	assert_int_equal(diags.errors, 0);
	diags_free(&diags);
	s->conf = conf_of(lines ? lines : "");
	s->resources = resources_of(resources ? resources : "alpha web\nbeta db\n");
	assert_true(s->resources->count <= PAIR_GROUPS_MAX);
	struct core_config config = {
		.conf = s->conf, .resources = s->resources, .keys = &parsed, .node = s->name};
	struct core_change *change = core_prepare(s->core, &config, why);
	if (!change) {
		ha_cf_free(s->conf);
		haresources_free(s->resources);
		s->conf = conf;
		s->resources = old;
		pair_note(p, side, g_strdup_printf("reload refused: %s", why));
		return why;
	}
	pair_note(p, side, g_strdup("reload"));
	move_scripts(s, old);
	core_commit(s->core, change, instant_of(p));
	memset(&parsed, 0, sizeof parsed);
	ha_cf_free(conf);
	haresources_free(old);
	carry_out(p, side);
	return NULL;
}

/* --- time --- */

static bool lives(const struct pair_side *s)
{
	return s->core && !s->frozen;
}

void pair_timer(struct pair *p, int side)
{
	struct pair_side *s = &p->side[side];
	pair_step(p, side, &(struct event){.kind = EVENT_TIMER});
	if (!s->core || core_deadline(s->core).ns > p->now.ns)
		s->timers_at_once = 0;
	else if (++s->timers_at_once > 2)
		pair_fails(p, "the deadline of %s stays in the past\n", s->name);
}

static void script_done(struct pair *p, int side, size_t g)
{
	struct pair_script *script = &p->side[side].script[g];
	bool starts = script->operation == GROUP_START;
	unsigned *fails = starts ? &script->fail_starts : &script->fail_stops;
	bool ok = *fails == 0, dirty = !ok && (!starts || script->fail_dirty);
	*fails -= !ok && *fails < PAIR_ALWAYS;
	pair_group_done(p, side, g, script->operation, ok, dirty, ok ? NULL : "exit status 1");
}

void pair_group_done(
	struct pair *p, int side, size_t group, enum group_operation op, bool ok, bool still_active, const char *why)
{
	struct pair_script *script = &p->side[side].script[group];
	const char *key = p->side[side].resources->groups[group].key;
	script->busy = false;
	script->runs = still_active || (ok && op == GROUP_START);
	pair_note(p, side, g_strdup_printf("%s %s", !ok ? "failed" : op == GROUP_START ? "started" : "stopped", key));
	pair_step(p, side,
		&(struct event){.kind = EVENT_GROUP_DONE,
			.group_done = {
				.group = group, .operation = op, .ok = ok, .still_active = still_active, .why = why}});
}

void pair_fence_result(struct pair *p, int side, unsigned attempt, enum fence_result result)
{
	pair_step(p, side,
		&(struct event){.kind = EVENT_FENCE_DONE,
			.fence_done = {.node = (size_t)(SIDES - 1 - side), .attempt = attempt, .result = result}});
}

void pair_fence_done(struct pair *p, int side, bool ok)
{
	p->side[side].fence_at = MONO_FAR;
	if (ok && p->side[SIDES - 1 - side].core)
		pair_crash(p, SIDES - 1 - side);
	pair_fence_result(p, side, p->side[side].fence_attempt, ok ? FENCE_RESULT_OK : FENCE_RESULT_FAILED);
}

static bool side_now(struct pair *p, int side)
{
	struct pair_side *s = &p->side[side];
	if (!lives(s))
		return false;
	for (size_t g = 0; g < s->resources->count; g++)
		if (s->script[g].busy && !s->script[g].hang && mono_reached(p->now, s->script[g].done_at)) {
			script_done(p, side, g);
			return true;
		}
	if (mono_reached(p->now, s->fence_at)) {
		pair_fence_done(p, side, !s->fence_fails);
		return true;
	}
	if (!mono_reached(p->now, core_deadline(s->core)))
		return false;
	pair_timer(p, side);
	return true;
}

/* Something that is due now; false when nothing is. */
static bool happen(struct pair *p)
{
	for (size_t i = 0; i < p->flight_count; i++) {
		if (!mono_reached(p->now, p->flight[i].at) || p->side[p->flight[i].to].frozen)
			continue;
		struct pair_flight f = p->flight[i];
		memmove(&p->flight[i], &p->flight[i + 1], (p->flight_count - i - 1) * sizeof f);
		p->flight_count--;
		pair_datagram(p, f.to, f.medium, f.data, f.len);
		g_free(f.data);
		return true;
	}
	if (mono_reached(p->now, p->voice.next_beat) && p->voice.beat) {
		p->voice.next_beat = mono_add(p->now, p->side[ALPHA].conf->keepalive);
		pair_say(p, p->voice.beat);
		return true;
	}
	return side_now(p, ALPHA) || side_now(p, BETA);
}

static struct mono next_time(const struct pair *p)
{
	struct mono next = p->voice.beat ? p->voice.next_beat : MONO_FAR;
	for (size_t i = 0; i < p->flight_count; i++)
		if (!p->side[p->flight[i].to].frozen)
			next = mono_min(next, p->flight[i].at);
	for (int i = 0; i < SIDES; i++) {
		const struct pair_side *s = &p->side[i];
		if (!lives(s))
			continue;
		next = mono_min(mono_min(next, core_deadline(s->core)), s->fence_at);
		for (size_t g = 0; g < s->resources->count; g++)
			if (s->script[g].busy && !s->script[g].hang)
				next = mono_min(next, s->script[g].done_at);
	}
	return next;
}

static void run_to(struct pair *p, struct mono end, int side, const char *text)
{
	unsigned at_once = 0;
	while (!text || !pair_find(p, side, text)) {
		if (happen(p)) {
			if (++at_once > AT_ONCE_MAX)
				pair_fails(p, "time does not go on\n");
			continue;
		}
		struct mono next = next_time(p);
		if (next.ns > end.ns)
			break;
		at_once = next.ns > p->now.ns ? 0 : at_once;
		p->now = next.ns > p->now.ns ? next : p->now;
	}
	if (!text)
		p->now = end;
}

void pair_run(struct pair *p, int64_t ms)
{
	run_to(p, mono_add(p->now, span_ms(ms)), 0, NULL);
}

void pair_until(struct pair *p, int64_t limit_ms, int side, const char *text)
{
	run_to(p, mono_add(p->now, span_ms(limit_ms)), side, text);
	assert_seen(p, side, text);
}

/* --- lives and deaths --- */

void pair_boot_adopting(struct pair *p, int side, const struct adopted *adopted, size_t count)
{
	struct pair_side *s = &p->side[side];
	struct core_config config = {.conf = s->conf,
		.resources = s->resources,
		.keys = &p->keys,
		.node = s->name,
		.generation = ++s->generation,
		.seed = s->generation + (uint64_t)side,
		.adopted = adopted,
		.adopted_count = count,
		.remembered = s->remembers ? &s->memory : NULL};
	const char *why;
	assert_null(s->core);
	memcpy(config.uuid, s->uuid, sizeof config.uuid);
	s->core = core_new(&config, &why);
	if (!s->core)
		fail_msg("%s", why);
	s->gone = s->frozen = false;
	s->fence_at = MONO_FAR;
	pair_note(p, side, g_strdup_printf("boot %llx", (unsigned long long)s->generation));
	pair_step(p, side, &(struct event){.kind = EVENT_START});
}

void pair_boot(struct pair *p, int side)
{
	pair_boot_adopting(p, side, NULL, 0);
}

struct pair *pair_settled(const char *lines, const char *resources)
{
	struct pair *p = pair_new(lines, resources);
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 3000);
	for (size_t g = 0; g < p->side[ALPHA].resources->count; g++) {
		const struct group_conf *group = &p->side[ALPHA].resources->groups[g];
		assert_state(p, strcmp(group->home, "alpha") == 0 ? ALPHA : BETA, group->key, OWN_HELD);
	}
	pair_mark(p);
	return p;
}

void pair_lose_engine(struct pair *p, int side)
{
	core_free(p->side[side].core);
	p->side[side].core = NULL;
	for (size_t g = 0; g < PAIR_GROUPS_MAX; g++)
		p->side[side].script[g].busy = false;
	pair_note(p, side, g_strdup("the engine dies"));
}

void pair_crash(struct pair *p, int side)
{
	pair_lose_engine(p, side);
	for (size_t g = 0; g < PAIR_GROUPS_MAX; g++)
		p->side[side].script[g].runs = false;
}

void pair_freeze(struct pair *p, int side)
{
	p->side[side].frozen = true;
	pair_note(p, side, g_strdup("freezes"));
}

void pair_thaw(struct pair *p, int side)
{
	struct pair_side *s = &p->side[side];
	struct mono since = MONO_NEVER;
	for (size_t i = 0; i < p->record_count; i++)
		if (p->records[i].side == side && strcmp(p->records[i].text, "freezes") == 0)
			since = p->records[i].at;
	s->frozen = false;
	pair_note(p, side, g_strdup("thaws"));
	pair_step(p, side, &(struct event){.kind = EVENT_STALLED, .stalled.gap = mono_since(p->now, since)});
}

void pair_lose_flight(struct pair *p)
{
	while (p->flight_count)
		g_free(p->flight[--p->flight_count].data);
}

void pair_shutdown(struct pair *p, int side)
{
	pair_step(p, side, &(struct event){.kind = EVENT_SHUTDOWN});
}

void pair_move(struct pair *p, int side, bool takeover, enum half half, unsigned id)
{
	pair_step(p, side, &(struct event){.kind = EVENT_MOVE, .move = {.takeover = takeover, .half = half, .id = id}});
}
