// SPDX-License-Identifier: MIT
// monitor RESOURCE INTERVAL [timeout TIME] [restarts NUMBER within TIME] [on-fail ACTION].  Ours; doc/resources.md 11.
#include "heartbeat/conf/monitor.h"

#include <string.h>
#include <sys/socket.h>

#include "heartbeat/conf/ha_cf_parse.h"

enum { SHORTEST_MS = 1000, RESTARTS_PRESET = 3, WITHIN_PRESET_MS = 600000 };

static const char *const on_fails[MONITOR_ON_FAILS] = {
	[MONITOR_ON_FAIL_RESTART] = "restart",
	[MONITOR_ON_FAIL_MOVE] = "move",
	[MONITOR_ON_FAIL_STOP] = "stop",
	[MONITOR_ON_FAIL_IGNORE] = "ignore",
};

const char *monitor_on_fail_name(enum monitor_on_fail on_fail)
{
	return on_fails[on_fail];
}

// --- the line ---

// The line while it is read.
struct reading {
	struct ha_cf_parser *parser;
	const struct directive *row;
	const struct lexer_line *args;
	size_t at; // the next word
	struct monitor_conf entry;
};

static bool refuse(struct reading *r, struct word word, const char *what)
{
	ha_cf_complain(r->parser, DIAG_ERROR, r->row, word, what);
	return false;
}

// The word behind an option; NULL, after an error, when the line ends.
static const struct word *value_of(struct reading *r, const char *expected)
{
	if (r->at < r->args->count)
		return &r->args->words[r->at++];
	(void)refuse(r, r->args->words[r->args->count - 1], expected);
	return NULL;
}

static bool take_time(struct reading *r, struct span *out)
{
	const struct word *word = value_of(r, "has no time behind it; expected a time of at least 1s, like 30s");
	if (!word)
		return false;
	if (!ha_cf_time(word->text, out) || out->ns < span_ms(SHORTEST_MS).ns)
		return refuse(r, *word, "is not accepted; expected a time of at least 1s, like 30s");
	return true;
}

static bool take_timeout(struct reading *r)
{
	return take_time(r, &r->entry.timeout);
}

static bool take_restarts(struct reading *r)
{
	const struct word *word = value_of(r, "has no number behind it; expected \"restarts NUMBER within TIME\"");
	uint64_t number;
	if (!word)
		return false;
	if (!bytes_to_u64(word->text, 10, &number) || number > MONITOR_RESTARTS_MAX)
		return refuse(r, *word, "is out of range; expected a whole number from 0 to 20");
	r->entry.restarts = (unsigned)number;
	word = value_of(r, "has no time behind it; expected \"restarts NUMBER within TIME\"");
	if (!word)
		return false;
	if (!bytes_equal_text(word->text, "within"))
		return refuse(r, *word, "is not accepted here; expected \"restarts NUMBER within TIME\"");
	return take_time(r, &r->entry.within);
}

static bool take_on_fail(struct reading *r)
{
	const struct word *word = value_of(r, "has no action behind it; expected restart, move, stop or ignore");
	if (!word)
		return false;
	for (size_t i = 0; i < MONITOR_ON_FAILS; i++)
		if (bytes_equal_text(word->text, on_fails[i])) {
			r->entry.on_fail = (enum monitor_on_fail)i;
			return true;
		}
	return refuse(r, *word, bytes_equal_text(word->text, "fence")
			? "is not available: a failed service does not fence its node; expected restart, move, stop or ignore"
			: "is not an action; expected restart, move, stop or ignore");
}

static const struct {
	const char *name;
	bool (*take)(struct reading *r);
} options[] = {
	{"timeout", take_timeout},
	{"restarts", take_restarts},
	{"on-fail", take_on_fail},
};

enum { OPTIONS = sizeof options / sizeof *options };

static bool take_options(struct reading *r)
{
	bool given[OPTIONS] = {false};
	while (r->at < r->args->count) {
		struct word word = r->args->words[r->at++];
		size_t i = 0;
		while (i < OPTIONS && !bytes_equal_text(word.text, options[i].name))
			i++;
		if (i == OPTIONS)
			return refuse(r, word, "is not an option; expected timeout, restarts or on-fail");
		if (given[i])
			return refuse(r, word, "is given twice on this line; keep one of them");
		given[i] = true;
		if (!options[i].take(r))
			return false;
	}
	return true;
}

bool line_monitor(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args)
{
	struct ha_cf *conf = p->conf;
	struct reading r = {.parser = p, .row = row, .args = args, .at = 1,
		.entry = {.restarts = RESTARTS_PRESET, .within = span_ms(WITHIN_PRESET_MS), .line = args->line,
			.column = args->words[0].column}};
	r.entry.what = arena_text(p->arena, args->words[0].text);
	if (!take_time(&r, &r.entry.interval) || !take_options(&r))
		return false;
	conf->monitors = arena_grow(p->arena, conf->monitors, conf->monitor_count, sizeof(r.entry));
	conf->monitors[conf->monitor_count++] = r.entry;
	return true;
}

// --- which line counts ---

static bool is_address(const struct resource_conf *r)
{
	return haresources_address_family(r->script) != AF_UNSPEC;
}

// How much a line names of a resource; 0: it does not apply.
static unsigned names(const struct monitor_conf *m, const struct resource_conf *r)
{
	if (strcmp(m->what, r->text) == 0)
		return 3;
	return strcmp(m->what, r->script) == 0 ? 2u : strcmp(m->what, "*") == 0 ? 1u : 0u;
}

const struct monitor_conf *monitor_of(const struct ha_cf *conf, const struct resource_conf *r)
{
	const struct monitor_conf *best = NULL;
	unsigned most = 1;
	for (size_t i = 0; i < conf->monitor_count && !is_address(r); i++) {
		unsigned named = names(&conf->monitors[i], r);
		if (named < most)
			continue;
		best = &conf->monitors[i];
		most = named;
	}
	return best;
}

// Why a line watches nothing; NULL: it watches something.
static const char *objection(const struct ha_cf *conf, const struct haresources *file, const struct monitor_conf *m)
{
	bool named = false, address = false;
	for (size_t g = 0; g < file->count; g++)
		for (size_t i = 0; i < file->groups[g].count; i++) {
			const struct resource_conf *r = &file->groups[g].resources[i];
			if (monitor_of(conf, r) == m)
				return NULL;
			named |= names(m, r) > 0 && !is_address(r);
			address |= names(m, r) > 1 && is_address(r);
		}
	return named ? "has no effect: for each of its resources another line names more, or comes later; delete one of them"
	       : address ? "is an address, which heartbeat always watches; delete the line"
	       : strcmp(m->what, "*") == 0 ? "has no effect: haresources has only addresses, which heartbeat always watches"
	                                   : "is no resource of haresources; expected the name of a script there, or a whole resource";
}

void monitor_check(const struct ha_cf *conf, const struct haresources *resources, struct diags *diags)
{
	for (size_t i = 0; i < conf->monitor_count; i++) {
		const struct monitor_conf *m = &conf->monitors[i];
		const char *what = objection(conf, resources, m);
		if (what)
			diag_add(diags, DIAG_WARNING, m->line, m->column, "monitor: \"%s\" %s",
				show(bytes_of(m->what)).text, what);
	}
}
