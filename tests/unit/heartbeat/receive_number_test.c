// SPDX-License-Identifier: MIT
/* Numbers of datagrams: what is new, missing, asked for again, and sent again to the node that asks. */
#include "tests/unit/heartbeat/listening.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- is the number new? --- */

static void a_datagram_heard_twice_is_delivered_once(void **state)
{
	(void)state;
	struct pair *p = listening("bcast eth0 eth1\n");
	pair_say(p, STATUS);
	size_t len;
	uint8_t *frame = pair_frame(p, "reqnodes|dest=alpha", &len);
	for (unsigned i = 0; i < 6; i++)
		pair_datagram(p, ALPHA, i % 2, frame, len);
	assert_times(p, ALPHA, "send repnodes", 1);
	assert_int_equal(counters_of(p).duplicate, 5);
	free(frame);
	pair_free(p);
}

static void lost_numbers_are_asked_for_one_by_one_and_again(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	p->voice.seq += 3;
	pair_say(p, STATUS);
	assert_seen(p, ALPHA, "log WARN 3 lost packet(s) for [beta] [1:5]");
	pair_run(p, 49);
	assert_unseen(p, ALPHA, "send NS_rexmit");
	pair_run(p, 202);
	assert_times(p, ALPHA, "send NS_rexmit dest=beta firstseq=2 lastseq=2", 1);
	assert_times(p, ALPHA, "send NS_rexmit", 3);
	pair_run(p, 250);
	assert_times(p, ALPHA, "send NS_rexmit dest=beta firstseq=3 lastseq=3", 2);
	assert_int_equal(counters_of(p).requested, pair_count(p, ALPHA, "send NS_rexmit"));
	p->voice.beat = STATUS;
	p->voice.next_beat = p->now;
	pair_say(p, STATUS "|seq=2");
	pair_say(p, STATUS "|seq=4");
	pair_say(p, "NS_nak_rexmit|dest=alpha|firstseq=3|info=seqno not found");
	assert_seen(p, ALPHA, "log WARN Irretrievably lost packet: node beta seq 3");
	pair_mark(p);
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "send NS_rexmit");
	pair_free(p);
}

/* Seen: at 9600 baud the requests each 250 ms, and twice as many statuses, filled the line.  What it lost was asked for
 * as well, without end. */
static void a_serial_line_alone_is_not_filled_by_requests(void **state)
{
	(void)state;
	struct pair *p = listening("baud 9600\nserial /dev/ttyS1 # and no bcast \n");
	p->voice.beat = STATUS;
	p->voice.next_beat = p->now;
	pair_say(p, STATUS);
	p->voice.seq += 1;
	pair_say(p, STATUS);
	pair_mark(p);
	pair_run(p, 2000);
	assert_times(p, ALPHA, "send NS_rexmit", 1);
	assert_times(p, ALPHA, "send status", 2);
	pair_run(p, 2000);
	assert_times(p, ALPHA, "send NS_rexmit", 2);
	assert_times(p, ALPHA, "send status", 4);
	pair_free(p);
}

/* When three in ten are lost, four losses in a row are common. */
static void a_silent_peer_is_asked_for_a_sign_of_life_and_the_answer_counts(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ");
	for (unsigned i = 0; i < 3; i++) {
		pair_say(p, STATUS);
		pair_run(p, 1000);
	}
	pair_mark(p);
	pair_run(p, 499); /* its next status is late by then */
	assert_unseen(p, ALPHA, "send reqnodes");
	pair_run(p, 1);
	assert_times(p, ALPHA, "send reqnodes dest=beta", 1);
	pair_run(p, 500);
	assert_times(p, ALPHA, "send reqnodes", 2);
	pair_run(p, 500); /* 1.5 s are left */
	assert_times(p, ALPHA, "send reqnodes", 4);
	assert_unseen(p, ALPHA, "send NS_rexmit");
	p->voice.seq += 2;
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ");
	pair_mark(p);
	pair_run(p, 3900);
	assert_unseen(p, ALPHA, "is dead");
	pair_run(p, 200);
	assert_seen(p, ALPHA, "is dead");
	pair_mark(p);
	pair_run(p, 10000);
	assert_unseen(p, ALPHA, "send reqnodes"); /* a dead node is not asked */
	pair_free(p);
}

static void a_datagram_sent_earlier_is_no_sign_of_life(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ");
	size_t len;
	uint8_t *old = pair_frame(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ", &len);
	pair_datagram(p, ALPHA, 0, old, len);
	pair_say(p, STATUS);
	int64_t last = pair_ms(p);
	for (unsigned i = 0; i < 12; i++) {
		pair_run(p, 500);
		pair_datagram(p, ALPHA, 0, old, len);
	}
	assert_int_equal(pair_when(p, ALPHA, "node beta: is dead") - last, 4000);
	free(old);
	pair_free(p);
}

static void a_peer_with_a_longer_keepalive_is_not_called_late(void **state)
{
	(void)state;
	struct pair *p = listening("warntime 3900ms\n");
	pair_say(p, STATUS);
	pair_say(p, "repnodes|dest=alpha|nodelist=alpha beta |delnodelist= ");
	for (unsigned i = 0; i < 10; i++) {
		pair_say(p, STATUS);
		pair_run(p, i < 3 ? 1000 : 2500);
		if (i == 5)
			pair_mark(p);
	}
	assert_unseen(p, ALPHA, "send reqnodes");
	pair_free(p);
}

static void after_a_loss_statuses_are_twice_as_many_for_a_while(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	p->voice.beat = STATUS;
	p->voice.next_beat = p->now;
	pair_run(p, 3000);
	pair_mark(p);
	pair_run(p, 20000);
	assert_in_range(pair_count(p, ALPHA, "send status"), 19, 21);
	p->voice.seq += 1;
	pair_run(p, 1000);
	pair_mark(p);
	pair_run(p, 10000);
	assert_in_range(pair_count(p, ALPHA, "send status"), 19, 21);
	pair_run(p, 15000);
	pair_mark(p);
	pair_run(p, 20000);
	assert_in_range(pair_count(p, ALPHA, "send status"), 19, 21);
	pair_free(p);
}

static void a_gap_that_closes_is_reported(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	p->voice.seq += 1;
	pair_say(p, STATUS);
	pair_say(p, "reqnodes|dest=alpha|seq=2");
	assert_seen(p, ALPHA, "send repnodes"); /* delivered although late */
	assert_seen(p, ALPHA, "log info No pkts missing from beta!");
	pair_mark(p);
	p->voice.seq += 2; /* this loss is one too many for a line of this minute */
	pair_say(p, STATUS);
	pair_say(p, "reqnodes|dest=alpha|seq=4");
	pair_say(p, "reqnodes|dest=alpha|seq=5");
	assert_unseen(p, ALPHA, "No pkts missing");
	pair_run(p, 70000);
	pair_say(p, STATUS);
	p->voice.seq += 2;
	pair_say(p, STATUS);
	assert_seen(p, ALPHA, "2 lost packet(s)");
	char seq[64];
	for (unsigned back = 2; back > 0; back--) {
		assert_unseen(p, ALPHA, "No pkts missing"); /* one is missing still */
		(void)snprintf(seq, sizeof seq, "reqnodes|dest=alpha|seq=%llx", (unsigned long long)p->voice.seq - back);
		pair_say(p, seq);
	}
	assert_seen(p, ALPHA, "No pkts missing");
	pair_free(p);
}

static void asking_for_lost_numbers_ends_10_s_after_the_deadtime_of_their_sender(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	p->voice.beat = STATUS;
	pair_say(p, STATUS);
	p->voice.seq += 2;
	p->voice.next_beat = p->now;
	pair_run(p, 13000);
	assert_unseen(p, ALPHA, "Irretrievably");
	pair_run(p, 3000);
	assert_seen(p, ALPHA, "log WARN Irretrievably lost packet: node beta seq 2 and 1 more");
	pair_mark(p);
	pair_run(p, 5000);
	assert_unseen(p, ALPHA, "send NS_rexmit");
	pair_free(p);
}

static void a_huge_gap_starts_the_numbering_again(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	p->voice.seq += 100000;
	pair_say(p, STATUS);
	assert_seen(p, ALPHA, "log WARN lost a lot of packets from beta");
	pair_run(p, 1000);
	assert_unseen(p, ALPHA, "send NS_rexmit");
	pair_free(p);
}

static void a_nak_for_what_is_not_missing_means_nothing(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	pair_say(p, "NS_nak_rexmit|dest=alpha|firstseq=1|info=seqno too low");
	pair_say(p, "NS_nak_rexmit|dest=alpha|firstseq=zz|info=seqno too low");
	pair_say(p, "NS_nak_rexmit|dest=alpha");
	assert_unseen(p, ALPHA, "Irretrievably");
	pair_free(p);
}

static void every_tenth_number_is_acknowledged_never_past_a_hole(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	for (unsigned i = 0; i < 50; i++)
		pair_say(p, STATUS);
	assert_times(p, ALPHA, "send NS_ackmsg dest=beta ackseq=", 5);
	unsigned long long ack;
	assert_int_equal(
		sscanf(pair_last(p, ALPHA, "send NS_ackmsg")->text, "send NS_ackmsg dest=beta ackseq=%llx", &ack), 1);
	assert_in_range(ack, 41, 50);
	pair_mark(p);
	p->voice.seq += 1; /* 51 is lost */
	for (unsigned i = 0; i < 30; i++)
		pair_say(p, STATUS);
	assert_in_range(pair_count(p, ALPHA, "send NS_ackmsg"), 0, 1); /* 50, if that is a trigger, or none */
	pair_say(p, STATUS "|seq=33");
	assert_in_range(pair_count(p, ALPHA, "send NS_ackmsg"), 1, 2);
	pair_free(p);
}

/* --- serving --- */

static void what_was_sent_is_sent_again_when_asked_for(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	pair_run(p, 3000);
	size_t index = (size_t)(pair_find(p, ALPHA, "send reqnodes") - p->records); /* behind two statuses: number 3 */
	pair_mark(p);
	pair_say(p, "NS_rexmit|dest=alpha|firstseq=3|lastseq=3");
	const struct pair_record *again = pair_find(p, ALPHA, "send reqnodes");
	assert_non_null(again);
	assert_memory_equal(again->data, p->records[index].data, again->len);
	assert_int_equal(counters_of(p).resent, 1);
	/* not twice within the pace */
	pair_say(p, "NS_rexmit|dest=alpha|firstseq=3|lastseq=3");
	assert_int_equal(counters_of(p).resent, 1);
	pair_run(p, 240);
	pair_say(p, "NS_rexmit|dest=alpha|firstseq=3|lastseq=3");
	assert_int_equal(counters_of(p).resent, 2);
	/* also the last one */
	char last[64];
	unsigned long long seq = p->side[ALPHA].core->seq;
	pair_run(p, 240);
	assert_int_equal(p->side[ALPHA].core->seq, seq);
	(void)snprintf(last, sizeof last, "NS_rexmit|dest=alpha|firstseq=%llu|lastseq=%llu", seq, seq);
	pair_say(p, last);
	assert_int_equal(counters_of(p).resent, 3);
	pair_free(p);
}

static void a_request_that_brings_nothing_does_not_double_the_statuses(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	p->voice.beat = STATUS;
	p->voice.next_beat = p->now;
	pair_run(p, 10000);
	pair_mark(p);
	pair_say(p, "NS_rexmit|dest=alpha|firstseq=900|lastseq=900"); /* not sent yet */
	pair_run(p, 10000);
	assert_in_range(pair_count(p, ALPHA, "send status"), 9, 11);
	p->voice.beat = NULL;
	pair_run(p, 40000);
	pair_mark(p);
	pair_say(p, "NS_rexmit|dest=alpha|firstseq=9|lastseq=9"); /* anybody can replay that of a dead node */
	assert_int_equal(counters_of(p).resent, 1);
	pair_run(p, 10000);
	assert_in_range(pair_count(p, ALPHA, "send status"), 9, 12);
	pair_free(p);
}

static void a_range_without_end_costs_fifty_datagrams_at_most(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	pair_run(p, 100000);
	pair_mark(p);
	pair_say(p, "NS_rexmit|dest=alpha|firstseq=1|lastseq=2147483647");
	assert_times(p, ALPHA, "send ", HISTORY_PER_REQUEST_MAX);
	pair_mark(p);
	pair_say(p, "NS_rexmit|dest=alpha|firstseq=2|lastseq=18446744073709551615");
	assert_in_range(pair_count(p, ALPHA, "send "), 0, HISTORY_PER_REQUEST_MAX);
	pair_free(p);
}

static void requests_without_end_are_answered_at_a_bounded_pace(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	pair_run(p, 800000); /* so that the lowest numbers are forgotten: each of them is answered with a nak */
	pair_mark(p);
	for (unsigned i = 0; i < 1000; i++)
		pair_say(p, "NS_rexmit|dest=alpha|firstseq=1|lastseq=2147483647");
	assert_times(p, ALPHA, "send NS_nak_rexmit", SEQUENCE_MISSING_MAX);
	pair_run(p, 300);
	pair_mark(p);
	pair_say(p, "NS_rexmit|dest=alpha|firstseq=1|lastseq=1");
	assert_times(p, ALPHA, "send NS_nak_rexmit", 1);
	pair_free(p);
}

static void gaps_without_end_are_one_line_a_minute(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	for (unsigned i = 0; i < 50; i++) {
		p->voice.seq += 300 * (i % 2) + 3;
		pair_say(p, STATUS);
	}
	assert_times(p, ALPHA, "lost packet(s) for [beta]", 1);
	assert_unseen(p, ALPHA, "lost a lot");
	p->voice.beat = STATUS;
	p->voice.next_beat = p->now;
	pair_run(p, 60000);
	p->voice.seq += 3;
	pair_say(p, STATUS);
	assert_seen(p, ALPHA, "(49 more of this kind since the last line)");
	pair_free(p);
}

static void a_peer_that_changes_its_uuid_with_each_message_is_one_line_a_minute(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	for (unsigned i = 0; i < 20; i++) {
		p->voice.uuid[5]++;
		pair_say(p, STATUS);
	}
	assert_times(p, ALPHA, "changed its uuid", 1);
	assert_unseen(p, ALPHA, "bad node");
	pair_free(p);
}

static void a_request_that_makes_no_sense_is_not_answered(void **state)
{
	(void)state;
	static const char *const requests[] = {
		"NS_rexmit|dest=alpha|firstseq=9|lastseq=3",
		"NS_rexmit|dest=beta|firstseq=1|lastseq=1",
		"NS_rexmit|firstseq=1|lastseq=1",
		"NS_rexmit|dest=alpha|firstseq=5000|lastseq=5000",
		"NS_rexmit|dest=alpha|firstseq=a|lastseq=b",
		"NS_rexmit|dest=alpha|firstseq=1",
		"NS_rexmit|dest=alpha",
		"NS_whatever|dest=alpha",
		"NS_ackmsg|dest=alpha|ackseq=ffff",
		"NS_ackmsg|dest=alpha",
		"NS_|dest=alpha",
	};
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	pair_run(p, 5000);
	pair_mark(p);
	for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
		pair_say(p, requests[i]);
	assert_unseen(p, ALPHA, "send ");
	/* the false acknowledgement had no effect */
	pair_say(p, "NS_rexmit|dest=alpha|firstseq=3|lastseq=3");
	assert_times(p, ALPHA, "send reqnodes", 1);
	pair_free(p);
}

static void what_is_gone_is_naked_with_the_reason(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	pair_run(p, 600000);
	pair_mark(p);
	pair_say(p, "NS_rexmit|dest=alpha|firstseq=2|lastseq=2");
	assert_times(p, ALPHA, "send NS_nak_rexmit dest=beta firstseq=2 info=seqno too low", 1);
	pair_free(p);
}

static void the_nodes_that_are_named_are_exactly_the_configured_ones(void **state)
{
	(void)state;
	struct pair *p = listening("bcast eth0\nping 10.0.0.9\n");
	pair_say(p, STATUS);
	pair_say(p, "reqnodes|dest=alpha");
	assert_times(p, ALPHA, "send repnodes dest=beta nodelist=alpha beta  delnodelist= ", 1);
	pair_say(p, "reqnodes|dest=beta"); /* for somebody else */
	assert_times(p, ALPHA, "send repnodes", 1);
	pair_free(p);
}

static void a_message_for_clients_reaches_them_without_its_signature(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	pair_say(p, STATUS);
	pair_say(p, "num_ping_nodes|from_id=ipfail|to_id=ipfail|num_ping=1");
	const struct pair_record *delivered =
		pair_find(p, ALPHA, "notify >>>\nt=num_ping_nodes\nfrom_id=ipfail\nto_id=ipfail\nnum_ping=1\nsrc=beta");
	assert_non_null(delivered);
	assert_null(strstr(delivered->text, "auth="));
	pair_say(p, "num_ping_nodes|dest=gamma|num_ping=1"); /* for somebody else */
	assert_times(p, ALPHA, "notify >>>\nt=num_ping_nodes", 1);
	pair_free(p);
}

static void a_compressed_datagram_is_understood(void **state)
{
	(void)state;
	struct pair *p = listening(NULL);
	static uint8_t arena[CODEC_DATAGRAM_MAX], out[CODEC_DATAGRAM_MAX];
	struct message m;
	struct writer w = writer_over(out, sizeof out);
	message_init(&m, arena, sizeof arena);
	message_add(&m, "t", "status");
	message_add(&m, "st", "up");
	message_add(&m, "src", "beta");
	message_add_hex(&m, "seq", 1);
	message_add_hex(&m, "hg", 0x100);
	message_add_hex(&m, "ts", 1);
	assert_true(codec_compressed(&m, p->auth, true, "zlib", &w));
	pair_datagram(p, ALPHA, 0, out, w.len);
	assert_seen(p, ALPHA, "Status update for node beta: status up");
	pair_free(p);
}

static void a_peer_that_has_left_is_not_asked_for_a_sign_of_life(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:n:0 @db:n:0");
	pair_run(p, 3000);
	pair_say(p, "shutdone|st=dead");
	p->voice.beat = NULL;
	pair_mark(p);
	pair_run(p, 20000);
	assert_seen(p, ALPHA, "node beta: is dead");
	assert_unseen(p, ALPHA, "send reqnodes");
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_datagram_heard_twice_is_delivered_once),
		cmocka_unit_test(lost_numbers_are_asked_for_one_by_one_and_again),
		cmocka_unit_test(a_serial_line_alone_is_not_filled_by_requests),
		cmocka_unit_test(a_silent_peer_is_asked_for_a_sign_of_life_and_the_answer_counts),
		cmocka_unit_test(a_datagram_sent_earlier_is_no_sign_of_life),
		cmocka_unit_test(a_peer_with_a_longer_keepalive_is_not_called_late),
		cmocka_unit_test(after_a_loss_statuses_are_twice_as_many_for_a_while),
		cmocka_unit_test(a_gap_that_closes_is_reported),
		cmocka_unit_test(asking_for_lost_numbers_ends_10_s_after_the_deadtime_of_their_sender),
		cmocka_unit_test(a_huge_gap_starts_the_numbering_again),
		cmocka_unit_test(a_nak_for_what_is_not_missing_means_nothing),
		cmocka_unit_test(every_tenth_number_is_acknowledged_never_past_a_hole),
		cmocka_unit_test(what_was_sent_is_sent_again_when_asked_for),
		cmocka_unit_test(a_request_that_brings_nothing_does_not_double_the_statuses),
		cmocka_unit_test(a_range_without_end_costs_fifty_datagrams_at_most),
		cmocka_unit_test(requests_without_end_are_answered_at_a_bounded_pace),
		cmocka_unit_test(gaps_without_end_are_one_line_a_minute),
		cmocka_unit_test(a_peer_that_changes_its_uuid_with_each_message_is_one_line_a_minute),
		cmocka_unit_test(a_request_that_makes_no_sense_is_not_answered),
		cmocka_unit_test(what_is_gone_is_naked_with_the_reason),
		cmocka_unit_test(the_nodes_that_are_named_are_exactly_the_configured_ones),
		cmocka_unit_test(a_message_for_clients_reaches_them_without_its_signature),
		cmocka_unit_test(a_compressed_datagram_is_understood),
		cmocka_unit_test(a_peer_that_has_left_is_not_asked_for_a_sign_of_life),
	};
	return cmocka_run_group_tests_name("receive_number", tests, NULL, NULL);
}
