// SPDX-License-Identifier: MIT
/* Argument forms of IPaddr, and real addresses on a pair of interfaces in a network namespace of our own. */
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/exec/ipaddr.h"
#include "lib/mono.h"

static struct address_table *table;
static char error[IPADDR_ERROR_MAX];

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static struct ip_address ip_of(const char *text)
{
	struct ip_address ip;
	assert_true(ip_address_parse(AF_INET, text, &ip));
	return ip;
}

static int find(const char *ip, struct address *found)
{
	struct ip_address wanted = ip_of(ip);
	return address_find(table, &wanted, found);
}

static int route_of(const char *ip, struct address *found)
{
	struct ip_address wanted = ip_of(ip);
	return address_route(table, &wanted, found);
}

static struct ipaddr parsed(const char *argument)
{
	struct ipaddr ip;
	if (ipaddr_parse(AF_INET, argument, &ip, error) != 0)
		fail_msg("%s: %s", argument, error);
	return ip;
}

/* --- arguments -------------------------------------------------------------------------------- */

static void all_forms_of_the_argument_are_understood(void **state)
{
	static const struct {
		const char *argument, *ip;
		unsigned prefix;
		const char *interface, *label, *broadcast;
	} rows[] = {
		{"10.0.0.1", "10.0.0.1", 0, "", "", "0.0.0.0"},
		{"10.0.0.1/24", "10.0.0.1", 24, "", "", "10.0.0.255"},
		{"10.0.0.1/255.255.240.0", "10.0.0.1", 20, "", "", "10.0.15.255"},
		{"10.0.0.1/24/eth0", "10.0.0.1", 24, "eth0", "", "10.0.0.255"},
		{"10.0.0.1/24/eth0:7", "10.0.0.1", 24, "eth0", "eth0:7", "10.0.0.255"},
		{"10.0.0.1/24/eth0.100:www", "10.0.0.1", 24, "eth0.100", "eth0.100:www", "10.0.0.255"},
		{"10.0.0.1/24/eth0/10.0.0.255", "10.0.0.1", 24, "eth0", "", "10.0.0.255"},
		{"10.0.0.1/24/eth0:7/10.0.0.255", "10.0.0.1", 24, "eth0", "eth0:7", "10.0.0.255"},
		{"10.0.0.1/24/10.0.0.255", "10.0.0.1", 24, "", "", "10.0.0.255"},
		{"10.0.0.1/32/eth0", "10.0.0.1", 32, "eth0", "", "0.0.0.0"},
		{"10.0.0.1/32/eth0/10.0.0.1", "10.0.0.1", 32, "eth0", "", "0.0.0.0"},
		{"10.0.0.1/31/eth0", "10.0.0.1", 31, "eth0", "", "0.0.0.0"},
		{"10.0.0.1/255.255.255.255", "10.0.0.1", 32, "", "", "0.0.0.0"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ipaddr ip = parsed(rows[i].argument);
		assert_string_equal(ip_address_text(&ip.address.ip).at, rows[i].ip);
		assert_int_equal(ip.address.prefix, rows[i].prefix);
		assert_string_equal(ip.address.interface, rows[i].interface);
		assert_string_equal(ip.address.label, rows[i].label);
		assert_int_equal(ip.address.broadcast.s_addr, ip_of(rows[i].broadcast).v4.s_addr);
		assert_int_equal(ip.has_interface, rows[i].interface[0] != '\0');
	}
}

static void wrong_arguments_are_refused_with_what_is_wrong(void **state)
{
	static const struct {
		const char *argument, *part;
	} rows[] = {
		{"", "missing"},
		{"/24", "not an IPv4 address"},
		{"10.0.0", "not an IPv4 address"},
		{"10.0.0.256", "not an IPv4 address"},
		{"::1", "not an IPv4 address"},
		{"0.0.0.0", "cannot be"},
		{"224.0.0.1", "cannot be"},
		{"255.255.255.255", "cannot be"},
		{"10.0.0.1/", "mask \"\""},
		{"10.0.0.1/33", "1 to 32"},
		{"10.0.0.1/0", "1 to 32"},
		{"10.0.0.1/0.0.0.0", "1 to 32"},
		{"10.0.0.1/-1", "neither"},
		{"10.0.0.1/24x", "neither"},
		{"10.0.0.1/99999999999999999999999", "neither"},
		{"10.0.0.1/255.0.255.0", "1 bit after a 0 bit"},
		{"10.0.0.1/24/", "1 to 15"},
		{"10.0.0.1/24/:0", "1 to 15"},
		{"10.0.0.1/24/abcdefghijklmnop", "1 to 15"},
		{"10.0.0.1/24/eth0:", "label"},
		{"10.0.0.1/24/eth0:abcdefghijkl", "label"},
		{"10.0.0.1/24/et h0", "character"},
		{"10.0.0.1/24/eth0/", "broadcast"},
		{"10.0.0.1/24/eth0/10.0.0.254", "expected 10.0.0.255"},
		{"10.0.0.1/24/10.0.1.255", "expected 10.0.0.255"},
		{"10.0.0.1/32/eth0/10.0.0.255", "expected none"},
		{"10.0.0.1/24/10.0.0.255/10.0.0.255", "too many"},
		{"10.0.0.1/24/eth0/10.0.0.255/x", "too many"},
		{"10.0.0.1/24/eth0/10.0.0.255/x/y", "too many"},
		{"10.0.0.255/24/eth0", "broadcast address of its own"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ipaddr ip;
		if (ipaddr_parse(AF_INET, rows[i].argument, &ip, error) != -EINVAL ||
			strstr(error, rows[i].part) == NULL)
			fail_msg("\"%s\": \"%s\" does not contain \"%s\"", rows[i].argument, error, rows[i].part);
	}
}

/* --- addresses: hbv0 has 10.9.0.1/24 and looks at hbv1 ---------------------------------------- */

/* The kernel reports a change of the carrier from a work queue, which a busy machine serves late. */
static void await_carrier(bool wanted)
{
	for (int ms = 0; ms < 60000 && address_carrier("hbv0") != wanted; ms += 10)
		g_usleep(10000);
	assert_int_equal(address_carrier("hbv0"), wanted);
}

static int fresh_interfaces(void **state)
{
	(void)state;
	run("ip link del hbv0 2>/dev/null; ip link add hbv0 address 02:00:00:00:09:01 type veth peer name hbv1 && ip link set hbv0 up && "
	    "ip link set hbv1 up && ip addr add 10.9.0.1/24 brd + dev hbv0");
	await_carrier(true);
	return 0;
}

static void start(struct ipaddr *ip, int outcome)
{
	int result = ipaddr_start(table, ip, error);
	if (result != outcome)
		fail_msg("start: %d instead of %d: %s", result, outcome, error);
}

static void an_address_is_added_found_and_deleted(void **state)
{
	struct ipaddr ip = parsed("10.9.0.100");
	struct address found;
	(void)state;
	assert_int_equal(ipaddr_status(table, &ip), 0);
	start(&ip, 0);
	assert_int_equal(ipaddr_status(table, &ip), 1);
	assert_int_equal(address_find(table, &ip.address.ip, &found), 0);
	assert_int_equal(found.prefix, 24);
	assert_string_equal(found.interface, "hbv0");
	assert_string_equal(found.label, "hbv0:0");
	assert_int_equal(found.broadcast.s_addr, ip_of("10.9.0.255").v4.s_addr);
	assert_int_equal(ipaddr_stop(table, &ip, error), 0);
	assert_int_equal(ipaddr_status(table, &ip), 0);
	assert_int_equal(find("10.9.0.1", &found), 0); /* its neighbour is untouched */
	assert_string_equal(found.label, "");
	assert_int_equal(ipaddr_stop(table, &ip, error), 0);
}

static void adding_twice_is_one_address(void **state)
{
	struct ipaddr ip = parsed("10.9.0.100/24/hbv0");
	(void)state;
	start(&ip, 0);
	assert_int_equal(address_add(table, &ip.address), 0);
	start(&ip, 1);
	assert_int_equal(address_delete(table, &ip.address), 0);
	assert_int_equal(address_find(table, &ip.address.ip, &ip.address), -ENOENT);
	assert_int_equal(address_delete(table, &ip.address), 0);
}

static void delete_takes_exactly_the_one_that_is_named(void **state)
{
	struct address other = parsed("10.9.0.100/24/hbv0").address;
	(void)state;
	assert_int_equal(address_add(table, &other), 0);
	other.prefix = 32;
	assert_int_equal(address_delete(table, &other), 0);
	assert_int_equal(address_find(table, &other.ip, &other), 0);
	assert_int_equal(other.prefix, 24);
}

static void an_interface_that_is_gone_has_no_addresses(void **state)
{
	struct address gone = parsed("10.9.0.100/24/hbv9").address;
	(void)state;
	assert_int_equal(address_delete(table, &gone), 0);
	assert_int_equal(address_add(table, &gone), -ENODEV);
	assert_false(address_carrier("hbv9"));
}

/* The list of the kernel. */
static const char *label_of(const char *ip)
{
	static struct address found;
	assert_int_equal(find(ip, &found), 0);
	return found.label;
}

static void labels_are_the_first_free_number(void **state)
{
	struct ipaddr first = parsed("10.9.0.100"), second = parsed("10.9.0.101"),
		      third = parsed("10.9.0.102/24/hbv0:web");
	char label[ADDRESS_LABEL_MAX];
	(void)state;
	start(&first, 0);
	start(&second, 0);
	start(&third, 0);
	assert_string_equal(first.address.label, "hbv0:0");
	assert_string_equal(second.address.label, "hbv0:1");
	assert_string_equal(label_of("10.9.0.102"), "hbv0:web");
	assert_int_equal(ipaddr_stop(table, &first, error), 0);
	assert_int_equal(address_label_free(table, "hbv0", label), 0);
	assert_string_equal(label, "hbv0:0");
	assert_int_equal(address_label_free(table, "enp175s0f1np01", label), -ENAMETOOLONG);
	assert_string_equal(label, "");
}

static void the_longest_connected_route_decides(void **state)
{
	struct address route;
	(void)state;
	run("ip addr add 10.9.1.1/16 dev hbv1; ip route add 10.9.0.0/28 via 10.9.1.7 dev hbv1; ip route add default via 10.9.0.9");
	assert_int_equal(route_of("10.9.0.100", &route), 0);
	assert_string_equal(route.interface, "hbv0");
	assert_int_equal(route.prefix, 24);
	assert_int_equal(route_of("10.9.7.7", &route), 0);
	assert_string_equal(route.interface, "hbv1");
	assert_int_equal(route.prefix, 16);
	assert_int_equal(route_of("10.9.0.5", &route), 0); /* a longer route through a gateway does not count */
	assert_string_equal(route.interface, "hbv0");
	assert_int_equal(route_of("192.168.7.7", &route), -ENETUNREACH);
}

static void a_foreign_address_needs_an_interface_and_the_error_lists_them(void **state)
{
	struct ipaddr ip = parsed("192.168.7.7/24");
	(void)state;
	start(&ip, -ENETUNREACH);
	assert_non_null(strstr(error, "hbv0 10.9.0.0/24"));
	ip = parsed("192.168.7.7/24/hbv9");
	start(&ip, -ENODEV);
	assert_non_null(strstr(error, "hbv0 10.9.0.0/24"));
	ip = parsed("192.168.7.7/24/hbv0");
	start(&ip, 0);
	assert_int_equal(ipaddr_status(table, &ip), 1);
}

static void an_interface_without_carrier_is_refused(void **state)
{
	struct ipaddr ip = parsed("10.9.0.100");
	(void)state;
	await_carrier(true);
	run("ip link set hbv1 down");
	await_carrier(false);
	start(&ip, -ENETDOWN);
	assert_non_null(strstr(error, "carrier"));
	assert_int_equal(ipaddr_status(table, &ip), 0);
}

static void an_address_on_lo_does_not_count(void **state)
{
	struct ipaddr ip = parsed("10.9.0.100"), lo = parsed("10.9.0.101/24/lo");
	struct address found;
	(void)state;
	run("ip link set lo up; ip addr add 10.9.0.100/32 dev lo");
	assert_int_equal(ipaddr_status(table, &ip), 0);
	start(&ip, 0);
	assert_int_equal(ipaddr_status(table, &ip), 1);
	assert_int_equal(ipaddr_stop(table, &ip, error), 0);
	assert_int_equal(address_find(table, &ip.address.ip, &found), 0);
	assert_string_equal(found.interface, "lo");
	assert_int_equal(ipaddr_announce(table, &ip), -ENOENT);
	run("ip addr del 10.9.0.100/32 dev lo");
	start(&lo, -EINVAL);
}

static void without_descriptors_an_address_is_not_taken_for_released(void **state)
{
	struct ipaddr ip = parsed("10.9.0.100");
	struct rlimit usual, none;
	(void)state;
	start(&ip, 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = usual.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	int stopped = ipaddr_stop(table, &ip, error), status = ipaddr_status(table, &ip);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	assert_int_equal(stopped, -EMFILE);
	assert_non_null(strstr(error, "NOT released"));
	assert_int_equal(status, -EMFILE);
	assert_int_equal(ipaddr_status(table, &ip), 1);
	assert_int_equal(ipaddr_stop(table, &ip, error), 0);
}

static void releasing_the_first_of_a_subnet_keeps_the_others(void **state)
{
	struct ipaddr first = parsed("172.30.0.1/24/hbv0"), second = parsed("172.30.0.2/24/hbv0");
	(void)state;
	run("sysctl -qw net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.hbv0.promote_secondaries=0");
	start(&first, 0);
	start(&second, 0);
	assert_int_equal(ipaddr_stop(table, &first, error), 0);
	assert_int_equal(ipaddr_status(table, &first), 0);
	assert_int_equal(ipaddr_status(table, &second), 1);
}

static void the_others_are_put_back_where_the_setting_cannot_be_changed(void **state)
{
	struct ipaddr first = parsed("172.30.0.1/24/hbv0"), second = parsed("172.30.0.2/24/hbv0:x"),
		      third = parsed("172.30.0.3/24/hbv0");
	struct address found;
	(void)state;
	run("sysctl -qw net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.hbv0.promote_secondaries=0");
	run("mount -t tmpfs none /proc/sys"); /* our own mount namespace: see main */
	start(&first, 0);
	start(&second, 0);
	start(&third, 0);
	int result = ipaddr_stop(table, &first, error);
	run("umount /proc/sys");
	assert_int_equal(result, 0);
	assert_int_equal(ipaddr_status(table, &first), 0);
	assert_int_equal(ipaddr_status(table, &third), 1);
	assert_int_equal(address_find(table, &second.address.ip, &found), 0);
	assert_string_equal(found.label, "hbv0:x");
	assert_int_equal(found.broadcast.s_addr, ip_of("172.30.0.255").v4.s_addr);
}

/* --- announcements ---------------------------------------------------------------------------- */

static int listen_on(const char *interface)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ARP));
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = (int)if_nametoindex(interface)};
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static ssize_t receive(int fd, uint8_t *frame, size_t cap)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	return poll(&wait, 1, 60000) == 1 ? recv(fd, frame, cap, 0) : 0;
}

static void an_announcement_is_one_request_and_one_reply(void **state)
{
	static const uint8_t request[42] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 9, 1, 8, 6,          /* to all, ARP */
		0, 1, 8, 0, 6, 4, 0, 1,                                                /* request */
		2, 0, 0, 0, 9, 1, 10, 9, 0, 100, 0, 0, 0, 0, 0, 0, 10, 9, 0, 100};     /* who has this address? */
	static const uint8_t reply[42] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 9, 1, 8, 6,
		0, 1, 8, 0, 6, 4, 0, 2,                                                /* reply */
		2, 0, 0, 0, 9, 1, 10, 9, 0, 100, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 10, 9, 0, 100};
	struct ipaddr ip = parsed("10.9.0.100");
	uint8_t frame[128];
	(void)state;
	int fd = listen_on("hbv1");
	start(&ip, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(receive(fd, frame, sizeof frame), sizeof request);
		assert_memory_equal(frame, i == 0 ? request : reply, sizeof request);
	}
	/* The hardware address is read again each time: a bond may have changed it. */
	run("ip link set hbv0 address 02:00:00:00:09:77");
	while (recv(fd, frame, sizeof frame, MSG_DONTWAIT) > 0) /* what the kernel itself may announce */
		continue;
	assert_int_equal(ipaddr_announce(table, &ip), 0);
	assert_int_equal(receive(fd, frame, sizeof frame), sizeof request);
	assert_int_equal(frame[11], 0x77);
	assert_int_equal(frame[27], 0x77);
	assert_int_equal(ipaddr_stop(table, &ip, error), 0);
	while (receive(fd, frame, sizeof frame) > 0 && frame[21] != 2)
		continue;
	assert_int_equal(ipaddr_announce(table, &ip), -ENOENT); /* the address is gone: no announcement */
	assert_int_equal(recv(fd, frame, sizeof frame, MSG_DONTWAIT), -1);
	assert_int_equal(close(fd), 0);
}

static void many_interfaces_can_announce(void **state)
{
	char command[128];
	(void)state;
	for (int i = 0; i < 20; i++) {
		struct address a = parsed("10.9.0.100").address;
		(void)snprintf(command, sizeof command,
			"ip link add hbw%d type veth peer name hbx%d && ip link set hbw%d up && ip link set hbx%d up",
			i, i, i, i);
		run(command);
		(void)snprintf(a.interface, sizeof a.interface, "hbw%d", i);
		assert_int_equal(address_announce(&a), 0);
		(void)snprintf(command, sizeof command, "ip link del hbw%d", i);
		run(command);
		assert_int_equal(address_announce(&a), -ENODEV);
	}
	struct address silent = {.ip = ip_of("10.9.0.100"), .interface = "lo"};
	assert_int_equal(address_announce(&silent), 0);
}

/* --- hundreds --------------------------------------------------------------------------------- */

static void three_hundred_addresses_come_and_go(void **state)
{
	char argument[64];
	struct mono started = mono_now();
	(void)state;
	for (int i = 0; i < 300; i++) {
		(void)snprintf(argument, sizeof argument, "10.20.%d.%d/16/hbv0", i / 200, i % 200 + 1);
		struct ipaddr ip = parsed(argument);
		start(&ip, 0);
	}
	assert_string_equal(label_of("10.20.1.100"), "hbv0:299");
	print_message("300 addresses: %lld us each\n", (long long)(mono_since(mono_now(), started).ns / 300000));
	for (int i = 0; i < 300; i++) {
		(void)snprintf(argument, sizeof argument, "10.20.%d.%d/16/hbv0", i / 200, i % 200 + 1);
		struct ipaddr ip = parsed(argument);
		assert_int_equal(ipaddr_status(table, &ip), 1);
		assert_int_equal(ipaddr_stop(table, &ip, error), 0);
		assert_int_equal(ipaddr_status(table, &ip), 0);
	}
}

static void an_address_is_taken_although_nothing_is_prepared_for_its_announcement(void **state)
{
	struct ipaddr ip = parsed("10.9.0.100");
	(void)state;
	start(&ip, 0);
	assert_int_equal(ipaddr_status(table, &ip), 1);
	assert_int_equal(ipaddr_announce(table, &ip), -ENOTCONN);
	assert_int_equal(address_announce_prepare(), 0);
	assert_int_equal(ipaddr_announce(table, &ip), 0);
	assert_int_equal(address_announce_prepare(), 0);
	assert_int_equal(ipaddr_stop(table, &ip, error), 0);
}

/* Printed, not judged. */
static void a_take_over_is_measured(void **state)
{
	struct ipaddr ip = parsed("10.9.0.100");
	int64_t cold = 0, least = INT64_MAX, sum = 0;
	(void)state;
	struct mono before = mono_now();
	assert_int_equal(address_announce_prepare(), 0);
	print_message("prepared in %lld us\n", (long long)(mono_since(mono_now(), before).ns / 1000));
	for (int i = 0; i < 101; i++) {
		struct ipaddr fresh = ip;
		struct mono started = mono_now();
		start(&fresh, 0);
		int64_t took = mono_since(mono_now(), started).ns;
		if (i == 0)
			cold = took;
		else
			sum += took;
		least = took < least ? took : least;
		assert_int_equal(ipaddr_stop(table, &fresh, error), 0);
	}
	print_message(
		"start of an address with its first announcement: first %lld us, then %lld us on average, best %lld us\n",
		(long long)(cold / 1000), (long long)(sum / 100000), (long long)(least / 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_forms_of_the_argument_are_understood),
		cmocka_unit_test(wrong_arguments_are_refused_with_what_is_wrong),
		/* first */
		cmocka_unit_test_setup(
			an_address_is_taken_although_nothing_is_prepared_for_its_announcement, fresh_interfaces),
		cmocka_unit_test_setup(a_take_over_is_measured, fresh_interfaces),
		cmocka_unit_test_setup(an_address_is_added_found_and_deleted, fresh_interfaces),
		cmocka_unit_test_setup(adding_twice_is_one_address, fresh_interfaces),
		cmocka_unit_test_setup(delete_takes_exactly_the_one_that_is_named, fresh_interfaces),
		cmocka_unit_test_setup(an_interface_that_is_gone_has_no_addresses, fresh_interfaces),
		cmocka_unit_test_setup(labels_are_the_first_free_number, fresh_interfaces),
		cmocka_unit_test_setup(the_longest_connected_route_decides, fresh_interfaces),
		cmocka_unit_test_setup(
			a_foreign_address_needs_an_interface_and_the_error_lists_them, fresh_interfaces),
		cmocka_unit_test_setup(an_interface_without_carrier_is_refused, fresh_interfaces),
		cmocka_unit_test_setup(an_address_on_lo_does_not_count, fresh_interfaces),
		cmocka_unit_test_setup(without_descriptors_an_address_is_not_taken_for_released, fresh_interfaces),
		cmocka_unit_test_setup(releasing_the_first_of_a_subnet_keeps_the_others, fresh_interfaces),
		cmocka_unit_test_setup(the_others_are_put_back_where_the_setting_cannot_be_changed, fresh_interfaces),
		cmocka_unit_test_setup(an_announcement_is_one_request_and_one_reply, fresh_interfaces),
		cmocka_unit_test_setup(many_interfaces_can_announce, fresh_interfaces),
		cmocka_unit_test_setup(three_hundred_addresses_come_and_go, fresh_interfaces),
	};
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		fprintf(stderr, "ipaddr_test: no network and mount namespace of its own: %s; run it as root\n",
			strerror(errno));
		return 1;
	}
	table = address_table_new();
	if (table == NULL) {
		perror("ipaddr_test: netlink");
		return 1;
	}
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	address_table_free(table);
	return failed;
}
