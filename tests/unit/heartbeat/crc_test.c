// SPDX-License-Identifier: MIT
/* Compares the crc with one that is computed bit by bit, at every length and alignment around the step sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heartbeat/core/crc.h"

enum { LONGEST = 400, PLACES = 17 };

static uint8_t sample[LONGEST + PLACES];

static uint32_t bit_by_bit(struct bytes b)
{
	uint32_t rest = 0;

	for (size_t i = 0; i < b.len; i++)
		for (int bit = 7; bit >= 0; bit--) {
			bool carry = (rest >> 31) != (b.at[i] >> bit & 1U);
			rest = rest << 1 ^ (carry ? 0x04C11DB7U : 0);
		}
	return ~rest;
}

static void prepare(struct crc *c)
{
	uint64_t random = 1;

	crc_prepare(c);
	for (size_t i = 0; i < sizeof sample; i++) {
		random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
		sample[i] = (uint8_t)(random >> 56);
	}
}

static void compare(const struct crc *c)
{
	for (size_t place = 0; place < PLACES; place++)
		for (size_t len = 0; len <= LONGEST; len++) {
			struct bytes b = {sample + place, len};
			if (crc_of(c, b) != bit_by_bit(b))
				fail_msg("%zu bytes from %zu: %x instead of %x", len, place, crc_of(c, b),
					bit_by_bit(b));
		}
}

static void the_tables_give_the_result_of_the_bitwise_crc(void **state)
{
	static struct crc c;

	(void)state;
	prepare(&c);
	c.carryless = false;
	compare(&c);
}

/* On a processor without the instruction, this tests the same code as above. */
static void folding_changes_nothing(void **state)
{
	static struct crc c;

	(void)state;
	prepare(&c);
	compare(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tables_give_the_result_of_the_bitwise_crc),
		cmocka_unit_test(folding_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
