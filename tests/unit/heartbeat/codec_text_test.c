// SPDX-License-Identifier: MIT
/* Text framing: what is refused as text, what text cannot carry, and what comes back from it as it was. */
#include "tests/unit/heartbeat/codec_lab.h"

static void malformed_text_is_refused_also_when_authentic(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW("t\n"),
		ROW("=v\n"),
		ROW("(0)t=v\n"),
		ROW("(5)t=v\n"),
		ROW("(9)t=v\n"),
		ROW("(10)t=v\n"),
		ROW("(1t=v\n"),
		ROW("()t=v\n"),
		ROW("(1)=AA==\n"),
		ROW("(1)t=A\n"),
		ROW("(1)t=AB==\n"),
		ROW("(1)t=AAB=\n"),
		ROW("(1)t=AA= =\n"),
		ROW("(1)t=AA\n"),
		ROW("(1)t=AA==AA==\n"),
		ROW("(1)t====\n"),
		ROW("(3)t=1:a\n"),
		ROW("(3)t=x\n"),
		ROW("(2)t=###\x14%%%\x14\n"),
		ROW("(2)t=\n"),
		ROW(">>>\n"),
		ROW(">>>x=y\n"),
		ROW("<<<x=y\n"),
		ROW("t=a\0b\n"),
		ROW("a\0b=c\n"),
	};

	ASSERT_EACH(rows, sealed_text, CODEC_MALFORMED);
}

static void text_needs_its_end_its_one_signature_and_nothing_behind(void **state)
{
	(void)state;
	static const struct row rows[] = {
		ROW(">>>\n"),
		ROW(">>>\nt=a\n"),
		ROW(">>>\nt=a\nauth=1 abc\n"),
		ROW(">>>\nt=a\n<<<"),
		ROW(">>>\nt=a<<<\n"),
		ROW(">>>\n\n\n"),
		ROW(">>>\nt=a\n\0<<<\n"),
		ROW(">>>\nt=a\n <<<\n"),
		ROW(">>>\nt=a\nauth=1 abc\nauth=1 abc\n<<<\n"),
		ROW(">>>\nt=a\nauth=1 abc\n<<<\nx"),
		ROW(">>>\nt=a\nauth=1 abc\n<<<\n\n"),
	};
	static const struct row unsigned_ones[] = {ROW(">>>\n<<<\n"), ROW(">>>\nt=a\n<<<\n"),
		ROW(">>>\nt=a\nauth=\n<<<\n"), ROW(">>>\nt=a\nauth=1 \n<<<\n"), ROW(">>>\nt=a\n(1)auth=AA==\n<<<\n")};

	ASSERT_EACH(rows, NULL, CODEC_MALFORMED);
	ASSERT_EACH(unsigned_ones, NULL, CODEC_UNAUTHENTIC);
}

static void the_signature_may_be_on_any_line_and_blank_lines_do_not_count(void **state)
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
	assert_int_equal(m.arena.len, 0); /* the scratch memory is free again */
}

static void text_from_the_fifo_is_decoded_without_signature(void **state)
{
	(void)state;
	assert_int_equal(decode(RUN(">>>\nt=ask_resources\nrsc_hold=all\ninfo=\n<<<\n"), NULL), CODEC_OK);
	assert_int_equal(decoded.framing, FRAMING_TEXT);
	assert_false(decoded.has_index);
	assert_true(message_is(&m, "t", "ask_resources"));
	assert_true(message_is(&m, "info", ""));
}

static void decoding_drops_what_the_message_held_before(void **state)
{
	(void)state;
	message_init(&m, arena, sizeof arena);
	message_add(&m, "old", "value");
	assert_int_equal(codec_decode(RUN(">>>\nt=new\n<<<\n"), NULL, false, &m, &decoded), CODEC_OK);
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
		size_t values; /* the memory that they need when they are read */
	} cases[] = {{RUN("t=status\n(1)u=AAAAAAAAAAAAAAAA\n"), 12}, {RUN("t=status\nu=two\x13lines\n"), 9}};

	for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
		struct bytes lines = cases[i / 2].lines, b = sealed_text(lines);
		struct auth *with = i % 2 ? auth : NULL;
		/* the signed text is collected first, in the same buffer */
		size_t needed = with ? lines.len : cases[i / 2].values;
		for (size_t cap = 0; cap < needed; cap++) {
			message_init(&m, arena, cap);
			assert_int_equal(codec_decode(b, with, false, &m, &decoded), CODEC_TOO_LARGE);
			assert_int_equal(m.count, 0);
		}
		message_init(&m, arena, needed);
		assert_int_equal(codec_decode(b, with, false, &m, &decoded), CODEC_OK);
	}
}

static void a_refusal_names_the_line(void **state)
{
	(void)state;
	static const struct {
		const char *lines, *why;
	} refused[] = {
		{">>>\na=b\nc\n<<<\n", "no NAME=VALUE in line 2"},
		{">>>\na=b\n(9)c=d\n<<<\n", "unknown type in line 2"},
		{">>>\n(2)c=d\n<<<\n", "a nested message in line 1: only netstring framing has them"},
	};
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		assert_int_equal(decode(bytes_of(refused[i].lines), NULL), CODEC_MALFORMED);
		assert_string_equal(decoded.why, refused[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_text_is_refused_also_when_authentic),
		cmocka_unit_test(text_needs_its_end_its_one_signature_and_nothing_behind),
		cmocka_unit_test(the_signature_may_be_on_any_line_and_blank_lines_do_not_count),
		cmocka_unit_test(text_from_the_fifo_is_decoded_without_signature),
		cmocka_unit_test(decoding_drops_what_the_message_held_before),
		cmocka_unit_test(a_newline_in_a_string_travels_as_0x13),
		cmocka_unit_test(what_text_cannot_carry_is_not_rendered_as_text),
		cmocka_unit_test(every_type_survives_both_framings),
		cmocka_unit_test(text_that_does_not_fit_the_arena_is_too_large),
		cmocka_unit_test(a_refusal_names_the_line),
	};

	return cmocka_run_group_tests(tests, make_auth, drop_auth);
}
