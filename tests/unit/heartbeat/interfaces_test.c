// SPDX-License-Identifier: MIT
/* Interfaces and their addresses, as the kernel reports them: a network namespace of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/interfaces.h"

static struct interfaces *table;

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

/* A pair of interfaces w0 and w1, and a table that knows them. */
static int fresh(void **state)
{
	(void)state;
	(void)!system("ip link del w1 2>/dev/null"); /* the first test has left none */
	run("ip link add w0 type veth peer name w1 && ip link set w0 up && ip link set w1 up");
	table = interfaces_new();
	return table ? 0 : -1;
}

static int done(void **state)
{
	(void)state;
	interfaces_free(table);
	return 0;
}

static const char *own(const char *name)
{
	static char text[2 * INET_ADDRSTRLEN + 8];
	char ip[INET_ADDRSTRLEN], broadcast[INET_ADDRSTRLEN];
	struct interface_address a;

	int rc = interfaces_own_address(table, name, &a);
	if (rc == -ENODEV)
		return "no interface";
	if (rc == -EADDRNOTAVAIL)
		return "no address";
	assert_int_equal(rc, 0);
	(void)inet_ntop(AF_INET, &a.ip, ip, sizeof ip);
	(void)inet_ntop(AF_INET, &a.broadcast, broadcast, sizeof broadcast);
	(void)snprintf(text, sizeof text, "%s/%u %s", ip, a.prefix, broadcast);
	return text;
}

static bool holds(const char *ip)
{
	uint8_t address[16];
	int family = strchr(ip, ':') ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(family, ip, address), 1);
	return interfaces_holds(table, family, address, NULL);
}

/* When a command has ended, its notices have arrived; that of an IPv6 address comes a moment later. */
static void change(const char *command)
{
	struct pollfd p = {.fd = interfaces_fd(table), .events = POLLIN};

	run(command);
	assert_int_equal(poll(&p, 1, 10000), 1);
	assert_true(interfaces_read(table) > 0);
}

/* The kernel reports the state of the cable some time after the command. */
static void wait_for_carrier(const char *name, bool wanted)
{
	struct interface link = {0};
	struct pollfd p = {.fd = interfaces_fd(table), .events = POLLIN};

	while (!interfaces_find(table, name, &link) || link.carrier != wanted) {
		if (poll(&p, 1, 10000) != 1)
			fail_msg("%s: the cable is not reported as %s", name, wanted ? "working" : "cut");
		assert_true(interfaces_read(table) >= 0);
	}
}

static void what_is_there_at_the_start_is_known(void **state)
{
	struct interface link;
	(void)state;
	assert_true(interfaces_find(table, "lo", &link));
	assert_int_equal(link.index, if_nametoindex("lo"));
	assert_true(interfaces_find(table, "w0", &link));
	assert_int_equal(link.index, if_nametoindex("w0"));
	assert_true(link.up);
	assert_false(interfaces_find(table, "w", &link));
	assert_false(interfaces_find(table, "", &link));
	size_t count = 0;
	while (interfaces_at(table, count, &link))
		count++;
	assert_int_equal(count, 3);
	assert_string_equal(own("w0"), "no address");
	assert_string_equal(own("w9"), "no interface");
}

static void an_address_on_lo_does_not_hide_the_same_one_on_another_interface(void **state)
{
	struct interface_address where;
	struct interface link;
	struct in_addr ip;
	(void)state;
	assert_int_equal(inet_pton(AF_INET, "10.6.0.9", &ip), 1);
	change("ip addr add 10.6.0.9/32 dev lo");
	assert_true(interfaces_holds(table, AF_INET, &ip, &where));
	assert_true(interfaces_find_index(table, where.ifindex, &link));
	assert_string_equal(link.name, "lo");
	change("ip addr add 10.6.0.9/24 dev w0");
	assert_true(interfaces_holds(table, AF_INET, &ip, &where));
	assert_true(interfaces_find_index(table, where.ifindex, &link));
	assert_string_equal(link.name, "w0");
	change("ip addr del 10.6.0.9/32 dev lo; ip addr del 10.6.0.9/24 dev w0");
	assert_false(interfaces_find_index(table, 4242, &link));
}

static void coming_and_going_addresses_are_noticed(void **state)
{
	struct pollfd p = {.fd = interfaces_fd(table), .events = POLLIN};
	uint64_t before = interfaces_changes(table);
	struct interface_address where;
	struct in_addr ip;
	(void)state;
	(void)interfaces_read(table); /* what the kernel still had to report about the new interfaces */
	run("ip address add 10.9.0.100/24 dev w0");
	assert_int_equal(poll(&p, 1, 0), 1);
	assert_true(interfaces_read(table) > 0);
	assert_int_equal(poll(&p, 1, 0), 0);
	assert_true(interfaces_changes(table) > before);
	assert_true(holds("10.9.0.100"));
	assert_int_equal(inet_pton(AF_INET, "10.9.0.100", &ip), 1);
	assert_true(interfaces_holds(table, AF_INET, &ip, &where));
	assert_int_equal(where.ifindex, if_nametoindex("w0"));
	change("ip address del 10.9.0.100/24 dev w0");
	assert_false(holds("10.9.0.100"));
	change("ip address add 2001:db8::7/64 dev w0 nodad");
	assert_true(holds("2001:db8::7"));
	change("ip address del 2001:db8::7/64 dev w0");
	assert_false(holds("2001:db8::7"));
}

/* The order of the kernel counts: SIOCGIFADDR returns the first address that has the label of the interface. */
static void the_own_address_is_the_one_the_kernel_takes(void **state)
{
	(void)state;
	change("ip address add 10.9.0.1/24 brd + dev w0");
	assert_string_equal(own("w0"), "10.9.0.1/24 10.9.0.255");
	change("ip address add 10.9.0.2/24 brd + dev w0"); /* second of its subnet */
	change("ip address add 10.8.0.1/16 dev w0");       /* a subnet of its own, without broadcast address */
	change("ip address add 10.7.0.1/24 label w0:0 dev w0");
	assert_string_equal(own("w0"), "10.9.0.1/24 10.9.0.255");
	change("ip address add 169.254.3.3/16 scope link dev w0"); /* the kernel puts it in front */
	assert_string_equal(own("w0"), "169.254.3.3/16 0.0.0.0");
	change("ip address del 169.254.3.3/16 dev w0");
	run("sysctl -qw net.ipv4.conf.w0.promote_secondaries=1");
	change("ip address del 10.9.0.1/24 dev w0"); /* 10.9.0.2 is promoted, behind 10.8.0.1 */
	assert_true(holds("10.9.0.2"));
	assert_string_equal(own("w0"), "10.8.0.1/16 0.0.0.0");
	change("ip address del 10.8.0.1/16 dev w0");
	assert_string_equal(own("w0"), "10.9.0.2/24 10.9.0.255");
	run("sysctl -qw net.ipv4.conf.w0.promote_secondaries=0");
	change("ip address add 10.9.0.3/24 dev w0");
	change("ip address del 10.9.0.2/24 dev w0"); /* the kernel deletes the second one with it */
	assert_false(holds("10.9.0.3"));
	assert_string_equal(own("w0"), "no address"); /* a service address is none */
}

static void a_broadcast_address_may_change(void **state)
{
	(void)state;
	struct ifreq request = {.ifr_name = "w0"};
	const struct sockaddr_in other = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr("10.9.0.127")};
	change("ip address add 10.9.0.1/24 brd 10.9.0.255 dev w0");
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	memcpy(&request.ifr_broadaddr, &other, sizeof other);
	assert_int_equal(ioctl(fd, SIOCSIFBRDADDR, &request), 0); /* as ifconfig does */
	assert_int_equal(close(fd), 0);
	assert_true(interfaces_read(table) > 0);
	assert_string_equal(own("w0"), "10.9.0.1/24 10.9.0.127");
}

static void links_go_down_lose_their_cable_and_change_names(void **state)
{
	struct interface link;
	(void)state;
	change("ip address add 10.9.0.1/24 brd + dev w0");
	wait_for_carrier("w0", true);
	run("ip link set w1 down");
	wait_for_carrier("w0", false);
	assert_true(interfaces_find(table, "w0", &link) && link.up);
	run("ip link set w1 up");
	wait_for_carrier("w0", true);
	change("ip link set w0 down");
	assert_true(interfaces_find(table, "w0", &link) && !link.up && !link.carrier);
	unsigned index = link.index;
	change("ip link set w0 name w2");
	assert_false(interfaces_find(table, "w0", &link));
	assert_true(interfaces_find(table, "w2", &link));
	assert_int_equal(link.index, index);
	assert_string_equal(own("w2"), "10.9.0.1/24 10.9.0.255"); /* its label changes as well */
	change("ip link set w2 up");
	change("ip link property add dev w2 altname cable-a");
	assert_true(interfaces_find(table, "cable-a", &link));
	assert_int_equal(link.index, index);
	assert_string_equal(link.name, "w2");
	change("ip link del w2");
	assert_false(interfaces_find(table, "w2", &link));
	assert_false(interfaces_find(table, "cable-a", &link));
	assert_false(holds("10.9.0.1"));
}

static void an_interface_that_leaves_its_bridge_is_still_there(void **state)
{
	struct interface link;
	(void)state;
	change("ip link add wb type bridge && ip link set w0 master wb");
	assert_true(interfaces_find(table, "wb", &link));
	run("ip link set w0 nomaster");
	assert_true(interfaces_read(table) >= 0);
	assert_true(interfaces_find(table, "w0", &link));
	change("ip link del wb");
	assert_false(interfaces_find(table, "wb", &link));
}

static void lost_notices_are_made_good(void **state)
{
	const int small = 1;
	(void)state;
	run("ip address add 10.9.0.1/24 brd + dev w0");
	assert_int_equal(setsockopt(interfaces_fd(table), SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
	run("for i in $(seq 1 40); do echo address add 10.6.0.$i/32 dev w0; done | ip -batch -");
	run("for i in $(seq 1 39); do echo address del 10.6.0.$i/32 dev w0; done | ip -batch -"); /* some are lost */
	const int usual = 212992;
	assert_int_equal(setsockopt(interfaces_fd(table), SOL_SOCKET, SO_RCVBUF, &usual, sizeof usual), 0);
	assert_true(interfaces_read(table) > 0);
	for (int i = 1; i <= 40; i++) {
		char ip[INET_ADDRSTRLEN], command[80];
		(void)snprintf(ip, sizeof ip, "10.6.0.%d", i);
		(void)snprintf(command, sizeof command, "test -n \"$(ip -4 -o address show to %s)\"", ip);
		assert_int_equal(holds(ip), system(command) == 0);
	}
	assert_string_equal(own("w0"), "10.9.0.1/24 10.9.0.255");
}

static void what_other_processes_send_is_ignored(void **state)
{
	struct {
		struct nlmsghdr header;
		uint8_t body[16];
	} forged = {.header = {.nlmsg_len = sizeof forged, .nlmsg_type = 17 /* RTM_DELLINK */}};
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	socklen_t len = sizeof to;
	struct interface link;
	(void)state;
	(void)interfaces_read(table); /* the kernel's own */
	assert_int_equal(getsockname(interfaces_fd(table), (struct sockaddr *)&to, &len), 0);
	to.nl_groups = 0;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	assert_true(fd >= 0);
	/* the kernel accepts it from root only */
	if (sendto(fd, &forged, sizeof forged, 0, (struct sockaddr *)&to, sizeof to) > 0)
		assert_int_equal(interfaces_read(table), 0);
	assert_true(interfaces_find(table, "lo", &link));
	assert_int_equal(close(fd), 0);
}

static void hundreds_of_addresses_are_known(void **state)
{
	(void)state;
	change("for i in $(seq 1 300); do echo address add 10.$((i / 200 + 20)).$((i % 200)).1/24 dev w0; done |"
	       "ip -batch -");
	assert_true(interfaces_read(table) >= 0); /* more than one turn of the loop reads */
	assert_true(holds("10.20.1.1") && holds("10.21.100.1"));
	struct interfaces *other = interfaces_new();
	assert_non_null(other);
	interfaces_free(table);
	table = other;
	assert_true(holds("10.20.1.1") && holds("10.21.100.1"));
	assert_string_equal(own("w0"), "10.20.1.1/24 0.0.0.0");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)
	static const struct CMUnitTest tests[] = {
		TEST(what_is_there_at_the_start_is_known),
		TEST(an_address_on_lo_does_not_hide_the_same_one_on_another_interface),
		TEST(coming_and_going_addresses_are_noticed),
		TEST(the_own_address_is_the_one_the_kernel_takes),
		TEST(a_broadcast_address_may_change),
		TEST(links_go_down_lose_their_cable_and_change_names),
		TEST(an_interface_that_leaves_its_bridge_is_still_there),
		TEST(lost_notices_are_made_good),
		TEST(what_other_processes_send_is_ignored),
		TEST(hundreds_of_addresses_are_known),
	};

	if (unshare(CLONE_NEWNET) < 0) {
		fprintf(stderr, "interfaces_test: no network namespace of its own: %s; run it as root\n",
			strerror(errno));
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
