// SPDX-License-Identifier: MIT
#include "heartbeat/conf/authkeys.h"

#include "tests/unit/heartbeat/conf_expect.h"

static struct authkeys keys;

static void parse(const char *text, const char *expected)
{
	struct diags diags;
	diags_init(&diags, "authkeys");
	authkeys_parse(bytes_of(text), &keys, &diags);
	expect_diags(&diags, text, expected);
	diags_free(&diags);
}

static void expect_key(unsigned index, enum auth_method method, const char *key)
{
	assert_int_equal(keys.keys[index].method, method);
	assert_int_equal(keys.keys[index].len, strlen(key));
	assert_memory_equal(keys.keys[index].key, key, strlen(key));
}

#define CRC_ACTIVE(line, index) \
	"authkeys:" line \
	": warning: crc protects against accidents only: anyone on the network can send packets as a node; write \"" index \
	" sha1 KEY\" on all nodes"

static void the_auth_line_may_come_before_or_after_its_key(void **state)
{
	(void)state;
	parse("auth 2\n1 md5 old\n2 sha1 new\n", "");
	assert_int_equal(keys.active, 2);
	expect_key(1, AUTH_MD5, "old");
	expect_key(2, AUTH_SHA1, "new");
	parse("2 sha1 new\nauth 2\n", "");
	assert_int_equal(keys.active, 2);
}

static void files_that_the_reference_accepts_are_accepted(void **state)
{
	(void)state;
	parse("auth 0\n0 sha1 k\n", ""); // 0 works, although the manual of the reference excludes it
	expect_key(0, AUTH_SHA1, "k");
	parse("auth 15\r\n\t15 md5 k\r\n", "");
	expect_key(15, AUTH_MD5, "k");
	parse("  # a comment\n\nauth 1 # mine\n1 sha1 #foo#\n", "");
	expect_key(1, AUTH_SHA1, "#foo#");
	parse("auth 1\n1 sha1 no-newline", "");
	expect_key(1, AUTH_SHA1, "no-newline");
	parse("auth 1\n1 crc\n", CRC_ACTIVE("2", "1"));
	expect_key(1, AUTH_CRC, "");
	parse("auth 1\n1 sha1 a b c\n",
		"authkeys:2:10: warning: the key ends at the blank; only accept may follow it: the rest of the line is ignored");
	expect_key(1, AUTH_SHA1, "a");
	parse("auth 1\n1 sha1 first\n1 md5 last\n", "authkeys:3:1: warning: key 1 replaces the key given on line 2");
	expect_key(1, AUTH_MD5, "last");
	parse("auth 1\nauth 2 trailing\n1 sha1 a\n2 sha1 b\n",
	      "authkeys:2:1: warning: auth: key number 2 replaces the one given on line 1\n"
	      "authkeys:2:8: warning: auth: the rest of the line is ignored");
	assert_int_equal(keys.active, 2);
}

static void a_second_key_is_accepted_when_its_line_says_so(void **state)
{
	(void)state;
	parse("auth 1\n1 sha1 old accept\n2 sha1 new accept\n",
		"authkeys:3: warning: key 2 is accepted as well as key 1, because a change of keys is under way: "
		"when it is finished, delete the line of the old key and the word accept");
	assert_true(keys.keys[1].accept && keys.keys[2].accept);
	expect_key(2, AUTH_SHA1, "new");
	parse("auth 1\n1 sha1 a\n2 md5 accept\n", ""); // a key
	assert_false(keys.keys[2].accept);
	parse("auth 1\n1 sha1 a accept b\n",
		"authkeys:2:17: warning: nothing may follow accept: the rest of the line is ignored");
	parse("auth 1\n1 sha1 a\n2 crc accept\n",
		"authkeys:3:7: error: crc uses no key; delete what follows it, or write sha1 to sign packets");
}

static void broken_files_get_exact_diagnostics(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"", "authkeys: error: no auth line; write \"auth N\", N being the number of the key that signs"},
		{"1 sha1 k\n",
			"authkeys: error: no auth line; write \"auth N\", N being the number of the key that signs"},
		{"auth 3\n1 md5 k\n2 md5 k\n",
			"authkeys:1: error: auth 3: key 3 is not defined; this file defines: 1, 2"},
		{"auth 3\n", "authkeys:1: error: auth 3: key 3 is not defined; this file defines: none"},
		{"auth 16\n1 sha1 k\n", "authkeys:1:6: error: auth: not the number of a key; expected 0 to 15"},
		{"auth -1\n1 sha1 k\n", "authkeys:1:6: error: auth: not the number of a key; expected 0 to 15"},
		{"auth\n1 sha1 k\n",
			"authkeys:1:1: error: auth: the number is missing; expected \"auth N\", N being the number of a key"},
		{"auth 1\n1 sha1 k\n16 crc\n",
			"authkeys:3:1: error: neither a key nor an auth line; expected a key's number, 0 to 15, or \"auth N\""},
		{"auth 1\n1 SHA1 k\n", "authkeys:2:3: error: not a method; expected sha1, md5 or crc in lower case"},
		{"auth 1\n1\n",
			"authkeys:2:1: error: the method is missing; expected \"N sha1 KEY\", \"N md5 KEY\" or \"N crc\""},
		{"auth 1\n1 sha1\n", "authkeys:2:3: error: sha1 requires a key; expected \"1 sha1 KEY\""},
		{"auth 1\n1 crc key\n",
			"authkeys:2:7: error: crc uses no key; delete what follows it, or write sha1 to sign packets"},
		{"abc\nauth 1\n1 sha1 k\n",
			"authkeys:1:1: error: invalid auth line; expected \"auth N\", N being 0 to 15"},
		{"auth 1\n1 sha1 k\n2 crc\n",
			"authkeys:3: warning: key 2 is crc but the active key is not: Heartbeat 3 accepts crc packets from anyone; delete it when no node "
			"signs with it"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		parse(cases[i].text, cases[i].expected);
}

static void all_errors_of_a_file_are_reported_together(void **state)
{
	(void)state;
	parse("x\n1 y\nauth z\n",
	      "authkeys:1:1: error: neither a key nor an auth line; expected a key's number, 0 to 15, or \"auth N\"\n"
	      "authkeys:2:3: error: not a method; expected sha1, md5 or crc in lower case\n"
	      "authkeys:3:6: error: auth: not the number of a key; expected 0 to 15");
}

static void a_nul_byte_is_an_error(void **state)
{
	(void)state;
	struct diags diags;
	diags_init(&diags, "authkeys");
	authkeys_parse((struct bytes){(const uint8_t *)"auth 1\n1 sha1 a\0b\n", 18}, &keys, &diags);
	assert_int_equal(diags.errors, 1);
	diags_free(&diags);
}

static void a_secret_is_never_shown_in_any_place_of_the_file(void **state)
{
	(void)state;
	static const char *const files[] = {
		"opensesame",
		"auth opensesame",
		"1 opensesame",
		"auth 1\n1 sha1 opensesame",
		"auth 1\n1 sha1 x opensesame",
		"auth 1\n1 crc opensesame",
		"1 md5 opensesame\n1 md5 opensesame",
		"aopensesame",
		"auth 1 opensesame",
	};
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct diags diags;
		diags_init(&diags, "authkeys");
		authkeys_parse(bytes_of(files[i]), &keys, &diags);
		char *text = diags_text(&diags);
		assert_null(strstr(text, "opensesame"));
		free(text);
		diags_free(&diags);
	}
}

static void a_key_may_have_4096_bytes_and_no_more(void **state)
{
	(void)state;
	char text[AUTHKEYS_KEY_MAX + 32] = "auth 1\n1 sha1 ";
	size_t start = strlen(text);
	memset(text + start, 'k', AUTHKEYS_KEY_MAX);
	parse(text, "");
	assert_int_equal(keys.keys[1].len, AUTHKEYS_KEY_MAX);
	text[start + AUTHKEYS_KEY_MAX] = 'k';
	parse(text, "authkeys:2:8: error: the key is 4097 bytes long; expected at most 4096");
}

static void a_line_of_too_many_words_is_an_error(void **state)
{
	(void)state;
	char text[4096] = "auth 1\n1 sha1 k\n2 sha1 k";
	for (unsigned i = 0; i < 600; i++)
		(void)strcat(text, " w");
	parse(text, "authkeys:3: error: more than 512 words in one line\n"
		    "authkeys:3:10: warning: the key ends at the blank; only accept may follow it: the rest of the line is ignored");
}

static void only_a_file_that_others_cannot_read_is_accepted(void **state)
{
	(void)state;
	static const struct {
		mode_t mode;
		const char *expected;
	} cases[] = {
		{0100600, ""},
		{0100400, ""},
		{0100711, ""}, // execute bits are ignored
		{0100620,
			"authkeys: error: mode 0620 lets the group change the keys; expected 0600 (chmod 600 authkeys)"},
		{0100602, "authkeys: error: mode 0602 lets others change the keys; expected 0600 (chmod 600 authkeys)"},
		{0100664,
			"authkeys: error: mode 0664 lets group and others read and change the keys; expected 0600 (chmod 600 authkeys)"},
		{0100640,
			"authkeys: error: mode 0640 lets the group read the keys; expected 0600 (chmod 600 authkeys)"},
		{0100604, "authkeys: error: mode 0604 lets others read the keys; expected 0600 (chmod 600 authkeys)"},
		{0100644,
			"authkeys: error: mode 0644 lets group and others read the keys; expected 0600 (chmod 600 authkeys)"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct diags diags;
		diags_init(&diags, "authkeys");
		authkeys_check_mode(cases[i].mode, &diags);
		expect_diags(&diags, "", cases[i].expected);
		diags_free(&diags);
	}
}

static void wiping_overwrites_every_byte(void **state)
{
	(void)state;
	static const struct authkeys zero;
	parse("auth 1\n1 sha1 opensesame\n", "");
	authkeys_wipe(&keys);
	assert_memory_equal(&keys, &zero, sizeof(keys));
}

static void methods_have_the_names_of_the_file(void **state)
{
	(void)state;
	assert_string_equal(auth_method_name(AUTH_CRC), "crc");
	assert_string_equal(auth_method_name(AUTH_MD5), "md5");
	assert_string_equal(auth_method_name(AUTH_SHA1), "sha1");
	assert_string_equal(auth_method_name(AUTH_NONE), "none");
	assert_string_equal(auth_method_name((enum auth_method)99), "?");
}

static void the_files_of_2008_are_read_with_a_warning_about_crc(void **state)
{
	(void)state;
	static const char *const paths[] = {"tests/data/pairs/web/authkeys", "tests/data/pairs/mutual/authkeys"};
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		char *text = read_text(paths[i]);
		parse(text, CRC_ACTIVE("2", "1"));
		assert_int_equal(keys.active, 1);
		free(text);
	}
}

static void the_sample_has_one_signing_key(void **state)
{
	(void)state;
	char *text = read_text("ha.d/authkeys");
	parse(text, "");
	assert_int_equal(keys.keys[keys.active].method, AUTH_SHA1);
	free(text);
}

static void weak(const char *text, const char *expected)
{
	struct diags diags;
	diags_init(&diags, "authkeys");
	authkeys_parse(bytes_of(text), &keys, &diags);
	diags_free(&diags); /* of the parser: other tests read them */
	diags_init(&diags, "authkeys");
	authkeys_check_strength(&keys, &diags);
	expect_diags(&diags, text, expected);
	diags_free(&diags);
}

static void a_weak_key_causes_a_warning_that_does_not_show_it(void **state)
{
	(void)state;
	weak("auth 1\n\n1 sha1 fifteen-letters\n",
		"authkeys:3: warning: key 1 is shorter than 16 characters and can be found by trying; "
		"expected a long one: the output of \"openssl rand -hex 32\", on all nodes");
	weak("auth 1\n1 sha1 sixteen-letters-\n", "");
	weak("auth 2\n1 sha1 short\n2 md5 sixteen-letters-\n", ""); /* no packet is accepted with it */
	weak("auth 2\n1 sha1 short accept\n2 md5 sixteen-letters-\n",
		"authkeys:2: warning: key 1 is shorter than 16 characters and can be found by trying; "
		"expected a long one: the output of \"openssl rand -hex 32\", on all nodes");
	/* the sample file, as it is installed */
	char *text = read_text("ha.d/authkeys");
	const char *line = strstr(text, "\nauth 1");
	assert_non_null(line);
	weak(line,
		"authkeys:3: warning: key 1 is the one of the sample file, which everybody knows; "
		"expected your own: the output of \"openssl rand -hex 32\", on all nodes");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_auth_line_may_come_before_or_after_its_key),
		cmocka_unit_test(files_that_the_reference_accepts_are_accepted),
		cmocka_unit_test(a_second_key_is_accepted_when_its_line_says_so),
		cmocka_unit_test(broken_files_get_exact_diagnostics),
		cmocka_unit_test(all_errors_of_a_file_are_reported_together),
		cmocka_unit_test(a_nul_byte_is_an_error),
		cmocka_unit_test(a_secret_is_never_shown_in_any_place_of_the_file),
		cmocka_unit_test(a_key_may_have_4096_bytes_and_no_more),
		cmocka_unit_test(a_line_of_too_many_words_is_an_error),
		cmocka_unit_test(only_a_file_that_others_cannot_read_is_accepted),
		cmocka_unit_test(wiping_overwrites_every_byte),
		cmocka_unit_test(methods_have_the_names_of_the_file),
		cmocka_unit_test(the_files_of_2008_are_read_with_a_warning_about_crc),
		cmocka_unit_test(the_sample_has_one_signing_key),
		cmocka_unit_test(a_weak_key_causes_a_warning_that_does_not_show_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
