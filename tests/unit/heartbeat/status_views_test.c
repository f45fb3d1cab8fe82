// SPDX-License-Identifier: MIT
/* What the core shows of itself to heartbeat --status and --explain. */
#include "tests/unit/heartbeat/pair.h"

#include <string.h>

static struct core *alpha(const struct pair *p)
{
	return p->side[ALPHA].core;
}

static struct group_view group_of(const struct pair *p, int side, const char *key)
{
	struct group_view v;
	core_group_view(p->side[side].core, pair_group(p, key), &v);
	return v;
}

static int64_t ms_before(const struct pair *p, struct mono t)
{
	return span_to_ms(mono_since(p->now, t));
}

static void a_group_has_the_time_and_the_reason_of_its_state(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_run(p, 7000);
	struct group_view v = group_of(p, ALPHA, "web");
	assert_string_equal(v.reason, "all its resources run");
	assert_true(ms_before(p, v.since) >= 7000);
	assert_string_equal(v.peer, "none");
	struct mono before = v.since;
	pair_move(p, ALPHA, false, HALF_ALL, 0);
	pair_run(p, 2000);
	v = group_of(p, ALPHA, "web");
	assert_int_equal(v.state, OWN_NONE);
	assert_true(v.since.ns > before.ns && ms_before(p, v.since) <= 2000);
	assert_string_equal(v.peer, "held");
	assert_true(ms_before(p, v.peer_since) <= 2000);
	pair_free(p);
}

static void a_dead_node_was_heard_before_its_deadtime(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	struct node_view v;
	struct link_view l;
	core_node_view(alpha(p), 1, &v);
	assert_true(ms_before(p, v.heard_at) <= 1100);
	assert_true(v.deadline.ns > p->now.ns);
	pair_crash(p, BETA);
	pair_run(p, 10000);
	core_node_view(alpha(p), 1, &v);
	assert_string_equal(v.status, "dead");
	assert_true(ms_before(p, v.heard_at) >= 9000);
	assert_int_equal(v.deadline.ns, MONO_FAR.ns);
	assert_true(core_link_view(alpha(p), 1, 0, &l));
	assert_true(ms_before(p, l.heard_at) >= 9000);
	assert_string_equal(group_of(p, ALPHA, "db").peer, "away");
	pair_free(p);
}

static void a_link_counts_what_it_lost(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	struct link_view l;
	assert_true(core_link_view(alpha(p), 1, 0, &l));
	assert_int_equal(l.lost, 0);
	assert_true(l.of > 0);
	assert_string_equal(l.kind, "bcast");
	p->side[BETA].lose = 2;
	pair_run(p, 4000);
	assert_true(core_link_view(alpha(p), 1, 0, &l));
	assert_int_equal(l.lost, 2);
	pair_free(p);
}

static void a_move_is_there_until_it_ends(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	struct move_view m;
	assert_false(core_move_view(alpha(p), 0, &m));
	p->side[ALPHA].script_ms = 3000;
	pair_move(p, ALPHA, false, HALF_LOCAL, 0);
	assert_true(core_move_view(alpha(p), 0, &m));
	assert_false(m.takeover);
	assert_string_equal(m.half, "local");
	assert_true(m.deadline.ns > p->now.ns);
	assert_false(core_move_view(alpha(p), 1, &m));
	pair_run(p, 10000);
	assert_false(core_move_view(alpha(p), 0, &m));
	pair_free(p);
}

static void the_next_deadline_is_that_of_the_core(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	struct status_view v;
	core_status_view(alpha(p), &v);
	assert_int_equal(v.next.ns, core_deadline(alpha(p)).ns);
	assert_string_equal(v.phase, "active");
	assert_string_equal(v.dialect, "native");
	assert_string_equal(v.proof, "none");
	assert_true(*v.next_of);
	pair_shutdown(p, BETA);
	pair_run(p, 2000);
	core_status_view(alpha(p), &v);
	assert_string_equal(v.proof, "left");
	pair_free(p);
}

/* The last decision about a group. */
static struct decision_view last_of(const struct pair *p, const char *key)
{
	struct decision_view v, found = {.key = NULL};
	for (size_t i = 0; core_decision_view(alpha(p), i, &v); i++)
		if (strcmp(v.key, key) == 0)
			found = v;
	assert_non_null(found.key);
	return found;
}

static void a_takeover_is_explained_by_what_was_known(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_crash(p, BETA);
	pair_until(p, 10000, ALPHA, "do start db");
	struct decision_view d = last_of(p, "db");
	assert_int_equal(d.from, OWN_NONE);
	assert_int_equal(d.to, OWN_STARTING);
	assert_string_equal(d.reason, "the other node is away");
	assert_string_equal(d.peer, "away");
	assert_string_equal(d.peer_status, "dead");
	assert_string_equal(d.phase, "active");
	assert_true(span_to_ms(d.peer_silent) >= 4000 && span_to_ms(d.peer_silent) < 6000);
	assert_false(d.proof_required);
	pair_free(p);
}

static void only_the_last_decisions_are_kept_in_their_order(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	struct decision_view v;
	size_t count = 0;
	for (unsigned i = 0; i < 30; i++) { /* each a release and a start */
		pair_move(p, i % 2 ? ALPHA : BETA, true, HALF_ALL, 0);
		pair_run(p, 3000);
	}
	struct mono before = MONO_NEVER;
	for (; core_decision_view(alpha(p), count, &v); count++) {
		assert_true(v.at.ns >= before.ns);
		before = v.at;
	}
	assert_int_equal(count, 64);
	assert_true(ms_before(p, before) <= 3000);
	pair_free(p);
}

static void a_reload_keeps_what_was_decided(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	struct group_view before = group_of(p, ALPHA, "web");
	assert_null(pair_reload(p, ALPHA, NULL, "beta db\nalpha web\nalpha mail\n", NULL));
	struct group_view v;
	core_group_view(alpha(p), 1, &v);
	assert_string_equal(v.key, "web");
	assert_int_equal(v.since.ns, before.since.ns);
	assert_string_equal(v.reason, "all its resources run"); /* before.reason is gone with the old groups */
	assert_int_equal(last_of(p, "web").to, OWN_HELD);
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_group_has_the_time_and_the_reason_of_its_state),
		cmocka_unit_test(a_dead_node_was_heard_before_its_deadtime),
		cmocka_unit_test(a_link_counts_what_it_lost),
		cmocka_unit_test(a_move_is_there_until_it_ends),
		cmocka_unit_test(the_next_deadline_is_that_of_the_core),
		cmocka_unit_test(a_takeover_is_explained_by_what_was_known),
		cmocka_unit_test(only_the_last_decisions_are_kept_in_their_order),
		cmocka_unit_test(a_reload_keeps_what_was_decided),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
