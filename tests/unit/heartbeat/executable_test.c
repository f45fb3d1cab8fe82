// SPDX-License-Identifier: MIT
/* Why a file cannot be executed; each verdict is compared with what execve does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/executable.h"

static char directory[] = "/tmp/executable_test.XXXXXX";
static char path[PATH_MAX], why[1024];

static void put(const char *name, const char *text, size_t len, mode_t mode)
{
	(void)snprintf(path, sizeof path, "%s/%s", directory, name);
	(void)unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && write(fd, text, len) == (ssize_t)len && fchmod(fd, mode) == 0 && close(fd) == 0);
}

/* errno of execve, 0 when the program runs; its exit code is of no interest. */
static int execve_of(void)
{
	int ends[2], error = 0;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char *argv[] = {path, NULL}, *envp[] = {NULL};
		int null = open("/dev/null", O_RDWR);
		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
		(void)execve(path, argv, envp);
		error = errno;
		_exit(write(ends[1], &error, sizeof error) == sizeof error ? 0 : 1);
	}
	(void)close(ends[1]);
	ssize_t n = read(ends[0], &error, sizeof error);
	(void)close(ends[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	return n == 0 ? 0 : error;
}

struct text_case {
	const char *text;
	enum executable verdict;
	int error; /* of execve */
	const char *reason;
};

static void the_first_line_decides(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		{"#!/bin/sh\nexit 0\n", EXECUTABLE_PROGRAM, 0, ""},
		{"#! \t/bin/sh -e\nexit 0\n", EXECUTABLE_PROGRAM, 0, ""},
		{"#!/bin/sh", EXECUTABLE_PROGRAM, 0, ""},
		{"exit 0\n", EXECUTABLE_BY_SHELL, ENOEXEC, ""},
		{"", EXECUTABLE_BY_SHELL, ENOEXEC, ""},
		{"#!/no/such/sh\nexit 0\n", EXECUTABLE_NOT, ENOENT,
			"its interpreter /no/such/sh: No such file or directory"},
		{"#!/etc/passwd\n", EXECUTABLE_NOT, EACCES, "its interpreter /etc/passwd: not executable (chmod +x)"},
		{"#!/etc\n", EXECUTABLE_NOT, EACCES, "its interpreter /etc: not a regular file"},
		{"#!\n", EXECUTABLE_NOT, ENOEXEC, "there is no interpreter behind \"#!\"; expected \"#!/bin/sh\""},
		{"#!/bin/sh\r\nexit 0\r\n", EXECUTABLE_NOT, ENOENT, "its lines end with CR LF, as on Windows"},
		{"#!/bin/sh -e\r\nexit 0\r\n", EXECUTABLE_NOT, 0, "CR LF"}, /* sh runs, and takes "\r" for an option */
		{"# a comment\r\nexit 0\r\n", EXECUTABLE_NOT, ENOEXEC, "CR LF"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct text_case *c = &cases[i];
		put("script", c->text, strlen(c->text), 0755);
		why[0] = '\0';
		if (executable_check(path, why, sizeof why) != c->verdict || execve_of() != c->error ||
			strstr(why, c->reason) == NULL)
			fail_msg("%s: verdict %d, execve: %s, %s", c->text, executable_check(path, why, sizeof why),
				strerror(execve_of()), why);
	}
}

static void the_message_has_the_command_that_repairs_line_ends(void **state)
{
	(void)state;
	char command[PATH_MAX + 64];
	put("windows", "#!/bin/sh\r\nexit 0\r\n", 19, 0755);
	assert_int_equal(executable_check(path, why, sizeof why), EXECUTABLE_NOT);
	const char *start = strchr(why, '('), *end = strrchr(why, ')');
	assert_true(start != NULL && end != NULL);
	(void)snprintf(command, sizeof command, "%.*s", (int)(end - start - 1), start + 1);
	assert_int_equal(system(command), 0);
	assert_int_equal(executable_check(path, why, sizeof why), EXECUTABLE_PROGRAM);
	assert_int_equal(execve_of(), 0);
}

static void a_binary_is_left_to_the_kernel(void **state)
{
	(void)state;
	(void)snprintf(path, sizeof path, "/bin/true");
	assert_int_equal(executable_check(path, why, sizeof why), EXECUTABLE_PROGRAM);
	put("garbage", "\1\0\2", 3, 0755);
	assert_int_equal(executable_check(path, why, sizeof why), EXECUTABLE_PROGRAM);
	assert_int_equal(execve_of(), ENOEXEC);
}

static void a_file_system_without_programs_is_named(void **state)
{
	(void)state;
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("none", directory, "tmpfs", MS_NOEXEC, NULL), 0);
	put("script", "#!/bin/sh\nexit 0\n", 17, 0755);
	enum executable verdict = executable_check(path, why, sizeof why);
	int error = execve_of();
	assert_int_equal(umount(directory), 0);
	assert_int_equal(verdict, EXECUTABLE_NOT);
	assert_int_equal(error, EACCES);
	assert_non_null(strstr(why, "its file system is mounted with noexec"));
}

int main(void)
{
	if (!mkdtemp(directory))
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_line_decides),
		cmocka_unit_test(the_message_has_the_command_that_repairs_line_ends),
		cmocka_unit_test(a_binary_is_left_to_the_kernel),
		cmocka_unit_test(a_file_system_without_programs_is_named), /* last: it changes the mounts */
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	char command[64];
	(void)snprintf(command, sizeof command, "rm -rf %s", directory);
	return system(command) != 0 || failed;
}
