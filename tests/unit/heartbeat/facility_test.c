// SPDX-License-Identifier: MIT
/* Syslog facilities by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <syslog.h>

#include "lib/facility.h"

static void facilities_are_known_by_their_lower_case_names(void **state)
{
	static const struct {
		const char *name;
		int number;
	} rows[] = {
		{"local0", LOG_LOCAL0},
		{"local7", LOG_LOCAL7},
		{"daemon", LOG_DAEMON},
		{"kern", LOG_KERN},
		{"uucp", LOG_UUCP},
		{"security", LOG_AUTH},
		{"none", FACILITY_NONE},
		{"LOCAL0", FACILITY_UNKNOWN},
		{"local8", FACILITY_UNKNOWN},
		{"local", FACILITY_UNKNOWN},
		{"", FACILITY_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(facility_number(bytes_of(rows[i].name)), rows[i].number);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(facilities_are_known_by_their_lower_case_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
