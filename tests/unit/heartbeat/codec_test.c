// SPDX-License-Identifier: MIT
/* Netstring framing, encoding in both framings, and the names of verdicts; text framing and compression have tests of
 * their own. */
#include <stdlib.h>

#include "tests/unit/heartbeat/codec_lab.h"

/* body with a valid signature after it: a malformed body must be refused although it is authentic. */
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

/* --- netstring framing ------------------------------------------------------------------------ */

/* doc/protocol.md 12: each of these ends the reference. */
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

static void frames_without_structure_are_refused_before_any_digest(void **state)
{
	(void)state;
	static const struct row foreign[] = {ROW(""), ROW("#"), ROW("###"), ROW("###\r\n"), ROW(">>>"), ROW("<<<\n"),
		ROW(" ###\n"), ROW("\0"), ROW("GET / HTTP/1.0\n")};
	static const struct row broken[] = {
		ROW("###\n"),
		ROW("###\n%"),
		ROW("###\n%%%"),
		ROW("###\n7"),
		ROW("###\n7:"),
		ROW("###\n7:(0)t=ab"),
		ROW("###\n7:(0)t=ab,"),
		ROW("###\n7:(0)t=ab;%%%\n5:1 abc,"),
		ROW("###\n8:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n6:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n07:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n+7:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n-1:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n7 :(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n 7:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n999999:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n4294967303:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n18446744073709551615:(0)t=ab,%%%\n5:1 abc,"),
		ROW("###\n18446744073709551623:(0)t=ab,%%%\n5:1 abc,"),
	};
	static const struct row unsigned_ones[] = {
		ROW("###\n7:(0)t=ab,%%%\n"),
		ROW("###\n7:(0)t=ab,%%%\n5"),
		ROW("###\n7:(0)t=ab,%%%\n5:1 abc"),
		ROW("###\n7:(0)t=ab,%%%\n6:1 abc,"),
		ROW("###\n7:(0)t=ab,%%%\n99999:1 abc,"),
		ROW("###\n7:(0)t=ab,%%%\n0:,"),
		ROW("###\n7:(0)t=ab,%%%\n\0"),
		ROW("###\n%%%\n5:1 abc,"),
	};

	ASSERT_EACH(foreign, NULL, CODEC_NOT_OURS);
	ASSERT_EACH(broken, NULL, CODEC_MALFORMED);
	ASSERT_EACH(unsigned_ones, NULL, CODEC_UNAUTHENTIC);
}

static void authentic_frames_with_malformed_fields_are_refused(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("###\n0:,%%%\n"),
		ROW("###\n1:(,%%%\n"),
		ROW("###\n2:(0,%%%\n"),
		ROW("###\n3:(0),%%%\n"),
		ROW("###\n4:(0)t,%%%\n"),
		ROW("###\n4:(0)=,%%%\n"),
		ROW("###\n5:(0)=a,%%%\n"),
		ROW("###\n5:(5)t=,%%%\n"),
		ROW("###\n6:(10)t=,%%%\n"),
		ROW("###\n5:(/)t=,%%%\n"),
		ROW("###\n8:(0)(1)t=,%%%\n"),
		ROW("###\n7:(0)a\nb=,%%%\n"),
		ROW("###\n8:(0)>>>x=,%%%\n"),
		ROW("###\n7:(0)<<<=,%%%\n"),
		ROW("###\n8:(0)t=a\0b,%%%\n"),
		ROW("###\n7:(0)a\0b=,%%%\n"),
		ROW("###\n7:(3)l=xx,%%%\n"),
		ROW("###\n8:(3)l=1:a,%%%\n"),
		ROW("###\n10:(3)l=01:a,,%%%\n"),
		ROW("###\n7:(2)m=xx,%%%\n"),
		ROW("###\n9:(2)m=###\n,%%%\n"),
		ROW("###\n15:(2)m=###\n%%%\nxx,%%%\n"),
		/* another spelling of 0 */
		ROW("###\n22:(2)m=###\n7:(9)t=ab,%%%\n,%%%\n"),
		ROW("###\n9:(3)l=00:,,%%%\n"),
		/* a nested message with a field that no message may have */
		ROW("###\n23:(2)m=###\n7:(0)a\nb=,%%%\n,%%%\n"),
		ROW("###\n24:(2)m=###\n8:(0)t=a\0b,%%%\n,%%%\n"),
	};

	ASSERT_EACH(rows, sealed, CODEC_MALFORMED);
}

static void authentic_oddities_that_are_legal_are_accepted(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("###\n%%%\n"),
		ROW("###\n5:(0)t=,%%%\n"),
		ROW("###\n6:(0)t==,%%%\n"),
		ROW("###\n8:(0)t=%%%,%%%\n"),
		ROW("###\n9:(0)t=%%%\n,%%%\n"),
		ROW("###\n8:(0)t=a\nb,%%%\n"),
		ROW("###\n8:(1)t=a\0b,%%%\n"),
		ROW("###\n5:(3)l=,%%%\n"),
		ROW("###\n12:(3)l=1:a,0:,,%%%\n"),
		ROW("###\n13:(2)m=###\n%%%\n,%%%\n"),
		ROW("###\n5:(4)c=,%%%\n"),
		ROW("###\n5:(0)t=,5:(0)t=,%%%\n"),
		ROW("###\n7:(0) t =,%%%\n"),
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
	assert_int_equal(decoded.auth, AUTH_NOT_CHECKED);
	assert_false(decoded.has_index);
	assert_int_equal(decode(RUN("###\n7:(0)t=ab,%%%\n\0"), NULL), CODEC_OK);
	assert_int_equal(decode(RUN("###\n7:(0)t=ab,%%%\n5:2 abc,"), NULL), CODEC_OK);
	assert_true(decoded.has_index);
	assert_int_equal(decoded.auth_index, 2);
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

/* --- encoding --------------------------------------------------------------------------------- */

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

/* The parser refuses such a file.  Even with it, no message may be sent unsigned. */
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

/* --- verdicts --------------------------------------------------------------------------------- */

static void every_verdict_has_its_own_text(void **state)
{
	(void)state;
	for (int v = 0; v < CODEC_VERDICTS; v++)
		for (int w = 0; w < v; w++)
			assert_string_not_equal(
				codec_verdict_text((enum codec_verdict)v), codec_verdict_text((enum codec_verdict)w));
	assert_string_equal(codec_verdict_text(CODEC_VERDICTS), "unknown");
}

static void a_refusal_names_the_byte(void **state)
{
	(void)state;
	static const struct {
		const char *frame, *why;
	} refused[] = {
		{"###\n5:garbage", "neither LENGTH:FIELD nor the end mark at byte 4"},
		{"###\n6:(0)a=b,x", "neither LENGTH:FIELD nor the end mark at byte 13"},
		{"###\n6:(0)a=b,%%%\nx", "no signature at byte 17"},
		{"###\n6:(0)a=b,%%%\n3:1 a,x", "unexpected bytes behind the signature at byte 23"},
		{"###\n6:(0)a=b,1:x,%%%\n", "no (TYPE)NAME=VALUE in the field at byte 13"},
		{"###\n6:(0)a=b,6:(2)a=b,%%%\n", "malformed nested message in the field at byte 13"},
	};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		assert_int_equal(decode(bytes_of(refused[i].frame), NULL), CODEC_MALFORMED);
		assert_string_equal(decoded.why, refused[i].why);
	}
	assert_int_equal(decode(bytes_of("###\n6:(0)a=b,%%%\n"), auth), CODEC_UNAUTHENTIC);
	assert_string_equal(decoded.why, "no signature at byte 17");
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
		cmocka_unit_test(an_auth_field_of_the_message_is_replaced_not_doubled),
		cmocka_unit_test(rendering_appends_and_covers_its_own_bytes_only),
		cmocka_unit_test(a_message_that_does_not_fit_or_is_broken_is_not_rendered),
		cmocka_unit_test(without_an_active_key_nothing_is_signed_or_accepted),
		cmocka_unit_test(every_verdict_has_its_own_text),
		cmocka_unit_test(a_refusal_names_the_byte),
	};

	return cmocka_run_group_tests(tests, make_auth, drop_auth);
}
