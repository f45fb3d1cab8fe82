// SPDX-License-Identifier: MIT
/* The lock of a daemon, and which process it names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/lock_file.h"
#include "lib/process_stat.h"

static char directory[] = "/tmp/lock_file_test.XXXXXX", path[PATH_MAX], other[PATH_MAX];

static int remove_files(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(other);
	return 0;
}

static struct lock_holder holder_of(void)
{
	struct lock_holder h;
	assert_int_equal(lock_file_holder(path, &h), 1);
	return h;
}

static void assert_free(void)
{
	struct lock_holder h = {.pid = 1};
	assert_int_equal(lock_file_holder(path, &h), 0);
	assert_int_equal(h.pid, 0);
}

static void a_lock_has_one_holder_at_a_time(void **state)
{
	(void)state;
	assert_free(); /* there is no file */
	int held = lock_file_take(path);
	assert_true(held >= 0);
	assert_int_equal(fcntl(held, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(lock_file_take(path), -EWOULDBLOCK);
	assert_int_equal(holder_of().pid, 0); /* not yet written */
	assert_int_equal(close(held), 0);
	assert_free();
	held = lock_file_take(path);
	assert_true(held >= 0);
	assert_int_equal(close(held), 0);
}

static void asking_who_holds_it_does_not_take_it(void **state)
{
	(void)state;
	struct lock_holder h;
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), held;
	assert_true(file >= 0);
	assert_int_equal(lock_file_holder(path, &h), 0);
	held = lock_file_take(path);
	assert_true(held >= 0);
	assert_int_equal(close(held), 0);
	assert_int_equal(close(file), 0);
}

static void it_names_the_process_that_signed_it(void **state)
{
	(void)state;
	struct process_stat own;
	assert_true(process_stat_read("self", &own));
	int held = lock_file_take(path);
	assert_true(held >= 0);
	assert_int_equal(lock_file_sign(held), 0);
	struct lock_holder h = holder_of();
	assert_int_equal(h.pid, getpid());
	assert_int_equal(h.started, own.started);
	int process = process_open(h.pid, h.started);
	assert_true(process >= 0);
	assert_int_equal(close(process), 0);
	assert_int_equal(close(held), 0);
	held = lock_file_take(path); /* the next holder: the old number is gone at once */
	assert_true(held >= 0);
	assert_int_equal(holder_of().pid, 0);
	assert_int_equal(close(held), 0);
}

static void nonsense_in_it_names_no_process(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "1\n", "         1 x                           \n",
		"        -1                            5\n", "         0                            5\n",
		"         7                            5 and more"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		int held = lock_file_take(path);
		assert_true(held >= 0);
		assert_int_equal(write(held, texts[i], strlen(texts[i])), strlen(texts[i]));
		assert_int_equal(holder_of().pid, 0);
		assert_int_equal(close(held), 0);
	}
}

static void it_lasts_as_long_as_any_process_that_inherited_it(void **state)
{
	(void)state;
	int held = lock_file_take(path), ends[2], status;
	assert_true(held >= 0);
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char byte;
		(void)close(ends[1]);
		_exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
	}
	assert_int_equal(close(held), 0);
	assert_int_equal(lock_file_take(path), -EWOULDBLOCK);
	(void)close(ends[0]);
	(void)close(ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_free();
}

static void only_its_own_user_can_open_it(void **state)
{
	(void)state;
	struct stat st;
	mode_t mask = umask(0);
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), held = lock_file_take(path);
	(void)umask(mask);
	assert_true(file >= 0 && held >= 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	(void)close(file);
	(void)close(held);
	assert_int_equal(link(path, other), 0);
	assert_int_equal(lock_file_take(path), -EPERM);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(lock_file_take(path), -ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(lock_file_take("/no/such/lock"), -ENOENT);
	if (geteuid() == 0) {
		file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		assert_true(file >= 0 && fchown(file, 1666, 0) == 0 && close(file) == 0);
		assert_int_equal(lock_file_take(path), -EPERM);
	}
}

static void a_lock_without_its_name_is_noticed(void **state)
{
	(void)state;
	int held = lock_file_take(path);
	assert_true(held >= 0);
	assert_true(lock_file_has_name(held, path));
	assert_int_equal(unlink(path), 0);
	assert_false(lock_file_has_name(held, path));
	int next = lock_file_take(path);
	assert_true(next >= 0);
	assert_false(lock_file_has_name(held, path));
	assert_true(lock_file_has_name(next, path));
	(void)close(held);
	(void)close(next);
}

static _Noreturn void take_and_remove_until_killed(void)
{
	for (;;) {
		int fd = lock_file_take(path);
		if (fd >= 0 && lock_file_has_name(fd, path))
			(void)unlink(path);
		(void)close(fd);
	}
}

/* Another process takes the lock, removes the file and ends, again and again.  Between our open and our lock it may do
 * all that; then we have locked a file without a name, and the next process would get a lock beside ours. */
static void a_file_that_its_holder_removed_is_no_lock(void **state)
{
	(void)state;
	enum { ROUNDS = 20000 };
	pid_t holder = fork();
	assert_true(holder >= 0);
	if (holder == 0)
		take_and_remove_until_killed();
	unsigned taken = 0, nameless = 0;
	for (int i = 0; i < ROUNDS; i++) {
		int fd = lock_file_take(path);
		if (fd < 0)
			continue;
		taken++;
		nameless += !lock_file_has_name(fd, path); /* only the holder of the lock removes it: us, now */
		(void)close(fd);
	}
	(void)kill(holder, SIGKILL);
	(void)waitpid(holder, NULL, 0);
	assert_true(taken > 0);
	assert_int_equal(nameless, 0);
}

static void a_number_that_another_process_has_now_is_no_process(void **state)
{
	(void)state;
	struct process_stat own;
	assert_true(process_stat_read("self", &own));
	assert_int_equal(process_open(getpid(), own.started + 1), -ESRCH);
	assert_int_equal(process_open(0, 0), -ESRCH);
	assert_int_equal(process_open(-1, 0), -ESRCH);
	assert_int_equal(process_open(INT_MAX, 0), -ESRCH);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(0);
	siginfo_t info;
	char text[16];
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	(void)snprintf(text, sizeof text, "%d", (int)child);
	assert_true(process_stat_read(text, &own));
	assert_int_equal(process_open(child, own.started), -ESRCH); /* it has ended, although nobody has reaped it */
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_false(process_stat_read(text, &own));
	assert_int_equal(errno, ENOENT);
}

int main(void)
{
	if (!mkdtemp(directory))
		return 1;
	(void)snprintf(path, sizeof path, "%s/lock", directory);
	(void)snprintf(other, sizeof other, "%s/other", directory);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_lock_has_one_holder_at_a_time, remove_files),
		cmocka_unit_test_teardown(asking_who_holds_it_does_not_take_it, remove_files),
		cmocka_unit_test_teardown(it_names_the_process_that_signed_it, remove_files),
		cmocka_unit_test_teardown(nonsense_in_it_names_no_process, remove_files),
		cmocka_unit_test_teardown(it_lasts_as_long_as_any_process_that_inherited_it, remove_files),
		cmocka_unit_test_teardown(only_its_own_user_can_open_it, remove_files),
		cmocka_unit_test_teardown(a_lock_without_its_name_is_noticed, remove_files),
		cmocka_unit_test_teardown(a_file_that_its_holder_removed_is_no_lock, remove_files),
		cmocka_unit_test_teardown(a_number_that_another_process_has_now_is_no_process, remove_files),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(directory);
	return failed;
}
