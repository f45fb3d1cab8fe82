// SPDX-License-Identifier: MIT
/* Media in trouble: interfaces that go and come, garbage and floods. */
#include "tests/unit/heartbeat/media_lab.h"

/* --- trouble at run time ---------------------------------------------------------------------- */

static const struct medium_conf all_kinds_a[] = {
	BCAST("ha0"), MCAST("ha0", false), UCAST("ha0", "10.9.0.2"), PING("10.9.0.2")};
static const struct medium_conf all_kinds_b[] = {BCAST("ha0"), MCAST("ha0", false), UCAST("ha0", "10.9.0.1")};

/* Wait until the text has come by each of the first three media. */
static void wait_for_all_kinds(struct side *from, struct side *to, const char *text)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
	unsigned heard = 0;

	to->count = 0;
	say(from, text);
	while (heard != 7 && g_get_monotonic_time() < end) {
		(void)turn();
		for (size_t i = 0; i < to->count; i++)
			if (strcmp(to->got[i].text, text) == 0)
				heard |= 1u << to->got[i].medium;
	}
	assert_int_equal(heard, 7);
}

/* All four media work, in both directions. */
static void check_all_kinds_work(void)
{
	wait_until_heard(&a, &b, 1);
	wait_until_heard(&b, &a, 1);
	wait_for_all_kinds(&a, &b, "###\nfrom a");
	wait_for_all_kinds(&b, &a, "###\nfrom b");
	forget();
	ping(3, "###\nping");
	wait_for(&a.count, 1);
	a.count = 0;
}

static void sending_fails_quietly_and_recovers_when_the_interface_goes_down_and_up(void **state)
{
	struct media_counters c;

	(void)state;
	OPEN(&a, all_kinds_a);
	OPEN(&b, all_kinds_b);
	check_all_kinds_work();
	clear_log();
	run(&a, "ip link set ha0 down");
	for (int i = 0; i < 50; i++) {
		say(&a, "###\nx");
		ping(3, "###\nx");
	}
	assert_int_equal(count_in_log("ERROR: bcast_write: Unable to send HBcomm packet ha0: Network is"), 1);
	assert_int_equal(count_in_log("write failure on ha0"), 3);
	assert_int_equal(count_in_log("ERROR: ping_write: Unable to send HBcomm packet 10.9.0.2: Network is"), 1);
	media_counters(a.set, 0, &c);
	assert_int_equal(c.send_failed, 50);
	run(&a, "ip link set ha0 up");
	check_all_kinds_work();
	check_all_kinds_work();
	check_all_kinds_work();
	assert_int_equal(count_in_log("write failure"), 4);
	assert_int_equal(count_in_log("info: bcast ha0: sending works again after"), 1);
	assert_int_equal(count_in_log("sending works again"), 4);
	assert_int_equal(count_in_log("50 packet(s) could not be sent"), 4);
}

static void the_peers_interface_may_go_down_and_up(void **state)
{
	(void)state;
	OPEN(&a, all_kinds_a);
	OPEN(&b, all_kinds_b);
	check_all_kinds_work();
	run(&b, "ip link set ha0 down");
	for (int i = 0; i < 10; i++)
		say(&a, "###\nx");
	run(&b, "ip link set ha0 up");
	check_all_kinds_work();
}

static void an_address_may_change(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), MCAST("ha0", false)};

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	say(&a, "###\nx");
	wait_for(&b.count, 2);
	clear_log();
	run(&a, "ip address flush dev ha0");
	say(&a, "###\nx");
	assert_int_equal(
		count_in_log("bcast_write: Unable to send HBcomm packet ha0: Cannot assign requested address"), 1);
	run(&a, "ip address add 10.77.0.1/16 dev ha0"); /* without brd */
	run(&b, "ip address flush dev ha0 && ip address add 10.77.0.2/16 dev ha0");
	forget();
	say(&a, "###\ny");
	wait_for(&b.count, 2);
	check_got(&b, 0, b.got[0].medium, "###\ny", "10.77.0.1", "ha0");
	check_got(&b, 1, !b.got[0].medium, "###\ny", "10.77.0.1", "ha0");
	run(&a, "ip address flush dev ha0 && ip address add 10.9.0.1/24 brd + dev ha0");
	run(&b, "ip address flush dev ha0 && ip address add 10.9.0.2/24 brd + dev ha0 && ip address add 10.9.0.3/24 brd + dev ha0");
}

static void an_interface_may_be_deleted_and_made_again(void **state)
{
	(void)state;
	OPEN(&a, all_kinds_a);
	OPEN(&b, all_kinds_b);
	check_all_kinds_work();
	clear_log();
	run(&a, "ip link del ha0");
	for (int i = 0; i < 10; i++) {
		say(&a, "###\nx");
		say(&b, "###\nx");
	}
	assert_int_equal(count_in_log("No such device"), 6);
	plug_cable(0);
	say(&b, "###\nx"); /* a node notices when it sends, which it does at every keepalive */
	forget();
	check_all_kinds_work();
}

/* The change has happened and its notice still waits for the main loop. */
static void a_send_that_fails_looks_at_the_interfaces_first(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), MCAST("ha0", false), UCAST("ha0", "10.9.0.2")};

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	clear_log();
	run(&a, "ip link del ha0");
	plug_cable(0);
	enter(&a);
	/* its sockets are those of the old interface */
	media_send(a.set, &(struct media_message){.datagram = bytes_of("###\nx")});
	assert_int_equal(count_in_log("write failure"), 0);
	say(&b, "###\nx"); /* makes its sockets again */
	wait_until_heard(&a, &b, 1);
}

static void a_medium_follows_its_interface_under_another_name(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), UCAST("ha0", "10.9.0.2")};
	static const struct medium_conf heard[] = {BCAST("ha0"), MCAST("ha0", false)};

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, heard);
	clear_log();
	run(&a, "ip link set ha0 down && ip link set ha0 name other && ip link set other up");
	for (int i = 0; i < 10; i++)
		say(&a, "###\nx");
	assert_int_equal(count_in_log("No such device"), 2); /* ha.cf names ha0, and there is none */
	run(&a, "ip link set other down && ip link set other name ha0 && ip link set ha0 up");
	forget();
	for (gint64 end = g_get_monotonic_time() + WAIT_MS * 1000; b.count == 0 && g_get_monotonic_time() < end;
		settle())
		say(&a, "###\nx");
	assert_true(b.count > 0);
}

static void a_packet_filter_is_named_as_the_cause(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};

	(void)state;
	OPEN(&a, conf);
	clear_log();
	run(&a, "nft 'add table ip t; add chain ip t o { type filter hook output priority 0; }; add rule ip t o udp dport 694 drop'");
	say(&a, "###\nx");
	say(&a, "###\nx");
	assert_int_equal(count_in_log("Operation not permitted; write failure on ha0: a packet filter forbids it"), 1);
	assert_int_equal(count_in_log("write failure"), 1);
	run(&a, "nft delete table ip t");
}

static void a_medium_that_works_now_and_then_does_not_fill_the_log(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};

	(void)state;
	OPEN(&a, conf);
	clear_log();
	for (int i = 0; i < 5; i++) {
		run(&a, "ip link set ha0 down");
		say(&a, "###\nfails");
		run(&a, "ip link set ha0 up");
		say(&a, "###\nworks");
		say(&a, "###\nworks");
	}
	assert_int_equal(count_in_log("write failure"), 1);
	assert_int_equal(count_in_log("works again"), 0);
	say(&a, "###\nworks");
	assert_int_equal(count_in_log("works again"), 1);
	assert_int_equal(count_in_log("5 packet(s) could not be sent"), 1);
}

static void a_message_that_is_too_long_is_counted_not_sent(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};
	static char big[65508] = "###\n";
	struct media_counters c;

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	media_send(a.set, &(struct media_message){.datagram = (struct bytes){(const uint8_t *)big, 65508}});
	media_send(a.set, &(struct media_message){.datagram = (struct bytes){(const uint8_t *)big, 65507}});
	wait_for(&b.count, 1);
	assert_int_equal(b.got[0].len, 65507);
	media_counters(a.set, 0, &c);
	assert_int_equal(c.send_failed, 1);
	assert_int_equal(c.sent, 1);
}

/* --- garbage and floods ----------------------------------------------------------------------- */

static void wait_until_rejected(const struct side *s, uint64_t count)
{
	for (gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
		rejected(s, 0) < count && g_get_monotonic_time() < end;)
		(void)turn();
	assert_true(rejected(s, 0) >= count);
}

static void what_does_not_start_like_a_message_is_counted_and_reported_once(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), UCAST("ha0", "10.9.0.1")};
	static const char *const bad[] = {
		"", "#", "###", "##\n", "###x\n", "\n###\n", ">>>", ">> \n", "<<<\n", "GET / HTTP/1.0\r\n\r\n"};

	(void)state;
	OPEN(&b, conf);
	clear_log();
	int fd = stranger(&a, SOCK_DGRAM, 0, "10.9.0.1", 0);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		throw(fd, bad[i], strlen(bad[i]), "10.9.0.255", PORT);
	wait_until_rejected(&b, G_N_ELEMENTS(bad));
	settle();
	assert_int_equal(rejected(&b, 0), G_N_ELEMENTS(bad));
	throw(fd, "bad", 3, "10.9.0.2", PORT);
	throw(fd, "###\n", 4, "10.9.0.2", PORT);
	throw(fd, ">>>\n", 4, "10.9.0.255", PORT);
	wait_for(&b.count, 2);
	assert_int_equal(rejected(&b, 0), G_N_ELEMENTS(bad));
	assert_int_equal(rejected(&b, 1), 1);
	assert_int_equal(count_in_log("WARN: "), 1);
	assert_int_equal(
		count_in_log(
			"no heartbeat messages were dropped on interface ha0 port 694, the last from 10.9.0.1 port "),
		1);
	close_side(&b); /* logs what was not logged yet */
	assert_int_equal(count_in_log("no heartbeat messages were dropped"), 2);
	close(fd);
}

/* A busy kernel keeps 1000 packets that come out of a cable (net.core.netdev_max_backlog); each broadcast counts
 * twice. */
enum { KERNEL_KEEPS = 400 };

/* Wait until the kernel has delivered to b what was sent by the cable 0 so far: it keeps the packets of one processor
 * in their order. */
static void wait_until_delivered(int fd)
{
	char mark[8];
	int there = stranger(&b, SOCK_DGRAM, 0, "10.9.0.2", PORT + 1);

	throw(fd, "mark", 4, "10.9.0.2", PORT + 1);
	assert_int_equal(recv(there, mark, sizeof mark, 0), 4);
	close(there);
}

/* Send count datagrams of garbage; none is lost before it gets to the socket. */
static void flood(int fd, size_t count)
{
	static const char garbage[] = "garbage garbage garbage garbage";

	for (size_t i = 1; i <= count; i++) {
		throw(fd, garbage, 1 + i % (sizeof garbage - 1), "10.9.0.255", PORT);
		if (i % KERNEL_KEEPS == 0)
			wait_until_delivered(fd);
	}
	wait_until_delivered(fd);
}

static gboolean count_one(gpointer counter)
{
	++*(size_t *)counter;
	return G_SOURCE_CONTINUE;
}

static void a_flood_does_not_hold_up_the_main_loop(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};
	size_t turns = 0, others = 0;

	(void)state;
	OPEN(&b, conf);
	int fd = stranger(&a, SOCK_DGRAM, 0, "10.9.0.1", 0);
	flood(fd, 3000);
	guint id = g_idle_add_full(G_PRIORITY_DEFAULT, count_one, &others, NULL);
	while (others == 0 && turns++ < 10)
		(void)g_main_context_iteration(NULL, FALSE);
	assert_true(others > 0);
	assert_true(rejected(&b, 0) > 0);
	assert_true(rejected(&b, 0) < 1000);
	wait_until_rejected(&b, 3000);
	assert_int_equal(rejected(&b, 0), 3000); /* and the buffer held all of them */
	g_source_remove(id);
	close(fd);
}

/* In bursts that are half as long again as what the system's usual buffer holds. */
static void no_message_is_lost_in_50000_datagrams_of_garbage(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};
	enum { BURSTS = 125, HALF = KERNEL_KEEPS / 2 };

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	clear_log();
	int fd = stranger(&a, SOCK_DGRAM, 0, "10.9.0.1", 0);
	for (size_t i = 1; i <= BURSTS; i++) {
		flood(fd, HALF);
		say(&a, "###\nin the middle");
		flood(fd, HALF);
		wait_for(&b.count, i);
		wait_for(&a.count, i); /* broadcasts come back */
	}
	wait_until_rejected(&a, BURSTS * HALF * 2);
	wait_until_rejected(&b, BURSTS * HALF * 2);
	settle();
	assert_int_equal(rejected(&b, 0), BURSTS * HALF * 2);
	assert_int_equal(rejected(&a, 0), BURSTS * HALF * 2);
	assert_in_range(count_in_log("dropped"), 1, 2); /* once for each side; the log folds equal lines */
	close(fd);
}

static void drain_reads_what_has_arrived_without_the_main_loop(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), BCAST("ha1")};

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	int fd = stranger(&a, SOCK_DGRAM, 0, "10.9.0.1", 0);
	for (int i = 1; i <= 1000; i++) {
		say(&a, "###\nx");
		if (i % (KERNEL_KEEPS / 2) == 0)
			wait_until_delivered(fd);
	}
	assert_int_equal(b.count, 0);
	media_drain(b.set);
	assert_int_equal(b.count, 2000);
	flood(fd, 64 * 32 + 500);
	media_drain(b.set);
	assert_int_equal(rejected(&b, 0), 64 * 32); /* bounded */
	media_drain(b.set);
	assert_int_equal(rejected(&b, 0), 64 * 32 + 500);
	close(fd);
}

static void answer_at_once(void *context, size_t medium, struct bytes data, const struct media_source *source)
{
	struct side *s = context;

	received(context, medium, data, source);
	size_t before = s->count;
	media_drain(s->set);
	assert_int_equal(s->count, before);
	media_send(s->set, &(struct media_message){.datagram = bytes_of("###\nanswer")});
}

static void a_handler_may_send_and_may_ask_for_a_drain(void **state)
{
	static const struct medium_conf to_b[] = {UCAST("ha0", "10.9.0.2")}, to_a[] = {UCAST("ha0", "10.9.0.1")};

	(void)state;
	OPEN(&a, to_b);
	assert_true(open_with(&b, to_a, 1, answer_at_once));
	for (int i = 0; i < 100; i++)
		say(&a, "###\nquestion");
	wait_for(&b.count, 100);
	wait_for(&a.count, 100);
	assert_string_equal(b.got[99].text, "###\nquestion");
	assert_string_equal(a.got[99].text, "###\nanswer");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(sending_fails_quietly_and_recovers_when_the_interface_goes_down_and_up),
		TEST(the_peers_interface_may_go_down_and_up),
		TEST(an_address_may_change),
		TEST(an_interface_may_be_deleted_and_made_again),
		TEST(a_send_that_fails_looks_at_the_interfaces_first),
		TEST(a_medium_follows_its_interface_under_another_name),
		TEST(a_packet_filter_is_named_as_the_cause),
		TEST(a_medium_that_works_now_and_then_does_not_fill_the_log),
		TEST(a_message_that_is_too_long_is_counted_not_sent),
		TEST(what_does_not_start_like_a_message_is_counted_and_reported_once),
		TEST(a_flood_does_not_hold_up_the_main_loop),
		TEST(no_message_is_lost_in_50000_datagrams_of_garbage),
		TEST(drain_reads_what_has_arrived_without_the_main_loop),
		TEST(a_handler_may_send_and_may_ask_for_a_drain),
	};

	return cmocka_run_group_tests(tests, build_laboratory, leave_laboratory);
}
