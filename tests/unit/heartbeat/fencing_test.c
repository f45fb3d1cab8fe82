// SPDX-License-Identifier: MIT
/* No takeover without proof where fencing is configured; one fencing at a time, and no needless one.
 * doc/fencing.md R1, R7, R10, I8. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/heartbeat/classic_pair.h"

static const char fenced[] = "stonith_host * null beta\npriority_delay 0\nwait_for_peer off\nstale_start off\n";

static void nothing_is_taken_over_before_the_fencing_is_confirmed(void **state)
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

static void a_failed_fencing_is_repeated_more_and_more_rarely_until_one_succeeds(void **state)
{
	(void)state;
	struct pair *p = pair_settled(fenced, NULL);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "do fence beta");
	static const int pause_s[] = {5, 10, 20, 40, 80, 160, 300, 300};
	for (size_t attempt = 1; attempt <= sizeof pause_s / sizeof *pause_s; attempt++) {
		char text[64];
		(void)snprintf(text, sizeof text, "STONITH of beta failed. Retrying in %d s", pause_s[attempt - 1]);
		pair_mark(p);
		pair_fence_done(p, ALPHA, false);
		assert_seen(p, ALPHA, text);
		pair_run(p, 1000 * pause_s[attempt - 1] - 1);
		assert_unseen(p, ALPHA, "do fence beta");
		pair_run(p, 1);
		assert_times(p, ALPHA, "do fence beta", 1);
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

static void a_node_never_heard_is_fenced_once_at_initdead(void **state)
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
	pair_hold(p, "@web:n:0 @db:h:1"); /* heard again while the fencing is in progress */
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

static void a_notice_of_the_life_before_is_no_proof_about_a_newer_life(void **state)
{
	(void)state;
	static const char newer[] = "status|hg=fffff|seq=1|st=up|dt=fa0|protocol=1|h4=1|h4digest=@digest|h4hears=0:0|"
				    "h4hold=@web:n:0 @db:h:1";
	for (unsigned newer_first = 0; newer_first < 2; newer_first++) { /* packets may come in any order */
		struct pair *p = pair_with_voice(fenced, NULL, "@web:n:0 @db:n:0");
		p->voice.beat = NULL;
		pair_mark(p);
		pair_say(p, newer_first ? newer : "shutdone|st=dead");
		pair_say(p, newer_first ? "shutdone|st=dead" : newer);
		pair_until(p, 20000, ALPHA, "do fence beta");
		pair_run(p, 20000);
		assert_unseen(p, ALPHA, "do start db");
		pair_fence_done(p, ALPHA, true);
		assert_seen(p, ALPHA, "do start db");
		pair_free(p);
	}
}

static void a_node_has_left_when_it_has_released_also_the_groups_that_are_not_in_our_file(void **state)
{
	(void)state;
	static const char *const holdings[] = {"@web:l:0 @db:l:0 77:l:1", "@web:l:0 @db:l:0 77:r:1"};
	for (unsigned releases = 0; releases < 2; releases++) {
		struct pair *p = pair_with_voice(fenced, NULL, "@web:n:0 @db:n:0");
		pair_hold(p, holdings[releases]);
		p->voice.beat = NULL;
		pair_mark(p);
		pair_run(p, 20000);
		assert_seen(p, ALPHA, "node beta: is dead");
		assert_times(p, ALPHA, "do fence beta", releases);
		pair_free(p);
	}
}

static void a_node_that_is_heard_again_is_not_fenced_again(void **state)
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

static void the_fencing_of_an_earlier_death_is_no_proof_for_the_next(void **state)
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

static void a_node_without_a_device_does_not_wait_for_fencing(void **state)
{
	(void)state;
	struct pair *p = pair_settled("stonith_host beta null alpha\n", NULL);
	pair_crash(p, BETA);
	pair_run(p, 5000);
	assert_unseen(p, ALPHA, "do fence");
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_free(p);
}

static void a_start_without_a_device_warns_of_two_owners(void **state)
{
	(void)state;
	static const struct {
		const char *lines;
		unsigned warnings;
	} cases[] = {{NULL, 1}, {"stonith_host beta null alpha\n", 1}, {"stonith_host * null beta\n", 0}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct pair *p = pair_new(cases[i].lines, NULL);
		pair_boot(p, ALPHA);
		pair_run(p, 30000);
		assert_times(p, ALPHA, "log WARN ha.cf has no fencing device for this node: when node beta is silent",
			cases[i].warnings);
		/* and, as in the reference, at each takeover */
		assert_times(p, ALPHA, "log WARN No STONITH device configured.", cases[i].warnings);
		pair_free(p);
	}
}

static void what_failed_here_before_is_tried_again_when_the_fencing_is_confirmed(void **state)
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

static void a_shutdown_notice_that_arrives_after_the_fencing_changes_nothing(void **state)
{
	(void)state;
	struct pair *p = stable(fenced);
	p->voice.beat = NULL;
	pair_until(p, 5000, ALPHA, "do fence beta");
	pair_fence_done(p, ALPHA, true);
	assert_seen(p, ALPHA, "do start db");
	pair_say(p, "shutdone|st=dead"); /* sent before it was switched off */
	pair_run(p, 20000);
	assert_true(pair_runs(p, ALPHA, "db"));
	assert_times(p, ALPHA, "do fence beta", 1);
	assert_times(p, ALPHA, "send stonith", 1);
	pair_free(p);
}

static void fencing_that_ends_after_the_peer_has_left_takes_nothing_back(void **state)
{
	(void)state;
	for (int ok = 0; ok < 2; ok++) {
		struct pair *p = stable(fenced);
		p->voice.beat = NULL;
		pair_until(p, 5000, ALPHA, "do fence beta");
		p->voice.beat = ACTIVE; /* heard again while the fencing is in progress */
		pair_run(p, 1500);
		assert_seen(p, ALPHA, "returning after partition");
		pair_say(p, "shutdone|st=dead");
		p->voice.beat = NULL;
		pair_until(p, 5000, ALPHA, "Dead node beta gave up resources.");
		assert_seen(p, ALPHA, "send stonith node=beta result=unneeded");
		pair_fence_done(p, ALPHA, ok);
		pair_run(p, 20000);
		assert_true(pair_runs(p, ALPHA, "db"));
		assert_times(p, ALPHA, "send stonith", 1);
		assert_times(p, ALPHA, "do fence beta", 1); /* it has left: no further attempt */
		pair_free(p);
	}
}

static void a_shutdown_notice_that_arrives_after_a_failed_attempt_ends_the_attempts(void **state)
{
	(void)state;
	struct pair *p = stable(fenced);
	p->voice.beat = NULL;
	pair_until(p, 5000, ALPHA, "do fence beta");
	pair_fence_done(p, ALPHA, false);
	pair_run(p, 1000);
	pair_say(p, "shutdone|st=dead"); /* delayed on its way */
	assert_seen(p, ALPHA, "do start db");
	pair_run(p, 20000);
	assert_times(p, ALPHA, "do fence beta", 1);
	pair_free(p);
}

/* --- levels ------------------------------------------------------------------------------------------ */

/* The answer of the device to the request that was made last. */
static void answer(struct pair *p, enum fence_result result)
{
	pair_fence_result(p, ALPHA, p->side[ALPHA].fence_attempt, result);
}

static void the_next_level_is_tried_at_once_when_one_fails(void **state)
{
	(void)state;
	struct pair *p = pair_settled(
		"stonith_host alpha one beta\nstonith_host beta two beta\nstonith_host * three beta\npriority_delay 0\n", NULL);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "do fence beta device 0 reset");
	answer(p, FENCE_RESULT_FAILED);
	assert_seen(p, ALPHA, "do fence beta device 2 reset"); /* the second line is for beta */
	answer(p, FENCE_RESULT_OK);
	assert_seen(p, ALPHA, "do start db");
	pair_free(p);
}

static void devices_of_a_level_are_all_off_before_one_is_on_again(void **state)
{
	(void)state;
	struct pair *p = pair_settled("stonith_host * pdu1 beta\nstonith_also * pdu2 beta\npriority_delay 0\n", NULL);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "do fence beta device 0 off");
	answer(p, FENCE_RESULT_OK);
	assert_seen(p, ALPHA, "do fence beta device 1 off");
	assert_unseen(p, ALPHA, "do start db");
	answer(p, FENCE_RESULT_OK);
	assert_seen(p, ALPHA, "do start db");
	assert_seen(p, ALPHA, "do fence beta device 0 on");
	answer(p, FENCE_RESULT_FAILED);
	assert_seen(p, ALPHA, "log ERROR node beta may stay off");
	assert_seen(p, ALPHA, "do fence beta device 1 on");
	answer(p, FENCE_RESULT_OK);
	pair_run(p, 60000);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_free(p);
}

static void a_level_of_which_one_device_fails_proves_nothing(void **state)
{
	(void)state;
	for (unsigned which = 0; which < 2; which++) {
		struct pair *p = pair_settled("stonith_host * pdu1 beta\nstonith_also * pdu2 beta\npriority_delay 0\n", NULL);
		pair_crash(p, BETA);
		pair_until(p, 5000, ALPHA, "do fence beta");
		if (which == 1)
			answer(p, FENCE_RESULT_OK);
		answer(p, FENCE_RESULT_UNKNOWN);
		assert_seen(p, ALPHA, "STONITH of beta failed");
		assert_unseen(p, ALPHA, "do start db");
		pair_free(p);
	}
}

static void a_device_that_does_not_control_the_node_proves_nothing(void **state)
{
	(void)state;
	struct pair *p = pair_settled("stonith_host * one alpha\nstonith_host * two beta\npriority_delay 0\n", NULL);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "do fence beta device 0");
	answer(p, FENCE_RESULT_NOT_ITS_HOST);
	assert_unseen(p, ALPHA, "do start db");
	assert_seen(p, ALPHA, "do fence beta device 1");
	answer(p, FENCE_RESULT_NOT_ITS_HOST);
	assert_seen(p, ALPHA, "STONITH of beta failed");
	assert_unseen(p, ALPHA, "do start db");
	pair_free(p);
}

static struct fencing_view view_of(const struct pair *p)
{
	struct status_view v;
	core_status_view(p->side[ALPHA].core, &v);
	return v.fencing;
}

static void the_status_has_an_alarm_until_the_node_is_off_or_heard(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(fenced, NULL, "@web:n:0 @db:h:1");
	assert_true(view_of(p).required && !view_of(p).in_progress && !view_of(p).alarm);
	p->voice.beat = NULL;
	pair_until(p, 5000, ALPHA, "do fence beta");
	assert_true(view_of(p).in_progress && !view_of(p).alarm);
	pair_fence_done(p, ALPHA, false);
	assert_true(view_of(p).alarm && view_of(p).failures == 1);
	assert_non_null(strstr(view_of(p).why, "null (ha.cf:"));
	pair_hold(p, "@web:n:0 @db:h:1");
	pair_run(p, 2000);
	assert_false(view_of(p).alarm);
	p->voice.beat = NULL;
	pair_run(p, 5000);
	pair_fence_done(p, ALPHA, false);
	assert_true(view_of(p).alarm);
	pair_run(p, 5000);
	pair_fence_done(p, ALPHA, true);
	assert_true(view_of(p).proven && !view_of(p).alarm);
	pair_free(p);
}

static void the_result_of_another_attempt_is_ignored(void **state)
{
	(void)state;
	struct pair *p = pair_settled(fenced, NULL);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "do fence beta");
	pair_fence_result(p, ALPHA, p->side[ALPHA].fence_attempt + 1, FENCE_RESULT_OK);
	pair_fence_result(p, ALPHA, p->side[ALPHA].fence_attempt - 1, FENCE_RESULT_OK);
	assert_unseen(p, ALPHA, "do start db");
	pair_free(p);
}

/* --- cancelling -------------------------------------------------------------------------------------- */

static void an_attempt_is_cancelled_when_the_victim_is_heard(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(fenced, NULL, "@web:n:0 @db:h:1");
	p->voice.beat = NULL;
	pair_until(p, 5000, ALPHA, "do fence beta");
	assert_unseen(p, ALPHA, "do cancel");
	pair_hold(p, "@web:n:0 @db:h:1");
	pair_run(p, 1500);
	assert_times(p, ALPHA, "do cancel beta", 1);
	answer(p, FENCE_RESULT_UNKNOWN);
	pair_run(p, 60000);
	assert_times(p, ALPHA, "do fence beta", 1);
	assert_unseen(p, ALPHA, "STONITH of beta failed");
	pair_free(p);
}

static void a_victim_that_is_silent_again_is_fenced_when_the_cancelled_attempt_has_ended(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(fenced, NULL, "@web:n:0 @db:h:1");
	p->voice.beat = NULL;
	pair_until(p, 5000, ALPHA, "do fence beta");
	pair_hold(p, "@web:n:0 @db:h:1");
	pair_run(p, 1500);
	p->voice.beat = NULL;
	pair_run(p, 20000);
	assert_times(p, ALPHA, "do fence beta", 1); /* one at a time */
	answer(p, FENCE_RESULT_UNKNOWN);
	assert_times(p, ALPHA, "do fence beta", 2);
	pair_free(p);
}

static void an_attempt_is_cancelled_when_this_node_shuts_down(void **state)
{
	(void)state;
	struct pair *p = pair_settled(fenced, NULL);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "do fence beta");
	pair_shutdown(p, ALPHA);
	assert_seen(p, ALPHA, "do cancel beta");
	pair_free(p);
}

/* --- before the first attempt ------------------------------------------------------------------------ */

static void of_two_nodes_one_waits_for_the_other(void **state)
{
	(void)state;
	static const char lines[] = "stonith_host * null alpha beta\n"; /* priority_delay 10 s */
	struct pair *p = pair_settled(lines, NULL);
	pair_crash(p, BETA); /* it had as many groups as alpha */
	pair_until(p, 5000, ALPHA, "do fence beta");
	pair_free(p);
	p = pair_settled(lines, NULL);
	pair_crash(p, ALPHA);
	pair_until(p, 5000, BETA, "is dead");
	pair_run(p, 9999);
	assert_unseen(p, BETA, "do fence");
	pair_run(p, 1);
	assert_seen(p, BETA, "do fence alpha");
	pair_free(p);
	p = pair_settled(lines, "beta web\nbeta db\n"); /* beta owns more */
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "is dead");
	pair_run(p, 19999);
	assert_unseen(p, ALPHA, "do fence");
	pair_run(p, 1);
	assert_seen(p, ALPHA, "do fence beta");
	pair_free(p);
}

static void a_node_that_boots_beside_a_silent_peer_does_not_fence_it(void **state)
{
	(void)state;
	struct pair *p = pair_new("stonith_host * null beta\n", NULL);
	pair_boot(p, ALPHA);
	pair_run(p, 600000);
	assert_unseen(p, ALPHA, "do fence");
	assert_unseen(p, ALPHA, "do start");
	assert_times(p, ALPHA, "it was not heard since this machine booted", 1);
	pair_free(p);
}

static void a_new_engine_on_a_machine_that_has_heard_the_peer_fences_it(void **state)
{
	(void)state;
	struct pair *p = pair_new("stonith_host * null beta\npriority_delay 0\n", NULL);
	p->side[ALPHA].memory = (struct peer_memory){.name = "beta", .generation = 7, .number = 1, .heard = true};
	p->side[ALPHA].remembers = true;
	pair_boot(p, ALPHA);
	pair_until(p, 20000, ALPHA, "do fence beta");
	pair_fence_done(p, ALPHA, true);
	assert_seen(p, ALPHA, "do start db");
	assert_true(p->side[ALPHA].memory.fenced && p->side[ALPHA].memory.alone);
	pair_free(p);
}

static void a_new_engine_does_not_fence_again_what_was_fenced(void **state)
{
	(void)state;
	struct pair *p = pair_new("stonith_host * null beta\n", NULL);
	p->side[ALPHA].memory =
		(struct peer_memory){.name = "beta", .generation = 7, .number = 1, .heard = true,
			.fenced = true, .alone = true};
	p->side[ALPHA].remembers = true;
	pair_boot(p, ALPHA);
	pair_run(p, 20000);
	assert_seen(p, ALPHA, "do start db");
	assert_unseen(p, ALPHA, "do fence");
	pair_free(p);
}

static void a_boot_of_the_machine_ends_what_was_known_of_the_peer_but_not_who_ran_last(void **state)
{
	(void)state;
	struct peer_memory m = {.alone = true, .heard = true, .fenced = true};
	memory_new_boot(&m);
	assert_true(m.alone && !m.heard && !m.fenced);
}

static void a_node_that_reaches_no_ping_node_does_not_fence(void **state)
{
	(void)state;
	struct pair *p = pair_new("stonith_host * null beta\npriority_delay 0\nping 10.9.9.9\n", NULL);
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 20000); /* the ping node never answers */
	pair_crash(p, BETA);
	pair_run(p, 60000);
	assert_unseen(p, ALPHA, "do fence");
	assert_times(p, ALPHA, "no ping node answers here", 1);
	pair_free(p);
}

/* --- operators --------------------------------------------------------------------------------------- */

/* The other node may fence now. */
static void a_node_whose_ping_node_answers_again_waits_for_its_turn(void **state)
{
	(void)state;
	struct pair *p = pair_new("stonith_host * null beta\npriority_delay 5s\nping 10.9.9.9\n", NULL);
	p->side[ALPHA].pings_answer = p->side[BETA].pings_answer = 1;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 20000);
	p->side[ALPHA].pings_answer = 0;
	pair_run(p, 20000);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "no ping node answers here");
	pair_run(p, 2000);
	pair_mark(p);
	p->side[ALPHA].pings_answer = 1;
	pair_run(p, 6900);
	assert_times(p, ALPHA, "until then the other node may fence", 1);
	assert_unseen(p, ALPHA, "do fence");
	pair_run(p, 1200); /* two delays after its first turn */
	assert_times(p, ALPHA, "do fence beta", 1);
	pair_free(p);
}

static void confirm(struct pair *p, unsigned id)
{
	pair_step(p, ALPHA, &(struct event){.kind = EVENT_CONFIRM, .confirm = {.node = 1, .id = id}});
}

static void an_operator_may_confirm_that_a_silent_node_is_off(void **state)
{
	(void)state;
	struct pair *p = pair_settled(fenced, NULL);
	pair_crash(p, BETA);
	pair_until(p, 5000, ALPHA, "do fence beta");
	confirm(p, 3);
	assert_seen(p, ALPHA, "moved 3 ok beta counts as off");
	assert_seen(p, ALPHA, "do cancel beta");
	assert_seen(p, ALPHA, "do start db");
	answer(p, FENCE_RESULT_UNKNOWN);
	pair_run(p, 60000);
	assert_times(p, ALPHA, "do fence beta", 1);
	pair_free(p);
}

static void a_confirmation_is_refused_while_the_node_is_heard(void **state)
{
	(void)state;
	struct pair *p = pair_settled(fenced, NULL);
	confirm(p, 3);
	assert_seen(p, ALPHA, "moved 3 not beta was heard lately");
	pair_crash(p, BETA);
	pair_run(p, 3000); /* it is silent, but not yet for deadtime */
	confirm(p, 4);
	assert_seen(p, ALPHA, "moved 4 not beta was heard lately");
	pair_until(p, 5000, ALPHA, "do fence beta");
	pair_free(p);
}

static void a_node_that_did_not_run_last_waits_for_an_order(void **state)
{
	(void)state;
	struct pair *p = pair_new("stonith_host * null beta\n", NULL);
	pair_boot(p, ALPHA);
	pair_run(p, 20000);
	confirm(p, 3);
	assert_seen(p, ALPHA, "moved 3 ok beta counts as off. It may have the newer data");
	pair_run(p, 60000);
	assert_unseen(p, ALPHA, "do start");
	assert_false(p->side[ALPHA].memory.alone);
	pair_move(p, ALPHA, true, HALF_ALL, 4);
	assert_seen(p, ALPHA, "do start db");
	assert_seen(p, ALPHA, "do start web");
	pair_free(p);
}

static void a_node_that_ran_last_waits_for_no_order(void **state)
{
	(void)state;
	struct pair *p = pair_new("stonith_host * null beta\n", NULL);
	p->side[ALPHA].memory = (struct peer_memory){.name = "beta", .generation = 7, .number = 1, .alone = true};
	p->side[ALPHA].remembers = true;
	pair_boot(p, ALPHA);
	pair_run(p, 20000);
	confirm(p, 3);
	assert_seen(p, ALPHA, "do start db");
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_taken_over_before_the_fencing_is_confirmed),
		cmocka_unit_test(a_failed_fencing_is_repeated_more_and_more_rarely_until_one_succeeds),
		cmocka_unit_test(a_node_that_announced_its_end_is_not_fenced),
		cmocka_unit_test(a_node_never_heard_is_fenced_once_at_initdead),
		cmocka_unit_test(fencing_that_succeeds_after_the_last_message_is_not_repeated),
		cmocka_unit_test(a_notice_of_the_life_before_is_no_proof_about_a_newer_life),
		cmocka_unit_test(a_node_has_left_when_it_has_released_also_the_groups_that_are_not_in_our_file),
		cmocka_unit_test(a_node_that_is_heard_again_is_not_fenced_again),
		cmocka_unit_test(the_fencing_of_an_earlier_death_is_no_proof_for_the_next),
		cmocka_unit_test(a_node_without_a_device_does_not_wait_for_fencing),
		cmocka_unit_test(a_start_without_a_device_warns_of_two_owners),
		cmocka_unit_test(what_failed_here_before_is_tried_again_when_the_fencing_is_confirmed),
		cmocka_unit_test(a_shutdown_notice_that_arrives_after_the_fencing_changes_nothing),
		cmocka_unit_test(fencing_that_ends_after_the_peer_has_left_takes_nothing_back),
		cmocka_unit_test(a_shutdown_notice_that_arrives_after_a_failed_attempt_ends_the_attempts),
		cmocka_unit_test(the_next_level_is_tried_at_once_when_one_fails),
		cmocka_unit_test(devices_of_a_level_are_all_off_before_one_is_on_again),
		cmocka_unit_test(a_level_of_which_one_device_fails_proves_nothing),
		cmocka_unit_test(a_device_that_does_not_control_the_node_proves_nothing),
		cmocka_unit_test(the_status_has_an_alarm_until_the_node_is_off_or_heard),
		cmocka_unit_test(the_result_of_another_attempt_is_ignored),
		cmocka_unit_test(an_attempt_is_cancelled_when_the_victim_is_heard),
		cmocka_unit_test(a_victim_that_is_silent_again_is_fenced_when_the_cancelled_attempt_has_ended),
		cmocka_unit_test(an_attempt_is_cancelled_when_this_node_shuts_down),
		cmocka_unit_test(of_two_nodes_one_waits_for_the_other),
		cmocka_unit_test(a_node_that_boots_beside_a_silent_peer_does_not_fence_it),
		cmocka_unit_test(a_new_engine_on_a_machine_that_has_heard_the_peer_fences_it),
		cmocka_unit_test(a_new_engine_does_not_fence_again_what_was_fenced),
		cmocka_unit_test(a_boot_of_the_machine_ends_what_was_known_of_the_peer_but_not_who_ran_last),
		cmocka_unit_test(a_node_that_reaches_no_ping_node_does_not_fence),
		cmocka_unit_test(a_node_whose_ping_node_answers_again_waits_for_its_turn),
		cmocka_unit_test(an_operator_may_confirm_that_a_silent_node_is_off),
		cmocka_unit_test(a_confirmation_is_refused_while_the_node_is_heard),
		cmocka_unit_test(a_node_that_did_not_run_last_waits_for_an_order),
		cmocka_unit_test(a_node_that_ran_last_waits_for_no_order),
	};
	return cmocka_run_group_tests_name("fencing", tests, NULL, NULL);
}
