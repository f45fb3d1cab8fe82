// SPDX-License-Identifier: MIT
/* Groups with real scripts under a real main loop, and addresses in a network namespace of our own.
 * One script serves all: "svc NAME ACTION" notes each call in the file `calls` and does what flag files NAME.x say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/exec/exec.h"
#include "lib/log.h"

static char directory[] = "/tmp/exec_test.XXXXXX";
static char native[64], logfile[64];
static const char *directories[] = {directory, NULL};

enum { ENDS_MAX = 16 };

static struct end {
	size_t group;
	enum exec_operation operation;
	bool ok, still_active;
	char why[256];
} ends[ENDS_MAX];
static unsigned end_count;

static struct exec *e;
static struct haresources *resources;
static struct ha_cf *conf;

/* --- files ------------------------------------------------------------------------------------------------------------ */

static char *path_of(const char *name)
{
	static char path[128];
	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	return path;
}

static void put(const char *name, const char *text, mode_t mode)
{
	assert_true(g_file_set_contents(path_of(name), text, -1, NULL));
	assert_int_equal(chmod(path_of(name), mode), 0);
}

static void flag(const char *name)
{
	put(name, "", 0644);
}

static void unflag(const char *name)
{
	(void)unlink(path_of(name)); /* it may not be there */
}

static bool is_flagged(const char *name)
{
	return access(path_of(name), F_OK) == 0;
}

/* All of a file with blanks for newlines; "" when there is none. */
static const char *text_of(const char *name)
{
	static char *text;
	g_free(text);
	if (!g_file_get_contents(path_of(name), &text, NULL, NULL))
		text = g_strdup("");
	return g_strchomp(g_strdelimit(text, "\n", ' '));
}

static void assert_logged(const char *text)
{
	log_flush();
	if (strstr(text_of("log"), text) == NULL)
		fail_msg("not in the log: \"%s\" in: %s", text, text_of("log"));
}

static void assert_not_logged(const char *text)
{
	log_flush();
	assert_null(strstr(text_of("log"), text));
}

static const char script[] =
	"#!/bin/sh\n"
	"d=${0%/*}\n"
	"echo \"$1 $2\" >>\"$d/calls\"\n"
	"if [ -e \"$d/$1.hang_$2\" ]; then sleep 20 & wait; fi\n"
	"if [ -e \"$d/$1.slow_$2\" ]; then sleep 0.2; fi\n"
	"case $2 in\n"
	"start) [ -e \"$d/$1.fail_start\" ] && exit 5; touch \"$d/$1.up\"; echo started \"$HA_CURHOST\" ;;\n"
	"stop) [ -e \"$d/$1.fail_stop\" ] && exit 7; rm -f \"$d/$1.up\" ;;\n"
	"status) if [ -e \"$d/$1.up\" ]; then echo running; else echo stopped; exit 3; fi ;;\n"
	"esac\n"
	"exit 0\n";

/* --- one exec a test ------------------------------------------------------------------------------------------------------- */

static void on_done(void *context, size_t group, enum exec_operation operation, bool ok, bool still_active, const char *why)
{
	assert_ptr_equal(context, ends);
	assert_true(end_count < ENDS_MAX);
	struct end *end = &ends[end_count++];
	*end = (struct end){group, operation, ok, still_active, ""};
	(void)snprintf(end->why, sizeof end->why, "%s", why);
}

static void make_exec(const char *file, int64_t deadline_ms, unsigned stop_attempts)
{
	static const char *const nodes[] = {"cfa", "cfb"};
	struct diags diags;
	diags_init(&diags, "haresources");
	resources = haresources_parse(bytes_of(file), nodes, 2, &diags);
	for (size_t i = 0; i < diags.count; i++)
		print_message("%s\n", diags.list[i].text);
	assert_int_equal(diags.errors, 0);
	diags_free(&diags);
	diags_init(&diags, "ha.cf");
	conf = ha_cf_parse(bytes_of("node cfa cfb\nbcast eth0\n"), NULL, &diags);
	diags_free(&diags);
	struct exec_config config = {
		.resources = resources,
		.conf = conf,
		.node = "cfa",
		.script_directories = directories,
		.native_ipaddr = native,
		.deadline = span_ms(deadline_ms),
		.stop_attempts = stop_attempts,
	};
	e = exec_new(&config, &(struct exec_handlers){.done = on_done, .context = ends});
	assert_non_null(e);
}

static int set_up(void **state)
{
	(void)state;
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf %s/*", directory);
	if (system(command) != 0)
		return 1;
	put("svc", script, 0755);
	put("own-ipaddr", "not run, only its inode counts\n", 0755);
	(void)snprintf(native, sizeof native, "%s/own-ipaddr", directory);
	(void)snprintf(logfile, sizeof logfile, "%s/log", directory);
	end_count = 0;
	return log_open(&(struct log_config){.entity = "test", .host = "cfa", .logfile = logfile, .facility = -1});
}

static int tear_down(void **state)
{
	(void)state;
	exec_free(e);
	e = NULL;
	while (g_main_context_iteration(NULL, FALSE))
		continue;
	haresources_free(resources);
	ha_cf_free(conf);
	log_close();
	return 0;
}

static gboolean too_late(void *context)
{
	*(bool *)context = true;
	return G_SOURCE_REMOVE;
}

static void run_for(guint ms)
{
	bool over = false;
	guint timer = g_timeout_add(ms, too_late, &over);
	(void)timer; /* ends by itself */
	while (!over)
		(void)g_main_context_iteration(NULL, TRUE);
}

/* Run the loop until count operations have ended. */
static void await_ends(unsigned count)
{
	bool late = false;
	guint timer = g_timeout_add_seconds(20, too_late, &late);
	while (end_count < count && !late)
		(void)g_main_context_iteration(NULL, TRUE);
	if (!late)
		(void)g_source_remove(timer);
	assert_int_equal(end_count, count);
}

static void await_file(const char *name)
{
	for (int i = 0; i < 1000 && !is_flagged(name); i++)
		run_for(10);
	assert_true(is_flagged(name));
}

static void assert_end(unsigned index, size_t group, enum exec_operation operation, bool ok, bool still_active)
{
	assert_int_equal(ends[index].group, group);
	assert_int_equal(ends[index].operation, operation);
	if (ends[index].ok != ok || ends[index].still_active != still_active)
		fail_msg("end %u: ok %d, still active %d: %s", index, ends[index].ok, ends[index].still_active, ends[index].why);
}

/* --- start and stop ---------------------------------------------------------------------------------------------------------- */

static void a_group_starts_left_to_right_and_stops_right_to_left(void **state)
{
	(void)state;
	make_exec("cfa svc::a svc::b\n", 5000, 2);
	exec_group_start(e, 0);
	assert_int_equal(end_count, 0); /* never from inside */
	assert_true(exec_busy(e));
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	assert_false(exec_busy(e));
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, true, false);
	assert_string_equal(text_of("calls"), "a status a start b status b start b stop a stop");
	assert_logged("info: Acquiring resource group: cfa svc::a svc::b");
	assert_logged("info: Releasing resource group: cfa svc::a svc::b");
	char line[128];
	(void)snprintf(line, sizeof line, "info: Running %s/svc a start", directory);
	assert_logged(line);
	assert_logged("svc: started cfa");
}

static void what_runs_is_not_started_again(void **state)
{
	(void)state;
	flag("a.up");
	make_exec("cfa svc::a svc::b\n", 5000, 2);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	assert_string_equal(text_of("calls"), "a status b status b start");
	unflag("b.up"); /* it has died: the next start repairs that */
	exec_group_start(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_START, true, false);
	assert_string_equal(text_of("calls"), "a status b status b start a status b status b start");
}

static void a_group_that_is_not_held_is_stopped_all_the_same(void **state)
{
	(void)state;
	make_exec("cfa svc::a svc::b\n", 5000, 2);
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_string_equal(text_of("calls"), "b stop a stop");
}

static void an_adopted_group_is_not_touched_until_it_stops(void **state)
{
	(void)state;
	flag("a.up");
	make_exec("cfa svc::a\n", 5000, 2);
	exec_group_adopt(e, 0);
	run_for(50);
	assert_string_equal(text_of("calls"), "");
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_false(is_flagged("a.up"));
}

static void a_failing_start_releases_the_whole_group(void **state)
{
	(void)state;
	flag("b.fail_start");
	make_exec("cfa svc::a svc::b svc::c\n", 5000, 2);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, false, false);
	assert_string_equal(ends[0].why, "start of svc::b: exit code 5");
	assert_string_equal(text_of("calls"), "a status a start b status b start c stop b stop a stop");
	assert_logged("ERROR: Return code 5 from ");
	assert_logged("CRIT: Giving up resources due to failure of svc::b");
	assert_false(is_flagged("a.up"));
}

static void a_failing_start_whose_release_fails_says_that_something_may_run(void **state)
{
	(void)state;
	flag("b.fail_start");
	flag("a.fail_stop");
	make_exec("cfa svc::a svc::b\n", 5000, 1);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, false, true);
	assert_non_null(strstr(ends[0].why, "svc::b: exit code 5"));
	assert_non_null(strstr(ends[0].why, "svc::a still runs"));
}

static void a_hanging_start_is_killed_at_its_deadline(void **state)
{
	(void)state;
	flag("a.hang_start");
	make_exec("cfa svc::a\n", 300, 2);
	struct mono began = mono_now();
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, false, false);
	assert_true(span_to_ms(mono_since(mono_now(), began)) < 10000); /* its child sleeps for 20 s */
	assert_non_null(strstr(ends[0].why, "not finished within 300 ms"));
	assert_logged("a start: not finished within 300 ms");
	assert_string_equal(text_of("calls"), "a status a start a stop");
}

static void a_hanging_status_does_not_keep_the_resource_down(void **state)
{
	(void)state;
	flag("a.hang_status");
	make_exec("cfa svc::a\n", 300, 2);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	assert_true(is_flagged("a.up"));
}

/* --- stop that fails -------------------------------------------------------------------------------------------------------------- */

static void a_failing_stop_is_tried_again_and_reported_as_still_active(void **state)
{
	(void)state;
	make_exec("cfa svc::a svc::b\n", 5000, 2);
	exec_group_start(e, 0);
	await_ends(1);
	flag("b.fail_stop");
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, false, true);
	assert_non_null(strstr(ends[1].why, "svc::b still runs"));
	assert_non_null(strstr(text_of("calls"), "b stop b stop b status"));
	assert_logged("ERROR: Return code 7 from ");
	assert_logged("info: Retrying failed stop operation [svc::b]");
	assert_logged("CRIT: Resource STOP failure. Reboot required!");
	assert_true(is_flagged("a.up")); /* b stands on it */
	unflag("b.fail_stop");
	exec_group_stop(e, 0);
	await_ends(3);
	assert_end(2, 0, EXEC_STOP, true, false);
	assert_false(is_flagged("a.up"));
}

static void a_stop_that_fails_on_what_is_stopped_goes_on(void **state)
{
	(void)state;
	flag("b.fail_stop");
	make_exec("cfa svc::a svc::b\n", 5000, 1);
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_string_equal(text_of("calls"), "b stop b status a stop");
	assert_logged("ERROR: Resource script for svc::b probably not LSB-compliant.");
	assert_logged("Machine reboot narrowly avoided!");
}

static void a_status_without_answer_after_a_failed_stop_counts_as_running(void **state)
{
	(void)state;
	flag("a.fail_stop");
	flag("a.hang_status");
	make_exec("cfa svc::a\n", 300, 1);
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, false, true);
}

/* --- cancel ------------------------------------------------------------------------------------------------------------------------- */

static void a_stop_cancels_a_start_and_only_the_stop_is_reported(void **state)
{
	(void)state;
	flag("a.hang_start");
	make_exec("cfa svc::a svc::b\n", 15000, 2);
	exec_group_start(e, 0);
	while (strstr(text_of("calls"), "a start") == NULL)
		run_for(10);
	struct mono began = mono_now();
	exec_group_stop(e, 0);
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_true(span_to_ms(mono_since(mono_now(), began)) < 10000);
	assert_string_equal(text_of("calls"), "a status a start b stop a stop");
	run_for(50);
	assert_int_equal(end_count, 1);
}

static void a_stop_during_the_release_after_a_failed_start_is_what_is_reported(void **state)
{
	(void)state;
	flag("a.fail_start");
	flag("a.slow_stop");
	make_exec("cfa svc::a\n", 5000, 2);
	exec_group_start(e, 0);
	while (strstr(text_of("calls"), "a stop") == NULL)
		run_for(5);
	exec_group_stop(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_STOP, true, false);
	run_for(50);
	assert_int_equal(end_count, 1);
}

static void a_start_during_a_stop_comes_after_it(void **state)
{
	(void)state;
	flag("a.slow_stop");
	make_exec("cfa svc::a\n", 5000, 2);
	exec_group_stop(e, 0);
	exec_group_start(e, 0);
	await_ends(2);
	assert_end(0, 0, EXEC_STOP, true, false);
	assert_end(1, 0, EXEC_START, true, false);
	assert_string_equal(text_of("calls"), "a stop a status a start");
	end_count = 0;
	exec_group_stop(e, 0); /* and a second thought takes the start back */
	exec_group_start(e, 0);
	exec_group_stop(e, 0);
	await_ends(1);
	run_for(300);
	assert_int_equal(end_count, 1);
	assert_false(is_flagged("a.up"));
}

static void freeing_with_children_under_way_reports_nothing(void **state)
{
	(void)state;
	flag("a.hang_start");
	make_exec("cfa svc::a\n", 15000, 2);
	exec_group_start(e, 0);
	while (strstr(text_of("calls"), "a start") == NULL)
		run_for(10);
	exec_free(e);
	e = NULL;
	run_for(200);
	assert_int_equal(end_count, 0);
}

/* --- what two groups share ---------------------------------------------------------------------------------------------------------- */

static void a_shared_resource_stays_with_the_last_group_that_needs_it(void **state)
{
	(void)state;
	make_exec("cfa svc::one svc::httpd\ncfb svc::two svc::httpd\n", 5000, 2);
	exec_group_start(e, 0);
	await_ends(1);
	exec_group_start(e, 1);
	await_ends(2);
	assert_end(1, 1, EXEC_START, true, false);
	assert_string_equal(text_of("calls"), "one status one start httpd status httpd start two status two start httpd status");
	exec_group_stop(e, 0);
	await_ends(3);
	assert_end(2, 0, EXEC_STOP, true, false);
	assert_true(is_flagged("httpd.up"));
	assert_false(is_flagged("one.up"));
	assert_logged("svc::httpd is left running: resource group svc::two needs it too");
	exec_group_stop(e, 1);
	await_ends(4);
	assert_end(3, 1, EXEC_STOP, true, false);
	assert_false(is_flagged("httpd.up"));
}

static void two_groups_that_start_at_once_start_a_shared_resource_once(void **state)
{
	(void)state;
	flag("httpd.slow_start");
	make_exec("cfa svc::one svc::httpd\ncfb svc::two svc::httpd\n", 5000, 2);
	exec_group_start(e, 0);
	exec_group_start(e, 1);
	await_ends(2);
	assert_true(ends[0].ok && ends[1].ok);
	const char *first = strstr(text_of("calls"), "httpd start");
	assert_non_null(first);
	assert_null(strstr(first + 1, "httpd start"));
}

static void two_groups_that_stop_at_once_stop_a_shared_resource(void **state)
{
	(void)state;
	make_exec("cfa svc::one svc::httpd\ncfb svc::two svc::httpd\n", 5000, 2);
	exec_group_start(e, 0);
	exec_group_start(e, 1);
	await_ends(2);
	exec_group_stop(e, 0);
	exec_group_stop(e, 1);
	await_ends(4);
	assert_true(ends[2].ok && ends[3].ok);
	assert_false(is_flagged("httpd.up"));
}

static void a_group_that_waits_for_another_can_be_stopped(void **state)
{
	(void)state;
	flag("httpd.hang_start");
	make_exec("cfa svc::httpd svc::one\ncfb svc::two svc::httpd\n", 1500, 2);
	exec_group_start(e, 0);
	exec_group_start(e, 1);
	await_file("two.up");
	run_for(100); /* the second group waits for the first one's start by now */
	exec_group_stop(e, 1);
	await_ends(1); /* httpd is left to the first group, so nothing has to wait */
	assert_end(0, 1, EXEC_STOP, true, false);
	await_ends(2);
	assert_end(1, 0, EXEC_START, false, false);
}

static void groups_run_side_by_side(void **state)
{
	(void)state;
	flag("a.hang_start");
	make_exec("cfa svc::a\ncfa svc::b\n", 2000, 2);
	exec_group_start(e, 0);
	exec_group_start(e, 1);
	await_ends(1);
	assert_end(0, 1, EXEC_START, true, false);
	await_ends(2);
}

/* --- scripts that are not there or must not be run -------------------------------------------------------------------------------------- */

static void a_missing_script_fails_the_start_and_not_the_stop(void **state)
{
	(void)state;
	make_exec("cfa svc::a nosuch::x\n", 5000, 1);
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
	make_exec("cfa brief::a\n", 5000, 1);
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
	make_exec("cfa loose::a\n", 5000, 1);
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
	make_exec("cfa bare::a\n", 5000, 1);
	exec_group_start(e, 0);
	await_ends(1);
	assert_int_equal(ends[0].ok, false);
	assert_non_null(strstr(ends[0].why, "cannot be run"));
}

/* --- addresses ---------------------------------------------------------------------------------------------------------------------------- */

static bool ip_is_here(const char *ip)
{
	char command[128];
	(void)snprintf(command, sizeof command, "ip -4 -o addr show | grep -q 'inet %s/'", ip);
	return system(command) == 0;
}

static void count_address(void *context, const char *ip, bool present)
{
	GString *all = context;
	g_string_append_printf(all, "%s %d ", ip, present);
}

static void an_address_is_in_place_when_start_returns(void **state)
{
	(void)state;
	make_exec("cfa 10.9.0.100 IPaddr2::10.9.0.101/24/hbv0 svc::a\n", 5000, 2);
	exec_group_start(e, 0);
	assert_true(ip_is_here("10.9.0.100"));
	assert_true(ip_is_here("10.9.0.101"));
	assert_int_equal(end_count, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, true, false);
	GString *all = g_string_new(NULL);
	assert_int_equal(exec_group_addresses(e, 0, count_address, all), 2);
	assert_string_equal(all->str, "10.9.0.100 1 10.9.0.101 1 ");
	g_string_free(all, TRUE);
	assert_logged("own-ipaddr 10.9.0.100 start");
	assert_logged("Using calculated netmask for 10.9.0.100: 255.255.255.0");
	exec_group_announce(e, 0);
	exec_group_stop(e, 0);
	await_ends(2);
	assert_end(1, 0, EXEC_STOP, true, false);
	assert_false(ip_is_here("10.9.0.100"));
	assert_int_equal(exec_group_addresses(e, 0, NULL, NULL), 0);
}

/* Printed, not judged: other work on the machine shows in it. */
static void a_take_over_is_measured(void **state)
{
	int64_t first = 0, least = INT64_MAX, sum = 0, report = 0;
	(void)state;
	make_exec("cfa 10.9.0.100\n", 5000, 2);
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
	print_message("exec_group_start of an address, with announcement and log: first %lld us, average %lld us, best %lld us; report after another %lld us\n",
	              (long long)(first / 1000), (long long)(sum / 101000), (long long)(least / 1000), (long long)(report / 101000));
}

static void the_file_of_an_administrator_is_run_instead(void **state)
{
	(void)state;
	put("IPaddr", script, 0755);
	assert_int_equal(link(native, path_of("IPaddr2")), 0);
	make_exec("cfa 10.9.0.100 IPaddr2::10.9.0.101\n", 5000, 2);
	exec_check_scripts(e);
	assert_logged("is not this program's own");
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
	make_exec("cfa 192.168.7.7 svc::a\n", 5000, 1);
	exec_group_start(e, 0);
	await_ends(1);
	assert_end(0, 0, EXEC_START, false, false);
	assert_non_null(strstr(ends[0].why, "hbv0 10.9.0.0/24"));
	assert_logged("CRIT: Giving up resources due to failure of 192.168.7.7");
}

/* --- hooks -------------------------------------------------------------------------------------------------------------------------------- */

static void hooks_run_one_after_another_with_their_fields(void **state)
{
	static const char *const dead[] = {"HA_st=dead", "HA_src=cfb", NULL}, *const up[] = {"HA_st=up", NULL};
	(void)state;
	put("status", "#!/bin/sh\nd=${0%/*}\nmkdir \"$d/lock\" || exit 1\nsleep 0.1\necho \"$1 $HA_st $HA_src $HA_CURHOST\" >>\"$d/hooks\"\nrmdir \"$d/lock\"\n",
	    0755);
	put("plain", "#!/bin/sh\n", 0644);
	make_exec("cfa svc::a\n", 5000, 2);
	exec_hook(e, directory, "status", dead);
	exec_hook(e, directory, "status", up);
	exec_hook(e, directory, "absent", NULL);
	exec_hook(e, directory, "../svc", NULL);
	exec_hook(e, directory, "plain", NULL);
	assert_logged("plain is not executable");
	for (int i = 0; i < 200 && exec_busy(e); i++)
		run_for(10);
	assert_string_equal(text_of("hooks"), "status dead cfb cfa status up  cfa");
	assert_false(is_flagged("lock"));
}

static void waiting_hooks_are_bounded(void **state)
{
	(void)state;
	put("status", "#!/bin/sh\nsleep 5\n", 0755);
	make_exec("cfa svc::a\n", 10000, 2);
	for (int i = 0; i < 300; i++)
		exec_hook(e, directory, "status", NULL);
	assert_logged("256 others wait already");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_group_starts_left_to_right_and_stops_right_to_left),
		CASE(what_runs_is_not_started_again),
		CASE(a_group_that_is_not_held_is_stopped_all_the_same),
		CASE(an_adopted_group_is_not_touched_until_it_stops),
		CASE(a_failing_start_releases_the_whole_group),
		CASE(a_failing_start_whose_release_fails_says_that_something_may_run),
		CASE(a_hanging_start_is_killed_at_its_deadline),
		CASE(a_hanging_status_does_not_keep_the_resource_down),
		CASE(a_failing_stop_is_tried_again_and_reported_as_still_active),
		CASE(a_stop_that_fails_on_what_is_stopped_goes_on),
		CASE(a_status_without_answer_after_a_failed_stop_counts_as_running),
		CASE(a_stop_cancels_a_start_and_only_the_stop_is_reported),
		CASE(a_stop_during_the_release_after_a_failed_start_is_what_is_reported),
		CASE(a_start_during_a_stop_comes_after_it),
		CASE(freeing_with_children_under_way_reports_nothing),
		CASE(a_shared_resource_stays_with_the_last_group_that_needs_it),
		CASE(two_groups_that_start_at_once_start_a_shared_resource_once),
		CASE(two_groups_that_stop_at_once_stop_a_shared_resource),
		CASE(a_group_that_waits_for_another_can_be_stopped),
		CASE(groups_run_side_by_side),
		CASE(a_missing_script_fails_the_start_and_not_the_stop),
		CASE(a_script_that_vanishes_while_it_runs_is_not_taken_as_stopped),
		CASE(a_script_that_anybody_may_write_is_not_run),
		CASE(a_script_without_interpreter_says_so),
		CASE(a_take_over_is_measured),
		CASE(an_address_is_in_place_when_start_returns),
		CASE(the_file_of_an_administrator_is_run_instead),
		CASE(an_address_that_fits_nowhere_fails_the_group_with_the_reason),
		CASE(hooks_run_one_after_another_with_their_fields),
		CASE(waiting_hooks_are_bounded),
	};
#undef CASE
	if (unshare(CLONE_NEWNET) < 0) {
		fprintf(stderr, "exec_group_test: no network namespace of its own: %s; run it as root\n", strerror(errno));
		return 1;
	}
	if (mkdtemp(directory) == NULL ||
	    system("ip link add hbv0 type veth peer name hbv1 && ip link set hbv0 up && ip link set hbv1 up && ip addr add 10.9.0.1/24 dev hbv0") != 0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf %s", directory);
	return system(command) != 0 || failed != 0;
}
