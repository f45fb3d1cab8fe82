// SPDX-License-Identifier: MIT
/* Programs are recorded before they run, and are found and ended after the process that started them has died. */
#include "tests/unit/heartbeat/spawn_lab.h"

#include <sys/mman.h>
#include <sys/wait.h>

enum { SLOTS = 4 };
static struct process_group *slots; /* shared between processes */

static int map_slots(void **state)
{
	(void)state;
	slots = mmap(NULL, SLOTS * sizeof(*slots), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return slots == MAP_FAILED;
}

static int unmap_slots(void **state)
{
	(void)state;
	return munmap(slots, SLOTS * sizeof(*slots));
}

static void wait_for_pid(const struct process_group *slot)
{
	while (((const volatile struct process_group *)slot)->pid == 0)
		(void)usleep(1000);
}

/* Another process starts the script, and dies. */
static void start_and_die(const char *script)
{
	pid_t starter = fork();
	assert_true(starter >= 0);
	if (starter == 0) {
		char *argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)script, NULL};
		struct run r = {0};
		(void)spawn_start(&(struct spawn_request){.path = "/bin/sh",
			.argv = argv,
			.envp = environment,
			.done = on_done,
			.context = &r,
			.group = process_groups_take(slots, SLOTS)});
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(starter, &status, 0), starter);
	wait_for_pid(&slots[0]);
}

static void an_orphaned_script_is_found_and_ended(void **state)
{
	(void)state;
	start_and_die("sleep 1000");
	pid_t pid = slots[0].pid;
	assert_int_equal(process_groups_alive(slots, SLOTS), 1);
	assert_int_equal(process_groups_kill(slots, SLOTS, span_ms(60000)), 0);
	assert_int_equal(slots[0].taken, 0);
	while (kill(-pid, 0) == 0) /* a zombie until init reaps it */
		(void)usleep(1000);
}

static void an_orphan_of_which_only_a_child_runs_is_ended_too(void **state)
{
	(void)state;
	start_and_die("sleep 1000 & exit 0");
	pid_t pid = slots[0].pid;
	while (kill(pid, 0) == 0) /* the leader: reaped by init */
		(void)usleep(1000);
	assert_int_equal(kill(-pid, 0), 0);
	assert_int_equal(process_groups_kill(slots, SLOTS, span_ms(60000)), 0);
	while (kill(-pid, 0) == 0)
		(void)usleep(1000);
}

static void a_number_that_was_given_away_gets_no_signal(void **state)
{
	(void)state;
	pid_t other = fork();
	assert_true(other >= 0);
	if (other == 0) {
		(void)setpgid(0, 0);
		for (;;)
			(void)pause();
	}
	(void)setpgid(other, other);
	slots[0] = (struct process_group){.taken = 1, .pid = (int32_t)other, .started = 1};
	assert_int_equal(process_groups_kill(slots, SLOTS, span_ms(0)), 0);
	assert_int_equal(waitpid(other, NULL, WNOHANG), 0);
	assert_int_equal(slots[0].taken, 0);
	(void)kill(other, SIGKILL);
	(void)waitpid(other, NULL, 0);
}

static void a_slot_is_free_again_when_the_script_has_ended(void **state)
{
	(void)state;
	char *argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
		(char *)(uintptr_t) "echo ${HEARTBEAT_CALL%.*} $$", NULL};
	struct run r = {0};
	(void)spawn_start(&(struct spawn_request){.path = "/bin/sh",
		.argv = argv,
		.envp = environment,
		.done = on_done,
		.context = &r,
		.group = process_groups_take(slots, SLOTS)});
	assert_int_equal(slots[0].taken, 1);
	assert_true(slots[0].pid > 0);
	char expected[64];
	(void)snprintf(expected, sizeof(expected), "%d %d\n", slots[0].pid, slots[0].pid);
	finish(&r);
	assert_string_equal(r.result.output, expected);
	assert_int_equal(slots[0].taken, 0);
}

static void a_program_that_cannot_be_started_leaves_no_slot_behind(void **state)
{
	(void)state;
	char *argv[] = {(char *)(uintptr_t) "none", NULL};
	struct run r = {0};
	(void)spawn_start(&(struct spawn_request){.path = "/nonexistent",
		.argv = argv,
		.envp = environment,
		.done = on_done,
		.context = &r,
		.group = process_groups_take(slots, SLOTS)});
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_FAILED);
	assert_int_equal(r.result.code, ENOENT);
	assert_int_equal(slots[0].taken, 0);
}

static void all_slots_can_be_taken_and_no_more(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SLOTS; i++)
		assert_non_null(process_groups_take(slots, SLOTS));
	assert_null(process_groups_take(slots, SLOTS));
}

static void a_script_without_interpreter_line_is_run_by_the_shell_where_wanted(void **state)
{
	(void)state;
	char path[] = "/tmp/process_groups_test.XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0 && fchmod(fd, 0755) == 0);
	assert_int_equal(write(fd, "echo $0 $1\n", 11), 11);
	(void)close(fd);
	char *argv[] = {path, (char *)(uintptr_t) "start", NULL};
	for (unsigned by_shell = 0; by_shell < 2; by_shell++) {
		struct run r = {0};
		(void)spawn_start(&(struct spawn_request){.path = path,
			.argv = argv,
			.envp = environment,
			.done = on_done,
			.context = &r,
			.by_shell = by_shell});
		finish(&r);
		assert_int_equal(r.result.end, by_shell ? SPAWN_EXITED : SPAWN_FAILED);
		char expected[sizeof(path) + 16];
		(void)snprintf(expected, sizeof(expected), "%s start\n", path);
		if (by_shell)
			assert_string_equal(r.result.output, expected);
		else
			assert_int_equal(r.result.code, ENOEXEC);
	}
	(void)unlink(path);
}

#define WITH_SLOTS(test) cmocka_unit_test_setup_teardown(test, map_slots, unmap_slots)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SLOTS(an_orphaned_script_is_found_and_ended),
		WITH_SLOTS(an_orphan_of_which_only_a_child_runs_is_ended_too),
		WITH_SLOTS(a_number_that_was_given_away_gets_no_signal),
		WITH_SLOTS(a_slot_is_free_again_when_the_script_has_ended),
		WITH_SLOTS(a_program_that_cannot_be_started_leaves_no_slot_behind),
		WITH_SLOTS(all_slots_can_be_taken_and_no_more),
		WITH_SLOTS(a_script_without_interpreter_line_is_run_by_the_shell_where_wanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
