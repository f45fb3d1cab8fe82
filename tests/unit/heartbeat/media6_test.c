// SPDX-License-Identifier: MIT
/* Media over IPv6: ucast6, mcast6, ping6, ping_group. */
#include "heartbeat/media/medium.h"
#include "tests/unit/heartbeat/media_lab.h"

#define UCAST6(dev, host) \
	{.kind = MEDIUM_UCAST6, .name = dev, .interface = dev, .address = host, .port = PORT, .line = 12}
#define MCAST6(dev, group, with_loop) \
	{ \
		.kind = MEDIUM_MCAST6, .name = dev, .interface = dev, .address = group, .port = PORT, .ttl = 1, \
		.loop = with_loop, .line = 13 \
	}
#define PING6(host) {.kind = MEDIUM_PING6, .name = host, .address = host, .line = 14}

/* The kernel reports an IPv6 address, and that it may be used, some time after the command. */
static void wait_until_usable(struct side *s)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
	struct interface link;
	struct interface_address one;
	size_t usable = 0;

	for (; usable < 2 && g_get_monotonic_time() < end; g_usleep(1000)) {
		usable = 0;
		assert_true(interfaces_read(s->interfaces) >= 0);
		bool there = interfaces_find(s->interfaces, "ha0", &link);
		for (size_t i = 0; there && interfaces_address_at(s->interfaces, i, &one); i++)
			usable += one.family == AF_INET6 && one.ifindex == link.index && !one.tentative;
	}
	assert_int_equal(usable, 2);
}

static void give_addresses(void)
{
	run(&a, "ip -6 address flush dev ha0; ip address add fd00:9::1/64 dev ha0 nodad && ip address add fe80::a1/64 dev ha0 nodad");
	run(&b, "ip -6 address flush dev ha0; ip address add fd00:9::2/64 dev ha0 nodad && ip address add fe80::b2/64 dev ha0 nodad");
	wait_until_usable(&a);
	wait_until_usable(&b);
}

static int build(void **state)
{
	int rc = build_laboratory(state);

	if (rc == 0)
		give_addresses();
	return rc;
}

static void a_message_reaches_the_peer_by_each_medium(void **state)
{
	static const struct medium_conf conf_a[] = {UCAST6("ha0", "fd00:9::2"), UCAST6("ha0", "fe80::b2"),
		MCAST6("ha0", "ff05::694", false), MCAST6("ha0", "ff02::694", false)};
	static const struct medium_conf conf_b[] = {UCAST6("ha0", "fd00:9::1"), UCAST6("ha0", "fe80::a1"),
		MCAST6("ha0", "ff05::694", false), MCAST6("ha0", "ff02::694", false), UCAST("ha0", "10.9.0.1")};
	unsigned heard = 0;

	(void)state;
	clear_log();
	OPEN(&a, conf_a);
	OPEN(&b, conf_b); /* the IPv4 line has the same port */
	say(&a, "###\nsix");
	wait_for(&b.count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(b.got[i].text, "###\nsix");
		assert_true(b.got[i].source.ifindex > 0);
		heard |= 1u << b.got[i].medium;
	}
	assert_int_equal(heard, 15);
	settle();
	assert_int_equal(a.count, 0); /* no loop */
	assert_true(count_in_log("ucast6: started on port 694 interface ha0 to fd00:9::2") > 0);
	assert_true(count_in_log("mcast6: started for group ff05::694 port 694 interface ha0 (hops=1 loop=0)") > 0);
}

static void nothing_is_sent_to_an_own_address(void **state)
{
	static const struct medium_conf same[] = {UCAST6("ha0", "fe80::a1"), UCAST6("ha0", "fd00:9::1"),
		UCAST6("ha0", "fd00:9::2")};

	(void)state;
	OPEN(&a, same);
	OPEN(&b, same);
	say(&a, "###\nx");
	wait_for(&b.count, 1);
	settle();
	assert_int_equal(a.count, 0);
	assert_true(media_to_self(a.set, 0) && media_to_self(a.set, 1));
	assert_false(media_to_self(a.set, 2));
}

static void loop_1_brings_own_messages_back(void **state)
{
	static const struct medium_conf conf[] = {MCAST6("ha0", "ff05::694", true)};

	(void)state;
	OPEN(&a, conf);
	say(&a, "###\nown");
	wait_for(&a.count, 1);
}

static void a_ping_is_answered_and_comes_as_the_payload(void **state)
{
	static const char *both[] = {"10.9.0.2", "fd00:9::2"}, *second[] = {"fd00:9::77", "fe80::b2%ha0"};
	static struct medium_conf conf[] = {UCAST6("ha0", "fd00:9::2"), PING6("fd00:9::2"), PING6("fe80::b2%ha0"),
		PING("fd00:9::2"), PING_GROUP("both", both), PING_GROUP("second", second)};

	(void)state;
	OPEN(&a, conf);
	for (size_t i = 1; i < G_N_ELEMENTS(conf); i++) {
		forget();
		ping(i, "###\nping");
		wait_for(&a.count, 1);
		assert_int_equal(a.got[0].medium, i);
		assert_string_equal(a.got[0].text, "###\nping");
		settle();
		assert_int_equal(a.count, 1); /* of a group, the first answer counts */
	}
	forget();
	ping(1, "garbage"); /* does not start like a message */
	settle();
	assert_int_equal(a.count, 0);
}

static void an_interface_may_be_deleted_and_made_again(void **state)
{
	static const struct medium_conf conf_a[] = {UCAST6("ha0", "fe80::b2"), MCAST6("ha0", "ff02::694", false)};
	static const struct medium_conf conf_b[] = {UCAST6("ha0", "fe80::a1"), MCAST6("ha0", "ff02::694", false)};

	(void)state;
	OPEN(&a, conf_a);
	OPEN(&b, conf_b);
	say(&a, "###\nx");
	wait_for(&b.count, 2);
	clear_log();
	run(&a, "ip link del ha0");
	for (int i = 0; i < 5; i++) {
		say(&a, "###\nlost");
		say(&b, "###\nlost");
	}
	assert_int_equal(count_in_log("write failure"), 4);
	plug_cable(0);
	give_addresses();
	/* A node notices when it sends; and the kernel looks for the neighbour first. */
	for (gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
		(a.count < 2 || b.count < 2) && g_get_monotonic_time() < end; settle()) {
		forget();
		say(&b, "###\nx");
		say(&a, "###\nx");
	}
	forget();
	say(&a, "###\nback");
	wait_for(&b.count, 2);
	say(&b, "###\nback");
	wait_for(&a.count, 2);
}

/* As long as the kernel checks whether another machine has the address, it cannot be used. */
static void an_address_that_comes_late_is_used(void **state)
{
	static const struct medium_conf conf[] = {UCAST("ha0", "10.9.0.2"), UCAST6("ha0", "fd00:9::2"),
		MCAST6("ha0", "ff05::694", false)};
	static const struct medium_conf conf_b[] = {UCAST("ha0", "10.9.0.1"), UCAST6("ha0", "fd00:9::1"),
		MCAST6("ha0", "ff05::694", false)};
	char text[256];

	(void)state;
	run(&a, "ip -6 address flush dev ha0");
	OPEN(&a, conf);
	OPEN(&b, conf_b);
	diag_format(&a.diags, 0, text, sizeof text);
	assert_string_equal(text, "ha.cf:12: warning: ucast6 ha0: the interface has no IPv6 address that the kernel uses "
				  "(ip -6 address); it is tried again until it works");
	assert_true(media_doubt(a.set, 0, text, sizeof text));
	clear_log();
	run(&a, "ip address add fd00:9::1/64 dev ha0"); /* with the check */
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
	for (bool heard = false; !heard && g_get_monotonic_time() < end;) {
		b.count = 0;
		say(&a, "###\nlate");
		for (int i = 0; i < 20; i++)
			(void)turn();
		heard = b.count == 3;
	}
	assert_int_equal(b.count, 3);
	assert_int_equal(count_in_log("write failure"), 0);
	assert_false(media_doubt(a.set, 0, text, sizeof text));
	give_addresses();
}

/* As if the time had come to ask again for a host that two media have. */
static void ask_again(const char *host, int family)
{
	for (int i = 0; i < 2; i++)
		names_unwatch(a.set->names, host, family);
	for (int i = 0; i < 2; i++)
		names_watch(a.set->names, host, family);
}

static void a_host_may_be_given_by_name(void **state)
{
	static const char *members[] = {"router.example", "10.9.0.77"};
	static const struct medium_conf by_name[] = {
		UCAST6("ha0", "peer.example"), PING6("peer.example"), PING("router.example"), PING_GROUP("routers", members)};
	static const struct medium_conf to_a[] = {UCAST6("ha0", "fd00:9::1")};
	char text[256];

	(void)state;
	clear_log();
	resolver_says("10.9.0.2"); /* not an address that ucast6 can use */
	OPEN(&a, by_name);
	OPEN(&b, to_a);
	assert_true(media_doubt(a.set, 0, text, sizeof text));
	assert_string_equal(text, "ucast6 ha0: host \"peer.example\" has no IPv6 address: no answer of the resolver yet; "
				  "the resolver is asked again");
	say(&a, "###\nto nobody yet");
	say(&b, "###\nheard all the same");
	wait_for(&a.count, 1);
	wait_for_log("host \"peer.example\" has no IPv6 address: no such name");
	wait_for_log("info: ping heartbeat started. ping router.example: 10.9.0.2\n");

	resolver_says("fd00:9::2");
	ask_again("peer.example", AF_INET6);
	wait_for_log("info: ucast6: started on port 694 interface ha0 to fd00:9::2\n");
	wait_for_log("info: ping heartbeat started. ping6 peer.example: fd00:9::2\n");
	ask_again("router.example", AF_UNSPEC);
	wait_for_log("info: ping router.example: host \"router.example\" has moved from 10.9.0.2 to fd00:9::2");
	forget();
	say(&a, "###\nby name");
	wait_for(&b.count, 1);
	assert_string_equal(b.got[0].text, "###\nby name");
	for (size_t i = 1; i < G_N_ELEMENTS(by_name); i++) {
		forget();
		ping(i, "###\nping");
		wait_for(&a.count, 1);
		assert_int_equal(a.got[0].medium, i);
	}

	resolver_says("fe80::b2"); /* of the line's interface */
	ask_again("peer.example", AF_INET6);
	wait_for_log("info: ucast6 ha0: host \"peer.example\" has moved from fd00:9::2 to fe80::b2");
	say(&a, "###\nlink-local");
	wait_for(&b.count, 1);
	check_got(&b, 0, 0, "###\nlink-local", "fe80::a1", "ha0");
	assert_int_equal(count_in_log("write failure"), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_message_reaches_the_peer_by_each_medium),
		TEST(nothing_is_sent_to_an_own_address),
		TEST(loop_1_brings_own_messages_back),
		TEST(a_ping_is_answered_and_comes_as_the_payload),
		TEST(an_interface_may_be_deleted_and_made_again),
		TEST(an_address_that_comes_late_is_used),
		TEST(a_host_may_be_given_by_name),
	};

	return cmocka_run_group_tests(tests, build, leave_laboratory);
}
