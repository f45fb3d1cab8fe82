// SPDX-License-Identifier: MIT
/* The sentences that a case may have, one row for each: a pattern with places to fill, and what it changes in the
 * simulator's plan. */
#include <string.h>

#include "tests/cases/case.h"

enum {
	OPEN_MS = 1000000000, /* until a later line ends it */
	ENGINE_MS = 100,      /* until the guardian starts a new engine */
	SETTLE_MS = 60000,    /* before moment 0, in addition to the times of the settings */
	QUIET_MS = 20000,
	SECOND_MS = 100,      /* from a heartbeat of node1 to one of node2: the order of the two must not be chance */
};

/* The time of the current line, on the case's clock. */
static int64_t moment;

/* --- given ----------------------------------------------------------------------------------------- */

static void take_time(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	static const unsigned due[SETTINGS] = {
		[SET_KEEPALIVE] = DUE_KEEPALIVE, [SET_DEADTIME] = DUE_DEADTIME, [SET_INITDEAD] = DUE_INITDEAD};
	(void)d, (void)line;
	c->plan.set[row->value] = f->time_ms;
	c->given |= due[row->value];
}

static void take_failback(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	(void)f, (void)d, (void)line;
	c->plan.set[SET_FAILBACK] = row->value;
	c->given |= DUE_FAILBACK;
}

static void take_group(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	(void)row;
	int64_t g = c->plan.set[SET_GROUPS];
	if (g == GROUPS_MAX) {
		diag_add(d, DIAG_ERROR, line, 0, "too many groups; the simulator has at most %d", GROUPS_MAX);
		return;
	}
	if (c->given & (DUE_START | DUE_STOP | DUE_NODES)) {
		diag_add(d, DIAG_ERROR, line, 0,
			"name the groups before the times of their scripts and before the nodes that run");
		return;
	}
	(void)snprintf(c->groups[g], NAME_MAX_LEN, "%s", f->name);
	c->plan.set[SET_HOMES] |= (int64_t)f->node << g;
	c->runs_on[g] = f->node;
	c->plan.set[SET_GROUPS]++;
}

static void take_script(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	(void)d, (void)line;
	for (int i = 0; i < NODES; i++)
		for (int g = 0; g < GROUPS_MAX; g++)
			if ((f->node < 0 || f->node == i) && (f->group < 0 || f->group == g))
				c->observer.script_ns[i][g][row->value] = f->time_ms * MS;
	enum setting most = row->value == GROUP_START ? SET_START_MAX : SET_STOP_MAX;
	if (c->plan.set[most] < f->time_ms)
		c->plan.set[most] = f->time_ms;
	c->given |= row->value == GROUP_START ? DUE_START : DUE_STOP;
}

static void take_setting(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	if (row->value == SET_MEDIA && f->number > MEDIA_MAX) {
		diag_add(d, DIAG_ERROR, line, 0, "the simulator has at most %d media", MEDIA_MAX);
		return;
	}
	c->plan.set[row->value] = row->value == SET_MEDIA ? f->number : 1;
	c->observer.fence_ns = row->value == SET_STONITH ? f->time_ms * MS : c->observer.fence_ns;
}

static void take_native(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	(void)row, (void)f, (void)d, (void)line;
	c->plan.set[SET_CLASSIC] = 0;
}

/* row->value: bit i: node i is off; -1: the named node is off. */
static void take_off(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	(void)d, (void)line;
	for (int i = 0; i < NODES; i++) {
		c->off[i] = row->value < 0 ? f->node == i : row->value >> i & 1;
		c->plan.set[i == 0 ? SET_BOOT0 : SET_BOOT1] = c->off[i] ? OPEN_MS : i * SECOND_MS;
	}
	for (int g = 0; g < GROUPS_MAX; g++)
		c->runs_on[g] = c->off[0] && c->off[1] ? -1 : c->off[0] ? 1 : c->off[1] ? 0 : c->runs_on[g];
	c->given |= DUE_NODES;
}

static void take_runs(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	(void)row;
	if (!(c->given & DUE_NODES)) {
		diag_add(d, DIAG_ERROR, line, 0, "first give the nodes that run: \"both nodes run\"");
		return;
	}
	c->moved[f->group] = c->runs_on[f->group] != f->node;
	c->runs_on[f->group] = f->node;
}

static const struct row given_rows[] = {
	{"keepalive TIME", take_time, SET_KEEPALIVE},
	{"deadtime TIME", take_time, SET_DEADTIME},
	{"initdead TIME", take_time, SET_INITDEAD},
	{"auto_failback on", take_failback, FAILBACK_ON},
	{"auto_failback off", take_failback, FAILBACK_OFF},
	{"group NAME at home on NODE", take_group, 0},
	{"start takes TIME", take_script, GROUP_START},
	{"stop takes TIME", take_script, GROUP_STOP},
	{"start of GROUP takes TIME", take_script, GROUP_START},
	{"stop of GROUP takes TIME", take_script, GROUP_STOP},
	{"start of GROUP on NODE takes TIME", take_script, GROUP_START},
	{"stop of GROUP on NODE takes TIME", take_script, GROUP_STOP},
	{"NUMBER media", take_setting, SET_MEDIA},
	{"stonith that takes TIME", take_setting, SET_STONITH},
	{"dialect classic", take_setting, SET_CLASSIC},
	{"dialect native", take_native, 0},
	{"both nodes run", take_off, 0},
	{"both nodes are off", take_off, 3},
	{"NODE is off", take_off, -1},
	{"NODE runs GROUP", take_runs, 0},
	{NULL, NULL, 0},
};

/* --- when -------------------------------------------------------------------------------------------- */

static struct fault *add(struct decision_case *c, enum fault_kind kind, const struct filled *f)
{
	struct fault *fault = &c->plan.faults[c->plan.count++];
	*fault = (struct fault){.kind = kind,
		.at_ms = moment,
		.span_ms = OPEN_MS,
		.node = f->node,
		.medium = -1,
		.group = f->group,
		.half = f->half};
	return fault;
}

/* End the latest fault of these kinds that lasts until now.  NULL after a diagnostic: there is none. */
static struct fault *end(struct decision_case *c, enum fault_kind first, enum fault_kind last, const struct fault *like,
	struct diags *d, unsigned line)
{
	for (size_t i = c->plan.count; i-- > 0;) {
		struct fault *x = &c->plan.faults[i];
		if (x->kind >= first && x->kind <= last && x->node == like->node && x->medium == like->medium &&
			x->group == like->group && x->span_ms == OPEN_MS) {
			x->span_ms = moment - x->at_ms;
			return x;
		}
	}
	diag_add(d, DIAG_ERROR, line, 0, "no earlier line starts what this line ends");
	return NULL;
}

static void happens(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	(void)d, (void)line;
	add(c, (enum fault_kind)row->value, f);
}

static void happens_for(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	(void)d, (void)line;
	add(c, (enum fault_kind)row->value, f)->span_ms = row->value == FAULT_ENGINE ? ENGINE_MS : f->time_ms;
}

static void take_cut(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	(void)d, (void)line;
	add(c, (enum fault_kind)row->value, f)->medium = f->number > 0 ? f->number - 1 : -1;
}

static void take_heal(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	struct fault like = {.node = f->node, .group = -1, .medium = f->number > 0 ? f->number - 1 : -1};
	(void)end(c, (enum fault_kind)row->value, (enum fault_kind)row->value, &like, d, line);
}

static void take_boot(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	enum setting boot = f->node == 0 ? SET_BOOT0 : SET_BOOT1;
	struct fault like = {.node = f->node, .group = -1, .medium = -1};
	if (c->off[f->node] && c->plan.set[boot] == OPEN_MS)
		c->plan.set[boot] = moment; /* set_clock converts it to the simulator's clock */
	else
		(void)end(c, (enum fault_kind)row->value, (enum fault_kind)row->value, &like, d, line);
}

static void take_works(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	struct fault like = {.node = f->node, .group = f->group, .medium = -1};
	enum fault_kind last = row->value == FAULT_START_FAIL  ? FAULT_START_DIRTY
	                       : row->value == FAULT_STOP_FAIL ? FAULT_STOP_HANG
	                                                       : (enum fault_kind)row->value;
	(void)end(c, (enum fault_kind)row->value, last, &like, d, line);
}

static void take_end(
	struct decision_case *c, const struct row *row, const struct filled *f, struct diags *d, unsigned line)
{
	(void)row, (void)f, (void)d, (void)line;
	c->end_ms = moment;
	c->given |= DUE_END;
}

/* Also allowed in a given line: then from moment 0 on. */
static const struct row lasting_rows[] = {
	{"GROUP has no carrier on NODE", happens, FAULT_HINDER},
	{"start of GROUP on NODE fails", happens, FAULT_START_FAIL},
	{"start of GROUP on NODE fails and leaves a mess", happens, FAULT_START_DIRTY},
	{"start of GROUP on NODE hangs", happens, FAULT_START_HANG},
	{"stop of GROUP on NODE fails", happens, FAULT_STOP_FAIL},
	{"stop of GROUP on NODE hangs", happens, FAULT_STOP_HANG},
	{"fencing fails", happens, FAULT_FENCE_FAIL},
	{NULL, NULL, 0},
};

static const struct row when_rows[] = {
	{"GROUP fails on NODE", happens, FAULT_FAIL},
	{"hb_cleanup GROUP on NODE", happens, FAULT_CLEAN},
	{"NODE loses power", happens, FAULT_CRASH},
	{"NODE boots", take_boot, FAULT_CRASH},
	{"the engine of NODE is killed", happens_for, FAULT_ENGINE},
	{"NODE freezes for TIME", happens_for, FAULT_FREEZE},
	{"NODE is suspended for TIME", happens_for, FAULT_SUSPEND},
	{"the cable is cut", take_cut, FAULT_CUT},
	{"the cable is healed", take_heal, FAULT_CUT},
	{"medium NUMBER is cut", take_cut, FAULT_CUT},
	{"medium NUMBER is healed", take_heal, FAULT_CUT},
	{"NODE is deaf", take_cut, FAULT_DEAF},
	{"NODE hears again", take_heal, FAULT_DEAF},
	{"NODE is deaf on medium NUMBER", take_cut, FAULT_DEAF},
	{"NODE hears again on medium NUMBER", take_heal, FAULT_DEAF},
	{"hb_standby HALF on NODE", happens, FAULT_STANDBY},
	{"hb_takeover HALF on NODE", happens, FAULT_TAKEOVER},
	{"heartbeat -k on NODE", happens, FAULT_STOP},
	{"heartbeat starts on NODE", take_boot, FAULT_STOP},
	{"GROUP has carrier again on NODE", take_works, FAULT_HINDER},
	{"start of GROUP on NODE works again", take_works, FAULT_START_FAIL},
	{"stop of GROUP on NODE works again", take_works, FAULT_STOP_FAIL},
	{"fencing works again", take_works, FAULT_FENCE_FAIL},
	{"the case ends", take_end, 0},
	{NULL, NULL, 0},
};

/* --- a file -------------------------------------------------------------------------------------------- */

static void given_line(struct decision_case *c, const struct word *words, size_t count, struct diags *d, unsigned line)
{
	static const struct row *const tables[] = {given_rows, lasting_rows, NULL};
	moment = 0;
	for (size_t from = 0; from < count;) {
		size_t to = from;
		while (to < count && strcmp(words[to].text, ",") != 0)
			to++;
		if (to == from) {
			diag_add(d, DIAG_ERROR, line, words[from].column, "a sentence is missing before the comma");
			return;
		}
		struct filled f;
		const struct row *row = words_match(c, tables, words + from, to - from, &f, d, line);
		if (row != NULL)
			row->take(c, row, &f, d, line);
		from = to + 1;
	}
}

static void when_line(struct decision_case *c, struct word *words, size_t count, struct diags *d, unsigned line)
{
	static const struct row *const tables[] = {lasting_rows, when_rows, NULL};
	char unit[8] = "";
	size_t colon = count > 1 ? strlen(words[1].text) : 0;
	if (colon > 1 && colon < sizeof unit && words[1].text[colon - 1] == ':')
		memcpy(unit, words[1].text, colon - 1);
	int64_t before = moment;
	if (unit[0] != '\0')
		words[1].text = unit;
	if (unit[0] == '\0' || words_time(words, count, &moment) == 0 || count < 3) {
		diag_add(d, DIAG_ERROR, line, words[0].column,
			"expected a time, a colon and what happens then: \"when 10 s: node1 loses power\"");
		return;
	}
	if (c->given & DUE_END || moment < before) {
		diag_add(d, DIAG_ERROR, line, words[0].column,
			c->given & DUE_END ? "no event may follow \"the case ends\""
					   : "this event is earlier than the one before");
		return;
	}
	struct filled f;
	const struct row *row = words_match(c, tables, words + 2, count - 2, &f, d, line);
	if (row != NULL)
		row->take(c, row, &f, d, line);
}

/* Before moment 0, move the groups to the nodes on which the case has them at its start. */
static void add_prelude(struct decision_case *c)
{
	struct fault moves[NODES];
	size_t count = 0;
	for (int i = 0; i < NODES; i++)
		for (int g = 0; g < c->plan.set[SET_GROUPS]; g++)
			if (c->moved[g] && c->runs_on[g] == i && (count == 0 || moves[count - 1].node != i))
				moves[count++] = (struct fault){.kind = FAULT_TAKEOVER,
					.node = i,
					.medium = -1,
					.group = -1,
					.half = HALF_FOREIGN,
					.at_ms = c->start_ms / 2};
	memmove(c->plan.faults + count, c->plan.faults, c->plan.count * sizeof *moves);
	memcpy(c->plan.faults, moves, count * sizeof *moves);
	c->plan.count += count;
	c->prelude = count;
}

/* Convert all times from the case's clock to the simulator's.  Moment 0 is between two heartbeats, so that no event
 * coincides with a heartbeat by chance. */
static void set_clock(struct decision_case *c)
{
	int64_t *set = c->plan.set;
	c->start_ms = (SETTLE_MS + set[SET_INITDEAD] + 2 * (set[SET_START_MAX] + set[SET_STOP_MAX])) /
	                      set[SET_KEEPALIVE] * set[SET_KEEPALIVE] * 2 +
	              set[SET_KEEPALIVE] / 2;
	for (size_t i = 0; i < c->plan.count; i++)
		c->plan.faults[i].at_ms += c->start_ms;
	c->end_ms += c->start_ms;
	for (int i = 0; i < NODES; i++)
		if (c->off[i])
			set[i == 0 ? SET_BOOT0 : SET_BOOT1] += c->start_ms;
	set[SET_STORM] = c->end_ms;
	add_prelude(c);
}

static void check_whole(const struct decision_case *c, struct diags *d)
{
	static const char *const due[] = {"keepalive 1 s", "deadtime 10 s", "initdead 30 s", "auto_failback on, or off",
		"start takes 2 s", "stop takes 1 s", "both nodes run, both nodes are off, or node2 is off",
		"when 60 s: the case ends"};
	if (c->title[0] == '\0')
		diag_add(d, DIAG_ERROR, 1, 0, "the title, a sentence, is missing in the first line");
	if (c->given & DUE_DEADTIME && c->plan.set[SET_DEADTIME] <= 2 * c->plan.set[SET_KEEPALIVE])
		diag_add(d, DIAG_ERROR, 0, 0, "deadtime must be more than twice keepalive");
	for (unsigned i = 0; i < sizeof due / sizeof *due; i++)
		if (!(c->given >> i & 1))
			diag_add(d, DIAG_ERROR, 0, 0, "a line is missing, for example: %s", due[i]);
}

static void case_line(struct decision_case *c, char *line, struct diags *d, unsigned number)
{
	if (c->title[0] == '\0') {
		(void)snprintf(c->title, sizeof c->title, "%s", line);
		return;
	}
	struct word words[WORDS_MAX];
	size_t count = words_split(line, words);
	bool given = strcmp(words[0].text, "given") == 0;
	if (c->plan.count + 4 > FAULTS_MAX)
		diag_add(d, DIAG_ERROR, number, 0, "too many lines");
	else if (!given && strcmp(words[0].text, "when") != 0)
		diag_add(d, DIAG_ERROR, number, words[0].column,
			"no line can start with \"%s\"; expected given, when, expect or #", words[0].text);
	else if (count < 2)
		diag_add(d, DIAG_ERROR, number, words[0].column, "nothing follows \"%s\"", words[0].text);
	else if (given)
		given_line(c, words + 1, count - 1, d, number);
	else
		when_line(c, words + 1, count - 1, d, number);
}

void case_parse(struct decision_case *c, char *text, size_t *head, struct diags *d)
{
	memset(c, 0, sizeof *c);
	(void)snprintf(c->plan.profile, sizeof c->plan.profile, "case");
	c->plan.set[SET_SEED] = c->plan.set[SET_MEDIA] = 1;
	c->plan.set[SET_BURY] = -1;
	c->plan.set[SET_QUIET] = QUIET_MS;
	c->observer.delay_ns[0] = MS / 5;
	c->observer.delay_ns[1] = MS / 10;
	moment = 0;
	bool expecting = false; /* after the first expect line */
	*head = strlen(text);
	unsigned number = 1;
	for (char *line = text, *next; *line != '\0'; line = next, number++) {
		size_t len = strcspn(line, "\n");
		next = line + len + (line[len] == '\n');
		line[len] = '\0';
		bool expect = strncmp(line, "expect", 6) == 0, blank = line[strspn(line, " \t")] == '\0';
		if (expect && !expecting)
			*head = (size_t)(line - text);
		expecting |= expect;
		if (expecting && !expect && !blank)
			diag_add(d, DIAG_ERROR, number, 1, "only expect lines may follow the first expect line");
		if (!expecting && !blank && line[0] != '#')
			case_line(c, line, d, number);
	}
	check_whole(c, d);
	if (d->errors == 0)
		set_clock(c);
}
