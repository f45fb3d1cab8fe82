// SPDX-License-Identifier: MIT
/* Keys and passwords are taken out of what leaves the machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/daemon/secrets.h"

static const char authkeys[] = "# old: 1 sha1 an-old-key-that-was-used-until-may\nauth 2\n1 sha1 first-key\n"
			       "2 md5 first-key-and-more accept\n3 crc\n  4 sha1\tx\n";

static void assert_removed(const char *keys, struct bytes text, const char *expected)
{
	struct secrets s;
	secrets_init(&s, bytes_of(keys));
	GString *out = secrets_remove(&s, text);
	assert_string_equal(out->str, expected);
	g_string_free(out, TRUE);
	secrets_free(&s);
}

static void assert_shown(GString *(*show)(struct bytes), const char *text, const char *expected)
{
	GString *out = show(bytes_of(text));
	assert_string_equal(out->str, expected);
	g_string_free(out, TRUE);
}

static void every_key_is_removed_wherever_it_is(void **state)
{
	(void)state;
	assert_removed(authkeys, bytes_of("a first-key, first-key-and-more=first-key"), "a (key), (key)=(key)");
	assert_removed(authkeys, bytes_of("an-old-key-that-was-used-until-may"), "(key)");
	assert_removed("1 sha1 k.*y\n", bytes_of("k.*y kaay"), "(key) kaay");
	assert_removed("", bytes_of("text"), "text");
}

static void other_words_stay(void **state)
{
	(void)state;
	assert_removed(authkeys, bytes_of("auth 2 sha1 md5 crc accept old x"), "auth 2 sha1 md5 crc accept old x");
}

static void a_key_behind_a_nul_byte_is_found(void **state)
{
	(void)state;
	assert_removed(authkeys, (struct bytes){(const uint8_t *)"a\0first-key", 11}, "a (key)");
	struct secrets s;
	secrets_init(&s, (struct bytes){(const uint8_t *)"auth 1\0001 sha1 first-key", 23});
	GString *out = secrets_remove(&s, bytes_of("first-key"));
	assert_string_equal(out->str, "(key)");
	g_string_free(out, TRUE);
	secrets_free(&s);
}

static void authkeys_shows_numbers_methods_and_lengths(void **state)
{
	(void)state;
	assert_shown(secrets_show_authkeys, authkeys,
		"# comments and keys are left out\nauth 2\n1 sha1 (key of 9 characters)\n2 md5 (key of 18 characters) accept\n"
		"3 crc\n4 sha1 (key of 1 characters)\n");
}

static void a_damaged_authkeys_shows_nothing_that_may_be_a_key(void **state)
{
	(void)state;
	assert_shown(secrets_show_authkeys, "first-key\nauth first-key\nfirst-key sha1 1\n1 first-key sha1\n",
		"# comments and keys are left out\n(a line that is not understood)\nauth \n(a line that is not understood)\n"
		"1 firs (key of 4 characters)\n");
}

static void the_parameters_of_stonith_are_left_out(void **state)
{
	(void)state;
	assert_shown(secrets_show_ha_cf,
		"keepalive 1 # comment\nstonith_host * ipmi 10.0.0.1 root password\n  #stonith_host a b secret\n"
		"# stonith_host a b secret\nstonith_host * null\n\nnode a b",
		"keepalive 1 # comment\nstonith_host * ipmi (parameters are left out)\n"
		"#stonith_host a b (parameters are left out)\n# stonith_host a b (parameters are left out)\n"
		"stonith_host * null\n\nnode a b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_removed_wherever_it_is),
		cmocka_unit_test(other_words_stay),
		cmocka_unit_test(a_key_behind_a_nul_byte_is_found),
		cmocka_unit_test(authkeys_shows_numbers_methods_and_lengths),
		cmocka_unit_test(a_damaged_authkeys_shows_nothing_that_may_be_a_key),
		cmocka_unit_test(the_parameters_of_stonith_are_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
