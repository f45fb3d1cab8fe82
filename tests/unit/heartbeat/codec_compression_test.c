// SPDX-License-Identifier: MIT
/* Whole-message compression: what is packed comes back, and what is foreign, broken or has no end is refused. */
#include <bzlib.h>
#include <zlib.h>

#include "tests/unit/heartbeat/codec_lab.h"

static void fill(size_t bytes)
{
	static char value[4001];
	char name[] = "fieldA";

	message_init(&m, arena, sizeof arena);
	message_add(&m, "t", "status");
	for (unsigned i = 0; i * (sizeof value - 1) < bytes; i++) {
		memset(value, 'a' + (int)i % 20, sizeof value - 1);
		name[5] = (char)('A' + i);
		message_add(&m, name, value);
	}
	assert_false(m.broken);
}

static void compressed_messages_come_back_in_both_methods_and_both_inner_framings(void **state)
{
	(void)state;
	static const char *const methods[] = {"zlib", "bz2"};

	for (unsigned i = 0; i < 4; i++) {
		struct writer w = writer_over(output, CODEC_DATAGRAM_MAX);
		fill(100000);
		size_t count = m.count;
		assert_true(codec_compressed(&m, auth, i / 2 == 0, methods[i % 2], &w));
		assert_true(w.len < 2000);
		assert_int_equal(decode(writer_done(&w), auth), CODEC_OK);
		assert_true(decoded.compressed);
		assert_int_equal(decoded.auth, AUTH_OK);
		assert_int_equal(decoded.framing, FRAMING_NETSTRING);
		assert_int_equal(m.count, count);
		assert_true(message_is(&m, "t", "status"));
		assert_int_equal(message_string(&m, "fieldB").len, 4000);
		assert_int_equal(decode(writer_done(&w), NULL), CODEC_OK); /* the outer index stays visible */
		assert_int_equal(decoded.auth_index, 1);
	}
	struct writer w = writer_over(output, CODEC_DATAGRAM_MAX);
	fill(4000);
	assert_false(codec_compressed(&m, auth, true, "gzip", &w));
}

static struct bytes pack(struct bytes plain, const char *method, const char *claimed)
{
	static uint8_t packed[CODEC_DATAGRAM_MAX];
	struct writer w = writer_over(output, sizeof output);
	struct message outer;
	unsigned bz_len = sizeof packed;
	uLongf z_len = sizeof packed;
	size_t len;

	if (strcmp(method, "zlib") == 0) {
		assert_int_equal(compress(packed, &z_len, plain.at, plain.len), Z_OK);
		len = z_len;
	} else if (strcmp(method, "bz2") == 0) {
		assert_int_equal(BZ2_bzBuffToBuffCompress((char *)packed, &bz_len, (char *)(uintptr_t)plain.at,
					 (unsigned)plain.len, 9, 0, 0),
			BZ_OK);
		len = bz_len;
	} else {
		memcpy(packed, plain.at, plain.len);
		len = plain.len;
	}
	message_init(&outer, built, sizeof built);
	message_add_bytes(&outer, FIELD_BINARY, RUN("_compressed_payload"), (struct bytes){packed, len});
	if (claimed)
		message_add(&outer, "_compression_algorithm", claimed);
	assert_true(codec_netstring(&outer, auth, true, &w));
	return writer_done(&w);
}

/* doc/protocol.md 2: text framing with its auth line and one NUL. */
static void the_reference_s_inner_text_with_auth_line_and_nul_is_accepted(void **state)
{
	(void)state;
	assert_refused(pack(RUN(">>>\nt=status\nauth=1 abc\n<<<\n\0"), "zlib", "zlib"), CODEC_OK, "classic");
	assert_int_equal(m.count, 1);
	assert_int_equal(decoded.auth_index, 1);
	assert_refused(pack(RUN("###\n7:(0)t=ab,%%%\n"), "bz2", "bz2"), CODEC_OK, "netstring");
	assert_int_equal(m.count, 1);
}

static void bad_compression_is_refused(void **state)
{
	(void)state;
	struct bytes good = RUN(">>>\nt=status\n<<<\n");
	static uint8_t copy[CODEC_DATAGRAM_MAX];

	assert_refused(pack(good, "zlib", "bz2"), CODEC_BAD_COMPRESSION, "other method");
	assert_refused(pack(good, "bz2", "zlib"), CODEC_BAD_COMPRESSION, "other method");
	assert_refused(pack(good, "zlib", "gzip"), CODEC_BAD_COMPRESSION, "unknown method");
	assert_refused(pack(good, "zlib", NULL), CODEC_BAD_COMPRESSION, "no method");
	assert_refused(pack(RUN(""), "none", "zlib"), CODEC_BAD_COMPRESSION, "empty");
	assert_refused(pack(RUN(""), "none", "bz2"), CODEC_BAD_COMPRESSION, "empty");
	assert_refused(pack(RUN("x\x9c"), "none", "zlib"), CODEC_BAD_COMPRESSION, "start only");
	assert_refused(pack(RUN("BZh9"), "none", "bz2"), CODEC_BAD_COMPRESSION, "start only");
	struct bytes longer = RUN("x\x9c\x03\x00\x00\x00\x00\x01");
	assert_refused(pack(longer, "none", "zlib"), CODEC_BAD_COMPRESSION, "empty stream");
	struct bytes text = {copy, 0};
	uLongf z_len = sizeof copy - 1;
	assert_int_equal(compress(copy, &z_len, good.at, good.len), Z_OK);
	text.len = z_len;
	assert_refused(pack(text, "none", "zlib"), CODEC_OK, "as it should be");
	text.len++;
	assert_refused(pack(text, "none", "zlib"), CODEC_BAD_COMPRESSION, "a byte behind the stream");
	unsigned bz_len = sizeof copy - 1;
	assert_int_equal(BZ2_bzBuffToBuffCompress(
				 (char *)copy, &bz_len, (char *)(uintptr_t)good.at, (unsigned)good.len, 1, 0, 0),
		BZ_OK);
	text.len = bz_len;
	assert_refused(pack(text, "none", "bz2"), CODEC_OK, "as it should be");
	text.len++;
	assert_refused(pack(text, "none", "bz2"), CODEC_BAD_COMPRESSION, "a byte behind the stream");
	assert_refused(pack(RUN("junk"), "zlib", "zlib"), CODEC_BAD_COMPRESSION, "no message within");
	assert_refused(pack(RUN(""), "zlib", "zlib"), CODEC_BAD_COMPRESSION, "nothing within");
	assert_refused(pack(RUN(">>>\nt\n<<<\n"), "zlib", "zlib"), CODEC_BAD_COMPRESSION, "malformed message within");
	/* one level only */
	struct bytes once = pack(good, "zlib", "zlib");
	memcpy(copy, once.at, once.len);
	assert_refused(pack((struct bytes){copy, once.len}, "zlib", "zlib"), CODEC_BAD_COMPRESSION, "twice");
}

static void a_message_that_unpacks_without_end_is_too_large(void **state)
{
	(void)state;
	static uint8_t zeros[8 << 20];

	assert_refused(pack((struct bytes){zeros, sizeof zeros}, "zlib", "zlib"), CODEC_TOO_LARGE, "zlib");
	assert_refused(pack((struct bytes){zeros, sizeof zeros}, "bz2", "bz2"), CODEC_TOO_LARGE, "bz2");
	fill(4000);
	struct writer w = writer_over(output, CODEC_DATAGRAM_MAX);
	assert_true(codec_compressed(&m, auth, true, "zlib", &w));
	static uint8_t small[1024];
	message_init(&m, small, sizeof small);
	assert_int_equal(codec_decode(writer_done(&w), auth, false, &m, &decoded), CODEC_TOO_LARGE);
}

/* A message as text that has this length, of which the first bytes of its field are random. */
static struct bytes plain_of(size_t len, size_t noise)
{
	static const char end[] = "\n<<<\n";
	static uint8_t text[2 * CODEC_UNCOMPRESSED_MAX];
	struct writer w = writer_over(text, sizeof text);
	uint32_t seed = 1;

	writer_text(&w, ">>>\nt=status\npad=");
	for (size_t i = 0; w.len < len - (sizeof end - 1); i++) {
		seed = seed * 1664525 + 1013904223;
		writer_byte(&w, i < noise ? (uint8_t)('@' + (seed >> 24) % 64) : 'a');
	}
	writer_text(&w, end);
	assert_false(w.overflowed);
	return writer_done(&w);
}

/* The limit is one of size, whatever the ratio is: 50 bytes of bz2, or 60000 of either method.  doc/protocol.md 2:
 * "decompresses at most 256 KiB" */
static void a_message_is_unpacked_up_to_256_kib_and_no_further(void **state)
{
	(void)state;
	static const char *const methods[] = {"zlib", "bz2"};
	static const size_t noises[] = {0, 60000};
	static uint8_t large[2 * CODEC_UNCOMPRESSED_MAX];

	for (size_t i = 0; i < 4; i++) {
		const char *method = methods[i % 2];
		size_t noise = noises[i / 2];
		enum codec_verdict v = CODEC_OK;
		for (size_t more = 0; more < 2; more++) {
			struct bytes b = pack(plain_of(CODEC_UNCOMPRESSED_MAX + more, noise), method, method);
			assert_true(noise > 0 ? b.len > 40000 : b.len < 500);
			message_init(&m, large, sizeof large);
			v = codec_decode(b, auth, false, &m, &decoded);
			assert_int_equal(v, more ? CODEC_TOO_LARGE : CODEC_OK);
			if (more == 0)
				assert_int_equal(
					message_string(&m, "pad").len, CODEC_UNCOMPRESSED_MAX - strlen(">>>\nt=status\npad=\n<<<\n"));
		}
		assert_int_equal(m.count, 0);
		/* the arena of the daemon, from which the outer message takes its part */
		assert_refused(pack(plain_of(CODEC_UNCOMPRESSED_MAX - 70000, noise), method, method), CODEC_OK, method);
	}
	struct bytes altered = pack(plain_of(CODEC_UNCOMPRESSED_MAX + 1, 0), "bz2", "bz2");
	output[altered.len - 2] ^= 1;
	assert_refused(altered, CODEC_UNAUTHENTIC, "altered: nothing is unpacked");
	assert_false(decoded.compressed);
}

static void an_unpacked_message_that_does_not_fit_the_arena_is_too_large(void **state)
{
	(void)state;
	static uint8_t small[256];
	static const char *const methods[] = {"zlib", "bz2"};

	for (size_t i = 0; i < 2; i++) {
		struct bytes b = pack(RUN(">>>\nt=status\n(1)u=AAAAAAAAAAAAAAAA\n<<<\n"), methods[i], methods[i]);
		enum codec_verdict v = CODEC_TOO_LARGE;
		size_t cap = 0;
		for (; cap < sizeof small && v == CODEC_TOO_LARGE; cap++) {
			message_init(&m, small, cap);
			v = codec_decode(b, auth, false, &m, &decoded);
			assert_true(v == CODEC_OK || m.count == 0);
		}
		assert_int_equal(v, CODEC_OK);
		assert_true(message_is(&m, "t", "status"));
		assert_true(cap > 40); /* a message that does not fit is not reported as broken */
	}
}

static void what_cannot_be_rendered_is_not_packed(void **state)
{
	(void)state;
	struct writer w = writer_over(output, CODEC_DATAGRAM_MAX);

	message_init(&m, arena, sizeof arena);
	message_add_bytes(&m, FIELD_MESSAGE, RUN("m"), RUN("12:(0)t=status,"));
	assert_false(m.broken);
	assert_false(codec_compressed(&m, auth, true, "zlib", &w)); /* text carries no nested message */
	message_init(&m, arena, 8);
	message_add(&m, "t", "a value that has no room");
	assert_true(m.broken);
	for (unsigned with_auth_field = 0; with_auth_field < 2; with_auth_field++)
		assert_false(codec_compressed(&m, auth, with_auth_field, "zlib", &w));
	assert_int_equal(w.len, 0);
}

static void nothing_is_unpacked_before_the_signature_is_right(void **state)
{
	(void)state;
	struct bytes b = pack(RUN(">>>\nt=status\n<<<\n"), "zlib", "zlib");

	output[b.len - 2] ^= 1;
	assert_refused(b, CODEC_UNAUTHENTIC, "altered");
	assert_false(decoded.compressed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compressed_messages_come_back_in_both_methods_and_both_inner_framings),
		cmocka_unit_test(the_reference_s_inner_text_with_auth_line_and_nul_is_accepted),
		cmocka_unit_test(bad_compression_is_refused),
		cmocka_unit_test(a_message_that_unpacks_without_end_is_too_large),
		cmocka_unit_test(a_message_is_unpacked_up_to_256_kib_and_no_further),
		cmocka_unit_test(an_unpacked_message_that_does_not_fit_the_arena_is_too_large),
		cmocka_unit_test(what_cannot_be_rendered_is_not_packed),
		cmocka_unit_test(nothing_is_unpacked_before_the_signature_is_right),
	};

	return cmocka_run_group_tests(tests, make_auth, drop_auth);
}
