// SPDX-License-Identifier: MIT
/* What the core shows of itself to cl_status and the state file. */
#include "tests/unit/heartbeat/pair.h"
#include "heartbeat/core/halves.h"

#include <string.h>

static const char *holdings(const struct pair *p, int side)
{
	return core_holdings(p->side[side].core);
}

static void halves_have_names_that_parse_back(void **state)
{
	(void)state;
	static const char *const names[] = {"none", "local", "foreign", "all"};
	enum half h;
	for (unsigned i = 0; i < 4; i++) {
		assert_string_equal(half_name((enum half)i), names[i]);
		assert_true(half_parse(bytes_of(names[i]), &h));
		assert_int_equal(h, i);
	}
	assert_true(half_parse(bytes_of("failback"), &h));
	assert_int_equal(h, HALF_FOREIGN);
	assert_false(half_parse(bytes_of(""), &h));
	assert_false(half_parse(bytes_of("ALL"), &h));
	assert_false(half_parse(bytes_of("all "), &h));
}

static void the_text_for_what_is_held_is_the_text_of_cl_status(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	assert_string_equal(holdings(p, ALPHA), "none");
	pair_boot(p, BETA);
	p->side[ALPHA].script_ms = 500;
	pair_until(p, 1000, ALPHA, "do start web");
	assert_string_equal(holdings(p, ALPHA), "transition");
	assert_true(core_in_transition(p->side[ALPHA].core));
	pair_run(p, 1000);
	assert_string_equal(holdings(p, ALPHA), "local");
	assert_string_equal(holdings(p, BETA), "local");
	assert_false(core_in_transition(p->side[ALPHA].core));
	pair_move(p, BETA, true, HALF_ALL, 0);
	assert_string_equal(holdings(p, BETA), "transition");
	pair_run(p, 2000);
	assert_string_equal(holdings(p, ALPHA), "none");
	assert_string_equal(holdings(p, BETA), "all");
	pair_free(p);
}

static void a_half_without_groups_is_held_by_its_node_too(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, "alpha web\n");
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 1000);
	assert_string_equal(holdings(p, ALPHA), "local");
	assert_string_equal(holdings(p, BETA), "local");
	pair_crash(p, BETA);
	pair_run(p, 5000);
	assert_string_equal(holdings(p, ALPHA), "all");
	pair_free(p);
}

static void a_stuck_group_counts_as_held(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->side[ALPHA].script[0].fail_stops = PAIR_ALWAYS;
	pair_move(p, ALPHA, false, HALF_ALL, 0);
	pair_run(p, 1000);
	assert_state(p, ALPHA, "web", OWN_STUCK);
	assert_string_equal(holdings(p, ALPHA), "local");
	pair_free(p);
}

static void nodes_are_listed_in_order_of_definition_then_ping_nodes(void **state)
{
	(void)state;
	struct pair *p = pair_new("bcast eth0\nping 10.0.0.9\nping_group gw 10.0.0.7 10.0.0.8\n", NULL);
	static const struct {
		const char *name, *status;
		bool ping, is_self;
	} nodes[] = {{"alpha", "up", false, true}, {"beta", "init", false, false}, {"10.0.0.9", "init", true, false},
		{"gw", "init", true, false}};
	pair_boot(p, ALPHA);
	assert_int_equal(core_node_count(p->side[ALPHA].core), 4);
	for (size_t i = 0; i < 4; i++) {
		struct node_view view;
		core_node_view(p->side[ALPHA].core, i, &view);
		assert_string_equal(view.name, nodes[i].name);
		assert_string_equal(view.status, nodes[i].status);
		assert_int_equal(view.ping, nodes[i].ping);
		assert_int_equal(view.is_self, nodes[i].is_self);
	}
	pair_free(p);
}

static void a_node_has_the_links_on_which_it_can_be_heard(void **state)
{
	(void)state;
	struct pair *p = pair_new("bcast eth0\nping 10.0.0.9\nbcast eth1\n", NULL);
	struct link_view view;
	pair_boot(p, ALPHA);
	pair_say_on(p, 2, "status|st=up|dt=fa0|protocol=1");
	assert_true(core_link_view(p->side[ALPHA].core, 1, 0, &view));
	assert_string_equal(view.name, "eth0");
	assert_false(view.up);
	assert_true(core_link_view(p->side[ALPHA].core, 1, 1, &view));
	assert_string_equal(view.name, "eth1");
	assert_true(view.up);
	assert_false(core_link_view(p->side[ALPHA].core, 1, 2, &view));
	assert_true(core_link_view(p->side[ALPHA].core, 2, 0, &view));
	assert_string_equal(view.name, "10.0.0.9");
	assert_false(core_link_view(p->side[ALPHA].core, 2, 1, &view));
	pair_free(p);
}

static void a_group_shows_both_sides_and_the_last_failure(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	struct group_view view;
	p->side[ALPHA].script[0].fail_starts = 1;
	pair_boot(p, ALPHA);
	core_group_view(p->side[ALPHA].core, 0, &view);
	assert_string_equal(view.key, "web");
	assert_string_equal(view.home, "alpha");
	assert_int_equal(view.id, p->side[ALPHA].resources->groups[0].id);
	assert_false(view.peer_known);
	assert_string_equal(view.why, "");
	pair_boot(p, BETA);
	pair_run(p, 1000);
	core_group_view(p->side[ALPHA].core, 0, &view);
	assert_int_equal(view.state, OWN_FAILED);
	assert_true(view.peer_known);
	assert_int_equal(view.peer_state, OWN_HELD);
	assert_string_equal(view.why, "exit status 1");
	core_group_view(p->side[BETA].core, 0, &view);
	assert_int_equal(view.state, OWN_HELD);
	assert_int_equal(view.peer_state, OWN_FAILED);
	pair_crash(p, BETA);
	pair_run(p, 5000);
	core_group_view(p->side[ALPHA].core, 0, &view);
	assert_false(view.peer_known);
	assert_int_equal(view.state, OWN_HELD);
	assert_string_equal(view.why, "");
	pair_free(p);
}

static void every_state_and_column_has_a_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OWN_STATES; i++)
		assert_string_not_equal(group_state_name((enum group_state)i), "?");
	for (unsigned i = 0; i < PEER_COLUMNS; i++)
		assert_string_not_equal(peer_column_name((enum peer_column)i), "?");
	assert_string_equal(group_state_name(OWN_STATES), "?");
	assert_string_equal(peer_column_name(PEER_COLUMNS), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves_have_names_that_parse_back),
		cmocka_unit_test(the_text_for_what_is_held_is_the_text_of_cl_status),
		cmocka_unit_test(a_half_without_groups_is_held_by_its_node_too),
		cmocka_unit_test(a_stuck_group_counts_as_held),
		cmocka_unit_test(nodes_are_listed_in_order_of_definition_then_ping_nodes),
		cmocka_unit_test(a_node_has_the_links_on_which_it_can_be_heard),
		cmocka_unit_test(a_group_shows_both_sides_and_the_last_failure),
		cmocka_unit_test(every_state_and_column_has_a_name),
	};
	return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
