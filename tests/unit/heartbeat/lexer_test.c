// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "lib/lexer.h"

static const struct lexer_rules ha_cf = {.comment_anywhere = true, .comma_separates = true};
static const struct lexer_rules haresources = {.comment_anywhere = true, .backslash_joins = true};
static const struct lexer_rules authkeys = {0};

static struct lexer lexer;
static struct lexer_line line;

static void over(struct bytes text, struct lexer_rules rules)
{
	lexer_init(&lexer, text, rules);
}

// The next line as "LINE| word@line:column ... |rest@column".
static const char *next(void)
{
	static char out[1024];
	if (!lexer_next(&lexer, &line))
		return "end";
	size_t n = (size_t)snprintf(out, sizeof(out), "%u|", line.line);
	for (size_t i = 0; i < line.count; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%.*s@%u:%u ", (int)line.words[i].text.len,
				      (const char *)line.words[i].text.at, line.words[i].line, line.words[i].column);
	if (line.rest.at)
		(void)snprintf(out + n, sizeof(out) - n, "|%.*s@%u", (int)line.rest.len, (const char *)line.rest.at,
			line.rest_column);
	return out;
}

static void words_carry_their_line_and_column(void **state)
{
	(void)state;
	over(bytes_of("keepalive 2\n\n  deadtime\t10 \nnode a"), ha_cf);
	assert_string_equal(next(), "1|keepalive@1:1 2@1:11 |2@11");
	assert_string_equal(next(), "2|");
	assert_string_equal(next(), "3|deadtime@3:3 10@3:12 |10@12");
	assert_string_equal(next(), "4|node@4:1 a@4:6 |a@6");
	assert_string_equal(next(), "end");
	assert_string_equal(next(), "end");
}

static void an_empty_text_has_no_line(void **state)
{
	(void)state;
	over((struct bytes){NULL, 0}, ha_cf);
	assert_string_equal(next(), "end");
}

static void a_comment_ends_the_line_even_within_a_word_of_ha_cf(void **state)
{
	(void)state;
	over(bytes_of("deadtime 6#c\n#node x\nnode # y\n"), ha_cf);
	assert_string_equal(next(), "1|deadtime@1:1 6@1:10 |6@10");
	assert_string_equal(next(), "2|");
	assert_string_equal(next(), "3|node@3:1 |@6");
	assert_string_equal(next(), "end");
}

static void a_comment_of_authkeys_is_first_and_a_key_may_hold_a_hash(void **state)
{
	(void)state;
	over(bytes_of("1 sha1 #foo\n \t# comment\n2 sha1 a#b\n"), authkeys);
	assert_string_equal(next(), "1|1@1:1 sha1@1:3 #foo@1:8 |sha1 #foo@3");
	assert_string_equal(next(), "2|");
	assert_string_equal(next(), "3|2@3:1 sha1@3:3 a#b@3:8 |sha1 a#b@3");
}

static void commas_separate_values_but_not_the_directive(void **state)
{
	(void)state;
	over(bytes_of("node a,b ,, c,\nnode,a b\n,x\n"), ha_cf);
	assert_string_equal(next(), "1|node@1:1 a@1:6 b@1:8 c@1:13 |a,b ,, c,@6");
	assert_string_equal(next(), "2|node,a@2:1 b@2:8 |b@8");
	assert_string_equal(next(), "3|,x@3:1 |@3");
	over(bytes_of("a x,y"), haresources);
	assert_string_equal(next(), "1|a@1:1 x,y@1:3 |x,y@3");
}

static void a_backslash_at_the_end_joins_lines_of_haresources_only(void **state)
{
	(void)state;
	over(bytes_of("cfa 10.0.0.1 \\\n  httpd \\\r\n\tnamed\ncfb x"), haresources);
	assert_string_equal(next(), "1|cfa@1:1 10.0.0.1@1:5 httpd@2:3 named@3:2 |10.0.0.1@5");
	assert_string_equal(next(), "4|cfb@4:1 x@4:5 |x@5");
	over(bytes_of("warntime \\\n6"), ha_cf);
	assert_string_equal(next(), "1|warntime@1:1 \\@1:10 |\\@10");
	assert_string_equal(next(), "2|6@2:1 |@2");
}

static void a_backslash_elsewhere_is_an_ordinary_byte(void **state)
{
	(void)state;
	over(bytes_of("a b\\c \\ \nd \\"), haresources);
	assert_string_equal(next(), "1|a@1:1 b\\c@1:3 \\@1:7 |b\\c \\@3");
	assert_string_equal(next(), "2|d@2:1 \\@2:3 |\\@3");
}

static void a_backslash_in_a_comment_does_not_swallow_the_next_line(void **state)
{
	(void)state;
	over(bytes_of("# old: cfa x \\\ncfb y\ncfa x \\# why\ncfb z\n"), haresources);
	assert_string_equal(next(), "1|");
	assert_string_equal(next(), "2|cfb@2:1 y@2:5 |y@5");
	assert_string_equal(next(), "3|cfa@3:1 x@3:5 \\@3:7 |x \\@5");
	assert_string_equal(next(), "4|cfb@4:1 z@4:5 |z@5");
}

static void a_line_that_starts_with_a_joined_blank_line_counts_from_its_first_word(void **state)
{
	(void)state;
	over(bytes_of("\\\n\\\ncfa x\n\\\n"), haresources);
	assert_string_equal(next(), "3|cfa@3:1 x@3:5 |x@5");
	assert_string_equal(next(), "4|");
	assert_string_equal(next(), "end");
}

static void files_of_other_systems_are_read(void **state)
{
	(void)state;
	over(bytes_of("udpport 694\r\n\fnode\ta\r\n"), ha_cf);
	assert_string_equal(next(), "1|udpport@1:1 694@1:9 |694@9");
	assert_string_equal(next(), "2|node@2:2 a@2:7 |a@7");
	assert_string_equal(next(), "end");
}

static void the_rest_keeps_inner_blanks_and_loses_outer_ones(void **state)
{
	(void)state;
	over(bytes_of("respawn   hacluster  /bin/x -a, b \t # c\n"), ha_cf);
	(void)next();
	assert_true(bytes_equal_text(line.rest, "hacluster  /bin/x -a, b"));
	assert_int_equal(line.rest_column, 11);
}

static void a_nul_byte_is_noticed_and_separates(void **state)
{
	(void)state;
	static const char text[] = "no\0de a\n";
	over((struct bytes){(const uint8_t *)text, sizeof(text) - 1}, ha_cf);
	assert_false(lexer.has_nul);
	(void)next();
	assert_true(lexer.has_nul);
	assert_int_equal(line.count, 3);
	assert_true(bytes_equal_text(line.words[1].text, "de"));
}

static void words_beyond_the_limit_are_left_out_and_reported(void **state)
{
	(void)state;
	static char text[2 * (LEXER_WORDS_MAX + 1) + 8];
	for (size_t i = 0; i < LEXER_WORDS_MAX + 1; i++)
		memcpy(text + 2 * i, "w ", 2);
	over((struct bytes){(const uint8_t *)text, (size_t)2 * LEXER_WORDS_MAX}, ha_cf);
	assert_true(lexer_next(&lexer, &line));
	assert_int_equal(line.count, LEXER_WORDS_MAX);
	assert_false(line.too_many);
	memcpy(text + 2 * (LEXER_WORDS_MAX + 1), "\nnext", 5);
	over((struct bytes){(const uint8_t *)text, (size_t)2 * (LEXER_WORDS_MAX + 1) + 5}, ha_cf);
	assert_true(lexer_next(&lexer, &line));
	assert_int_equal(line.count, LEXER_WORDS_MAX);
	assert_true(line.too_many);
	assert_string_equal(next(), "2|next@2:1 |@5");
	assert_false(line.too_many);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_carry_their_line_and_column),
		cmocka_unit_test(an_empty_text_has_no_line),
		cmocka_unit_test(a_comment_ends_the_line_even_within_a_word_of_ha_cf),
		cmocka_unit_test(a_comment_of_authkeys_is_first_and_a_key_may_hold_a_hash),
		cmocka_unit_test(commas_separate_values_but_not_the_directive),
		cmocka_unit_test(a_backslash_at_the_end_joins_lines_of_haresources_only),
		cmocka_unit_test(a_backslash_elsewhere_is_an_ordinary_byte),
		cmocka_unit_test(a_backslash_in_a_comment_does_not_swallow_the_next_line),
		cmocka_unit_test(a_line_that_starts_with_a_joined_blank_line_counts_from_its_first_word),
		cmocka_unit_test(files_of_other_systems_are_read),
		cmocka_unit_test(the_rest_keeps_inner_blanks_and_loses_outer_ones),
		cmocka_unit_test(a_nul_byte_is_noticed_and_separates),
		cmocka_unit_test(words_beyond_the_limit_are_left_out_and_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
