// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "lib/bytes.h"

#define RUN(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

static const struct bytes nothing = {NULL, 0};

static void runs_of_equal_bytes_are_equal_and_no_others(void **state)
{
	(void)state;
	assert_true(bytes_equal(RUN("a\0b"), RUN("a\0b")));
	assert_false(bytes_equal(RUN("a\0b"), RUN("a\0c")));
	assert_false(bytes_equal(RUN("ab"), RUN("abc")));
	assert_true(bytes_equal(nothing, RUN("")));
	assert_true(bytes_equal_text(RUN("status"), "status"));
	assert_false(bytes_equal_text(RUN("status\0"), "status"));
	assert_true(bytes_equal_constant_time(RUN("abcd"), RUN("abcd")));
	assert_true(bytes_equal_constant_time(nothing, nothing));
	assert_false(bytes_equal_constant_time(RUN("abcd"), RUN("abce")));
	assert_false(bytes_equal_constant_time(RUN("Abcd"), RUN("abcd")));
	assert_false(bytes_equal_constant_time(RUN("abc"), RUN("abcd")));
}

static void text_is_cut_at_the_capacity_and_terminated(void **state)
{
	(void)state;
	char out[4] = "zzz";
	assert_true(bytes_to_text(RUN("abc"), out, sizeof(out)));
	assert_string_equal(out, "abc");
	assert_false(bytes_to_text(RUN("wxyz"), out, sizeof(out)));
	assert_string_equal(out, "wxy");
	assert_true(bytes_to_text(nothing, out, 1));
	assert_string_equal(out, "");
	assert_false(bytes_to_text(RUN("a"), out, 0));
}

static void numbers_are_read_whole_or_not_at_all(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned base;
		bool good;
		uint64_t value;
	} cases[] = {
		{"0", 10, true, 0},
		{"007", 10, true, 7},
		{"18446744073709551615", 10, true, UINT64_MAX},
		{"18446744073709551616", 10, false, 0},
		{"99999999999999999999", 10, false, 0},
		{"fFff", 16, true, 0xffff},
		{"ffffffffffffffff", 16, true, UINT64_MAX},
		{"10000000000000000", 16, false, 0},
		{"", 10, false, 0},
		{"-1", 10, false, 0},
		{"+1", 10, false, 0},
		{" 1", 10, false, 0},
		{"1 ", 10, false, 0},
		{"1a", 10, false, 0},
		{"0x1", 16, false, 0},
		{"g", 16, false, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 4711;
		assert_int_equal(bytes_to_u64(bytes_of(cases[i].text), cases[i].base, &value), cases[i].good);
		assert_true(value == (cases[i].good ? cases[i].value : 4711));
	}
}

static void a_reader_takes_what_is_there_in_order(void **state)
{
	(void)state;
	struct reader r = reader_over(RUN("key=value\n123rest"));
	assert_int_equal(reader_peek(&r), 'k');
	assert_false(reader_skip(&r, "kex"));
	assert_true(reader_skip(&r, "k"));
	assert_true(bytes_equal_text(reader_until(&r, '='), "ey"));
	assert_true(bytes_equal_text(reader_take(&r, 5), "value"));
	assert_int_equal(reader_byte(&r), '\n');
	assert_true(reader_decimal(&r, 3, 123) == 123);
	assert_int_equal(reader_left(&r), 4);
	assert_true(bytes_equal_text(reader_take(&r, 4), "rest"));
	assert_false(r.failed);
	assert_int_equal(reader_peek(&r), -1);
	assert_true(reader_skip(&r, ""));
	assert_int_equal(reader_take(&r, 0).len, 0);
	assert_false(r.failed);
}

static void a_reader_that_failed_stays_failed_and_gives_nothing_more(void **state)
{
	(void)state;
	struct reader r = reader_over(RUN("abc"));
	assert_int_equal(reader_take(&r, 4).len, 0);
	assert_true(r.failed);
	assert_int_equal(reader_peek(&r), -1);
	assert_int_equal(reader_byte(&r), -1);
	assert_false(reader_skip(&r, "a"));
	assert_int_equal(reader_take(&r, 1).len, 0);
	assert_int_equal(reader_until(&r, 'c').len, 0);
	assert_int_equal(reader_left(&r), 0);

	r = reader_over(RUN("abc"));
	assert_int_equal(reader_until(&r, 'x').len, 0);
	assert_true(r.failed);
	r = reader_over(RUN("abc"));
	(void)reader_take(&r, SIZE_MAX);
	assert_true(r.failed);
	r = reader_over(nothing);
	assert_int_equal(reader_byte(&r), -1);
	assert_true(r.failed);
}

static void a_decimal_fails_without_digits_with_too_many_or_over_the_limit(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned digits;
		uint64_t max;
		bool good;
	} cases[] = {
		{"12", 2, 12, true},          {"12", 2, 11, false},
		{"123", 2, 999, false},       {"0012", 4, 12, true},
		{"x", 5, 9, false},           {"", 5, 9, false},
		{"18446744073709551615", 20, UINT64_MAX, true},
		{"18446744073709551616", 20, UINT64_MAX, false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reader r = reader_over(bytes_of(cases[i].text));
		(void)reader_decimal(&r, cases[i].digits, cases[i].max);
		assert_int_equal(!r.failed, cases[i].good);
	}
}

static void a_writer_never_passes_its_capacity(void **state)
{
	(void)state;
	uint8_t memory[9];
	memset(memory, 0xee, sizeof(memory));
	struct writer w = writer_over(memory, 8);
	writer_text(&w, "abcd");
	writer_format(&w, "%d", 42);
	writer_byte(&w, 'x');
	writer_bytes(&w, nothing);
	assert_true(bytes_equal_text(writer_done(&w), "abcd42x"));
	writer_text(&w, "yz");
	assert_true(w.overflowed);
	writer_byte(&w, 'y'); // would fit, but half a message is no message
	writer_format(&w, "z");
	assert_null(writer_reserve(&w, 1));
	assert_true(bytes_equal_text(writer_done(&w), "abcd42x"));
	assert_int_equal(memory[8], 0xee);
}

static void a_formatted_text_that_does_not_fit_is_not_written(void **state)
{
	(void)state;
	uint8_t memory[5] = {0};
	struct writer w = writer_over(memory, 4);
	writer_format(&w, "%s", "abc");
	assert_false(w.overflowed);
	w = writer_over(memory, 4);
	memory[4] = 0xee;
	writer_format(&w, "%s", "abcdefgh");
	assert_true(w.overflowed);
	assert_int_equal(w.len, 0);
	assert_int_equal(memory[4], 0xee);
	w = writer_over(NULL, 0);
	writer_format(&w, "%s", "");
	assert_true(w.overflowed);
}

static void reserved_bytes_are_part_of_what_was_written(void **state)
{
	(void)state;
	char memory[4];
	struct writer w = writer_over(memory, sizeof(memory));
	uint8_t *room = writer_reserve(&w, 4);
	assert_non_null(room);
	memcpy(room, "1234", 4);
	assert_true(bytes_equal_text(writer_done(&w), "1234"));
	assert_null(writer_reserve(&w, SIZE_MAX));
	assert_true(w.overflowed);
}

// RFC 4648 section 10
static const struct {
	const char *plain, *coded;
} base64_vectors[] = {
	{"", ""},
	{"f", "Zg=="},
	{"fo", "Zm8="},
	{"foo", "Zm9v"},
	{"foob", "Zm9vYg=="},
	{"fooba", "Zm9vYmE="},
	{"foobar", "Zm9vYmFy"},
};

static void base64_follows_the_vectors_of_the_rfc_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(base64_vectors) / sizeof(base64_vectors[0]); i++) {
		char memory[16];
		struct writer w = writer_over(memory, sizeof(memory));
		writer_base64(&w, bytes_of(base64_vectors[i].plain));
		assert_true(bytes_equal_text(writer_done(&w), base64_vectors[i].coded));
		w = writer_over(memory, sizeof(memory));
		assert_true(writer_unbase64(&w, bytes_of(base64_vectors[i].coded)));
		assert_true(bytes_equal_text(writer_done(&w), base64_vectors[i].plain));
	}
}

static void every_byte_survives_base64(void **state)
{
	(void)state;
	uint8_t all[256], coded[400], back[256];
	for (unsigned i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	for (size_t len = 0; len <= 256; len++) {
		struct writer w = writer_over(coded, sizeof(coded));
		writer_base64(&w, (struct bytes){all, len});
		struct writer b = writer_over(back, sizeof(back));
		assert_true(writer_unbase64(&b, writer_done(&w)));
		assert_true(bytes_equal(writer_done(&b), (struct bytes){all, len}));
	}
}

static void base64_in_any_other_than_the_canonical_form_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"Z",    "Zg",   "Zg=",      "Zg===",    "Zh==", "Zm9=",     "====", "Z===",
					  "Zg= =", " Zg==", "Zg==Zg==", "Zm9v\n", "Z-_v", "Zm=v", "=m9v", "Zm9vZg"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char memory[16];
		struct writer w = writer_over(memory, sizeof(memory));
		writer_text(&w, "x");
		assert_false(writer_unbase64(&w, bytes_of(bad[i])));
		assert_int_equal(w.len, 1);
	}
}

static void base64_that_does_not_fit_fails(void **state)
{
	(void)state;
	char memory[5];
	struct writer w = writer_over(memory, sizeof(memory));
	assert_false(writer_unbase64(&w, bytes_of("Zm9vYmFy")));
	assert_true(w.overflowed);
	assert_int_equal(w.len, 0);
}

static void hex_is_two_lower_case_digits_a_byte(void **state)
{
	(void)state;
	char memory[8];
	struct writer w = writer_over(memory, sizeof(memory));
	writer_hex(&w, RUN("\x00\xff\xa5\x10"));
	assert_true(bytes_equal_text(writer_done(&w), "00ffa510"));
}

static void escaped_text_holds_printable_ascii_only(void **state)
{
	(void)state;
	char memory[64];
	struct writer w = writer_over(memory, sizeof(memory));
	writer_escaped(&w, RUN("a b~\n\0\\\x7f\xc3\x1b"), 100);
	assert_true(bytes_equal_text(writer_done(&w), "a b~\\x0a\\x00\\x5c\\x7f\\xc3\\x1b"));
	w = writer_over(memory, sizeof(memory));
	writer_escaped(&w, RUN("abcdef"), 6);
	writer_escaped(&w, RUN("abcdef"), 5);
	assert_true(bytes_equal_text(writer_done(&w), "abcdefabcde..."));
	w = writer_over(memory, 6);
	writer_escaped(&w, RUN("abc\n"), 100);
	assert_true(w.overflowed);
	assert_true(bytes_equal_text(writer_done(&w), "abc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_of_equal_bytes_are_equal_and_no_others),
		cmocka_unit_test(text_is_cut_at_the_capacity_and_terminated),
		cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
		cmocka_unit_test(a_reader_takes_what_is_there_in_order),
		cmocka_unit_test(a_reader_that_failed_stays_failed_and_gives_nothing_more),
		cmocka_unit_test(a_decimal_fails_without_digits_with_too_many_or_over_the_limit),
		cmocka_unit_test(a_writer_never_passes_its_capacity),
		cmocka_unit_test(a_formatted_text_that_does_not_fit_is_not_written),
		cmocka_unit_test(reserved_bytes_are_part_of_what_was_written),
		cmocka_unit_test(base64_follows_the_vectors_of_the_rfc_both_ways),
		cmocka_unit_test(every_byte_survives_base64),
		cmocka_unit_test(base64_in_any_other_than_the_canonical_form_is_refused),
		cmocka_unit_test(base64_that_does_not_fit_fails),
		cmocka_unit_test(hex_is_two_lower_case_digits_a_byte),
		cmocka_unit_test(escaped_text_holds_printable_ascii_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
