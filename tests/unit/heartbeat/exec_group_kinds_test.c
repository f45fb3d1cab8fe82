// SPDX-License-Identifier: MIT
/* Kinds of what exec runs: scripts that are not there or must not be run, addresses in a network namespace of our own,
 * and hooks. */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* --- scripts that are not there or must not be run -------------------------------------------- */

static void a_missing_script_fails_the_start_and_not_the_stop(void **state)
{
	(void)state;
	make_exec("cfa svc::a nosuch::x\n", 60000, 1);
	exec_check_scripts(e);
	assert_logged("ERROR: Cannot locate resource script nosuch");
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

static void a_script_that_anybody_may_write_is_not_run(void **state)
{
	(void)state;
	put("loose", script, 0777);
	make_exec("cfa loose::a\n", 60000, 1);
	exec_group_start(e, 0);
	await_ends(1);
	assert_int_equal(ends[0].ok, false);
	assert_non_null(strstr(ends[0].why, "mode 0777"));
	assert_string_equal(text_of("calls"), "");
}

static void a_script_without_interpreter_says_so(void **state)
{
	(void)state;
	put("bare", "exit 0\n", 0755);
	make_exec("cfa bare::a\n", 60000, 1);
	exec_group_start(e, 0);
	await_ends(1);
	assert_int_equal(ends[0].ok, false);
	assert_non_null(strstr(ends[0].why, "cannot be run"));
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
	exec_check_scripts(e);
	assert_not_logged("Cannot locate");
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
	assert_non_null(strstr(ends[0].why, "all eight groups"));
}

/* Printed, not judged: other work on the machine shows in it. */
static void a_take_over_is_measured(void **state)
{
	int64_t first = 0, least = INT64_MAX, sum = 0, report = 0;
	(void)state;
	make_exec("cfa 10.9.0.100\n", 60000, 2);
	for (int i = 0; i < 101; i++) {
		end_count = 0;
		struct mono began = mono_now();
		exec_group_start(e, 0);
		struct mono returned = mono_now();
		await_ends(1);
		report += mono_since(mono_now(), returned).ns;
		int64_t took = mono_since(returned, began).ns;
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
	exec_check_scripts(e);
	assert_logged("does not belong to this program");
	assert_not_logged("Cannot locate");
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
	for (int i = 0; i < 6000 && exec_busy(e); i++)
		run_for(10);
	assert_string_equal(text_of("hooks"), "status dead cfb cfa status up  cfa");
	assert_false(is_flagged("lock"));
}

static void waiting_hooks_are_bounded(void **state)
{
	(void)state;
	put("status", "#!/bin/sh\nsleep 600\n", 0755);
	make_exec("cfa svc::a\n", 600000, 2);
	for (int i = 0; i < 300; i++)
		exec_hook(e, directory, "status", NULL);
	assert_logged("256 others wait already");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_missing_script_fails_the_start_and_not_the_stop),
		CASE(a_script_that_vanishes_while_it_runs_is_not_taken_as_stopped),
		CASE(a_script_that_anybody_may_write_is_not_run),
		CASE(a_script_without_interpreter_says_so),
		CASE(a_take_over_is_measured),
		CASE(an_address_is_in_place_when_start_returns),
		CASE(an_ipv6_address_is_taken_in_process),
		CASE(an_ipv6_address_with_two_colons_in_a_row_is_two_arguments),
		CASE(the_file_of_an_administrator_is_run_instead),
		CASE(an_address_that_fits_nowhere_fails_the_group_with_the_reason),
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
