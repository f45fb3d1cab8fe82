// SPDX-License-Identifier: MIT
/* IPv6 service addresses: arguments of IPv6addr, and real addresses on a pair of interfaces in a network namespace of
 * our own. */
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/conf/ipv6_word.h"
#include "heartbeat/exec/ipaddr.h"

static struct address_table *table;
static char error[IPADDR_ERROR_MAX];

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static bool succeeds(const char *command)
{
	return system(command) == 0;
}

static struct ipaddr parsed(const char *argument)
{
	struct ipaddr ip;
	if (ipaddr_parse(AF_INET6, argument, &ip, error) != 0)
		fail_msg("%s: %s", argument, error);
	return ip;
}

static void start(struct ipaddr *ip, int outcome)
{
	int result = ipaddr_start(table, ip, error);
	if (result != outcome)
		fail_msg("start: %d instead of %d: %s", result, outcome, error);
}

/* --- arguments --------------------------------------------------------------------------------------------------- */

static void all_forms_of_the_argument_are_understood(void **state)
{
	static const struct {
		const char *argument, *ip;
		unsigned prefix;
		const char *interface;
	} rows[] = {
		{"fd00::100", "fd00::100", 0, ""},
		{"FD00:0::100", "fd00::100", 0, ""},
		{"fd00::100/64", "fd00::100", 64, ""},
		{"fd00::100/128/eth0", "fd00::100", 128, "eth0"},
		{"fe80::100/64/eth0.7", "fe80::100", 64, "eth0.7"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ipaddr ip = parsed(rows[i].argument);
		assert_string_equal(ip_address_text(&ip.address.ip).at, rows[i].ip);
		assert_int_equal(ip.address.prefix, rows[i].prefix);
		assert_string_equal(ip.address.interface, rows[i].interface);
		assert_string_equal(ip.address.label, "");
		assert_int_equal(ip.address.broadcast.s_addr, 0);
	}
}

static void wrong_arguments_are_refused_with_what_is_wrong(void **state)
{
	static const struct {
		const char *argument, *part;
	} rows[] = {
		{"", "missing"},
		{"10.0.0.1", "not an IPv6 address"},
		{"fd00::10000", "not an IPv6 address"},
		{"fd00::1%eth0", "not an IPv6 address"},
		{"::", "cannot be"},
		{"::1", "cannot be"},
		{"ff02::1", "cannot be"},
		{"fd00::1/", "prefix \"\""},
		{"fd00::1/0", "1 to 128"},
		{"fd00::1/129", "1 to 128"},
		{"fd00::1/ffff::", "not a number"},
		{"fd00::1/64/", "1 to 15"},
		{"fd00::1/64/eth0:1", "no label"},
		{"fd00::1/64/eth0/fd00::f", "too many"},
		{"fe80::1", "link-local"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ipaddr ip;
		if (ipaddr_parse(AF_INET6, rows[i].argument, &ip, error) != -EINVAL ||
			strstr(error, rows[i].part) == NULL)
			fail_msg("\"%s\": \"%s\" does not contain \"%s\"", rows[i].argument, error, rows[i].part);
	}
}

static void each_script_takes_addresses_of_its_family(void **state)
{
	static const struct {
		const char *script, *argument;
		int family; /* AF_UNSPEC: refused */
	} rows[] = {
		{"IPaddr", "10.0.0.1", AF_INET}, {"IPaddr2", "10.0.0.1", AF_INET},  {"IPv6addr", "fd00::1", AF_INET6},
		{"IPaddr", "fd00::1", AF_UNSPEC}, {"IPv6addr", "10.0.0.1", AF_UNSPEC}, {"httpd", "fd00::1", AF_UNSPEC},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *args[] = {rows[i].argument};
		struct resource_conf resource = {.script = rows[i].script, .args = args, .arg_count = 1};
		struct ipaddr ip;
		assert_int_equal(ipaddr_of_resource(&resource, &ip, error), rows[i].family != AF_UNSPEC);
		if (rows[i].family != AF_UNSPEC)
			assert_int_equal(ip.address.ip.family, rows[i].family);
	}
}

static void the_form_that_a_message_advises_is_accepted(void **state)
{
	static const struct {
		const char *word, *instead;
	} rows[] = {
		{"IPv6addr::fd00::5/64/eth0", "IPv6addr::fd00:0:0:0:0:0:0:5/64/eth0"},
		{"IPv6addr::2001:DB8::a:0:1", "IPv6addr::2001:db8:0:0:0:a:0:1"},
		{"fe80::1/64/eth0", "IPv6addr::fe80:0:0:0:0:0:0:1/64/eth0"},
		{"IPv6addr::::ffff:1.2.3.4", "IPv6addr::0:0:0:0:0:ffff:102:304"},
		{"IPv6addr::fd00:0:0:0:0:0:0:5", "IPv6addr::fd00:0:0:0:0:0:0:5"},
		{"IPv6addr::fd00::5::x", NULL},
		{"IPv6addr::10.0.0.1", NULL},
		{"fd00::5/64/an-interface-with-a-name-that-no-kernel-takes-and-that-is-longer-than-every-bound", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char instead[IPV6_WORD_MAX] = "";
		struct ipaddr ip;
		assert_int_equal(ipv6_word_instead(rows[i].word, instead), rows[i].instead != NULL);
		if (rows[i].instead == NULL)
			continue;
		assert_string_equal(instead, rows[i].instead);
		const char *argument = instead + strlen("IPv6addr::");
		assert_null(strstr(argument, "::"));
		assert_int_equal(ipaddr_parse(AF_INET6, argument, &ip, error), 0);
	}
}

/* --- addresses: hbv0 has fd00:9::1/64 and looks at hbv1 --------------------------------------- */

static int fresh_interfaces(void **state)
{
	(void)state;
	run("ip link del hbv0 2>/dev/null; ip link add hbv0 address 02:00:00:00:09:01 type veth peer name hbv1 && ip link set hbv0 up && "
	    "ip link set hbv1 up && ip -6 addr add fd00:9::1/64 dev hbv0 nodad");
	for (int tries = 0; tries < 3000 && !address_carrier("hbv0"); tries++)
		g_usleep(10000);
	assert_true(address_carrier("hbv0"));
	return 0;
}

static void an_address_is_added_found_and_deleted(void **state)
{
	struct ipaddr ip = parsed("fd00:9::100");
	struct address found;
	(void)state;
	assert_int_equal(ipaddr_status(table, &ip), 0);
	start(&ip, 0);
	assert_int_equal(ipaddr_status(table, &ip), 1);
	struct ipaddr wanted = parsed("fd00:9::100");
	assert_int_equal(address_find(table, &wanted.address.ip, &found), 0);
	assert_int_equal(found.prefix, 64);
	assert_string_equal(found.interface, "hbv0");
	assert_int_equal(found.ip.family, AF_INET6);
	start(&ip, 1);
	assert_int_equal(ipaddr_stop(table, &ip, error), 0);
	assert_int_equal(ipaddr_status(table, &ip), 0);
	assert_int_equal(ipaddr_stop(table, &ip, error), 0);
	assert_true(succeeds("ip -6 addr show dev hbv0 | grep -q fd00:9::1/64")); /* its neighbour is untouched */
}

static void an_address_can_be_used_at_once(void **state)
{
	struct ipaddr ip = parsed("fd00:9::100/64/hbv0");
	(void)state;
	start(&ip, 0);
	assert_false(succeeds("ip -6 addr show dev hbv0 tentative | grep -q fd00:9::100"));
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_addr = ip.address.ip.v6};
	/* a tentative address is refused here */
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(close(fd), 0);
}

static void the_longest_connected_route_decides(void **state)
{
	struct address route;
	struct ipaddr near = parsed("fd00:9::100"), far = parsed("fd00:9:0:1::100"), foreign = parsed("fd00:a::1");
	(void)state;
	run("ip -6 addr add fd00:9::7/32 dev hbv1 nodad; ip -6 route add fd00:9::/96 via fd00:9:0:0:1::9 dev hbv0");
	run("ip -6 route add default via fd00:9:0:0:1::9 dev hbv0");
	assert_int_equal(address_route(table, &near.address.ip, &route), 0);
	assert_string_equal(route.interface, "hbv0");
	assert_int_equal(route.prefix, 64); /* a longer route through a gateway does not count */
	assert_int_equal(address_route(table, &far.address.ip, &route), 0);
	assert_string_equal(route.interface, "hbv1");
	assert_int_equal(route.prefix, 32);
	start(&foreign, -ENETUNREACH);
	assert_non_null(strstr(error, "hbv0 fd00:9::/64"));
}

static void releasing_one_address_keeps_the_others(void **state)
{
	struct ipaddr first = parsed("fd00:b::1/64/hbv0"), second = parsed("fd00:b::2/64/hbv0");
	(void)state;
	start(&first, 0);
	start(&second, 0);
	assert_int_equal(ipaddr_stop(table, &first, error), 0);
	assert_int_equal(ipaddr_status(table, &first), 0);
	assert_int_equal(ipaddr_status(table, &second), 1);
}

static void an_address_on_lo_does_not_count(void **state)
{
	struct ipaddr ip = parsed("fd00:9::100");
	struct address found;
	(void)state;
	run("ip link set lo up; ip -6 addr add fd00:9::100/128 dev lo");
	assert_int_equal(ipaddr_status(table, &ip), 0);
	start(&ip, 0);
	assert_int_equal(ipaddr_status(table, &ip), 1);
	assert_int_equal(ipaddr_stop(table, &ip, error), 0);
	struct ipaddr wanted = parsed("fd00:9::100");
	assert_int_equal(address_find(table, &wanted.address.ip, &found), 0);
	assert_string_equal(found.interface, "lo");
	assert_int_equal(ipaddr_announce(table, &ip), -ENOENT);
	run("ip -6 addr del fd00:9::100/128 dev lo");
}

/* --- announcements ---------------------------------------------------------------------------- */

static int listen_on(const char *interface)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_IPV6));
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IPV6),
		.sll_ifindex = (int)if_nametoindex(interface)};
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

/* The next neighbour advertisement; the kernel sends other frames of its own. */
static size_t next_advertisement(int fd, uint8_t frame[256])
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	while (poll(&wait, 1, 20000) == 1) {
		ssize_t got = recv(fd, frame, 256, 0);
		if (got >= 55 && frame[20] == 58 && frame[54] == 136)
			return (size_t)got;
	}
	return 0;
}

/* RFC 4443, section 2.3: over the addresses, length and protocol of IPv6, and the message; 0 when it is right. */
static uint16_t checksum_of(const uint8_t *frame, size_t len)
{
	uint32_t sum = (uint32_t)(len - 54) + 58;
	for (size_t i = 22; i + 1 < len; i += 2)
		sum += (uint32_t)(frame[i] << 8 | frame[i + 1]);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void assert_advertisement(const uint8_t *frame, size_t len, uint8_t flags, uint8_t last_of_mac)
{
	const uint8_t expected[86] = {
		0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 9, last_of_mac, 0x86, 0xdd, /* to all nodes, IPv6 */
		/* 32 bytes of ICMPv6, not by a router */
		0x60, 0, 0, 0, 0, 32, 58, 255,
		0xfd, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,              /* from the address */
		0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,              /* to ff02::1 */
		/* advertisement; the checksum is looked at below */
		136, 0, frame[56], frame[57], flags, 0, 0, 0,
		0xfd, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,              /* the address ... */
		2, 1, 2, 0, 0, 0, 9, last_of_mac,                               /* ... is at */
	};
	assert_int_equal(len, sizeof expected);
	assert_memory_equal(frame, expected, sizeof expected);
	assert_int_equal(checksum_of(frame, len), 0);
}

static void an_announcement_is_one_neighbour_advertisement(void **state)
{
	struct ipaddr ip = parsed("fd00:9::100");
	uint8_t frame[256] = {0};
	(void)state;
	int fd = listen_on("hbv1");
	start(&ip, 0);
	size_t len = next_advertisement(fd, frame);
	assert_advertisement(frame, len, 0x20, 1);
	run("ip link set hbv0 address 02:00:00:00:09:77");
	run("echo 1 >/proc/sys/net/ipv6/conf/hbv0/forwarding");
	assert_int_equal(ipaddr_announce(table, &ip), 0);
	do /* the kernel may advertise as well */
		len = next_advertisement(fd, frame);
	while (len > 0 && (frame[11] != 0x77 || frame[58] != 0xa0));
	assert_advertisement(frame, len, 0xa0, 0x77);
	assert_int_equal(close(fd), 0);
}

static void a_neighbour_believes_the_announcement(void **state)
{
	struct ipaddr ip = parsed("fd00:9::100");
	(void)state;
	run("ip -6 neigh replace fd00:9::100 lladdr 02:00:00:00:00:99 nud stale dev hbv1");
	start(&ip, 0);
	bool believed = false;
	for (int tries = 0; tries < 2000 && !believed; tries++) {
		believed = succeeds("ip -6 neigh show fd00:9::100 dev hbv1 | grep -q 02:00:00:00:09:01");
		g_usleep(believed ? 0 : 10000);
	}
	assert_true(believed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_forms_of_the_argument_are_understood),
		cmocka_unit_test(wrong_arguments_are_refused_with_what_is_wrong),
		cmocka_unit_test(each_script_takes_addresses_of_its_family),
		cmocka_unit_test(the_form_that_a_message_advises_is_accepted),
		cmocka_unit_test_setup(an_address_is_added_found_and_deleted, fresh_interfaces),
		cmocka_unit_test_setup(an_address_can_be_used_at_once, fresh_interfaces),
		cmocka_unit_test_setup(the_longest_connected_route_decides, fresh_interfaces),
		cmocka_unit_test_setup(releasing_one_address_keeps_the_others, fresh_interfaces),
		cmocka_unit_test_setup(an_address_on_lo_does_not_count, fresh_interfaces),
		cmocka_unit_test_setup(an_announcement_is_one_neighbour_advertisement, fresh_interfaces),
		cmocka_unit_test_setup(a_neighbour_believes_the_announcement, fresh_interfaces),
	};
	if (unshare(CLONE_NEWNET) < 0) {
		fprintf(stderr, "ipaddr_v6_test: no network namespace of its own: %s; run it as root\n",
			strerror(errno));
		return 1;
	}
	table = address_table_new();
	if (table == NULL || address_announce_prepare() != 0) {
		perror("ipaddr_v6_test: netlink");
		return 1;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	address_table_free(table);
	address_announce_close();
	return failed;
}
