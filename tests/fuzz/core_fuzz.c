// SPDX-License-Identifier: MIT
/* Bytes as the life of one node of two: datagrams (of a small grammar, or raw under the right key), time, ends of
 * scripts, orders.
 * Invariants: a step's actions end, the deadline does not stay in the past, no group is started where it runs, nothing
 * is started or stopped twice or before the state was handed over to be written, no start before the cluster is up or
 * while shutting down,
 * ACTION_STOPPED only once and when nothing runs.  What two nodes must not do to each other: pair_fuzz. */
#include <string.h>

#include "heartbeat/core/auth.h"
#include "heartbeat/core/codec.h"
#include "heartbeat/core/core.h"
#include "heartbeat/core/halves.h"
#include "tests/fuzz/fuzz.h"

enum { GROUPS = 3, MEDIA = 3, STEPS_MAX = 500, FRAME_MAX = 4096, ORIGIN_MS = 1000000 };

/* Made once: the configurations, one for each first byte. */
static struct ha_cf *confs[6];
static struct haresources *resources;
static struct authkeys keys;
static struct auth *auth;

struct life {
	struct reader in;
	struct core *core;
	const struct ha_cf *conf;
	struct mono now;
	enum { QUIET, STARTS, STOPS } script[GROUPS];
	bool runs[GROUPS], stuck[GROUPS];               /* stuck: a script reported that something may still run */
	bool fencing, leaving, written, gone;           /* written: ACTION_HOLDINGS in this step */
	unsigned steps, attempt;
	uint64_t seq, generation;                       /* of the peer */
	uint64_t hears_generation, hears_seq;           /* ours, as it would hear it */
	uint8_t last[CODEC_DATAGRAM_MAX];               /* our last datagram, to come back to us */
	size_t last_len;
};

static struct ha_cf *conf_of(const char *lines)
{
	static char text[512];
	struct writer w = writer_over(text, sizeof text);
	struct diags diags;
	writer_format(&w,
		"keepalive 1\ndeadtime 4\nwarntime 2\ninitdead 6\nbcast eth0 eth1\nping 10.0.0.9\nnode alpha beta\n%s",
		lines);
	diags_init(&diags, "ha.cf");
	struct ha_cf *conf = ha_cf_parse(writer_done(&w), "alpha", &diags);
	MUST(diags.errors == 0);
	diags_free(&diags);
	return conf;
}

static void set_up(void)
{
	static const char *const modes[] = {"auto_failback on\n", "auto_failback off\n", "auto_failback legacy\n",
		"auto_failback on\nstonith_host * null beta\n", "auto_failback off\nstonith_host * null beta\n",
		"auto_failback off\nmsgfmt netstring\ntraditional_compression yes\ncompression_threshold 1\n"};
	static const char *const nodes[] = {"alpha", "beta"};
	struct diags diags;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		confs[i] = conf_of(modes[i]);
	diags_init(&diags, "test");
	resources = haresources_parse(bytes_of("alpha web\nalpha www\nbeta db\n"), nodes, 2, &diags);
	authkeys_parse(bytes_of("auth 1\n1 sha1 FuzzKey\n"), &keys, &diags);
	MUST(diags.errors == 0 && resources->count == GROUPS);
	diags_free(&diags);
	auth = auth_new(&keys);
	MUST(auth);
}

static unsigned next(struct life *l)
{
	return reader_left(&l->in) ? (unsigned)reader_byte(&l->in) : 0;
}

/* --- what the core wants done --- */

static void act_group(struct life *l, const struct action *a)
{
	size_t g = a->group.group;
	MUST(g < GROUPS && l->written);
	if (a->kind == ACTION_GROUP_START) {
		MUST(!l->runs[g] && l->script[g] == QUIET && !l->leaving);
		l->runs[g] = true;
		l->script[g] = STARTS;
	} else {
		MUST(l->script[g] != STOPS);
		l->script[g] = STOPS;
	}
}

static void act_send(struct life *l, struct bytes data)
{
	static uint8_t arena[CODEC_UNCOMPRESSED_MAX];
	struct message m;
	struct decoded decoded;
	message_init(&m, arena, sizeof arena);
	MUST(codec_decode(data, auth, false, &m, &decoded) == CODEC_OK);
	memcpy(l->last, data.at, data.len);
	l->last_len = data.len;
	if (message_is(&m, "t", "status"))
		MUST(message_number(&m, "seq", 16, &l->hears_seq) &&
			message_number(&m, "hg", 16, &l->hears_generation));
}

static void act(struct life *l, const struct action *a)
{
	switch (a->kind) {
	case ACTION_SEND:
		act_send(l, a->send.data);
		break;
	case ACTION_GROUP_START:
	case ACTION_GROUP_STOP:
		act_group(l, a);
		break;
	case ACTION_GROUP_ANNOUNCE:
		MUST(l->runs[a->group.group]);
		break;
	case ACTION_HOLDINGS:
		l->written = true;
		break;
	case ACTION_REMEMBER:
		MUST(strcmp(a->remember.memory->name, "beta") == 0);
		break;
	case ACTION_FENCE:
		MUST(!l->fencing && a->fence.node == 1);
		l->fencing = true;
		l->attempt = a->fence.attempt;
		break;
	case ACTION_FENCE_CANCEL:
		MUST(a->fence.attempt == l->attempt);
		break;
	case ACTION_LOG:
		MUST(a->log.text && !strstr(a->log.text, "FuzzKey"));
		break;
	case ACTION_STOPPED:
		MUST(!l->gone && l->leaving);
		l->gone = true;
		for (size_t g = 0; g < GROUPS; g++)
			MUST(!l->runs[g] || l->stuck[g]);
		break;
	default:
		break;
	}
}

static void step(struct life *l, const struct event *event)
{
	struct action a;
	unsigned actions = 0;
	l->written = event->kind == EVENT_START; /* what was adopted is in the file already */
	core_step(l->core, (struct instant){l->now, (uint64_t)l->now.ns / 1000000000U}, event);
	while (core_action(l->core, &a)) {
		MUST(++actions <= 1024);
		act(l, &a);
	}
	struct node_view self;
	core_node_view(l->core, 0, &self);
	for (size_t g = 0; g < GROUPS; g++) {
		struct group_view view;
		core_group_view(l->core, g, &view);
		MUST((view.state == OWN_STARTING) == (l->script[g] == STARTS));
		MUST(l->script[g] != STARTS || !strcmp(self.status, "active"));
		MUST((view.state == OWN_STOPPING || view.state == OWN_UNKNOWN) == (l->script[g] == STOPS));
		MUST(l->runs[g] || (view.state != OWN_HELD && view.state != OWN_GIVING));
	}
	MUST(core_holdings(l->core));
}

/* Wake it whenever it wants, until then. */
static void pass(struct life *l, int64_t ms)
{
	struct mono until = mono_add(l->now, span_ms(ms));
	unsigned at_once = 0;
	while (!l->gone) {
		struct mono deadline = core_deadline(l->core);
		if (deadline.ns > until.ns || l->steps >= STEPS_MAX)
			break;
		at_once = deadline.ns > l->now.ns ? 0 : at_once + 1;
		MUST(at_once <= 2);
		if (deadline.ns > l->now.ns)
			l->now = deadline;
		l->steps++;
		step(l, &(struct event){.kind = EVENT_TIMER});
	}
	l->now = until;
}

/* --- what reaches it --- */

static const struct bytes peer_address = {(const uint8_t[]){10, 0, 0, 2}, 4};

static void hear(struct life *l, size_t medium, struct bytes data)
{
	step(l, &(struct event){
			.kind = EVENT_DATAGRAM, .datagram = {.medium = medium, .data = data, .from = peer_address}});
}

static void add_holdings(struct life *l, struct message *m)
{
	static const char letters[] = "nlfcashgrxu?";
	char text[256];
	struct writer w = writer_over(text, sizeof text);
	unsigned kind = next(l);
	message_add_decimal(m, "h4", 1);
	writer_format(&w, "%llx:%llx", (unsigned long long)(kind & 1 ? l->hears_generation : 0),
		(unsigned long long)(kind & 2   ? l->hears_seq
				     : kind & 4 ? 1
						: l->hears_seq / 2));
	message_add_bytes(m, FIELD_STRING, bytes_of("h4hears"), writer_done(&w));
	message_add_hex(m, "h4digest", kind & 8 ? resources->digest + 1 : resources->digest);
	w = writer_over(text, sizeof text);
	for (size_t g = 0; g < GROUPS; g++) {
		unsigned what = next(l);
		writer_format(&w, "%s%x:%c:%x", g ? " " : "", resources->groups[g].id, letters[what % 12], what / 12);
	}
	message_add_bytes(m, FIELD_STRING, bytes_of("h4hold"), writer_done(&w));
}

static void add_fields(struct life *l, struct message *m, const char *type)
{
	static const char *const halves[] = {"none", "local", "foreign", "all", "failback", "x"},
				 *const infos[] = {"me", "other", "done", "shutdown", "standby", "mach_down"};
	static const char *const statuses[] = {"init", "up", "active", "dead", "dancing"};
	unsigned what = next(l);
	if (!strcmp(type, "status")) {
		message_add(m, "st", statuses[what % 5]);
		if (what & 8)
			message_add_hex(m, "dt", what & 16 ? what * 1000 : 4000);
		message_add(m, "protocol", "1");
		if (what & 32)
			add_holdings(l, m);
	} else if (!strncmp(type, "NS_", 3)) {
		message_add(m, "dest", what & 1 ? "alpha" : "beta");
		message_add_decimal(m, "firstseq", what);
		message_add_decimal(m, "lastseq", (uint64_t)what * next(l) * next(l));
		message_add_hex(m, "ackseq", what);
	} else {
		message_add(m, "rsc_hold", halves[what % 6]);
		message_add(m, "info", infos[what / 6 % 6]);
		if (what & 64)
			message_add(m, "rtype", "full");
		message_add(m, "isstable", what & 128 ? "1" : "0");
		if (!strncmp(type, "ip-", 3)) {
			message_add(m, "ipaddr", resources->groups[what % GROUPS].key);
			message_add(m, "ok", "OK");
		}
		if (!strcmp(type, "repnodes") || !strcmp(type, "reqnodes") || !strcmp(type, "ip-request-resp"))
			message_add(m, "dest", "alpha");
	}
}

static void add_common(struct life *l, struct message *m, bool numbered)
{
	static const char *const names[] = {"beta", "beta", "beta", "beta", "beta", "alpha", "gamma", "10.0.0.9"};
	static const uint8_t uuids[2][16] = {{2}, {1}};
	unsigned what = next(l);
	message_add(m, "src", names[what % 8]);
	if (what & 8)
		message_add_bytes(m, FIELD_BINARY, bytes_of("srcuuid"), (struct bytes){uuids[what >> 4 & 1], 16});
	if ((what & 0xe0) == 0xe0)
		l->generation++, l->seq = 0;
	else if ((what & 0xe0) == 0xc0)
		l->seq += next(l);
	if (numbered)
		message_add_hex(m, "seq", (what & 0xe0) == 0xa0 && l->seq > 5 ? l->seq - next(l) % 5 : ++l->seq);
	message_add_hex(m, "hg", (what & 0xe0) == 0x80 ? l->generation - 1 : l->generation);
	message_add_hex(m, "ts", 1);
}

static void grammar(struct life *l, size_t medium)
{
	static const char *const types[] = {
		"status",
		"status",
		"status",
		"starting",
		"resource",
		"resource",
		"ask_resources",
		"ask_resources",
		"hb_takeover",
		"shutdone",
		"reqnodes",
		"repnodes",
		"ip-request",
		"ip-request-resp",
		"NS_rexmit",
		"NS_nak_rexmit",
		"NS_ackmsg",
		"num_ping_nodes",
	};
	static uint8_t arena[FRAME_MAX], out[2 * FRAME_MAX];
	struct message m;
	struct writer w = writer_over(out, sizeof out);
	const char *type = types[next(l) % (sizeof types / sizeof *types)];
	message_init(&m, arena, sizeof arena);
	message_add(&m, "t", type);
	add_fields(l, &m, type);
	add_common(l, &m, strncmp(type, "NS_", 3) != 0);
	if (!m.broken && codec_netstring(&m, auth, true, &w))
		hear(l, medium, writer_done(&w));
}

/* Whatever the bytes say, between the marks of a frame and under the right key. */
static void raw(struct life *l, size_t medium)
{
	static uint8_t out[2 * FRAME_MAX];
	char digest[AUTH_DIGEST_MAX + 1];
	struct writer w = writer_over(out, sizeof out);
	size_t len = next(l) + 256U * (next(l) % 4);
	struct bytes body = reader_take(&l->in, len < reader_left(&l->in) ? len : reader_left(&l->in));
	writer_text(&w, "###\n");
	writer_bytes(&w, body);
	MUST(auth_digest(auth, 1, (struct bytes){out + 4, w.len - 4}, digest) > 0);
	writer_format(&w, "%%%%%%\n1 %s", digest);
	hear(l, medium, writer_done(&w));
}

static void end_script(struct life *l, unsigned what)
{
	size_t g = what % GROUPS;
	if (l->script[g] == QUIET)
		return;
	bool starts = l->script[g] == STARTS, ok = what & 8, dirty = !ok && (!starts || what & 16);
	l->script[g] = QUIET;
	l->runs[g] = dirty || (ok && starts);
	l->stuck[g] = dirty;
	step(l, &(struct event){.kind = EVENT_GROUP_DONE,
			.group_done = {.group = g,
				.operation = starts ? GROUP_START : GROUP_STOP,
				.ok = ok,
				.still_active = dirty,
				.why = ok ? NULL : "fuzz"}});
}

static void say(struct life *l)
{
	static const char *const types[] = {
		"ask_resources", "hb_takeover", "addnode", "status", "num_ping_nodes", "NS_x"};
	static uint8_t arena[FRAME_MAX];
	struct message m;
	unsigned what = next(l);
	message_init(&m, arena, sizeof arena);
	message_add(&m, "t", types[what % 6]);
	message_add(&m, "rsc_hold", half_name((enum half)(what >> 4 & 3)));
	step(l, &(struct event){.kind = EVENT_MESSAGE, .message.message = &m});
}

static void happen(struct life *l)
{
	unsigned what = next(l), argument = next(l);
	pass(l, what & 0x80 ? (int64_t)argument * 20 : argument % 8);
	if (l->gone)
		return;
	switch (what % 16) {
	case 0:
		raw(l, argument % MEDIA);
		break;
	case 1:
		hear(l, argument % MEDIA, (struct bytes){l->last, l->last_len});
		break;
	case 2:
	case 3:
		end_script(l, argument);
		break;
	case 4:
		if (l->fencing) {
			l->fencing = false;
			step(l, &(struct event){
					.kind = EVENT_FENCE_DONE, 
					.fence_done = {.node = 1,
						.attempt = l->attempt,
						.result = (enum fence_result)(argument % FENCE_RESULTS)}});
		}
		break;
	case 5:
		step(l, &(struct event){.kind = EVENT_MOVE,
				.move = {.takeover = argument & 1,
					.half = (enum half)(argument >> 1 & 3),
					.id = argument}});
		break;
	case 6:
		say(l);
		break;
	case 7:
		l->now = mono_add(l->now, span_ms((int64_t)argument * 40));
		step(l, &(struct event){.kind = EVENT_STALLED, .stalled.gap = span_ms((int64_t)argument * 40)});
		break;
	case 8:
		if (argument != 8)
			break;
		l->leaving = true;
		step(l, &(struct event){.kind = EVENT_SHUTDOWN});
		break;
	case 9:
		pass(l, (int64_t)argument * 400);
		break;
	default:
		grammar(l, argument % MEDIA);
		break;
	}
}

static void adopt(struct life *l, unsigned what, struct adopted *adopted, size_t *count)
{
	for (size_t g = 0; g < GROUPS; g++)
		if (what >> g & 1) {
			adopted[(*count)++] =
				(struct adopted){.group_id = resources->groups[g].id, .epoch = g, .clean_up = what & 8};
			l->runs[g] = true;
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct life life;
	struct life *l = &life;
	struct adopted adopted[GROUPS];
	size_t count = 0;
	const char *why;
	if (!auth)
		set_up();
	if (size < 2 || size > FRAME_MAX)
		return 0;
	memset(l, 0, sizeof *l);
	l->in = reader_over((struct bytes){data, size});
	l->now = (struct mono){ORIGIN_MS * 1000000LL};
	l->generation = 5;
	l->conf = confs[next(l) % (sizeof confs / sizeof *confs)];
	adopt(l, next(l), adopted, &count);
	struct core_config config = {.conf = l->conf,
		.resources = resources,
		.keys = &keys,
		.node = "alpha",
		.uuid = {1},
		.generation = 7,
		.seed = 1,
		.adopted = adopted,
		.adopted_count = count};
	l->core = core_new(&config, &why);
	MUST(l->core);
	step(l, &(struct event){.kind = EVENT_START});
	while (reader_left(&l->in) && !l->gone && l->steps < STEPS_MAX)
		happen(l);
	pass(l, 8000);
	core_free(l->core);
	return 0;
}
