// SPDX-License-Identifier: MIT
/* Which messages the core hands to the clients of a node.  doc/commands.md 4.4 */
#include "tests/unit/heartbeat/pair.h"

#include <string.h>

static void client_sends(struct pair *p, const char *type, const char *dest)
{
	static uint8_t arena[CODEC_DATAGRAM_MAX];
	struct message m;
	message_init(&m, arena, sizeof arena);
	message_add(&m, "t", type);
	if (dest)
		message_add(&m, "dest", dest);
	pair_step(p, ALPHA, &(struct event){.kind = EVENT_MESSAGE, .message.message = &m});
	pair_run(p, 500);
}

static struct pair *both(void)
{
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 3000);
	pair_mark(p);
	return p;
}

static void a_message_for_all_nodes_reaches_the_clients_of_both(void **state)
{
	(void)state;
	struct pair *p = both();
	client_sends(p, "hello", NULL);
	assert_seen(p, ALPHA, "notify >>>\nt=hello\n");
	assert_seen(p, BETA, "notify >>>\nt=hello\n");
	pair_free(p);
}

static void a_message_for_one_node_reaches_only_its_clients(void **state)
{
	(void)state;
	struct pair *p = both();
	client_sends(p, "hello", "beta");
	assert_unseen(p, ALPHA, "notify ");
	/* doc/protocol.md 3: added when the sender knows the uuid of dest */
	assert_non_null(strstr(pair_find(p, BETA, "notify >>>\nt=hello\ndest=beta\n")->text, "\n(1)destuuid="));
	pair_mark(p);
	client_sends(p, "hello", "alpha");
	assert_seen(p, ALPHA, "notify >>>\nt=hello\n");
	assert_unseen(p, BETA, "notify ");
	pair_free(p);
}

static void what_clients_receive_runs_the_hook_of_its_type_with_its_fields(void **state)
{
	(void)state;
	struct pair *p = both();
	client_sends(p, "hello", "beta");
	assert_unseen(p, ALPHA, "hook ");
	assert_times(p, BETA, "hook hello HA_t=hello HA_dest=beta HA_src=alpha ", 1);
	const char *fields = pair_find(p, BETA, "hook hello")->text;
	assert_true(!strstr(fields, "HA_auth=") && !strstr(fields, "uuid")); /* binary fields are no text */
	pair_mark(p);
	client_sends(p, "hello", NULL);
	assert_times(p, ALPHA, "hook hello HA_t=hello ", 1);
	assert_times(p, BETA, "hook hello HA_t=hello ", 1);
	pair_mark(p);
	pair_crash(p, BETA);
	pair_run(p, 10000);
	assert_times(p, ALPHA, "hook ifstat HA_t=ifstat HA_node=beta HA_ifname=eth0 HA_st=dead", 1);
	assert_times(p, ALPHA, "hook status HA_t=status HA_src=beta HA_st=dead HA_OSTATUS=active", 1);
	pair_free(p);
}

static void clients_never_get_a_digest(void **state)
{
	(void)state;
	struct pair *p = both();
	client_sends(p, "hello", NULL);
	assert_null(strstr(pair_find(p, BETA, "notify ")->text, "auth="));
	pair_free(p);
}

static void heartbeats_without_a_change_are_for_those_who_want_them(void **state)
{
	(void)state;
	struct pair *p = both();
	pair_run(p, 5000);
	assert_unseen(p, ALPHA, "notify ");
	core_set_beats_wanted(p->side[ALPHA].core, true);
	pair_run(p, 5000);
	assert_seen(p, ALPHA, "notify >>>\nt=status\nst=active\n");
	assert_unseen(p, BETA, "notify ");
	core_set_beats_wanted(p->side[ALPHA].core, false);
	pair_mark(p);
	pair_run(p, 5000);
	assert_unseen(p, ALPHA, "notify ");
	pair_free(p);
}

static void a_stop_of_the_peer_is_reported(void **state)
{
	(void)state;
	struct pair *p = both();
	pair_step(p, BETA, &(struct event){.kind = EVENT_SHUTDOWN});
	pair_run(p, 8000);
	assert_seen(p, ALPHA, "notify >>>\nt=shutdone\n");
	assert_seen(p, ALPHA, "notify >>>\nt=ifstat\nnode=beta\n");
	assert_seen(p, ALPHA, "notify >>>\nt=status\nst=dead\n");
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_for_all_nodes_reaches_the_clients_of_both),
		cmocka_unit_test(a_message_for_one_node_reaches_only_its_clients),
		cmocka_unit_test(what_clients_receive_runs_the_hook_of_its_type_with_its_fields),
		cmocka_unit_test(clients_never_get_a_digest),
		cmocka_unit_test(heartbeats_without_a_change_are_for_those_who_want_them),
		cmocka_unit_test(a_stop_of_the_peer_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
