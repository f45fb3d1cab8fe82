// SPDX-License-Identifier: MIT
/* The engine's interface: what it sends and when, what it passes on, its queue, and that the same events give the same
 * actions. */
#include "tests/unit/heartbeat/pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void decode(const struct pair *p, const struct pair_record *r, struct message *m)
{
	static uint8_t arena[CODEC_UNCOMPRESSED_MAX];
	struct decoded decoded;
	assert_non_null(r);
	message_init(m, arena, sizeof arena);
	assert_int_equal(codec_decode((struct bytes){r->data, r->len}, p->auth, false, m, &decoded), CODEC_OK);
}

/* --- what is sent --- */

static void a_status_has_the_fields_that_the_reference_expects_in_their_order(void **state)
{
	(void)state;
	static const char *const names[] = {"t", "st", "dt", "protocol", "h4", "h4hears", "h4digest", "h4hold", "h4conf", "h4life",
		"src", "srcuuid", "seq", "hg", "ts", "ld", "ttl", "auth"};
	struct pair *p = pair_new(NULL, NULL);
	struct message m;
	uint64_t number;
	pair_boot(p, ALPHA);
	decode(p, pair_find(p, ALPHA, "send status"), &m);
	assert_int_equal(m.count, sizeof names / sizeof *names);
	for (size_t i = 0; i < m.count; i++)
		assert_true(bytes_equal_text(m.fields[i].name, names[i]));
	assert_true(message_is(&m, "st", "init"));
	assert_true(message_is(&m, "dt", "fa0"));
	assert_true(message_is(&m, "protocol", "1"));
	assert_true(message_is(&m, "src", "alpha"));
	assert_true(message_is(&m, "seq", "1"));
	assert_true(message_is(&m, "hg", "101"));
	assert_true(message_is(&m, "ts", "684ee180"));
	assert_true(message_is(&m, "ld", "0.00 0.00 0.00 1/1 1"));
	assert_true(message_number(&m, "ttl", 10, &number));
	assert_int_equal(message_find(&m, "srcuuid")->type, FIELD_BINARY);
	pair_free(p);
}

static void msgfmt_netstring_leaves_the_inner_auth_field_out(void **state)
{
	(void)state;
	struct pair *p = pair_new("msgfmt netstring\n", NULL);
	struct message m;
	pair_boot(p, ALPHA);
	decode(p, pair_find(p, ALPHA, "send status"), &m);
	assert_null(message_find(&m, "auth"));
	pair_free(p);
}

static void the_first_status_is_init_then_up_then_active(void **state)
{
	(void)state;
	struct pair *p = pair_new("node alpha\n", "alpha web\n");
	pair_boot(p, ALPHA);
	assert_before(p, ALPHA, "send status st=init", ALPHA, "Local status now set to: 'up'");
	assert_seen(p, ALPHA, "send status st=active");
	pair_free(p);

	p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_run(p, 3000);
	assert_before(p, ALPHA, "send status st=init", ALPHA, "send status st=up");
	assert_unseen(p, ALPHA, "st=active");
	pair_run(p, 8000);
	assert_before(p, ALPHA, "send status st=up", ALPHA, "send status st=active");
	pair_free(p);
}

static void every_message_has_the_next_number_but_those_of_the_protocol_itself(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	p->mark = 0;
	pair_move(p, ALPHA, false, HALF_ALL, 0);
	pair_run(p, 30000);
	pair_shutdown(p, ALPHA);
	pair_run(p, 3000);
	uint64_t expected = 0, seq;
	for (size_t i = 0; i < p->record_count; i++) {
		const struct pair_record *r = &p->records[i];
		struct message m;
		if (r->side != ALPHA || strncmp(r->text, "send ", 5) != 0)
			continue;
		decode(p, r, &m);
		bool own = strncmp(r->text, "send NS_", 8) == 0;
		assert_int_equal(message_number(&m, "seq", 16, &seq), !own);
		if (!own)
			assert_int_equal(seq, ++expected);
		assert_true(message_is(&m, "src", "alpha"));
		assert_non_null(message_find(&m, "ts"));
	}
	assert_true(expected > 30);
	pair_free(p);
}

static void a_status_goes_out_every_keepalive_exactly(void **state)
{
	(void)state;
	struct pair *p = pair_new("keepalive 250ms\n", NULL);
	pair_boot(p, ALPHA);
	pair_mark(p);
	int64_t started = pair_ms(p), n = 0;
	pair_run(p, 5000);
	for (size_t i = p->mark; i < p->record_count; i++)
		if (p->records[i].side == ALPHA && strstr(p->records[i].text, "send status"))
			assert_int_equal(
				(p->records[i].at.ns - (1000 + started / 1000) * 1000000000LL) / 1000000, 250 * ++n);
	assert_int_equal(n, 20);
	pair_free(p);
}

static void a_late_engine_does_not_catch_up_in_a_burst(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_run(p, 1000);
	p->now = mono_add(p->now, span_ms(7300)); /* no event reached it */
	pair_mark(p);
	pair_timer(p, ALPHA);
	assert_times(p, ALPHA, "send status", 1);
	pair_run(p, 999);
	assert_times(p, ALPHA, "send status", 1);
	pair_run(p, 1);
	assert_times(p, ALPHA, "send status", 2);
	pair_free(p);
}

static void statuses_sent_on_changes_are_bounded_within_a_keepalive(void **state)
{
	(void)state;
	struct pair *p = pair_with_voice(NULL, NULL, "@web:h:9 @db:h:9");
	pair_mark(p);
	for (unsigned i = 0; i < 500; i++)
		pair_say(p,
			i % 2 ? "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:a:9 @db:h:9"
			      : "status|st=active|dt=fa0|protocol=1|h4=1|h4hears=@hears|h4digest=@digest|h4hold=@web:c:9 @db:h:9");
	assert_in_range(pair_count(p, ALPHA, "send status"), 1, 64);
	pair_free(p);
}

static void the_load_is_one_line(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	struct message m;
	pair_boot(p, ALPHA);
	core_set_load(p->side[ALPHA].core, "0.10 0.20 0.30 2/345 6789\nsecond line");
	pair_run(p, 1000);
	decode(p, pair_last(p, ALPHA, "send status"), &m);
	assert_true(message_is(&m, "ld", "0.10 0.20 0.30 2/345 6789"));
	core_set_load(p->side[ALPHA].core,
		"a load that is much longer than any load that a kernel would ever write into that file, and is cut");
	pair_run(p, 1000);
	decode(p, pair_last(p, ALPHA, "send status"), &m);
	assert_in_range(message_string(&m, "ld").len, 1, 63);
	pair_free(p);
}

/* --- what is passed on --- */

static void give(struct pair *p, const char *const fields[][2])
{
	static uint8_t arena[2 * CODEC_DATAGRAM_MAX];
	struct message m;
	message_init(&m, arena, sizeof arena);
	for (size_t i = 0; fields[i][0]; i++)
		message_add(&m, fields[i][0], fields[i][1]);
	pair_step(p, ALPHA, &(struct event){.kind = EVENT_MESSAGE, .message.message = &m});
}

static void a_message_from_a_client_is_sent_with_our_own_common_fields(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	struct message m;
	pair_boot(p, ALPHA);
	give(p, (const char *const[][2]){{"t", "num_ping_nodes"}, {"num_ping", "1"}, {"src", "beta"}, {"seq", "999"},
			{"hg", "ffff"}, {"ts", "1"}, {"ttl", "99"}, {"auth", "1 x"}, {"from_id", "ipfail"},
			{NULL, NULL}});
	assert_seen(p, ALPHA, "send num_ping_nodes num_ping=1 from_id=ipfail");
	decode(p, pair_find(p, ALPHA, "send num_ping_nodes"), &m);
	assert_true(message_is(&m, "src", "alpha"));
	assert_true(message_is(&m, "seq", "3"));
	assert_int_equal(message_occurs(&m, "src"), 1);
	assert_int_equal(message_occurs(&m, "seq"), 1);
	pair_free(p);
}

static void a_client_cannot_send_messages_of_the_daemon(void **state)
{
	(void)state;
	static const char *const types[] = {"status", "starting", "resource", "ip-request", "ip-request-resp",
		"shutdone", "stonith", "reqnodes", "repnodes", "NS_rexmit", "NS_ackmsg", "ifstat", "hbapi-req",
		"hbapi-resp", ""};
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_mark(p);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		give(p, (const char *const[][2]){{"t", types[i]}, {"st", "dead"}, {NULL, NULL}});
	give(p, (const char *const[][2]){{"x", "y"}, {NULL, NULL}});
	assert_unseen(p, ALPHA, "send ");
	assert_times(p, ALPHA, "log WARN a message from the FIFO was ignored", 16);
	pair_free(p);
}

static void nodes_are_not_administered_by_message(void **state)
{
	(void)state;
	static const char *const types[] = {"addnode", "delnode", "setweight", "setsite"};
	struct pair *p = pair_new(NULL, NULL);
	pair_boot(p, ALPHA);
	pair_mark(p);
	for (size_t i = 0; i < 4; i++)
		give(p, (const char *const[][2]){{"t", types[i]}, {"nodelist", "gamma "}, {NULL, NULL}});
	assert_unseen(p, ALPHA, "send ");
	assert_times(p, ALPHA, "refused: nodes are named in ha.cf only", 4);
	pair_free(p);
}

static void a_message_that_fits_no_datagram_is_not_sent_and_leaves_no_gap_in_the_numbers(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	static char large[CODEC_DATAGRAM_MAX];
	memset(large, 'x', sizeof large - 2000);
	pair_boot(p, ALPHA);
	pair_mark(p);
	give(p, (const char *const[][2]){{"t", "big"}, {"text", large}, {NULL, NULL}});
	assert_seen(p, ALPHA, "send big");
	memset(large, 'x', sizeof large - 1);
	give(p, (const char *const[][2]){{"t", "bigger"}, {"text", large}, {NULL, NULL}});
	assert_unseen(p, ALPHA, "send bigger");
	assert_seen(p, ALPHA, "log WARN a message of ours does not fit into a datagram");
	give(p, (const char *const[][2]){{"t", "next"}, {NULL, NULL}});
	struct message m;
	decode(p, pair_find(p, ALPHA, "send next"), &m);
	assert_true(message_is(&m, "seq", "4"));
	pair_free(p);
}

static void large_messages_are_compressed_where_ha_cf_says_so(void **state)
{
	(void)state;
	static const char *const lines[] = {"compression zlib\ntraditional_compression yes\ncompression_threshold 1\n",
		"compression bz2\ntraditional_compression yes\ncompression_threshold 1\n",
		"compression zlib\ntraditional_compression no\ncompression_threshold 1\n", "compression bz2\n"};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct pair *p = pair_new(lines[i], NULL);
		static char large[8192];
		struct message m;
		memset(large, 'x', sizeof large - 1);
		pair_boot(p, ALPHA);
		give(p, (const char *const[][2]){{"t", "big"}, {"text", large}, {NULL, NULL}});
		const struct pair_record *r = pair_find(p, ALPHA, "send big");
		assert_non_null(r);
		assert_true(i < 2 ? r->len < 2000 : r->len > sizeof large);
		decode(p, r, &m);
		assert_int_equal(message_string(&m, "text").len, sizeof large - 1);
		pair_free(p);
	}
}

/* pair.c compares both. */
static void a_serial_line_gets_every_message_as_text_too(void **state)
{
	(void)state;
	struct pair *p = pair_settled(
		"serial /dev/ttyS1\ncompression zlib\ntraditional_compression yes\ncompression_threshold 1\n", NULL);
	static char large[8192];
	memset(large, 'x', sizeof large - 1);
	pair_mark(p);
	p->side[ALPHA].lose = 2; /* they are sent again */
	give(p, (const char *const[][2]){{"t", "big"}, {"text", large}, {NULL, NULL}});
	pair_run(p, 10000);
	assert_seen(p, BETA, "send NS_rexmit");
	assert_true(pair_runs(p, ALPHA, "web"));
	pair_move(p, ALPHA, false, HALF_ALL, 0);
	pair_run(p, 10000);
	assert_true(pair_runs(p, BETA, "web"));
	pair_free(p);
}

/* --- the interface --- */

static void an_engine_that_has_not_started_or_has_ended_has_no_deadline(void **state)
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
	struct action a;
	assert_non_null(c);
	assert_int_equal(core_deadline(c).ns, MONO_FAR.ns);
	assert_false(core_action(c, &a));
	core_step(c, (struct instant){p->now, 1}, &(struct event){.kind = EVENT_SHUTDOWN}); /* before its start */
	bool stopped = false;
	while (core_action(c, &a))
		stopped |= a.kind == ACTION_STOPPED;
	assert_true(stopped);
	assert_int_equal(core_deadline(c).ns, MONO_FAR.ns);
	core_step(c, (struct instant){p->now, 1}, &(struct event){.kind = EVENT_TIMER});
	core_step(c, (struct instant){p->now, 1}, &(struct event){.kind = EVENT_SHUTDOWN});
	assert_false(core_action(c, &a));
	core_free(c);
	core_free(NULL);
	pair_free(p);
}

static void a_node_name_that_no_message_could_carry_is_refused(void **state)
{
	(void)state;
	struct pair *p = pair_new(NULL, NULL);
	static char name[HA_CF_NAME_MAX + 1];
	const char *why = NULL;
	memset(name, 'n', sizeof name - 1);
	struct core_config config = {.conf = p->side[ALPHA].conf,
		.resources = p->side[ALPHA].resources,
		.keys = &p->keys,
		.node = name,
		.generation = 1};
	assert_null(core_new(&config, &why));
	assert_string_equal(why, "the name of this node is too long");
	pair_free(p);
}

static void the_queue_of_actions_is_bounded_and_what_was_queued_stays_whole(void **state)
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
	struct action a;
	struct instant now = {p->now, 1};
	size_t actions = 0, sends = 0;
	core_step(c, now, &(struct event){.kind = EVENT_START});
	for (unsigned i = 0; i < 5000; i++) { /* nobody takes them */
		now.mono = mono_add(now.mono, span_ms(1000));
		core_step(c, now, &(struct event){.kind = EVENT_TIMER});
	}
	while (core_action(c, &a)) {
		actions++;
		struct message m;
		struct decoded decoded;
		static uint8_t arena[CODEC_UNCOMPRESSED_MAX];
		if (a.kind != ACTION_SEND)
			continue;
		sends++;
		message_init(&m, arena, sizeof arena);
		assert_int_equal(codec_decode(a.send.data, p->auth, false, &m, &decoded), CODEC_OK);
	}
	assert_int_equal(actions, CORE_ACTIONS_MAX);
	assert_true(sends > 500);
	/* and the core works after that */
	now.mono = mono_add(now.mono, span_ms(1000));
	core_step(c, now, &(struct event){.kind = EVENT_TIMER});
	assert_true(core_action(c, &a));
	core_free(c);
	pair_free(p);
}

static char *story(unsigned seed)
{
	struct pair *p = pair_new("auto_failback on\nbcast eth0 eth1\n", NULL);
	p->may_double = true;
	p->side[ALPHA].generation += seed;
	p->side[BETA].lose = 3;
	pair_boot(p, ALPHA);
	pair_run(p, 700);
	pair_boot(p, BETA);
	pair_run(p, 5000);
	p->side[ALPHA].lose = 5;
	pair_run(p, 5000);
	pair_crash(p, ALPHA);
	pair_run(p, 6000);
	pair_boot(p, ALPHA);
	pair_run(p, 5000);
	static char text[1 << 20];
	struct writer w = writer_over(text, sizeof text - 1);
	for (size_t i = 0; i < p->record_count; i++)
		writer_format(
			&w, "%lld %d %s\n", (long long)p->records[i].at.ns, p->records[i].side, p->records[i].text);
	assert_false(w.overflowed);
	text[w.len] = 0;
	pair_free(p);
	return strdup(text);
}

static void the_same_events_give_the_same_actions(void **state)
{
	(void)state;
	char *first = story(0), *second = story(0), *other = story(1);
	assert_string_equal(first, second);
	assert_string_not_equal(first, other);
	free(first);
	free(second);
	free(other);
}

static void a_wall_clock_that_jumps_changes_no_decision(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	struct core *c = p->side[ALPHA].core;
	struct action a;
	static const uint64_t walls[] = {1, UINT64_MAX, 0};
	for (size_t i = 0; i < 3; i++) {
		p->now = mono_add(p->now, span_ms(1000));
		core_step(c, (struct instant){p->now, walls[i]}, &(struct event){.kind = EVENT_TIMER});
		while (core_action(c, &a))
			assert_true(a.kind == ACTION_SEND || a.kind == ACTION_NOTIFY || a.kind == ACTION_LOG ||
				    a.kind == ACTION_HOOK);
	}
	assert_state(p, ALPHA, "web", OWN_HELD);
	pair_free(p);
}

/* What is due comes due by the timer: a datagram that is refused costs no step. */
static void a_refused_datagram_does_nothing_that_is_due(void **state)
{
	(void)state;
	struct pair *p = pair_settled(NULL, NULL);
	size_t len;
	uint8_t *copy = pair_frame(p, "status|st=active", &len);
	pair_mark(p);
	p->now = core_deadline(p->side[ALPHA].core);
	pair_datagram(p, ALPHA, 0, "###\n5:garbage", 13);
	copy[len - 3] ^= 1; /* in its digest */
	pair_datagram(p, ALPHA, 0, copy, len);
	pair_say(p, "status|st=active|src=gamma"); /* not in ha.cf */
	pair_datagram(p, ALPHA, 7, copy, len); /* no such medium */
	assert_unseen(p, ALPHA, "send ");
	assert_unseen(p, ALPHA, "ping ");
	struct mono deadline = core_deadline(p->side[ALPHA].core);
	assert_true(mono_reached(p->now, deadline)); /* and it is still due */
	for (int i = 0; i < 20 && !pair_count(p, ALPHA, "send status"); i++) {
		p->now = core_deadline(p->side[ALPHA].core);
		pair_timer(p, ALPHA);
	}
	assert_seen(p, ALPHA, "send status");
	free(copy);
	pair_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_has_the_fields_that_the_reference_expects_in_their_order),
		cmocka_unit_test(msgfmt_netstring_leaves_the_inner_auth_field_out),
		cmocka_unit_test(the_first_status_is_init_then_up_then_active),
		cmocka_unit_test(every_message_has_the_next_number_but_those_of_the_protocol_itself),
		cmocka_unit_test(a_status_goes_out_every_keepalive_exactly),
		cmocka_unit_test(a_late_engine_does_not_catch_up_in_a_burst),
		cmocka_unit_test(statuses_sent_on_changes_are_bounded_within_a_keepalive),
		cmocka_unit_test(the_load_is_one_line),
		cmocka_unit_test(a_message_from_a_client_is_sent_with_our_own_common_fields),
		cmocka_unit_test(a_client_cannot_send_messages_of_the_daemon),
		cmocka_unit_test(nodes_are_not_administered_by_message),
		cmocka_unit_test(a_message_that_fits_no_datagram_is_not_sent_and_leaves_no_gap_in_the_numbers),
		cmocka_unit_test(large_messages_are_compressed_where_ha_cf_says_so),
		cmocka_unit_test(a_serial_line_gets_every_message_as_text_too),
		cmocka_unit_test(an_engine_that_has_not_started_or_has_ended_has_no_deadline),
		cmocka_unit_test(a_node_name_that_no_message_could_carry_is_refused),
		cmocka_unit_test(the_queue_of_actions_is_bounded_and_what_was_queued_stays_whole),
		cmocka_unit_test(the_same_events_give_the_same_actions),
		cmocka_unit_test(a_wall_clock_that_jumps_changes_no_decision),
		cmocka_unit_test(a_refused_datagram_does_nothing_that_is_due),
	};
	return cmocka_run_group_tests_name("core", tests, NULL, NULL);
}
