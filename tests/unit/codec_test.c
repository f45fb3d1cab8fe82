// SPDX-License-Identifier: MIT
#include <bzlib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "heartbeat/core/codec.h"

#define RUN(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

static uint8_t arena[CODEC_UNCOMPRESSED_MAX], built[CODEC_UNCOMPRESSED_MAX], output[CODEC_UNCOMPRESSED_MAX];
static struct auth *auth; /* sha1, key 1 */
static struct message m;
static struct frame frame;

static int make_auth(void **state)
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

static int drop_auth(void **state)
{
	(void)state;
	auth_free(auth);
	return 0;
}

static enum codec_verdict decode(struct bytes b, struct auth *with)
{
	message_init(&m, arena, sizeof arena);
	enum codec_verdict v = codec_decode(b, with, false, &m, &frame);
	if (v != CODEC_OK) {
		assert_int_equal(m.count, 0);
		assert_string_not_equal(frame.why, "");
	}
	return v;
}

/* body with a right signature behind it: malformed things must be found although they are authentic. */
static struct bytes sealed(struct bytes body)
{
	char digest[AUTH_DIGEST_MAX + 1];
	struct writer w = writer_over(built, sizeof built);

	writer_bytes(&w, body);
	assert_int_equal(auth_digest(auth, 1, body, digest), 40);
	writer_format(&w, "42:1 %s", digest);
	writer_byte(&w, ',');
	return writer_done(&w);
}

static struct bytes sealed_text(struct bytes lines)
{
	char digest[AUTH_DIGEST_MAX + 1];
	struct writer w = writer_over(built, sizeof built);

	assert_int_equal(auth_digest(auth, 1, lines, digest), 40);
	writer_text(&w, ">>>\n");
	writer_bytes(&w, lines);
	writer_format(&w, "auth=1 %s\n<<<\n", digest);
	return writer_done(&w);
}

static void assert_refused(struct bytes b, enum codec_verdict wanted, const char *shown)
{
	enum codec_verdict got = decode(b, auth);

	if (got != wanted)
		print_error("%s: %s (%s)\n", shown, codec_verdict_text(got), frame.why);
	assert_int_equal(got, wanted);
}

/* --- netstring framing -------------------------------------------------------------------------------------------------- */

/* spec: protocol 10.1; each of these ended the reference's master process. */
static void datagrams_that_killed_the_reference_are_refused_as_not_authentic(void **state)
{
	(void)state;
	assert_refused(RUN("###\n3:abc,%%%\n5:1 abc,"), CODEC_UNAUTHENTIC, "no type");
	assert_refused(RUN("###\n8:(9)t=abc,%%%\n5:1 abc,"), CODEC_UNAUTHENTIC, "type 9");
	assert_refused(RUN("###\n19:(3)l=99999999999:a,,%%%\n5:1 abc,"), CODEC_UNAUTHENTIC, "long list");
	assert_refused(sealed(RUN("###\n3:abc,%%%\n")), CODEC_MALFORMED, "no type, signed");
	assert_refused(sealed(RUN("###\n8:(9)t=abc,%%%\n")), CODEC_MALFORMED, "type 9, signed");
	assert_refused(sealed(RUN("###\n19:(3)l=99999999999:a,,%%%\n")), CODEC_MALFORMED, "long list, signed");
}

#define ROW(literal) {RUN(literal), literal}
struct row {
	struct bytes b;
	const char *shown;
};

static void frames_without_structure_are_refused_before_any_digest(void **state)
{
	(void)state;
	static const struct row foreign[] = {ROW(""), ROW("#"), ROW("###"), ROW("###\r\n"), ROW(">>>"), ROW("<<<\n"), ROW(" ###\n"), ROW("\0"), ROW("GET / HTTP/1.0\n")};
	static const struct row broken[] = {
		ROW("###\n"), ROW("###\n%"), ROW("###\n%%%"), ROW("###\n7"), ROW("###\n7:"), ROW("###\n7:(0)t=ab"), ROW("###\n7:(0)t=ab,"),
		ROW("###\n7:(0)t=ab;%%%\n5:1 abc,"), ROW("###\n8:(0)t=ab,%%%\n5:1 abc,"), ROW("###\n6:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n07:(0)t=ab,%%%\n5:1 abc,"), ROW("###\n+7:(0)t=ab,%%%\n5:1 abc,"), ROW("###\n-1:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n7 :(0)t=ab,%%%\n5:1 abc,"), ROW("###\n 7:(0)t=ab,%%%\n5:1 abc,"), ROW("###\n:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n999999:(0)t=ab,%%%\n5:1 abc,"), ROW("###\n4294967303:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n18446744073709551615:(0)t=ab,%%%\n5:1 abc,"), ROW("###\n18446744073709551623:(0)t=ab,%%%\n5:1 abc,"),
	};
	static const struct row unsigned_ones[] = {
		ROW("###\n7:(0)t=ab,%%%\n"), ROW("###\n7:(0)t=ab,%%%\n5"), ROW("###\n7:(0)t=ab,%%%\n5:1 abc"), ROW("###\n7:(0)t=ab,%%%\n6:1 abc,"),
		ROW("###\n7:(0)t=ab,%%%\n99999:1 abc,"), ROW("###\n7:(0)t=ab,%%%\n0:,"), ROW("###\n7:(0)t=ab,%%%\n\0"), ROW("###\n%%%\n5:1 abc,"),
	};

	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		assert_refused(foreign[i].b, CODEC_NOT_OURS, foreign[i].shown);
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
		assert_refused(broken[i].b, CODEC_MALFORMED, broken[i].shown);
	for (size_t i = 0; i < sizeof unsigned_ones / sizeof unsigned_ones[0]; i++)
		assert_refused(unsigned_ones[i].b, CODEC_UNAUTHENTIC, unsigned_ones[i].shown);
}

static void authentic_frames_with_malformed_fields_are_refused(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("###\n0:,%%%\n"), ROW("###\n1:(,%%%\n"), ROW("###\n2:(0,%%%\n"), ROW("###\n3:(0),%%%\n"), ROW("###\n4:(0)t,%%%\n"),
		ROW("###\n4:(0)=,%%%\n"), ROW("###\n5:(0)=a,%%%\n"), ROW("###\n5:(5)t=,%%%\n"), ROW("###\n6:(10)t=,%%%\n"), ROW("###\n5:(/)t=,%%%\n"),
		ROW("###\n8:(0)(1)t=,%%%\n"), ROW("###\n7:(0)a\nb=,%%%\n"), ROW("###\n8:(0)>>>x=,%%%\n"), ROW("###\n7:(0)<<<=,%%%\n"),
		ROW("###\n8:(0)t=a\0b,%%%\n"), ROW("###\n7:(0)a\0b=,%%%\n"), ROW("###\n7:(3)l=xx,%%%\n"), ROW("###\n8:(3)l=1:a,%%%\n"),
		ROW("###\n10:(3)l=01:a,,%%%\n"), ROW("###\n7:(2)m=xx,%%%\n"), ROW("###\n9:(2)m=###\n,%%%\n"), ROW("###\n15:(2)m=###\n%%%\nxx,%%%\n"),
		ROW("###\n22:(2)m=###\n7:(9)t=ab,%%%\n,%%%\n"), ROW("###\n9:(3)l=00:,,%%%\n"), /* a second spelling of 0 */
		/* what no message may hold, nested */
		ROW("###\n23:(2)m=###\n7:(0)a\nb=,%%%\n,%%%\n"), ROW("###\n24:(2)m=###\n8:(0)t=a\0b,%%%\n,%%%\n"),
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_refused(sealed(rows[i].b), CODEC_MALFORMED, rows[i].shown);
}

static void authentic_oddities_that_are_legal_are_accepted(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("###\n%%%\n"), ROW("###\n5:(0)t=,%%%\n"), ROW("###\n6:(0)t==,%%%\n"), ROW("###\n8:(0)t=%%%,%%%\n"), ROW("###\n9:(0)t=%%%\n,%%%\n"),
		ROW("###\n8:(0)t=a\nb,%%%\n"), ROW("###\n8:(1)t=a\0b,%%%\n"), ROW("###\n5:(3)l=,%%%\n"), ROW("###\n12:(3)l=1:a,0:,,%%%\n"),
		ROW("###\n13:(2)m=###\n%%%\n,%%%\n"), ROW("###\n5:(4)c=,%%%\n"), ROW("###\n5:(0)t=,5:(0)t=,%%%\n"), ROW("###\n7:(0) t =,%%%\n"),
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct writer w = writer_over(output, sizeof output);
		assert_refused(sealed(rows[i].b), CODEC_OK, rows[i].shown);
		assert_true(codec_netstring(&m, auth, false, &w));
		assert_true(bytes_equal(writer_done(&w), sealed(rows[i].b)));
	}
}

static void behind_the_signature_only_nul_bytes_are_tolerated(void **state)
{
	(void)state;
	struct bytes b = sealed(RUN("###\n7:(0)t=ab,%%%\n"));

	memcpy(built + b.len, "\0\0x", 3);
	b.len += 2;
	assert_refused(b, CODEC_OK, "two NUL");
	b.len += 1;
	assert_refused(b, CODEC_MALFORMED, "NUL and x");
}

static void without_keys_the_trailer_may_be_absent_but_not_malformed(void **state)
{
	(void)state;
	assert_int_equal(decode(RUN("###\n7:(0)t=ab,%%%\n"), NULL), CODEC_OK);
	assert_int_equal(frame.auth, AUTH_NOT_CHECKED);
	assert_false(frame.has_index);
	assert_int_equal(decode(RUN("###\n7:(0)t=ab,%%%\n\0"), NULL), CODEC_OK);
	assert_int_equal(decode(RUN("###\n7:(0)t=ab,%%%\n5:2 abc,"), NULL), CODEC_OK);
	assert_true(frame.has_index);
	assert_int_equal(frame.auth_index, 2);
	assert_int_equal(decode(RUN("###\n7:(0)t=ab,%%%\nx"), NULL), CODEC_MALFORMED);
	assert_int_equal(decode(RUN("###\n7:(0)t=ab,%%%\n\0x"), NULL), CODEC_MALFORMED);
}

static struct bytes with_fields(unsigned count)
{
	struct writer w = writer_over(output, sizeof output);

	writer_text(&w, "###\n");
	for (unsigned i = 0; i < count; i++)
		writer_text(&w, "5:(0)t=,");
	writer_text(&w, "%%%\n");
	return writer_done(&w);
}

static void a_message_has_at_most_128_fields(void **state)
{
	(void)state;
	assert_refused(sealed(with_fields(MESSAGE_FIELDS_MAX)), CODEC_OK, "128 fields");
	assert_refused(sealed(with_fields(MESSAGE_FIELDS_MAX + 1)), CODEC_MALFORMED, "129 fields");
	struct writer w = writer_over(output, sizeof output);
	writer_text(&w, ">>>\n");
	for (unsigned i = 0; i <= MESSAGE_FIELDS_MAX; i++)
		writer_text(&w, "t=\n");
	writer_text(&w, "<<<\n");
	assert_int_equal(decode(writer_done(&w), NULL), CODEC_MALFORMED);
}

static struct bytes nested(unsigned levels)
{
	static uint8_t memory[2][4096];
	struct bytes inner = RUN("###\n%%%\n");

	for (unsigned i = 0; i < levels; i++) {
		struct writer w = writer_over(memory[i % 2], sizeof memory[0]);
		writer_format(&w, "###\n%zu:(2)m=", inner.len + 5);
		writer_bytes(&w, inner);
		writer_text(&w, ",%%%\n");
		inner = writer_done(&w);
	}
	return inner;
}

static void messages_nest_at_most_16_deep(void **state)
{
	(void)state;
	assert_refused(sealed(nested(16)), CODEC_OK, "16");
	assert_refused(sealed(nested(17)), CODEC_MALFORMED, "17");
	assert_refused(sealed(nested(100)), CODEC_MALFORMED, "100");
}

static void a_datagram_larger_than_udp_can_carry_is_too_large(void **state)
{
	(void)state;
	static uint8_t big[CODEC_DATAGRAM_MAX + 1];

	memcpy(big, "###\n", 4);
	assert_refused((struct bytes){big, sizeof big}, CODEC_TOO_LARGE, "65508");
	assert_refused((struct bytes){big, sizeof big - 1}, CODEC_MALFORMED, "65507");
}

/* --- text framing ------------------------------------------------------------------------------------------------------- */

static void malformed_text_is_refused_also_when_authentic(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("t\n"), ROW("=v\n"), ROW("(0)t=v\n"), ROW("(5)t=v\n"), ROW("(9)t=v\n"), ROW("(10)t=v\n"), ROW("(1t=v\n"), ROW("()t=v\n"), ROW("(1)=AA==\n"),
		ROW("(1)t=A\n"), ROW("(1)t=AB==\n"), ROW("(1)t=AAB=\n"), ROW("(1)t=AA= =\n"), ROW("(1)t=AA\n"), ROW("(1)t=AA==AA==\n"), ROW("(1)t====\n"),
		ROW("(3)t=1:a\n"), ROW("(3)t=x\n"), ROW("(2)t=###\x14%%%\x14\n"), ROW("(2)t=\n"), ROW(">>>\n"), ROW(">>>x=y\n"), ROW("<<<x=y\n"), ROW("t=a\0b\n"), ROW("a\0b=c\n"),
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_refused(sealed_text(rows[i].b), CODEC_MALFORMED, rows[i].shown);
}

static void text_needs_its_end_its_one_signature_and_nothing_behind(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW(">>>\n"), ROW(">>>\nt=a\n"), ROW(">>>\nt=a\nauth=1 abc\n"), ROW(">>>\nt=a\n<<<"), ROW(">>>\nt=a<<<\n"), ROW(">>>\n\n\n"), ROW(">>>\nt=a\n\0<<<\n"),
		ROW(">>>\nt=a\n <<<\n"), ROW(">>>\nt=a\nauth=1 abc\nauth=1 abc\n<<<\n"), ROW(">>>\nt=a\nauth=1 abc\n<<<\nx"), ROW(">>>\nt=a\nauth=1 abc\n<<<\n\n"),
	};
	static const struct row unsigned_ones[] = {ROW(">>>\n<<<\n"), ROW(">>>\nt=a\n<<<\n"), ROW(">>>\nt=a\nauth=\n<<<\n"), ROW(">>>\nt=a\nauth=1 \n<<<\n"), ROW(">>>\nt=a\n(1)auth=AA==\n<<<\n")};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_refused(rows[i].b, CODEC_MALFORMED, rows[i].shown);
	for (size_t i = 0; i < sizeof unsigned_ones / sizeof unsigned_ones[0]; i++)
		assert_refused(unsigned_ones[i].b, CODEC_UNAUTHENTIC, unsigned_ones[i].shown);
}

static void the_signature_may_stand_anywhere_and_blank_lines_do_not_count(void **state)
{
	(void)state;
	char digest[AUTH_DIGEST_MAX + 1];
	struct writer w = writer_over(built, sizeof built);

	(void)auth_digest(auth, 1, RUN("t=status\nst=up\n"), digest);
	writer_format(&w, ">>>\n\n\nt=status\nauth=1 %s\n\nst=up\n<<<\n", digest);
	writer_byte(&w, 0);
	assert_refused(writer_done(&w), CODEC_OK, "auth in the middle");
	assert_int_equal(m.count, 2);
	assert_true(message_is(&m, "st", "up"));
	assert_int_equal(m.arena.len, 0); /* the scratch is given back */
}

static void text_from_the_fifo_is_decoded_without_signature(void **state)
{
	(void)state;
	assert_int_equal(decode(RUN(">>>\nt=ask_resources\nrsc_hold=all\ninfo=\n<<<\n"), NULL), CODEC_OK);
	assert_int_equal(frame.framing, FRAMING_TEXT);
	assert_false(frame.has_index);
	assert_true(message_is(&m, "t", "ask_resources"));
	assert_true(message_is(&m, "info", ""));
}

static void decoding_drops_what_the_message_held_before(void **state)
{
	(void)state;
	message_init(&m, arena, sizeof arena);
	message_add(&m, "old", "value");
	assert_int_equal(codec_decode(RUN(">>>\nt=new\n<<<\n"), NULL, false, &m, &frame), CODEC_OK);
	assert_int_equal(m.count, 1);
	assert_true(message_is(&m, "t", "new"));
}

static void a_newline_in_a_string_travels_as_0x13(void **state)
{
	(void)state;
	struct writer w = writer_over(output, sizeof output);

	message_init(&m, arena, sizeof arena);
	message_add(&m, "info", "two\nlines\n");
	assert_true(codec_text(&m, auth, &w));
	assert_non_null(strstr((char *)output, "info=two\x13lines\x13\n"));
	assert_int_equal(decode(writer_done(&w), auth), CODEC_OK);
	assert_true(message_is(&m, "info", "two\nlines\n"));
}

static void what_text_cannot_carry_is_not_rendered_as_text(void **state)
{
	(void)state;
	static const struct {
		enum field_type type;
		struct bytes value;
	} rows[] = {
		{FIELD_STRING, RUN("a\x13z")},
		{FIELD_MESSAGE, RUN("###\n%%%\n")},
		{FIELD_LIST, RUN("1:\n,")},
		{FIELD_LIST, RUN("1:\0,")},
		{FIELD_LIST, RUN("x")},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct writer w = writer_over(output, sizeof output);
		message_init(&m, arena, sizeof arena);
		message_add_bytes(&m, rows[i].type, RUN("f"), rows[i].value);
		assert_false(m.broken);
		assert_false(codec_text(&m, auth, &w));
		w = writer_over(output, sizeof output);
		assert_false(codec_netstring(&m, auth, true, &w)); /* its inner digest covers the text */
		w = writer_over(output, sizeof output);
		assert_int_equal(codec_netstring(&m, auth, false, &w), i != 4);
	}
}

static void every_type_survives_both_framings(void **state)
{
	(void)state;
	uint8_t all[256];

	for (unsigned i = 0; i < sizeof all; i++)
		all[i] = (uint8_t)i;
	for (int text = 0; text < 2; text++) {
		struct writer w = writer_over(output, sizeof output);
		message_init(&m, arena, sizeof arena);
		message_add(&m, "t", "x y\tz=\xff");
		message_add_bytes(&m, FIELD_BINARY, RUN("b"), (struct bytes){all, sizeof all});
		message_add_bytes(&m, FIELD_COMPRESSED, RUN("c"), (struct bytes){all, 7});
		message_add_bytes(&m, FIELD_LIST, RUN("l"), RUN("1:a,0:,3:b c,"));
		if (!text)
			message_add_bytes(&m, FIELD_MESSAGE, RUN("m"), RUN("###\n7:(0)t=ab,%%%\n"));
		assert_true(text ? codec_text(&m, auth, &w) : codec_netstring(&m, auth, false, &w));
		assert_int_equal(decode(writer_done(&w), auth), CODEC_OK);
		assert_int_equal(m.count, text ? 4 : 5);
		assert_true(message_is(&m, "t", "x y\tz=\xff"));
		assert_true(bytes_equal(m.fields[1].value, (struct bytes){all, sizeof all}));
		assert_int_equal(m.fields[2].type, FIELD_COMPRESSED);
		assert_true(bytes_equal(m.fields[2].value, (struct bytes){all, 7}));
		assert_true(bytes_equal_text(m.fields[3].value, "1:a,0:,3:b c,"));
	}
}

static void text_that_does_not_fit_the_arena_is_too_large(void **state)
{
	(void)state;
	static const struct {
		struct bytes lines;
		size_t values; /* what they take when they are read */
	} cases[] = {{RUN("t=status\n(1)u=AAAAAAAAAAAAAAAA\n"), 12}, {RUN("t=status\nu=two\x13lines\n"), 9}};

	for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
		struct bytes lines = cases[i / 2].lines, b = sealed_text(lines);
		struct auth *with = i % 2 ? auth : NULL;
		size_t needed = with ? lines.len : cases[i / 2].values; /* what is signed is gathered first, in the same room */
		for (size_t cap = 0; cap < needed; cap++) {
			message_init(&m, arena, cap);
			assert_int_equal(codec_decode(b, with, false, &m, &frame), CODEC_TOO_LARGE);
			assert_int_equal(m.count, 0);
		}
		message_init(&m, arena, needed);
		assert_int_equal(codec_decode(b, with, false, &m, &frame), CODEC_OK);
	}
}

/* --- encoding ----------------------------------------------------------------------------------------------------------- */

static void an_auth_field_of_the_message_is_replaced_not_doubled(void **state)
{
	(void)state;
	struct writer w = writer_over(output, sizeof output);

	message_init(&m, arena, sizeof arena);
	message_add(&m, "auth", "1 forged");
	message_add(&m, "t", "status");
	assert_true(codec_netstring(&m, auth, true, &w));
	assert_int_equal(decode(writer_done(&w), auth), CODEC_OK);
	assert_int_equal(message_occurs(&m, "auth"), 1);
	assert_true(bytes_equal_text(m.fields[1].name, "auth"));
	assert_false(message_is(&m, "auth", "1 forged"));
	w = writer_over(built, sizeof built); /* m borrows from output */
	assert_true(codec_text(&m, NULL, &w));
	assert_true(bytes_equal_text(writer_done(&w), ">>>\nt=status\n<<<\n"));
	w = writer_over(built, sizeof built);
	assert_true(codec_netstring(&m, NULL, true, &w));
	assert_true(bytes_equal_text(writer_done(&w), "###\n11:(0)t=status,%%%\n"));
}

static void rendering_appends_and_covers_its_own_bytes_only(void **state)
{
	(void)state;
	struct writer w = writer_over(output, sizeof output);

	message_init(&m, arena, sizeof arena);
	message_add(&m, "t", "status");
	writer_text(&w, "before");
	assert_true(codec_netstring(&m, auth, true, &w));
	struct reader r = reader_over(writer_done(&w));
	assert_true(reader_skip(&r, "before"));
	assert_int_equal(decode(reader_take(&r, reader_left(&r)), auth), CODEC_OK);
}

static void a_message_that_does_not_fit_or_is_broken_is_not_rendered(void **state)
{
	(void)state;
	struct message broken;
	uint8_t small[8];
	bool fits;

	message_init(&broken, small, sizeof small);
	message_add(&broken, "toolong", "toolong");
	for (size_t cap = 0; cap < 200; cap++) {
		uint8_t *exact = malloc(cap + 1); /* a sanitizer sees what is written past it */
		assert_non_null(exact);
		struct writer w = writer_over(exact, cap);
		message_init(&m, arena, sizeof arena);
		message_add(&m, "t", "status");
		fits = codec_netstring(&m, auth, true, &w);
		assert_int_equal(fits, !w.overflowed);
		assert_int_equal(fits, fits && decode(writer_done(&w), auth) == CODEC_OK);
		w = writer_over(exact, cap);
		message_init(&m, arena, sizeof arena);
		message_add(&m, "t", "status");
		fits = codec_text(&m, auth, &w);
		assert_int_equal(fits, !w.overflowed);
		w = writer_over(exact, cap);
		assert_false(codec_netstring(&broken, auth, false, &w));
		assert_false(codec_text(&broken, auth, &w));
		free(exact);
	}
	assert_true(fits);
}

/* --- compression -------------------------------------------------------------------------------------------------------- */

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
		assert_true(frame.compressed);
		assert_int_equal(frame.auth, AUTH_OK);
		assert_int_equal(frame.framing, FRAMING_NETSTRING);
		assert_int_equal(m.count, count);
		assert_true(message_is(&m, "t", "status"));
		assert_int_equal(message_string(&m, "fieldB").len, 4000);
		assert_int_equal(decode(writer_done(&w), NULL), CODEC_OK); /* the outer index stays visible */
		assert_int_equal(frame.auth_index, 1);
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
		assert_int_equal(BZ2_bzBuffToBuffCompress((char *)packed, &bz_len, (char *)(uintptr_t)plain.at, (unsigned)plain.len, 9, 0, 0), BZ_OK);
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

/* spec: protocol 2: text, its auth line, one NUL behind. */
static void the_reference_s_inner_text_with_auth_line_and_nul_is_accepted(void **state)
{
	(void)state;
	assert_refused(pack(RUN(">>>\nt=status\nauth=1 abc\n<<<\n\0"), "zlib", "zlib"), CODEC_OK, "classic");
	assert_int_equal(m.count, 1);
	assert_int_equal(frame.auth_index, 1);
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
	assert_int_equal(BZ2_bzBuffToBuffCompress((char *)copy, &bz_len, (char *)(uintptr_t)good.at, (unsigned)good.len, 1, 0, 0), BZ_OK);
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
	assert_int_equal(codec_decode(writer_done(&w), auth, false, &m, &frame), CODEC_TOO_LARGE);
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
			v = codec_decode(b, auth, false, &m, &frame);
			assert_true(v == CODEC_OK || m.count == 0);
		}
		assert_int_equal(v, CODEC_OK);
		assert_true(message_is(&m, "t", "status"));
		assert_true(cap > 40); /* of what does not fit none is taken for broken */
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

/* The parser refuses such a file; were it to slip through, nothing may leave unsigned. */
static void without_an_active_key_nothing_is_signed_or_accepted(void **state)
{
	(void)state;
	static struct authkeys keys;
	keys.keys[1].method = AUTH_SHA1;
	keys.keys[1].len = 6;
	memcpy(keys.keys[1].key, "secret", 6);
	keys.active = 2;
	struct auth *none = auth_new(&keys);
	struct writer w = writer_over(output, sizeof output);

	assert_non_null(none);
	message_init(&m, arena, sizeof arena);
	message_add(&m, "t", "status");
	assert_false(codec_text(&m, none, &w));
	assert_false(codec_netstring(&m, none, true, &w));
	assert_false(codec_netstring(&m, none, false, &w));
	assert_int_equal(decode(sealed_text(RUN("t=status\n")), none), CODEC_UNAUTHENTIC);
	auth_free(none);
}

static void nothing_is_unpacked_before_the_signature_is_right(void **state)
{
	(void)state;
	struct bytes b = pack(RUN(">>>\nt=status\n<<<\n"), "zlib", "zlib");

	output[b.len - 2] ^= 1;
	assert_refused(b, CODEC_UNAUTHENTIC, "altered");
	assert_false(frame.compressed);
}

static void every_verdict_has_its_own_text(void **state)
{
	(void)state;
	for (int v = 0; v < CODEC_VERDICTS; v++)
		for (int w = 0; w < v; w++)
			assert_string_not_equal(codec_verdict_text((enum codec_verdict)v), codec_verdict_text((enum codec_verdict)w));
	assert_string_equal(codec_verdict_text(CODEC_VERDICTS), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_that_killed_the_reference_are_refused_as_not_authentic),
		cmocka_unit_test(frames_without_structure_are_refused_before_any_digest),
		cmocka_unit_test(authentic_frames_with_malformed_fields_are_refused),
		cmocka_unit_test(authentic_oddities_that_are_legal_are_accepted),
		cmocka_unit_test(behind_the_signature_only_nul_bytes_are_tolerated),
		cmocka_unit_test(without_keys_the_trailer_may_be_absent_but_not_malformed),
		cmocka_unit_test(a_message_has_at_most_128_fields),
		cmocka_unit_test(messages_nest_at_most_16_deep),
		cmocka_unit_test(a_datagram_larger_than_udp_can_carry_is_too_large),
		cmocka_unit_test(malformed_text_is_refused_also_when_authentic),
		cmocka_unit_test(text_needs_its_end_its_one_signature_and_nothing_behind),
		cmocka_unit_test(the_signature_may_stand_anywhere_and_blank_lines_do_not_count),
		cmocka_unit_test(text_from_the_fifo_is_decoded_without_signature),
		cmocka_unit_test(decoding_drops_what_the_message_held_before),
		cmocka_unit_test(a_newline_in_a_string_travels_as_0x13),
		cmocka_unit_test(what_text_cannot_carry_is_not_rendered_as_text),
		cmocka_unit_test(every_type_survives_both_framings),
		cmocka_unit_test(text_that_does_not_fit_the_arena_is_too_large),
		cmocka_unit_test(an_auth_field_of_the_message_is_replaced_not_doubled),
		cmocka_unit_test(rendering_appends_and_covers_its_own_bytes_only),
		cmocka_unit_test(a_message_that_does_not_fit_or_is_broken_is_not_rendered),
		cmocka_unit_test(compressed_messages_come_back_in_both_methods_and_both_inner_framings),
		cmocka_unit_test(the_reference_s_inner_text_with_auth_line_and_nul_is_accepted),
		cmocka_unit_test(bad_compression_is_refused),
		cmocka_unit_test(a_message_that_unpacks_without_end_is_too_large),
		cmocka_unit_test(an_unpacked_message_that_does_not_fit_the_arena_is_too_large),
		cmocka_unit_test(what_cannot_be_rendered_is_not_packed),
		cmocka_unit_test(without_an_active_key_nothing_is_signed_or_accepted),
		cmocka_unit_test(nothing_is_unpacked_before_the_signature_is_right),
		cmocka_unit_test(every_verdict_has_its_own_text),
	};

	return cmocka_run_group_tests(tests, make_auth, drop_auth);
}
