// SPDX-License-Identifier: MIT
/* What a service prints after its start script has ended: it is logged, and the service lives, whatever is killed. */
#include "tests/unit/heartbeat/spawn_lab.h"

#include "lib/bounded_output.h"
#include "lib/lasting_output.h"
#include "lib/log.h"

enum { PATIENCE_MS = 60000 };

static char directory[] = "/tmp/lasting_output_test.XXXXXX", first_log[64], second_log[64], process_file[64];

/* --- processes --- */

enum { STARTED_MAX = 4 };
static pid_t started[STARTED_MAX]; /* what a case has started and not yet seen ending; 0: free */

static void replace_started(pid_t from, pid_t to)
{
	size_t i = 0;
	while (i < STARTED_MAX && started[i] != from)
		i++;
	if (i < STARTED_MAX)
		started[i] = to;
	else if (to != 0)
		fail_msg("more than %d processes in one case", STARTED_MAX);
}

static void note_start(pid_t pid) { replace_started(0, pid); }
static void note_end(pid_t pid) { replace_started(pid, 0); }

/* After an assertion that failed in the middle of a case. */
static void end_started(void)
{
	for (size_t i = 0; i < STARTED_MAX; i++) {
		if (started[i] == 0)
			continue;
		(void)kill(started[i], SIGKILL);
		(void)waitpid(started[i], NULL, 0); /* ECHILD: a service is not our child */
		started[i] = 0;
	}
}

/* --- files --- */

static char *text_of(const char *path)
{
	static char *text;
	g_free(text);
	if (!g_file_get_contents(path, &text, NULL, NULL))
		text = g_strdup("");
	return text;
}

static bool logged(const char *path, const char *line)
{
	return strstr(text_of(path), line) != NULL;
}

/* Run the loop until the log has the line. */
static void await_line(const char *path, const char *line)
{
	for (int waited = 0; !logged(path, line); waited += 10) {
		if (waited >= PATIENCE_MS)
			fail_msg("not in the log: \"%s\" in: %s", line, text_of(path));
		while (g_main_context_iteration(NULL, FALSE))
			;
		(void)g_usleep(10000);
	}
}

static void open_log(const char *path)
{
	assert_int_equal(
		log_open(&(struct log_config){.entity = "test", .host = "cfa", .logfile = path, .facility = -1}), 0);
}

/* Runs in the process that reads. */
static void begin(void)
{
	char number[16];
	(void)snprintf(number, sizeof number, "%d", (int)getpid());
	(void)g_file_set_contents(process_file, number, -1, NULL);
}

static pid_t reader_process(void)
{
	return (pid_t)strtol(text_of(process_file), NULL, 10);
}

static void await_end(pid_t pid)
{
	for (int waited = 0; kill(pid, 0) == 0; waited += 10) {
		assert_true(waited < PATIENCE_MS);
		(void)waitpid(pid, NULL, WNOHANG);
		(void)g_usleep(10000);
	}
	note_end(pid);
}

/* --- services --- */

/* A script that leaves a process behind, which prints nothing before the script has ended: the output of the script is
 * its number.  Returns that process. */
static pid_t service(const char *body)
{
	struct run r = {0};
	char *script = g_strdup_printf("( while kill -0 $$ 2>/dev/null; do sleep 0.01; done; %s ) & echo $!", body);
	char *argv[] = {"sh", "-c", script, NULL};
	(void)spawn_start(&(struct spawn_request){.path = "/bin/sh",
		.argv = argv,
		.envp = environment,
		.lasting_name = "ticker",
		.line = on_line,
		.done = on_done,
		.context = &r});
	g_free(script);
	finish(&r);
	pid_t pid = (pid_t)strtol(r.result.output, NULL, 10);
	assert_true(pid > 1);
	note_start(pid);
	return pid;
}

static const char ticking[] = "i=0; while sleep 0.02; do i=$((i+1)); echo tick $i; done";

/* The next line of it is in the log. */
static void assert_ticks(const char *path)
{
	char *text = text_of(path), line[32];
	unsigned number = 0;
	for (char *at = text; (at = strstr(at, "tick ")) != NULL; at++)
		number = (unsigned)strtoul(at + strlen("tick "), NULL, 10);
	(void)snprintf(line, sizeof line, "ticker: tick %u\n", number + 5);
	await_line(path, line);
}

static void end_service(pid_t pid)
{
	note_end(pid);
	assert_int_equal(kill(pid, SIGKILL), 0); /* it lived */
}

static int lab_set_up(void **state)
{
	(void)unlink(first_log);
	(void)unlink(second_log);
	(void)unlink(process_file);
	lasting_output_set_begin(begin);
	open_log(first_log);
	return set_up(state);
}

static int lab_tear_down(void **state)
{
	end_started();
	lasting_output_close(span_ms(PATIENCE_MS));
	pid_t pid = reader_process();
	if (pid > 0)
		await_end(pid);
	int failed = nothing_is_left(state);
	log_close();
	return failed;
}

/* --- cases --- */

static void what_a_service_prints_later_is_logged_under_its_name(void **state)
{
	(void)state;
	pid_t pid = service("sleep 0.1; echo one; echo two >&2; printf 'last without newline'");
	await_line(first_log, "info: ticker: one\n");
	await_line(first_log, "info: ticker: two\n");
	await_line(first_log, "info: ticker: last without newline\n");
	await_end(pid);
	assert_true(reader_process() > 0);
}

static void without_a_name_the_pipe_is_closed(void **state)
{
	(void)state;
	struct run r;
	(void)shell(&r, "( sleep 0.1; echo one; echo two ) & :", 60000);
	finish(&r);
	assert_int_equal(reader_process(), 0);
}

static void a_script_that_leaves_nothing_behind_needs_no_process(void **state)
{
	(void)state;
	struct run r = {0};
	char *argv[] = {"echo", "all", NULL};
	(void)spawn_start(&(struct spawn_request){.path = "/bin/echo",
		.argv = argv,
		.lasting_name = "ticker",
		.line = on_line,
		.done = on_done,
		.context = &r});
	finish(&r);
	assert_string_equal(r.first, "all");
	assert_int_equal(reader_process(), 0);
}

/* The loop reaps the process that read, too. */
static void after_the_last_service_nothing_is_left(void **state)
{
	(void)state;
	int without = open_descriptors();
	for (int i = 0; i < 2; i++) {
		pid_t pid = service(ticking);
		assert_ticks(first_log);
		pid_t reader = reader_process();
		end_service(pid);
		for (int waited = 0; open_descriptors() > without || kill(reader, 0) == 0; waited += 10) {
			assert_true(waited < PATIENCE_MS);
			while (g_main_context_iteration(NULL, FALSE))
				;
			(void)g_usleep(10000);
		}
		(void)unlink(first_log);
		log_reopen();
	}
}

/* A child is the daemon, and is killed. */
static void a_service_outlives_the_daemon(void **state)
{
	(void)state;
	int ends[2];
	pid_t pid = 0;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t daemon = fork();
	assert_true(daemon >= 0);
	if (daemon == 0) {
		pid = service(ticking);
		(void)!write(ends[1], &pid, sizeof pid);
		for (;;)
			(void)g_main_context_iteration(NULL, TRUE);
	}
	note_start(daemon);
	assert_int_equal(read(ends[0], &pid, sizeof pid), sizeof pid);
	note_start(pid);
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_ticks(first_log);
	pid_t reader = reader_process();
	assert_int_equal(kill(daemon, SIGKILL), 0);
	assert_int_equal(waitpid(daemon, NULL, 0), daemon);
	note_end(daemon);
	(void)kill(reader, SIGTERM); /* as at a shutdown: it goes on as long as the service does */
	assert_ticks(first_log);
	assert_ticks(first_log);
	end_service(pid);
	await_end(reader);
}

static void a_service_outlives_the_process_that_reads(void **state)
{
	(void)state;
	pid_t pid = service(ticking);
	assert_ticks(first_log);
	pid_t reader = reader_process();
	assert_int_equal(kill(reader, SIGKILL), 0);
	assert_ticks(first_log);
	assert_true(reader_process() != reader);
	end_service(pid);
}

static void another_configuration_of_the_log_is_followed(void **state)
{
	(void)state;
	pid_t pid = service(ticking);
	assert_ticks(first_log);
	pid_t reader = reader_process();
	open_log(second_log);
	lasting_output_restart();
	await_line(second_log, "ticker: tick ");
	assert_ticks(second_log);
	await_end(reader); /* the earlier one has nothing more to read */
	end_service(pid);
}

static void output_without_end_is_bounded(void **state)
{
	(void)state;
	pid_t pid = service("exec yes");
	await_line(first_log, "ticker: y\n");
	for (int i = 0; i < 150; i++) {
		while (g_main_context_iteration(NULL, FALSE))
			;
		(void)g_usleep(10000);
	}
	end_service(pid);
	await_line(first_log, " of its output are not logged");
	unsigned lines = 0;
	char *text = text_of(first_log);
	for (char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	/* Equal lines are folded, so far fewer than this; it must not be the megabytes that "yes" could print. */
	assert_in_range(lines, 2, OUTPUT_HOUR_LINES + 100);
	assert_true(strlen(text) < 2 * OUTPUT_HOUR_BYTES);
}

#define LAB(name) cmocka_unit_test_setup_teardown(name, lab_set_up, lab_tear_down)

int main(void)
{
	(void)g_main_context_default(); /* its own descriptors are not a leak of ours */
	if (!mkdtemp(directory))
		return 1;
	(void)snprintf(first_log, sizeof first_log, "%s/first", directory);
	(void)snprintf(second_log, sizeof second_log, "%s/second", directory);
	(void)snprintf(process_file, sizeof process_file, "%s/process", directory);
	const struct CMUnitTest tests[] = {
		LAB(what_a_service_prints_later_is_logged_under_its_name),
		LAB(without_a_name_the_pipe_is_closed),
		LAB(a_script_that_leaves_nothing_behind_needs_no_process),
		LAB(after_the_last_service_nothing_is_left),
		LAB(a_service_outlives_the_daemon),
		LAB(a_service_outlives_the_process_that_reads),
		LAB(another_configuration_of_the_log_is_followed),
		LAB(output_without_end_is_bounded),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	char command[64];
	(void)snprintf(command, sizeof command, "rm -rf %s", directory);
	return system(command) != 0 || failed;
}
