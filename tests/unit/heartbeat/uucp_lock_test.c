// SPDX-License-Identifier: MIT
/* The lock of a serial line. */
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
#include <sys/wait.h>
#include <unistd.h>

#include "lib/uucp_lock.h"

static char directory[] = "/tmp/heartbeat-uucp-XXXXXX";
static char path[UUCP_LOCK_PATH];

static void put(const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void put_number(pid_t pid)
{
	char text[16];

	(void)snprintf(text, sizeof text, "%10d\n", (int)pid);
	put(text);
}

static void content(char text[32])
{
	FILE *f = fopen(path, "re");

	assert_non_null(f);
	assert_non_null(fgets(text, 32, f));
	(void)fclose(f);
}

static void the_name_is_that_of_the_device_itself(void **state)
{
	char link[128], made[UUCP_LOCK_PATH];

	(void)state;
	(void)snprintf(link, sizeof link, "%s/by-name", directory);
	assert_int_equal(symlink("/dev/null", link), 0);
	assert_int_equal(uucp_lock_path("/var/lock", link, made), 0);
	assert_string_equal(made, "/var/lock/LCK..null");
	assert_int_equal(uucp_lock_path("/var/lock", "/dev/no-such-line", made), -ENOENT);
	assert_int_equal(unlink(link), 0);
}

static void the_lock_has_our_number_and_can_be_read_by_everybody(void **state)
{
	char text[32], expected[32];
	struct stat st;
	pid_t holder;
	mode_t mask = umask(077);

	(void)state;
	assert_int_equal(uucp_lock_take(path, &holder), 0);
	(void)umask(mask);
	content(text);
	(void)snprintf(expected, sizeof expected, "%10d\n", (int)getpid());
	assert_string_equal(text, expected);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(uucp_lock_take(path, &holder), 0); /* it is ours */
	uucp_lock_release(path);
	assert_int_equal(access(path, F_OK), -1);
}

static void the_lock_of_a_process_that_lives_is_respected(void **state)
{
	pid_t holder;

	(void)state;
	put_number(getppid());
	assert_int_equal(uucp_lock_take(path, &holder), -EBUSY);
	assert_int_equal(holder, getppid());
	uucp_lock_release(path);
	assert_int_equal(access(path, F_OK), 0);
	put("not a number\n");
	assert_int_equal(uucp_lock_take(path, &holder), -EBUSY);
	assert_int_equal(holder, 0);
	assert_int_equal(unlink(path), 0);
}

static void the_lock_of_a_dead_process_is_taken_over(void **state)
{
	pid_t holder, dead = fork();

	(void)state;
	if (dead == 0)
		_exit(0);
	assert_int_equal(waitpid(dead, NULL, 0), dead);
	put_number(dead);
	assert_int_equal(uucp_lock_take(path, &holder), 0);
	uucp_lock_release(path);
}

static void a_fifo_or_a_link_in_its_place_does_not_hold_us_up(void **state)
{
	pid_t holder;

	(void)state;
	assert_int_equal(mkfifo(path, 0666), 0);
	assert_int_equal(uucp_lock_take(path, &holder), -EBUSY);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(uucp_lock_take(path, &holder), -ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(uucp_lock_take("/no-such-directory/LCK..x", &holder), -ENOENT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_is_that_of_the_device_itself),
		cmocka_unit_test(the_lock_has_our_number_and_can_be_read_by_everybody),
		cmocka_unit_test(the_lock_of_a_process_that_lives_is_respected),
		cmocka_unit_test(the_lock_of_a_dead_process_is_taken_over),
		cmocka_unit_test(a_fifo_or_a_link_in_its_place_does_not_hold_us_up),
	};

	if (!mkdtemp(directory))
		return 1;
	(void)snprintf(path, sizeof path, "%s/LCK..line", directory);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(directory);
	return failed;
}
