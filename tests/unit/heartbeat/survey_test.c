// SPDX-License-Identifier: MIT
/* The look at a start: what of the groups runs here although exec has not started it is found and stopped. */
#include "tests/unit/heartbeat/exec_group_lab.h"

#include "heartbeat/exec/exec.h"
#include "lib/interfaces.h"

static bool ip_is_here(const char *ip)
{
	char command[128];
	(void)snprintf(command, sizeof command, "ip -o addr show | grep -q 'inet6* %s/'", ip);
	return system(command) == 0;
}

static void what_is_clear_is_asked_for_its_status_and_not_stopped(void **state)
{
	(void)state;
	make_exec("cfa 10.9.0.100 svc::a svc::b\n", 60000, 2);
	exec_group_look(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	const char *calls = text_of("calls");
	assert_non_null(strstr(calls, "a status"));
	assert_non_null(strstr(calls, "b status"));
	assert_int_equal(strlen(calls), strlen("a status b status")); /* they are asked at the same time */
	assert_null(strstr(text_of("log"), "CRIT"));
}

static void a_service_that_runs_is_named_and_its_group_stopped(void **state)
{
	(void)state;
	make_exec("cfa svc::a svc::b\ncfb svc::c\n", 60000, 2);
	put("b.up", "", 0644);
	exec_group_look(e, 0);
	exec_group_look(e, 1);
	exec_group_stop(e, 0); /* the same stop */
	exec_group_stop(e, 1);
	await_ends(2);
	run_for(50);
	assert_int_equal(end_count, 2);
	for (unsigned i = 0; i < end_count; i++)
		assert_end(i, ends[i].group, EXEC_STOP, true, false);
	assert_false(is_flagged("b.up"));
	assert_logged("CRIT: svc::b of group svc::a runs here, and heartbeat did not start it");
	assert_logged("systemctl disable");
	const char *first = strstr(text_of("calls"), "b stop");
	assert_non_null(first);
	assert_non_null(strstr(first, "a stop"));
	assert_null(strstr(text_of("calls"), "c stop"));
}

static void an_address_that_is_here_is_named_and_removed(void **state)
{
	(void)state;
	assert_int_equal(system("ip addr add 10.9.0.100/24 dev hbv0; ip addr add fd00:9::100/64 dev hbv0 nodad"), 0);
	make_exec("cfa 10.9.0.100 svc::a\ncfb IPv6addr::fd00:9:0:0:0:0:0:100/64/hbv0\n", 60000, 2);
	exec_group_look(e, 0);
	exec_group_look(e, 1);
	await_ends(2);
	assert_logged("CRIT: address 10.9.0.100 of group 10.9.0.100 is on hbv0, and heartbeat did not put it there");
	assert_logged("CRIT: address fd00:9::100 of group");
	assert_logged("Remove this address from the network configuration of the system");
	assert_false(ip_is_here("10.9.0.100"));
	assert_false(ip_is_here("fd00:9::100"));
	assert_true(ip_is_here("10.9.0.1"));
}

/* The lab's ha.cf has "bcast eth0". */
static void the_address_of_the_machine_itself_is_not_removed(void **state)
{
	(void)state;
	assert_int_equal(system("ip link add eth0 type veth peer name eth1 && ip link set eth0 up && ip link set eth1 up && "
			        "ip addr add 10.7.0.1/24 dev eth0"), 0);
	watched = interfaces_new();
	assert_non_null(watched);
	make_exec("cfa IPaddr::10.7.0.1/24/eth0\n", 60000, 10);
	exec_group_look(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, false, true); /* nor is it released: the other node would add it */
	assert_logged("CRIT: address 10.7.0.1 of group IPaddr::10.7.0.1/24/eth0 is the only address of eth0");
	assert_true(ip_is_here("10.7.0.1"));
	exec_free(e);
	haresources_free(resources);
	ha_cf_free(conf);
	assert_int_equal(system("ip addr add 10.7.0.2/24 dev eth0"), 0);
	assert_true(interfaces_read(watched) > 0);
	make_exec("cfa IPaddr::10.7.0.1/24/eth0\n", 60000, 10); /* listed first by mistake, but there is another one */
	exec_group_look(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, true, false);
	assert_false(ip_is_here("10.7.0.1"));
	assert_true(ip_is_here("10.7.0.2"));
	exec_free(e);
	e = NULL;
	interfaces_free(watched);
	watched = NULL;
	assert_int_equal(system("ip link del eth0"), 0);
}

static void an_address_is_removed_before_the_scripts_have_answered(void **state)
{
	(void)state;
	put("a.hang_status", "", 0644);
	assert_int_equal(system("ip addr add 10.9.0.100/24 dev hbv0"), 0);
	make_exec("cfa 10.9.0.100 svc::a\n", 4000, 2);
	exec_group_look(e, 0);
	for (int i = 0; i < 6000 && ip_is_here("10.9.0.100"); i++)
		run_for(10);
	assert_int_equal(end_count, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_non_null(strstr(text_of("calls"), "a stop")); /* it may need the address */
}

static void an_address_on_lo_is_none_of_ours(void **state)
{
	(void)state;
	assert_int_equal(system("ip addr add 10.9.0.100/32 dev lo"), 0);
	make_exec("cfa 10.9.0.100\n", 60000, 2);
	exec_group_look(e, 0);
	await_ends(1);
	assert_null(strstr(text_of("log"), "CRIT"));
	assert_true(ip_is_here("10.9.0.100"));
	assert_int_equal(system("ip addr del 10.9.0.100/32 dev lo"), 0);
}

static void a_status_that_hangs_is_ended_and_counts_as_stopped(void **state)
{
	(void)state;
	put("a.hang_status", "", 0644);
	put("b.up", "", 0644);
	make_exec("cfa svc::a\ncfb svc::b\n", 500, 2);
	exec_group_look(e, 0);
	exec_group_look(e, 1);
	await_ends(1);
	assert_end(0, 1, EXEC_STOP, true, false); /* it does not wait for the other group */
	assert_false(is_flagged("b.up"));
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, true, false);
	assert_logged("WARN: svc::a: it is not known whether it runs here; it is taken as stopped");
	assert_string_equal(ends[1].why, "");
}

static void a_resource_of_two_groups_is_asked_once(void **state)
{
	(void)state;
	make_exec("cfa svc::a svc::x\ncfb svc::b svc::x\n", 60000, 2);
	exec_group_look(e, 0);
	exec_group_look(e, 1);
	await_ends(2);
	const char *first = strstr(text_of("calls"), "x status");
	assert_non_null(first);
	assert_null(strstr(first + 1, "x status"));
}

static void what_an_adopted_group_has_is_not_found(void **state)
{
	(void)state;
	put("x.up", "", 0644);
	put("b.up", "", 0644);
	assert_int_equal(system("ip addr add 10.9.0.100/24 dev hbv0"), 0);
	make_exec("cfa IPaddr::10.9.0.100/24/hbv0 svc::x\ncfb svc::b IPaddr::10.9.0.100/24/hbv0 svc::x\n", 60000, 2);
	exec_group_adopt(e, 0);
	exec_group_look(e, 1);
	await_ends(1);
	assert_end(0, 1, EXEC_STOP, true, false);
	assert_true(ip_is_here("10.9.0.100"));
	assert_true(is_flagged("x.up"));
	assert_false(is_flagged("b.up"));
	assert_null(strstr(text_of("calls"), "x stop"));
	assert_int_equal(system("ip addr del 10.9.0.100/24 dev hbv0"), 0);
}

static void a_start_that_is_requested_meanwhile_follows(void **state)
{
	(void)state;
	put("a.slow_status", "", 0644);
	make_exec("cfa svc::a\n", 60000, 2);
	exec_group_look(e, 0);
	exec_group_start(e, 0);
	await_ends(2);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_end(1, 0, EXEC_START, true, false);
	assert_true(is_flagged("a.up"));
}

/* More than are asked at once. */
static void many_scripts_are_all_asked(void **state)
{
	(void)state;
	GString *file = g_string_new("cfa");
	for (int i = 0; i < 40; i++)
		g_string_append_printf(file, " svc::s%d", i);
	g_string_append_c(file, '\n');
	put("s39.up", "", 0644);
	make_exec(file->str, 60000, 2);
	g_string_free(file, TRUE);
	exec_group_look(e, 0);
	await_ends(1);
	assert_false(is_flagged("s39.up"));
	assert_logged("CRIT: svc::s39 of group svc::s0 runs here");
}

static void a_script_that_is_not_there_is_not_taken_as_running(void **state)
{
	(void)state;
	make_exec("cfa nosuch svc::a\n", 60000, 2);
	exec_group_look(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_string_equal(text_of("calls"), "a status");
}

static void what_is_being_asked_is_killed_when_exec_ends(void **state)
{
	(void)state;
	put("a.hang_status", "", 0644);
	make_exec("cfa svc::a\n", 60000, 2);
	exec_group_look(e, 0);
	for (int i = 0; i < 6000 && *text_of("calls") == '\0'; i++)
		run_for(10);
	assert_string_equal(text_of("calls"), "a status");
	assert_int_equal(end_count, 0); /* tear_down frees exec */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_clear_is_asked_for_its_status_and_not_stopped),
		CASE(a_service_that_runs_is_named_and_its_group_stopped),
		CASE(an_address_that_is_here_is_named_and_removed),
		CASE(the_address_of_the_machine_itself_is_not_removed),
		CASE(an_address_is_removed_before_the_scripts_have_answered),
		CASE(an_address_on_lo_is_none_of_ours),
		CASE(a_status_that_hangs_is_ended_and_counts_as_stopped),
		CASE(a_resource_of_two_groups_is_asked_once),
		CASE(what_an_adopted_group_has_is_not_found),
		CASE(a_start_that_is_requested_meanwhile_follows),
		CASE(many_scripts_are_all_asked),
		CASE(a_script_that_is_not_there_is_not_taken_as_running),
		CASE(what_is_being_asked_is_killed_when_exec_ends),
	};
	if (!open_lab())
		return 1;
	int failed = 1;
	if (system("ip link set lo up && ip link add hbv0 type veth peer name hbv1 && ip link set hbv0 up && ip link set hbv1 up && ip addr add 10.9.0.1/24 dev hbv0") ==
		0)
		failed = cmocka_run_group_tests_name("survey", tests, NULL, NULL);
	return !close_lab() || failed != 0;
}
