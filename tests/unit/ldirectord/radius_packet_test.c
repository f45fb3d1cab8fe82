// SPDX-License-Identifier: MIT
/* Packets of RADIUS: the example of RFC 2865 7.1, and answers that must not count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ldirectord/check/radius_packet.h"

/* User nemo, password arctangent, secret xyzzy5461. */
static const struct radius_request nemo = {
	.login = "nemo",
	.passwd = "arctangent",
	.secret = "xyzzy5461",
	.id = 0,
	.authenticator = {0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57, 0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4, 0x22,
		0x7a},
	.nas = {.family = LB_INET, .bytes = {192, 168, 1, 16}},
};
static const uint8_t accept[] = {0x02, 0x00, 0x00, 0x26, 0x86, 0xfe, 0x22, 0x0e, 0x76, 0x24, 0xba, 0x2a, 0x10, 0x05,
	0xf6, 0xbf, 0x9b, 0x55, 0xe0, 0xb2, 0x06, 0x06, 0x00, 0x00, 0x00, 0x01, 0x0f, 0x06, 0x00, 0x00, 0x00, 0x00,
	0x0e, 0x06, 0xc0, 0xa8, 0x01, 0x03};

/* The value of the first attribute of this type; empty: there is none. */
static struct bytes attribute(struct bytes packet, int type)
{
	struct reader r = reader_over(packet);
	(void)reader_take(&r, 20);
	while (reader_left(&r) > 0) {
		int found = reader_byte(&r), len = reader_byte(&r);
		struct bytes value = reader_take(&r, (size_t)len - 2);
		assert_false(r.failed);
		if (found == type)
			return value;
	}
	return (struct bytes){NULL, 0};
}

static void assert_bytes(struct bytes got, const void *want, size_t len)
{
	assert_int_equal(got.len, len);
	assert_memory_equal(got.at, want, len);
}

static struct bytes request_of(const struct radius_request *q, uint8_t *memory, size_t cap)
{
	char why[RADIUS_WHY_MAX] = "";
	struct writer w = writer_over(memory, cap);
	if (!radius_put(q, &w, why, sizeof(why)))
		fail_msg("%s", why);
	return writer_done(&w);
}

static void the_request_is_that_of_the_rfc_with_a_signature(void **state)
{
	static const uint8_t hidden[] = {
		0x0d, 0xbe, 0x70, 0x8d, 0x93, 0xd4, 0x13, 0xce, 0x31, 0x96, 0xe4, 0x3f, 0x78, 0x2a, 0x0a, 0xee};
	uint8_t memory[RADIUS_PACKET_MAX], signature[16], expected[16];
	size_t len;
	(void)state;
	struct bytes packet = request_of(&nemo, memory, sizeof(memory));
	assert_int_equal(packet.at[0], 1);
	assert_int_equal(packet.at[2] << 8 | packet.at[3], packet.len);
	assert_bytes((struct bytes){packet.at + 4, 16}, nemo.authenticator, 16);
	assert_bytes(attribute(packet, 1), "nemo", 4);
	assert_bytes(attribute(packet, 2), hidden, sizeof(hidden));
	assert_bytes(attribute(packet, 4), nemo.nas.bytes, 4);
	assert_int_equal(packet.at[20], 80); // the first attribute
	memcpy(signature, attribute(packet, 80).at, 16);
	memset(memory + 22, 0, 16);
	assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "MD5", NULL, nemo.secret, strlen(nemo.secret), memory, packet.len,
		expected, sizeof(expected), &len));
	assert_memory_equal(signature, expected, 16);
}

static void passwords_of_every_length_have_whole_blocks(void **state)
{
	(void)state;
	for (size_t n = 0; n <= RADIUS_PASSWD_MAX; n++) {
		char passwd[RADIUS_PASSWD_MAX + 1] = "";
		uint8_t memory[RADIUS_PACKET_MAX];
		struct radius_request q = nemo;
		memset(passwd, 'x', n);
		q.passwd = passwd;
		struct bytes hidden = attribute(request_of(&q, memory, sizeof(memory)), 2);
		assert_int_equal(hidden.len, n == 0 ? 16 : (n + 15) / 16 * 16);
	}
}

static void an_ipv6_server_gets_an_ipv6_address(void **state)
{
	(void)state;
	uint8_t memory[RADIUS_PACKET_MAX];
	struct radius_request q = nemo;
	q.nas = (struct lb_address){.family = LB_INET6, .bytes = {0xfd, [15] = 1}};
	struct bytes packet = request_of(&q, memory, sizeof(memory));
	assert_bytes(attribute(packet, 95), q.nas.bytes, 16);
	assert_null(attribute(packet, 4).at);
}

static void what_does_not_fit_is_refused_with_a_reason(void **state)
{
	static char longest[300];
	uint8_t memory[RADIUS_PACKET_MAX];
	char why[RADIUS_WHY_MAX];
	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	const struct {
		const char *login, *passwd, *secret, *why;
	} rows[] = {{"", "p", "s", "login and secret are needed"}, {"l", "p", "", "login and secret are needed"},
		{longest, "p", "s", "login has more than 253 bytes"}, {"l", longest, "s", "passwd has more than 128 bytes"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct radius_request q = nemo;
		struct writer w = writer_over(memory, sizeof(memory));
		q.login = rows[i].login;
		q.passwd = rows[i].passwd;
		q.secret = rows[i].secret;
		assert_false(radius_put(&q, &w, why, sizeof(why)));
		assert_string_equal(why, rows[i].why);
	}
}

static enum radius_answer take(const struct radius_request *q, const uint8_t *bytes, size_t len, const char *part)
{
	char why[RADIUS_WHY_MAX] = "";
	uint8_t *copy = malloc(len ? len : 1); // a sanitizer sees a read behind its end
	assert_non_null(copy);
	memcpy(copy, bytes, len);
	enum radius_answer answer = radius_take(q, (struct bytes){copy, len}, why, sizeof(why));
	free(copy);
	if (!strstr(why, part))
		fail_msg("\"%s\" lacks \"%s\"", why, part);
	return answer;
}

static void the_answer_of_the_rfc_is_accepted_and_no_other(void **state)
{
	uint8_t other[sizeof(accept) + 8];
	struct radius_request q = nemo;
	(void)state;
	assert_int_equal(take(&nemo, accept, sizeof(accept), "Access-Accept"), RADIUS_ACCEPTED);
	// bytes behind the packet are padding, RFC 2865 3
	memcpy(other, accept, sizeof(accept));
	memset(other + sizeof(accept), 0xff, 8);
	assert_int_equal(take(&nemo, other, sizeof(other), "Access-Accept"), RADIUS_ACCEPTED);
	for (size_t len = 0; len < sizeof(accept); len++)
		assert_int_equal(take(&nemo, accept, len, "not a packet of RADIUS"), RADIUS_FOREIGN);
	for (size_t i = 0; i < sizeof(accept); i++) {
		memcpy(other, accept, sizeof(accept));
		other[i] ^= 1;
		assert_int_equal(take(&nemo, other, sizeof(accept), "an answer was "), RADIUS_FOREIGN);
	}
	q.secret = "xyzzy5462";
	assert_int_equal(take(&q, accept, sizeof(accept), "not signed with our secret"), RADIUS_FOREIGN);
	q = nemo;
	q.id = 1;
	assert_int_equal(take(&q, accept, sizeof(accept), "for another request"), RADIUS_FOREIGN);
}

/* An answer with this code and one attribute, signed; with a Message-Authenticator if authenticator is not 0: 1 a good
 * one, 2 a bad one. */
static size_t answer_to(const struct radius_request *q, uint8_t code, const char *text, int authenticator, uint8_t *out)
{
	size_t len = 20, mac_len;
	unsigned digest_len;
	char input[512];
	out[0] = code;
	out[1] = q->id;
	memcpy(out + 4, q->authenticator, 16);
	if (*text) {
		out[len++] = 18;
		out[len++] = (uint8_t)(strlen(text) + 2);
		memcpy(out + len, text, strlen(text));
		len += strlen(text);
	}
	size_t at = len + 2;
	if (authenticator) {
		out[len++] = 80;
		out[len++] = 18;
		memset(out + len, 0, 16);
		len += 16;
	}
	out[2] = 0;
	out[3] = (uint8_t)len;
	if (authenticator) {
		assert_non_null(EVP_Q_mac(NULL, "HMAC", NULL, "MD5", NULL, q->secret, strlen(q->secret), out, len, out + at,
			16, &mac_len));
		out[at] ^= authenticator == 2;
	}
	memcpy(input, out, len);
	memcpy(input + len, q->secret, strlen(q->secret));
	assert_int_equal(EVP_Digest(input, len + strlen(q->secret), out + 4, &digest_len, EVP_md5(), NULL), 1);
	return len;
}

static void each_code_has_its_meaning(void **state)
{
	uint8_t packet[512];
	(void)state;
	static const struct {
		uint8_t code;
		int authenticator;
		const char *text, *why;
		enum radius_answer answer;
	} rows[] = {
		{2, 0, "", "Access-Accept", RADIUS_ACCEPTED},
		{2, 1, "welcome", "Access-Accept: welcome", RADIUS_ACCEPTED},
		{2, 2, "welcome", "not signed with our secret", RADIUS_FOREIGN},
		{3, 1, "go\x1b[2Jaway", "Access-Reject: go?[2Jaway", RADIUS_REFUSED},
		{11, 0, "which colour?", "asks for more than a password: which colour?", RADIUS_REFUSED},
		{5, 0, "", "an answer of type 5", RADIUS_REFUSED},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = answer_to(&nemo, rows[i].code, rows[i].text, rows[i].authenticator, packet);
		assert_int_equal(take(&nemo, packet, len, rows[i].why), rows[i].answer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_request_is_that_of_the_rfc_with_a_signature),
		cmocka_unit_test(passwords_of_every_length_have_whole_blocks),
		cmocka_unit_test(an_ipv6_server_gets_an_ipv6_address),
		cmocka_unit_test(what_does_not_fit_is_refused_with_a_reason),
		cmocka_unit_test(the_answer_of_the_rfc_is_accepted_and_no_other),
		cmocka_unit_test(each_code_has_its_meaning),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
