// SPDX-License-Identifier: MIT
/* Every captured datagram of tests/data/protocol decodes, verifies, has its fields in order and is rendered again byte
 * for byte; nothing that differs from it in one bit, or is shorter, is accepted.  Run from the top of the source
 * tree. */
#include <glib.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/core/codec.h"

#define DIRECTORY "tests/data/protocol"

enum { VECTORS_AT_LEAST = 29, VECTOR_MAX = 1024 };

static uint8_t arena[CODEC_UNCOMPRESSED_MAX];

struct vector {
	char *name;
	struct bytes data;
	json_t *json;
	unsigned index;
};

/* --- keys and files --------------------------------------------------------------------------- */

static void put_key(struct authkeys *keys, unsigned index, enum auth_method method, const char *text)
{
	keys->keys[index].method = method;
	keys->keys[index].len = strlen(text);
	memcpy(keys->keys[index].key, text, strlen(text));
}

static struct auth *auth_with_active(unsigned active)
{
	static struct authkeys keys;

	memset(&keys, 0, sizeof keys);
	put_key(&keys, 1, AUTH_SHA1, "PwTestKey-Alpha");
	put_key(&keys, 2, AUTH_MD5, "PwTestKey-Beta");
	put_key(&keys, 3, AUTH_CRC, "");
	keys.active = active;
	struct auth *auth = auth_new(&keys);
	assert_non_null(auth);
	return auth;
}

static const char *text_of(json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	assert_non_null(text);
	return text;
}

static size_t number_of(json_t *object, const char *name)
{
	json_t *number = json_object_get(object, name);

	assert_true(json_is_integer(number));
	return (size_t)json_integer_value(number);
}

static bool has(json_t *object, const char *name)
{
	return json_object_get(object, name) != NULL;
}

static void vector_load(struct vector *v, const char *json_file)
{
	char *path = g_build_filename(DIRECTORY, json_file, NULL), *data;
	gsize len;

	v->json = json_load_file(path, 0, NULL);
	assert_non_null(v->json);
	v->index = (unsigned)number_of(v->json, "auth_index");
	g_free(path);
	v->name = g_strdup(text_of(v->json, "file"));
	path = g_build_filename(DIRECTORY, v->name, NULL);
	assert_true(g_file_get_contents(path, &data, &len, NULL));
	g_free(path);
	assert_int_equal(len, number_of(v->json, "length"));
	assert_true(len <= VECTOR_MAX);
	v->data = (struct bytes){(const uint8_t *)data, len};
}

static void vector_free(struct vector *v)
{
	g_free((void *)(uintptr_t)v->data.at);
	g_free(v->name);
	json_decref(v->json);
}

static const char *current; /* named when a check fails */

static void each_vector(void (*check)(const struct vector *v))
{
	GDir *dir = g_dir_open(DIRECTORY, 0, NULL);
	const char *entry;
	unsigned count = 0;

	assert_non_null(dir);
	while ((entry = g_dir_read_name(dir)) != NULL) {
		struct vector v;
		if (!g_str_has_suffix(entry, ".json"))
			continue;
		vector_load(&v, entry);
		current = v.name;
		check(&v);
		current = NULL;
		vector_free(&v);
		count++;
	}
	g_dir_close(dir);
	assert_true(count >= VECTORS_AT_LEAST);
}

static int say_where(void **state)
{
	(void)state;
	if (current)
		print_error("at %s\n", current);
	current = NULL;
	return 0;
}

static enum codec_verdict decode(
	struct bytes data, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded)
{
	message_init(m, arena, sizeof arena);
	return codec_decode(data, auth, any_index, m, decoded);
}

/* --- what is true of each --------------------------------------------------------------------- */

static void assert_field(const struct field *f, json_t *expected)
{
	assert_true(bytes_equal_text(f->name, text_of(expected, "name")));
	assert_int_equal(f->type, number_of(expected, "type"));
	if (has(expected, "value_hex")) {
		char hex[256];
		struct writer w = writer_over(hex, sizeof hex);
		writer_hex(&w, f->value);
		assert_true(bytes_equal_text(writer_done(&w), text_of(expected, "value_hex")));
	} else {
		assert_true(bytes_equal_text(f->value, text_of(expected, "value")));
	}
}

static void assert_text(const struct message *m, const char *lines)
{
	uint8_t memory[VECTOR_MAX];
	struct writer w = writer_over(memory, sizeof memory);
	char *expected = g_strdup_printf(">>>\n%s<<<\n", lines);

	assert_true(codec_text(m, NULL, &w));
	assert_true(bytes_equal_text(writer_done(&w), expected));
	g_free(expected);
}

static void check_fields(const struct vector *v)
{
	struct auth *auth = auth_with_active(v->index);
	struct message m;
	struct decoded decoded;

	assert_int_equal(decode(v->data, auth, false, &m, &decoded), CODEC_OK);
	assert_int_equal(decoded.auth, AUTH_OK);
	assert_true(decoded.has_index);
	assert_int_equal(decoded.auth_index, v->index);
	assert_false(decoded.compressed);
	if (has(v->json, "fields_in_order")) {
		json_t *fields = json_object_get(v->json, "fields_in_order");
		assert_int_equal(decoded.framing, FRAMING_NETSTRING);
		assert_int_equal(m.count, json_array_size(fields));
		for (size_t i = 0; i < m.count; i++)
			assert_field(&m.fields[i], json_array_get(fields, i));
		if (has(v->json, "inner_auth_covers_text"))
			assert_text(&m, text_of(v->json, "inner_auth_covers_text"));
	} else {
		assert_int_equal(decoded.framing, FRAMING_TEXT);
		assert_text(&m, text_of(v->json, "authenticated_text"));
	}
	auth_free(auth);
}

static void vectors_decode_and_have_their_fields_in_order(void **state)
{
	(void)state;
	each_vector(check_fields);
}

static void check_rendering(const struct vector *v)
{
	struct auth *auth = auth_with_active(v->index);
	struct message m;
	struct decoded decoded;
	uint8_t memory[VECTOR_MAX];
	struct writer w = writer_over(memory, sizeof memory);

	assert_int_equal(decode(v->data, auth, false, &m, &decoded), CODEC_OK);
	if (decoded.framing == FRAMING_TEXT)
		assert_true(codec_text(&m, auth, &w));
	else
		assert_true(codec_netstring(&m, auth, message_find(&m, "auth") != NULL, &w));
	assert_true(bytes_equal(writer_done(&w), v->data));
	auth_free(auth);
}

static void vectors_are_rendered_again_byte_for_byte(void **state)
{
	(void)state;
	each_vector(check_rendering);
}

/* The reference accepts these: index 3 (crc) from anybody, while its active key is 1. */
static void check_downgrade(const struct vector *v)
{
	struct message m;
	struct decoded decoded;

	for (unsigned active = 1; active <= 3; active++) {
		struct auth *auth = auth_with_active(active);
		if (active == v->index) {
			assert_int_equal(decode(v->data, auth, false, &m, &decoded), CODEC_OK);
		} else {
			assert_int_equal(decode(v->data, auth, false, &m, &decoded), CODEC_UNAUTHENTIC);
			assert_int_equal(decoded.auth, AUTH_NOT_ACTIVE);
			assert_int_equal(decoded.auth_index, v->index);
			assert_int_equal(m.count, 0);
		}
		assert_int_equal(decode(v->data, auth, true, &m, &decoded), CODEC_OK);
		assert_true(m.count > 0);
		auth_free(auth);
	}
}

static void vectors_signed_with_another_index_than_the_active_one_are_refused(void **state)
{
	(void)state;
	each_vector(check_downgrade);
}

static void check_bits(const struct vector *v)
{
	struct auth *auth = auth_with_active(v->index);
	struct message m;
	struct decoded decoded;
	uint8_t altered[VECTOR_MAX];

	memcpy(altered, v->data.at, v->data.len);
	for (size_t bit = 0; bit < v->data.len * 8; bit++) {
		altered[bit / 8] = (uint8_t)(altered[bit / 8] ^ 1U << bit % 8);
		for (int any_index = 0; any_index < 2; any_index++) {
			assert_int_not_equal(
				decode((struct bytes){altered, v->data.len}, auth, any_index != 0, &m, &decoded),
				CODEC_OK);
			assert_int_equal(m.count, 0);
			assert_int_not_equal(decoded.why[0], '\0');
		}
		altered[bit / 8] = v->data.at[bit / 8];
	}
	auth_free(auth);
}

static void vectors_with_any_bit_flipped_are_refused(void **state)
{
	(void)state;
	each_vector(check_bits);
}

static void check_lengths(const struct vector *v)
{
	struct auth *auth = auth_with_active(v->index);
	struct message m;
	struct decoded decoded;

	for (size_t len = 0; len < v->data.len; len++) {
		uint8_t *exact = g_memdup2(v->data.at, len); /* so that a sanitizer sees a read past the end */
		assert_int_not_equal(decode((struct bytes){exact, len}, auth, true, &m, &decoded), CODEC_OK);
		assert_int_equal(m.count, 0);
		g_free(exact);
	}
	auth_free(auth);
}

static void vectors_cut_at_any_length_are_refused(void **state)
{
	(void)state;
	each_vector(check_lengths);
}

/* Puts another signature in the place of the last "INDEX DIGEST" of a vector; its length in front is corrected. */
static struct bytes with_signature(const struct vector *v, const char *token, uint8_t memory[VECTOR_MAX])
{
	struct writer w = writer_over(memory, VECTOR_MAX);
	struct reader r = reader_over(v->data);

	if (has(v->json, "authenticated_prefix_length")) {
		writer_bytes(&w, reader_take(&r, number_of(v->json, "authenticated_prefix_length")));
		writer_format(&w, "%zu:%s", strlen(token), token);
		writer_byte(&w, ',');
	} else {
		writer_format(&w, ">>>\n%s", text_of(v->json, "authenticated_text"));
		writer_format(&w, "auth=%s\n<<<\n", token);
	}
	assert_false(w.overflowed);
	return writer_done(&w);
}

static void check_signatures(const struct vector *v)
{
	const char *good = text_of(v->json, has(v->json, "digest") ? "digest" : "trailer_digest");
	char *upper = g_ascii_strup(good, -1), *index = g_strdup_printf("%u", v->index);
	char *made[] = {
		g_strconcat(index, " ", good, NULL), /* the right signature is accepted */
		g_strdup(""),
		g_strdup(" "),
		g_strdup(index),
		g_strconcat(index, " ", NULL),
		g_strconcat(index, "  ", good, NULL),
		g_strconcat(index, " ", good, " ", NULL),
		g_strconcat(index, " ", good, "0", NULL),
		g_strconcat(index, " 0", good, NULL),
		g_strdup_printf("%s %.*s", index, (int)strlen(good) - 1, good),
		g_strdup_printf("%s %.1s", index, good),
		g_strconcat("0", index, " ", good, NULL),
		g_strconcat("-", index, " ", good, NULL),
		g_strconcat("+", index, " ", good, NULL),
		g_strconcat(" ", index, " ", good, NULL),
		g_strconcat("0 ", good, NULL),
		g_strconcat("7 ", good, NULL),
		g_strconcat("15 ", good, NULL),
		g_strconcat("16 ", good, NULL),
		g_strconcat("4294967297 ", good, NULL),
		g_strconcat("99999999999999999999999 ", good, NULL),
		g_strconcat("x ", good, NULL),
		g_strdup(good),
		strcmp(upper, good) != 0 ? g_strconcat(index, " ", upper, NULL) : g_strdup("1"),
	};
	uint8_t memory[VECTOR_MAX];
	struct auth *auth = auth_with_active(v->index);
	struct message m;
	struct decoded decoded;

	for (size_t i = 0; i < G_N_ELEMENTS(made); i++) {
		enum codec_verdict verdict = decode(with_signature(v, made[i], memory), auth, true, &m, &decoded);
		if ((verdict == CODEC_OK) != (i == 0))
			print_error("signature \"%s\"\n", made[i]);
		assert_int_equal(verdict, i == 0 ? CODEC_OK : CODEC_UNAUTHENTIC);
		g_free(made[i]);
	}
	g_free(upper);
	g_free(index);
	auth_free(auth);
}

static void vectors_with_an_empty_short_foreign_or_oddly_written_signature_are_refused(void **state)
{
	(void)state;
	each_vector(check_signatures);
}

static void check_without_keys(const struct vector *v)
{
	struct message m;
	struct decoded decoded;

	assert_int_equal(decode(v->data, NULL, false, &m, &decoded), CODEC_OK);
	assert_int_equal(decoded.auth, AUTH_NOT_CHECKED);
	assert_true(decoded.has_index);
	assert_int_equal(decoded.auth_index, v->index);
	assert_null(decoded.framing == FRAMING_TEXT ? message_find(&m, "auth") : NULL);
}

static void vectors_decode_without_keys_as_not_checked(void **state)
{
	(void)state;
	each_vector(check_without_keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(vectors_decode_and_have_their_fields_in_order, say_where),
		cmocka_unit_test_teardown(vectors_are_rendered_again_byte_for_byte, say_where),
		cmocka_unit_test_teardown(vectors_signed_with_another_index_than_the_active_one_are_refused, say_where),
		cmocka_unit_test_teardown(vectors_with_any_bit_flipped_are_refused, say_where),
		cmocka_unit_test_teardown(vectors_cut_at_any_length_are_refused, say_where),
		cmocka_unit_test_teardown(
			vectors_with_an_empty_short_foreign_or_oddly_written_signature_are_refused, say_where),
		cmocka_unit_test_teardown(vectors_decode_without_keys_as_not_checked, say_where),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
