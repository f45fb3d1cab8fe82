// SPDX-License-Identifier: MIT
/* Every cell of the table in ownership.h, with every condition that it names; every illegal move; ends of scripts,
 * retries, time-outs. */
#include "tests/unit/heartbeat/pair.h"

#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/core/group_state.h"

/* As in the header.  The column STARTING is not there: HELD includes it. */
static const char *const header[] = {
	"UNKNOWN    stay    stay   stay    stay    stay    stay     stay     stay      stay     stay     stay",
	"NONE       start   stay   home?   start   claim   stay     stay     stay      able?    stay     stay",
	"CLAIM      start   stay   acked?  start   acked?  tie      tie      asked?    stay     stay     withdraw",
	"STARTING   stay    stay   stay    stay    stay    stay     stay     conflict  conflict stay     stay",
	"HELD       stay    stay   leave?  stay    stay    stay     release  conflict  conflict stay     stay",
	"GIVING     cancel  cancel stay    cancel  cancel  release  release  conflict  conflict stay     cancel",
	"STOPPING   stay    stay   stay    stay    stay    stay     stay     stay      stay     stay     stay",
	"FAILED     retry   stay   stay    retry   retry   stay     stay     stay      able?    stay     stay",
	"STUCK      stay    stay   stay    stay    stay    stay     stay     stay      stay     stay     stay",
};

static const char *const columns[PEER_COLUMNS] = {"AWAY", "UNSURE", "NONE", "LEAVING", "FAILED", "CLAIM", "ASK",
	"STARTING", "HELD", "GIVING", "STOPPING", "STUCK"};

/* Everything on which a verdict may depend. */
struct given {
	enum group_state state;
	enum peer_column column;
	bool mine, asked, acked, due, digests_differ, lower_name, time_has_come, hindered;
	enum failback failback;
	int newer; /* our epoch against theirs: -1, 0, 1; NO_EPOCH: they have none */
};

enum { CONDITIONS = 8, COMBINATIONS = 1 << CONDITIONS, OUR_EPOCH = 5, NO_EPOCH = 2 };

static struct given given_of(
	enum group_state state, enum peer_column column, unsigned bits, enum failback failback, int newer)
{
	return (struct given){
		.state = state,
		.column = column,
		.failback = failback,
		.newer = newer,
		.mine = bits & 1,
		.asked = bits & 2,
		.acked = bits & 4,
		.due = bits & 8,
		.digests_differ = bits & 16,
		.lower_name = bits & 32,
		.time_has_come = bits & 64,
		.hindered = bits & 128,
	};
}

static char *word_of(enum group_state state, enum peer_column column)
{
	g_auto(GStrv) words = g_strsplit_set(header[state], " ", -1);
	unsigned wanted = column < PEER_STARTING    ? (unsigned)column + 1U
	                  : column == PEER_STARTING ? PEER_STARTING + 1U
	                                            : (unsigned)column;
	for (unsigned i = 0, word = 0; words[i]; i++)
		if (*words[i] && word++ == wanted)
			return g_strdup(words[i]);
	fail();
	return NULL;
}

static bool home_goes_first(const struct given *s)
{
	return s->digests_differ ? s->lower_name : s->mine;
}

/* What one entry of the table does, as the header describes it. */
static enum group_state after(const struct given *s, const char *word)
{
	bool they_ask = s->column == PEER_ASK;
	if (!strcmp(word, "start"))
		return OWN_STARTING;
	if (!strcmp(word, "claim"))
		return OWN_CLAIM;
	if (!strcmp(word, "able?"))
		return s->hindered ? s->state : OWN_CLAIM;
	if (!strcmp(word, "home?"))
		return home_goes_first(s) && !s->hindered ? OWN_CLAIM : s->state;
	if (!strcmp(word, "acked?"))
		return s->acked ? OWN_STARTING : s->state;
	if (!strcmp(word, "tie"))
		return (s->asked != they_ask ? s->asked : home_goes_first(s)) ? s->state : OWN_NONE;
	if (!strcmp(word, "asked?"))
		return s->asked ? s->state : OWN_NONE;
	if (!strcmp(word, "withdraw"))
		return OWN_NONE;
	if (!strcmp(word, "conflict"))
		return s->newer == 1 || ((s->newer == 0 || s->newer == NO_EPOCH) && (s->asked || home_goes_first(s)))
		               ? s->state
		               : OWN_STOPPING;
	if (!strcmp(word, "release"))
		return OWN_STOPPING;
	if (!strcmp(word, "cancel"))
		return OWN_HELD;
	if (!strcmp(word, "leave?") && s->hindered)
		return OWN_STOPPING;
	if (!strcmp(word, "leave?"))
		return s->due && !s->mine && s->failback != FAILBACK_OFF && s->time_has_come ? OWN_GIVING : s->state;
	if (!strcmp(word, "retry")) {
		if (!s->time_has_come)
			return s->state;
		return s->column == PEER_AWAY ? OWN_STARTING : OWN_CLAIM;
	}
	assert_string_equal(word, "stay");
	return s->state;
}

static enum group_state expected(struct given s)
{
	for (unsigned i = 0; i < OWN_STATES; i++) {
		g_autofree char *word = word_of(s.state, s.column);
		enum group_state to = after(&s, word);
		if (to == s.state)
			break;
		s.state = to;
		s.acked = false; /* the peer has not yet sent a message that knows the new state */
		if (to == OWN_HELD)
			s.time_has_come = true; /* nothing has been offered without an answer since then */
		if (to != OWN_CLAIM)
			s.asked = false;
	}
	return s.state;
}

static void set_up(struct core *c, const struct given *s)
{
	struct group *group = &c->groups[0];
	memset(group, 0, sizeof *group);
	c->arena = writer_over(c->arena_memory, CORE_ARENA);
	c->action_head = c->action_tail = 0;
	group->state = s->state;
	group->mine = s->mine;
	group->asked = s->asked && s->state == OWN_CLAIM;
	group->failback_due = s->due;
	group->epoch = OUR_EPOCH;
	group->deadline = s->time_has_come ? c->now.mono : mono_add(c->now.mono, span_ms(1));
	group->peer = (struct peer_group){.said = s->column,
		.epoch = s->newer == NO_EPOCH ? 0 : (uint64_t)(OUR_EPOCH - s->newer),
		.acked = s->acked};
	if (s->hindered)
		(void)snprintf(group->hindrance, sizeof group->hindrance, "eth0 has no carrier");
	group->hindered_at = c->now.mono;
	c->nodes[c->peer].last_status = mono_add(c->now.mono, span_ms(1));
	c->nodes[c->peer].status = s->column == PEER_AWAY ? NODE_DEAD : NODE_ACTIVE;
	c->native.digest = s->digests_differ ? c->resources->digest + 1 : c->resources->digest;
	((struct ha_cf *)(uintptr_t)c->conf)->failback = s->failback;
}

/* Whether the actions fit the move: a start when it starts, a stop when it stops, once. */
static bool actions_fit(struct core *c, enum group_state from, enum group_state to)
{
	unsigned starts = 0, stops = 0;
	struct action a;
	while (core_action(c, &a)) {
		starts += a.kind == ACTION_GROUP_START;
		stops += a.kind == ACTION_GROUP_STOP;
	}
	return starts == (to == OWN_STARTING && from != to) && stops == (to == OWN_STOPPING && from != to);
}

static void check_cell(struct core *c, const struct given *s)
{
	set_up(c, s);
	bool asked = s->asked && s->state == OWN_CLAIM;
	struct given sane = *s;
	sane.asked = asked;
	ownership_settle(c);
	enum group_state to = c->groups[0].state, wanted = expected(sane);
	if (to != wanted || !actions_fit(c, s->state, to))
		fail_msg(
			"%s, the other node %s: mine %d asked %d acked %d due %d digests differ %d lower name %d time %d hindered %d failback %d newer %d: %s, not %s",
			group_state_name(s->state), columns[s->column], s->mine, asked, s->acked, s->due,
			s->digests_differ, s->lower_name, s->time_has_come, s->hindered, (int)s->failback, s->newer,
			group_state_name(to), group_state_name(wanted));
}

static struct core *active_core(struct pair *p, int side)
{
	pair_boot(p, side);
	struct core *c = p->side[side].core;
	c->phase = PHASE_ACTIVE;
	return c;
}

static void every_cell_of_the_table_does_what_the_header_lists(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	struct core *c[SIDES] = {active_core(p, ALPHA), active_core(p, BETA)};
	for (unsigned s = 0; s < OWN_STATES; s++)
		for (unsigned column = 0; column < PEER_COLUMNS; column++)
			for (unsigned bits = 0; bits < COMBINATIONS; bits++)
				for (unsigned rest = 0; rest < 12; rest++) {
					struct given given = given_of(
						s, column, bits, (enum failback)(rest / 4), (int)(rest % 4) - 1);
					check_cell(c[given.lower_name ? ALPHA : BETA], &given);
				}
	pair_free(p);
}

static void the_header_shows_this_table(void **state)
{
	(void)state;
	g_autofree char *text = NULL;
	/* run from the top of the tree */
	assert_true(g_file_get_contents("heartbeat/core/ownership.h", &text, NULL, NULL));
	for (unsigned s = 0; s < OWN_STATES; s++)
		assert_non_null(strstr(text, header[s]));
}

static void nothing_moves_before_the_cluster_is_up_or_while_leaving(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	struct core *c = active_core(p, ALPHA);
	static const enum phase phases[] = {PHASE_UP, PHASE_LEAVING};
	for (size_t i = 0; i < 2; i++)
		for (unsigned column = 0; column < PEER_COLUMNS; column++)
			for (unsigned bits = 0; bits < COMBINATIONS; bits++) {
				struct given none = given_of(OWN_NONE, column, bits, FAILBACK_ON, 1),
					     failed = given_of(OWN_FAILED, column, bits, FAILBACK_ON, 1);
				c->phase = phases[i];
				set_up(c, &none);
				ownership_settle(c);
				assert_int_equal(c->groups[0].state, OWN_NONE);
				set_up(c, &failed);
				ownership_settle(c);
				assert_int_equal(c->groups[0].state, OWN_FAILED);
			}
	pair_free(p);
}

/* --- legal moves --- */

/* From the table, the ends of children, time-outs, an operator's and a shutdown's orders. */
static bool is_legal(enum group_state from, enum group_state to)
{
	static const char *const legal[OWN_STATES] = {
		[OWN_UNKNOWN] = "none stuck",
		[OWN_NONE] = "claim starting",
		[OWN_CLAIM] = "none starting",
		[OWN_STARTING] = "held failed stuck stopping",
		[OWN_HELD] = "giving stopping",
		[OWN_GIVING] = "held stopping",
		[OWN_STOPPING] = "none stuck failed",
		[OWN_FAILED] = "claim starting none",
		[OWN_STUCK] = "stopping",
	};
	return strstr(legal[from], group_state_name(to)) != NULL;
}

/* Whether the move kills the process, tried in a child. */
static bool aborts(struct core *c, enum group_state from, enum group_state to)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		(void)signal(SIGABRT, SIG_DFL); /* cmocka catches it */
		(void)freopen("/dev/null", "w", stderr);
		c->groups[0].state = from;
		group_set_state(c, 0, to, "test");
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true((WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
		    (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
	return WIFSIGNALED(status);
}

static void a_move_that_is_not_legal_is_asserted_against(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	struct core *c = active_core(p, ALPHA);
	for (unsigned from = 0; from < OWN_STATES; from++)
		for (unsigned to = 0; to < OWN_STATES; to++)
			if (aborts(c, from, to) == is_legal(from, to))
				fail_msg("%s -> %s", group_state_name(from), group_state_name(to));
	pair_free(p);
}

/* --- a resource of a group has failed --- */

static void fail_group(struct pair *p, int side, size_t g, const char *why)
{
	pair_step(p, side, &(struct event){.kind = EVENT_GROUP_FAILED, .group_failed = {.group = g, .why = why}});
}

static void the_header_shows_the_table_of_reports(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"            started  start failed  start dirty  stopped   stop failed  failed    hindered   ready again  cleaned\n",
		" * UNKNOWN    error    error         error        NONE      STUCK        -         -          -            -\n",
		" * CLAIM      error    error         error        error     error        -         withdraw?  -            -\n",
		" * STARTING   HELD     FAILED        STUCK        error     error        -         -          -            -\n",
		" * HELD       error    error         error        error     error        STOPPING  -          -            -\n",
		" * GIVING     error    error         error        error     error        STOPPING  -          -            -\n",
		" * STOPPING   error    error         error        NONE      STUCK        -         -          -            -\n",
		" * FAILED     error    error         error        error     error        -         -          NONE?        NONE\n",
		" * STUCK      error    error         error        error     error        -         -          -            STOPPING\n",
		" * others     error    error         error        error     error        -         -          -            -\n",
	};
	g_autofree char *text = NULL;
	assert_true(g_file_get_contents("heartbeat/core/ownership.h", &text, NULL, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		assert_non_null(strstr(text, lines[i]));
}

static void a_failed_group_is_released_where_it_runs_and_the_report_is_ignored_in_every_other_state(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	struct core *c = active_core(p, ALPHA);
	for (unsigned s = 0; s < OWN_STATES; s++)
		for (unsigned column = 0; column < PEER_COLUMNS; column++) {
			struct given given = given_of(s, column, 0, FAILBACK_OFF, 0);
			set_up(c, &given);
			ownership_group_failed(c, 0, "httpd: not running");
			bool runs = s == OWN_HELD || s == OWN_GIVING;
			assert_int_equal(c->groups[0].state, runs ? OWN_STOPPING : s);
			assert_true(actions_fit(c, (enum group_state)s, c->groups[0].state));
			assert_string_equal(c->groups[0].why, runs ? "httpd: not running" : "");
			if (!runs)
				continue;
			ownership_group_failed(c, 0, "reported twice"); /* it is being stopped already */
			assert_int_equal(c->groups[0].state, OWN_STOPPING);
			ownership_group_done(c, 0, GROUP_STOP, true, false, NULL);
			assert_int_equal(c->groups[0].state, OWN_FAILED);
			assert_int_equal(c->groups[0].attempts, 1);
			assert_int_equal(mono_since(c->groups[0].deadline, c->now.mono).ns, span_ms(RETRY_MS).ns);
		}
	pair_free(p);
}

static void a_group_that_fails_is_taken_by_the_peer_when_it_is_released_and_stays_there(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback on\n", "alpha web\n");
	pair_mark(p);
	fail_group(p, ALPHA, 0, "httpd: not running");
	assert_state(p, ALPHA, "web", OWN_STOPPING);
	assert_seen(p, ALPHA,
		"log ERROR Group web has failed here (httpd: not running): it is released, and the other node is asked to run it");
	pair_run(p, 2000);
	assert_before(p, ALPHA, "stopped web", BETA, "do start web");
	assert_seen(p, ALPHA, "Giving up resources of group web: it failed here (httpd: not running), try 1.");
	assert_state(p, BETA, "web", OWN_HELD);
	pair_run(p, 2 * RETRY_MS);
	assert_state(p, BETA, "web", OWN_HELD);
	assert_state(p, ALPHA, "web", OWN_FAILED);
	assert_unseen(p, ALPHA, "do start web");
	pair_free(p);
}

/* It starts, and fails soon after. */
static void a_group_that_fails_again_and_again_is_tried_after_longer_and_longer_pauses(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	pair_boot(p, ALPHA);
	pair_until(p, 11000, ALPHA, "started web");
	static const int64_t pauses[] = {
		RETRY_MS, RETRY_MS, 2 * RETRY_MS, 4 * RETRY_MS, 8 * RETRY_MS, LATER_MS, LATER_MS};
	for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
		pair_run(p, 60000); /* it runs so long */
		pair_mark(p);
		fail_group(p, ALPHA, 0, "httpd: not running");
		pair_until(p, 1000, ALPHA, "stopped web");
		int64_t stopped = pair_when(p, ALPHA, "stopped web");
		pair_until(p, LATER_MS + 1000, ALPHA, "do start web");
		assert_int_equal(pair_when(p, ALPHA, "do start web") - stopped, pauses[i]);
	}
	pair_run(p, STEADY_MS + 1000);
	pair_mark(p);
	fail_group(p, ALPHA, 0, "httpd: not running");
	pair_run(p, 1000);
	assert_seen(p, ALPHA, "it failed here (httpd: not running), try 1.");
	pair_free(p);
}

static void a_group_that_fails_on_both_nodes_rests_and_an_operator_can_clean_it(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, "alpha web\n");
	fail_group(p, ALPHA, 0, "httpd: not running");
	pair_run(p, 5000);
	assert_state(p, BETA, "web", OWN_HELD);
	pair_mark(p);
	fail_group(p, BETA, 0, "httpd: not running");
	pair_run(p, 5000);
	assert_seen(p, BETA, "Group web has failed on both nodes: nobody runs it.");
	assert_state(p, ALPHA, "web", OWN_FAILED);
	assert_state(p, BETA, "web", OWN_FAILED);
	pair_step(p, BETA, &(struct event){.kind = EVENT_GROUP_CLEAN, .group_clean = {.group = 0}});
	pair_run(p, 2000);
	assert_state(p, BETA, "web", OWN_HELD);
	assert_state(p, ALPHA, "web", OWN_FAILED);
	pair_step(p, ALPHA, &(struct event){.kind = EVENT_GROUP_CLEAN, .group_clean = {.group = 0}});
	pair_run(p, 2 * LATER_MS);
	assert_state(p, ALPHA, "web", OWN_NONE);
	assert_state(p, BETA, "web", OWN_HELD);
	pair_free(p);
}

static void cleaning_moves_only_what_has_failed_or_is_stuck(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	struct core *c = active_core(p, ALPHA);
	for (unsigned s = 0; s < OWN_STATES; s++)
		for (unsigned column = 0; column < PEER_COLUMNS; column++) {
			struct given given = given_of(s, column, 0, FAILBACK_OFF, 0);
			set_up(c, &given);
			c->groups[0].attempts = c->groups[0].relapses = 2;
			ownership_group_clean(c, 0);
			assert_int_equal(c->groups[0].state,
				s == OWN_FAILED ? OWN_NONE : s == OWN_STUCK ? OWN_STOPPING : s);
			assert_true(actions_fit(c, (enum group_state)s, c->groups[0].state));
			assert_int_equal(c->groups[0].attempts + c->groups[0].relapses, 0);
		}
	pair_free(p);
}

static void a_group_that_fails_on_the_only_node_is_tried_again_there_after_30_s(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	pair_boot(p, ALPHA);
	pair_until(p, 11000, ALPHA, "started web");
	pair_run(p, 1000);
	pair_mark(p);
	fail_group(p, ALPHA, 0, NULL);
	pair_until(p, 1000, ALPHA, "stopped web");
	int64_t stopped = pair_when(p, ALPHA, "stopped web");
	pair_until(p, RETRY_MS + 1000, ALPHA, "do start web");
	assert_int_equal(pair_when(p, ALPHA, "do start web") - stopped, RETRY_MS);
	pair_run(p, 1000);
	assert_state(p, ALPHA, "web", OWN_HELD);
	pair_free(p);
}

static void a_group_that_fails_and_cannot_be_stopped_is_stuck_and_later_failed(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, "alpha web\n");
	p->side[ALPHA].script[0].fail_stops = 1;
	pair_mark(p);
	fail_group(p, ALPHA, 0, "httpd: not running");
	pair_run(p, 1000);
	assert_state(p, ALPHA, "web", OWN_STUCK);
	assert_unseen(p, BETA, "do start web");
	pair_run(p, RETRY_MS + 1000);
	assert_state(p, ALPHA, "web", OWN_FAILED);
	assert_state(p, BETA, "web", OWN_HELD);
	pair_free(p);
}

/* --- something that a group needs on this machine is missing, or there again --- */

static void ready(struct pair *p, int side, size_t g, bool is_ready, const char *why)
{
	pair_step(p, side,
		&(struct event){.kind = EVENT_GROUP_READY,
			.group_ready = {.group = g, .ready = is_ready, .why = why}});
}

static void a_group_is_forgotten_to_have_failed_only_where_it_failed_while_it_was_hindered(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	struct core *c = active_core(p, ALPHA);
	for (unsigned s = 0; s < OWN_STATES; s++)
		for (unsigned failed_hindered = 0; failed_hindered < 2; failed_hindered++) {
			struct given given = given_of(s, PEER_UNSURE, 128, FAILBACK_OFF, 0);
			set_up(c, &given);
			c->groups[0].failed_hindered = failed_hindered;
			c->groups[0].attempts = 2;
			ownership_group_ready(c, 0, true, NULL);
			bool forgets = s == OWN_FAILED && failed_hindered;
			assert_int_equal(c->groups[0].state, forgets ? OWN_NONE : s);
			assert_int_equal(c->groups[0].attempts, forgets ? 0 : 2);
			assert_false(group_is_hindered(&c->groups[0]));
		}
	pair_free(p);
}

static void a_claim_for_a_group_that_becomes_hindered_is_withdrawn(void **state)
{
	(void)state;
	static const struct dialect *const dialects[] = {&dialect_native, &dialect_classic, &dialect_legacy};
	struct pair *p = pair_new(NULL, "alpha web\n");
	struct core *c = active_core(p, ALPHA);
	for (unsigned s = 0; s < OWN_STATES; s++)
		for (unsigned asked = 0; asked < 2; asked++)
			for (size_t d = 0; d < G_N_ELEMENTS(dialects); d++) {
				struct given given = given_of(s, PEER_STOPPING, 0, FAILBACK_OFF, 0);
				set_up(c, &given);
				c->dialect = dialects[d];
				c->groups[0].asked = s == OWN_CLAIM && asked;
				ownership_group_ready(c, 0, false, "eth0 has no carrier");
				bool withdraws = s == OWN_CLAIM && (asked || dialects[d] == &dialect_native);
				assert_int_equal(c->groups[0].state, withdraws ? OWN_NONE : s);
				assert_true(group_is_hindered(&c->groups[0]));
			}
	pair_free(p);
}

static void a_takeover_of_a_group_that_becomes_hindered_leaves_it_where_it_runs(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, "alpha web\n");
	pair_mark(p);
	pair_lose_engine(p, ALPHA); /* it does not answer */
	pair_move(p, BETA, true, HALF_ALL, 2);
	assert_state(p, BETA, "web", OWN_CLAIM);
	ready(p, BETA, 0, false, "eth0 has no carrier");
	assert_state(p, BETA, "web", OWN_NONE);
	assert_seen(p, BETA, "moved 2 not");
	pair_free(p);
}

static void a_start_that_was_hindered_is_tried_again_at_once_when_that_is_over(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	p->side[ALPHA].script[0].fail_starts = PAIR_ALWAYS;
	pair_boot(p, ALPHA);
	ready(p, ALPHA, 0, false, "eth0 has no carrier");
	assert_seen(p, ALPHA, "log WARN Group web cannot run here: eth0 has no carrier");
	pair_until(p, 11000, ALPHA, "failed web");
	pair_run(p, 3 * RETRY_MS); /* the pauses have grown */
	p->side[ALPHA].script[0].fail_starts = 0;
	pair_mark(p);
	ready(p, ALPHA, 0, true, NULL);
	assert_seen(p, ALPHA, "do start web");
	pair_run(p, 1000);
	assert_state(p, ALPHA, "web", OWN_HELD);
	pair_free(p);
}

static void a_start_that_failed_for_another_reason_keeps_its_pause(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	p->side[ALPHA].script[0].fail_starts = 1;
	pair_boot(p, ALPHA);
	pair_until(p, 11000, ALPHA, "failed web");
	ready(p, ALPHA, 0, false, "eth0 has no carrier");
	pair_run(p, 1000);
	pair_mark(p);
	ready(p, ALPHA, 0, true, NULL);
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "do start web");
	assert_state(p, ALPHA, "web", OWN_FAILED);
	pair_free(p);
}

static void a_group_that_is_hindered_here_goes_to_the_peer_and_stays_there(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback on\n", "alpha web\n");
	pair_mark(p);
	pair_run(p, ABLE_MS);
	ready(p, ALPHA, 0, false, "eth0 has no carrier");
	assert_seen(p, ALPHA, "log CRIT Group web runs here, but eth0 has no carrier");
	assert_unseen(p, ALPHA, "do stop web"); /* the peer has not been heard since */
	pair_run(p, 3000);
	assert_before(p, ALPHA, "stopped web", BETA, "do start web");
	assert_state(p, BETA, "web", OWN_HELD);
	ready(p, ALPHA, 0, true, NULL);
	pair_run(p, 2 * RETRY_MS);
	assert_state(p, BETA, "web", OWN_HELD);
	assert_state(p, ALPHA, "web", OWN_NONE);
	assert_unseen(p, ALPHA, "do start web");
	pair_free(p);
}

static void a_group_that_is_hindered_here_does_not_wait_for_the_next_heartbeat_of_the_peer(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, "alpha web\n");
	pair_run(p, ABLE_MS + 100); /* the keepalive is 1 s: the next heartbeat is due later */
	pair_mark(p);
	int64_t since = pair_ms(p);
	ready(p, ALPHA, 0, false, "eth0 has no carrier");
	pair_run(p, 3000);
	assert_in_range(pair_when(p, BETA, "do start web") - since, 0, 50); /* the scripts of the pair take no time */
	pair_free(p);
}

static void a_group_that_is_hindered_on_both_nodes_stays_where_it_is_until_one_of_them_is_ready(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, "alpha web\n");
	pair_mark(p);
	ready(p, BETA, 0, false, "eth0 has no carrier");
	pair_run(p, 3000);
	ready(p, ALPHA, 0, false, "eth0 has no carrier");
	pair_run(p, 2 * RETRY_MS);
	assert_state(p, ALPHA, "web", OWN_HELD);
	assert_unseen(p, ALPHA, "do stop web");
	ready(p, BETA, 0, true, NULL);
	int64_t since = pair_ms(p);
	pair_run(p, ABLE_MS - 1000); /* we may be ready in the next moment as well */
	assert_unseen(p, ALPHA, "do stop web");
	pair_run(p, 4000);
	assert_in_range(pair_when(p, ALPHA, "do stop web") - since, ABLE_MS, ABLE_MS + 100); /* not a keepalive later */
	assert_before(p, ALPHA, "stopped web", BETA, "do start web");
	assert_state(p, BETA, "web", OWN_HELD);
	pair_free(p);
}

static void a_group_that_is_hindered_where_nobody_else_is_heard_stays(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, "alpha web\n");
	pair_lose_engine(p, BETA);
	pair_run(p, 500); /* its last status has arrived */
	pair_mark(p);
	ready(p, ALPHA, 0, false, "eth0 has no carrier");
	pair_run(p, 2 * RETRY_MS);
	assert_state(p, ALPHA, "web", OWN_HELD);
	assert_unseen(p, ALPHA, "do stop web");
	pair_free(p);
}

static void a_group_whose_home_is_hindered_is_started_by_the_other_node(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	pair_boot(p, ALPHA);
	ready(p, ALPHA, 0, false, "eth0 has no carrier");
	pair_boot(p, BETA);
	pair_run(p, 5000);
	assert_state(p, BETA, "web", OWN_HELD);
	assert_unseen(p, ALPHA, "do start web");
	pair_move(p, ALPHA, true, HALF_ALL, 7); /* the peer is not stopped for a start that fails */
	pair_run(p, 2000);
	assert_seen(p, ALPHA, "moved 7 not");
	assert_state(p, BETA, "web", OWN_HELD);
	pair_free(p);
}

/* --- ends of children, time-outs --- */

static void the_end_of_a_script_that_nobody_waits_for_is_ignored(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	struct core *c = active_core(p, ALPHA);
	for (unsigned s = 0; s < OWN_STATES; s++)
		for (unsigned op = 0; op < 2; op++) {
			bool awaited = op == GROUP_START ? s == OWN_STARTING : s == OWN_STOPPING || s == OWN_UNKNOWN;
			struct given given = given_of(s, PEER_UNSURE, 0, FAILBACK_OFF, 0);
			set_up(c, &given);
			ownership_group_done(c, 0, op == GROUP_START ? GROUP_START : GROUP_STOP, true, false, NULL);
			assert_int_equal(c->groups[0].state, !awaited ? s : op == GROUP_START ? OWN_HELD : OWN_NONE);
		}
	pair_free(p);
}

static void what_may_still_run_after_its_script_is_stuck_and_nothing_else_is(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	struct core *c = active_core(p, ALPHA);
	static const struct {
		enum group_state from;
		enum group_operation op;
		bool still_active;
		enum group_state to;
	} ends[] = {
		{OWN_STARTING, GROUP_START, false, OWN_FAILED}, {OWN_STARTING, GROUP_START, true, OWN_STUCK},
		{OWN_STOPPING, GROUP_STOP, true, OWN_STUCK},    {OWN_UNKNOWN, GROUP_STOP, true, OWN_STUCK},
		/* the stop fails, but the status reports stopped */
		{OWN_STOPPING, GROUP_STOP, false, OWN_NONE},    {OWN_UNKNOWN, GROUP_STOP, false, OWN_NONE},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		struct given given = given_of(ends[i].from, PEER_UNSURE, 0, FAILBACK_OFF, 0);
		set_up(c, &given);
		ownership_group_done(c, 0, ends[i].op, false, ends[i].still_active, "httpd: exit status 1");
		assert_int_equal(c->groups[0].state, ends[i].to);
		assert_string_equal(c->groups[0].why, "httpd: exit status 1");
	}
	pair_free(p);
}

static void what_is_left_of_a_failed_start_is_cleaned_up_and_then_the_other_node_tries(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	struct pair_script *script = &p->side[ALPHA].script[0];
	script->fail_starts = PAIR_ALWAYS;
	script->fail_dirty = true;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 5000);
	assert_state(p, ALPHA, "web", OWN_STUCK);
	assert_unseen(p, BETA, "do start");
	pair_run(p, RETRY_MS + 1000);
	assert_state(p, ALPHA, "web", OWN_FAILED);
	assert_true(pair_runs(p, BETA, "web"));
	assert_times(p, ALPHA, "do start web", 1);
	pair_free(p);
}

static void a_failed_start_is_tried_again_after_30_s_when_nobody_else_can(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	p->side[ALPHA].script[0].fail_starts = 1;
	pair_boot(p, ALPHA);
	pair_until(p, 11000, ALPHA, "failed web");
	int64_t failed = pair_when(p, ALPHA, "failed web");
	assert_state(p, ALPHA, "web", OWN_FAILED);
	assert_seen(
		p, ALPHA, "Giving up resources of group web: start failed here (exit status 1), try 1. The other node");
	pair_mark(p);
	pair_until(p, 31000, ALPHA, "do start web");
	assert_int_equal(pair_when(p, ALPHA, "do start web") - failed, RETRY_MS);
	pair_run(p, 100);
	assert_state(p, ALPHA, "web", OWN_HELD);
	pair_free(p);
}

static void a_start_that_fails_is_tried_ever_more_rarely_and_at_once_when_an_operator_asks(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	p->side[ALPHA].script[0].fail_starts = PAIR_ALWAYS;
	pair_boot(p, ALPHA);
	pair_until(p, 11000, ALPHA, "failed web");
	pair_run(p, 2 * RETRY_MS + 1000);
	assert_times(p, ALPHA, "do start web", START_ATTEMPTS);
	assert_seen(p, ALPHA,
		"try 3. The other node is asked to run it; if it cannot, this node tries again in 60 s, or at once after hb_takeover here.");
	pair_run(p, 60000 + 120000 + 240000);
	assert_times(p, ALPHA, "do start web", START_ATTEMPTS + 3);
	pair_run(p, 10 * LATER_MS);
	assert_times(p, ALPHA, "do start web", START_ATTEMPTS + 13);
	pair_mark(p);
	pair_move(p, ALPHA, true, HALF_ALL, 2);
	pair_run(p, 1000);
	assert_seen(p, ALPHA, "moved 2 not");
	assert_seen(p, ALPHA, "try 1. "); /* counted from the beginning */
	p->side[ALPHA].script[0].fail_starts = 0;
	pair_move(p, ALPHA, true, HALF_ALL, 3);
	pair_run(p, 1000);
	assert_state(p, ALPHA, "web", OWN_HELD);
	assert_seen(p, ALPHA, "moved 3 ok");
	pair_free(p);
}

static void what_cannot_be_stopped_is_stopped_again_every_30_s_and_reported_as_stuck(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script[0].fail_stops = 3;
	pair_move(p, ALPHA, false, HALF_ALL, 4);
	pair_run(p, 1000);
	assert_state(p, ALPHA, "web", OWN_STUCK);
	assert_seen(p, ALPHA,
		"log CRIT Resource STOP failure: group web may still run here (exit status 1). It is not given to beta");
	assert_seen(p, ALPHA, "moved 4 not");
	pair_run(p, 65000);
	assert_times(p, ALPHA, "do stop web", 3);
	assert_unseen(p, BETA, "do start web");
	pair_run(p, 30000);
	assert_times(p, ALPHA, "do stop web", 4);
	assert_unseen(p, BETA, "do start web");
	/* stopped for certain at last: its home may start it */
	assert_state(p, ALPHA, "web", OWN_HELD);
	pair_free(p);
}

static void each_start_has_a_larger_epoch_than_any_that_either_node_has_seen(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	struct group_view before, here, there;
	core_group_view(p->side[ALPHA].core, 0, &before);
	for (unsigned i = 0; i < 4; i++) {
		pair_move(p, i % 2 ? BETA : ALPHA, false, HALF_ALL, 0);
		pair_run(p, 2000);
		core_group_view(p->side[i % 2 ? ALPHA : BETA].core, 0, &here);
		core_group_view(p->side[i % 2 ? BETA : ALPHA].core, 0, &there);
		assert_int_equal(here.state, OWN_HELD);
		assert_true(here.epoch > before.epoch && here.epoch > there.epoch);
		before = here;
	}
	pair_free(p);
}

static void the_holdings_are_written_before_a_script_starts(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	pair_boot(p, ALPHA);
	pair_until(p, 11000, ALPHA, "do start web");
	assert_before(p, ALPHA, "holdings", ALPHA, "do start web");
	pair_run(p, 100);
	pair_mark(p);
	pair_shutdown(p, ALPHA);
	assert_before(p, ALPHA, "holdings", ALPHA, "do stop web");
	pair_free(p);
}

static void the_holdings_are_written_down_once_a_step(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\nalpha db\nalpha mail\n");
	pair_boot(p, ALPHA);
	pair_until(p, 11000, ALPHA, "do start mail");
	assert_times(p, ALPHA, "do start", 3);
	assert_times(p, ALPHA, "holdings", 1);
	assert_before(p, ALPHA, "holdings", ALPHA, "do start web");
	pair_run(p, 100);
	pair_mark(p);
	pair_shutdown(p, ALPHA);
	assert_times(p, ALPHA, "do stop", 3);
	assert_times(p, ALPHA, "holdings", 1);
	assert_before(p, ALPHA, "holdings", ALPHA, "do stop");
	pair_free(p);
}

static void before_the_cluster_is_up_only_what_the_peer_has_counts(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	struct core *c = p->side[ALPHA].core;
	assert_true(c->phase < PHASE_ACTIVE);
	for (enum peer_column said = 0; said < PEER_COLUMNS; said++) {
		c->groups[0].peer.said = said;
		bool absent = said == PEER_AWAY || said == PEER_LEAVING;
		assert_int_equal(ownership_column(c, 0), absent ? PEER_UNSURE : said);
	}
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_of_the_table_does_what_the_header_lists),
		cmocka_unit_test(the_header_shows_this_table),
		cmocka_unit_test(nothing_moves_before_the_cluster_is_up_or_while_leaving),
		cmocka_unit_test(a_move_that_is_not_legal_is_asserted_against),
		cmocka_unit_test(the_header_shows_the_table_of_reports),
		cmocka_unit_test(
			a_failed_group_is_released_where_it_runs_and_the_report_is_ignored_in_every_other_state),
		cmocka_unit_test(a_group_that_fails_is_taken_by_the_peer_when_it_is_released_and_stays_there),
		cmocka_unit_test(a_group_that_fails_again_and_again_is_tried_after_longer_and_longer_pauses),
		cmocka_unit_test(a_group_that_fails_on_both_nodes_rests_and_an_operator_can_clean_it),
		cmocka_unit_test(cleaning_moves_only_what_has_failed_or_is_stuck),
		cmocka_unit_test(a_group_that_fails_on_the_only_node_is_tried_again_there_after_30_s),
		cmocka_unit_test(a_group_that_fails_and_cannot_be_stopped_is_stuck_and_later_failed),
		cmocka_unit_test(a_group_is_forgotten_to_have_failed_only_where_it_failed_while_it_was_hindered),
		cmocka_unit_test(a_claim_for_a_group_that_becomes_hindered_is_withdrawn),
		cmocka_unit_test(a_takeover_of_a_group_that_becomes_hindered_leaves_it_where_it_runs),
		cmocka_unit_test(a_start_that_was_hindered_is_tried_again_at_once_when_that_is_over),
		cmocka_unit_test(a_start_that_failed_for_another_reason_keeps_its_pause),
		cmocka_unit_test(a_group_that_is_hindered_here_goes_to_the_peer_and_stays_there),
		cmocka_unit_test(a_group_that_is_hindered_here_does_not_wait_for_the_next_heartbeat_of_the_peer),
		cmocka_unit_test(a_group_that_is_hindered_on_both_nodes_stays_where_it_is_until_one_of_them_is_ready),
		cmocka_unit_test(a_group_that_is_hindered_where_nobody_else_is_heard_stays),
		cmocka_unit_test(a_group_whose_home_is_hindered_is_started_by_the_other_node),
		cmocka_unit_test(the_end_of_a_script_that_nobody_waits_for_is_ignored),
		cmocka_unit_test(what_may_still_run_after_its_script_is_stuck_and_nothing_else_is),
		cmocka_unit_test(what_is_left_of_a_failed_start_is_cleaned_up_and_then_the_other_node_tries),
		cmocka_unit_test(a_failed_start_is_tried_again_after_30_s_when_nobody_else_can),
		cmocka_unit_test(a_start_that_fails_is_tried_ever_more_rarely_and_at_once_when_an_operator_asks),
		cmocka_unit_test(what_cannot_be_stopped_is_stopped_again_every_30_s_and_reported_as_stuck),
		cmocka_unit_test(each_start_has_a_larger_epoch_than_any_that_either_node_has_seen),
		cmocka_unit_test(the_holdings_are_written_before_a_script_starts),
		cmocka_unit_test(the_holdings_are_written_down_once_a_step),
		cmocka_unit_test(before_the_cluster_is_up_only_what_the_peer_has_counts),
	};
	return cmocka_run_group_tests_name("ownership", tests, NULL, NULL);
}
