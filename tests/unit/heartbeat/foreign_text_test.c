// SPDX-License-Identifier: MIT
/* Characters that look like ordinary ones: found, named, with their repair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/foreign_text.h"

static void check_message(const char *text, size_t at, const char *expected)
{
	struct foreign f;
	char message[160];
	assert_true(foreign_find(bytes_of(text), FOREIGN_ALL, &f));
	foreign_say(&f, message, sizeof(message));
	assert_string_equal(message, expected);
	assert_int_equal(f.at, at);
}

static void each_look_alike_has_its_name_its_number_and_its_repair(void **state)
{
	(void)state;
	check_message("\xef\xbb\xbf" "a=1", 0, "a byte order mark (U+FEFF): save the file as UTF-8 without it");
	check_message("a\xc2\xa0= 1", 1, "a no-break space (U+00A0): type an ordinary blank");
	check_message("a = 1\xe3\x80\x80", 5, "a full-width blank (U+3000): type an ordinary blank");
	check_message("x\xe2\x80\x89y", 1, "a typographic blank (U+2009): type an ordinary blank");
	check_message("10.9.0.1\xef\xbc\x9a" "80", 8, "a full-width : (U+FF1A): type the ordinary :");
	check_message("\xef\xbc\x82x", 0, "a full-width quote (U+FF02): type the double quote \"");
	check_message("\xe2\x80\x9cindex.html\xe2\x80\x9d", 0, "a typographic quote (U+201C): type the double quote \"");
	check_message("it\xe2\x80\x99s", 2, "a typographic quote (U+2019): type the double quote \"");
	check_message("10.9.0.1\xe2\x80\x93>10.9.0.9", 8, "a typographic dash (U+2013): type the minus sign -");
	check_message("10.9.0.1\xe2\x86\x92" "10.9.0.9", 8, "an arrow (U+2192): type -> as two characters");
	check_message("a\xe2\x80\x8b" "b", 1, "a zero-width character, which is invisible (U+200B): delete it");
	check_message("lb\xc2\xb4", 2, "an acute accent (U+00B4): type the double quote \"");
	check_message("\x93index\x94", 0, "a quote of Windows-1252 (byte 93): type the double quote \"");
	check_message("a\xa0=1", 1, "a no-break space of Latin-1 (byte A0): type an ordinary blank");
	check_message("caf\xe9", 3, "a byte that is not UTF-8 (byte E9): save the file as UTF-8");
	check_message("10.9.0.2:80\\ gate", 11, "a backslash before a blank, which joins no words: delete it");
	check_message("10.9.0.2:80 \\", 12, "a backslash at the end, which joins no lines: delete it");
}

static void ordinary_text_and_other_alphabets_are_not_foreign(void **state)
{
	static const char *const texts[] = {"", "virtual = 10.9.0.1:80", "\t", "caf\xc3\xa9", "\xd0\xbf\xd1\x80",
		"\xe5\xa4\xa7", "\xf0\x9f\x98\x80", "\\d+", "C:\\x"};
	struct foreign f;
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(foreign_find(bytes_of(texts[i]), FOREIGN_ALL, &f));
}

static void only_the_kinds_that_are_asked_for_are_found(void **state)
{
	struct foreign f;
	(void)state;
	const char *text = "\xc2\xa0\xe2\x80\x9cx\\";
	assert_true(foreign_find(bytes_of(text), FOREIGN_QUOTE, &f));
	assert_int_equal(f.at, 2);
	assert_int_equal(f.len, 3);
	assert_true(foreign_find(bytes_of(text), FOREIGN_BACKSLASH, &f));
	assert_int_equal(f.at, 6);
	assert_false(foreign_find(bytes_of(text), FOREIGN_BYTE, &f));
}

/* Cut, overlong and surrogate forms are bytes, and the search continues after each. */
static void broken_utf8_is_bytes(void **state)
{
	static const char *const texts[] = {"\xe2\x80", "\xc0\xa0", "\xe0\x80\xa0", "\xed\xa0\x80", "\xf5\x80\x80\x80",
		"\x80", "\xff"};
	struct foreign f;
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_true(foreign_find(bytes_of(texts[i]), FOREIGN_ALL, &f));
		assert_int_equal(f.kind, FOREIGN_BYTE);
		assert_int_equal(f.len, 1);
	}
	assert_true(foreign_find(bytes_of("\xe2\x80\xc2\xa0"), FOREIGN_BLANK, &f));
	assert_int_equal(f.at, 2);
}

static void a_message_that_does_not_fit_is_cut(void **state)
{
	struct foreign f;
	char message[8];
	(void)state;
	assert_true(foreign_find(bytes_of("\xc2\xa0"), FOREIGN_ALL, &f));
	foreign_say(&f, message, sizeof(message));
	assert_true(strlen(message) < sizeof(message));
	foreign_say(&f, message, 0);
}

static void a_file_of_utf16_is_called_by_its_name(void **state)
{
	static const uint8_t little[] = {0xff, 0xfe, 'a', 0}, big[] = {0xfe, 0xff, 0, 'a'},
			     bare[] = {'a', 0, '=', 0, '1', 0, '\n', 0};
	(void)state;
	assert_non_null(foreign_encoding((struct bytes){little, sizeof(little)}));
	assert_non_null(foreign_encoding((struct bytes){big, sizeof(big)}));
	assert_non_null(foreign_encoding((struct bytes){bare, sizeof(bare)}));
	assert_null(foreign_encoding(bytes_of("")));
	assert_null(foreign_encoding(bytes_of("a=1\n")));
	assert_null(foreign_encoding((struct bytes){(const uint8_t *)"fork=yes\0\nfork=x\n", 17}));
	assert_null(foreign_encoding((struct bytes){(const uint8_t *)"\0\0\0\0\0\0\0\0", 8}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_look_alike_has_its_name_its_number_and_its_repair),
		cmocka_unit_test(ordinary_text_and_other_alphabets_are_not_foreign),
		cmocka_unit_test(only_the_kinds_that_are_asked_for_are_found),
		cmocka_unit_test(broken_utf8_is_bytes),
		cmocka_unit_test(a_message_that_does_not_fit_is_cut),
		cmocka_unit_test(a_file_of_utf16_is_called_by_its_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
