// SPDX-License-Identifier: MIT
/* Media in trouble: interfaces that go and come, lines that cannot be opened, garbage and floods. */
#include "tests/unit/heartbeat/media_lab.h"

#include "heartbeat/media/medium.h"

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
	media_send(a.set, bytes_of("###\nx")); /* its sockets are those of the old interface */
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
	media_send(a.set, (struct bytes){(const uint8_t *)big, 65508});
	media_send(a.set, (struct bytes){(const uint8_t *)big, 65507});
	wait_for(&b.count, 1);
	assert_int_equal(b.got[0].len, 65507);
	media_counters(a.set, 0, &c);
	assert_int_equal(c.send_failed, 1);
	assert_int_equal(c.sent, 1);
}

/* --- what does not open ----------------------------------------------------------------------- */

static void check_refused(const struct medium_conf *conf, const char *expected)
{
	char text[1024];

	assert_false(open_side(&a, conf, 1));
	assert_int_equal(a.diags.errors, 1);
	diag_format(&a.diags, a.diags.count - 1, text, sizeof text);
	if (strncmp(text, expected, strlen(expected)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, expected);
	close_side(&a);
}

static void what_cannot_be_opened_is_explained(void **state)
{
	static const char *members[] = {"no.such.host.invalid", "neither.invalid"};
	static const struct {
		struct medium_conf conf;
		const char *expected;
	} rows[] = {
		{BCAST("eth9"), "ha.cf:7: error: bcast eth9: no such interface; there are: bare, ha0, ha1, lo"},
		{MCAST("eth9", true), "ha.cf:8: error: mcast eth9: no such interface; there are: bare, ha0, ha1, lo"},
		{UCAST("eth9", "10.9.0.2"),
			"ha.cf:9: error: ucast eth9: no such interface; there are: bare, ha0, ha1, lo"},
		{BCAST("a-name-that-is-longer-than-any-interface"),
			"ha.cf:7: error: bcast a-name-that-is-longer-than-any-interface: no such interface"},
		{BCAST(""), "ha.cf:7: error: bcast : no such interface"},
		{BCAST("bare"), "ha.cf:7: error: bcast bare: the interface has no IPv4 broadcast address"},
		{MCAST("bare", true), "ha.cf:8: error: mcast bare: the interface has no IPv4 address"},
		{UCAST("ha0", "no.such.host.invalid"),
			"ha.cf:9: error: ucast ha0: host \"no.such.host.invalid\" has no IPv4 address: "},
		{PING("no.such.host.invalid"),
			"ha.cf:10: error: ping no.such.host.invalid: host \"no.such.host.invalid\" has no IPv4 address: "},
		{PING_GROUP("routers", members),
			"ha.cf:11: error: ping_group routers: none of its 2 hosts has an IPv4 address"},
		{{.kind = MEDIUM_MCAST,
			 .name = "ha0",
			 .interface = "ha0",
			 .address = "10.9.0.255",
			 .port = PORT,
			 .ttl = 1,
			 .line = 5},
			"ha.cf:5: error: mcast ha0: \"10.9.0.255\" is no multicast group; expected 224.0.0.0 to 239.255.255.255"},
		{{.kind = MEDIUM_BCAST, .name = "ha0", .interface = "ha0", .line = 5},
			"ha.cf:5: error: bcast ha0: port 0 cannot be used"},
		{{.kind = MEDIUM_SERIAL, .name = "/dev/ttyS0", .line = 4},
			"ha.cf:4: error: serial: not built into this version; there are: bcast, mcast, ucast, ping, ping_group"},
		{{.kind = MEDIUM_MCAST6, .name = "ha0", .line = 4},
			"ha.cf:4: error: mcast6: not built into this version"},
		{{.kind = MEDIUM_UCAST6, .name = "ha0", .line = 4},
			"ha.cf:4: error: ucast6: not built into this version"},
		{{.kind = MEDIUM_PING6, .name = "::1", .line = 4},
			"ha.cf:4: error: ping6: not built into this version"},
	};

	(void)state;
	run(&a, "ip link add bare type veth peer name bare netns /proc/%d/fd/%d", getpid(), b.ns);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		check_refused(&rows[i].conf, rows[i].expected);
	run(&a, "ip link del bare");
}

static void all_that_is_wrong_is_told_at_once_and_nothing_stays_open(void **state)
{
	static const struct medium_conf conf[] = {
		BCAST("ha0"), BCAST("eth8"), UCAST("eth9", "no.such.host.invalid"), PING("10.9.0.2")};

	(void)state;
	clear_log();
	assert_false(open_side(&a, conf, G_N_ELEMENTS(conf)));
	assert_int_equal(a.diags.errors, 3);
	assert_int_equal(count_in_log("started"), 0);
	run(&a, "test -z \"$(ss -Hlunw)\"");
}

static void a_port_that_another_program_holds_is_named(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};

	(void)state;
	int fd = stranger(&a, SOCK_DGRAM, 0, "0.0.0.0", PORT);
	check_refused(conf,
		"ha.cf:7: error: bcast ha0: port 694/udp is taken by another program; see: ss -ulnp 'sport = :694'");
	close(fd);
}

static void a_group_opens_with_a_warning_when_one_member_has_no_address(void **state)
{
	static const char *members[] = {"no.such.host.invalid", "10.9.0.2"};
	static const struct medium_conf conf[] = {PING_GROUP("routers", members)};

	(void)state;
	OPEN(&a, conf);
	assert_int_equal(a.diags.errors, 0);
	assert_int_equal(a.diags.count, 1);
	ping(0, "###\nx");
	wait_for(&a.count, 1);
}

/* The parser's rows and the table of media say the same. */
static void every_medium_that_is_served_has_its_kind_and_no_other(void **state)
{
	struct directive_info row;
	unsigned media = 0;

	(void)state;
	for (size_t i = 0; ha_cf_directive(i, &row); i++) {
		if (!row.is_medium)
			continue;
		assert_int_equal(medium_kinds[row.kind] != NULL, row.served == SERVED);
		assert_true(row.served == SERVED || row.served == NOT_BUILT_IN);
		media |= 1u << row.kind;
	}
	assert_int_equal(media, (1u << MEDIUM_KINDS) - 1);
	for (int kind = 0; kind < MEDIUM_KINDS; kind++) {
		const struct medium_ops *ops = medium_kinds[kind];
		assert_true(!ops || (ops->open && ops->close && ops->send && ops->read && ops->started));
	}
}

static void the_start_is_logged_as_the_reference_does(void **state)
{
	static const char *members[] = {"10.9.0.2", "10.9.0.3"};
	static const struct medium_conf conf[] = {BCAST("ha0"), MCAST("ha0", true), UCAST("ha1", "10.9.1.2"),
		PING("10.9.0.2"), PING_GROUP("routers", members)};

	(void)state;
	clear_log();
	OPEN(&a, conf);
	assert_int_equal(count_in_log("info: UDP Broadcast heartbeat started on port 694 (694) interface ha0\n"), 1);
	assert_int_equal(
		count_in_log(
			"info: UDP multicast heartbeat started for group 239.9.9.9 port 694 interface ha0 (ttl=1 loop=1)\n"),
		1);
	assert_int_equal(count_in_log("info: ucast: started on port 694 interface ha1 to 10.9.1.2\n"), 1);
	assert_int_equal(count_in_log("info: ping heartbeat started. ping 10.9.0.2: 10.9.0.2\n"), 1);
	assert_int_equal(count_in_log("info: ping heartbeat started. ping_group routers: 10.9.0.2, 10.9.0.3\n"), 1);
}

static void no_media_at_all_can_be_opened_and_used(void **state)
{
	(void)state;
	assert_true(open_side(&a, NULL, 0));
	say(&a, "###\nx");
	media_drain(a.set);
}

/* --- garbage and floods ----------------------------------------------------------------------- */

static void wait_until_rejected(const struct side *s, uint64_t count)
{
	for (gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
		rejected(s, 0) < count && g_get_monotonic_time() < end;)
		(void)turn();
	assert_true(rejected(s, 0) >= count);
}

static void what_does_not_begin_like_a_message_is_counted_and_reported_once(void **state)
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
	close_side(&b); /* what has not been said yet */
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
	media_send(s->set, bytes_of("###\nanswer"));
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
		TEST(what_cannot_be_opened_is_explained),
		TEST(all_that_is_wrong_is_told_at_once_and_nothing_stays_open),
		TEST(a_port_that_another_program_holds_is_named),
		TEST(a_group_opens_with_a_warning_when_one_member_has_no_address),
		TEST(every_medium_that_is_served_has_its_kind_and_no_other),
		TEST(the_start_is_logged_as_the_reference_does),
		TEST(no_media_at_all_can_be_opened_and_used),
		TEST(what_does_not_begin_like_a_message_is_counted_and_reported_once),
		TEST(a_flood_does_not_hold_up_the_main_loop),
		TEST(no_message_is_lost_in_50000_datagrams_of_garbage),
		TEST(drain_reads_what_has_arrived_without_the_main_loop),
		TEST(a_handler_may_send_and_may_ask_for_a_drain),
	};

	return cmocka_run_group_tests(tests, build_laboratory, leave_laboratory);
}
