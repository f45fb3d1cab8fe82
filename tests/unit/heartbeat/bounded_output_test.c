// SPDX-License-Identifier: MIT
/* What passes of the output of a program, and what is reported of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/bounded_output.h"

static struct output_budget budget;
static struct bounded_output out, err;
static struct mono now;
static size_t passed, passed_bytes;
static char last[SPAWN_LINE_MAX + 1], report[OUTPUT_TEXT_MAX];

static int set_up(void **state)
{
	(void)state;
	memset(&budget, 0, sizeof budget);
	out = err = (struct bounded_output){.budget = &budget};
	now = (struct mono){1000};
	passed = passed_bytes = 0;
	last[0] = '\0';
	return 0;
}

static void on_line(void *context, const char *line)
{
	assert_ptr_equal(context, &passed);
	passed++;
	passed_bytes += strlen(line) + 1;
	(void)snprintf(last, sizeof last, "%s", line);
}

static void print(struct bounded_output *o, const char *text)
{
	bounded_output_take(o, bytes_of(text), now, on_line, &passed);
}

static void print_lines(unsigned count)
{
	char line[32];
	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(line, sizeof line, "line %u\n", i);
		print(&out, line);
	}
}

static void wait_s(int64_t s)
{
	now = mono_add(now, span_ms(s * 1000));
}

static void assert_report(uint64_t lines, uint64_t bytes)
{
	char expected[64];
	assert_true(output_budget_report(&budget, now, true, report));
	(void)snprintf(expected, sizeof expected, "%llu lines (%llu bytes) of its output are not logged",
		(unsigned long long)lines, (unsigned long long)bytes);
	if (strncmp(report, expected, strlen(expected)) != 0)
		fail_msg("%s instead of %s", report, expected);
	assert_false(output_budget_report(&budget, now, true, report));
}

static void usual_output_passes_whole(void **state)
{
	(void)state;
	print(&out, "one\ntw");
	print(&err, "oops\n");
	print(&out, "o\nthree");
	assert_int_equal(passed, 3);
	bounded_output_end(&out, now, on_line, &passed);
	assert_string_equal(last, "three");
	bounded_output_end(&err, now, on_line, &passed);
	assert_int_equal(passed, 4);
	assert_false(output_budget_report(&budget, now, true, report));
}

static void a_second_has_a_limit_of_lines(void **state)
{
	(void)state;
	print_lines(OUTPUT_SECOND_LINES + 3);
	assert_int_equal(passed, OUTPUT_SECOND_LINES);
	assert_true(output_budget_is_full(&budget, now));
	assert_report(3, 3 * strlen("line 200\n"));
	wait_s(1);
	assert_false(output_budget_is_full(&budget, now));
	print(&err, "next\n");
	assert_string_equal(last, "next");
}

static void a_second_has_a_limit_of_bytes(void **state)
{
	(void)state;
	static char line[1001];
	memset(line, 'x', sizeof line - 1);
	line[999] = '\n';
	for (unsigned i = 0; i < 70; i++)
		print(i % 2 ? &out : &err, line); /* the streams share the budget */
	assert_int_equal(passed, OUTPUT_SECOND_BYTES / 1000);
	assert_report(70 - OUTPUT_SECOND_BYTES / 1000, 1000 * (70 - OUTPUT_SECOND_BYTES / 1000));
}

static void an_hour_has_a_limit(void **state)
{
	(void)state;
	for (unsigned s = 0; s < 3600; s++) {
		print_lines(OUTPUT_SECOND_LINES);
		wait_s(1);
	}
	assert_int_equal(passed, OUTPUT_HOUR_LINES);
	wait_s(1);
	print(&out, "the next hour\n");
	assert_string_equal(last, "the next hour");
}

static void the_rest_of_a_line_is_not_taken_for_a_line(void **state)
{
	(void)state;
	print_lines(OUTPUT_SECOND_LINES + 1);
	print(&out, "this line is dr");
	wait_s(1);
	print(&out, "opped\nthis one passes\n");
	assert_int_equal(passed, OUTPUT_SECOND_LINES + 1);
	assert_string_equal(last, "this one passes");
	assert_report(2, strlen("line 200\nthis line is dropped\n"));
}

static void a_line_that_had_begun_is_dropped_as_a_whole(void **state)
{
	(void)state;
	print(&err, "begun ");
	print_lines(OUTPUT_SECOND_LINES + 1);
	print(&err, "and dropped\n");
	wait_s(1);
	print(&err, "passes\n");
	assert_string_equal(last, "passes");
	assert_report(2, strlen("line 200\nbegun and dropped\n"));
}

static void output_without_newlines_fills_the_second_too(void **state)
{
	(void)state;
	static char data[4097];
	memset(data, 'x', sizeof data - 1);
	unsigned i = 0;
	for (; !output_budget_is_full(&budget, now) && i < 1000; i++)
		print(&out, data);
	assert_in_range(i, OUTPUT_SECOND_BYTES / 4096, OUTPUT_SECOND_BYTES / 4096 + 1);
	assert_int_equal(passed, 0);
	assert_report(0, i * 4096 - SPAWN_LINE_MAX);
}

static void the_report_comes_once_a_minute_and_at_the_end(void **state)
{
	(void)state;
	unsigned reports = 0;
	for (unsigned s = 0; s < 181; s++) {
		print_lines(OUTPUT_SECOND_LINES + 1);
		reports += output_budget_report(&budget, now, false, report);
		wait_s(1);
	}
	assert_int_equal(reports, 3);
	assert_non_null(strstr(report, "more than 200 lines or 64 KiB in a second, or 2000 lines or 256 KiB in an hour"));
	assert_true(output_budget_report(&budget, now, true, report) || budget.dropped_bytes == 0);
}

static void without_a_budget_everything_passes(void **state)
{
	(void)state;
	out.budget = NULL;
	print_lines(10 * OUTPUT_HOUR_LINES);
	bounded_output_end(&out, now, on_line, &passed);
	assert_int_equal(passed, 10 * OUTPUT_HOUR_LINES);
}

/* However the data is cut into pieces: what passes and what is dropped is everything. */
static void nothing_is_lost_uncounted(void **state)
{
	static char text[200000];
	for (unsigned seed = 1; seed <= 50; seed++) {
		(void)set_up(state);
		srand(seed);
		size_t at = 0;
		for (size_t i = 0; i < sizeof text; i++)
			text[i] = (char)(rand() % (int)(1 + seed * 3) == 0 ? '\n' : 'a' + rand() % 26);
		text[sizeof text - 1] = '\n';
		while (at < sizeof text) {
			size_t len = 1 + (size_t)rand() % 5000;
			len = len < sizeof text - at ? len : sizeof text - at;
			bounded_output_take(
				&out, (struct bytes){(const uint8_t *)&text[at], len}, now, on_line, &passed);
			at += len;
			now = mono_add(now, span_ms(rand() % 200));
		}
		bounded_output_end(&out, now, on_line, &passed);
		assert_int_equal(passed_bytes + budget.dropped_bytes, sizeof text);
	}
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(usual_output_passes_whole),
		CASE(a_second_has_a_limit_of_lines),
		CASE(a_second_has_a_limit_of_bytes),
		CASE(an_hour_has_a_limit),
		CASE(the_rest_of_a_line_is_not_taken_for_a_line),
		CASE(a_line_that_had_begun_is_dropped_as_a_whole),
		CASE(output_without_newlines_fills_the_second_too),
		CASE(the_report_comes_once_a_minute_and_at_the_end),
		CASE(without_a_budget_everything_passes),
		CASE(nothing_is_lost_uncounted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
