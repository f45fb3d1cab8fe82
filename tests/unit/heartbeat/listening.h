// SPDX-License-Identifier: MIT
/* What the tests of receiving share: a node that listens, and its counters. */
#ifndef TESTS_UNIT_LISTENING_H
#define TESTS_UNIT_LISTENING_H

#include "tests/unit/heartbeat/pair.h"

#define STATUS "status|st=up|dt=fa0|protocol=1"

static inline struct pair *listening(const char *lines)
{
	struct pair *p = pair_new(lines, NULL);
	pair_boot(p, ALPHA);
	pair_mark(p);
	return p;
}

static inline struct core_counters counters_of(const struct pair *p)
{
	struct core_counters counters;
	core_counters(p->side[ALPHA].core, &counters);
	return counters;
}

#endif
