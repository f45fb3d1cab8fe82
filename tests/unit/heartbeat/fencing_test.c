// SPDX-License-Identifier: MIT
/* No takeover without proof where fencing is configured; one shot at a time, and none too many.
 * doc/fencing.md R1, R7, R10, I8. */
#include <string.h>

#include "tests/unit/heartbeat/pair.h"

static const char fenced[] = "stonith_host * null beta\n";

static void nothing_is_taken_over_before_the_shot_is_confirmed(void **state)
{
	(void)state;
	struct pair *p = pair_settled(fenced, NULL);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "is dead");
	assert_times(p, ALPHA, "do fence beta", 1);
	assert_seen(p, ALPHA, "log info Resetting node beta");
	pair_run(p, 120000);
	assert_unseen(p, ALPHA, "do start");
	assert_times(p, ALPHA, "do fence beta", 1); /* one at a time */
	pair_fence_done(p, ALPHA, true);
	assert_seen(p, ALPHA, "log info node beta now reset.");
	assert_seen(p, ALPHA, "do start db");
	pair_run(p, 120000);
	assert_times(p, ALPHA, "do fence beta", 1);
	assert_unseen(p, ALPHA, "No STONITH device configured");
	pair_free(p);
}

static void a_shot_that_failed_is_repeated_every_5_s_until_one_hits(void **state)
{
	(void)state;
	struct pair *p = pair_settled(fenced, NULL);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "do fence beta");
	for (size_t shot = 1; shot < 4; shot++) {
		pair_fence_done(p, ALPHA, false);
		assert_times(p, ALPHA, "log ERROR STONITH of beta failed. Retrying in 5 s", shot);
		pair_run(p, 4999);
		assert_times(p, ALPHA, "do fence beta", shot);
		pair_run(p, 1);
		assert_times(p, ALPHA, "do fence beta", shot + 1);
	}
	assert_unseen(p, ALPHA, "do start");
	pair_fence_done(p, ALPHA, true);
	assert_seen(p, ALPHA, "do start db");
	pair_free(p);
}

static void a_node_that_announced_its_end_is_not_fenced(void **state)
{
	(void)state;
	struct pair *p = pair_settled(fenced, NULL);
	pair_shutdown(p, BETA);
	pair_run(p, 20000);
	assert_true(pair_runs(p, ALPHA, "db"));
	assert_unseen(p, ALPHA, "do fence");
	assert_seen(p, ALPHA, "Dead node beta gave up resources.");
	pair_free(p);
}

static void a_node_never_heard_is_shot_once_at_initdead(void **state)
{
	(void)state;
	struct pair *p = pair_new(fenced, NULL);
	pair_boot(p, ALPHA);
	pair_run(p, 9999);
	assert_unseen(p, ALPHA, "do fence");
	pair_run(p, 1);
	assert_times(p, ALPHA, "do fence beta", 1);
	assert_unseen(p, ALPHA, "do start");
	pair_fence_done(p, ALPHA, true);
	assert_seen(p, ALPHA, "do start web");
	assert_seen(p, ALPHA, "do start db");
	pair_run(p, 60000);
	assert_times(p, ALPHA, "do fence beta", 1);
	pair_free(p);
}

static void fencing_that_succeeds_after_the_last_message_is_not_repeated(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(fenced, NULL, "@web:n:0 @db:h:1");
	p->voice.beat = NULL;
	pair_until(p, 5000, ALPHA, "do fence beta");
	pair_hold(p, "@web:n:0 @db:h:1"); /* heard again while the shot is under way */
	pair_run(p, 1500);
	assert_seen(p, ALPHA, "returning after partition");
	pair_run(p, 700);
	p->voice.beat = NULL;
	pair_fence_done(p, ALPHA, true); /* and now it is off */
	assert_unseen(p, ALPHA, "do start db");
	pair_run(p, 5000);
	assert_times(p, ALPHA, "do fence beta", 1);
	assert_seen(p, ALPHA, "do start db");
	pair_free(p);
}

static void a_node_that_is_heard_again_is_not_shot_again(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(fenced, NULL, "@web:n:0 @db:h:1");
	p->voice.beat = NULL;
	pair_until(p, 5000, ALPHA, "do fence beta");
	pair_hold(p, "@web:n:0 @db:h:1");
	pair_run(p, 1500);
	assert_seen(p, ALPHA, "returning after partition");
	pair_fence_done(p, ALPHA, false);
	pair_run(p, 60000);
	assert_times(p, ALPHA, "do fence beta", 1);
	assert_unseen(p, ALPHA, "do start db");
	pair_free(p);
}

static void a_shot_of_an_earlier_death_is_no_proof_for_the_next(void **state)
{
	(void)state;
	struct pair *p = pair_settled(fenced, NULL);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "do fence beta");
	pair_fence_done(p, ALPHA, true);
	pair_run(p, 1000);
	pair_boot(p, BETA);
	pair_run(p, 5000);
	pair_mark(p);
	pair_crash(p, BETA);
	pair_run(p, 5000);
	assert_times(p, ALPHA, "do fence beta", 1);
	pair_free(p);
}

static void a_device_of_the_other_node_only_is_not_ours_to_wait_for(void **state)
{
	(void)state;
	struct pair *p = pair_settled("stonith_host beta null alpha\n", NULL);
	pair_crash(p, BETA);
	pair_run(p, 5000);
	assert_unseen(p, ALPHA, "do fence");
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_free(p);
}

static void what_failed_here_before_is_tried_again_when_the_shot_is_confirmed(void **state)
{
	(void)state;
	struct pair *p = pair_new(fenced, NULL);
	p->side[ALPHA].script[0].fail_starts = 1;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 1000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_mark(p);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "do fence beta");
	pair_run(p, 1000);
	pair_fence_done(p, ALPHA, true);
	assert_seen(p, ALPHA, "do start db");
	assert_seen(p, ALPHA, "do start web");
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_taken_over_before_the_shot_is_confirmed),
		cmocka_unit_test(a_shot_that_failed_is_repeated_every_5_s_until_one_hits),
		cmocka_unit_test(a_node_that_announced_its_end_is_not_fenced),
		cmocka_unit_test(a_node_never_heard_is_shot_once_at_initdead),
		cmocka_unit_test(fencing_that_succeeds_after_the_last_message_is_not_repeated),
		cmocka_unit_test(a_node_that_is_heard_again_is_not_shot_again),
		cmocka_unit_test(a_shot_of_an_earlier_death_is_no_proof_for_the_next),
		cmocka_unit_test(a_device_of_the_other_node_only_is_not_ours_to_wait_for),
		cmocka_unit_test(what_failed_here_before_is_tried_again_when_the_shot_is_confirmed),
	};
	return cmocka_run_group_tests_name("fencing", tests, NULL, NULL);
}
