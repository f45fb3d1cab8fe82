// SPDX-License-Identifier: MIT
/* What the media send and receive: broadcast, multicast, unicast, ping. */
#include "tests/unit/heartbeat/media_lab.h"

#include <netinet/ip_icmp.h>

/* --- what goes over the wire ------------------------------------------------------------------ */

static void a_broadcast_reaches_the_peer_and_comes_back_to_its_sender(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), BCAST("ha1")};
	struct media_counters c;

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	say(&a, "###\none");
	wait_for(&b.count, 2);
	wait_for(&a.count, 2);
	settle();
	assert_int_equal(a.count, 2);
	assert_int_equal(b.count, 2);
	size_t first = b.got[0].medium; /* two cables: the order is not fixed */
	check_got(&b, first, 0, "###\none", "10.9.0.1", "ha0");
	check_got(&b, !first, 1, "###\none", "10.9.1.1", "ha1");
	check_got(&a, a.got[0].medium, 0, "###\none", "10.9.0.1", "ha0");
	media_counters(a.set, 0, &c);
	assert_int_equal(c.sent, 1);
	assert_int_equal(c.bytes_out, 7);
	assert_int_equal(c.received, 1);
	assert_int_equal(c.bytes_in, 7);
	assert_int_equal(c.send_failed, 0);
}

static void a_multicast_comes_back_only_with_loop_1(void **state)
{
	static const struct medium_conf silent[] = {MCAST("ha0", false)}, looped[] = {MCAST("ha0", true)};

	(void)state;
	OPEN(&a, silent);
	OPEN(&b, looped);
	say(&a, "###\nsilent");
	wait_for(&b.count, 1);
	check_got(&b, 0, 0, "###\nsilent", "10.9.0.1", "ha0");
	settle();
	assert_int_equal(a.count, 0);
	say(&b, ">>>\nlooped");
	wait_for(&a.count, 1);
	wait_for(&b.count, 2);
	check_got(&b, 1, 0, ">>>\nlooped", "10.9.0.2", "ha0");
}

static void one_group_on_two_cables_is_told_apart(void **state)
{
	static const struct medium_conf one[] = {MCAST("ha1", false)},
					both[] = {MCAST("ha0", false), MCAST("ha1", false), BCAST("ha0"), BCAST("ha1")};

	(void)state;
	OPEN(&a, one);
	OPEN(&b, both);
	say(&a, "###\nx");
	wait_for(&b.count, 1);
	settle();
	assert_int_equal(b.count, 1);
	check_got(&b, 0, 1, "###\nx", "10.9.1.1", "ha1");
}

/* They share a socket, which also receives what is sent to this host. */
static void a_group_hears_only_what_is_sent_to_it(void **state)
{
	static const struct medium_conf other = {.kind = MEDIUM_MCAST, .name = "ha0", .interface = "ha0",
		.address = "239.9.9.10", .port = PORT, .ttl = 1};
	const struct medium_conf groups[] = {other, MCAST("ha0", false)};
	static const struct medium_conf from_a[] = {BCAST("ha0"), UCAST("ha0", "10.9.0.2"), MCAST("ha0", false)};

	(void)state;
	OPEN(&a, from_a);
	OPEN(&b, groups);
	say(&a, "###\nx");
	wait_for(&b.count, 1);
	settle();
	assert_int_equal(b.count, 1);
	check_got(&b, 0, 1, "###\nx", "10.9.0.1", "ha0");
}

static void unicast_goes_to_the_peer_alone(void **state)
{
	static const struct medium_conf to_b[] = {UCAST("ha0", "10.9.0.2")}, to_a[] = {UCAST("ha0", "10.9.0.1")};

	(void)state;
	OPEN(&a, to_b);
	OPEN(&b, to_a);
	say(&a, "###\nthere");
	wait_for(&b.count, 1);
	say(&b, "###\nback");
	wait_for(&a.count, 1);
	check_got(&b, 0, 0, "###\nthere", "10.9.0.1", "ha0");
	check_got(&a, 0, 0, "###\nback", "10.9.0.2", "ha0");
	settle();
	assert_int_equal(a.count + b.count, 2);
}

static void a_datagram_is_reported_once_for_the_line_that_fits_best(void **state)
{
	static const struct medium_conf from_a[] = {BCAST("ha0"), UCAST("ha0", "10.9.0.2")};
	static const struct medium_conf on_b[] = {
		UCAST("ha0", "10.9.0.77"), BCAST("ha0"), UCAST("ha0", "10.9.0.1"), UCAST("ha1", "10.9.1.1")};

	(void)state;
	OPEN(&a, from_a);
	OPEN(&b, on_b);
	say(&a, "###\nx");
	wait_for(&b.count, 2);
	settle();
	assert_int_equal(b.count, 2);
	assert_int_equal(b.got[0].medium, 1);
	assert_int_equal(b.got[1].medium, 2);
	run(&a, "ip address add 10.9.0.8/24 dev ha0");
	int fd = stranger(&a, SOCK_DGRAM, 0, "10.9.0.8", 0);
	throw(fd, "###\ny", 5, "10.9.0.2", PORT);
	wait_for(&b.count, 3);
	check_got(&b, 2, 0, "###\ny", "10.9.0.8", "ha0");
	close(fd);
	run(&a, "ip address del 10.9.0.8/24 dev ha0");
}

static uint64_t sent_by(const struct side *s, size_t medium)
{
	struct media_counters c;

	media_counters(s->set, medium, &c);
	return c.sent;
}

static void nothing_is_sent_to_an_own_address(void **state)
{
	static const struct medium_conf same[] = {UCAST("ha0", "10.9.0.1"), UCAST("ha0", "10.9.0.2")};

	(void)state;
	OPEN(&a, same);
	OPEN(&b, same);
	clear_log();
	for (int i = 0; i < 5; i++)
		say(&a, "###\nx");
	wait_for(&b.count, 5);
	settle();
	assert_int_equal(b.count, 5);
	assert_int_equal(a.count, 0);
	assert_int_equal(sent_by(&a, 0), 0);
	assert_int_equal(sent_by(&a, 1), 5);
	assert_true(media_to_self(a.set, 0));
	assert_false(media_to_self(a.set, 1));
	assert_int_equal(count_in_log("write failure"), 0);
}

/* It belongs to the peer whenever it does not belong to us. */
static void a_service_address_is_followed_from_machine_to_machine(void **state)
{
	static const struct medium_conf to_service[] = {UCAST("ha0", "10.9.0.50")}, back[] = {UCAST("ha0", "10.9.0.1")};

	(void)state;
	run(&a, "ip address add 10.9.0.50/24 dev ha0 label ha0:0");
	OPEN(&a, to_service);
	OPEN(&b, back);
	say(&a, "###\nmine");
	assert_true(media_to_self(a.set, 0));
	run(&a, "ip address del 10.9.0.50/24 dev ha0");
	run(&b, "ip address add 10.9.0.50/24 dev ha0 label ha0:0");
	say(&a, "###\nyours");
	wait_for(&b.count, 1);
	assert_false(media_to_self(a.set, 0));
	check_got(&b, 0, 0, "###\nyours", "10.9.0.1", "ha0");
	run(&b, "ip address del 10.9.0.50/24 dev ha0");
	settle();
	assert_int_equal(a.count, 0);
	assert_int_equal(b.count, 1);
}

/* As on the standby of an LVS pair, where lo has the service address too. */
static void an_address_of_another_interface_is_not_taken_for_the_destination(void **state)
{
	static const struct medium_conf to_service[] = {UCAST("ha0", "10.9.0.50")}, back[] = {UCAST("ha0", "10.9.0.1")};

	(void)state;
	run(&a, "ip link set lo up && ip address add 10.9.0.50/32 dev lo");
	run(&b, "ip address add 10.9.0.50/24 dev ha0");
	OPEN(&a, to_service);
	OPEN(&b, back);
	say(&a, "###\nx");
	wait_for(&b.count, 1);
	assert_false(media_to_self(a.set, 0));
	run(&a, "ip address del 10.9.0.50/32 dev lo");
	run(&b, "ip address del 10.9.0.50/24 dev ha0");
}

/* While the interface is down, its own address is no proof of anything. */
static void an_own_address_of_an_interface_that_is_down_fails_and_recovers(void **state)
{
	static const struct medium_conf own[] = {UCAST("ha0", "10.9.0.1")};

	(void)state;
	OPEN(&a, own);
	run(&a, "ip link set ha0 down");
	clear_log();
	say(&a, "###\nx");
	assert_false(media_to_self(a.set, 0));
	assert_int_equal(count_in_log("write failure"), 1);
	run(&a, "ip link set ha0 up && until ip link show ha0 | grep -q 'state UP'; do sleep 0.01; done");
	for (int i = 0; i < 3; i++)
		say(&a, "###\nx");
	assert_true(media_to_self(a.set, 0));
	assert_int_equal(count_in_log("sending works again"), 1);
}

/* TOS, TTL and source port of one datagram on this socket. */
static void look_at_wire(int fd, int *tos, int *ttl, uint16_t *port)
{
	char data[64], control[256];
	struct sockaddr_in from;
	struct iovec part = {data, sizeof data};
	struct msghdr h = {.msg_name = &from,
		.msg_namelen = sizeof from,
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof control};

	assert_true(recvmsg(fd, &h, 0) > 0);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c; c = CMSG_NXTHDR(&h, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL)
			memcpy(ttl, CMSG_DATA(c), sizeof *ttl);
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS)
			*tos = *CMSG_DATA(c);
	}
	*port = ntohs(from.sin_port);
}

static void headers_are_those_of_the_reference(void **state)
{
	static const struct {
		struct medium_conf conf;
		const char *bind;
		int tos, ttl;
	} rows[] = {
		{BCAST("ha0"), "10.9.0.255", 0, 64},
		{{.kind = MEDIUM_MCAST,
			 .name = "ha0",
			 .interface = "ha0",
			 .address = "239.9.9.9",
			 .port = PORT,
			 .ttl = 3},
			"239.9.9.9", 0, 3},
		{UCAST("ha0", "10.9.0.2"), "10.9.0.2", 0x10, 64},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct ip_mreqn group = {
			.imr_multiaddr.s_addr = inet_addr("239.9.9.9"), .imr_address.s_addr = inet_addr("10.9.0.2")};
		int tos = -1, ttl = -1;
		uint16_t port = 0;

		assert_true(open_side(&a, &rows[i].conf, 1));
		int fd = stranger(&b, SOCK_DGRAM, 0, rows[i].bind, PORT);
		assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group), 0);
		say(&a, "###\nx");
		look_at_wire(fd, &tos, &ttl, &port);
		assert_int_equal(tos, rows[i].tos);
		assert_int_equal(ttl, rows[i].ttl);
		assert_true(port != 0 && port != PORT);
		close(fd);
		close_side(&a);
	}
}

/* --- ping ------------------------------------------------------------------------------------- */

static void a_ping_brings_its_payload_back(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha1"), PING("10.9.0.99"), PING("10.9.0.2")};
	struct media_counters c;

	(void)state;
	OPEN(&a, conf);
	ping(1, "###\nnobody");
	ping(2, "###\nodd");
	wait_for(&a.count, 1);
	check_got(&a, 0, 2, "###\nodd", "10.9.0.2", "ha0");
	ping(2, "###\neven");
	wait_for(&a.count, 2);
	check_got(&a, 1, 2, "###\neven", "10.9.0.2", "ha0");
	say(&a, "###\nfor bcast only");
	settle();
	assert_int_equal(a.count, 3);
	assert_int_equal(a.got[2].medium, 0);
	media_counters(a.set, 2, &c);
	assert_int_equal(c.sent, 2);
	assert_int_equal(c.received, 2);
	assert_int_equal(c.bytes_in, 15);
}

static void a_host_that_is_pinged_twice_answers_each_line(void **state)
{
	static const char *members[] = {"10.9.0.2"};
	static const struct medium_conf conf[] = {PING("10.9.0.2"), PING_GROUP("routers", members), PING("10.9.0.2")};

	(void)state;
	OPEN(&a, conf);
	for (int i = 0; i < 10; i++) {
		ping(0, "###\nfirst");
		ping(1, "###\ngroup");
		ping(2, "###\nsecond");
	}
	wait_for(&a.count, 30);
	for (size_t i = 0; i < a.count; i++)
		assert_string_equal(a.got[i].text, a.got[i].medium == 0   ? "###\nfirst"
						   : a.got[i].medium == 1 ? "###\ngroup"
									  : "###\nsecond");
}

static void a_group_is_heard_once_for_each_request_while_one_member_lives(void **state)
{
	static const char *members[] = {"10.9.0.2", "10.9.0.99", "10.9.0.3"};
	static const struct medium_conf conf[] = {PING_GROUP("routers", members)};

	(void)state;
	OPEN(&a, conf);
	for (size_t i = 1; i <= 300; i++) {
		ping(0, "###\nx");
		wait_for(&a.count, i);
	}
	settle();
	assert_int_equal(a.count, 300);
	run(&b, "ip address del 10.9.0.3/24 dev ha0");
	ping(0, "###\ny");
	wait_for(&a.count, 301);
	check_got(&a, 300, 0, "###\ny", "10.9.0.2", "ha0");
	run(&b, "ip address add 10.9.0.3/24 brd + dev ha0");
}

struct echo_packet {
	struct iphdr ip;
	struct icmphdr icmp;
	char payload[64];
};

static void echo_requests_look_as_the_reference_sends_them(void **state)
{
	static const char *members[] = {"10.9.0.2", "10.9.0.3"};
	static const struct medium_conf conf[] = {PING_GROUP("routers", members)};
	const uint16_t id = PING_ID;
	struct echo_packet p;

	(void)state;
	OPEN(&a, conf);
	int fd = stranger(&b, SOCK_RAW, IPPROTO_ICMP, "0.0.0.0", 0);
	for (unsigned n = 0; n < 4; n++) {
		if (n % 2 == 0)
			ping(0, "###\nodd");
		/* replies of this host are not seen by a raw socket, only what comes in */
		assert_int_equal(recv(fd, &p, sizeof p, 0), 20 + 8 + 7);
		assert_int_equal(p.ip.daddr, inet_addr(members[n % 2 ? 0 : 1]));
		assert_int_equal(p.icmp.type, ICMP_ECHO);
		assert_int_equal(p.icmp.code, 0);
		assert_memory_equal(&p.icmp.un.echo.id, &id, 2);
		assert_int_equal(ntohs(p.icmp.un.echo.sequence), n / 2);
		assert_memory_equal(p.payload, "###\nodd", 7);
	}
	close(fd);
}

/* Send an echo reply from b, as an attacker who has seen the request could. */
static void forge_reply(const char *from, uint16_t sequence, const char *payload)
{
	struct echo_packet p = {
		.icmp = {.type = ICMP_ECHOREPLY, .un.echo = {.id = PING_ID, .sequence = htons(sequence)}}};
	uint16_t words[36] = {0};
	uint32_t sum = 0;
	size_t len = sizeof p.icmp + strlen(payload);

	memcpy(words, &p.icmp, sizeof p.icmp);
	memcpy(words + 4, payload, strlen(payload));
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	words[1] = (uint16_t)~sum;
	int fd = stranger(&b, SOCK_RAW, IPPROTO_ICMP, from, 0);
	throw(fd, words, len, "10.9.0.1", 0);
	close(fd);
}

static void only_a_first_and_true_echo_from_the_host_itself_counts(void **state)
{
	static const struct medium_conf conf[] = {PING("10.9.0.4")};

	(void)state;
	/* 10.9.0.4 exists but leaves echo requests to the test */
	run(&b, "ip address add 10.9.0.4/24 dev ha0 && sysctl -qw net.ipv4.icmp_echo_ignore_all=1");
	OPEN(&a, conf);
	forge_reply("10.9.0.4", 0, "###\nearly");
	settle();
	ping(0, "###\ntrue");
	forge_reply("10.9.0.2", 0, "###\ntrue");
	forge_reply("10.9.0.4", 0, "###\nfalse");
	forge_reply("10.9.0.4", 1, "###\ntrue");
	forge_reply("10.9.0.4", 0, "");
	settle();
	assert_int_equal(a.count, 0);
	forge_reply("10.9.0.4", 0, "###\ntrue");
	forge_reply("10.9.0.4", 0, "###\ntrue");
	settle();
	assert_int_equal(a.count, 1);
	for (int i = 1; i <= 129; i++) /* 0 is forgotten, and so is 1 */
		ping(0, "###\ntrue");
	forge_reply("10.9.0.4", 1, "###\ntrue");
	settle();
	assert_int_equal(a.count, 1);
	forge_reply("10.9.0.4", 2, "###\ntrue");
	wait_for(&a.count, 2);
	run(&b, "ip address del 10.9.0.4/24 dev ha0 && sysctl -qw net.ipv4.icmp_echo_ignore_all=0");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_broadcast_reaches_the_peer_and_comes_back_to_its_sender),
		TEST(a_multicast_comes_back_only_with_loop_1),
		TEST(one_group_on_two_cables_is_told_apart),
		TEST(a_group_hears_only_what_is_sent_to_it),
		TEST(unicast_goes_to_the_peer_alone),
		TEST(a_datagram_is_reported_once_for_the_line_that_fits_best),
		TEST(nothing_is_sent_to_an_own_address),
		TEST(a_service_address_is_followed_from_machine_to_machine),
		TEST(an_address_of_another_interface_is_not_taken_for_the_destination),
		TEST(an_own_address_of_an_interface_that_is_down_fails_and_recovers),
		TEST(headers_are_those_of_the_reference),
		TEST(a_ping_brings_its_payload_back),
		TEST(a_host_that_is_pinged_twice_answers_each_line),
		TEST(a_group_is_heard_once_for_each_request_while_one_member_lives),
		TEST(echo_requests_look_as_the_reference_sends_them),
		TEST(only_a_first_and_true_echo_from_the_host_itself_counts),
	};

	return cmocka_run_group_tests(tests, build_laboratory, leave_laboratory);
}
