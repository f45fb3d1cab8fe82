// SPDX-License-Identifier: MIT
/* Bytes as "INDEX DIGEST", a newline, and the bytes that it covers.  The verdict is compared with that of a simple
 * implementation: digests by the simple calls of OpenSSL, a crc bit by bit, tokens compared as text. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/core/auth.h"
#include "tests/fuzz/fuzz.h"

enum { KEYS = 5, TOKEN_MAX = 128 };

/* 9 has a method that needs a key, and none: auth_new leaves it undefined. */
static const struct {
	unsigned index;
	enum auth_method method;
	const char *key;
} table[KEYS] = {{0, AUTH_CRC, ""}, {1, AUTH_SHA1, "PwTestKey-Alpha"}, {2, AUTH_MD5, "PwTestKey-Beta"},
	{9, AUTH_SHA1, ""}, {15, AUTH_SHA1, "x"}};
static struct auth *auths[KEYS]; /* the same keys; the active one is that of the row */

enum { ACCEPTED = 15 }; /* also where it is not active; crc is never accepted then */

static void set_up(void)
{
	static struct authkeys keys;
	for (size_t i = 0; i < KEYS; i++) {
		struct authkey *key = &keys.keys[table[i].index];
		key->method = table[i].method;
		key->len = strlen(table[i].key);
		memcpy(key->key, table[i].key, key->len);
		key->accept = table[i].index == ACCEPTED || table[i].method == AUTH_CRC;
	}
	for (size_t i = 0; i < KEYS; i++) {
		keys.active = table[i].index;
		auths[i] = auth_new(&keys);
		MUST(auths[i]);
	}
}

/* --- the slow way --- */

static uint32_t plain_crc(struct bytes b)
{
	uint32_t crc = 0;
	for (size_t i = 0; i < b.len * 8; i++) {
		uint32_t bit = (uint32_t)(b.at[i / 8] >> (7 - i % 8) & 1);
		crc = crc << 1 ^ ((crc >> 31 ^ bit) ? 0x04C11DB7U : 0);
	}
	return ~crc;
}

/* As text; "" for an index that is not usable. */
static void plain_digest(unsigned index, struct bytes b, char out[AUTH_DIGEST_MAX + 1])
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	out[0] = '\0';
	for (size_t i = 0; i < KEYS; i++) {
		if (table[i].index != index)
			continue;
		if (table[i].method == AUTH_CRC) {
			(void)snprintf(out, AUTH_DIGEST_MAX + 1, "%x", (unsigned)plain_crc(b));
		} else if (table[i].key[0]) {
			MUST(HMAC(table[i].method == AUTH_MD5 ? EVP_md5() : EVP_sha1(), table[i].key,
				(int)strlen(table[i].key), b.at, b.len, raw, &len));
			for (unsigned n = 0; n < len; n++)
				(void)sprintf(out + 2 * n, "%02x", raw[n]);
		}
	}
}

static enum auth_verdict plain_verify(unsigned active, struct bytes token, struct bytes covered, bool any_index)
{
	char text[TOKEN_MAX + 1], wanted[TOKEN_MAX], digest[AUTH_DIGEST_MAX + 1];
	(void)bytes_to_text(token, text, sizeof text); /* fits */
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 9 || text[digits] != ' ' || (digits > 1 && text[0] == '0'))
		return AUTH_MALFORMED;
	unsigned index = (unsigned)strtoul(text, NULL, 10);
	plain_digest(index, covered, digest);
	if (!digest[0])
		return AUTH_BAD_INDEX;
	if (index != active && index != ACCEPTED && !any_index)
		return AUTH_NOT_ACTIVE;
	(void)snprintf(wanted, sizeof wanted, "%u %s", index, digest);
	return bytes_equal_text(token, wanted) ? AUTH_OK : AUTH_BAD_DIGEST;
}

/* --- both --- */

static void check(size_t row, struct bytes token, struct bytes covered, bool any_index)
{
	unsigned index = 0;
	MUST(auth_verify(auths[row], token, covered, any_index, &index) ==
		plain_verify(table[row].index, token, covered, any_index));
}

/* The right token for an index is accepted unchanged, and refused with one byte changed. */
static void check_right(size_t row, unsigned index, struct bytes covered, unsigned where)
{
	char digest[AUTH_DIGEST_MAX + 1], wanted[AUTH_DIGEST_MAX + 1], token[TOKEN_MAX];
	size_t len = auth_digest(auths[row], index, covered, digest);
	plain_digest(index, covered, wanted);
	MUST(len == strlen(digest) && strcmp(digest, wanted) == 0);
	size_t whole = (size_t)snprintf(token, sizeof token, "%u %s", index, digest);
	struct bytes signature = {(const uint8_t *)token, whole};
	check(row, signature, covered, true);
	unsigned seen = 99;
	MUST((auth_verify(auths[row], signature, covered, true, &seen) == AUTH_OK) == (len > 0) && seen == index);
	token[where % whole] ^= 1;
	MUST(auth_verify(auths[row], signature, covered, true, &seen) != AUTH_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_over((struct bytes){data, size});
	if (!auths[0])
		set_up();
	if (size == 0)
		return 0;
	unsigned how = (unsigned)reader_byte(&r);
	const uint8_t *line = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
	struct bytes token = reader_take(&r, line ? (size_t)(line - data) - 1 : 0);
	struct bytes covered = reader_take(&r, reader_left(&r)); /* with the newline */
	if (token.len > TOKEN_MAX)
		return 0;
	check(how % KEYS, token, covered, how & 0x80);
	check_right(how % KEYS, how >> 3 & 15, covered, how);
	return 0;
}
