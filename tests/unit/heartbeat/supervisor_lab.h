// SPDX-License-Identifier: MIT
/* What the tests of the supervisor share: a supervisor, what it sees, and its actions as words. */
#ifndef TESTS_UNIT_SUPERVISOR_LAB_H
#define TESTS_UNIT_SUPERVISOR_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/supervisor/policy.h"

/* Times in ms; keepalive 200 ms, deadtime 2 s: silence 1 s, in time until 1250 ms after the last packet. */
static struct supervisor s;
static struct supervisor_view v;
static char done[512]; /* the actions of the last step, as words */

static inline void read_actions(void)
{
	static const char *const names[SUPERVISOR_ACTIONS] = {[SUPERVISOR_TERMINATE_ENGINE] = "terminate",
		[SUPERVISOR_KILL_ENGINE] = "kill",
		[SUPERVISOR_END_SCRIPTS] = "end-scripts",
		[SUPERVISOR_REMOVE_ADDRESSES] = "remove",
		[SUPERVISOR_START_RELEASE] = "release",
		[SUPERVISOR_KILL_RELEASE] = "kill-release"};
	size_t len = 0;
	done[0] = '\0';
	for (size_t i = 0; i < s.action_count; i++) {
		const struct supervisor_action *a = &s.actions[i];
		char word[32];
		if (a->kind == SUPERVISOR_START_ENGINE)
			(void)snprintf(word, sizeof word, a->keep ? "start-keep" : "start");
		else if (a->kind == SUPERVISOR_REPORT_START || a->kind == SUPERVISOR_EXIT)
			(void)snprintf(
				word, sizeof word, "%s-%d", a->kind == SUPERVISOR_EXIT ? "exit" : "report", a->code);
		else
			(void)snprintf(word, sizeof word, "%s", names[a->kind]);
		len += (size_t)snprintf(done + len, sizeof done - len, "%s%s", len ? " " : "", word);
	}
}

static inline void step_with(struct supervisor_event e)
{
	supervisor_step(&s, &v, &e);
	read_actions();
}

static inline void step(enum supervisor_event_kind kind) { step_with((struct supervisor_event){.kind = kind}); }

static inline void clean(enum supervisor_event_kind kind)
{
	step_with((struct supervisor_event){.kind = kind, .clean = true});
}

static inline void wait_ms(int64_t ms) { v.now = mono_add(v.now, span_ms(ms)); }

/* The engine is well: its loop runs, and it sends. */
static inline void beat(void) { v.beat = v.sent = v.now; }

static inline void engine_runs(unsigned groups)
{
	v = (struct supervisor_view){.now = {1000000000}, .keepalive = span_ms(200), .deadtime = span_ms(2000)};
	supervisor_init(&s);
	step(SUPERVISOR_TIMER);
	assert_string_equal(done, "start");
	wait_ms(10);
	step(SUPERVISOR_READY);
	assert_string_equal(done, "report-0");
	v.groups = groups;
	beat();
}

#endif
