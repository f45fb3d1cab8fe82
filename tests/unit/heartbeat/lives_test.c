// SPDX-License-Identifier: MIT
/* Lives of a node: restarts, recordings, restored copies, clones; and what is remembered of the peer over our own
 * restart. */
#include "tests/unit/heartbeat/classic_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NATIVE "status|st=active|dt=fa0|protocol=1|h4=1|h4digest=@digest"
#define DEAF NATIVE "|h4hears=0:0|h4hold=@web:n:0 @db:h:1"
#define HEARS NATIVE "|h4hears=@hears|h4hold=@web:n:0 @db:h:1"

/* --- a tape: what beta says, to be played again --- */

enum { TAPE_MAX = 40 };
struct tape {
	uint8_t *frames[TAPE_MAX];
	size_t len[TAPE_MAX], count;
};

static void record(struct pair *p, struct tape *t, const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++, t->count++)
		t->frames[t->count] = pair_frame(p, text, &t->len[t->count]);
}

/* Blindly, from the first to the last. */
static void play(struct pair *p, struct tape *t, int64_t pause_ms)
{
	for (size_t i = 0; i < t->count; i++) {
		pair_datagram(p, ALPHA, 0, t->frames[i], t->len[i]);
		free(t->frames[i]);
		pair_run(p, pause_ms);
	}
	t->count = 0;
}

static struct core_counters counted(const struct pair *p)
{
	struct core_counters counters;
	core_counters(p->side[ALPHA].core, &counters);
	return counters;
}

/* --- what is remembered --- */

static void a_life_that_is_believed_is_remembered_with_its_number_now_and_then(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	assert_true(p->side[ALPHA].remembers);
	assert_string_equal(p->side[ALPHA].memory.name, "beta");
	assert_int_equal(p->side[ALPHA].memory.generation, p->side[BETA].generation);
	assert_true(p->side[ALPHA].memory.spoke_native && p->side[ALPHA].memory.has_uuid);
	assert_int_equal(p->side[ALPHA].memory.uuid[0], 2);
	size_t soon = pair_count(p, ALPHA, "native soon");
	pair_run(p, 300000);
	size_t writes = pair_count(p, ALPHA, "remember beta");
	assert_in_range(writes, 3, 6);
	assert_int_equal(pair_count(p, ALPHA, "native soon"), soon); /* that its number grows can wait */
	pair_crash(p, BETA);
	pair_run(p, 5000);
	assert_int_equal(pair_count(p, ALPHA, "remember beta"), writes + 1);
	assert_int_equal(p->side[ALPHA].memory.number, p->side[ALPHA].core->nodes[1].seen_up_to);
	pair_run(p, 60000);
	assert_int_equal(pair_count(p, ALPHA, "remember beta"), writes + 1);
	pair_free(p);
}

/* The shell may keep it for a minute, so what is remembered already must be requested once more: soon. */
static void a_number_that_waits_is_written_soon_after_a_death(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	while (pair_count(p, ALPHA, "native later") == 0)
		pair_run(p, 100);
	uint64_t number = p->side[ALPHA].memory.number;
	pair_crash(p, BETA);
	size_t soon = pair_count(p, ALPHA, "native soon");
	pair_run(p, 60000);
	assert_int_equal(p->side[ALPHA].memory.number, number);
	assert_int_equal(pair_count(p, ALPHA, "native soon"), soon + 1);
	pair_free(p);
}

static void the_number_is_remembered_when_we_end(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_run(p, 20000);
	pair_shutdown(p, ALPHA);
	pair_run(p, 3000);
	assert_null(p->side[ALPHA].core);
	assert_true(p->side[ALPHA].memory.number > 20);
	pair_free(p);
}

static void what_is_not_believed_is_not_remembered(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->voice.beat = DEAF;
	p->voice.next_beat = p->now;
	pair_boot(p, ALPHA);
	pair_run(p, 60000);
	assert_false(p->side[ALPHA].remembers);
	pair_free(p);
}

static void the_memory_of_another_name_is_not_used(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->side[ALPHA].remembers = true;
	p->side[ALPHA].memory = (struct peer_memory){.name = "gamma", .generation = UINT64_MAX, .number = UINT64_MAX};
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 3000);
	assert_true(pair_runs(p, BETA, "db") && pair_runs(p, ALPHA, "web"));
	pair_free(p);
}

/* --- recordings, after our own restart --- */

/* Alpha has known beta, has run everything since beta's death, and was restarted. */
static struct pair *survivor(struct tape *t)
{
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	record(p, t, HEARS, 30);
	for (size_t i = 0; i < t->count; i++) /* it has heard them, too */
		pair_datagram(p, ALPHA, 0, t->frames[i], t->len[i]);
	p->voice.beat = NULL;
	pair_run(p, 6000);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_crash(p, ALPHA);
	pair_mark(p);
	pair_boot(p, ALPHA);
	return p;
}

static void a_recording_of_the_last_life_delays_no_start(void **state)
{
	(void)state;
	struct tape t = {.count = 0};
	struct pair *p = survivor(&t);
	play(p, &t, 1500);
	int64_t booted = pair_when(p, ALPHA, "boot");
	assert_int_equal(pair_when(p, ALPHA, "do start web") - booted, 10000); /* initdead */
	assert_unseen(p, ALPHA, "delays us");
	assert_true(counted(p).duplicate > 20);
	pair_free(p);
}

static void a_recording_of_a_former_life_delays_no_start_and_is_called_a_replay(void **state)
{
	(void)state;
	struct tape t = {.count = 0};
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	record(p, &t, HEARS, 30);
	pair_voice_restart(p);
	pair_run(p, 3000);
	p->voice.beat = NULL;
	pair_run(p, 6000);
	pair_crash(p, ALPHA);
	pair_mark(p);
	pair_boot(p, ALPHA);
	play(p, &t, 1500);
	assert_int_equal(pair_when(p, ALPHA, "do start web") - pair_when(p, ALPHA, "boot"), 10000);
	assert_seen(p, ALPHA, "should_drop_message: attempted replay attack [beta]? [gen = 256, curgen = 257]");
	assert_int_equal(counted(p).replayed, 30);
	pair_free(p);
}

static void a_recording_of_the_days_of_3_0_6_releases_nothing(void **state)
{
	(void)state;
	struct tape t = {.count = 0};
	struct pair *p = met(NULL, NULL);
	record(p, &t, "status|st=init|dt=fa0|protocol=1", 1);
	record(p, &t, "status|st=up|dt=fa0|protocol=1", 1);
	record(p, &t, "status|st=active|dt=fa0|protocol=1", 1);
	record(p, &t, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ", 1);
	record(p, &t, "starting", 1);
	record(p, &t, RESOURCE("none", "0"), 1);
	record(p, &t, RESOURCE("all", "1"), 1);
	record(p, &t, "status|st=active|dt=fa0|protocol=1", 30);
	pair_voice_restart(p); /* upgraded */
	pair_hold(p, "@web:n:0 @db:h:1");
	pair_run(p, 3000);
	assert_true(p->side[ALPHA].memory.spoke_native);
	p->voice.beat = NULL;
	pair_run(p, 6000);
	pair_crash(p, ALPHA);
	pair_boot(p, ALPHA);
	pair_run(p, 12000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	pair_mark(p);
	play(p, &t, 200);
	assert_unseen(p, ALPHA, "do stop");
	assert_unseen(p, ALPHA, "speaks the classic");
	assert_seen(p, ALPHA, "attempted replay attack [beta]?");
	pair_free(p);
}

static void without_a_memory_a_recording_delays_a_start_for_three_initdeads_at_most(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	p->voice.beat = NATIVE "|h4hears=55:7|h4hold=@web:h:9 @db:h:9";
	p->voice.next_beat = p->now;
	pair_boot(p, ALPHA);
	pair_run(p, 9000);
	assert_seen(p, ALPHA, "log CRIT node beta delays us");
	pair_run(p, 25000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, ALPHA, "db"));
	pair_free(p);
}

/* --- a generation that went back --- */

static void a_restored_peer_is_accepted_when_it_shows_that_it_hears_us(void **state)
{
	(void)state;
	struct pair *p = pair_settled("auto_failback off\n", NULL);
	pair_crash(p, BETA);
	pair_run(p, 6000);
	p->side[BETA].generation = 5; /* a snapshot of long ago, with what it remembered then */
	p->side[BETA].remembers = false;
	pair_boot(p, BETA);
	pair_run(p, 3000);
	assert_seen(p, ALPHA, "log WARN node beta has generation 6 now, after 257: it was restored from an older copy");
	struct node_view view;
	for (int i = 0; i < SIDES; i++) {
		core_node_view(p->side[i].core, (size_t)(1 - i), &view);
		assert_string_equal(view.status, "active");
	}
	assert_int_equal(p->side[ALPHA].memory.generation, 6);
	assert_unseen(p, ALPHA, "do stop");
	pair_free(p);
}

static void a_restored_peer_is_accepted_after_our_own_restart_as_well(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_crash(p, ALPHA);
	pair_crash(p, BETA);
	p->side[BETA].generation = 5;
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 3000);
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "db"));
	assert_seen(p, ALPHA, "it was restored from an older copy");
	pair_free(p);
}

static void two_restored_nodes_accept_each_other(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	for (int i = 0; i < SIDES; i++)
		pair_crash(p, i);
	for (int i = 0; i < SIDES; i++) {
		p->side[i].generation = 5; /* each remembers a higher one of the other */
		pair_boot(p, i);
	}
	pair_run(p, 5000);
	for (int i = 0; i < SIDES; i++) {
		assert_seen(p, i, "it was restored from an older copy");
		assert_int_equal(p->side[i].memory.generation, 6);
	}
	assert_true(pair_runs(p, ALPHA, "web") && pair_runs(p, BETA, "db"));
	pair_free(p);
}

static void a_peer_that_uses_a_generation_twice_is_accepted_when_it_shows_that_it_hears_us(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_run(p, 60000);
	pair_crash(p, BETA);
	pair_run(p, 6000);
	p->side[BETA].generation--;
	pair_boot(p, BETA);
	pair_run(p, 3000);
	struct node_view view;
	core_node_view(p->side[ALPHA].core, 1, &view);
	assert_string_equal(view.status, "active");
	pair_free(p);
}

static void who_uses_a_generation_twice_goes_on_with_the_numbers_that_the_other_node_has_heard(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	pair_run(p, 60000);
	pair_crash(p, BETA);
	pair_run(p, 200);
	uint64_t heard = p->side[ALPHA].core->nodes[1].status_seq;
	p->side[BETA].generation--;
	pair_boot(p, BETA);
	pair_run(p, 1500);
	assert_seen(p, BETA, "The numbers go on from there");
	assert_true(p->side[BETA].core->seq > heard);
	assert_true(p->side[ALPHA].core->nodes[1].status_seq > heard);
	pair_free(p);
}

static void a_classic_peer_whose_generation_went_back_is_refused_with_what_to_do(void **state)
{
	(void)state;
	struct pair *p = stable(NULL);
	p->voice.beat = NULL;
	pair_run(p, 6000);
	pair_mark(p);
	p->voice.generation = 5;
	p->voice.seq = 0;
	pair_say(p, ACTIVE);
	pair_run(p, 3000);
	assert_seen(p, ALPHA, "write a number larger than curgen into its /var/lib/heartbeat/hb_generation");
	assert_unseen(p, ALPHA, "Status update for node beta");
	pair_free(p);
}

static void a_recording_of_a_former_life_that_names_us_wakes_no_dead_peer(void **state)
{
	(void)state;
	struct tape t = {.count = 0};
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 3000);
	record(p, &t, HEARS, 20);
	pair_voice_restart(p);
	pair_run(p, 5000);
	p->voice.beat = NULL;
	pair_run(p, 4100);
	assert_true(pair_runs(p, ALPHA, "db"));
	pair_mark(p);
	play(p, &t, 300);
	assert_unseen(p, ALPHA, "restored from an older copy");
	assert_unseen(p, ALPHA, "do stop");
	pair_free(p);
}

/* --- the old dialect again --- */

static void a_peer_that_goes_back_to_3_0_6_is_accepted_and_the_log_says_so(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:n:0");
	pair_run(p, 3000);
	p->voice.beat = NULL;
	pair_crash(p, ALPHA);
	pair_boot(p, ALPHA);
	pair_mark(p);
	pair_voice_restart(p);
	pair_say(p, "status|st=up|dt=fa0|protocol=1");
	assert_seen(p, ALPHA, "log WARN node beta speaks the classic dialect now (generation 257), after the native one");
	assert_seen(p, ALPHA, "beta speaks the classic (Heartbeat 3.0.6 or older) dialect");
	assert_false(p->side[ALPHA].memory.spoke_native);
	pair_free(p);
}

static void a_life_that_was_native_does_not_become_classic(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:n:0");
	pair_run(p, 3000);
	p->voice.beat = NULL;
	pair_crash(p, ALPHA);
	pair_boot(p, ALPHA);
	pair_mark(p);
	pair_say(p, "status|st=up|dt=fa0|protocol=1");
	assert_unseen(p, ALPHA, "Status update for node beta");
	assert_unseen(p, ALPHA, "speaks the classic");
	pair_free(p);
}

/* --- a newer life beside a living one --- */

static void a_newer_life_that_does_not_name_us_displaces_no_living_one(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 1000);
	pair_mark(p);
	for (unsigned i = 0; i < 10; i++) {
		pair_say(p, NATIVE "|hg=fffff|seq=1|h4hears=77:5|h4hold=@web:n:0 @db:n:0");
		pair_say(p, "status|st=up|dt=fa0|protocol=1|hg=ffffff|seq=1");
		pair_run(p, 1000);
	}
	assert_unseen(p, ALPHA, "Heartbeat restart");
	assert_unseen(p, ALPHA, "is dead");
	assert_unseen(p, ALPHA, "do ");
	assert_int_equal(counted(p).replayed, 0);
	pair_free(p);
}

static void a_newer_life_that_names_us_is_followed_at_once(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 5000);
	pair_mark(p);
	pair_say(p, NATIVE "|hg=fffff|seq=1|h4hears=0:0|h4hold=@web:n:0 @db:n:0");
	assert_times(p, ALPHA, "send status", 1); /* so that it can name us */
	pair_say(p, NATIVE "|hg=fffff|seq=2|h4hears=@hears|h4hold=@web:n:0 @db:n:0");
	assert_seen(p, ALPHA, "Heartbeat restart on node beta");
	pair_free(p);
}

static void two_machines_with_the_name_of_the_peer_are_called_so_and_nothing_is_started(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 5000);
	pair_mark(p);
	p->voice.beat = NULL;
	for (unsigned i = 0; i < 10; i++) { /* in turn, both hear us */
		pair_say(p, HEARS);
		pair_run(p, 500);
		pair_say(p, NATIVE "|hg=fffff|h4hears=@hears|h4hold=@web:n:0 @db:n:0");
		pair_run(p, 500);
	}
	assert_times(p, ALPHA, "log ERROR two machines send as node beta", 1);
	assert_unseen(p, ALPHA, "do start");
	assert_unseen(p, ALPHA, "is dead");
	pair_move(p, ALPHA, true, HALF_ALL, 1);
	assert_seen(p, ALPHA, "moved 1 not two machines have the same name or uuid");
	p->voice.beat = HEARS; /* the newer one is stopped: the older one is followed, and nobody dies */
	p->voice.next_beat = p->now;
	pair_run(p, 10000);
	assert_unseen(p, ALPHA, "is dead");
	assert_seen(p, ALPHA, "log WARN node beta has generation 256 now");
	assert_unseen(p, ALPHA, "do start");
	p->voice.beat = NULL;
	pair_run(p, 6000);
	assert_seen(p, ALPHA, "do start db");
	pair_free(p);
}

static void a_held_back_frame_of_the_life_before_is_no_second_machine(void **state)
{
	(void)state;
	struct tape t = {.count = 0};
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
	pair_run(p, 5000);
	record(p, &t, HEARS, 3);
	pair_voice_restart(p);
	pair_run(p, 2000);
	play(p, &t, 700);
	pair_run(p, 3000);
	assert_unseen(p, ALPHA, "two machines");
	pair_free(p);
}

/* --- our own name --- */

/* A clone of alpha: the same name and uuid, in another life, which hears alpha or not. */
#define CLONE \
	"status|st=up|dt=fa0|protocol=1|src=alpha|h4=1|h4hears=0:0|h4digest=@digest|h4hold=@web:n:0 @db:n:0|h4life=77"

static void who_hears_its_own_name_from_another_machine_claims_nothing(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	memcpy(p->voice.uuid, p->side[ALPHA].uuid, 16);
	pair_boot(p, ALPHA);
	p->voice.beat = CLONE "|h4self=@hears";
	p->voice.next_beat = p->now;
	pair_run(p, 50000);
	assert_times(p, ALPHA, "log ERROR a machine at 10.0.0.2 on eth0 sends with our own name", 1);
	assert_unseen(p, ALPHA, "do start");
	assert_seen(p, ALPHA, "h4self=100:"); /* so that the other one knows as well */
	p->voice.beat = NULL;
	pair_run(p, 4100);
	assert_seen(p, ALPHA, "do start web"); /* it was stopped */
	pair_free(p);
}

static void an_owner_keeps_what_it_has_beside_its_clone(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	memcpy(p->voice.uuid, p->side[ALPHA].uuid, 16);
	pair_boot(p, ALPHA);
	pair_run(p, 12000);
	assert_true(pair_runs(p, ALPHA, "web"));
	p->voice.beat = CLONE "|h4self=@hears";
	p->voice.next_beat = p->now;
	pair_run(p, 20000);
	assert_times(p, ALPHA, "log ERROR a machine at 10.0.0.2", 1);
	assert_unseen(p, ALPHA, "do stop");
	pair_free(p);
}

static void a_recording_of_ourselves_is_no_clone(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	memcpy(p->voice.uuid, p->side[ALPHA].uuid, 16);
	pair_boot(p, ALPHA);
	p->voice.beat = CLONE "|hg=99|h4self=99:7"; /* the clone of those days heard us of those days */
	p->voice.next_beat = p->now;
	pair_run(p, 14000);
	assert_unseen(p, ALPHA, "log ERROR");
	assert_times(p, ALPHA, "log WARN a machine at 10.0.0.2 on eth0 sends with our own name", 1);
	assert_true(pair_runs(p, ALPHA, "web"));
	pair_free(p);
}

static void two_clones_both_say_so_and_claim_nothing(void **state)
{
	(void)state;
	for (uint64_t later = 0; later < 6; later += 3) {
		struct pair *p = pair_new(NULL, NULL);
		p->side[BETA].name = "alpha";
		memcpy(p->side[BETA].uuid, p->side[ALPHA].uuid, 16);
		p->side[BETA].generation += later; /* copied while it was stopped, both have the same */
		pair_boot(p, ALPHA);
		pair_boot(p, BETA);
		pair_run(p, 50000);
		for (int i = 0; i < SIDES; i++) {
			assert_times(p, i, "log ERROR a machine at 10.0.0.2 on eth0 sends with our own name", 1);
			assert_unseen(p, i, "do start");
		}
		pair_free(p);
	}
}

static void one_status_of_a_newer_life_delays_no_takeover_and_a_second_one_does(void **state)
{
	(void)state;
	for (unsigned statuses = 1; statuses <= 2; statuses++) {
		struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:h:1");
		pair_run(p, 1000);
		p->voice.beat = NULL;
		pair_run(p, 3500);
		for (unsigned seq = 1; seq <= statuses; seq++) {
			char text[128];
			(void)snprintf(text, sizeof text, NATIVE "|hg=fffff|seq=%x|h4hears=77:5|h4hold=@web:n:0 @db:n:0", seq);
			pair_say(p, text);
		}
		pair_run(p, 2000);
		assert_seen(p, ALPHA, "node beta: is dead");
		assert_times(p, ALPHA, "do start db", statuses == 1);
		pair_run(p, 4000);
		assert_times(p, ALPHA, "do start db", 1);
		pair_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_life_that_is_believed_is_remembered_with_its_number_now_and_then),
		cmocka_unit_test(a_number_that_waits_is_written_soon_after_a_death),
		cmocka_unit_test(the_number_is_remembered_when_we_end),
		cmocka_unit_test(what_is_not_believed_is_not_remembered),
		cmocka_unit_test(the_memory_of_another_name_is_not_used),
		cmocka_unit_test(a_recording_of_the_last_life_delays_no_start),
		cmocka_unit_test(a_recording_of_a_former_life_delays_no_start_and_is_called_a_replay),
		cmocka_unit_test(a_recording_of_the_days_of_3_0_6_releases_nothing),
		cmocka_unit_test(without_a_memory_a_recording_delays_a_start_for_three_initdeads_at_most),
		cmocka_unit_test(a_restored_peer_is_accepted_when_it_shows_that_it_hears_us),
		cmocka_unit_test(a_restored_peer_is_accepted_after_our_own_restart_as_well),
		cmocka_unit_test(two_restored_nodes_accept_each_other),
		cmocka_unit_test(who_uses_a_generation_twice_goes_on_with_the_numbers_that_the_other_node_has_heard),
		cmocka_unit_test(a_peer_that_uses_a_generation_twice_is_accepted_when_it_shows_that_it_hears_us),
		cmocka_unit_test(a_classic_peer_whose_generation_went_back_is_refused_with_what_to_do),
		cmocka_unit_test(a_recording_of_a_former_life_that_names_us_wakes_no_dead_peer),
		cmocka_unit_test(a_peer_that_goes_back_to_3_0_6_is_accepted_and_the_log_says_so),
		cmocka_unit_test(a_life_that_was_native_does_not_become_classic),
		cmocka_unit_test(a_newer_life_that_does_not_name_us_displaces_no_living_one),
		cmocka_unit_test(a_newer_life_that_names_us_is_followed_at_once),
		cmocka_unit_test(two_machines_with_the_name_of_the_peer_are_called_so_and_nothing_is_started),
		cmocka_unit_test(a_held_back_frame_of_the_life_before_is_no_second_machine),
		cmocka_unit_test(who_hears_its_own_name_from_another_machine_claims_nothing),
		cmocka_unit_test(an_owner_keeps_what_it_has_beside_its_clone),
		cmocka_unit_test(a_recording_of_ourselves_is_no_clone),
		cmocka_unit_test(two_clones_both_say_so_and_claim_nothing),
		cmocka_unit_test(one_status_of_a_newer_life_delays_no_takeover_and_a_second_one_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
