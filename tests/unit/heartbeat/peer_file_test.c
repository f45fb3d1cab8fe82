// SPDX-License-Identifier: MIT
/* The file that remembers the peer: a start reads it, a later engine does not need it, and a disk that cannot be
 * written stops nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/daemon/peer_file.h"
#include "lib/log.h"

enum { WAIT_MS = 60000 };

static char directory[64], lib[96], gone[96], path[128], log_file[128];
static struct peer_file_memory memory;
static struct peer_file *file;

/* --- the laboratory ----------------------------------------------------------------------------------------------- */

static int set_up(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/heartbeat-peer-test-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(lib, sizeof lib, "%s/lib", directory);
	(void)snprintf(gone, sizeof gone, "%s/gone", directory);
	(void)snprintf(path, sizeof path, "%s/peer", lib);
	(void)snprintf(log_file, sizeof log_file, "%s/log", directory);
	memset(&memory, 0, sizeof memory);
	const struct log_config log = {
		.entity = "heartbeat", .host = "node1", .logfile = log_file, .facility = -1, .syslog_layout = true};
	return log_open(&log) == 0 ? mkdir(lib, 0755) : -1;
}

static void stop(void)
{
	peer_file_free(file);
	file = NULL;
}

static int tear_down(void **state)
{
	char command[128];
	(void)state;
	stop();
	log_close();
	(void)snprintf(command, sizeof command, "rm -r %s", directory);
	return system(command);
}

/* An engine starts under the same supervisor. */
static const struct peer_memory *engine(void)
{
	stop();
	file = peer_file_new(path, &memory);
	return peer_file_remembered(file);
}

/* The whole daemon is started again. */
static const struct peer_memory *fresh_start(void)
{
	stop();
	memset(&memory, 0, sizeof memory);
	return engine();
}

static void store_by(uint64_t number, bool soon)
{
	const struct peer_memory m = {.name = "node2", .generation = 5, .number = number, .spoke_native = true};
	peer_file_store(file, &m, soon);
}

static void store(uint64_t number)
{
	store_by(number, true);
}

static bool file_has(uint64_t number)
{
	char *text = NULL, expected[128];
	(void)snprintf(expected, sizeof expected, "name node2\ngeneration 5\nnumber %u\ndialect native\n", (unsigned)number);
	bool has = g_file_get_contents(path, &text, NULL, NULL) && strcmp(text, expected) == 0;
	g_free(text);
	return has;
}

static unsigned doubts(void)
{
	char text[256];
	unsigned n = 0;
	while (peer_file_doubt(file, n, text, sizeof text))
		n++;
	return n;
}

static void turn_until(bool (*holds)(void))
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
	while (!holds() && g_get_monotonic_time() < end)
		if (!g_main_context_iteration(NULL, FALSE))
			g_usleep(500);
	assert_true(holds());
}

static bool is_saved(void)
{
	return !memory.unsaved;
}

static bool is_in_doubt(void)
{
	return doubts() == 1;
}

static unsigned count_in_log(const char *text)
{
	char *content = NULL;
	unsigned n = 0;
	log_flush();
	assert_true(g_file_get_contents(log_file, &content, NULL, NULL));
	for (char *at = strstr(content, text); at; at = strstr(at + 1, text))
		n++;
	g_free(content);
	return n;
}

static void disk_fails(void)
{
	assert_int_equal(rename(lib, gone), 0);
}

static void disk_works(void)
{
	assert_int_equal(rename(gone, lib), 0);
}

/* --- tests -------------------------------------------------------------------------------------------------------- */

static void without_a_file_nothing_is_remembered(void **state)
{
	(void)state;
	assert_null(fresh_start());
	assert_int_equal(count_in_log("WARN"), 0);
}

static void a_start_remembers_what_was_stored(void **state)
{
	struct stat st;
	(void)state;
	(void)fresh_start();
	store(6);
	turn_until(is_saved);
	assert_true(file_has(6));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	const struct peer_memory *m = fresh_start();
	assert_non_null(m);
	assert_string_equal(m->name, "node2");
	assert_int_equal(m->number, 6);
}

static void the_result_of_a_fencing_is_for_the_next_engine_and_not_for_a_new_daemon(void **state)
{
	(void)state;
	(void)fresh_start();
	const struct peer_memory m = {.name = "node2", .generation = 5, .number = 6, .heard = true, .fenced = true};
	peer_file_store(file, &m, true);
	turn_until(is_saved);
	assert_true(engine()->fenced);
	const struct peer_memory *read = fresh_start();
	assert_true(read && read->heard && !read->fenced);
}

static void what_is_stored_while_the_file_is_written_is_written_next(void **state)
{
	(void)state;
	(void)fresh_start();
	for (uint64_t number = 1; number <= 20; number++)
		store(number);
	turn_until(is_saved);
	assert_true(file_has(20));
}

static void an_engine_that_ends_has_the_last_memory_written(void **state)
{
	(void)state;
	(void)fresh_start();
	store(7);
	store(8);
	stop();
	assert_true(file_has(8));
}

/* With a keepalive of 10 ms it would be a process every 0.64 s. */
static void a_growing_number_waits_for_the_minute_or_for_the_end(void **state)
{
	(void)state;
	(void)fresh_start();
	store_by(7, false); /* no write has started yet */
	turn_until(is_saved);
	assert_true(file_has(7));
	gint64 end = g_get_monotonic_time() + 200 * 1000;
	for (uint64_t number = 8; g_get_monotonic_time() < end; number = number < 20 ? number + 1 : 20) {
		store_by(number, false);
		(void)g_main_context_iteration(NULL, FALSE);
		g_usleep(1000);
	}
	assert_true(file_has(7));
	assert_int_equal(peer_file_remembered(file)->number, 20); /* by the next engine, without the disk */
	store(20);
	turn_until(is_saved);
	assert_true(file_has(20));
	store_by(21, false);
	stop();
	assert_true(file_has(21));
}

/* The process that writes has the older text. */
static void what_waits_behind_a_write_is_written_when_the_engine_ends(void **state)
{
	(void)state;
	(void)fresh_start();
	store(7);
	store_by(8, false);
	stop();
	assert_true(file_has(8));
}

static void a_later_engine_needs_no_disk(void **state)
{
	(void)state;
	(void)fresh_start();
	store(9);
	turn_until(is_saved);
	disk_fails();
	const struct peer_memory *m = engine();
	assert_non_null(m);
	assert_int_equal(m->number, 9);
	assert_int_equal(doubts(), 0);
	disk_works();
}

static void a_failure_is_logged_once_and_ends_with_the_next_success(void **state)
{
	(void)state;
	(void)fresh_start();
	disk_fails();
	store(10);
	turn_until(is_in_doubt);
	assert_int_equal(engine()->number, 10);
	store(11);
	stop(); /* waits for the second failure */
	assert_int_equal(count_in_log("WARN: cannot write"), 1);
	disk_works();
	assert_int_equal(engine()->number, 11); /* an engine writes what the one before it could not write */
	turn_until(is_saved);
	assert_true(file_has(11));
	assert_int_equal(doubts(), 0);
	assert_int_equal(count_in_log("is written now"), 1);
}

static void a_damaged_file_is_reported_and_not_used(void **state)
{
	(void)state;
	assert_true(g_file_set_contents(path, "name node2\ngeneration x\n", -1, NULL));
	assert_null(fresh_start());
	assert_int_equal(count_in_log("peer is not used: it is damaged"), 1);
	store(12);
	turn_until(is_saved);
	assert_true(file_has(12));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_file_nothing_is_remembered),
		TEST(a_start_remembers_what_was_stored),
		TEST(the_result_of_a_fencing_is_for_the_next_engine_and_not_for_a_new_daemon),
		TEST(what_is_stored_while_the_file_is_written_is_written_next),
		TEST(an_engine_that_ends_has_the_last_memory_written),
		TEST(a_growing_number_waits_for_the_minute_or_for_the_end),
		TEST(what_waits_behind_a_write_is_written_when_the_engine_ends),
		TEST(a_later_engine_needs_no_disk),
		TEST(a_failure_is_logged_once_and_ends_with_the_next_success),
		TEST(a_damaged_file_is_reported_and_not_used),
	};
	return cmocka_run_group_tests_name("peer_file", tests, NULL, NULL);
}
