// SPDX-License-Identifier: MIT
/* Real scripts under a real main loop, and what they must not leave behind.  A test compares a time in one direction
 * only, so that it also passes on a slow machine. */
#ifndef TESTS_UNIT_SPAWN_LAB_H
#define TESTS_UNIT_SPAWN_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/spawn.h"
#include "lib/spawn_private.h"

struct run {
	unsigned done;
	struct spawn_result result;
	size_t lines, error_lines, bytes, longest;
	char first[LINE_MAX], last[LINE_MAX], first_error[LINE_MAX];
};

static inline void on_line(void *context, bool is_stderr, const char *line)
{
	struct run *r = context;
	size_t len = strlen(line);
	if (is_stderr) {
		if (r->error_lines++ == 0)
			(void)snprintf(r->first_error, sizeof(r->first_error), "%s", line);
		return;
	}
	if (r->lines++ == 0)
		(void)snprintf(r->first, sizeof(r->first), "%s", line);
	(void)snprintf(r->last, sizeof(r->last), "%s", line);
	r->bytes += len;
	r->longest = len > r->longest ? len : r->longest;
}

static inline void on_done(void *context, const struct spawn_result *result)
{
	struct run *r = context;
	r->done++;
	r->result = *result;
}

static inline void turn(void)
{
	(void)g_main_context_iteration(NULL, TRUE);
}

static inline void finish(struct run *r)
{
	while (r->done == 0)
		turn();
}

static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HA_test=yes", NULL};

static inline struct spawn *shell(struct run *r, const char *script, int64_t deadline_ms)
{
	char *argv[] = {"sh", "-c", (char *)(uintptr_t)script, NULL};
	struct spawn_request request = {.path = "/bin/sh",
					.argv = argv,
					.envp = environment,
					.deadline = span_ms(deadline_ms),
					.line = on_line,
					.done = on_done,
					.context = r};
	memset(r, 0, sizeof(*r));
	struct spawn *s = spawn_start(&request);
	assert_non_null(s);
	assert_int_equal(r->done, 0);
	return s;
}

static inline int open_descriptors(void)
{
	int n = 0;
	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int before;

static inline int set_up(void **state)
{
	(void)state;
	before = open_descriptors();
	spawn_grace_ms = SPAWN_KILL_GRACE_MS;
	return 0;
}

// Whatever happened: no descriptor, no zombie, no child is left over.
static inline int nothing_is_left(void **state)
{
	(void)state;
	while (g_main_context_iteration(NULL, FALSE))
		;
	errno = 0;
	bool zombie = waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD;
	return open_descriptors() != before || zombie ? -1 : 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, nothing_is_left)

#endif
