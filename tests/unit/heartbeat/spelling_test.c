// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/spelling.h"

static const char *const names[] = {
	"deadtime", "deadping", "initdead", "node", "nice", "ping", "mcast", "bcast", "udpport", "keepalive"};
enum { NAMES = sizeof names / sizeof *names };

static const char *name_at(size_t index)
{
	return index < NAMES ? names[index] : NULL;
}

static void meant(const char *word, const char *name)
{
	const char *got = spelling_nearest(bytes_of(word), name_at);
	if (name == NULL)
		assert_null(got);
	else
		assert_string_equal(got ? got : "(none)", name);
}

static void a_letter_more_less_other_or_swapped(void **state)
{
	(void)state;
	meant("deadtimee", "deadtime");
	meant("dedtime", "deadtime");
	meant("deadtine", "deadtime");
	meant("daedtime", "deadtime");
	meant("DeadTiem", "deadtime");
	meant("kepealvie", "keepalive");
	meant("pign", "ping");
	meant("keepalive", "keepalive");
}

static void what_resembles_nothing(void **state)
{
	(void)state;
	meant("", NULL);
	meant("xy", NULL);
	meant("nodding", NULL);
	meant("peng!", NULL);
	meant("ni", NULL); // two letters from nice: too far for a short word
	meant("deadtimedeadtimedeadtimedeadtimedeadtime", NULL);
}

static void of_equally_near_ones_the_first(void **state)
{
	(void)state;
	meant("xcast", "mcast");
	meant("mcast", "mcast");
	meant("bcast", "bcast");
}

/* By definition: the last letters are the same, or one is changed, added or dropped, or two are swapped. */
static unsigned slow(const char *a, size_t n, const char *b, size_t m)
{
	if (n == 0 || m == 0)
		return (unsigned)(n + m);
	unsigned best = slow(a, n - 1, b, m - 1) + (a[n - 1] == b[m - 1] ? 0 : 1);
	unsigned drop = slow(a, n - 1, b, m) + 1, add = slow(a, n, b, m - 1) + 1;
	best = drop < best ? drop : best;
	best = add < best ? add : best;
	if (n > 1 && m > 1 && a[n - 1] == b[m - 2] && a[n - 2] == b[m - 1]) {
		unsigned swap = slow(a, n - 2, b, m - 2) + 1;
		best = swap < best ? swap : best;
	}
	return best;
}

static char the_name[8];
static const char *one_name(size_t index)
{
	return index == 0 ? the_name : NULL;
}

static void as_by_definition(void **state)
{
	(void)state;
	srand(1);
	unsigned near = 0;
	for (int i = 0; i < 20000; i++) {
		char word[8];
		size_t n = (size_t)rand() % 8, m = (size_t)rand() % 7;
		for (size_t k = 0; k < n; k++)
			word[k] = (char)('a' + rand() % 3);
		for (size_t k = 0; k < m; k++)
			the_name[k] = (char)('a' + rand() % 3);
		the_name[m] = 0;
		bool expected = slow(word, n, the_name, m) <= (n < 6 ? 1U : 2U);
		bool got = spelling_nearest((struct bytes){(const uint8_t *)word, n}, one_name) != NULL;
		if (expected != got)
			print_error("%.*s and %s\n", (int)n, word, the_name);
		assert_true(expected == got);
		near += expected;
	}
	assert_in_range(near, 1000, 19000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_more_less_other_or_swapped),
		cmocka_unit_test(what_resembles_nothing),
		cmocka_unit_test(of_equally_near_ones_the_first),
		cmocka_unit_test(as_by_definition),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
