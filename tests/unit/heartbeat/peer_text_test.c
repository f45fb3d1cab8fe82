// SPDX-License-Identifier: MIT
/* The text of the file that remembers the peer: a written text is read again; a damaged one counts as none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/daemon/peer_text.h"

#define WHOLE "name node2\nuuid 000102030405060708090a0b0c0d0eff\ngeneration 1795972004\nnumber 4711\ndialect native\n"

static struct peer_memory memory;

static bool parse(const char *text)
{
	memset(&memory, 0xa5, sizeof memory);
	return peer_text_parse(bytes_of(text), &memory);
}

static void a_written_text_is_read_again(void **state)
{
	(void)state;
	char text[PEER_TEXT_MAX];
	assert_true(parse(WHOLE));
	assert_string_equal(memory.name, "node2");
	assert_int_equal(memory.uuid[15], 0xff);
	assert_int_equal(memory.generation, 1795972004);
	assert_int_equal(memory.number, 4711);
	assert_true(memory.has_uuid && memory.spoke_native);
	assert_int_equal(peer_text_format(&memory, text, sizeof text), strlen(WHOLE));
	assert_string_equal(text, WHOLE);
	assert_true(parse("generation 5\nnumber 0\ndialect classic\nname node2\n"));
	assert_false(memory.has_uuid || memory.spoke_native);
	(void)peer_text_format(&memory, text, sizeof text);
	assert_string_equal(text, "name node2\ngeneration 5\nnumber 0\ndialect classic\n");
}

static void the_longest_text_fits_and_a_short_buffer_gets_none(void **state)
{
	(void)state;
	char text[PEER_TEXT_MAX];
	struct peer_memory longest = {.has_uuid = true, .generation = UINT64_MAX, .number = UINT64_MAX};
	memset(longest.name, 'n', sizeof longest.name - 1);
	size_t len = peer_text_format(&longest, text, sizeof text);
	assert_true(len > 0);
	assert_true(parse(text));
	assert_memory_equal(&memory, &longest, sizeof memory.name);
	assert_int_equal(peer_text_format(&longest, text, len), 0);
	assert_int_equal(peer_text_format(&longest, text, len + 1), len);
	assert_int_equal(peer_text_format(&longest, text, 0), 0);
}

static void what_is_true_of_the_peer_is_written_with_the_boot_to_which_it_belongs(void **state)
{
	(void)state;
	char text[PEER_TEXT_MAX];
	static const char whole[] = "name node2\ngeneration 0\nnumber 0\ndialect classic\nalone 1\nheard 1\nfenced 1\nboot 8e1f3a52\n";
	assert_true(parse(whole));
	assert_true(memory.alone && memory.heard && memory.fenced);
	assert_string_equal(memory.boot, "8e1f3a52");
	(void)peer_text_format(&memory, text, sizeof text);
	assert_string_equal(text, whole);
	memory_new_boot(&memory);
	(void)peer_text_format(&memory, text, sizeof text);
	assert_string_equal(text, "name node2\ngeneration 0\nnumber 0\ndialect classic\nalone 1\n");
}

static void lines_of_a_later_version_are_skipped(void **state)
{
	(void)state;
	assert_true(parse(WHOLE "colour blue\n"));
}

static void a_damaged_text_counts_as_none(void **state)
{
	(void)state;
	static const char *const damaged[] = {
		"",
		"\n",
		"name node2\ngeneration 5\nnumber 6\n",
		"name node2\nnumber 6\ndialect native\n",
		"generation 5\nnumber 6\ndialect native\n",
		"name node2\ngeneration 5\nnumber 6\ndialect native",
		"name node2\ngeneration 5\nnumber 6\ndialect native\nalone yes\n",
		"name node2\ngeneration -5\nnumber 6\ndialect native\n",
		"name node2\ngeneration 18446744073709551616\nnumber 6\ndialect native\n",
		"name node2\ngeneration 5\ngeneration 6\nnumber 6\ndialect native\n",
		"name node2\ngeneration 5\nnumber 6\ndialect latin\n",
		"name node2\nuuid 00\ngeneration 5\nnumber 6\ndialect native\n",
		"name node2\nuuid 000102030405060708090a0b0c0d0ezz\ngeneration 5\nnumber 6\ndialect native\n",
		"name \ngeneration 5\nnumber 6\ndialect native\n",
		"name node2\ngeneration\nnumber 6\ndialect native\n",
	};
	static const struct peer_memory nothing;
	for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
		assert_false(parse(damaged[i]));
		assert_memory_equal(&memory, &nothing, sizeof nothing);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_written_text_is_read_again),
		cmocka_unit_test(the_longest_text_fits_and_a_short_buffer_gets_none),
		cmocka_unit_test(what_is_true_of_the_peer_is_written_with_the_boot_to_which_it_belongs),
		cmocka_unit_test(lines_of_a_later_version_are_skipped),
		cmocka_unit_test(a_damaged_text_counts_as_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
