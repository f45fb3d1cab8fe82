// SPDX-License-Identifier: MIT
/* Reports about programs of respawn lines, in memory that the writer and the reader share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/exec/client_reports.h"

static struct client_reports *shared;

static int map(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED;
}

static int unmap(void **state)
{
	(void)state;
	return munmap(shared, sizeof *shared);
}

static void what_is_written_is_read_in_its_order(void **state)
{
	(void)state;
	const struct client_report list[] = {{.user = "root", .command = "/a b", .state = CLIENT_RUNS, .starts = 3},
		{.user = "nobody", .command = "/c", .failfast = true, .state = CLIENT_AWAY, .starts = 1}};
	struct client_report r;
	assert_false(client_reports_at(shared, 0, &r));
	client_reports_write(shared, list, 2);
	assert_true(client_reports_at(shared, 0, &r));
	assert_string_equal(r.command, "/a b");
	assert_int_equal(r.starts, 3);
	assert_true(client_reports_at(shared, 1, &r));
	assert_string_equal(r.user, "nobody");
	assert_true(r.failfast);
	assert_false(client_reports_at(shared, 2, &r));
	client_reports_write(shared, list, 0);
	assert_false(client_reports_at(shared, 0, &r));
}

/* The process that writes may be killed at any moment.  What it reported before stays, and the next writer goes on. */
static void a_writer_that_was_killed_changes_nothing(void **state)
{
	(void)state;
	const struct client_report one = {.command = "/a", .starts = 1}, two = {.command = "/a", .starts = 2};
	struct client_report r;
	client_reports_write(shared, &one, 1);
	memset(&shared->copies[(shared->writes + 1) % 2], 0xff, sizeof shared->copies[0] / 2);
	assert_true(client_reports_at(shared, 0, &r));
	assert_string_equal(r.command, "/a");
	assert_int_equal(r.starts, 1);
	client_reports_write(shared, &two, 1);
	assert_true(client_reports_at(shared, 0, &r));
	assert_int_equal(r.starts, 2);
}

static void no_reader_sees_half_of_a_report(void **state)
{
	(void)state;
	enum { READS = 200000 };
	unsigned read = 0;
	pid_t writer = fork();
	if (writer == 0)
		for (uint32_t n = 0;; n++) {
			struct client_report list[HA_CF_CHILDREN_MAX];
			memset(list, 0, sizeof list);
			for (size_t i = 0; i < HA_CF_CHILDREN_MAX; i++) {
				list[i].starts = n;
				list[i].started_ns = n;
				(void)snprintf(list[i].command, sizeof list[i].command, "%u", n);
			}
			client_reports_write(shared, list, HA_CF_CHILDREN_MAX);
		}
	for (unsigned i = 0; i < READS; i++) {
		struct client_report r;
		char expected[16];
		if (!client_reports_at(shared, i % HA_CF_CHILDREN_MAX, &r))
			continue;
		(void)snprintf(expected, sizeof expected, "%u", r.starts);
		read++;
		if (r.started_ns != r.starts || strcmp(r.command, expected) != 0) {
			(void)kill(writer, SIGKILL);
			fail_msg("half of a report: %u %lld %s", r.starts, (long long)r.started_ns, r.command);
		}
	}
	assert_int_equal(kill(writer, SIGKILL), 0);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	(void)read; /* on one processor the writer may have been interrupted in a report, all the time */
}

static void a_text_without_an_end_is_cut(void **state)
{
	(void)state;
	struct client_report one, r;
	memset(&one, 'x', sizeof one);
	client_reports_write(shared, &one, 1);
	assert_true(client_reports_at(shared, 0, &r));
	assert_int_equal(strlen(r.command), CLIENT_REPORT_COMMAND - 1);
	assert_int_equal(strlen(r.user), CLIENT_REPORT_USER - 1);
	assert_null(client_state_name(r.state));
	shared->copies[shared->writes % 2].count = UINT32_MAX;
	assert_false(client_reports_at(shared, HA_CF_CHILDREN_MAX, &r));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, map, unmap)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read_in_its_order),
		TEST(a_writer_that_was_killed_changes_nothing),
		TEST(no_reader_sees_half_of_a_report),
		TEST(a_text_without_an_end_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
