// SPDX-License-Identifier: MIT
/* Which hooks belong to the resource manager of Heartbeat 3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heartbeat/exec/old_hook.h"

static void hooks_are_recognized_by_the_programs_that_they_call(void **state)
{
	static const struct {
		const char *text, *program;
	} rows[] = {
		{"#!/bin/sh\n. /etc/ha.d/shellfuncs\nexec /usr/share/heartbeat/mach_down $HA_src\n", "mach_down"},
		{"#!/bin/sh\n\tcase $1 in x) ResourceManager takegroup $HA_ipaddr;; esac", "ResourceManager"},
		{"#!/bin/sh\n/usr/share/heartbeat/req_resource a\n", "req_resource"},
		{"#!/bin/sh\n# replaces the mach_down of Heartbeat 3\nmail -s \"$HA_src is $HA_st\" root </dev/null\n", NULL},
		{"#!/bin/sh\n. /etc/ha.d/shellfuncs\nlogger status $HA_st\n", NULL},
		{"", NULL},
	};
	(void)state;
	char path[] = "/tmp/old_hook_test.XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t len = strlen(rows[i].text);
		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, rows[i].text, len, 0), len);
		const char *program = old_hook_program(path);
		if (rows[i].program)
			assert_string_equal(program, rows[i].program);
		else
			assert_null(program);
	}
	(void)close(fd);
	(void)unlink(path);
	assert_null(old_hook_program(path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(hooks_are_recognized_by_the_programs_that_they_call)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
