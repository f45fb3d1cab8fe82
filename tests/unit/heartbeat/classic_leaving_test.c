// SPDX-License-Identifier: MIT
/* The classic dialect: leaving, coming back, legacy mode; alpha is a core, the test speaks for a Heartbeat 3.0.6 that
 * is called beta. doc/protocol.md 7.2, 7.4, 7.5, 7.7, 7.8 and 11. */
#include "tests/unit/heartbeat/classic_pair.h"

#include <stdlib.h>
#include <string.h>

/* Alpha took everything when beta died, and beta is back, active, and has sent "starting". */
static struct pair *returned(const char *lines)
{
	struct pair *p = stable(lines);
	p->voice.beat = NULL;
	pair_run(p, 5000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	pair_mark(p);
	pair_voice_restart(p);
	pair_say(p, "status|st=init|dt=fa0|protocol=1");
	pair_say(p, "status|st=up|dt=fa0|protocol=1");
	pair_say(p, "reqnodes|dest=alpha");
	assert_seen(p, ALPHA, "send repnodes dest=beta nodelist=alpha beta ");
	pair_mark(p);
	p->voice.beat = ACTIVE;
	p->voice.next_beat = p->now;
	pair_run(p, 0);
	pair_say(p, "starting");
	return p;
}

/* --- leaving --- */

static void leaving_sends_shutdown_releases_and_sends_shutdone(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_shutdown(p, ALPHA);
	pair_run(p, 100);
	assert_before(p, ALPHA, "isstable=0 info=shutdown", ALPHA, "stopped web");
	assert_before(p, ALPHA, "stopped web", ALPHA, "send shutdone st=dead");
	assert_before(p, ALPHA, "send resource rsc_hold=none rtype=full isstable=0 info=shutdown", ALPHA,
		"send shutdone st=dead");
	assert_times(p, ALPHA, "send shutdone", 1);
	/* 3.0.6 wants statuses for a while */
	pair_mark(p);
	pair_run(p, 1300);
	assert_unseen(p, ALPHA, "gone");
	assert_seen(p, ALPHA, "send status");
	pair_run(p, 500);
	assert_seen(p, ALPHA, "gone");
	pair_free(p);
}

/* Alpha holds all and is ordered to stop just when a 3.0.6 on beta starts, which is up. */
static struct pair *leaves_while_beta_joins(void)
{
	struct pair *p = stable(NULL);
	p->voice.beat = NULL;
	pair_run(p, 5000);
	pair_voice_restart(p);
	pair_say(p, "status|st=init|dt=fa0|protocol=1");
	p->voice.beat = "status|st=up|dt=fa0|protocol=1";
	p->voice.next_beat = p->now;
	pair_run(p, 0);
	pair_mark(p);
	pair_shutdown(p, ALPHA);
	pair_run(p, 5000);
	assert_seen(p, ALPHA, "stopped web");
	assert_times(p, ALPHA, "log info The shutdown notice waits until beta is active, for at most 10000 ms", 1);
	assert_unseen(p, ALPHA, "send shutdone");
	return p;
}

/* Seen: 3.0.6 that read the notice before it was active held nothing permanently, and did not obey -k. */
static void the_notice_waits_for_a_peer_that_joins(void **state)
{
	(void)state;
	struct pair *p = leaves_while_beta_joins();
	p->voice.beat = ACTIVE;
	pair_run(p, 1000);
	assert_times(p, ALPHA, "send shutdone", 1);
	assert_unseen(p, ALPHA, "gone");
	pair_run(p, 2000);
	assert_seen(p, ALPHA, "gone");
	pair_free(p);
}

static void the_notice_waits_no_longer_than_initdead(void **state)
{
	(void)state;
	struct pair *p = leaves_while_beta_joins();
	pair_run(p, 6000);
	assert_times(p, ALPHA, "send shutdone", 1);
	pair_run(p, 2000);
	assert_seen(p, ALPHA, "gone");
	pair_free(p);
}

static void the_notice_does_not_wait_for_a_peer_that_joined_and_died(void **state)
{
	(void)state;
	struct pair *p = leaves_while_beta_joins();
	p->voice.beat = NULL;
	pair_run(p, 4500);
	assert_times(p, ALPHA, "send shutdone", 1);
	assert_seen(p, ALPHA, "gone");
	pair_free(p);
}

static void a_peer_that_starts_to_leave_has_not_released_yet(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_say(p, "resource|rsc_hold=none|rtype=full|isstable=0|info=shutdown");
	pair_run(p, 3000);
	assert_unseen(p, ALPHA, "do start db");
	pair_say(p, "shutdone|st=dead");
	assert_seen(p, ALPHA, "do start db");
	assert_seen(p, ALPHA, "log info Received shutdown notice from 'beta'.");
	assert_seen(p, ALPHA, "log info Resources being acquired from beta.");
	p->voice.beat = NULL;
	pair_run(p, 5000);
	assert_seen(p, ALPHA, "log info Dead node beta gave up resources.");
	assert_unseen(p, ALPHA, "STONITH");
	pair_free(p);
}

static void what_a_leaving_peer_still_releases_is_not_started_here(void **state)
{
	(void)state;
	struct pair *p = met("auto_failback off\n", NULL);
	pair_say(p, RESOURCE("all", "1"));
	pair_run(p, 1000);
	pair_say(p, "resource|rsc_hold=none|rtype=full|isstable=0|info=shutdown");
	pair_run(p, 3000);
	assert_unseen(p, ALPHA, "do start");
	pair_say(p, "shutdone|st=dead");
	assert_seen(p, ALPHA, "do start web");
	assert_seen(p, ALPHA, "do start db");
	pair_free(p);
}

/* Seen: ours joined while 3.0.6 released, which had sent "shutdown" before and answered "starting" with none,
 * isstable=0. */
static void a_peer_that_leaves_while_we_join_is_waited_for(void **state)
{
	(void)state;
	struct pair *p = met(NULL, NULL);
	pair_say(p, RESOURCE("none", "0"));
	pair_run(p, 15000);
	assert_unseen(p, ALPHA, "do start");
	pair_say(p, "shutdone|st=dead");
	assert_seen(p, ALPHA, "do start web");
	assert_seen(p, ALPHA, "do start db");
	pair_free(p);
}

static void two_that_start_with_nothing_do_not_wait(void **state)
{
	(void)state;
	struct pair *p = met(NULL, NULL);
	pair_say(p, "starting");
	pair_say(p, RESOURCE("none", "0"));
	assert_seen(p, ALPHA, "do start web");
	assert_unseen(p, ALPHA, "do start db");
	pair_free(p);
}

static void a_peer_that_left_is_not_fenced(void **state)
{
	(void)state;
	struct pair *p = stable("stonith_host * null beta\n");
	pair_say(p, "shutdone|st=dead");
	p->voice.beat = NULL;
	pair_run(p, 10000);
	assert_true(pair_runs(p, ALPHA, "db"));
	assert_unseen(p, ALPHA, "do fence");
	pair_free(p);
}

static void a_peer_that_falls_silent_is_taken_over(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	p->voice.beat = NULL;
	pair_until(p, 4000, ALPHA, "node beta: is dead");
	assert_seen(p, ALPHA, "log info Resources being acquired from beta.");
	assert_unseen(p, ALPHA, "standby");
	pair_run(p, 100);
	assert_true(pair_runs(p, ALPHA, "db"));
	assert_seen(p, ALPHA, "send resource rsc_hold=all rtype=full isstable=1 info=mach_down");
	assert_string_equal(core_holdings(p->side[ALPHA].core), "all");
	pair_free(p);
}

static void the_result_of_fencing_is_reported_once(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	p->voice.beat = NULL;
	pair_run(p, 20000);
	assert_times(p, ALPHA, "send stonith node=beta result=n_stnth", 1);
	pair_free(p);

	p = stable(NULL);
	pair_say(p, "shutdone|st=dead");
	p->voice.beat = NULL;
	pair_run(p, 20000);
	assert_times(p, ALPHA, "send stonith node=beta result=unneeded", 1);
	pair_free(p);

	p = stable("stonith_host * null beta\n");
	p->voice.beat = NULL;
	pair_run(p, 5000);
	assert_seen(p, ALPHA, "do fence");
	assert_unseen(p, ALPHA, "send stonith");
	pair_fence_done(p, ALPHA, true);
	pair_run(p, 5000);
	assert_times(p, ALPHA, "send stonith node=beta result=OK", 1);
	pair_free(p);
}

/* The messages of 3.0.6 on a survivor that took us for dead, with and without a result. */
static void the_peers_report_of_fencing_changes_nothing(void **state)
{
	(void)state;
	static const char *const news[] = {"stonith|node=alpha|result=n_stnth", "stonith|node=alpha|result=unneeded",
		"stonith|node=alpha|result=OK", "stonith|node=alpha", "stonith|node=alpha|result=", "stonith"};
	struct pair *p = stable(NULL);
	for (size_t i = 0; i < sizeof news / sizeof *news; i++)
		pair_say(p, news[i]);
	pair_run(p, 3000);
	assert_sent(p, ALPHA, "");
	assert_unseen(p, ALPHA, "do ");
	pair_free(p);
}

/* In its first 5 s 3.0.6 asks for 2 s more (doc/protocol.md 6.2); before it restarts itself for 30. */
static void a_peer_is_dead_after_the_time_it_asked_for_last(void **state)
{
	(void)state;
	static const struct {
		const char *beat;
		int64_t dead_ms;
	} rows[] = {
		{"status|st=active|dt=1770|protocol=1", 6000},
		{"status|st=active|dt=84d0|protocol=1", 34000},
		{"status|st=active|dt=0|protocol=1", 4000},
		{"status|st=active|dt=ffffffffffffffff|protocol=1", 64000},
		{"status|st=active|dt=x|protocol=1", 4000},
		{"status|st=active|protocol=1", 4000},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct pair *p = stable(NULL);
		p->voice.beat = NULL;
		pair_say(p, rows[i].beat);
		int64_t last = pair_ms(p);
		pair_until(p, 70000, ALPHA, "node beta: is dead");
		assert_int_equal(pair_when(p, ALPHA, "node beta: is dead") - last, rows[i].dead_ms);
		pair_free(p);
	}
}

static void an_answer_nobody_asked_for_does_not_bring_the_cluster_up(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	/* before any status: the core ignores what the node sends */
	pair_say(p, "repnodes|dest=alpha|nodelist=beta mallory |delnodelist=alpha ");
	assert_unseen(p, ALPHA, "Comm_now_up");
	assert_unseen(p, ALPHA, "send reqnodes");
	pair_say(p, "status|st=up|dt=fa0|protocol=1");
	assert_unseen(p, ALPHA, "Comm_now_up");
	pair_say(p, "repnodes|dest=alpha|nodelist=beta mallory |delnodelist=alpha ");
	assert_seen(p, ALPHA, "Comm_now_up");
	assert_int_equal(core_node_count(p->side[ALPHA].core), 2); /* the list is not used */
	struct node_view self;
	core_node_view(p->side[ALPHA].core, 0, &self);
	assert_string_equal(self.name, "alpha");
	pair_free(p);
}

/* Somebody sends the last minute of a dead peer again.  Our node keeps its groups and does not take the peer for
 * alive. */
static void a_replayed_minute_of_a_dead_peer_changes_nothing(void **state)
{
	(void)state;
	enum { MINUTE = 60, LIFE = 9 };
	static uint8_t *frames[MINUTE];
	size_t len[MINUTE];
	struct pair *p = stable(NULL);
	for (size_t i = 0; i < MINUTE; i++) {
		const char *text = i % 10 == 9   ? RESOURCE("all", "1")
		                   : i % 10 == 5 ? ASK("local", "me")
		                   : i == 57     ? "shutdone|st=dead"
		                                 : ACTIVE;
		frames[i] = pair_frame(p, text, &len[i]);
	}
	p->voice.beat = NULL;
	for (size_t i = 0; i < LIFE; i++) /* it lives for a moment longer than the recording */
		pair_say(p, ACTIVE);
	pair_run(p, 5000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	pair_mark(p);
	for (size_t i = 0; i < MINUTE; i++) {
		pair_datagram(p, ALPHA, 0, frames[i], len[i]);
		pair_run(p, 1000);
		free(frames[i]);
	}
	assert_sent(p, ALPHA, "");
	assert_unseen(p, ALPHA, "do ");
	assert_unseen(p, ALPHA, "log ");
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	pair_free(p);
}

/* --- coming back --- */

static void with_failback_on_the_groups_of_a_node_that_returns_are_offered_to_it(void **state)
{
	(void)state;
	struct pair *p = returned("auto_failback on\n");
	assert_sent(p, ALPHA, "resource rsc_hold=all rtype=full isstable=1");
	pair_mark(p);
	pair_say(p, RESOURCE("none", "0"));
	pair_say(p, RESOURCE("none", "1"));
	assert_seen(p, ALPHA, "log info remote resource transition completed.");
	pair_run(p, 1000);
	assert_seen(p, ALPHA, "send ask_resources rsc_hold=foreign info=me");
	pair_mark(p);
	pair_say(p, ASK("foreign", "other"));
	pair_run(p, 100);
	assert_before(p, ALPHA, "stopped db", ALPHA, "send ask_resources rsc_hold=foreign info=done");
	pair_say(p, RESOURCE("local", "1"));
	pair_say(p, ASK("foreign", "done"));
	assert_seen(p, ALPHA, "log info Other node completed standby takeover of foreign resources.");
	pair_run(p, 1000);
	assert_seen(p, ALPHA, "send resource rsc_hold=local rtype=full isstable=1");
	assert_true(pair_runs(p, ALPHA, "web") && !pair_runs(p, ALPHA, "db"));
	pair_run(p, 60000);
	assert_unseen(p, ALPHA, "do start");
	pair_free(p);
}

static void with_failback_off_a_node_that_returns_gets_an_answer_and_no_group(void **state)
{
	(void)state;
	struct pair *p = returned("auto_failback off\n");
	assert_sent(p, ALPHA, "resource rsc_hold=all rtype=full isstable=1");
	pair_say(p, RESOURCE("none", "0"));
	pair_say(p, RESOURCE("none", "1"));
	pair_run(p, 60000);
	assert_unseen(p, ALPHA, "ask_resources");
	assert_unseen(p, ALPHA, "do ");
	pair_free(p);
}

static void a_restart_within_deadtime_is_no_reason_to_start_anything(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_run(p, 2000);
	pair_voice_restart(p);
	pair_say(p, "status|st=init|dt=fa0|protocol=1");
	pair_run(p, 3000);
	assert_unseen(p, ALPHA, "do start");
	assert_seen(p, ALPHA, "Heartbeat restart on node beta");
	pair_say(p, "starting");
	pair_say(p, RESOURCE("none", "0"));
	pair_say(p, RESOURCE("local", "1"));
	pair_run(p, 20000);
	assert_unseen(p, ALPHA, "do ");
	pair_free(p);
}

static void a_peer_that_is_replaced_by_a_native_one_is_spoken_to_natively(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	pair_voice_restart(p);
	pair_hold(p, "@web:n:0 @db:n:0");
	assert_unseen(p, ALPHA, "log info beta speaks the native dialect"); /* it does not name us yet */
	pair_run(p, 1000);
	assert_seen(p, ALPHA, "log info beta speaks the native dialect");
	pair_mark(p);
	pair_hold(p, "@web:n:0 @db:c:0");
	pair_hold(p, "@web:n:0 @db:s:1");
	pair_hold(p, "@web:n:0 @db:h:1");
	pair_say(p, RESOURCE("all", "1")); /* the other dialect's messages have no effect now */
	pair_run(p, 20000);
	assert_sent(p, ALPHA, "");
	assert_unseen(p, ALPHA, "do ");
	pair_free(p);
}

/* --- legacy --- */

static void in_legacy_mode_each_group_is_asked_for_and_started_when_granted(void **state)
{
	(void)state;
	struct pair *p = met("auto_failback legacy\n", "alpha web\nalpha www\nbeta db\n");
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "send starting");
	assert_seen(p, ALPHA, "send ip-request ipaddr=web");
	assert_seen(p, ALPHA, "send ip-request ipaddr=www");
	assert_unseen(p, ALPHA, "ipaddr=db");
	assert_unseen(p, ALPHA, "do start");
	pair_say(p, "ip-request-resp|dest=alpha|ipaddr=www|weown=no|ok=OK");
	assert_seen(p, ALPHA, "do start www");
	assert_unseen(p, ALPHA, "do start web");
	pair_say(p, "ip-request-resp|dest=beta|ipaddr=web|weown=no|ok=OK");
	pair_say(p, "ip-request-resp|dest=alpha|ipaddr=web|weown=no|ok=no");
	assert_unseen(p, ALPHA, "do start web");
	pair_say(p, "ip-request-resp|dest=alpha|ipaddr=web|weown=yes|ok=OK");
	assert_seen(p, ALPHA, "do start web");
	pair_free(p);
}

static void in_legacy_mode_a_request_is_answered_once_the_group_is_released(void **state)
{
	(void)state;
	struct pair *p = met("auto_failback legacy\n", NULL);
	pair_say(p, "ip-request|ipaddr=db");
	assert_seen(p, ALPHA, "send ip-request-resp dest=beta ipaddr=db weown=no ok=OK");
	p->voice.beat = NULL;
	pair_run(p, 5000);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_voice_restart(p);
	p->voice.beat = ACTIVE;
	p->voice.next_beat = p->now;
	pair_run(p, 0);
	pair_mark(p);
	pair_say(p, "ip-request|ipaddr=db");
	pair_run(p, 100);
	assert_before(p, ALPHA, "stopped db", ALPHA, "send ip-request-resp dest=beta ipaddr=db weown=yes ok=OK");
	assert_times(p, ALPHA, "send ip-request-resp", 1);
	assert_unseen(p, ALPHA, "stop web");
	pair_free(p);
}

/* Seen: ours was active a moment before 3.0.6, which answers nothing before it is, and its group never started. */
static void in_legacy_mode_a_request_waits_for_an_active_peer_and_is_repeated_until_granted(void **state)
{
	(void)state;
	struct pair *p = pair_new("auto_failback legacy\n", NULL);
	pair_boot(p, ALPHA);
	pair_say(p, "status|st=up|dt=fa0|protocol=1");
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ");
	assert_seen(p, ALPHA, "Comm_now_up(): updating status to active");
	p->voice.beat = "status|st=up|dt=fa0|protocol=1";
	p->voice.next_beat = p->now;
	pair_run(p, 3000);
	assert_unseen(p, ALPHA, "send ip-request");
	p->voice.beat = ACTIVE;
	pair_run(p, 2000);
	assert_times(p, ALPHA, "send ip-request ipaddr=web", 1);
	pair_run(p, 4000);
	assert_times(p, ALPHA, "send ip-request ipaddr=web", 2);
	pair_say(p, "ip-request-resp|dest=alpha|ipaddr=web|weown=no|ok=OK");
	assert_seen(p, ALPHA, "do start web");
	pair_run(p, 20000);
	assert_times(p, ALPHA, "send ip-request ipaddr=web", 2);
	pair_free(p);
}

static void a_dead_peer_is_asked_once_after_a_stall(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	p->voice.beat = NULL;
	pair_run(p, 5000);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_freeze(p, ALPHA);
	pair_run(p, 6000);
	pair_thaw(p, ALPHA);
	pair_mark(p);
	pair_run(p, 60000);
	assert_in_range(pair_count(p, ALPHA, "send starting"), 0, 1);
	pair_free(p);
}

static void in_legacy_mode_a_group_that_is_hindered_is_tried_when_it_is_granted(void **state)
{
	(void)state;
	struct pair *p = met("auto_failback legacy\n", NULL);
	pair_step(p, ALPHA,
		&(struct event){.kind = EVENT_GROUP_READY, .group_ready = {.group = 0, .ready = false, .why = "no carrier"}});
	pair_run(p, 1000);
	pair_say(p, "ip-request-resp|dest=alpha|ipaddr=web|weown=yes|ok=OK");
	assert_seen(p, ALPHA, "do start web"); /* the peer cannot know of it: it has released the group */
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_notice_waits_for_a_peer_that_joins),
		cmocka_unit_test(the_notice_waits_no_longer_than_initdead),
		cmocka_unit_test(the_notice_does_not_wait_for_a_peer_that_joined_and_died),
		cmocka_unit_test(leaving_sends_shutdown_releases_and_sends_shutdone),
		cmocka_unit_test(a_peer_that_starts_to_leave_has_not_released_yet),
		cmocka_unit_test(what_a_leaving_peer_still_releases_is_not_started_here),
		cmocka_unit_test(a_peer_that_leaves_while_we_join_is_waited_for),
		cmocka_unit_test(two_that_start_with_nothing_do_not_wait),
		cmocka_unit_test(a_peer_that_left_is_not_fenced),
		cmocka_unit_test(the_result_of_fencing_is_reported_once),
		cmocka_unit_test(the_peers_report_of_fencing_changes_nothing),
		cmocka_unit_test(a_peer_is_dead_after_the_time_it_asked_for_last),
		cmocka_unit_test(an_answer_nobody_asked_for_does_not_bring_the_cluster_up),
		cmocka_unit_test(a_replayed_minute_of_a_dead_peer_changes_nothing),
		cmocka_unit_test(a_peer_that_falls_silent_is_taken_over),
		cmocka_unit_test(with_failback_on_the_groups_of_a_node_that_returns_are_offered_to_it),
		cmocka_unit_test(with_failback_off_a_node_that_returns_gets_an_answer_and_no_group),
		cmocka_unit_test(a_restart_within_deadtime_is_no_reason_to_start_anything),
		cmocka_unit_test(a_peer_that_is_replaced_by_a_native_one_is_spoken_to_natively),
		cmocka_unit_test(in_legacy_mode_each_group_is_asked_for_and_started_when_granted),
		cmocka_unit_test(in_legacy_mode_a_request_is_answered_once_the_group_is_released),
		cmocka_unit_test(in_legacy_mode_a_request_waits_for_an_active_peer_and_is_repeated_until_granted),
		cmocka_unit_test(a_dead_peer_is_asked_once_after_a_stall),
		cmocka_unit_test(in_legacy_mode_a_group_that_is_hindered_is_tried_when_it_is_granted),
	};
	return cmocka_run_group_tests_name("classic_leaving", tests, NULL, NULL);
}
