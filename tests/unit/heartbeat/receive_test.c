// SPDX-License-Identifier: MIT
/* What the core checks before it uses a datagram.  Refused datagrams are counted and logged once a minute. */
#include "tests/unit/heartbeat/listening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Alpha takes no notice of it: no link, no status, nothing sent. */
static void is_ignored(struct pair *p)
{
	assert_unseen(p, ALPHA, "Link beta");
	assert_unseen(p, ALPHA, "Status update");
	assert_unseen(p, ALPHA, "send ");
	struct node_view view;
	core_node_view(p->side[ALPHA].core, 1, &view);
	assert_string_equal(view.status, "init");
}

/* --- is it authentic? --- */

static void a_datagram_under_another_key_is_refused(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	static struct authkeys other;
	other = p->keys;
	other.keys[1].key[0] ^= 1;
	struct auth *mine = p->auth;
	size_t len;
	p->auth = auth_new(&other);
	uint8_t *frame = pair_frame(p, STATUS, &len);
	auth_free(p->auth);
	p->auth = mine;
	pair_datagram(p, ALPHA, 0, frame, len);
	is_ignored(p);
	assert_int_equal(counters_of(p).unauthentic, 1);
	assert_seen(p, ALPHA, "log WARN datagram from 10.0.0.2 on eth0 refused, failed authentication");
	assert_seen(p, ALPHA, "Is /etc/ha.d/authkeys the same on both nodes");
	free(frame);
	pair_free(p);
}

static void a_datagram_under_a_key_that_is_not_the_active_one_is_refused(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	static struct authkeys second;
	second = p->keys;
	second.active = 2;
	struct auth *mine = p->auth;
	size_t len;
	p->auth = auth_new(&second);
	uint8_t *frame = pair_frame(p, STATUS, &len);
	auth_free(p->auth);
	p->auth = mine;
	pair_datagram(p, ALPHA, 0, frame, len);
	is_ignored(p);
	assert_int_equal(counters_of(p).unauthentic, 1);
	free(frame);
	pair_free(p);
}

static void one_changed_byte_anywhere_makes_a_datagram_worthless(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	size_t len;
	uint8_t *frame = pair_frame(p, STATUS, &len);
	for (size_t i = 0; i < len; i++) {
		frame[i] ^= 4;
		pair_datagram(p, ALPHA, 0, frame, len);
		frame[i] ^= 4;
	}
	for (size_t cut = 0; cut + 1 < len; cut++)
		pair_datagram(p, ALPHA, 0, frame, cut);
	is_ignored(p);
	pair_datagram(p, ALPHA, 0, frame, len);
	assert_seen(p, ALPHA, "Status update for node beta: status up");
	free(frame);
	pair_free(p);
}

static void noise_is_counted_and_reported_in_one_line_a_minute(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	static const char noise[] = "GET / HTTP/1.1\r\n\r\n";
	for (unsigned i = 0; i < 500; i++) {
		pair_datagram(p, ALPHA, 0, noise, sizeof noise - 1);
		pair_run(p, 100);
	}
	assert_times(p, ALPHA, "log WARN datagram from 10.0.0.2 on eth0 dropped", 1);
	pair_run(p, 10000);
	pair_datagram(p, ALPHA, 0, noise, sizeof noise - 1);
	assert_times(p, ALPHA, "log WARN datagram from 10.0.0.2 on eth0 dropped", 2);
	assert_seen(p, ALPHA, "(499 more of this kind since the last line)");
	assert_int_equal(counters_of(p).malformed, 501);
	assert_int_equal(counters_of(p).received, 501);
	pair_free(p);
}

static void each_kind_of_complaint_has_a_minute_of_its_own(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_datagram(p, ALPHA, 0, "x", 1);
	pair_say(p, STATUS "|src=gamma");
	pair_say(p, STATUS "|-ts");
	pair_say(p, STATUS "|src=alpha|hg=ffff");
	assert_times(p, ALPHA, "log WARN", 4);
	pair_free(p);
}

static void logging_of_bad_packets_can_be_switched_off(void **state)
{
	(void)state;
	struct pair *p = listening("log_badpack off\n");
	pair_datagram(p, ALPHA, 0, "x", 1);
	assert_unseen(p, ALPHA, "log ");
	assert_int_equal(counters_of(p).malformed, 1);
	pair_free(p);
}

static void a_medium_that_does_not_exist_delivers_nothing(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say_on(p, 1, STATUS);
	pair_say_on(p, SIZE_MAX, STATUS);
	is_ignored(p);
	pair_free(p);
}

static void datagrams_before_the_start_and_after_the_end_are_survived(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	struct core_config config = {.conf = p->side[ALPHA].conf,
		.resources = p->side[ALPHA].resources,
		.keys = &p->keys,
		.node = "alpha",
		.generation = 1};
	const char *why;
	struct core *c = core_new(&config, &why);
	size_t len;
	uint8_t *frame = pair_frame(p, STATUS, &len);
	struct event event = {.kind = EVENT_DATAGRAM, .datagram = {.data = {frame, len}}};
	struct instant now = {.mono = p->now, .wall_s = 1};
	struct action a;
	assert_non_null(c);
	core_step(c, now, &event);
	while (core_action(c, &a))
		assert_true(a.kind != ACTION_GROUP_START);
	assert_int_equal(core_deadline(c).ns, MONO_FAR.ns);
	free(frame);
	core_free(c);
	pair_free(p);
}

/* --- does it have what every message has, once? --- */

static void a_message_without_type_sender_or_time_is_dropped(void **state)
{
	(void)state;
	static const char *const broken[] = {STATUS "|-src", STATUS "|src=", STATUS "|-ts", STATUS "|ts=0",
		STATUS "|ts=now", STATUS "|ts=", "x|-t|st=up", "x|t=|st=up"};
	struct pair *p = listening(NULL);
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
		pair_say(p, broken[i]);
	is_ignored(p);
	assert_times(p, ALPHA, "log WARN message from 10.0.0.2 dropped: t, src or ts is missing", 1);
	pair_free(p);
}

static void a_common_field_given_twice_is_refused(void **state)
{
	(void)state;
	static const char *const twice[] = {
		STATUS "|src=beta|src=alpha",
		"status|t=status|t=starting|st=up",
		STATUS "|ts=1|ts=2",
		STATUS "|seq=1|seq=2",
		STATUS "|hg=1|hg=2",
		STATUS "|srcuuid=0123456789abcdef|srcuuid=0123456789abcdee",
		STATUS "|dest=alpha|dest=beta",
		STATUS "|destuuid=0123456789abcdef|destuuid=x",
	};
	struct pair *p = listening(NULL);
	for (size_t i = 0; i < sizeof twice / sizeof *twice; i++)
		pair_say(p, twice[i]);
	is_ignored(p);
	assert_seen(p, ALPHA, "log WARN message from 10.0.0.2 dropped: duplicate field src");
	pair_free(p);
}

static void a_number_that_is_none_is_refused(void **state)
{
	(void)state;
	static const char *const broken[] = {STATUS "|seq=0", STATUS "|seq=x", STATUS "|seq=-1",
		STATUS "|seq=10000000000000000", STATUS "|-seq", STATUS "|hg=", STATUS "|hg=1g"};
	struct pair *p = listening(NULL);
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
		pair_say(p, broken[i]);
	is_ignored(p);
	assert_times(p, ALPHA, "log WARN message from beta dropped: seq or hg is not a number", 1);
	pair_free(p);
}

/* --- the sender --- */

static void a_node_that_is_not_in_ha_cf_is_refused_by_name(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS "|src=gamma");
	is_ignored(p);
	assert_seen(p, ALPHA,
		"log WARN process_status_message: bad node [gamma] in message from 10.0.0.2: it is not in ha.cf");
	assert_int_equal(counters_of(p).foreign, 1);
	pair_free(p);
}

static void a_machine_with_our_name_is_reported_and_changes_nothing(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS "|src=alpha|hg=ffff");
	assert_times(p, ALPHA,
		"log WARN a machine at 10.0.0.2 on eth0 sends with our own name (generation ffff, ours 101): a recording of us",
		1);
	assert_unseen(p, ALPHA, "Link alpha");
	/* our own numbers still count */
	p->voice.seq = 0;
	pair_run(p, 60000);
	pair_say(p, STATUS "|src=alpha|hg=101");
	assert_times(p, ALPHA, "sends with our own name", 2);
	assert_unseen(p, ALPHA, "Link alpha");
	pair_free(p);
}

static void a_peer_with_our_uuid_is_heard_by_its_name_and_reported_as_a_clone(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	memcpy(p->voice.uuid, p->side[ALPHA].uuid, 16);
	pair_hold(p, "@web:n:0 @db:n:0");
	pair_run(p, 20000);
	assert_seen(p, ALPHA, "Status update for node beta");
	assert_times(p, ALPHA, "log ERROR node beta sends with our own uuid: a cloned disk?", 1);
	assert_unseen(p, ALPHA, "do start"); /* nor claims it anything */
	assert_state(p, ALPHA, "web", OWN_NONE);
	p->voice.uuid[5] = 9; /* a new one was made */
	pair_voice_restart(p);
	pair_hold(p, "@web:n:0 @db:n:0");
	pair_run(p, 6000);
	assert_state(p, ALPHA, "web", OWN_HELD);
	pair_free(p);
}

static void a_changed_uuid_is_noted_and_later_answers_carry_the_new_one(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	p->voice.uuid[5] = 77;
	pair_voice_restart(p);
	pair_run(p, 2000);
	pair_say(p, STATUS);
	assert_seen(p, ALPHA, "log WARN node beta changed its uuid");
	pair_mark(p);
	pair_say(p, "reqnodes|dest=alpha");
	const struct pair_record *answer = pair_find(p, ALPHA, "send repnodes");
	assert_non_null(answer);
	static uint8_t arena[4096];
	struct message m;
	struct decoded decoded;
	message_init(&m, arena, sizeof arena);
	assert_int_equal(
		codec_decode((struct bytes){answer->data, answer->len}, p->auth, false, &m, &decoded), CODEC_OK);
	const struct field *uuid = message_find(&m, "destuuid");
	assert_non_null(uuid);
	assert_memory_equal(uuid->value.at, p->voice.uuid, 16);
	pair_free(p);
}

static void a_recording_from_before_does_not_bring_the_old_uuid_back(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	size_t len;
	uint8_t *old = pair_frame(p, STATUS, &len);
	pair_datagram(p, ALPHA, 0, old, len);
	p->voice.uuid[5] = 77;
	pair_voice_restart(p);
	pair_say(p, STATUS);
	pair_mark(p);
	for (unsigned i = 0; i < 5; i++)
		pair_datagram(p, ALPHA, 0, old, len);
	pair_say(p, STATUS);
	assert_unseen(p, ALPHA, "changed its uuid");
	free(old);
	pair_free(p);
}

/* The core recognizes the copy of a datagram by its bytes: the copy counts for its medium.  A copy with one bit changed
 * is checked again. */
static void the_same_bytes_on_a_second_link_count_and_altered_ones_do_not(void **state)
{
	(void)state;
	struct pair *p = listening("bcast eth0 eth1\n");
	size_t len;
	uint8_t *frame = pair_frame(p, STATUS, &len);
	pair_datagram(p, ALPHA, 0, frame, len);
	assert_unseen(p, ALPHA, "log info Link beta:eth1 up");
	pair_datagram(p, ALPHA, 1, frame, len);
	assert_seen(p, ALPHA, "log info Link beta:eth1 up");
	assert_int_equal(counters_of(p).duplicate, 1);
	for (size_t i = 0; i < len; i++) {
		frame[i] ^= 1;
		pair_datagram(p, ALPHA, i % 2, frame, len);
		frame[i] ^= 1;
		assert_int_equal(counters_of(p).malformed + counters_of(p).unauthentic, 2 * i + 1);
		pair_datagram(p, ALPHA, 0, frame, len); /* known again */
		frame[i] ^= 1;
		pair_datagram(p, ALPHA, 0, frame, len);
		frame[i] ^= 1;
	}
	assert_int_equal(counters_of(p).duplicate, 1 + len);
	free(frame);
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_datagram_under_another_key_is_refused),
		cmocka_unit_test(a_datagram_under_a_key_that_is_not_the_active_one_is_refused),
		cmocka_unit_test(one_changed_byte_anywhere_makes_a_datagram_worthless),
		cmocka_unit_test(noise_is_counted_and_reported_in_one_line_a_minute),
		cmocka_unit_test(each_kind_of_complaint_has_a_minute_of_its_own),
		cmocka_unit_test(logging_of_bad_packets_can_be_switched_off),
		cmocka_unit_test(a_medium_that_does_not_exist_delivers_nothing),
		cmocka_unit_test(datagrams_before_the_start_and_after_the_end_are_survived),
		cmocka_unit_test(a_message_without_type_sender_or_time_is_dropped),
		cmocka_unit_test(a_common_field_given_twice_is_refused),
		cmocka_unit_test(a_number_that_is_none_is_refused),
		cmocka_unit_test(a_node_that_is_not_in_ha_cf_is_refused_by_name),
		cmocka_unit_test(a_machine_with_our_name_is_reported_and_changes_nothing),
		cmocka_unit_test(a_peer_with_our_uuid_is_heard_by_its_name_and_reported_as_a_clone),
		cmocka_unit_test(a_changed_uuid_is_noted_and_later_answers_carry_the_new_one),
		cmocka_unit_test(a_recording_from_before_does_not_bring_the_old_uuid_back),
		cmocka_unit_test(the_same_bytes_on_a_second_link_count_and_altered_ones_do_not),
	};
	return cmocka_run_group_tests_name("receive", tests, NULL, NULL);
}
