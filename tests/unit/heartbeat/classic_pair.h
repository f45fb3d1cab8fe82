// SPDX-License-Identifier: MIT
/* What the tests of the classic dialect share: its messages, and a pair: alpha is a core, the test acts as a
 * Heartbeat 3.0.6 that is called beta. */
#ifndef TESTS_UNIT_CLASSIC_PAIR_H
#define TESTS_UNIT_CLASSIC_PAIR_H

#include "tests/unit/heartbeat/pair.h"

#define ACTIVE "status|st=active|dt=fa0|protocol=1"
#define RESOURCE(half, stable) "resource|rsc_hold=" half "|rtype=full|isstable=" stable
#define ASK(half, info) "ask_resources|rsc_hold=" half "|info=" info

/* Alpha is active and has sent "starting"; beta is active. */
static inline struct pair *met(const char *lines, const char *resources)
{
	struct pair *p = pair_new(lines, resources);
	pair_boot(p, ALPHA);
	pair_say(p, "status|st=init|dt=fa0|protocol=1");
	pair_say(p, "status|st=up|dt=fa0|protocol=1");
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ");
	assert_seen(p, ALPHA, "Comm_now_up(): updating status to active");
	p->voice.beat = ACTIVE;
	p->voice.next_beat = p->now;
	pair_run(p, 0);
	return p;
}

/* Both are stable, web runs on alpha and db, as beta reported, on beta. */
static inline struct pair *stable(const char *lines)
{
	struct pair *p = met(lines, NULL);
	pair_say(p, RESOURCE("local", "1"));
	pair_run(p, 100);
	pair_say(p, RESOURCE("local", "1"));
	assert_true(pair_runs(p, ALPHA, "web"));
	assert_state(p, ALPHA, "db", OWN_NONE);
	pair_mark(p);
	return p;
}

#endif
