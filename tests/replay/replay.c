// SPDX-License-Identifier: MIT
/* Passes a recording of "heartbeat --record FILE" (heartbeat/daemon/record.h) to a core, with the recorded times, and
 * prints what the core decides.  Starts nothing and sends nothing: the results of scripts come from the recording.
 *
 * usage: replay [-a AUTHKEYS] [-d] [FILE]         FILE may be gzipped; without FILE: standard input
 *   without -d   every action except statuses, with its time in seconds since the first event
 *   -d           only decisions, without times, for comparison: groups, fencing, and messages to the peer about them */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "heartbeat/core/auth.h"
#include "heartbeat/core/codec.h"
#include "heartbeat/core/core.h"
#include "heartbeat/core/event_text.h"
#include "lib/file.h"

enum { LINE = 4 * CODEC_DATAGRAM_MAX + 256, FILE_MAX = 1 << 20, STEPS_MAX = 1000000 };
static const int64_t origin_ns = 1000000000000; /* no time is 0, which means never */

struct replay {
	bool decisions;
	unsigned line;
	char *text;               /* the line being read */
	struct authkeys keys;
	struct auth *auth;        /* to read what the core sends */
	/* of one engine: from its start to the next one in the recording */
	char node[HA_CF_NAME_MAX];
	struct writer ha_cf, haresources, *into;
	uint8_t ha_cf_text[FILE_MAX], haresources_text[FILE_MAX];
	struct adopted adopted[HARESOURCES_GROUPS_MAX];
	struct core_config config;
	struct peer_memory remembered;
	struct ha_cf *conf;
	struct haresources *resources;
	struct core *core;
	struct instant now;
};

static struct replay r;
static uint8_t arena[CODEC_UNCOMPRESSED_MAX];

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "replay: line %u: %s\n", r.line, what);
	exit(2);
}

/* --- what the core decides --- */

static void print_time(void)
{
	if (!r.decisions)
		printf("%10.6f  ", (double)(r.now.mono.ns - origin_ns) / 1e9);
}

static void print_message(struct bytes datagram)
{
	static const char *const common[] = {"t", "src", "srcuuid", "destuuid", "seq", "hg", "ts", "ld", "ttl", "auth"};
	struct message m;
	struct decoded decoded;
	message_init(&m, arena, sizeof arena);
	if (codec_decode(datagram, r.auth, false, &m, &decoded) != CODEC_OK)
		die("the core sent a message that cannot be read");
	struct bytes type = message_string(&m, "t");
	bool housekeeping = strncmp((const char *)type.at, "NS_", 3) == 0 || message_is(&m, "t", "reqnodes") ||
	                    message_is(&m, "t", "repnodes");
	if (message_is(&m, "t", "status") || (r.decisions && housekeeping))
		return;
	print_time();
	printf("send %.*s", (int)type.len, (const char *)type.at);
	for (size_t i = 0; i < m.count; i++) {
		bool shown = m.fields[i].type == FIELD_STRING;
		for (size_t k = 0; k < sizeof common / sizeof *common; k++)
			shown = shown && !bytes_equal_text(m.fields[i].name, common[k]);
		if (shown)
			printf(" %.*s=%.*s", (int)m.fields[i].name.len, (const char *)m.fields[i].name.at,
				(int)m.fields[i].value.len, (const char *)m.fields[i].value.at);
	}
	putchar('\n');
}

static void print_line(const char *verb, const char *what)
{
	print_time();
	printf("%s%s%s\n", verb, *what ? " " : "", what);
}

static void print_action(const struct action *a)
{
	static const char *const levels[] = {[LOG_LEVEL_CRIT] = "CRIT",
		[LOG_LEVEL_ERROR] = "ERROR",
		[LOG_LEVEL_WARN] = "WARN",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug"};
	switch (a->kind) {
	case ACTION_SEND:
		print_message(a->send.data);
		break;
	case ACTION_GROUP_START:
		print_line("start", r.resources->groups[a->group.group].key);
		break;
	case ACTION_GROUP_STOP:
		print_line("stop", r.resources->groups[a->group.group].key);
		break;
	case ACTION_GROUP_ANNOUNCE:
		print_line("announce", r.resources->groups[a->group.group].key);
		break;
	case ACTION_FENCE:
		print_line("fence", a->fence.name);
		break;
	case ACTION_FENCE_CANCEL:
		print_line("cancel fencing", a->fence.name);
		break;
	case ACTION_MOVE_DONE:
		print_line(a->move_done.ok ? "moved:" : "not moved:", a->move_done.text);
		break;
	case ACTION_STOPPED:
		print_line("stopped", "");
		break;
	case ACTION_LOG:
		if (!r.decisions)
			print_line(levels[a->log.level], a->log.text);
		break;
	case ACTION_PING:
	case ACTION_HOOK:
	case ACTION_NOTIFY:
	case ACTION_HOLDINGS:
	case ACTION_REMEMBER:
		break;
	}
}

static void take_actions(void)
{
	struct action a;
	while (core_action(r.core, &a))
		print_action(&a);
}

static void step(const struct event *event)
{
	core_step(r.core, r.now, event);
	take_actions();
}

/* --- the recording --- */

/* The next word of the line, "" at the end. */
static const char *word(void)
{
	char *next = strsep(&r.text, " ");
	return next ? next : "";
}

static uint64_t number(int base)
{
	char *end;
	const char *text = word();
	errno = 0;
	uint64_t n = strtoull(text, &end, base);
	if (errno || *end || !*text)
		die("not a number");
	return n;
}

static const char *rest(void)
{
	return r.text ? r.text : "";
}

static void print_errors(const struct diags *d)
{
	char text[512];
	for (size_t i = 0; i < d->count; i++) {
		diag_format(d, i, text, sizeof text);
		if (d->list[i].severity == DIAG_ERROR)
			fprintf(stderr, "replay: %s\n", text);
	}
	if (d->errors)
		die("this configuration cannot be used");
}

/* The files as they were read last. */
static void read_files(void)
{
	struct diags d;
	diags_init(&d, "ha.cf");
	r.conf = ha_cf_parse(writer_done(&r.ha_cf), r.node, &d);
	print_errors(&d);
	diags_free(&d);
	diags_init(&d, "haresources");
	r.resources = haresources_parse(writer_done(&r.haresources), r.conf->nodes, r.conf->node_count, &d);
	print_errors(&d);
	diags_free(&d);
	r.config.conf = r.conf, r.config.resources = r.resources, r.config.keys = &r.keys, r.config.node = r.node;
}

static void reload(void)
{
	struct ha_cf *conf = r.conf;
	struct haresources *resources = r.resources;
	char why[CORE_WHY_MAX];
	read_files();
	struct core_change *change = core_prepare(r.core, &r.config, why);
	if (!change)
		die(why);
	core_commit(r.core, change, r.now);
	ha_cf_free(conf);
	haresources_free(resources);
	take_actions();
}

/* Timers first: all that come due before the event. */
static void take_event(void)
{
	struct mono at = {origin_ns + (int64_t)number(10)};
	uint64_t wall = number(10);
	unsigned steps = 0;
	for (struct mono due = core_deadline(r.core); due.ns < at.ns; due = core_deadline(r.core)) {
		if (due.ns > r.now.mono.ns)
			r.now.mono = due;
		step(&(struct event){.kind = EVENT_TIMER});
		if (++steps == STEPS_MAX)
			die("the core's deadline stays in the past");
	}
	r.now = (struct instant){.mono = at, .wall_s = wall};
	static struct event_memory memory;
	struct event_limits limits = {r.conf->media_count, r.resources->count, core_node_count(r.core)};
	struct event e;
	const char *wrong = event_decode(bytes_of(rest()), &limits, &memory, &e);
	if (wrong)
		die(wrong);
	if (e.kind == EVENT_RELOADED)
		reload();
	else
		step(&e);
}

/* --- one engine --- */

static void engine_end(void)
{
	core_free(r.core);
	if (r.resources)
		haresources_free(r.resources);
	if (r.conf)
		ha_cf_free(r.conf);
	r.core = NULL, r.resources = NULL, r.conf = NULL;
}

static void engine_new(void)
{
	engine_end();
	r.config = (struct core_config){.adopted = r.adopted};
	r.into = NULL;
	r.now = (struct instant){.mono = {origin_ns}};
}

static void engine_begin(void)
{
	read_files();
	const char *why;
	r.core = core_new(&r.config, &why);
	if (!r.core)
		die(why);
}

static void read_uuid(const char *hex, uint8_t uuid[16])
{
	for (size_t i = 0; i < 16; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &uuid[i]) != 1)
			die("the uuid is not 32 hex digits");
}

static void read_peer(void)
{
	struct peer_memory *m = &r.remembered;
	*m = (struct peer_memory){.has_uuid = false};
	(void)snprintf(m->name, sizeof m->name, "%s", word());
	m->generation = number(10);
	m->number = number(10);
	uint64_t flags = number(10);
	m->spoke_native = flags & 1;
	m->alone = flags >> 1 & 1;
	m->heard = flags >> 2 & 1;
	m->fenced = flags >> 3 & 1;
	m->has_uuid = *rest() != '\0';
	if (m->has_uuid)
		read_uuid(rest(), m->uuid);
	r.config.remembered = m;
}

static void read_adopted(void)
{
	if (r.config.adopted_count == HARESOURCES_GROUPS_MAX)
		die("too many adopted groups");
	struct adopted *a = &r.adopted[r.config.adopted_count++];
	a->group_id = (uint32_t)number(16);
	a->epoch = number(10);
	uint64_t to_stop = number(10);
	a->clean_up = to_stop != 0;
	a->unverified = to_stop == 2;
}

static void read_line(char *text)
{
	r.text = text;
	if (*text == '\t' && r.into) {
		writer_format(r.into, "%s\n", text + 1);
		return;
	}
	if (r.core && *text >= '0' && *text <= '9') {
		take_event();
		return;
	}
	const char *name = word();
	if (strcmp(name, "heartbeat") == 0)
		engine_new();
	else if (strcmp(name, "node") == 0)
		(void)snprintf(r.node, sizeof r.node, "%s", rest());
	else if (strcmp(name, "uuid") == 0)
		read_uuid(rest(), r.config.uuid);
	else if (strcmp(name, "generation") == 0)
		r.config.generation = number(10);
	else if (strcmp(name, "seed") == 0)
		r.config.seed = number(10);
	else if (strcmp(name, "peer") == 0)
		read_peer();
	else if (strcmp(name, "adopt") == 0)
		read_adopted();
	else if (strcmp(name, "ha.cf") == 0)
		*(r.into = &r.ha_cf) = writer_over(r.ha_cf_text, sizeof r.ha_cf_text);
	else if (strcmp(name, "haresources") == 0)
		*(r.into = &r.haresources) = writer_over(r.haresources_text, sizeof r.haresources_text);
	else if (strcmp(name, "begin") == 0)
		engine_begin();
	else
		die("not a recording of heartbeat");
}

static void read_keys(const char *path)
{
	char *text;
	size_t len;
	struct diags d;
	if (file_read(path, FILE_MAX, &text, &len, NULL) != 0)
		die("the authkeys cannot be read");
	diags_init(&d, path);
	authkeys_parse((struct bytes){(const uint8_t *)text, len}, &r.keys, &d);
	print_errors(&d);
	diags_free(&d);
	free(text);
	r.auth = auth_new(&r.keys);
	if (!r.auth)
		die("the authkeys cannot be used");
}

int main(int argc, char **argv)
{
	static char text[LINE];
	const char *keys = SYSCONFDIR "/ha.d/authkeys";
	for (int option; (option = getopt(argc, argv, "a:d")) != -1;) {
		if (option == '?')
			return 2;
		if (option == 'a')
			keys = optarg;
		else
			r.decisions = true;
	}
	read_keys(keys);
	gzFile in = optind < argc ? gzopen(argv[optind], "rb") : gzdopen(dup(0), "rb");
	if (!in)
		die("the recording cannot be opened");
	while (gzgets(in, text, sizeof text)) {
		r.line++;
		text[strcspn(text, "\n")] = 0;
		read_line(text);
	}
	if (!r.core)
		die("the recording has no start of an engine");
	(void)gzclose(in);
	engine_end();
	auth_free(r.auth);
	return 0;
}
