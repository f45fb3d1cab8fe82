// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"

static char directory[] = "/tmp/file_test.XXXXXX";

static const char *in(const char *name)
{
	static char paths[4][PATH_MAX]; // a few at a time may be in use
	static unsigned turn;
	char *path = paths[turn++ % 4];
	(void)snprintf(path, PATH_MAX, "%s/%s", directory, name);
	return path;
}

static unsigned entries(void)
{
	unsigned n = 0;
	DIR *d = opendir(directory);
	assert_non_null(d);
	while (readdir(d))
		n++;
	(void)closedir(d);
	return n - 2;
}

static int empty_directory(void **state)
{
	(void)state;
	char command[PATH_MAX];
	(void)snprintf(command, sizeof(command), "rm -rf %s/*", directory);
	return system(command);
}

static void what_was_replaced_is_read_back_with_its_mode(void **state)
{
	(void)state;
	static const char data[] = "generation\0 7\n";
	struct stat st;
	char *out = NULL;
	size_t len = 0;
	mode_t mask = umask(077);
	assert_int_equal(file_replace(in("a"), data, sizeof(data), 0644), 0);
	(void)umask(mask);
	assert_int_equal(file_read(in("a"), 100, &out, &len, &st), 0);
	assert_int_equal(len, sizeof(data));
	assert_memory_equal(out, data, sizeof(data));
	assert_int_equal(out[len], 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	free(out);
	assert_int_equal(file_replace(in("a"), "", 0, 0600), 0);
	assert_int_equal(file_read(in("a"), 0, &out, &len, NULL), 0);
	assert_int_equal(len, 0);
	assert_string_equal(out, "");
	free(out);
	assert_int_equal(entries(), 1);
}

static void a_file_is_read_up_to_its_limit_and_refused_above(void **state)
{
	(void)state;
	enum { BIG = 100000 };
	char *data = malloc(BIG), *out = NULL;
	size_t len = 0;
	assert_non_null(data);
	memset(data, 'x', BIG);
	assert_int_equal(file_replace(in("big"), data, BIG, 0600), 0);
	assert_int_equal(file_read(in("big"), BIG, &out, &len, NULL), 0);
	assert_int_equal(len, BIG);
	assert_memory_equal(out, data, BIG);
	free(out);
	out = NULL;
	assert_int_equal(file_read(in("big"), BIG - 1, &out, &len, NULL), -EFBIG);
	assert_int_equal(file_read(in("big"), 10, &out, &len, NULL), -EFBIG);
	assert_null(out);
	free(data);
	assert_int_equal(file_read("/dev/zero", 10, &out, &len, NULL), -EINVAL);
}

static void a_file_of_unknown_size_is_read(void **state)
{
	(void)state;
	char *out = NULL;
	size_t len = 0;
	assert_int_equal(file_read("/proc/self/status", 65536, &out, &len, NULL), 0);
	assert_non_null(strstr(out, "Pid:"));
	free(out);
}

static void only_regular_files_are_read_and_a_fifo_does_not_hang(void **state)
{
	(void)state;
	char *out = NULL;
	size_t len;
	assert_int_equal(mkfifo(in("fifo"), 0600), 0);
	assert_int_equal(file_read(in("fifo"), 10, &out, &len, NULL), -EINVAL);
	assert_int_equal(file_read(directory, 10, &out, &len, NULL), -EINVAL);
	assert_int_equal(file_read(in("absent"), 10, &out, &len, NULL), -ENOENT);
	assert_null(out);
}

static void a_failed_replacement_leaves_the_old_file_and_no_litter(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in("taken"), 0700), 0);
	assert_int_equal(file_replace(in("taken"), "x", 1, 0600), -EISDIR);
	assert_int_equal(entries(), 1);
	assert_int_equal(file_replace(in("no/such"), "x", 1, 0600), -ENOENT);
	char path[PATH_MAX + 10];
	memset(path, 'a', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(file_replace(path, "x", 1, 0600), -ENAMETOOLONG);
}

static void a_full_disk_leaves_the_old_file(void **state)
{
	(void)state;
	// The limit of a file's size fails the write as a full disk does: EFBIG instead of ENOSPC.
	assert_int_equal(file_replace(in("state"), "old", 3, 0600), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		static char data[8192];
		struct rlimit limit;
		(void)signal(SIGXFSZ, SIG_IGN);
		(void)getrlimit(RLIMIT_FSIZE, &limit);
		limit.rlim_cur = 4096; // only the soft limit: the coverage tool writes its files when this child ends
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		_exit(file_replace(in("state"), data, sizeof(data), 0600) == -EFBIG ? 0 : 1);
	}
	int status = -1;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	char *out = NULL;
	size_t len = 0;
	assert_int_equal(file_read(in("state"), 10, &out, &len, NULL), 0);
	assert_string_equal(out, "old");
	free(out);
	assert_int_equal(entries(), 1);
}

static void a_link_in_the_place_of_a_state_file_is_replaced_not_followed(void **state)
{
	(void)state;
	struct stat st;
	assert_int_equal(file_replace(in("victim"), "v", 1, 0600), 0);
	assert_int_equal(symlink(in("victim"), in("link")), 0);
	assert_int_equal(file_replace(in("link"), "xyz", 3, 0600), 0);
	assert_int_equal(lstat(in("link"), &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(stat(in("victim"), &st), 0);
	assert_int_equal(st.st_size, 1);
}

static void a_directory_is_made_with_all_above_it(void **state)
{
	(void)state;
	struct stat st;
	mode_t mask = umask(077);
	assert_int_equal(file_make_directory(in("a//b/c/"), 0750), 0);
	assert_int_equal(file_make_directory(in("a/b/c"), 0700), 0); // there already: left as it is
	(void)umask(mask);
	assert_int_equal(stat(in("a/b/c"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_int_equal(stat(in("a/b"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(file_make_directory("/", 0755), 0);
}

static void a_directory_cannot_be_made_below_a_file(void **state)
{
	(void)state;
	assert_int_equal(file_replace(in("f"), "", 0, 0600), 0);
	assert_int_equal(file_make_directory(in("f"), 0755), -ENOTDIR);
	assert_int_equal(file_make_directory(in("f/x"), 0755), -ENOTDIR);
	assert_int_equal(file_make_directory("", 0755), -ENOENT);
	char path[PATH_MAX + 10];
	memset(path, '/', sizeof(path) - 1);
	path[sizeof(path) - 2] = 'a';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(file_make_directory(path, 0755), -ENAMETOOLONG);
}

int main(void)
{
	if (!mkdtemp(directory))
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(what_was_replaced_is_read_back_with_its_mode, empty_directory),
		cmocka_unit_test_teardown(a_file_is_read_up_to_its_limit_and_refused_above, empty_directory),
		cmocka_unit_test_teardown(a_file_of_unknown_size_is_read, empty_directory),
		cmocka_unit_test_teardown(only_regular_files_are_read_and_a_fifo_does_not_hang, empty_directory),
		cmocka_unit_test_teardown(a_failed_replacement_leaves_the_old_file_and_no_litter, empty_directory),
		cmocka_unit_test_teardown(a_full_disk_leaves_the_old_file, empty_directory),
		cmocka_unit_test_teardown(
			a_link_in_the_place_of_a_state_file_is_replaced_not_followed, empty_directory),
		cmocka_unit_test_teardown(a_directory_is_made_with_all_above_it, empty_directory),
		cmocka_unit_test_teardown(a_directory_cannot_be_made_below_a_file, empty_directory),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(directory);
	return failed;
}
