// SPDX-License-Identifier: MIT
/* The watch over service addresses, with a real kernel: addresses that are removed, interfaces that go and come,
 * carriers, and what is reported of a group. */
#include "tests/unit/heartbeat/exec_group_lab.h"

#include <arpa/inet.h>
#include <glib-unix.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "heartbeat/exec/exec.h"
#include "lib/interfaces.h"
#include "lib/mono.h"

enum { LIMIT_MS = 60000 }; /* a busy machine may need so long */

static guint source;

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static gboolean on_interfaces(gint fd, GIOCondition condition, gpointer data)
{
	(void)fd, (void)condition, (void)data;
	(void)interfaces_read(watched);
	exec_interfaces_changed(e);
	return G_SOURCE_CONTINUE;
}

/* hbv0 with an address of its own, and the other end of its cable; exec watches. */
static int begin(void **state)
{
	(void)!system("ip link del hbv1 2>/dev/null"); /* of the test before */
	run("ip link add hbv0 type veth peer name hbv1 && ip link set hbv1 up && ip link set hbv0 up && "
	    "ip addr add 10.9.0.1/24 dev hbv0");
	watched = interfaces_new();
	return watched == NULL ? 1 : set_up(state);
}

static int finish(void **state)
{
	if (source != 0)
		(void)g_source_remove(source);
	source = 0;
	int result = tear_down(state);
	interfaces_free(watched);
	watched = NULL;
	return result;
}

#define WATCHED(name) cmocka_unit_test_setup_teardown(name, begin, finish)

static void watch(const char *file)
{
	make_exec(file, 60000, 2);
	source = g_unix_fd_add_full(G_PRIORITY_HIGH, interfaces_fd(watched), G_IO_IN, on_interfaces, NULL, NULL);
}

static void start(const char *file)
{
	watch(file);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
}

static bool shows(const char *pattern)
{
	char command[256];
	(void)snprintf(command, sizeof command, "ip -o addr show | grep -Eq '%s'", pattern);
	return system(command) == 0;
}

/* Run the loop until the addresses of this machine show the pattern. */
static void await(const char *pattern)
{
	for (int ms = 0; ms < LIMIT_MS && !shows(pattern); ms += 10)
		run_for(10);
	if (!shows(pattern)) {
		(void)!system("ip -o addr show"); /* for the reader of the failure */
		fail_msg("not there: %s; %s", pattern, text_of("log"));
	}
}

static void await_readiness(const char *wanted)
{
	for (int ms = 0; ms < LIMIT_MS && strcmp(readiness, wanted) != 0; ms += 10)
		run_for(10);
	assert_string_equal(readiness, wanted);
}

static void await_logged(const char *text)
{
	log_flush();
	for (int ms = 0; ms < LIMIT_MS && strstr(text_of("log"), text) == NULL; ms += 10) {
		run_for(10);
		log_flush();
	}
	assert_logged(text);
}

/* --- addresses that are removed --------------------------------------------------------------- */

static void a_removed_address_is_added_again_as_it_was(void **state)
{
	(void)state;
	start("cfa IPaddr::10.9.0.100/24/hbv0 IPaddr::172.31.0.1/16/hbv0:web\n");
	await("hbv0:0");
	run("ip addr del 10.9.0.100/24 dev hbv0");
	await("inet 10.9.0.100/24 brd 10.9.0.255 scope global secondary hbv0:0");
	run("ip addr del 172.31.0.1/16 dev hbv0");
	await("inet 172.31.0.1/16 brd 172.31.255.255 scope global hbv0:web");
	await_logged("WARN: address 10.9.0.100 of group IPaddr::10.9.0.100/24/hbv0 was removed from hbv0, not by heartbeat: "
		     "it is added again and announced (removal 1)");
	assert_logged("address 172.31.0.1");
	run("ip addr del 10.9.0.100/24 dev hbv0");
	await_logged("(removal 2)");
	assert_string_equal(readiness, "");
}

static void an_address_that_goes_with_the_first_one_of_its_subnet_comes_back(void **state)
{
	(void)state;
	run("echo 0 >/proc/sys/net/ipv4/conf/hbv0/promote_secondaries; echo 0 >/proc/sys/net/ipv4/conf/all/promote_secondaries");
	start("cfa 10.9.0.100 svc::a\n");
	run("ip addr del 10.9.0.1/24 dev hbv0"); /* and the route by which the interface was found */
	await("inet 10.9.0.100/24");
	assert_true(is_flagged("a.up"));
}

static void a_put_back_address_does_not_become_the_source_of_what_the_machine_sends(void **state)
{
	(void)state;
	run("echo 0 >/proc/sys/net/ipv4/conf/hbv0/promote_secondaries");
	start("cfa IPaddr::10.9.0.100/24/hbv0 IPaddr::10.9.0.101/24/hbv0\n");
	run("ip addr del 10.9.0.1/24 dev hbv0");
	await("inet 10.9.0.100/24 .* scope global hbv0:"); /* the first of its subnet now */
	await("inet 10.9.0.101/24");
	run("ip addr add 10.9.0.1/24 brd + dev hbv0");
	await("inet 10.9.0.1/24 brd 10.9.0.255 scope global hbv0");
	await("inet 10.9.0.100/24 .* secondary");
	await("inet 10.9.0.101/24 .* secondary");
	run("ip route get 10.9.0.7 | grep -q 'src 10.9.0.1 '");
	await_logged("notice: address 10.9.0.100 was the primary address of its subnet on hbv0");
	run_for(200);
	assert_int_equal(count_logged("removal 2"), 0); /* our own removals do not count */
	assert_string_equal(readiness, "");
}

static void a_put_back_address_is_announced(void **state)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_ifindex = (int)if_nametoindex("hbv1")};
	uint8_t frame[64];
	(void)state;
	start("cfa 10.9.0.100\n");
	run_for(1500); /* the announcements of the start, but that after 5 s */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ARP));
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	run("ip addr del 10.9.0.100/24 dev hbv0");
	await_logged("(removal 1)");
	assert_true(recv(fd, frame, sizeof frame, MSG_DONTWAIT) > 0);
	assert_int_equal(close(fd), 0);
}

static void an_address_that_is_stopped_or_was_never_started_is_not_put_back(void **state)
{
	(void)state;
	start("cfa 10.9.0.100\ncfb 10.9.0.101\n");
	exec_group_stop(e, 0);
	await_ends(2);
	run_for(100);
	assert_false(shows("10.9.0.10[01]"));
	run("ip addr add 10.9.0.100/24 dev hbv0 && ip addr del 10.9.0.100/24 dev hbv0");
	run_for(100);
	assert_false(shows("10.9.0.10[01]"));
	assert_int_equal(count_logged("removal"), 0);
}

static void nothing_is_put_back_from_the_moment_the_stop_of_the_group_begins(void **state)
{
	(void)state;
	start("cfa 10.9.0.100 svc::a\n");
	put("a.slow_stop", "", 0644);
	exec_group_stop(e, 0);
	run("ip addr del 10.9.0.100/24 dev hbv0"); /* while the stop script of its right neighbour runs */
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, true, false);
	assert_int_equal(count_logged("removal"), 0);
	assert_false(shows("10.9.0.100"));
}

static void an_address_that_cannot_be_stopped_is_not_put_back(void **state)
{
	(void)state;
	start("cfa 10.9.0.100 svc::a\n");
	put("a.fail_stop", "", 0644);
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, false, true);
	run("ip addr del 10.9.0.100/24 dev hbv0"); /* by the operator who repairs it */
	run_for(100);
	assert_false(shows("10.9.0.100"));
}

static void an_address_that_is_removed_again_and_again_makes_its_group_not_ready(void **state)
{
	(void)state;
	start("cfa 10.9.0.100\n");
	for (int i = 1; i <= 6; i++) {
		char text[32];
		assert_string_equal(readiness, "");
		await("inet 10.9.0.100/24");
		run("ip addr del 10.9.0.100/24 dev hbv0");
		(void)snprintf(text, sizeof text, "(removal %d)", i);
		await_logged(text);
	}
	await_readiness("0 not: 10.9.0.100 was removed more than 5 times within a minute; ");
	run("ip addr del 10.9.0.100/24 dev hbv0"); /* it is put back all the same: perhaps nobody else can have it */
	await("inet 10.9.0.100/24");
	struct mono before = mono_now();
	run("ip addr del 10.9.0.100/24 dev hbv0");
	await_logged("(removal 8)");
	assert_true(mono_since(mono_now(), before).ns > span_ms(300).ns); /* at most once a second */
	exec_group_stop(e, 0);
	await_ends(2);
	run_for(1500);
	await_readiness("0 not: 10.9.0.100 was removed more than 5 times within a minute; "); /* for five minutes */
}

static void an_adopted_address_is_watched(void **state)
{
	(void)state;
	watch("cfa 10.9.0.100\ncfb 10.9.0.101\n");
	run("ip addr add 10.9.0.100/24 dev hbv0");
	exec_group_adopt(e, 0);
	exec_group_adopt(e, 1); /* it went away before we came */
	await("inet 10.9.0.101/24");
	run("ip addr del 10.9.0.100/24 dev hbv0");
	await("inet 10.9.0.100/24");
	assert_int_equal(count_logged("not by heartbeat"), 2);
}

static void an_ipv6_address_that_goes_with_its_interface_comes_back(void **state)
{
	(void)state;
	start("cfa IPv6addr::fd00:9:0:0:0:0:0:100/64/hbv0\n");
	run("ip link set hbv0 down && ip link set hbv0 up");
	await("inet6 fd00:9::100/64");
	run("ip addr del fd00:9::100/64 dev hbv0");
	await("inet6 fd00:9::100/64");
}

static void what_is_put_back_is_removed_by_the_stop_also_when_it_was_here_before_the_start(void **state)
{
	(void)state;
	watch("cfa 10.9.0.100\n");
	run("ip addr add 10.9.0.100/24 dev hbv0");
	exec_group_start(e, 0);
	await_ends(1);
	assert_logged("is used as it is");
	run("ip addr del 10.9.0.100/24 dev hbv0");
	await_logged("(removal 1)");
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, true, false);
	assert_false(shows("10.9.0.100"));
}

/* --- interfaces ------------------------------------------------------------------------------- */

static void a_lost_carrier_is_reported_and_again_when_it_returns(void **state)
{
	(void)state;
	start("cfa 10.9.0.100\ncfb 10.9.0.101 svc::b\n");
	struct mono before = mono_now();
	run("ip link set hbv1 down");
	await_readiness("1 not: hbv0 has no carrier; 0 not: hbv0 has no carrier; "); /* what is held, later */
	assert_true(mono_since(mono_now(), before).ns >= span_ms(40).ns);
	assert_true(shows("10.9.0.100"));
	run("ip link set hbv1 up");
	await_readiness("1 not: hbv0 has no carrier; 0 not: hbv0 has no carrier; 0 ready; 1 ready; ");
	assert_int_equal(count_logged("removal"), 0);
}

static void a_restart_of_the_network_is_not_reported_of_a_group_that_runs(void **state)
{
	(void)state;
	start("cfa 10.9.0.100\n");
	for (int i = 0; i < 3; i++) {
		run("ip link set hbv0 down");
		run_for(100);
		run("ip link set hbv0 up");
		run_for(50);
	}
	run_for(2500);
	assert_string_equal(readiness, "");
	assert_true(shows("10.9.0.100"));
}

static void an_interface_that_flaps_is_ready_once_in_ten_seconds(void **state)
{
	(void)state;
	watch("cfa IPaddr::10.9.0.100/24/hbv0\n");
	run_for(50);
	run("ip link set hbv1 down");
	await_readiness("0 not: hbv0 has no carrier; ");
	run("ip link set hbv1 up");
	await_readiness("0 not: hbv0 has no carrier; 0 ready; ");
	struct mono first = mono_now();
	run("ip link set hbv1 down");
	await_readiness("0 not: hbv0 has no carrier; 0 ready; 0 not: hbv0 has no carrier; ");
	run("ip link set hbv1 up");
	await_readiness("0 not: hbv0 has no carrier; 0 ready; 0 not: hbv0 has no carrier; 0 ready; ");
	assert_true(mono_since(mono_now(), first).ns >= span_ms(9000).ns);
}

static void a_start_that_fails_without_carrier_is_reported_before_it_ends_and_then_ready_at_once(void **state)
{
	(void)state;
	watch("cfa IPaddr::10.9.0.100/24/hbv0 svc::a\n");
	run_for(50);
	run("ip link set hbv1 down");
	while (shows("hbv0.*LOWER_UP") || system("ip link show hbv0 | grep -q NO-CARRIER") != 0)
		g_usleep(1000); /* the loop does not run: nothing is known here */
	exec_group_start(e, 0);
	while (end_count == 0) {
		if (readiness[0] == '\0')
			assert_int_equal(end_count, 0);
		(void)g_main_context_iteration(NULL, TRUE);
	}
	assert_end(0, 0, EXEC_START, false, false);
	assert_string_equal(readiness, "0 not: hbv0 has no carrier; ");
	run("ip link set hbv1 up");
	await_readiness("0 not: hbv0 has no carrier; 0 ready; ");
}

static void an_address_without_a_network_is_reported_and_again_when_there_is_one(void **state)
{
	(void)state;
	watch("cfa 192.168.77.7\n");
	await_readiness("0 not: no interface has a network with 192.168.77.7; ");
	run("ip addr add 192.168.77.1/24 dev hbv0");
	await_readiness("0 not: no interface has a network with 192.168.77.7; 0 ready; ");
}

static void an_interface_that_is_made_again_gets_its_address_again(void **state)
{
	(void)state;
	start("cfa IPaddr::10.9.0.100/24/hbv0\n");
	await("hbv0:0");
	run("ip link del hbv1");
	await_readiness("0 not: there is no interface hbv0; ");
	assert_logged("cannot be added again: interface hbv0 does not exist");
	run("ip link add hbv0 type veth peer name hbv1 && ip link set hbv1 up && ip link set hbv0 up");
	await("inet 10.9.0.100/24");
	await_readiness("0 not: there is no interface hbv0; 0 ready; ");
	assert_logged("it is added again and announced (removal 1)");
}

static void a_renamed_interface_keeps_its_address(void **state)
{
	(void)state;
	start("cfa IPaddr::10.9.0.100/24/hbv0\n");
	run("ip link set hbv0 down && ip link set hbv0 name hbv7 && ip link set hbv7 up");
	run_for(100);
	assert_true(shows("hbv7 .*inet 10.9.0.100/24"));
	run("ip addr del 10.9.0.100/24 dev hbv7");
	await("hbv7 .*inet 10.9.0.100/24");
}

/* --- addresses that nobody here has ----------------------------------------------------------- */

static void an_address_that_appears_although_its_group_is_not_here_is_reported_once(void **state)
{
	(void)state;
	watch("cfa 10.9.0.100\n");
	run_for(50);
	run("ip addr add 10.9.0.100/24 dev hbv0");
	await_logged("CRIT: address 10.9.0.100 of group 10.9.0.100 has appeared on hbv0, and heartbeat did not put it there");
	run("ip link set hbv0 mtu 1400");
	run_for(100);
	assert_int_equal(count_logged("has appeared"), 1);
	assert_true(shows("10.9.0.100")); /* an operator may have a reason */
}

static void the_own_starts_and_stops_are_no_appearance(void **state)
{
	(void)state;
	start("cfa 10.9.0.100 svc::a\n");
	for (unsigned i = 0; i < 3; i++) {
		exec_group_stop(e, 0);
		await_ends(2 + 2 * i);
		run_for(20);
		exec_group_start(e, 0);
		await_ends(3 + 2 * i);
		run_for(20);
	}
	assert_int_equal(count_logged("has appeared"), 0);
	assert_int_equal(count_logged("removal"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCHED(a_removed_address_is_added_again_as_it_was),
		WATCHED(an_address_that_goes_with_the_first_one_of_its_subnet_comes_back),
		WATCHED(a_put_back_address_does_not_become_the_source_of_what_the_machine_sends),
		WATCHED(a_put_back_address_is_announced),
		WATCHED(an_address_that_is_stopped_or_was_never_started_is_not_put_back),
		WATCHED(nothing_is_put_back_from_the_moment_the_stop_of_the_group_begins),
		WATCHED(an_address_that_cannot_be_stopped_is_not_put_back),
		WATCHED(an_address_that_is_removed_again_and_again_makes_its_group_not_ready),
		WATCHED(an_adopted_address_is_watched),
		WATCHED(an_ipv6_address_that_goes_with_its_interface_comes_back),
		WATCHED(what_is_put_back_is_removed_by_the_stop_also_when_it_was_here_before_the_start),
		WATCHED(a_lost_carrier_is_reported_and_again_when_it_returns),
		WATCHED(a_restart_of_the_network_is_not_reported_of_a_group_that_runs),
		WATCHED(an_interface_that_flaps_is_ready_once_in_ten_seconds),
		WATCHED(a_start_that_fails_without_carrier_is_reported_before_it_ends_and_then_ready_at_once),
		WATCHED(an_address_without_a_network_is_reported_and_again_when_there_is_one),
		WATCHED(an_interface_that_is_made_again_gets_its_address_again),
		WATCHED(a_renamed_interface_keeps_its_address),
		WATCHED(an_address_that_appears_although_its_group_is_not_here_is_reported_once),
		WATCHED(the_own_starts_and_stops_are_no_appearance),
	};
	if (!open_lab())
		return 1;
	int failed = 1;
	if (system("ip link set lo up") == 0)
		failed = cmocka_run_group_tests_name("address_keeper", tests, NULL, NULL);
	return !close_lab() || failed != 0;
}
