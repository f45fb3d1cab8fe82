// SPDX-License-Identifier: MIT
/* What the tests of the codec share: a key, a message and its buffer, and short names for decoding.  Included by tests
 * only. */
#ifndef TESTS_UNIT_CODEC_LAB_H
#define TESTS_UNIT_CODEC_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/core/codec.h"

#define RUN(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

#define ROW(literal) {RUN(literal), literal}
struct row {
	struct bytes b;
	const char *shown;
};

static uint8_t arena[CODEC_UNCOMPRESSED_MAX], built[CODEC_UNCOMPRESSED_MAX], output[CODEC_UNCOMPRESSED_MAX];
static struct auth *auth; /* sha1, key 1 */
static struct message m;
static struct decoded decoded;

static inline int make_auth(void **state)
{
	static struct authkeys keys;

	(void)state;
	keys.keys[1].method = AUTH_SHA1;
	keys.keys[1].len = 6;
	memcpy(keys.keys[1].key, "secret", 6);
	keys.active = 1;
	auth = auth_new(&keys);
	return auth ? 0 : -1;
}

static inline int drop_auth(void **state)
{
	(void)state;
	auth_free(auth);
	return 0;
}

static inline enum codec_verdict decode(struct bytes b, struct auth *with)
{
	message_init(&m, arena, sizeof arena);
	enum codec_verdict v = codec_decode(b, with, false, &m, &decoded);
	if (v != CODEC_OK) {
		assert_int_equal(m.count, 0);
		assert_string_not_equal(decoded.why, "");
	}
	return v;
}

/* lines as a text datagram with a right signature. */
static inline struct bytes sealed_text(struct bytes lines)
{
	char digest[AUTH_DIGEST_MAX + 1];
	struct writer w = writer_over(built, sizeof built);

	assert_int_equal(auth_digest(auth, 1, lines, digest), 40);
	writer_text(&w, ">>>\n");
	writer_bytes(&w, lines);
	writer_format(&w, "auth=1 %s\n<<<\n", digest);
	return writer_done(&w);
}

static inline void assert_refused(struct bytes b, enum codec_verdict wanted, const char *shown)
{
	enum codec_verdict got = decode(b, auth);

	if (got != wanted)
		print_error("%s: %s (%s)\n", shown, codec_verdict_text(got), decoded.why);
	assert_int_equal(got, wanted);
}

/* Each of a table; how: what is made of it first, NULL: nothing. */
#define ASSERT_EACH(rows, how, wanted) assert_each(rows, sizeof rows / sizeof *(rows), how, wanted)
static inline void assert_each(
	const struct row *rows, size_t count, struct bytes (*how)(struct bytes), enum codec_verdict wanted)
{
	for (size_t i = 0; i < count; i++)
		assert_refused(how ? how(rows[i].b) : rows[i].b, wanted, rows[i].shown);
}

#endif
