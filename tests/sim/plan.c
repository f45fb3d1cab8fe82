// SPDX-License-Identifier: MIT
/* Draws plans, prints them and reads them: which faults happen, and when, as text that a person can read, edit and
 * replay. */
#include "tests/sim/sim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bytes.h"
#include "heartbeat/core/halves.h"

enum {
	LONG_SPAN_MS = 40000,
	PRIORITY_DELAY_MS = 5000, /* longer than a device takes without FAULT_FENCE_SLOW: node.c */
};
enum shape { WITH_NODE = 1, WITH_MEDIUM = 2, WITH_GROUP = 4, WITH_SPAN = 8, WITH_VALUE = 16, WITH_HALF = 32 };

/* A seed switches a whole class of faults on or off.  Therefore most seeds have few kinds of faults, but many of each
 * kind. */
enum class {
	CLASS_CRASH,
	CLASS_ENGINE,
	CLASS_FREEZE,
	CLASS_STOP,
	CLASS_MOVE,
	CLASS_CUT,
	CLASS_DEAF,
	CLASS_NOISE,
	CLASS_SCRIPT,
	CLASS_WALL,
	CLASS_FENCE,
	CLASS_ENGINE_PROCESS,
	CLASS_GUARDIAN,
	CLASS_OPEN,
	CLASS_FILES,
	CLASSES,
	CLASS_NEVER = CLASSES, /* no seed draws it */
};

static const struct fault_row {
	const char *name;
	unsigned fields;
	enum class class;
	int64_t span_low, span_high, value_low, value_high; /* ms; most spans are short: draw_span */
} rows[FAULT_KINDS] = {
	[FAULT_CRASH] = {"crash", WITH_NODE | WITH_SPAN, CLASS_CRASH, 0, 300000, 0, 0},
	[FAULT_ENGINE] = {"engine", WITH_NODE | WITH_SPAN, CLASS_ENGINE, 0, 300, 0, 0},
	[FAULT_FREEZE] = {"freeze", WITH_NODE | WITH_SPAN, CLASS_FREEZE, 50, 60000, 0, 0},
	[FAULT_SUSPEND] = {"suspend", WITH_NODE | WITH_SPAN, CLASS_FREEZE, 50, 60000, 0, 0},
	[FAULT_STOP] = {"stop", WITH_NODE | WITH_SPAN, CLASS_STOP, 0, 40000, 0, 0},
	[FAULT_STANDBY] = {"standby", WITH_NODE | WITH_HALF, CLASS_MOVE, 0, 0, 0, 0},
	[FAULT_TAKEOVER] = {"takeover", WITH_NODE | WITH_HALF, CLASS_MOVE, 0, 0, 0, 0},
	[FAULT_CUT] = {"cut", WITH_MEDIUM | WITH_SPAN, CLASS_CUT, 50, 40000, 0, 0},
	[FAULT_DEAF] = {"deaf", WITH_NODE | WITH_MEDIUM | WITH_SPAN, CLASS_DEAF, 50, 40000, 0, 0},
	[FAULT_LOSS] = {"loss", WITH_MEDIUM | WITH_SPAN | WITH_VALUE, CLASS_NOISE, 1000, 60000, 10, 400},
	[FAULT_DUPLICATE] = {"duplicate", WITH_MEDIUM | WITH_SPAN | WITH_VALUE, CLASS_NOISE, 1000, 60000, 10, 500},
	[FAULT_DELAY] = {"delay", WITH_MEDIUM | WITH_SPAN | WITH_VALUE, CLASS_NOISE, 1000, 60000, 1, 800},
	[FAULT_REPLAY] = {"replay", WITH_MEDIUM | WITH_SPAN | WITH_VALUE, CLASS_NOISE, 1000, 60000, 10, 300},
	[FAULT_CORRUPT] = {"corrupt", WITH_MEDIUM | WITH_SPAN | WITH_VALUE, CLASS_NOISE, 1000, 60000, 10, 300},
	[FAULT_START_FAIL] = {"start-fail", WITH_NODE | WITH_GROUP | WITH_SPAN, CLASS_SCRIPT, 1000, 30000, 0, 0},
	[FAULT_START_HANG] = {"start-hang", WITH_NODE | WITH_GROUP | WITH_SPAN, CLASS_SCRIPT, 1000, 20000, 0, 0},
	[FAULT_START_DIRTY] = {"start-dirty", WITH_NODE | WITH_GROUP | WITH_SPAN, CLASS_SCRIPT, 1000, 20000, 0, 0},
	[FAULT_STOP_FAIL] = {"stop-fail", WITH_NODE | WITH_GROUP | WITH_SPAN, CLASS_SCRIPT, 1000, 20000, 0, 0},
	[FAULT_STOP_HANG] = {"stop-hang", WITH_NODE | WITH_GROUP | WITH_SPAN, CLASS_SCRIPT, 1000, 20000, 0, 0},
	[FAULT_WALL] = {"wall", WITH_NODE | WITH_VALUE, CLASS_WALL, 0, 0, -7200, 7200},
	[FAULT_FENCE_FAIL] = {"fence-fail", WITH_SPAN, CLASS_FENCE, 1000, 30000, 0, 0},
	[FAULT_CLOG] = {"clog", WITH_MEDIUM | WITH_SPAN, CLASS_CUT, 50, 20000, 0, 0},
	[FAULT_SLOW] = {"slow", WITH_NODE | WITH_SPAN | WITH_VALUE, CLASS_FREEZE, 1000, 30000, 20, 1500},
	[FAULT_POWER_WRITING] = {"power-writing", WITH_NODE | WITH_SPAN, CLASS_CRASH, 0, 60000, 0, 0},
	[FAULT_ENGINE_WRITING] = {"engine-writing", WITH_NODE | WITH_SPAN, CLASS_ENGINE, 0, 300, 0, 0},
	[FAULT_RELOAD] = {"reload", WITH_NODE | WITH_VALUE, CLASS_MOVE, 0, 0, 0, CHANGES - 1},
	[FAULT_PING_LOST] = {"ping-lost", WITH_NODE | WITH_SPAN, CLASS_DEAF, 1000, 60000, 0, 0},
	[FAULT_START_LIE] = {"start-lie", WITH_NODE | WITH_GROUP | WITH_SPAN, CLASS_SCRIPT, 1000, 20000, 0, 0},
	[FAULT_DIE] = {"die", WITH_NODE | WITH_GROUP, CLASS_SCRIPT, 0, 0, 0, 0},
	[FAULT_FENCE_SLOW] = {"fence-slow", WITH_SPAN | WITH_VALUE, CLASS_FENCE, 1000, 60000, 1000, 20000},
	[FAULT_FAIL] = {"fail", WITH_NODE | WITH_GROUP, CLASS_SCRIPT, 0, 0, 0, 0},
	[FAULT_HINDER] = {"hinder", WITH_NODE | WITH_GROUP | WITH_SPAN, CLASS_SCRIPT, 500, 60000, 0, 0},
	[FAULT_HANG] = {"hang", WITH_NODE | WITH_SPAN, CLASS_ENGINE_PROCESS, 50, 60000, 0, 0},
	[FAULT_GUARDIAN] = {"guardian", WITH_NODE, CLASS_GUARDIAN, 0, 0, 0, 0},
	[FAULT_GUARDIAN_HANG] = {"guardian-hang", WITH_NODE | WITH_SPAN, CLASS_GUARDIAN, 50, 60000, 0, 0},
	[FAULT_BOTH] = {"both", WITH_NODE | WITH_SPAN, CLASS_GUARDIAN, 0, 60000, 0, 0},
	[FAULT_NO_ENGINE] = {"no-engine", WITH_NODE | WITH_SPAN, CLASS_ENGINE_PROCESS, 50, 60000, 0, 0},
	[FAULT_ENGINE_STUCK] = {"engine-stuck", WITH_NODE | WITH_SPAN, CLASS_ENGINE_PROCESS, 50, 60000, 0, 0},
	[FAULT_REEXEC] = {"reexec", WITH_NODE, CLASS_GUARDIAN, 0, 0, 0, 0},
	[FAULT_ORPHAN] = {"orphan", WITH_NODE | WITH_SPAN, CLASS_ENGINE_PROCESS, 1000, 60000, 0, 0},
	[FAULT_ACTING] = {"guardian-acting", WITH_NODE, CLASS_GUARDIAN, 0, 0, 0, 0},
	[FAULT_PART] = {"part", WITH_NODE | WITH_MEDIUM | WITH_SPAN, CLASS_OPEN, 1000, 60000, 0, 0},
	[FAULT_NAMES] = {"names", WITH_NODE | WITH_MEDIUM | WITH_SPAN, CLASS_OPEN, 1000, 60000, 0, 0},
	[FAULT_ADDRESS] = {"address", WITH_NODE | WITH_GROUP | WITH_SPAN, CLASS_OPEN, 0, 5000, 0, 0},
	[FAULT_FILE_LOST] = {"file-lost", WITH_NODE | WITH_VALUE, CLASS_FILES, 0, 0, 0, STATE_FILES - 1},
	[FAULT_FILE_OLD] = {"file-old", WITH_NODE | WITH_VALUE, CLASS_FILES, 0, 0, 0, FILE_PEER},
	[FAULT_FILE_FULL] = {"file-full", WITH_NODE | WITH_SPAN, CLASS_FILES, 1000, 60000, 0, 0},
	[FAULT_CLEAN] = {"clean", WITH_NODE | WITH_GROUP, CLASS_NEVER, 0, 0, 0, 0},
	[FAULT_FENCE_LIE] = {"fence-lie", WITH_SPAN, CLASS_FENCE, 1000, 30000, 0, 0},
};

static const char *const setting_names[SETTINGS] = {
	[SET_SEED] = "seed",
	[SET_KEEPALIVE] = "keepalive",
	[SET_DEADTIME] = "deadtime",
	[SET_INITDEAD] = "initdead",
	[SET_FAILBACK] = "failback",
	[SET_GROUPS] = "groups",
	[SET_HOMES] = "homes",
	[SET_MEDIA] = "media",
	[SET_LOOP] = "loop",
	[SET_PING] = "ping",
	[SET_SHA1] = "sha1",
	[SET_NETSTRING] = "netstring",
	[SET_STONITH] = "stonith",
	[SET_CLASSIC] = "classic",
	[SET_STORM] = "storm",
	[SET_QUIET] = "quiet",
	[SET_BOOT0] = "boot0",
	[SET_BOOT1] = "boot1",
	[SET_PPM0] = "ppm0",
	[SET_PPM1] = "ppm1",
	[SET_START_MAX] = "start-max",
	[SET_STOP_MAX] = "stop-max",
	[SET_BURY] = "bury",
	[SET_THIRD] = "third",
	[SET_AGAIN] = "again",
	[SET_SHELL] = "shell",
	[SET_IPFAIL] = "ipfail",
	[SET_DELAY] = "priority-delay",
	[SET_WAIT] = "wait-for-peer",
	[SET_STALE] = "stale-start",
};

enum {
	OF_SHELL = 1 << CLASS_ENGINE_PROCESS | 1 << CLASS_GUARDIAN | 1 << CLASS_OPEN | 1 << CLASS_FILES,
	OF_PATHS = 1 << CLASS_CUT | 1 << CLASS_DEAF | 1 << CLASS_NOISE,
	OF_FENCING = 1 << CLASS_FENCE,
	OF_ALL = (1 << CLASSES) - 1,
};

/* Each profile defines which classes of faults may be on; whether there is a stonith device; whether the nodes use the
 * classic dialect; in how many of a thousand seeds the shell is modelled, with its own classes of faults; and whether
 * there are ping hosts and ipfail. */
static const struct profile {
	const char *name;
	unsigned classes;
	int stonith, classic, shell, pings;
} profiles[] = {
	{"two-node", OF_ALL & ~OF_SHELL & ~OF_FENCING, 0, 0, 100, 0},
	{"clean", 1 << CLASS_CRASH | 1 << CLASS_ENGINE | 1 << CLASS_STOP | 1 << CLASS_MOVE, 0, 0, 0, 0},
	{"network", OF_PATHS, 0, 0, 0, 0},
	{"scripts", 1 << CLASS_SCRIPT | 1 << CLASS_MOVE | 1 << CLASS_STOP, 0, 0, 0, 0},
	{"fenced", OF_ALL & ~OF_SHELL, 1, 0, 100, 0},
	{"classic", 1 << CLASS_CRASH | 1 << CLASS_STOP | 1 << CLASS_MOVE, 0, 1, 0, 0},
	{"classic-storm", OF_ALL & ~OF_SHELL & ~OF_FENCING, 0, 1, 0, 0},
	{"shell", 1 << CLASS_ENGINE | 1 << CLASS_FREEZE | 1 << CLASS_STOP, 0, 0, 1000, 0},
	{"shell-storm", OF_ALL & ~OF_SHELL & ~OF_FENCING, 0, 0, 1000, 0},
	{"shell-fenced", OF_ALL & ~OF_SHELL, 1, 0, 1000, 0},
	{"quiet", 0, 0, 0, 0, 0},
	{"pings", OF_PATHS | 1 << CLASS_CRASH | 1 << CLASS_STOP | 1 << CLASS_MOVE, 0, 0, 0, 1},
	{"classic-pings", 1 << CLASS_CRASH | 1 << CLASS_STOP, 0, 1, 0, 1},
};

const char *plan_profiles(void)
{
	return "two-node clean network scripts fenced classic classic-storm shell shell-storm shell-fenced quiet pings "
	       "classic-pings";
}

const char *fault_name(enum fault_kind kind)
{
	return rows[kind].name;
}

bool plan_has(const struct plan *p, enum fault_kind first, enum fault_kind last)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->faults[i].kind >= first && p->faults[i].kind <= last)
			return true;
	return false;
}

/* --- drawing ------------------------------------------------------------------------ */

static uint64_t plan_value(uint64_t seed, int what, int which, unsigned ordinal)
{
	return draw(seed, DRAW_PLAN, what, which, 0, 0, ordinal);
}

static int64_t choose(uint64_t value, const int64_t *list, size_t count)
{
	return list[value % count];
}

static void draw_settings(struct plan *p, uint64_t seed)
{
	int64_t *set = p->set;
	unsigned n = 0;
#define VALUE() plan_value(seed, 100, 0, n++)
	set[SET_SEED] = (int64_t)seed;
	set[SET_KEEPALIVE] = choose(VALUE(), (int64_t[]){200, 500, 1000, 1000, 2000, 2000, 2000}, 7);
	set[SET_DEADTIME] = set[SET_KEEPALIVE] * pick(VALUE(), 4, 12);
	int64_t initdead = choose(VALUE(), (int64_t[]){10000, 15000, 25000}, 3);
	set[SET_INITDEAD] = initdead > set[SET_DEADTIME] ? initdead : set[SET_DEADTIME];
	set[SET_FAILBACK] = chance(VALUE(), 500) ? FAILBACK_ON : FAILBACK_OFF;
	set[SET_GROUPS] = pick(VALUE(), 1, 3);
	set[SET_HOMES] = pick(VALUE(), 0, (INT64_C(1) << set[SET_GROUPS]) - 1);
	set[SET_MEDIA] = pick(VALUE(), 1, MEDIA_MAX);
	set[SET_LOOP] = chance(VALUE(), 300);
	set[SET_PING] = chance(VALUE(), 150);
	set[SET_SHA1] = seed % 10 == 0;
	set[SET_NETSTRING] = chance(VALUE(), 300);
	set[SET_STORM] = 120000;
	set[SET_QUIET] = 45000;
	bool together = chance(VALUE(), 600);
	set[SET_BOOT0] = pick(VALUE(), 0, together ? 3000 : 40000);
	set[SET_BOOT1] = pick(VALUE(), 0, together ? 3000 : 40000);
	set[SET_PPM0] = pick(VALUE(), -200, 200);
	set[SET_PPM1] = pick(VALUE(), -200, 200);
	set[SET_START_MAX] = choose(VALUE(), (int64_t[]){20, 300, 2000, 8000}, 4);
	set[SET_STOP_MAX] = choose(VALUE(), (int64_t[]){20, 300, 1500, 6000}, 4);
	set[SET_BURY] = chance(VALUE(), 100) ? pick(VALUE(), 0, 1) : -1;
	if (chance(VALUE(), 20)) { /* a broken clock */
		set[SET_PPM0] = pick(VALUE(), -50000, 50000);
		set[SET_PPM1] = pick(VALUE(), -50000, 50000);
	}
	set[SET_THIRD] = chance(VALUE(), 50);
	set[SET_AGAIN] = chance(VALUE(), 300) ? pick(VALUE(), AGAIN_NOTHING, AGAINS - 1) : AGAIN_NOTHING;
#undef VALUE
}

/* Half of the spans are near deadtime, where most bugs appear.  The others are anywhere in the range of the row, but
 * seldom long. */
static int64_t draw_span(const struct plan *p, const struct fault_row *row, uint64_t which, uint64_t value)
{
	int64_t dead = p->set[SET_DEADTIME];
	if (row->span_high > dead * 2 && chance(which, 500))
		return pick(value, dead / 2, dead * 3 / 2);
	int64_t high = row->span_high > LONG_SPAN_MS && chance(which / 1000, 700) ? LONG_SPAN_MS : row->span_high;
	return pick(value, row->span_low, high);
}

/* One of the three moments at which many faults happen.  In every second plan, the first of these moments is just after
 * the second boot. */
static int64_t draw_moment(const struct plan *p, uint64_t seed, int which)
{
	int64_t booted = p->set[SET_BOOT0] > p->set[SET_BOOT1] ? p->set[SET_BOOT0] : p->set[SET_BOOT1];
	uint64_t value = plan_value(seed, 104, which, 0);
	if (which == 0 && chance(plan_value(seed, 105, 0, 0), 500))
		return booted + pick(value, 0, 1000);
	return pick(value, 0, p->set[SET_STORM] - 2000);
}

/* Faults that happen together show more bugs.  Therefore two in five faults happen at one of three moments, often in
 * the same millisecond. */
static int64_t draw_time(const struct plan *p, uint64_t seed, int what, int which)
{
	uint64_t how = plan_value(seed, what, which, 10);
	if (!chance(how, 400))
		return pick(plan_value(seed, what, which, 0), 0, p->set[SET_STORM] - 1);
	int64_t moment = draw_moment(p, seed, (int)(how / 1000 % 3));
	return chance(how / 8000, 500) ? moment : moment + pick(plan_value(seed, what, which, 11), 0, 1500);
}

static void draw_fault(struct plan *p, uint64_t seed, enum fault_kind kind, unsigned ordinal)
{
	const struct fault_row *row = &rows[kind];
	struct fault *f = &p->faults[p->count++];
	int what = 200 + (int)kind, which = (int)ordinal;
	*f = (struct fault){.kind = kind, .node = -1, .medium = -1, .group = -1};
	f->at_ms = draw_time(p, seed, what, which);
	if (row->fields & WITH_NODE)
		f->node = (int)pick(plan_value(seed, what, which, 1), 0, NODES - 1);
	if (row->class == CLASS_FILES) /* rules L7 and F5 do not judge yet what two nodes that both went back do */
		f->node = (int)pick(plan_value(seed, 107, 0, 0), 0, NODES - 1);
	if (row->fields & WITH_MEDIUM && chance(plan_value(seed, what, which, 2), 400))
		f->medium = (int)pick(plan_value(seed, what, which, 3), 0, p->set[SET_MEDIA] - 1);
	if (row->fields & WITH_GROUP && chance(plan_value(seed, what, which, 4), 500))
		f->group = (int)pick(plan_value(seed, what, which, 5), 0, p->set[SET_GROUPS] - 1);
	if (row->fields & WITH_SPAN)
		f->span_ms = draw_span(p, row, plan_value(seed, what, which, 6), plan_value(seed, what, which, 7));
	if (row->fields & WITH_VALUE)
		f->value = pick(plan_value(seed, what, which, 8), row->value_low, row->value_high);
	if (row->fields & WITH_HALF)
		f->half = (enum half)pick(plan_value(seed, what, which, 9), HALF_LOCAL, HALF_ALL);
}

static int fault_order(const void *left, const void *right)
{
	const struct fault *a = left, *b = right;
	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? -1 : 1;
	return (int)a->kind - (int)b->kind;
}

/* Add faults of a cable that carries everything: the ping hosts and the other node are lost at the same moment. */
static void draw_uplinks(struct plan *p, uint64_t seed)
{
	for (size_t i = 0, count = p->count; i < count && p->count < FAULTS_MAX; i++) {
		const struct fault *f = &p->faults[i];
		if (f->kind == FAULT_PING_LOST && chance(plan_value(seed, 107, (int)i, 0), 300))
			p->faults[p->count++] = (struct fault){.kind = FAULT_CUT,
				.at_ms = f->at_ms,
				.span_ms = f->span_ms,
				.node = -1,
				.medium = -1,
				.group = -1};
	}
}

bool plan_draw(struct plan *p, uint64_t seed, const char *profile)
{
	const struct profile *found = NULL;
	for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
		if (strcmp(profiles[i].name, profile) == 0)
			found = &profiles[i];
	if (found == NULL)
		return false;
	memset(p, 0, sizeof *p);
	(void)snprintf(p->profile, sizeof p->profile, "%s", profile);
	draw_settings(p, seed);
	p->set[SET_STONITH] = found->stonith;
	if (found->stonith) {
		p->set[SET_DELAY] = chance(plan_value(seed, 109, 0, 0), 800) ? PRIORITY_DELAY_MS : 0;
		p->set[SET_WAIT] = chance(plan_value(seed, 109, 1, 0), 500);
		p->set[SET_STALE] = chance(plan_value(seed, 109, 2, 0), 500);
	}
	p->set[SET_CLASSIC] = found->classic;
	p->set[SET_SHELL] = chance(plan_value(seed, 108, 0, 0), found->shell);
	unsigned classes = p->set[SET_SHELL] ? found->classes | OF_SHELL : found->classes;
	if (p->set[SET_SHELL] && chance(plan_value(seed, 106, 0, 0), 80)) { /* short times have their own rules */
		p->set[SET_KEEPALIVE] = 50;
		p->set[SET_DEADTIME] = pick(plan_value(seed, 106, 0, 1), 300, 600);
	}
	if (found->pings) {
		p->set[SET_PING] = pick(plan_value(seed, 108, 0, 0), 1, 2);
		p->set[SET_IPFAIL] = pick(plan_value(seed, 108, 1, 0), IPFAIL_KEEPS, IPFAIL_DEMOTES);
	}
	for (int kind = 0; kind < FAULT_KINDS; kind++) {
		int class = (int)rows[kind].class;
		bool class_on = classes >> class & 1 && chance(plan_value(seed, 101, class, 0), 450);
		if (!class_on || !chance(plan_value(seed, 102, kind, 0), 700))
			continue;
		int64_t count = pick(plan_value(seed, 103, kind, 0), 1, 6);
		for (unsigned i = 0; i < count; i++)
			draw_fault(p, seed, (enum fault_kind)kind, i);
	}
	if (found->pings)
		draw_uplinks(p, seed);
	for (size_t i = 0; i < p->count; i++) /* only then there are keys */
		if (p->faults[i].kind == FAULT_RELOAD && p->faults[i].value == CHANGE_KEYS)
			p->set[SET_SHA1] = 1;
	qsort(p->faults, p->count, sizeof *p->faults, fault_order);
	return true;
}

/* --- text ------------------------------------------------------------------------------ */

static void print_number(FILE *out, const char *name, int value)
{
	if (value < 0)
		fprintf(out, " %s=*", name);
	else
		fprintf(out, " %s=%d", name, value);
}

void fault_print(const struct fault *f, FILE *out)
{
	unsigned fields = rows[f->kind].fields;
	fprintf(out, "%lld %s", (long long)f->at_ms, rows[f->kind].name);
	if (fields & WITH_NODE)
		print_number(out, "node", f->node);
	if (fields & WITH_MEDIUM)
		print_number(out, "medium", f->medium);
	if (fields & WITH_GROUP)
		print_number(out, "group", f->group);
	if (fields & WITH_VALUE)
		fprintf(out, " value=%lld", (long long)f->value);
	if (fields & WITH_HALF)
		fprintf(out, " half=%s", half_name(f->half));
	if (fields & WITH_SPAN)
		fprintf(out, " for=%lld", (long long)f->span_ms);
	fputc('\n', out);
}

void plan_print(const struct plan *p, FILE *out)
{
	fprintf(out, "profile %s\n", p->profile);
	for (int i = 0; i < SETTINGS; i++)
		fprintf(out, "set %s %lld\n", setting_names[i], (long long)p->set[i]);
	for (size_t i = 0; i < p->count; i++)
		fault_print(&p->faults[i], out);
}

int plan_save(const struct plan *p, const char *path)
{
	FILE *out = fopen(path, "w");
	if (out == NULL)
		return -errno;
	plan_print(p, out);
	return fclose(out) == 0 ? 0 : -errno;
}

static bool parse_number(const char *text, int64_t *value)
{
	char *end;
	errno = 0;
	*value = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0';
}

/* Read "name=value" of a fault. */
static bool parse_field(struct fault *f, unsigned fields, char *word)
{
	char *value = strchr(word, '=');
	if (value == NULL)
		return false;
	*value++ = '\0';
	if (strcmp(word, "half") == 0)
		return (fields & WITH_HALF) && half_parse(bytes_of(value), &f->half);
	int64_t number = -1;
	if (strcmp(value, "*") != 0 && !parse_number(value, &number))
		return false;
	if (strcmp(word, "node") == 0 && fields & WITH_NODE && number >= 0 && number < NODES)
		f->node = (int)number;
	else if (strcmp(word, "medium") == 0 && fields & WITH_MEDIUM && number < MEDIA_MAX)
		f->medium = (int)number;
	else if (strcmp(word, "group") == 0 && fields & WITH_GROUP && number < GROUPS_MAX)
		f->group = (int)number;
	else if (strcmp(word, "value") == 0 && fields & WITH_VALUE)
		f->value = number;
	else if (strcmp(word, "for") == 0 && fields & WITH_SPAN && number >= 0)
		f->span_ms = number;
	else
		return false;
	return true;
}

static bool parse_fault(struct plan *p, char **words, size_t count)
{
	struct fault f = {.kind = FAULT_KINDS, .node = -1, .medium = -1, .group = -1};
	if (p->count == FAULTS_MAX || !parse_number(words[0], &f.at_ms) || f.at_ms < 0)
		return false;
	for (int kind = 0; kind < FAULT_KINDS; kind++)
		if (strcmp(rows[kind].name, words[1]) == 0)
			f.kind = (enum fault_kind)kind;
	if (f.kind == FAULT_KINDS)
		return false;
	for (size_t i = 2; i < count; i++)
		if (!parse_field(&f, rows[f.kind].fields, words[i]))
			return false;
	if (rows[f.kind].fields & WITH_NODE && f.node < 0)
		return false;
	p->faults[p->count++] = f;
	return true;
}

static bool parse_line(struct plan *p, char **words, size_t count)
{
	if (count == 2 && strcmp(words[0], "profile") == 0)
		return snprintf(p->profile, sizeof p->profile, "%s", words[1]) < (int)sizeof p->profile;
	if (count == 3 && strcmp(words[0], "set") == 0) {
		for (int i = 0; i < SETTINGS; i++)
			if (strcmp(setting_names[i], words[1]) == 0)
				return parse_number(words[2], &p->set[i]);
		return false;
	}
	return count >= 2 && parse_fault(p, words, count);
}

/* Check the limits that keep each index within the arrays of the world. */
static bool plan_sane(const struct plan *p)
{
	return p->set[SET_GROUPS] >= 1 && p->set[SET_GROUPS] <= GROUPS_MAX && p->set[SET_MEDIA] >= 1 &&
	       p->set[SET_MEDIA] <= MEDIA_MAX && p->set[SET_KEEPALIVE] > 0 && p->set[SET_BURY] < NODES;
}

int plan_load(struct plan *p, const char *path)
{
	FILE *in = fopen(path, "r");
	if (in == NULL)
		return -errno;
	memset(p, 0, sizeof *p);
	p->set[SET_BURY] = -1;
	char line[512];
	int status = 0;
	for (unsigned number = 1; status == 0 && fgets(line, sizeof line, in) != NULL; number++) {
		line[strcspn(line, "#\n")] = '\0';
		char *words[16], *rest = line, *word;
		size_t count = 0;
		while (count < 16 && (word = strtok_r(rest, " \t", &rest)) != NULL)
			words[count++] = word;
		if (count > 0 && !parse_line(p, words, count)) {
			fprintf(stderr,
				"%s:%u: neither \"profile NAME\", \"set NAME NUMBER\" nor \"TIME FAULT name=value...\"\n",
				path, number);
			status = -EINVAL;
		}
	}
	(void)fclose(in);
	if (status == 0 && !plan_sane(p)) {
		fprintf(stderr, "%s: groups must be 1..%d, media 1..%d, keepalive over 0\n", path, GROUPS_MAX,
			MEDIA_MAX);
		status = -EINVAL;
	}
	return status;
}
