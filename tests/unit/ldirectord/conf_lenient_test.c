// SPDX-License-Identifier: MIT
/* What people write around a value is accepted with a warning, as the reference accepts it silently; characters that
 * only look ordinary are called by their names.  doc/ldirectord.md 2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/ldirectord/parse.h"

#define SECTION "virtual=10.9.0.1:80\n\treal=10.9.0.2:80 masq\n"

// The section with one further line.  Parses with exactly one warning, at that line, which is an error in strict mode.
static struct lb_config *warned(const char *line)
{
	char text[512];
	struct diags d;
	(void)snprintf(text, sizeof(text), SECTION "\t%s\n", line);
	assert_null(parse_bytes(text, strlen(text), true, &d));
	diags_free(&d);
	struct lb_config *c = parse_bytes(text, strlen(text), false, &d);
	if (!c || d.count != 1 || d.list[0].line != 3)
		fail_msg("%s: %zu messages, the first: %s", line, d.count, d.count ? d.list[0].text : "-");
	diags_free(&d);
	return c;
}

static void a_word_is_found_among_quotes_semicolons_and_remarks(void **state)
{
	static const struct {
		const char *line;
		enum lb_service service;
		enum lb_check_type type;
	} rows[] = {
		{"service=\"https\"", LB_HTTPS, LB_CHECK_NEGOTIATE},
		{"service = simpletcp;", LB_SIMPLETCP, LB_CHECK_NEGOTIATE},
		{"service= smtp ; the relay", LB_SMTP, LB_CHECK_NEGOTIATE},
		{"service = 'dns'", LB_DNS, LB_CHECK_NEGOTIATE},
		{"service=http_proxy, squid", LB_HTTP_PROXY, LB_CHECK_NEGOTIATE},
		{"checktype=\"ping\";", LB_HTTP, LB_CHECK_PING},
		{"checktype=off   // until Monday", LB_HTTP, LB_CHECK_OFF},
		{"checktype = on,", LB_HTTP, LB_CHECK_ON},
		{"checktype=connect (no page)", LB_HTTP, LB_CHECK_CONNECT},
		{"checktype=3 connects", LB_HTTP, LB_CHECK_COMBINED},
		{"checktype=negotiate 3", LB_HTTP, LB_CHECK_NEGOTIATE},
		{"checktype=off-line", LB_HTTP, LB_CHECK_OFF},
		{"service=http-proxy", LB_HTTP, LB_CHECK_NEGOTIATE},
		{"service=(dns/tcp)", LB_DNS, LB_CHECK_NEGOTIATE},
		{"checktype=\"3\"", LB_HTTP, LB_CHECK_COMBINED},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lb_config *c = warned(rows[i].line);
		assert_int_equal(c->virtuals[0].service, rows[i].service);
		assert_int_equal(c->virtuals[0].check_type, rows[i].type);
		assert_int_equal(c->virtuals[0].connects_per_negotiate, rows[i].type == LB_CHECK_COMBINED ? 3 : 0);
		lb_config_free(c);
	}
	struct lb_config *perl = parse_lines(SECTION "\tcheckcommand=/bin/true\n\tchecktype=external-perl;\n",
		"ld.cf:4:12: warning: checktype: \"external-perl;\" is read as external-perl; expected only this");
	assert_int_equal(perl->virtuals[0].check_type, LB_CHECK_EXTERNAL_PERL);
	lb_config_free(perl);
	// A part of a word is none.
	assert_null(parse_lines(SECTION "\tservice=httpx\n\tchecktype=reconnect\n\tprotocol=tcp6\n",
		"ld.cf:3:10: error: service: \"httpx\" is not accepted; expected dns, ftp, http, https, http_proxy, imap, imaps, ldap, ldaps, mysql, nntp, none, "
		"oracle, pgsql, pop, pops, radius, simpletcp, sip, smtp or submission\n"
		"ld.cf:4:12: error: checktype: \"reconnect\" is not accepted; expected connect, negotiate, ping, external, external-perl, on or off, or the number of connects after each negotiation\n"
		"ld.cf:5:11: error: protocol: \"tcp6\" is not accepted; expected tcp, udp or fwm"));
}

static void other_values_are_found_as_well(void **state)
{
	(void)state;
	struct lb_config *c = warned("checkport=8080; // management");
	assert_int_equal(c->virtuals[0].check_port, 8080);
	lb_config_free(c);
	c = warned("checkport=8080x");
	assert_int_equal(c->virtuals[0].check_port, 8080);
	lb_config_free(c);
	c = warned("real=10.9.0.3:80 masq, 5");
	assert_int_equal(c->virtuals[0].reals[1].weight, 5);
	lb_config_free(c);
	c = warned("real=10.9.0.3:80 masq 3 \"a\",\"b\" 5 l:1 u:9");
	assert_int_equal(c->virtuals[0].reals[1].weight, 5);
	assert_int_equal(c->virtuals[0].reals[1].upper, 9);
	lb_config_free(c);
	c = warned("checkport='8081'");
	assert_int_equal(c->virtuals[0].check_port, 8081);
	lb_config_free(c);
	c = warned("httpmethod=\"head\"");
	assert_int_equal(c->virtuals[0].http_method, LB_HEAD);
	lb_config_free(c);
	c = warned("httpmethod=Get;");
	assert_int_equal(c->virtuals[0].http_method, LB_GET);
	lb_config_free(c);
	c = warned("smtp=\"mx1.example.com\"");
	assert_string_equal(c->virtuals[0].smtp, "mx1.example.com");
	lb_config_free(c);
	c = warned("smtp=mx1.example.com:25");
	assert_string_equal(c->virtuals[0].smtp, "mx1.example.com");
	lb_config_free(c);
	c = warned("virtualhost=www.example.com;");
	assert_string_equal(c->virtuals[0].virtualhost, "www.example.com");
	lb_config_free(c);
	c = warned("scheduler=\"wlc\";");
	assert_string_equal(c->virtuals[0].scheduler, "wlc");
	lb_config_free(c);
	c = warned("schedflags=\"flag-1\"");
	assert_string_equal(c->virtuals[0].schedflags, "flag-1");
	lb_config_free(c);
	c = warned("quiescent=\"yes\"");
	assert_true(c->virtuals[0].quiescent);
	lb_config_free(c);
	c = warned("cleanstop=no;");
	assert_false(c->virtuals[0].cleanstop);
	lb_config_free(c);
	c = warned("checktimeout=\"1500ms\";");
	assert_int_equal(c->virtuals[0].check_timeout_ms, 1500);
	lb_config_free(c);
	c = warned("failurecount=\"4\"");
	assert_int_equal(c->virtuals[0].failure_count, 4);
	lb_config_free(c);
	c = warned("emailalertstatus=\"running\";");
	assert_int_equal(c->virtuals[0].email_alert_status, LB_MAIL_RUNNING);
	lb_config_free(c);
	c = warned("real=10.9.0.3:80 masq \"a\", \"b\" 7");
	assert_int_equal(c->virtuals[0].reals[1].weight, 7);
	lb_config_free(c);
	c = warned("real=10.9.0.3:80 masq 5;");
	assert_int_equal(c->virtuals[0].reals[1].weight, 5);
	lb_config_free(c);
	c = warned("real=\"10.9.0.3:80 masq 6\"");
	assert_int_equal(c->virtuals[0].reals[1].weight, 6);
	lb_config_free(c);
	c = warned("fallback=127.0.0.1:80 masq;");
	assert_int_equal(c->virtuals[0].fallbacks[0].forward, LB_MASQ);
	lb_config_free(c);
	assert_null(parse_lines(SECTION "\tsmtp=<mx1.example.com>\n\tcheckport=http\n",
		"ld.cf:3:7: error: smtp: \"<mx1.example.com>\" is not accepted; expected the name of a mail server, without quotes\n"
		"ld.cf:4:12: error: checkport: \"http\" is not accepted; expected a port, 1 to 65535, in digits"));
}

static void quotes_around_values_of_the_file_are_taken_away(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines(
		"execute=\"web.cf\"\nfork=no;\nemailalertfrom=\"lb@example.com\"\nvirtual=\"10.9.0.1:80\"\n\treal=10.9.0.2:80 masq\nvirtual=7;\n\tchecktype=on\n"
		"virtual=10.9.0.1:53;\n\tprotocol=\"tcp\"\n",
		"ld.cf:1:9: warning: execute: \"\"web.cf\"\" is read as web.cf; expected only this\n"
		"ld.cf:2:6: warning: fork: \"no;\" is read as no; expected only this\n"
		"ld.cf:3:16: warning: emailalertfrom: \"\"lb@example.com\"\" is read as lb@example.com; expected only this\n"
		"ld.cf:4:9: warning: virtual: \"\"10.9.0.1:80\"\" is read as 10.9.0.1:80; expected only this\n"
		"ld.cf:6:9: warning: virtual: \"7;\" is read as 7; expected only this\n"
		"ld.cf:8:9: warning: virtual: \"10.9.0.1:53;\" is read as 10.9.0.1:53; expected only this\n"
		"ld.cf:9:11: warning: protocol: \"\"tcp\"\" is read as tcp; expected only this");
	assert_string_equal(c->execute[0], "web.cf");
	assert_string_equal(c->email_alert_from, "lb@example.com");
	assert_int_equal(c->virtuals[1].id.mark, 7);
	assert_int_equal(c->virtuals[2].id.protocol, LB_TCP);
	lb_config_free(c);
}

static void a_semicolon_that_becomes_part_of_a_text_is_told(void **state)
{
	(void)state;
	struct lb_config *c = warned("checkcommand=/bin/true;");
	assert_string_equal(c->virtuals[0].check_command, "/bin/true;");
	lb_config_free(c);
	c = warned("fallbackcommand=/bin/true;");
	lb_config_free(c);
	c = warned("login=joe;");
	lb_config_free(c);
}

// Reported at this line, with these words, and nothing else is.
static void error_of(const char *text, unsigned line, const char *words)
{
	struct diags d;
	assert_null(parse_bytes(text, strlen(text), false, &d));
	if (d.errors != 1 || d.list[0].line != line || !strstr(d.list[0].text, words))
		fail_msg("%s: %zu errors, the first at %u: %s", text, d.errors, d.count ? d.list[0].line : 0,
			d.count ? d.list[0].text : "-");
	diags_free(&d);
}

static void a_foreign_character_has_its_name_and_no_errors_in_its_wake(void **state)
{
	(void)state;
	error_of("\xef\xbb\xbf" SECTION, 1, "\"\\xef\\xbb\\xbfvirtual\" is not a directive; expected name = value; it has a byte order mark (U+FEFF): save the file as UTF-8 without it");
	error_of("virtual\xc2\xa0=10.9.0.1:80\n\treal=10.9.0.2:80 masq\n", 1, "it has a no-break space (U+00A0)");
	error_of("virtual\xef\xbc\x9d" "10.9.0.1:80\n\treal=10.9.0.2:80 masq\n", 1, "it has a full-width = (U+FF1D): type the ordinary =");
	error_of("virtual=10.9.0.1\xef\xbc\x9a" "80\n\treal=10.9.0.2:80 masq\n", 1, "a full-width : (U+FF1A)");
	error_of(SECTION "\t\xe2\x80\x87" "checktype=connect\n", 3, "a typographic blank (U+2007)");
	error_of(SECTION "\xe2\x80\x82\xe2\x80\x82\xe2\x80\x82\xe2\x80\x82" "checktype=on\n\tquiescent=yes\n", 3, "a typographic blank (U+2002)");
	error_of(SECTION "\xa0\xa0\xa0\xa0" "checktype=on\n\tquiescent=yes\n", 3, "a no-break space of Latin-1 (byte A0)");
	error_of(SECTION "\treal=10.9.0.3:80\xc2\xa0masq\n", 3, "it has a no-break space (U+00A0)");
	error_of(SECTION "\treal=10.9.0.3\xe2\x80\x93>10.9.0.9:80 masq\n", 3, "a typographic dash (U+2013)");
	error_of(SECTION "\treal=10.9.0.3:80\\ masq\n", 3, "it has a backslash at the end, which joins no lines: delete it");
	error_of(SECTION "\treceive=\xe2\x80\x9e" "OK\xe2\x80\x9c\n", 3, "a typographic quote (U+201E): type the double quote");
	error_of(SECTION "\trequest=\xc2\xabindex.html\xc2\xbb\n", 3, "a typographic quote (U+00AB)");
	error_of(SECTION "\tcheckcommand=\x93/bin/true\x94\n", 3, "a quote of Windows-1252 (byte 93)");
	error_of(SECTION "\treceive=\"OK\xe2\x80\x9d\n", 3, "has no closing quote; expected one at the end of the text; it has a typographic quote (U+201D)");
	error_of(SECTION "\tlogin='joe'\n", 3, "is not in double quotes");
	error_of(SECTION "\tmonitorfile='/tmp/x'\n", 3, "is not in double quotes");
	error_of(SECTION "\tpasswd=\xe2\x80\x98pw\xe2\x80\x99\n", 3, "a typographic quote (U+2018)");
}

static void a_word_in_typographic_quotes_is_found_and_they_are_named(void **state)
{
	(void)state;
	lb_config_free(parse_lines(SECTION "\tservice=\xe2\x80\x9chttps\xe2\x80\x9d\n",
		"ld.cf:3:10: warning: service: \"\\xe2\\x80\\x9chttps\\xe2\\x80\\x9d\" is read as https; expected only this; it has a typographic quote (U+201C): type the double quote \""));
	lb_config_free(warned("checktimeout=\xc2\xa0" "3"));
	lb_config_free(warned("quiescent=yes\xe3\x80\x80"));
}

static void text_in_quotes_may_have_every_character(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines(
		SECTION "\treceive=\"\xe2\x80\x9cOK\xe2\x80\x9d\"\n\trequest=\"a\xc2\xa0" "b\"\n\tservicename=\xe2\x80\x9cShop\xe2\x80\x9d caf\xc3\xa9\n\tcomment=it\xe2\x80\x99s\n\tlogin=caf\xc3\xa9\n",
		"");
	assert_string_equal(c->virtuals[0].receive, "\xe2\x80\x9cOK\xe2\x80\x9d");
	lb_config_free(c);
	lb_config_free(parse_lines(SECTION "\treceive=a\\ b\n", "")); // a backslash is part of an expression
	lb_config_free(warned("request=a\xc2\xa0" "b"));
	lb_config_free(warned("fallbackcommand=/bin/logger \xe2\x80\x9c" "down\xe2\x80\x9d"));
}

static void utf16_is_one_error(void **state)
{
	static const char text[] = "\xff\xfe" "v\0i\0r\0t\0u\0a\0l\0=\0";
	struct diags d;
	(void)state;
	assert_null(parse_bytes(text, sizeof(text) - 1, false, &d));
	assert_int_equal(d.count, 1);
	assert_string_equal(d.list[0].text, "the file is UTF-16 text: save it as UTF-8");
	diags_free(&d);
}

static void the_other_family_is_named(void **state)
{
	(void)state;
	error_of("virtual=fd00::1:80\n", 1, "or virtual6 for an IPv6 address, in brackets");
	error_of("virtual6=fd00::1:80\n", 1, "; an IPv6 address is in brackets: [2001:db8::1]");
	error_of("virtual6=10.9.0.1:80\n", 1, "or virtual for an IPv4 address");
	error_of(SECTION "\treal=fd00::2 masq\n", 3, "or real6 below virtual6 for an IPv6 address, in brackets");
	error_of(SECTION "\tfallback=[fd00::2]:80\n", 3, "or fallback6 for an IPv6 address, in brackets");
	error_of("virtual6=[fd00::1]:80\n\treal6=10.9.0.2:80 masq\n", 2, "or real below virtual for an IPv4 address");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_is_found_among_quotes_semicolons_and_remarks),
		cmocka_unit_test(other_values_are_found_as_well),
		cmocka_unit_test(quotes_around_values_of_the_file_are_taken_away),
		cmocka_unit_test(a_semicolon_that_becomes_part_of_a_text_is_told),
		cmocka_unit_test(a_foreign_character_has_its_name_and_no_errors_in_its_wake),
		cmocka_unit_test(a_word_in_typographic_quotes_is_found_and_they_are_named),
		cmocka_unit_test(text_in_quotes_may_have_every_character),
		cmocka_unit_test(utf16_is_one_error),
		cmocka_unit_test(the_other_family_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
