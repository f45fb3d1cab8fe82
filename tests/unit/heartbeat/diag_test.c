// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "lib/diag.h"

static void a_diagnostic_names_file_line_column_and_severity(void **state)
{
	(void)state;
	struct diags d;
	char out[128];
	diags_init(&d, "ha.cf");
	diag_add(&d, DIAG_ERROR, 14, 10, "deadtime: \"%s\" is not a duration", "1Os");
	diag_add(&d, DIAG_WARNING, 15, 0, "crc protects nothing");
	diag_add(&d, DIAG_ERROR, 0, 7, "no node");
	assert_int_equal(d.count, 3);
	assert_int_equal(d.errors, 2);
	diag_format(&d, 0, out, sizeof(out));
	assert_string_equal(out, "ha.cf:14:10: error: deadtime: \"1Os\" is not a duration");
	diag_format(&d, 1, out, sizeof(out));
	assert_string_equal(out, "ha.cf:15: warning: crc protects nothing");
	diag_format(&d, 2, out, sizeof(out));
	assert_string_equal(out, "ha.cf: error: no node");
	diags_free(&d);
	assert_int_equal(d.count, 0);
	assert_int_equal(d.errors, 0);
}

static void control_bytes_of_a_file_do_not_reach_the_terminal(void **state)
{
	(void)state;
	struct diags d;
	char out[64];
	diags_init(&d, NULL);
	diag_add(&d, DIAG_ERROR, 1, 0, "\"%s\"", "a\nb\x1b[2J\x7f");
	diag_format(&d, 0, out, sizeof(out));
	assert_string_equal(out, "1: error: \"a\\x0ab\\x1b[2J\\x7f\"");
	diags_free(&d);
}

static void a_diagnostic_is_cut_at_the_capacity(void **state)
{
	(void)state;
	struct diags d;
	char out[16];
	diags_init(&d, "f");
	diag_add(&d, DIAG_ERROR, 1, 1, "%s", "0123456789");
	memset(out, 'z', sizeof(out));
	diag_format(&d, 0, out, 15);
	assert_string_equal(out, "f:1:1: error: ");
	assert_int_equal(out[15], 'z');
	diag_format(&d, 0, out, 1);
	assert_string_equal(out, "");
	out[0] = 'z';
	diag_format(&d, 0, out, 0);
	assert_int_equal(out[0], 'z');
	diags_free(&d);
}

static void a_file_of_garbage_makes_a_bounded_list_and_every_error_counts(void **state)
{
	(void)state;
	struct diags d;
	char out[128];
	diags_init(&d, "core");
	for (unsigned i = 1; i <= 5000; i++)
		diag_add(&d, DIAG_ERROR, i, 1, "unknown directive");
	assert_int_equal(d.errors, 5000);
	assert_int_equal(d.count, 1001);
	diag_format(&d, 999, out, sizeof(out));
	assert_string_equal(out, "core:1000:1: error: unknown directive");
	diag_format(&d, 1000, out, sizeof(out));
	assert_non_null(strstr(out, "the rest is not listed"));
	diags_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_diagnostic_names_file_line_column_and_severity),
		cmocka_unit_test(control_bytes_of_a_file_do_not_reach_the_terminal),
		cmocka_unit_test(a_diagnostic_is_cut_at_the_capacity),
		cmocka_unit_test(a_file_of_garbage_makes_a_bounded_list_and_every_error_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
