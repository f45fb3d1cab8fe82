// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/core/history.h"

static uint8_t memory[HISTORY_BYTES + 1];

static struct mono at_ms(int64_t ms)
{
	return mono_add((struct mono){1000000000}, span_ms(ms));
}

/* A datagram in which every byte depends on its number. */
static struct bytes datagram(uint64_t seq, size_t len)
{
	memset(memory, (int)(seq * 37 % 251), len);
	return (struct bytes){memory, len};
}

static enum history_verdict look(struct history *h, uint64_t seq, int64_t ms, struct bytes *found)
{
	return history_resend(h, seq, at_ms(ms), span_ms(240), found);
}

static void what_was_kept_is_found_unchanged(void **state)
{
	(void)state;
	struct history *h = history_new();
	struct bytes found;

	history_keep(h, 1, bytes_of("first"));
	history_keep(h, 2, bytes_of("second"));
	assert_int_equal(look(h, 1, 0, &found), HISTORY_FOUND);
	assert_true(bytes_equal_text(found, "first"));
	assert_int_equal(look(h, 2, 0, &found), HISTORY_FOUND);
	assert_true(bytes_equal_text(found, "second"));
	assert_int_equal(look(h, 3, 0, &found), HISTORY_TOO_HIGH);
	history_free(h);
	history_free(NULL);
}

static void an_empty_history_knows_no_number(void **state)
{
	(void)state;
	struct history *h = history_new();
	struct bytes found;

	assert_int_equal(look(h, 0, 0, &found), HISTORY_TOO_LOW);
	assert_int_equal(look(h, 1, 0, &found), HISTORY_TOO_HIGH);
	assert_int_equal(look(h, UINT64_MAX, 0, &found), HISTORY_TOO_HIGH);
	history_acked(h, 100);
	history_free(h);
}

static void what_was_resent_a_moment_ago_is_recent_and_later_found_again(void **state)
{
	(void)state;
	struct history *h = history_new();
	struct bytes found;

	history_keep(h, 1, bytes_of("first"));
	assert_int_equal(look(h, 1, 0, &found), HISTORY_FOUND);
	assert_int_equal(look(h, 1, 239, &found), HISTORY_RECENT);
	assert_int_equal(look(h, 1, 240, &found), HISTORY_FOUND);
	assert_int_equal(look(h, 1, 479, &found), HISTORY_RECENT);
	history_free(h);
}

static void numbers_outside_and_between_have_their_verdict(void **state)
{
	(void)state;
	struct history *h = history_new();
	struct bytes found;

	history_keep(h, 5, bytes_of("five"));
	history_keep(h, 9, bytes_of("nine"));
	assert_int_equal(look(h, 4, 0, &found), HISTORY_TOO_LOW);
	assert_int_equal(look(h, 5, 0, &found), HISTORY_FOUND);
	assert_int_equal(look(h, 7, 0, &found), HISTORY_NOT_FOUND);
	assert_int_equal(look(h, 9, 0, &found), HISTORY_FOUND);
	assert_int_equal(look(h, 10, 0, &found), HISTORY_TOO_HIGH);
	history_free(h);
}

static void the_last_500_are_kept(void **state)
{
	(void)state;
	struct history *h = history_new();
	struct bytes found;

	for (uint64_t seq = 1; seq <= 1234; seq++)
		history_keep(h, seq, datagram(seq, 300));
	assert_int_equal(look(h, 734, 0, &found), HISTORY_TOO_LOW);
	for (uint64_t seq = 735; seq <= 1234; seq++) {
		assert_int_equal(look(h, seq, 0, &found), HISTORY_FOUND);
		assert_true(bytes_equal(found, datagram(seq, 300)));
	}
	history_free(h);
}

static void acknowledged_ones_are_forgotten(void **state)
{
	(void)state;
	struct history *h = history_new();
	struct bytes found;

	for (uint64_t seq = 1; seq <= 10; seq++)
		history_keep(h, seq, datagram(seq, 100));
	history_acked(h, 4);
	assert_int_equal(look(h, 4, 0, &found), HISTORY_TOO_LOW);
	assert_int_equal(look(h, 5, 0, &found), HISTORY_FOUND);
	history_acked(h, 3);
	assert_int_equal(look(h, 6, 0, &found), HISTORY_FOUND);
	history_acked(h, UINT64_MAX);
	assert_int_equal(look(h, 10, 0, &found), HISTORY_TOO_LOW);
	assert_int_equal(look(h, 11, 0, &found), HISTORY_TOO_HIGH);
	history_keep(h, 11, datagram(11, 100));
	assert_int_equal(look(h, 11, 0, &found), HISTORY_FOUND);
	assert_int_equal(look(h, 10, 0, &found), HISTORY_TOO_LOW);
	history_free(h);
}

static void one_too_large_for_the_ring_is_not_found_but_counts_as_sent(void **state)
{
	(void)state;
	struct history *h = history_new();
	struct bytes found;

	history_keep(h, 1, datagram(1, 10));
	history_keep(h, 2, datagram(2, HISTORY_BYTES + 1));
	history_keep(h, 3, datagram(3, 10));
	assert_int_equal(look(h, 2, 0, &found), HISTORY_NOT_FOUND);
	assert_int_equal(look(h, 1, 0, &found), HISTORY_FOUND);
	assert_int_equal(look(h, 3, 0, &found), HISTORY_FOUND);
	history_keep(h, 4, datagram(4, HISTORY_BYTES));
	assert_int_equal(look(h, 4, 0, &found), HISTORY_FOUND);
	assert_int_equal(found.len, HISTORY_BYTES);
	assert_int_equal(look(h, 3, 0, &found), HISTORY_TOO_LOW);
	history_free(h);
}

/* Whatever the sizes: each datagram that the history reports is whole, and it has the newest ones without a gap. */
static void a_ring_of_random_sizes_keeps_the_newest_whole(void **state)
{
	(void)state;
	struct history *h = history_new();
	static size_t lengths[20001];
	struct bytes found;
	unsigned seed = 42;

	for (uint64_t seq = 1; seq <= 20000; seq++) {
		seed = seed * 1103515245U + 12345U;
		lengths[seq] = 1 + (seed >> 8) % ((seed >> 28) == 0 ? 65507 : 4000);
		history_keep(h, seq, datagram(seq, lengths[seq]));
		if (seq % 97 != 0)
			continue;
		bool gone = false;
		size_t bytes = 0;
		for (uint64_t back = seq; back > 0 && back + HISTORY_MESSAGES + 5 > seq; back--) {
			enum history_verdict verdict = history_resend(h, back, at_ms(0), span_ms(0), &found);
			gone = gone || verdict == HISTORY_TOO_LOW;
			assert_int_equal(verdict, gone ? HISTORY_TOO_LOW : HISTORY_FOUND);
			if (gone)
				continue;
			assert_true(bytes_equal(found, datagram(back, lengths[back])));
			bytes += found.len;
		}
		assert_true(bytes <= HISTORY_BYTES);
		assert_true(seq < 300 || bytes > HISTORY_BYTES / 2); /* the memory is used */
	}
	history_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_kept_is_found_unchanged),
		cmocka_unit_test(an_empty_history_knows_no_number),
		cmocka_unit_test(what_was_resent_a_moment_ago_is_recent_and_later_found_again),
		cmocka_unit_test(numbers_outside_and_between_have_their_verdict),
		cmocka_unit_test(the_last_500_are_kept),
		cmocka_unit_test(acknowledged_ones_are_forgotten),
		cmocka_unit_test(one_too_large_for_the_ring_is_not_found_but_counts_as_sent),
		cmocka_unit_test(a_ring_of_random_sizes_keeps_the_newest_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
