// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/core/auth.h"

#define RUN(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

static struct authkeys keys;

static void put_key(unsigned index, enum auth_method method, const void *key, size_t len)
{
	keys.keys[index].method = method;
	keys.keys[index].len = len;
	memcpy(keys.keys[index].key, key, len);
}

static struct auth *usual(void)
{
	memset(&keys, 0, sizeof keys);
	put_key(1, AUTH_SHA1, "Jefe", 4);
	put_key(2, AUTH_MD5, "Jefe", 4);
	put_key(3, AUTH_CRC, "", 0);
	keys.active = 1;
	return auth_new(&keys);
}

static struct auth *one_key(enum auth_method method, uint8_t byte, size_t len)
{
	uint8_t key[256];

	memset(&keys, 0, sizeof keys);
	memset(key, byte, sizeof key);
	put_key(0, method, key, len);
	return auth_new(&keys);
}

static void assert_digest(struct auth *a, unsigned index, struct bytes b, const char *expected)
{
	char digest[AUTH_DIGEST_MAX + 1];

	assert_int_equal(auth_digest(a, index, b, digest), strlen(expected));
	assert_string_equal(digest, expected);
}

/* RFC 2202 */
static void hmac_gives_the_published_digests_also_for_keys_longer_than_a_block(void **state)
{
	(void)state;
	struct auth *a = usual();

	assert_digest(a, 1, RUN("what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	assert_digest(a, 2, RUN("what do ya want for nothing?"), "750c783e6ab0b503eaa86e310a5db738");
	auth_free(a);
	a = one_key(AUTH_SHA1, 0xaa, 80);
	assert_digest(a, 0, RUN("Test Using Larger Than Block-Size Key - Hash Key First"),
		"aa4ae5e15272d00e95705637ce8a3b55ed402112");
	auth_free(a);
	a = one_key(AUTH_MD5, 0xaa, 80);
	assert_digest(a, 0, RUN("Test Using Larger Than Block-Size Key - Hash Key First"),
		"6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
	auth_free(a);
}

static void one_prepared_key_gives_the_same_digest_each_time(void **state)
{
	(void)state;
	struct auth *a = usual();

	for (int i = 0; i < 3; i++) {
		assert_digest(a, 1, RUN("what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
		assert_digest(a, 1, (struct bytes){NULL, 0}, "09d9e59d72239e62a8155c583d52743de9b7231a");
		assert_digest(a, 2, (struct bytes){NULL, 0}, "60b57da4237ed7c91b475eddf0e798d3");
	}
	auth_free(a);
}

static void the_keys_need_not_outlive_auth_new(void **state)
{
	(void)state;
	struct auth *a = usual();

	memset(&keys, 0xee, sizeof keys);
	assert_digest(a, 1, RUN("what do ya want for nothing?"), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	assert_int_equal(auth_active(a), 1);
	auth_free(a);
}

/* 765e7680 is the published check value of this CRC; the last one has six digits. */
static void crc_is_rendered_without_leading_zeros(void **state)
{
	(void)state;
	struct auth *a = usual();

	assert_digest(a, 3, RUN("123456789"), "765e7680");
	assert_digest(a, 3, RUN(""), "ffffffff");
	assert_digest(a, 3, RUN("seq=104"), "eb15c1");
	unsigned index = 99;
	assert_int_equal(auth_verify(a, RUN("3 eb15c1"), RUN("seq=104"), true, &index), AUTH_OK);
	assert_int_equal(auth_verify(a, RUN("3 00eb15c1"), RUN("seq=104"), true, &index), AUTH_BAD_DIGEST);
	auth_free(a);
}

static void only_the_active_index_is_accepted_unless_any_is_asked_for(void **state)
{
	(void)state;
	struct auth *a = usual();
	unsigned index = 99;

	assert_int_equal(auth_verify(a, RUN("1 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
				 RUN("what do ya want for nothing?"), false, &index),
		AUTH_OK);
	assert_int_equal(index, 1);
	assert_int_equal(auth_verify(a, RUN("2 750c783e6ab0b503eaa86e310a5db738"), RUN("what do ya want for nothing?"),
				 false, &index),
		AUTH_NOT_ACTIVE);
	assert_int_equal(index, 2);
	assert_int_equal(auth_verify(a, RUN("2 750c783e6ab0b503eaa86e310a5db738"), RUN("what do ya want for nothing?"),
				 true, &index),
		AUTH_OK);
	assert_int_equal(auth_verify(a, RUN("3 765e7680"), RUN("123456789"), false, &index), AUTH_NOT_ACTIVE);
	assert_int_equal(auth_verify(a, RUN("3 765e7680"), RUN("123456789"), true, &index), AUTH_OK);
	auth_free(a);
}

static void an_index_marked_accept_is_accepted_but_never_crc(void **state)
{
	(void)state;
	unsigned index;

	(void)memset(&keys, 0, sizeof keys);
	put_key(1, AUTH_SHA1, "Jefe", 4);
	put_key(2, AUTH_MD5, "Jefe", 4);
	put_key(3, AUTH_CRC, "", 0);
	keys.active = 1;
	keys.keys[2].accept = keys.keys[3].accept = true;
	struct auth *a = auth_new(&keys);
	assert_int_equal(auth_verify(a, RUN("2 750c783e6ab0b503eaa86e310a5db738"), RUN("what do ya want for nothing?"),
				 false, &index),
		AUTH_OK);
	assert_int_equal(auth_verify(a, RUN("3 765e7680"), RUN("123456789"), false, &index), AUTH_NOT_ACTIVE);
	keys.active = 2;
	keys.keys[2].accept = false;
	struct auth *b = auth_new(&keys);
	assert_true(auth_accepts(a, b));
	assert_false(auth_accepts(b, a));
	auth_free(a);
	auth_free(b);
}

/* The reference takes the method from the packet's index and the key from its own active one. */
static void the_method_of_one_index_with_the_key_of_another_is_a_bad_digest(void **state)
{
	(void)state;
	unsigned index;

	memset(&keys, 0, sizeof keys);
	put_key(1, AUTH_SHA1, "Jefe", 4);
	put_key(2, AUTH_MD5, "another", 7);
	keys.active = 1;
	struct auth *a = auth_new(&keys);
	assert_int_equal(auth_verify(a, RUN("2 750c783e6ab0b503eaa86e310a5db738"), RUN("what do ya want for nothing?"),
				 true, &index),
		AUTH_BAD_DIGEST);
	auth_free(a);
}

static void odd_tokens_have_their_verdict(void **state)
{
	(void)state;
	static const struct {
		const char *token;
		enum auth_verdict verdict;
	} rows[] = {
		{"", AUTH_MALFORMED},
		{"1", AUTH_MALFORMED},
		{" ", AUTH_MALFORMED},
		{" effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", AUTH_MALFORMED},
		{"one effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", AUTH_MALFORMED},
		{"-1 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", AUTH_MALFORMED},
		{"01 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", AUTH_MALFORMED},
		{"4294967297 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", AUTH_MALFORMED},
		{"0 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", AUTH_BAD_INDEX},
		{"15 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", AUTH_BAD_INDEX},
		{"16 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", AUTH_BAD_INDEX},
		{"999999999 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", AUTH_BAD_INDEX},
		{"1 ", AUTH_BAD_DIGEST},
		{"1 e", AUTH_BAD_DIGEST},
		{"1  effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", AUTH_BAD_DIGEST},
		{"1 effcdf6ae5eb2fa2d27416d5f184df9c259a7c7", AUTH_BAD_DIGEST},
		{"1 effcdf6ae5eb2fa2d27416d5f184df9c259a7c790", AUTH_BAD_DIGEST},
		{"1 EFFCDF6AE5EB2FA2D27416D5F184DF9C259A7C79", AUTH_BAD_DIGEST},
		{"1 effcdf6ae5eb2fa2d27416d5f184df9c259a7c78", AUTH_BAD_DIGEST},
		{"1 750c783e6ab0b503eaa86e310a5db738", AUTH_BAD_DIGEST},
		{"1 effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", AUTH_OK},
	};
	struct auth *a = usual();
	unsigned index;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum auth_verdict verdict =
			auth_verify(a, bytes_of(rows[i].token), RUN("what do ya want for nothing?"), true, &index);
		if (verdict != rows[i].verdict)
			print_error("token \"%s\"\n", rows[i].token);
		assert_int_equal(verdict, rows[i].verdict);
	}
	auth_free(a);
}

static void an_undefined_index_gives_no_digest(void **state)
{
	(void)state;
	struct auth *a = usual();
	char digest[AUTH_DIGEST_MAX + 1] = "x";

	assert_int_equal(auth_digest(a, 0, RUN("x"), digest), 0);
	assert_string_equal(digest, "");
	assert_int_equal(auth_digest(a, 16, RUN("x"), digest), 0);
	assert_int_equal(auth_method_of(a, 0), AUTH_NONE);
	assert_int_equal(auth_method_of(a, 16), AUTH_NONE);
	assert_int_equal(auth_method_of(a, UINT32_MAX), AUTH_NONE);
	assert_int_equal(auth_method_of(a, 2), AUTH_MD5);
	assert_int_equal(auth_method_of(a, 3), AUTH_CRC);
	auth_free(a);
	auth_free(NULL);
}

/* The parser refuses such a file.  If auth accepted it, everybody could sign. */
static void a_keyed_method_without_key_is_not_defined(void **state)
{
	(void)state;
	struct auth *a = one_key(AUTH_SHA1, 0, 0);

	assert_non_null(a);
	assert_int_equal(auth_method_of(a, 0), AUTH_NONE);
	auth_free(a);
}

static void every_verdict_has_its_own_text(void **state)
{
	(void)state;
	for (int v = 0; v < AUTH_VERDICTS; v++) {
		assert_non_null(auth_verdict_text((enum auth_verdict)v));
		for (int w = 0; w < v; w++)
			assert_string_not_equal(
				auth_verdict_text((enum auth_verdict)v), auth_verdict_text((enum auth_verdict)w));
	}
	assert_string_equal(auth_verdict_text(AUTH_VERDICTS), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac_gives_the_published_digests_also_for_keys_longer_than_a_block),
		cmocka_unit_test(one_prepared_key_gives_the_same_digest_each_time),
		cmocka_unit_test(the_keys_need_not_outlive_auth_new),
		cmocka_unit_test(crc_is_rendered_without_leading_zeros),
		cmocka_unit_test(only_the_active_index_is_accepted_unless_any_is_asked_for),
		cmocka_unit_test(an_index_marked_accept_is_accepted_but_never_crc),
		cmocka_unit_test(the_method_of_one_index_with_the_key_of_another_is_a_bad_digest),
		cmocka_unit_test(odd_tokens_have_their_verdict),
		cmocka_unit_test(an_undefined_index_gives_no_digest),
		cmocka_unit_test(a_keyed_method_without_key_is_not_defined),
		cmocka_unit_test(every_verdict_has_its_own_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
