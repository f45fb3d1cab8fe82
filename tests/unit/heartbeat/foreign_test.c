// SPDX-License-Identifier: MIT
/* Characters that only look ordinary, in the three files of heartbeat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "heartbeat/conf/foreign.h"

static const struct lexer_rules ha_cf = {.comment_anywhere = true, .comma_separates = true},
				haresources = {.comment_anywhere = true, .backslash_joins = true}, authkeys = {0};

static void a_line_names_its_first_foreign_character(void **state)
{
	static const struct {
		const struct lexer_rules *rules;
		unsigned words;
		const char *text;
		unsigned line, column; /* 0: nothing is reported */
		enum diag_severity severity;
		const char *has;
	} rows[] = {
		{&ha_cf, 0, "\xef\xbb\xbfkeepalive 2\n", 1, 1, DIAG_ERROR, "byte order mark"},
		{&ha_cf, 0, "keepalive 2\ndeadtime\xc2\xa0" "30\n", 2, 9, DIAG_ERROR, "no-break"},
		{&ha_cf, 0, "bcast\xe3\x80\x80" "eth0", 1, 6, DIAG_ERROR, "blank"},
		{&ha_cf, 0, "node a\xe2\x80\x8b\n", 1, 7, DIAG_ERROR, "zero-width"},
		{&ha_cf, 0, "logfile \xe2\x80\x9c/var/log/x\xe2\x80\x9d\n", 1, 9, DIAG_WARNING, "quote"},
		{&ha_cf, 0, "udpport\xef\xbc\x9a" "694\n", 1, 8, DIAG_WARNING, "a full-width : "},
		{&ha_cf, 0, "# r\xc3\xa9sum\xc3\xa9\xc2\xa0 \xe2\x80\x9cx\xe2\x80\x9d\nkeepalive 2 # \xc2\xa0\n", 0, 0, 0, ""},
		{&ha_cf, 0, "logfile /var/log/\xe9\x9b\x86\xe7\xbe\xa4\n", 0, 0, 0, ""},
		{&ha_cf, 0, "logfile c:\\x\\ \n", 0, 0, 0, ""},
		{&haresources, 0, "node1 \\ \n 10.0.0.1\n", 1, 8, DIAG_ERROR, "behind the backslash"},
		{&haresources, 0, "node1 \\\n 10.0.0.1\n", 0, 0, 0, ""},
		{&haresources, 0, "node1 \\\r\n 10.0.0.1\r\n", 0, 0, 0, ""},
		{&haresources, 0, "node1 \\\t\r\n 10.0.0.1\r\n", 1, 8, DIAG_ERROR, "behind the backslash"},
		{&haresources, 0, "node1 IPaddr\xef\xbc\x9a\xef\xbc\x9a" "10.0.0.1\n", 1, 13, DIAG_WARNING, "a full-width : "},
		{&authkeys, 2, "1 sha1 a\xc2\xa0key\n", 0, 0, 0, ""},
		{&authkeys, 2, "1\xc2\xa0sha1 key\n", 1, 2, DIAG_ERROR, "no-break"},
		{&authkeys, 2, "\xef\xbb\xbf" "auth 1\n", 1, 1, DIAG_ERROR, "byte order mark"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct diags d;
		diags_init(&d, "file");
		foreign_report(bytes_of(rows[i].text), *rows[i].rules, rows[i].words, &d);
		bool good = rows[i].line == 0 ? d.count == 0
					      : d.count == 1 && d.list[0].line == rows[i].line &&
							d.list[0].column == rows[i].column &&
							d.list[0].severity == rows[i].severity &&
							strstr(d.list[0].text, rows[i].has);
		if (!good)
			fail_msg("row %zu: %zu reported: %s", i, d.count, d.count ? d.list[0].text : "");
		diags_free(&d);
	}
}

static void a_file_of_another_encoding_is_named(void **state)
{
	struct diags d;
	(void)state;
	diags_init(&d, "file");
	foreign_report((struct bytes){(const uint8_t *)"\xff\xfek\0e\0e\0p\0", 10}, ha_cf, 0, &d);
	assert_int_equal(d.errors, 1);
	assert_non_null(strstr(d.list[0].text, "UTF-16"));
	diags_free(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_names_its_first_foreign_character),
		cmocka_unit_test(a_file_of_another_encoding_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
