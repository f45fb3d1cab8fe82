// SPDX-License-Identifier: MIT
/* Messages in a stream of bytes: whole, after noise, without end, too long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "heartbeat/media/text_frames.h"

/* What comes out, each message with "|" behind it. */
static void check(const char *in, const char *expected, uint64_t noise)
{
	struct text_frames *f = calloc(1, sizeof *f);
	char out[512] = "";

	assert_non_null(f);
	for (size_t i = 0; in[i]; i++)
		if (text_frames_take(f, (uint8_t)in[i])) {
			struct bytes m = text_frames_message(f);
			assert_true(strlen(out) + m.len + 2 < sizeof out);
			strncat(out, (const char *)m.at, m.len);
			strcat(out, "|");
		}
	assert_string_equal(out, expected);
	assert_int_equal(f->noise, noise);
	free(f);
}

#define ONE ">>>\nt=a\n<<<\n"
#define TWO ">>>\nt=b\nx=1\n<<<\n"

static void messages_come_out_as_they_went_in(void **state)
{
	(void)state;
	check("", "", 0);
	check(ONE, ONE "|", 0);
	check(ONE TWO ONE, ONE "|" TWO "|" ONE "|", 0);
	check("\n\n" ONE "\n" TWO, ONE "|" TWO "|", 0);
}

static void noise_costs_no_message_behind_it(void **state)
{
	(void)state;
	check("garbage\n" ONE, ONE "|", 1);
	check("login: " ONE, ONE "|", 1); /* on the same line */
	check("t=lost\n<<<\n" ONE, ONE "|", 2);
	check("\x01\xff\n\n~\n" ONE "rest\n" TWO, ONE "|" TWO "|", 3);
}

static void a_message_without_end_is_dropped_when_the_next_one_starts(void **state)
{
	(void)state;
	check(">>>\nt=a\n" TWO, TWO "|", 1);
	check(">>>\n>>>\n" TWO, TWO "|", 2);
	check(">>>\nt=a>>>\nt=b\n<<<\n" ONE, ">>>\nt=a>>>\nt=b\n<<<\n|" ONE "|", 0); /* a value may end like that */
}

static void noise_in_a_message_ends_it(void **state)
{
	(void)state;
	check(">>>\nt=a\nnoise\nx=1\n" ONE, ONE "|", 2);
	check(">>>\nt=a\n\nb=1\n<<<\n", ">>>\nt=a\n\nb=1\n<<<\n|", 0); /* a blank line is none */
}

static void a_message_that_is_too_long_is_dropped(void **state)
{
	struct text_frames *f = calloc(1, sizeof *f);
	unsigned messages = 0;

	(void)state;
	assert_non_null(f);
	for (const char *c = ">>>\n"; *c; c++)
		assert_false(text_frames_take(f, (uint8_t)*c));
	for (size_t i = 0; i < 3 * (size_t)TEXT_FRAME_MAX; i++)
		assert_false(text_frames_take(f, 'x'));
	for (const char *c = "\n" ONE; *c; c++)
		messages += text_frames_take(f, (uint8_t)*c);
	assert_int_equal(messages, 1);
	assert_true(f->noise >= 1);
	free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_out_as_they_went_in),
		cmocka_unit_test(noise_costs_no_message_behind_it),
		cmocka_unit_test(a_message_without_end_is_dropped_when_the_next_one_starts),
		cmocka_unit_test(noise_in_a_message_ends_it),
		cmocka_unit_test(a_message_that_is_too_long_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
