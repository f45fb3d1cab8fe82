// SPDX-License-Identifier: MIT
/* Generation and uuid of a node: they grow, they last, and a disk that cannot be written prevents nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "heartbeat/daemon/identity.h"
#include "lib/log.h"

enum { WAIT_MS = 60000, RESERVED = 16 };

static char directory[64];
static char lib[96], gone[96], generation_file[128], uuid_file[128], copy_file[128], machine_file[128], log_file[128];
static struct identity_config config;
static struct identity_memory memory;
static struct identity *id;

/* --- the laboratory ----------------------------------------------------------------------------------------------- */

static int set_up(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/heartbeat-identity-test-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(lib, sizeof lib, "%s/lib", directory);
	(void)snprintf(gone, sizeof gone, "%s/gone", directory);
	(void)snprintf(generation_file, sizeof generation_file, "%s/hb_generation", lib);
	(void)snprintf(uuid_file, sizeof uuid_file, "%s/hb_uuid", lib);
	(void)snprintf(copy_file, sizeof copy_file, "%s/generation", directory);
	(void)snprintf(machine_file, sizeof machine_file, "%s/machine-id", directory);
	(void)snprintf(log_file, sizeof log_file, "%s/log", directory);
	config = (struct identity_config){.node = "node1", .generation_file = generation_file,
		.generation_copy = copy_file, .uuid_file = uuid_file, .machine_id_file = machine_file};
	memset(&memory, 0, sizeof memory);
	const struct log_config log = {
		.entity = "heartbeat", .host = "node1", .logfile = log_file, .facility = -1, .syslog_layout = true};
	if (log_open(&log) != 0 || !g_file_set_contents(machine_file, "0123456789abcdef\n", -1, NULL))
		return -1;
	return mkdir(lib, 0755);
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	identity_free(id);
	id = NULL;
	log_close();
	while (waitpid(-1, NULL, 0) > 0)
		; /* a process that still writes into the directory */
	(void)snprintf(command, sizeof command, "rm -r %s", directory);
	return system(command);
}

/* An engine starts under the same supervisor. */
static uint64_t engine(void)
{
	identity_free(id);
	id = identity_new(&config, &memory);
	return identity_generation(id);
}

/* The whole daemon is started again. */
static uint64_t fresh_start(void)
{
	memset(&memory, 0, sizeof memory);
	return engine();
}

static void disk_fails(void)
{
	assert_int_equal(rename(lib, gone), 0);
}

static void disk_works(void)
{
	assert_int_equal(rename(gone, lib), 0);
}

static void store(const char *text)
{
	assert_true(g_file_set_contents(generation_file, text, -1, NULL));
}

static uint64_t number_in(const char *path)
{
	char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	uint64_t number = strtoull(text, NULL, 10);
	g_free(text);
	return number;
}

static void wait_until_stored(uint64_t number)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;

	while ((number_in(generation_file) != number || memory.reserved != number) && g_get_monotonic_time() < end)
		if (!g_main_context_iteration(NULL, FALSE))
			g_usleep(500);
	assert_int_equal(number_in(generation_file), number);
	assert_int_equal(memory.reserved, number);
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

static unsigned doubts(void)
{
	char text[256];
	unsigned n = 0;

	while (identity_doubt(id, n, text, sizeof text))
		n++;
	return n;
}

static uint64_t now(void)
{
	return (uint64_t)time(NULL);
}

/* --- generation --------------------------------------------------------------------------------------------------- */

static void the_first_start_takes_the_clock_and_reserves_more(void **state)
{
	char *text;
	char expected[32];

	(void)state;
	uint64_t before = now(), generation = fresh_start();
	assert_in_range(generation, before + 1, now() + 1);
	(void)snprintf(expected, sizeof expected, "%15" PRIu64 "\n", generation + RESERVED - 1);
	assert_true(g_file_get_contents(generation_file, &text, NULL, NULL));
	assert_string_equal(text, expected); /* as 3.0.6 reads it */
	g_free(text);
	assert_int_equal(count_in_log("info: No Previous generation - starting at"), 1);
	assert_int_equal(doubts(), 0);
}

static void a_start_is_above_all_that_was_reserved(void **state)
{
	(void)state;
	store("            100\n");
	assert_int_equal(fresh_start(), 101);
	assert_int_equal(number_in(generation_file), 116);
	assert_int_equal(engine(), 102);
	assert_int_equal(fresh_start(), 117);
}

static void by_time_is_the_clock_unless_the_file_is_higher(void **state)
{
	char ahead[32];

	(void)state;
	config.by_time = true;
	store("100\n");
	uint64_t before = now(), generation = fresh_start();
	assert_in_range(generation, before + 1, now() + 1);
	uint64_t higher = now() + 1000000;
	(void)snprintf(ahead, sizeof ahead, "%" PRIu64 "\n", higher);
	store(ahead);
	assert_int_equal(fresh_start(), higher + 1);
}

static void a_later_engine_needs_no_disk(void **state)
{
	(void)state;
	store("100\n");
	assert_int_equal(fresh_start(), 101);
	disk_fails();
	for (uint64_t i = 102; i <= 112; i++)
		assert_int_equal(engine(), i);
	assert_int_equal(count_in_log("cannot write"), 0);
	disk_works();
	assert_int_equal(number_in(generation_file), 116);
}

static void the_reserve_is_renewed_before_it_ends(void **state)
{
	(void)state;
	store("100\n");
	assert_int_equal(fresh_start(), 101);
	for (uint64_t i = 102; i <= 113; i++)
		assert_int_equal(engine(), i);
	wait_until_stored(113 + RESERVED - 1);
	assert_int_equal(doubts(), 0);
}

static void without_a_reserve_numbers_grow_and_it_is_said_once(void **state)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;

	(void)state;
	store("100\n");
	uint64_t last = fresh_start();
	disk_fails();
	for (int i = 0; i < 40; i++) {
		uint64_t next = engine();
		assert_true(next > last);
		last = next;
	}
	assert_true(last > now()); /* above all that a file may have had */
	while (doubts() == 0 && g_get_monotonic_time() < end)
		if (!g_main_context_iteration(NULL, FALSE))
			g_usleep(500);
	assert_int_equal(doubts(), 1);
	assert_int_equal(count_in_log("hb_generation: No such file or directory; heartbeat continues"), 1);
	disk_works();
	last = engine(); /* or the timer */
	wait_until_stored(last + RESERVED - 1);
	assert_int_equal(count_in_log("info: "), 1); /* it is written now */
	assert_int_equal(doubts(), 0);
}

static void a_fresh_start_without_a_disk_goes_on_and_is_not_repeated(void **state)
{
	(void)state;
	store("100\n");
	disk_fails();
	uint8_t uuid[2][16];
	uint64_t before = now(), first = fresh_start();
	identity_uuid(id, uuid[0]);
	assert_in_range(first, before + 1, now() + 1);
	assert_int_equal(count_in_log("CRIT: cannot write"), 1);
	assert_int_equal(doubts(), 2);
	disk_works(); /* room was made while heartbeat was stopped; the file still has the old number */
	assert_int_equal(number_in(generation_file), 100);
	uint64_t second = fresh_start();
	identity_uuid(id, uuid[1]);
	assert_memory_equal(uuid[0], uuid[1], 16);
	assert_true(second > first);
	assert_true(number_in(generation_file) > second);
	assert_int_equal(number_in(copy_file), 0); /* not needed any more */
	assert_int_equal(doubts(), 0);
}

static void a_stored_number_above_the_clock_counts_without_a_disk_too(void **state)
{
	(void)state;
	/* the disk can be read, but the file cannot be replaced: its temporary name is too long */
	char name[256], path[512];
	memset(name, 'g', sizeof name - 1);
	name[252] = '\0';
	(void)snprintf(path, sizeof path, "%s/%s", lib, name);
	config.generation_file = path;
	assert_true(g_file_set_contents(generation_file, "99999999999\n", -1, NULL));
	assert_int_equal(rename(generation_file, path), 0);
	assert_int_equal(fresh_start(), 100000000000);
	assert_int_equal(doubts(), 1);
}

static void a_number_from_the_clock_is_kept_beside_a_disk_that_can_only_be_read(void **state)
{
	(void)state;
	char name[256], path[512];
	memset(name, 'g', sizeof name - 1);
	name[252] = '\0';
	(void)snprintf(path, sizeof path, "%s/%s", lib, name);
	store("100\n");
	assert_int_equal(rename(generation_file, path), 0);
	config.generation_file = path;
	uint64_t first = fresh_start();
	assert_true(first > 1000000);
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
	while (number_in(copy_file) < first && g_get_monotonic_time() < end)
		if (!g_main_context_iteration(NULL, FALSE))
			g_usleep(500);
	assert_int_equal(rename(path, generation_file), 0); /* the disk works again; it has the old number */
	config.generation_file = generation_file;
	assert_true(fresh_start() > first);
}

static void a_number_that_cannot_grow_is_reported_and_replaced(void **state)
{
	(void)state;
	store("18446744073709551615\n");
	uint64_t before = now(), generation = fresh_start();
	assert_in_range(generation, before + 1, now() + 1);
	assert_int_equal(count_in_log("ERROR: "), 1);
	assert_int_equal(count_in_log("contains a number that cannot grow any more; the generation starts again from the clock"), 1);
	assert_int_equal(number_in(generation_file), generation + RESERVED - 1);
	store("18446744073709551600\n"); /* no room for a reserve */
	assert_true(fresh_start() <= now() + 1);
	store("18446744073709551599\n");
	assert_int_equal(fresh_start(), 18446744073709551600u);
}

static void a_file_without_a_number_is_reported(void **state)
{
	static const char *const broken[] = {"", "\n", "x\n", "-5\n", "1 2\n", "0x10\n", "99999999999999999999\n"};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(broken); i++) {
		store(broken[i]);
		uint64_t before = now(), generation = fresh_start();
		if (strcmp(broken[i], "1 2\n") == 0)
			assert_int_equal(generation, 2);
		else
			assert_in_range(generation, before + 1, now() + 1);
	}
	assert_true(count_in_log("contains no number; the generation starts again from the clock") > 0);
}

static void another_process_may_have_reserved_more(void **state)
{
	(void)state;
	store("100\n");
	assert_int_equal(fresh_start(), 101);
	store("5000\n");
	for (uint64_t i = 102; i <= 113; i++)
		assert_int_equal(engine(), i);
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
	while (memory.reserved != 128 && g_get_monotonic_time() < end)
		(void)g_main_context_iteration(NULL, FALSE);
	assert_int_equal(memory.reserved, 128);
	assert_int_equal(number_in(generation_file), 5000);
}

/* --- uuid --------------------------------------------------------------------------------------------------------- */

static void the_uuid_is_made_once_and_kept(void **state)
{
	uint8_t first[16], second[16];
	struct stat st;

	(void)state;
	(void)fresh_start();
	identity_uuid(id, first);
	assert_int_equal(stat(uuid_file, &st), 0);
	assert_int_equal(st.st_size, 16);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(first[6] >> 4, 4);
	(void)fresh_start();
	identity_uuid(id, second);
	assert_memory_equal(first, second, 16);
	disk_fails();
	(void)engine();
	identity_uuid(id, second);
	assert_memory_equal(first, second, 16);
}

static void a_uuid_file_of_another_length_is_replaced(void **state)
{
	struct stat st;

	(void)state;
	assert_true(g_file_set_contents(uuid_file, "short", -1, NULL));
	(void)fresh_start();
	assert_int_equal(count_in_log("hb_uuid is not 16 bytes long; a new uuid is made"), 1);
	assert_int_equal(stat(uuid_file, &st), 0);
	assert_int_equal(st.st_size, 16);
}

static void a_uuid_that_cannot_be_kept_is_the_same_at_each_start(void **state)
{
	uint8_t first[16], again[16], other[16], elsewhere[16];

	(void)state;
	disk_fails();
	(void)fresh_start();
	identity_uuid(id, first);
	assert_int_equal(count_in_log("WARN: cannot write"), 1);
	(void)fresh_start();
	identity_uuid(id, again);
	assert_memory_equal(first, again, 16);
	config.node = "node2";
	(void)fresh_start();
	identity_uuid(id, other);
	assert_memory_not_equal(first, other, 16);
	config.node = "node1";
	assert_true(g_file_set_contents(machine_file, "another machine\n", -1, NULL));
	(void)fresh_start();
	identity_uuid(id, elsewhere);
	assert_memory_not_equal(first, elsewhere, 16);
	config.machine_id_file = "/no/such/file";
	(void)fresh_start();
	identity_uuid(id, again);
	(void)fresh_start();
	identity_uuid(id, other);
	assert_memory_equal(again, other, 16);
	disk_works();
	(void)engine(); /* as soon as it can be written, it is: that one, not another */
	wait_until_stored(identity_generation(id) + RESERVED - 1);
	(void)fresh_start();
	identity_uuid(id, again);
	assert_memory_equal(again, other, 16);
	assert_int_equal(doubts(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_first_start_takes_the_clock_and_reserves_more),
		TEST(a_start_is_above_all_that_was_reserved),
		TEST(by_time_is_the_clock_unless_the_file_is_higher),
		TEST(a_later_engine_needs_no_disk),
		TEST(the_reserve_is_renewed_before_it_ends),
		TEST(without_a_reserve_numbers_grow_and_it_is_said_once),
		TEST(a_fresh_start_without_a_disk_goes_on_and_is_not_repeated),
		TEST(a_stored_number_above_the_clock_counts_without_a_disk_too),
		TEST(a_number_from_the_clock_is_kept_beside_a_disk_that_can_only_be_read),
		TEST(a_number_that_cannot_grow_is_reported_and_replaced),
		TEST(a_file_without_a_number_is_reported),
		TEST(another_process_may_have_reserved_more),
		TEST(the_uuid_is_made_once_and_kept),
		TEST(a_uuid_file_of_another_length_is_replaced),
		TEST(a_uuid_that_cannot_be_kept_is_the_same_at_each_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
