// SPDX-License-Identifier: MIT
/* How scripts are started and how they end. */
#include "tests/unit/heartbeat/spawn_lab.h"

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>

static char directory[] = "/tmp/spawn_test.XXXXXX";

static void exit_status_and_output_are_reported_once(void **state)
{
	(void)state;
	struct run r;
	(void)shell(&r, "echo running; echo oops >&2; printf 'last without newline'; exit 7", 60000);
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_EXITED);
	assert_int_equal(r.result.code, 7);
	assert_string_equal(r.result.output, "running\nlast without newline");
	assert_string_equal(r.first, "running");
	assert_string_equal(r.last, "last without newline");
	assert_string_equal(r.first_error, "oops");
	assert_int_equal(r.lines, 2);
	assert_true(r.result.took.ns > 0);
	while (g_main_context_iteration(NULL, FALSE))
		;
	assert_int_equal(r.done, 1);
}

static void death_by_signal_is_reported_as_such(void **state)
{
	(void)state;
	struct run r;
	(void)shell(&r, "kill -SEGV $$", 60000);
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_SIGNALED);
	assert_int_equal(r.result.code, SIGSEGV);
}

static void a_child_sees_only_what_it_was_given(void **state)
{
	(void)state;
	struct run r;
	int leak = open("/dev/null", O_RDONLY); // on purpose without O_CLOEXEC
	assert_true(leak > 2);
	assert_int_equal(setenv("SECRET", "x", 1), 0);
	(void)shell(&r,
		"pwd; echo ${HA_test-} ${SECRET-}; readlink /proc/$$/fd/0; ls /proc/$$/fd; cut -d' ' -f5 /proc/$$/stat; echo $$",
		60000);
	(void)close(leak);
	finish(&r);
	char expected[2 * LINE_MAX + 128]; // the last two: its process group is its own
	(void)snprintf(expected, sizeof(expected), "/\nyes\n/dev/null\n0\n1\n2\n%s\n%s\n", r.last, r.last);
	assert_string_equal(r.result.output, expected);
}

/* 100 kB: more than a pipe holds. */
static void a_child_reads_its_input_whole_and_need_not_read_it(void **state)
{
	char *input = malloc(100001), *cat[] = {"sh", "-c", "wc -c; read x || echo end", NULL},
	     *none[] = {"true", NULL};
	struct run r = {0};
	(void)state;
	assert_non_null(input);
	memset(input, 'x', 100000);
	input[100000] = '\0';
	struct spawn_request request = {.path = "/bin/sh",
		.argv = cat,
		.envp = environment,
		.input = input,
		.line = on_line,
		.done = on_done,
		.context = &r};
	(void)spawn_start(&request);
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_EXITED);
	assert_string_equal(r.result.output, "100000\nend\n");
	r = (struct run){0};
	request.path = "/bin/true";
	request.argv = none;
	(void)spawn_start(&request);
	free(input); // all of the request has been copied
	finish(&r);
	assert_int_equal(r.result.code, 0);
}

static void a_child_has_no_signal_blocked_or_ignored(void **state)
{
	(void)state;
	struct run r = {0};
	// Not through a shell, which blocks signals of its own.
	char *argv[] = {"sed", "-n", "s/^Sig\\(Blk\\|Ign\\):.//p", "/proc/self/status", NULL};
	struct spawn_request request = {
		.path = "/bin/sed", .argv = argv, .line = on_line, .done = on_done, .context = &r};
	sigset_t blocked, old;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &blocked, &old);
	(void)spawn_start(&request);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	finish(&r);
	assert_int_equal(r.lines, 2);
	assert_int_equal(strtoull(r.first, NULL, 16), 0);
	assert_int_equal(strtoull(r.last, NULL, 16) & 0x7fffffff, 0); // 32 and 33 are the C library's own business
}

static void a_child_starts_in_the_directory_that_was_asked_for(void **state)
{
	(void)state;
	struct run r = {0};
	char *argv[] = {"pwd", NULL};
	struct spawn_request request = {
		.path = "/bin/pwd", .argv = argv, .directory = "/usr", .done = on_done, .context = &r};
	(void)spawn_start(&request); // no environment, no line callback, no deadline
	finish(&r);
	assert_string_equal(r.result.output, "/usr\n");
}

static void what_cannot_be_started_is_reported_through_done(void **state)
{
	(void)state;
	char script[PATH_MAX], garbage[PATH_MAX];
	(void)snprintf(script, sizeof(script), "%s/not-executable", directory);
	(void)snprintf(garbage, sizeof(garbage), "%s/garbage", directory);
	int fd = open(script, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	assert_true(fd >= 0 && close(fd) == 0);
	fd = open(garbage, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
	assert_true(fd >= 0 && write(fd, "garbage\n", 8) == 8 && close(fd) == 0);
	const struct {
		const char *path, *directory;
		int why;
	} cases[] = {
		{"/no/such/program", NULL, ENOENT}, {script, NULL, EACCES},          {"/tmp", NULL, EACCES},
		{garbage, NULL, ENOEXEC},           {"/bin/true", "/no/such", ENOENT},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run r = {0};
		char *argv[] = {"x", NULL};
		struct spawn_request request = {.path = cases[i].path,
			.argv = argv,
			.directory = cases[i].directory,
			.done = on_done,
			.context = &r};
		struct spawn *s = spawn_start(&request);
		assert_int_equal(r.done, 0);
		spawn_cancel(s); // harmless
		finish(&r);
		assert_int_equal(r.result.end, SPAWN_FAILED);
		assert_int_equal(r.result.code, cases[i].why);
		assert_string_equal(r.result.output, "");
	}
	(void)unlink(script);
	(void)unlink(garbage);
}

static void without_descriptors_the_start_fails_and_nothing_leaks(void **state)
{
	(void)state;
	struct rlimit old, low;
	struct run r;
	unsigned failures = 0;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	// Room for no descriptor, for half a pipe, ... for both pipes but no pidfd, for all.
	int lowest = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(lowest >= 0 && close(lowest) == 0);
	for (low.rlim_cur = (rlim_t)lowest; low.rlim_cur < 256; low.rlim_cur++) {
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
		(void)shell(&r, "exit 0", 60000);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
		finish(&r);
		assert_int_equal(open_descriptors(), before);
		if (r.result.end == SPAWN_EXITED)
			break;
		assert_int_equal(r.result.end, SPAWN_FAILED);
		assert_int_equal(r.result.code, EMFILE);
		failures++;
	}
	assert_int_equal(r.result.end, SPAWN_EXITED);
	assert_true(failures >= 5);
}

static void wait_until_gone(pid_t pid)
{
	char path[64], status[512];
	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	for (int i = 0; i < 6000; i++) { // its new parent may reap it late: a zombie counts as gone
		FILE *f = fopen(path, "r");
		if (!f)
			return;
		bool zombie = fgets(status, sizeof(status), f) && strstr(status, ") Z ");
		(void)fclose(f);
		if (zombie)
			return;
		(void)usleep(10000);
	}
	fail_msg("process %ld lives on", (long)pid);
}

/* Run it to its deadline, which has to come after its first line: longer on a slow machine.  How long that was, in
 * ms. */
static int64_t time_out(struct run *r, const char *script)
{
	int64_t ms = 300;
	for (;; ms *= 2) {
		(void)shell(r, script, ms);
		finish(r);
		if (r->lines > 0 || ms > 60000)
			break;
	}
	assert_int_equal(r->result.end, SPAWN_TIMED_OUT);
	assert_true(span_to_ms(r->result.took) >= ms);
	return ms;
}

static void the_deadline_ends_a_script_with_all_its_group(void **state)
{
	(void)state;
	struct run r;
	spawn_grace_ms = 600000; // SIGTERM ends the script itself; otherwise this test would not end
	(void)time_out(&r,
		"(trap '' TERM; echo $(exec sh -c 'echo $PPID'); sleep 900; sleep 900) & sleep 900; echo not reached");
	assert_int_equal(r.result.code, 0);
	pid_t stubborn = (pid_t)strtol(r.first, NULL, 10);
	assert_true(stubborn > 1);
	wait_until_gone(stubborn);
	assert_string_equal(r.first, r.last);
}

static void a_script_that_ignores_sigterm_is_killed_after_the_grace(void **state)
{
	(void)state;
	struct run r;
	spawn_grace_ms = 400;
	int64_t deadline_ms = time_out(&r, "trap 'echo no' TERM; echo ready; while :; do sleep 0.05; done");
	assert_true(span_to_ms(r.result.took) >= deadline_ms + spawn_grace_ms);
	assert_string_equal(r.first, "ready");
	assert_string_equal(r.last, "no"); // it got SIGTERM first
}

static void a_request_may_have_a_grace_of_its_own(void **state)
{
	(void)state;
	struct run r = {0};
	char *argv[] = {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done", NULL};
	spawn_grace_ms = 600000; // otherwise this test would not end
	struct spawn *s = spawn_start(&(struct spawn_request){.path = "/bin/sh", .argv = argv, .envp = environment,
		.grace = span_ms(100), .line = on_line, .done = on_done, .context = &r});
	while (r.lines == 0)
		turn();
	spawn_cancel(s);
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_TIMED_OUT);
}

static void a_grace_can_be_shortened_after_sigterm(void **state)
{
	(void)state;
	struct run r = {0};
	spawn_grace_ms = 600000; // otherwise this test would not end
	struct spawn *s = shell(&r, "trap 'echo term' TERM; echo ready; while :; do sleep 0.05; done", 0);
	while (r.lines == 0)
		turn();
	spawn_cancel(s);
	while (r.lines == 1)
		turn();
	spawn_cancel_within(s, span_ms(100));
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_TIMED_OUT);
}

static void a_stopped_script_hears_its_sigterm(void **state)
{
	(void)state;
	struct run r;
	spawn_grace_ms = 600000;
	(void)time_out(&r, "trap 'echo bye; exit 0' TERM; echo ready; kill -STOP $$; sleep 900 & wait");
	assert_string_equal(r.last, "bye");
}

static void a_child_that_cannot_die_is_reported_all_the_same(void **state)
{
	(void)state;
	struct run r;
	int ready[2];
	spawn_grace_ms = 200;
	(void)shell(&r, "echo $$; sleep 900", 3000);
	while (r.lines == 0)
		turn();
	pid_t pid = (pid_t)strtol(r.first, NULL, 10);
	assert_int_equal(pipe(ready), 0);
	// A process that its debugger does not reap behaves like a process that sleeps within the kernel.
	pid_t tracer = fork();
	assert_true(tracer >= 0);
	if (tracer == 0) {
		bool seized = ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0;
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)!write(ready[1], seized ? "y" : "n", 1);
		for (;;)
			(void)pause();
	}
	char answer = 'n';
	assert_int_equal(read(ready[0], &answer, 1), 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_TIMED_OUT);
	bool unreaped = kill(pid, 0) == 0;
	assert_int_equal(kill(tracer, SIGKILL), 0);
	assert_int_equal(waitpid(tracer, NULL, 0), tracer);
	while (kill(pid, 0) == 0) // reaped as soon as the debugger detaches
		turn();
	assert_int_equal(r.done, 1);
	assert_int_equal(answer, 'y'); // needs to be allowed to trace: root
	assert_true(unreaped);
}

static void a_cancelled_script_is_reported_as_timed_out(void **state)
{
	(void)state;
	struct run r;
	spawn_grace_ms = 600000; // it ends by SIGTERM
	struct spawn *s = shell(&r, "trap 'exit 0' TERM; echo ready; sleep 900 & wait", 0);
	while (r.lines == 0)
		turn();
	spawn_cancel(s);
	spawn_cancel(s);
	assert_int_equal(r.done, 0);
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_TIMED_OUT);
}

static void a_script_that_ended_in_time_is_not_timed_out_when_we_are_late(void **state)
{
	(void)state;
	struct run r;
	siginfo_t info;
	(void)shell(&r, "exit 5", 2000);
	assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	(void)usleep(2500000); // the case to test: the engine was stopped for longer than the deadline
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_EXITED);
	assert_int_equal(r.result.code, 5);
}

static void many_scripts_run_side_by_side(void **state)
{
	(void)state;
	enum { MANY = 20 };
	static struct run r[MANY];
	for (int i = 0; i < MANY; i++) {
		char script[64];
		(void)snprintf(script, sizeof(script), "sleep 0.2; echo %d; exit %d", i, i);
		(void)shell(&r[i], script, 60000);
	}
	for (int i = 0; i < MANY; i++) {
		char expected[16];
		finish(&r[i]);
		(void)snprintf(expected, sizeof(expected), "%d\n", i);
		assert_int_equal(r[i].result.code, i);
		assert_string_equal(r[i].result.output, expected);
	}
}

static struct spawn *bound(struct run *r, const char *script, const struct spawn_account *account)
{
	char *argv[] = {"sh", "-c", (char *)(uintptr_t)script, NULL};
	*r = (struct run){0};
	return spawn_start(&(struct spawn_request){.path = "/bin/sh", .argv = argv, .envp = environment, .account = account,
		.bound = true, .line = on_line, .done = on_done, .context = r});
}

static void a_program_runs_as_its_user_with_its_groups_only(void **state)
{
	const gid_t groups[] = {65534, 7};
	(void)state;
	struct run r;
	if (geteuid() != 0)
		skip();
	(void)bound(&r, "id -u; id -g; id -G; grep -cE '^Cap(Prm|Eff):.0{16}$' /proc/self/status",
		&(struct spawn_account){.uid = 65534, .gid = 65534, .groups = groups, .group_count = 2});
	finish(&r);
	assert_string_equal(r.result.output, "65534\n65534\n65534 7\n2\n");
}

static bool is_gone(pid_t pid)
{
	char path[64], *stat = NULL;
	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	bool gone = !g_file_get_contents(path, &stat, NULL, NULL) || strstr(stat, ") Z ");
	g_free(stat);
	return gone;
}

static void what_a_bound_program_leaves_behind_ends_with_it(void **state)
{
	(void)state;
	struct run r;
	(void)bound(&r, "sleep 100000 >/dev/null 2>&1 & echo $!", NULL);
	finish(&r);
	pid_t left = (pid_t)strtol(r.result.output, NULL, 10);
	assert_true(left > 1);
	for (int i = 0; !is_gone(left) && i < 6000; i++)
		g_usleep(10000);
	assert_true(is_gone(left));
}

static void what_a_program_may_leave_behind_goes_on(void **state)
{
	(void)state;
	struct run r = {0};
	int order[2], answer[2];
	char script[160], byte;
	assert_int_equal(pipe(order) | pipe(answer), 0);
	(void)snprintf(script, sizeof(script),
		"exec 8</proc/%d/fd/%d 9>/proc/%d/fd/%d; (read x <&8; echo x >&9) >/dev/null 2>&1 &", (int)getpid(),
		order[0], (int)getpid(), answer[1]);
	char *argv[] = {"sh", "-c", script, NULL};
	(void)spawn_start(&(struct spawn_request){.path = "/bin/sh", .argv = argv, .envp = environment, .bound = true,
		.leaves_rest = true, .line = on_line, .done = on_done, .context = &r});
	finish(&r);
	(void)close(answer[1]);
	assert_int_equal(write(order[1], "\n", 1), 1);
	ssize_t n = read(answer[0], &byte, 1); // 0: the process has ended without its answer
	(void)close(order[0]);
	(void)close(order[1]);
	(void)close(answer[0]);
	assert_int_equal(n, 1);
}

static void a_bound_program_ends_with_its_parent(void **state)
{
	int alive[2];
	char byte;
	(void)state;
	assert_int_equal(pipe(alive), 0);
	pid_t parent = fork();
	if (parent == 0) {
		char script[128];
		struct run r;
		(void)snprintf(script, sizeof(script), "exec 9>/proc/%d/fd/%d; echo x >&9; exec sleep 100000", (int)getpid(),
			alive[1]);
		(void)bound(&r, script, NULL);
		for (;;)
			(void)pause();
	}
	(void)close(alive[1]);
	assert_int_equal(read(alive[0], &byte, 1), 1); // it runs
	(void)kill(parent, SIGKILL);
	(void)waitpid(parent, NULL, 0);
	while (read(alive[0], &byte, 1) > 0)
		; // until the program, which holds the other end, has ended
	(void)close(alive[0]);
}

static void restart(void *context, const struct spawn_result *result)
{
	struct run *r = context;
	(void)result;
	char *argv[] = {"true", NULL};
	struct spawn_request request = {
		.path = "/bin/true", .argv = argv, .done = r->lines++ < 3 ? restart : on_done, .context = r};
	(void)spawn_start(&request);
}

static void done_may_start_the_next_script(void **state)
{
	(void)state;
	struct run r = {0};
	restart(&r, NULL);
	finish(&r);
	assert_int_equal(r.result.end, SPAWN_EXITED);
	assert_int_equal(r.lines, 4);
}

int main(void)
{
	if (!mkdtemp(directory))
		return 1;
	(void)g_main_context_default(); // its own descriptors are not a leak of ours
	const struct CMUnitTest tests[] = {
		CASE(exit_status_and_output_are_reported_once),
		CASE(death_by_signal_is_reported_as_such),
		CASE(a_child_sees_only_what_it_was_given),
		CASE(a_child_reads_its_input_whole_and_need_not_read_it),
		CASE(a_child_has_no_signal_blocked_or_ignored),
		CASE(a_child_starts_in_the_directory_that_was_asked_for),
		CASE(what_cannot_be_started_is_reported_through_done),
		CASE(without_descriptors_the_start_fails_and_nothing_leaks),
		CASE(the_deadline_ends_a_script_with_all_its_group),
		CASE(a_script_that_ignores_sigterm_is_killed_after_the_grace),
		CASE(a_request_may_have_a_grace_of_its_own),
		CASE(a_grace_can_be_shortened_after_sigterm),
		CASE(a_stopped_script_hears_its_sigterm),
		CASE(a_child_that_cannot_die_is_reported_all_the_same),
		CASE(a_cancelled_script_is_reported_as_timed_out),
		CASE(a_script_that_ended_in_time_is_not_timed_out_when_we_are_late),
		CASE(many_scripts_run_side_by_side),
		CASE(a_program_runs_as_its_user_with_its_groups_only),
		CASE(what_a_bound_program_leaves_behind_ends_with_it),
		CASE(what_a_program_may_leave_behind_goes_on),
		CASE(a_bound_program_ends_with_its_parent),
		CASE(done_may_start_the_next_script),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(directory);
	return failed;
}
