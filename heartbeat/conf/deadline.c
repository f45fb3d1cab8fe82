// SPDX-License-Identifier: MIT
// script_deadline TIME [SCRIPT [ACTION]]: how long a call of a script may take.  Ours; doc/resources.md 1.
#include <string.h>

#include "heartbeat/conf/ha_cf_parse.h"

static const struct {
	const char *name;
	int64_t preset_ms;
} actions[SCRIPT_ACTIONS] = {
	[SCRIPT_STATUS] = {"status", 30 * 1000},
	[SCRIPT_START] = {"start", 600 * 1000}, // a database may need to recover, or a file system check may run
	[SCRIPT_STOP] = {"stop", 120 * 1000},
};

static int action_of(struct bytes word)
{
	int action = 0;
	while (action < SCRIPT_ACTIONS && !bytes_equal_text(word, actions[action].name))
		action++;
	return action;
}

bool line_script_deadline(struct ha_cf_parser *p, const struct directive *row, const struct lexer_line *args)
{
	struct ha_cf *conf = p->conf;
	struct deadline_conf entry = {.action = SCRIPT_ACTIONS};
	if (!ha_cf_time(args->words[0].text, &entry.time) || entry.time.ns < span_ms(1000).ns) {
		ha_cf_complain(p, DIAG_ERROR, row, args->words[0], "is not accepted; expected a time of at least 1s, like 600s");
		return false;
	}
	if (args->count > 1)
		entry.script = arena_text(p->arena, args->words[1].text);
	if (args->count > 2)
		entry.action = action_of(args->words[2].text);
	if (args->count > 2 && entry.action == SCRIPT_ACTIONS) {
		ha_cf_complain(p, DIAG_ERROR, row, args->words[2], "is not an action; expected start, stop or status");
		return false;
	}
	if (args->count > 3) {
		ha_cf_complain(p, DIAG_ERROR, row, args->words[3], "is too much; expected \"script_deadline TIME [SCRIPT [ACTION]]\"");
		return false;
	}
	conf->deadlines = arena_grow(p->arena, conf->deadlines, conf->deadline_count, sizeof(entry));
	conf->deadlines[conf->deadline_count++] = entry;
	return true;
}

struct span ha_cf_deadline(const struct ha_cf *conf, const char *script, enum script_action action)
{
	const struct deadline_conf *best = NULL;
	unsigned most = 0;
	for (size_t i = 0; i < conf->deadline_count; i++) {
		const struct deadline_conf *d = &conf->deadlines[i];
		unsigned names = (d->script ? 1u : 0) + (d->action != SCRIPT_ACTIONS ? 1u : 0);
		bool applies = (!d->script || strcmp(d->script, script) == 0) &&
		               (d->action == SCRIPT_ACTIONS || d->action == (int)action);
		if (!applies || (best && names < most))
			continue;
		best = d;
		most = names;
	}
	return best ? best->time : span_ms(actions[action].preset_ms);
}
