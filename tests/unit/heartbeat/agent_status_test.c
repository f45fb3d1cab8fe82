// SPDX-License-Identifier: MIT
/* What a status call means, and which files may be run as root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/exec/agent.h"

static void the_table_of_the_header_holds(void **state)
{
	static const struct {
		enum spawn_end end;
		int code;
		const char *output;
		enum agent_verdict verdict;
	} rows[] = {
		/* no answer */
		{SPAWN_TIMED_OUT, 0, "running\n", AGENT_UNKNOWN},
		{SPAWN_SIGNALED, 9, "", AGENT_UNKNOWN},
		{SPAWN_FAILED, ENOEXEC, "", AGENT_UNKNOWN},
		/* by LSB and OCF the code means stopped, whatever the text */
		{SPAWN_EXITED, 3, "httpd is running\n", AGENT_STOPPED},
		{SPAWN_EXITED, 7, "OK", AGENT_STOPPED},
		{SPAWN_EXITED, 3, "", AGENT_STOPPED},
		/* the texts of the reference */
		{SPAWN_EXITED, 0, "httpd (pid 12) is running...\n", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "Running", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "INFO:  Running OK\n", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "not running", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "httpd is NOT currently Running\n", AGENT_STOPPED},
		{SPAWN_EXITED, 1, "not running", AGENT_STOPPED},
		{SPAWN_EXITED, 1, "is running", AGENT_RUNNING},
		{SPAWN_EXITED, 1, "is OK", AGENT_RUNNING},
		{SPAWN_EXITED, 4, "RUNNING", AGENT_RUNNING},
		{SPAWN_EXITED, 1, "dead but pid file exists", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "\n", AGENT_STOPPED},
		/* a denial in the same line */
		{SPAWN_EXITED, 0, "running not", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "running: no", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "running=false", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "running: 0", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "0 running", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "it isn't running", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "Stopped; 3 workers were running", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "is NOT OK", AGENT_UNKNOWN},
		{SPAWN_EXITED, 1, "no instance is running", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "Usage: foo {start|stop|running}", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "10 requests, running", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "start/running, process 123", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "  Loaded: loaded (x)\n  Active: active (running) since\n  stopped earlier", AGENT_RUNNING},
		/* code 0 and a text that does not report it as running: it is started */
		{SPAWN_EXITED, 0, "active", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "all is well", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "BROKEN", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "l\xc3\xa4uft", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "\xe6\x9c\x8d\xe5\x8a\xa1\xe6\x9c\xaa\xe8\xbf\x90\xe8\xa1\x8c", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "stop/waiting", AGENT_UNKNOWN},
		{SPAWN_EXITED, 0, "RUNNING", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "is stopped", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "shut off", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "false", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "inactive (dead)", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "Usage: foo {start|stop}", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "no process", AGENT_STOPPED},
		{SPAWN_EXITED, 1, "active", AGENT_STOPPED},
		/* "not" at the very end must not look behind it */
		{SPAWN_EXITED, 0, "not", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "not ", AGENT_STOPPED},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (agent_status_decide(rows[i].end, rows[i].code, rows[i].output).verdict != rows[i].verdict)
			fail_msg("row %zu: code %d, \"%s\"", i, rows[i].code, rows[i].output);
}

static void a_monitor_believes_the_exit_code_where_the_text_is_not_clear(void **state)
{
	static const struct {
		enum spawn_end end;
		int code;
		const char *output;
		enum agent_verdict verdict;
	} rows[] = {
		{SPAWN_TIMED_OUT, 0, "running\n", AGENT_UNKNOWN},
		{SPAWN_SIGNALED, 9, "", AGENT_UNKNOWN},
		{SPAWN_FAILED, ENOEXEC, "", AGENT_NOT_EXECUTED},
		{SPAWN_EXITED, 0, "", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "active", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "running, 0 failed", AGENT_RUNNING},
		{SPAWN_EXITED, 1, "no instance is running", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "httpd is running", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "httpd is not running", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "stopped", AGENT_STOPPED},
		{SPAWN_EXITED, 1, "", AGENT_STOPPED},
		{SPAWN_EXITED, 3, "httpd is running", AGENT_STOPPED},
		{SPAWN_EXITED, 7, "", AGENT_STOPPED},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct agent_status s = agent_monitor_decide(rows[i].end, rows[i].code, rows[i].output);
		if (s.verdict != rows[i].verdict)
			fail_msg("exit code %d, \"%s\": verdict %d, expected %d", rows[i].code, rows[i].output, s.verdict,
				rows[i].verdict);
	}
}

static void text_and_exit_code_that_differ_are_a_contradiction(void **state)
{
	static const struct {
		int code;
		const char *output;
		bool contradicts;
	} rows[] = {
		{0, "running", false}, {3, "stopped", false}, {3, "", false}, {1, "dead but pid file exists", false}, {0, "", false},
		{3, "running", true},  {1, "is running", true}, {0, "stopped", true}, {0, "not running", true}, {0, "active", true},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (agent_status_decide(SPAWN_EXITED, rows[i].code, rows[i].output).contradicts != rows[i].contradicts)
			fail_msg("row %zu: code %d, \"%s\"", i, rows[i].code, rows[i].output);
}

static char first[] = "/tmp/agent_test.XXXXXX", second[] = "/tmp/agent_test.XXXXXX";
static const char *const both[] = {first, second, NULL};

static void put(const char *directory, const char *name, mode_t mode)
{
	char path[128];
	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static char path[AGENT_PATH_MAX], error[AGENT_ERROR_MAX];

static void the_first_directory_wins(void **state)
{
	(void)state;
	put(first, "both", 0755);
	put(second, "both", 0755);
	assert_int_equal(agent_find(both, "both", path, error), 0);
	assert_ptr_equal(strstr(path, first), path);
	put(second, "later", 0755);
	assert_int_equal(agent_find(both, "later", path, error), 0);
	assert_ptr_equal(strstr(path, second), path);
}

static void what_is_no_program_is_passed_over(void **state)
{
	(void)state;
	put(first, "plain", 0644);
	put(second, "plain", 0755);
	assert_int_equal(agent_find(both, "plain", path, error), 0);
	assert_ptr_equal(strstr(path, second), path);
	assert_int_equal(agent_find((const char *const[]){first, NULL}, "plain", path, error), -ENOENT);
	assert_non_null(strstr(error, "Cannot locate resource script plain"));
	assert_non_null(strstr(error, "not executable"));
	char directory[128];
	(void)snprintf(directory, sizeof directory, "%s/folder", first);
	assert_int_equal(mkdir(directory, 0755), 0);
	assert_int_equal(agent_find(both, "folder", path, error), -ENOENT);
	assert_non_null(strstr(error, "not a regular file"));
}

static void a_file_that_others_may_change_is_refused_with_its_mode(void **state)
{
	(void)state;
	put(first, "open", 0757);
	put(second, "open", 0755); /* not even looked at: somebody put something in front of it */
	assert_int_equal(agent_find(both, "open", path, error), -EPERM);
	assert_non_null(strstr(error, "0757"));
	assert_non_null(strstr(error, "0755"));
	put(first, "grouped", 0775);
	assert_int_equal(agent_find(both, "grouped", path, error), -EPERM);
	put(first, "theirs", 0755);
	(void)snprintf(path, sizeof path, "%s/theirs", first);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(agent_find(both, "theirs", path, error), -EPERM);
	assert_non_null(strstr(error, "65534"));
}

static void a_directory_that_others_may_change_is_refused(void **state)
{
	(void)state;
	put(second, "fine", 0755);
	assert_int_equal(chmod(second, 0777), 0);
	assert_int_equal(agent_find(both, "fine", path, error), -EPERM);
	assert_non_null(strstr(error, "directory"));
	assert_int_equal(chmod(second, 0755), 0);
	assert_int_equal(agent_find(both, "fine", path, error), 0);
}

static void a_link_into_a_directory_of_others_is_refused(void **state)
{
	(void)state;
	char target[128], link[128], program[160];
	(void)snprintf(target, sizeof target, "%s/of-others", second);
	(void)snprintf(link, sizeof link, "%s/linked", first);
	assert_int_equal(mkdir(target, 0755), 0);
	put(target, "program", 0755);
	(void)snprintf(program, sizeof program, "%s/program", target);
	assert_int_equal(symlink(program, link), 0);
	assert_int_equal(agent_find(both, "linked", path, error), 0);
	assert_int_equal(chown(target, 65534, 0), 0);
	assert_int_equal(agent_find(both, "linked", path, error), -EPERM);
	assert_non_null(strstr(error, "of-others: it belongs to uid 65534"));
	assert_int_equal(chown(target, 0, 0), 0);
	assert_int_equal(chmod(target, 0775), 0); /* as /usr/local of Debian: root and the group staff */
	assert_int_equal(agent_find(both, "linked", path, error), 0);
	assert_int_equal(chmod(first, 0775), 0);
	assert_int_equal(agent_find(both, "linked", path, error), -EPERM);
	assert_int_equal(chmod(first, 0755), 0);
}

static void a_name_cannot_leave_the_directories(void **state)
{
	(void)state;
	assert_int_equal(agent_find(both, "../../bin/sh", path, error), -ENOENT);
	assert_int_equal(agent_find(both, "..", path, error), -ENOENT);
	assert_int_equal(agent_find(both, "", path, error), -ENOENT);
	char name[AGENT_PATH_MAX + 1];
	memset(name, 'x', AGENT_PATH_MAX);
	name[AGENT_PATH_MAX] = '\0';
	assert_int_equal(agent_find(both, name, path, error), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_of_the_header_holds),
		cmocka_unit_test(a_monitor_believes_the_exit_code_where_the_text_is_not_clear),
		cmocka_unit_test(text_and_exit_code_that_differ_are_a_contradiction),
		cmocka_unit_test(the_first_directory_wins),
		cmocka_unit_test(what_is_no_program_is_passed_over),
		cmocka_unit_test(a_file_that_others_may_change_is_refused_with_its_mode),
		cmocka_unit_test(a_directory_that_others_may_change_is_refused),
		cmocka_unit_test(a_link_into_a_directory_of_others_is_refused),
		cmocka_unit_test(a_name_cannot_leave_the_directories),
	};
	if (geteuid() != 0) {
		fprintf(stderr, "agent_status_test: needs root: it looks at files that must belong to root\n");
		return 1;
	}
	if (mkdtemp(first) == NULL || mkdtemp(second) == NULL)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf %s %s", first, second);
	return system(command) != 0 || failed != 0;
}
