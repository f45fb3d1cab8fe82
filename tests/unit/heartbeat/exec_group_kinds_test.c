// SPDX-License-Identifier: MIT
/* Kinds of what exec runs: scripts that are not there or must not be run, addresses in a network namespace of our own,
 * and hooks. */
#include <arpa/inet.h>
#include <glib.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/exec/exec.h"
#include "lib/log.h"
#include "lib/mono.h"
#include "tests/unit/heartbeat/exec_group_lab.h"

static void assert_not_logged(const char *text)
{
	log_flush();
	assert_null(strstr(text_of("log"), text));
}

/* What the check of the scripts finds, one line each. */
static const char *checked(void)
{
	static char text[4096];
	struct diags d;
	text[0] = '\0';
	diags_init(&d, "haresources");
	exec_check_scripts(directories, native, resources, &d);
	for (size_t i = 0; i < d.count; i++) {
		size_t used = strlen(text);
		diag_format(&d, i, text + used, sizeof text - used - 1);
		strcat(text, "\n");
	}
	diags_free(&d);
	return text;
}

/* --- scripts that are not there or must not be run -------------------------------------------- */

static void a_missing_script_fails_the_start_and_not_the_stop(void **state)
{
	(void)state;
	make_exec("cfa svc::a nosuch::x\n", 60000, 1);
	assert_non_null(strstr(checked(), "haresources:1:12: error: Cannot locate resource script nosuch"));
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, false, false);
	assert_non_null(strstr(ends[0].why, "Cannot locate resource script nosuch"));
	assert_string_equal(text_of("calls"), "a status a start a stop");
}

static void a_script_that_vanishes_while_it_runs_is_not_taken_as_stopped(void **state)
{
	(void)state;
	put("brief", script, 0755);
	make_exec("cfa brief::a\n", 60000, 1);
	exec_group_start(e, 0);
	await_ends(1);
	unflag("brief");
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, false, true);
}

/* Every reason why the script of a resource cannot be executed. */
static const struct unusable {
	const char *name, *text, *reason;
	mode_t mode;
	uid_t owner;
} unusable[] = {
	{"missing", NULL, "Cannot locate resource script missing", 0, 0},
	{"no-execute-bit", "#!/bin/sh\n", "is not executable (chmod +x)", 0644, 0},
	{"writable-by-all", "#!/bin/sh\n", "mode 0777 lets every user change it", 0777, 0},
	{"writable-by-group", "#!/bin/sh\n", "mode 0775 lets its group change it", 0775, 0},
	{"of-another-user", "#!/bin/sh\n", "it belongs to uid 1666", 0755, 1666},
	{"no-interpreter", "#!/no/such/sh\n", "its interpreter /no/such/sh: No such file", 0755, 0},
	{"from-windows", "#!/bin/sh\r\nexit 0\r\n", "its lines end with CR LF", 0755, 0},
	{"other-processor", "\177ELF", "cannot be run: Exec format error", 0755, 0}, /* only execve knows that */
};
enum { UNUSABLE = sizeof unusable / sizeof *unusable };

static void put_unusable(const struct unusable *u)
{
	unflag(u->name);
	if (!u->text)
		return;
	/* A NUL behind the text makes it a binary. */
	size_t len = strlen(u->text) + (u->text[0] == '\177');
	assert_true(g_file_set_contents(path_of(u->name), u->text, (gssize)len, NULL));
	assert_int_equal(chmod(path_of(u->name), u->mode), 0);
	assert_int_equal(chown(path_of(u->name), u->owner, 0), 0);
}

/* The group has failed here, so that the other node runs it; it does not count as held. */
static void a_script_that_cannot_be_executed_has_started_nothing(void **state)
{
	for (size_t i = 0; i < UNUSABLE; i++) {
		const struct unusable *u = &unusable[i];
		char file[128];
		(void)tear_down(state);
		assert_int_equal(set_up(state), 0);
		put_unusable(u);
		(void)snprintf(file, sizeof file, "cfa svc::a %s::b svc::c\n", u->name);
		make_exec(file, 60000, 2);
		exec_group_start(e, 0);
		await_ends(1);
		assert_end(0, 0, EXEC_START, false, false);
		if (strstr(ends[0].why, u->reason) == NULL)
			fail_msg("%s: %s", u->name, ends[0].why);
		assert_string_equal(text_of("calls"), "a status a start c stop a stop");
		exec_group_stop(e, 0);
		await_ends(2);
		assert_end(1, 0, EXEC_STOP, true, false);
	}
}

/* The service may still run. */
static void a_script_that_becomes_unusable_while_it_runs_is_no_proof_of_a_stop(void **state)
{
	for (size_t i = 0; i < UNUSABLE; i++) {
		(void)tear_down(state);
		assert_int_equal(set_up(state), 0);
		put(unusable[i].name, script, 0755);
		char file[128];
		(void)snprintf(file, sizeof file, "cfa %s::a\n", unusable[i].name);
		make_exec(file, 60000, 1);
		if (i % 3 == 0) {
			exec_group_start(e, 0);
			await_ends(1);
			assert_end(0, 0, EXEC_START, true, false);
		} else if (i % 3 == 1) {
			exec_group_adopt(e, 0); /* started by an earlier engine */
		} else {
			exec_group_ran(e, 0); /* that one, too, and it has to stop now */
		}
		put_unusable(&unusable[i]);
		exec_group_stop(e, 0);
		await_ends(i % 3 == 0 ? 2 : 1);
		assert_end(end_count - 1, 0, EXEC_STOP, false, true);
	}
}

static void a_script_without_interpreter_line_is_run_by_the_shell(void **state)
{
	(void)state;
	put("bare", &script[sizeof "#!/bin/sh"], 0755);
	make_exec("cfa bare::a\n", 60000, 1);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	assert_string_equal(text_of("calls"), "a status a start");
}

/* --- addresses -------------------------------------------------------------------------------- */

static bool ip_is_here(const char *ip)
{
	char command[128];
	(void)snprintf(command, sizeof command, "ip -o addr show | grep -q 'inet6* %s/'", ip);
	return system(command) == 0;
}

static void an_address_is_in_place_when_start_returns(void **state)
{
	(void)state;
	make_exec("cfa 10.9.0.100 IPaddr2::10.9.0.101/24/hbv0 svc::a\n", 60000, 2);
	exec_group_start(e, 0);
	assert_true(ip_is_here("10.9.0.100"));
	assert_true(ip_is_here("10.9.0.101"));
	assert_int_equal(end_count, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	assert_logged("own-ipaddr 10.9.0.100 start");
	assert_logged("Using calculated netmask for 10.9.0.100: 255.255.255.0");
	exec_group_announce(e, 0);
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, true, false);
	assert_false(ip_is_here("10.9.0.100"));
	assert_false(ip_is_here("10.9.0.101"));
}

static void an_ipv6_address_is_taken_in_process(void **state)
{
	(void)state;
	make_exec("cfa IPv6addr::fd00:9:0:0:0:0:0:100/64/hbv0 10.9.0.100\n", 5000, 2);
	assert_string_equal(checked(), "");
	exec_group_start(e, 0);
	assert_true(ip_is_here("fd00:9::100"));
	assert_true(ip_is_here("10.9.0.100"));
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	assert_logged("Running IPv6addr fd00:9:0:0:0:0:0:100/64/hbv0 start");
	exec_group_announce(e, 0);
	assert_not_logged("could not be announced");
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, true, false);
	assert_false(ip_is_here("fd00:9::100"));
}

static void an_ipv6_address_with_two_colons_in_a_row_is_two_arguments(void **state)
{
	(void)state;
	make_exec("cfa IPv6addr::fd00:9::100/64/hbv0\n", 5000, 2);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, false, false);
	assert_non_null(strstr(ends[0].why, "IPv6addr::fd00:9:0:0:0:0:0:100/64/hbv0"));
}

/* The times at which an announcement of an address arrived at the other end of the cable. */
enum { ANNOUNCEMENTS = 7 };

static int listen_on(const char *interface)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = (int)if_nametoindex(interface)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ARP));
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

/* Count the replies "ip is-at" that have arrived. */
static unsigned announced(int fd, const char *ip)
{
	uint8_t frame[64];
	struct in_addr wanted;
	unsigned count = 0;
	assert_int_equal(inet_pton(AF_INET, ip, &wanted), 1);
	while (recv(fd, frame, sizeof frame, MSG_DONTWAIT) > 0)
		count += frame[21] == 2 && memcmp(&frame[28], &wanted, sizeof wanted) == 0;
	return count;
}

static void an_address_is_announced_again_within_a_second_and_after_five(void **state)
{
	(void)state;
	int fd = listen_on("hbv1");
	struct mono started = mono_now(), last = started, before_last = started;
	unsigned count = 0;
	make_exec("cfa 10.9.0.100\n", 60000, 2);
	exec_group_start(e, 0);
	for (int i = 0; i < 6000 && count < ANNOUNCEMENTS; i++) {
		unsigned fresh = announced(fd, "10.9.0.100");
		if (fresh > 0) {
			before_last = last;
			last = mono_now();
			count += fresh;
		}
		run_for(10);
	}
	assert_int_equal(count, ANNOUNCEMENTS);
	assert_true(mono_since(last, started).ns >= span_ms(5000).ns);
	assert_true(mono_since(last, before_last).ns >= span_ms(2000).ns);
	exec_group_stop(e, 0);
	await_ends(2);
	assert_int_equal(close(fd), 0);
}

/* Printed, not judged: other work on the machine shows in it. */
static void a_take_over_is_measured(void **state)
{
	int64_t first = 0, least = INT64_MAX, sum = 0, report = 0;
	(void)state;
	make_exec("cfa 10.9.0.100\n", 60000, 2);
	for (int i = 0; i < 101; i++) {
		end_count = 0;
		struct mono started = mono_now();
		exec_group_start(e, 0);
		struct mono returned = mono_now();
		await_ends(1);
		report += mono_since(mono_now(), returned).ns;
		int64_t took = mono_since(returned, started).ns;
		first = i == 0 ? took : first;
		sum += took;
		least = took < least ? took : least;
		exec_group_stop(e, 0);
		await_ends(2);
	}
	print_message(
		"exec_group_start of an address, with announcement and log: first %lld us, average %lld us, best %lld us; report after another %lld us\n",
		(long long)(first / 1000), (long long)(sum / 101000), (long long)(least / 1000),
		(long long)(report / 101000));
}

static void the_file_of_an_administrator_is_run_instead(void **state)
{
	(void)state;
	put("IPaddr", script, 0755);
	assert_int_equal(link(native, path_of("IPaddr2")), 0);
	make_exec("cfa 10.9.0.100 IPaddr2::10.9.0.101\n", 60000, 2);
	assert_non_null(strstr(checked(), "notice: "));
	assert_non_null(strstr(checked(), "is not the script of this heartbeat"));
	assert_null(strstr(checked(), "Cannot locate"));
	exec_group_start(e, 0);
	await_ends(1);
	assert_string_equal(text_of("calls"), "10.9.0.100 status 10.9.0.100 start");
	assert_false(ip_is_here("10.9.0.100"));
	assert_true(ip_is_here("10.9.0.101")); /* the same inode as our own */
	exec_group_stop(e, 0);
	await_ends(2);
	assert_false(ip_is_here("10.9.0.101"));
}

static void an_address_that_fits_nowhere_fails_the_group_with_the_reason(void **state)
{
	(void)state;
	make_exec("cfa 192.168.7.7 svc::a\n", 60000, 1);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, false, false);
	assert_non_null(strstr(ends[0].why, "hbv0 10.9.0.0/24"));
	assert_logged("CRIT: Giving up resources due to failure of 192.168.7.7");
}

/* --- addresses that were here before ----------------------------------------------------------- */

static void an_address_that_was_here_before_the_start_is_not_removed_by_the_stop(void **state)
{
	(void)state;
	make_exec("cfa 10.9.0.100 svc::a\n", 60000, 10);
	assert_int_equal(system("ip addr add 10.9.0.100/24 dev hbv0"), 0);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	assert_logged("WARN: address 10.9.0.100 was on this machine before 10.9.0.100 started, and is used as it is");
	exec_group_stop(e, 0);
	await_ends(2); /* without ten tries */
	assert_end(1, 0, EXEC_STOP, false, true);
	assert_string_equal(ends[1].why, "10.9.0.100 stays on hbv0: it was there before the group started");
	assert_logged("CRIT: address 10.9.0.100 is not removed from hbv0: it was there before 10.9.0.100 started");
	assert_logged("ip addr del 10.9.0.100/24 dev hbv0");
	assert_true(ip_is_here("10.9.0.100"));
	assert_int_equal(system("ip addr del 10.9.0.100/24 dev hbv0"), 0);
	exec_group_stop(e, 0);
	await_ends(3);
	assert_end(2, 0, EXEC_STOP, true, false);
	exec_group_start(e, 0);
	exec_group_start(e, 0); /* of what is held already: it is ours now */
	await_ends(4);
	exec_group_stop(e, 0);
	await_ends(5);
	assert_end(4, 0, EXEC_STOP, true, false);
	assert_false(ip_is_here("10.9.0.100"));
}

static void an_exec_that_adopts_knows_which_address_was_here_before(void **state)
{
	(void)state;
	make_exec("cfa 10.9.0.100 IPaddr2::10.9.0.101/24/hbv0\n", 60000, 2);
	assert_int_equal(system("ip addr add 10.9.0.100/24 dev hbv0"), 0);
	exec_group_start(e, 0);
	await_ends(1);
	exec_free(e);
	haresources_free(resources);
	ha_cf_free(conf);
	make_exec("cfa 10.9.0.100 IPaddr2::10.9.0.101/24/hbv0\n", 60000, 2);
	exec_group_adopt(e, 0);
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, false, true);
	assert_true(ip_is_here("10.9.0.100"));
	assert_false(ip_is_here("10.9.0.101")); /* this one we had added */
	assert_int_equal(system("ip addr del 10.9.0.100/24 dev hbv0"), 0);
}

/* --- hooks ------------------------------------------------------------------------------------ */

static void hooks_run_one_after_another_with_their_fields(void **state)
{
	static const char *const dead[] = {"HA_st=dead", "HA_src=cfb", NULL}, *const up[] = {"HA_st=up", NULL};
	(void)state;
	put("status",
		"#!/bin/sh\nd=${0%/*}\nmkdir \"$d/lock\" || exit 1\nsleep 0.1\necho \"$1 $HA_st $HA_src $HA_CURHOST\" >>\"$d/hooks\"\nrmdir \"$d/lock\"\n",
		0755);
	put("plain", "#!/bin/sh\n", 0644);
	make_exec("cfa svc::a\n", 60000, 2);
	exec_hook(e, directory, "status", dead);
	exec_hook(e, directory, "status", up);
	exec_hook(e, directory, "absent", NULL);
	exec_hook(e, directory, "../svc", NULL);
	exec_hook(e, directory, "plain", NULL);
	assert_logged("plain is not executable");
	static const char both[] = "status dead cfb cfa status up  cfa";
	for (int i = 0; i < 6000 && (strcmp(text_of("hooks"), both) != 0 || is_flagged("lock")); i++)
		run_for(10);
	assert_string_equal(text_of("hooks"), both);
	assert_false(is_flagged("lock"));
}

static void waiting_hooks_are_bounded(void **state)
{
	(void)state;
	put("status", "#!/bin/sh\nsleep 600\n", 0755);
	make_exec("cfa svc::a\n", 600000, 2);
	for (int i = 0; i < 300; i++)
		exec_hook(e, directory, "status", NULL);
	assert_logged("256 hooks are already waiting");
	assert_int_equal(count_logged("hooks are already waiting"), 1); /* not once for each message */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_missing_script_fails_the_start_and_not_the_stop),
		CASE(a_script_that_vanishes_while_it_runs_is_not_taken_as_stopped),
		CASE(a_script_that_cannot_be_executed_has_started_nothing),
		CASE(a_script_that_becomes_unusable_while_it_runs_is_no_proof_of_a_stop),
		CASE(a_script_without_interpreter_line_is_run_by_the_shell),
		CASE(a_take_over_is_measured),
		CASE(an_address_is_in_place_when_start_returns),
		CASE(an_address_is_announced_again_within_a_second_and_after_five),
		CASE(an_ipv6_address_is_taken_in_process),
		CASE(an_ipv6_address_with_two_colons_in_a_row_is_two_arguments),
		CASE(the_file_of_an_administrator_is_run_instead),
		CASE(an_address_that_fits_nowhere_fails_the_group_with_the_reason),
		CASE(an_address_that_was_here_before_the_start_is_not_removed_by_the_stop),
		CASE(an_exec_that_adopts_knows_which_address_was_here_before),
		CASE(hooks_run_one_after_another_with_their_fields),
		CASE(waiting_hooks_are_bounded),
	};
	if (!open_lab())
		return 1;
	int failed = 1;
	if (system("ip link add hbv0 type veth peer name hbv1 && ip link set hbv0 up && ip link set hbv1 up && ip addr add 10.9.0.1/24 dev hbv0") ==
		0)
		failed = cmocka_run_group_tests(tests, NULL, NULL);
	return !close_lab() || failed != 0;
}
