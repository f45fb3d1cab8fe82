// SPDX-License-Identifier: MIT
/* The last datagrams, for a report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/daemon/kept_datagrams.h"

static const struct bytes nobody = {NULL, 0};

static void only_the_last_ones_are_kept_in_their_order(void **state)
{
	(void)state;
	struct kept_datagrams *k = kept_datagrams_new();
	struct api_datagram d;
	assert_non_null(k);
	assert_false(kept_datagrams_at(k, 0, &d));
	for (uint8_t i = 0; i < KEPT_DATAGRAMS + 6; i++)
		kept_datagrams_add(
			k, i % 2, "eth0", nobody, (struct bytes){&i, 1}, (struct mono){i + 1}); /* 0 would be never */
	for (size_t i = 0; i < KEPT_DATAGRAMS; i++) {
		assert_true(kept_datagrams_at(k, i, &d));
		assert_int_equal(d.data.at[0], i + 6);
		assert_int_equal(d.at.ns, i + 7);
		assert_int_equal(d.sent, i % 2);
		assert_string_equal(d.medium, "eth0");
	}
	assert_false(kept_datagrams_at(k, KEPT_DATAGRAMS, &d));
	kept_datagrams_free(k);
}

static void a_long_one_is_cut_and_its_length_is_known(void **state)
{
	(void)state;
	static uint8_t big[65507];
	struct kept_datagrams *k = kept_datagrams_new();
	struct api_datagram d;
	char name[200];
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	kept_datagrams_add(k, false, name, (struct bytes){big, 100}, (struct bytes){big, sizeof big}, (struct mono){1});
	assert_true(kept_datagrams_at(k, 0, &d));
	assert_int_equal(d.length, sizeof big);
	assert_int_equal(d.data.len, KEPT_BYTES_MAX);
	assert_int_equal(d.from.len, 16);
	assert_true(strlen(d.medium) < sizeof name - 1);
	kept_datagrams_free(k);
}

static void without_memory_nothing_is_kept(void **state)
{
	(void)state;
	struct api_datagram d;
	kept_datagrams_add(NULL, true, "", nobody, nobody, (struct mono){1});
	assert_false(kept_datagrams_at(NULL, 0, &d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_last_ones_are_kept_in_their_order),
		cmocka_unit_test(a_long_one_is_cut_and_its_length_is_known),
		cmocka_unit_test(without_memory_nothing_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
