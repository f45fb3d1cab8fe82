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
		/* LSB and OCF say stopped by code, whatever the text */
		{SPAWN_EXITED, 3, "httpd is running\n", AGENT_STOPPED},
		{SPAWN_EXITED, 7, "OK", AGENT_STOPPED},
		{SPAWN_EXITED, 3, "", AGENT_STOPPED},
		/* the reference's words */
		{SPAWN_EXITED, 0, "httpd (pid 12) is running...\n", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "Running", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "INFO:  Running OK\n", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "not running", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "httpd is NOT currently Running\n", AGENT_STOPPED},
		{SPAWN_EXITED, 1, "not running", AGENT_STOPPED},
		{SPAWN_EXITED, 1, "is running", AGENT_RUNNING},
		{SPAWN_EXITED, 1, "is OK", AGENT_RUNNING},
		{SPAWN_EXITED, 4, "RUNNING", AGENT_STOPPED},
		{SPAWN_EXITED, 1, "dead but pid file exists", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "\n", AGENT_STOPPED},
		/* code 0 and a text that the reference does not understand */
		{SPAWN_EXITED, 0, "active", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "RUNNING", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "all is well", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "is stopped", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "Stopped; 3 workers were running", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "inactive (dead)", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "is NOT OK", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "Usage: foo {start|stop}", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "no process", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "nothing wrong", AGENT_RUNNING},
		/* "not" at the very end must not look behind it */
		{SPAWN_EXITED, 0, "running not", AGENT_RUNNING},
		{SPAWN_EXITED, 0, "not", AGENT_STOPPED},
		{SPAWN_EXITED, 0, "not ", AGENT_STOPPED},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (agent_status_decide(rows[i].end, rows[i].code, rows[i].output) != rows[i].verdict)
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
		cmocka_unit_test(the_first_directory_wins),
		cmocka_unit_test(what_is_no_program_is_passed_over),
		cmocka_unit_test(a_file_that_others_may_change_is_refused_with_its_mode),
		cmocka_unit_test(a_directory_that_others_may_change_is_refused),
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
