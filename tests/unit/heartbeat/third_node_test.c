// SPDX-License-Identifier: MIT
/* Three nodes without groups: each is followed, but only one of them, the last of ha.cf, counts as the peer. */
#include "tests/unit/heartbeat/pair.h"

#include <stdio.h>

#define BETA_IS(status) "status|st=" status "|dt=fa0|protocol=1"
#define GAMMA_IS(status) "status|src=gamma|st=" status "|dt=fa0|protocol=1"

/* Beta and gamma are active; the voice speaks as both, each with its own numbers. */
static struct pair *three(void)
{
	struct pair *p = pair_new("node alpha beta gamma\n", "");
	pair_boot(p, ALPHA);
	pair_say(p, BETA_IS("up") "|seq=1");
	pair_say(p, GAMMA_IS("up") "|seq=1");
	pair_say(p, "repnodes|src=gamma|seq=2|dest=alpha|nodelist=alpha beta gamma |delnodelist= ");
	assert_seen(p, ALPHA, "Comm_now_up");
	pair_mark(p);
	return p;
}

static void the_goodbye_of_another_node_is_not_that_of_the_peer(void **state)
{
	(void)state;
	struct pair *p = three();
	pair_say(p, "shutdone|seq=2");
	assert_unseen(p, ALPHA, "Received shutdown notice");
	pair_say(p, "shutdone|src=gamma|seq=3");
	assert_seen(p, ALPHA, "log info Received shutdown notice from 'gamma'");
	pair_free(p);
}

static void another_node_dies_and_returns_without_effect_on_what_the_peer_is_asked(void **state)
{
	(void)state;
	struct pair *p = three();
	for (unsigned seq = 3; seq < 9; seq++) {
		char text[128];
		(void)snprintf(text, sizeof text, GAMMA_IS("active") "|seq=%x", seq);
		pair_say(p, text);
		pair_run(p, 1000);
	}
	assert_seen(p, ALPHA, "node beta: is dead");
	assert_unseen(p, ALPHA, "No STONITH device");
	assert_unseen(p, ALPHA, "node gamma: is dead");
	pair_mark(p);
	pair_say(p, BETA_IS("active") "|seq=20");
	assert_seen(p, ALPHA, "Cluster node beta returning after partition");
	assert_unseen(p, ALPHA, "send starting");
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_goodbye_of_another_node_is_not_that_of_the_peer),
		cmocka_unit_test(another_node_dies_and_returns_without_effect_on_what_the_peer_is_asked),
	};
	return cmocka_run_group_tests_name("third_node", tests, NULL, NULL);
}
