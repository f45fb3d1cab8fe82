// SPDX-License-Identifier: MIT
#include "tests/fuzz/compare.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/plain_decoder.h"

enum {
	/* So large that only the limits of the protocol are met, never the end of the arena. */
	ARENA = 4 * CODEC_UNCOMPRESSED_MAX,
	ROOM = 2 * CODEC_DATAGRAM_MAX,
};

static const struct plain_key keys[] = {{COMPARE_ACTIVE_INDEX, PLAIN_SHA1, "PwTestKey-Alpha"},
	{COMPARE_MD5_INDEX, PLAIN_MD5, "PwTestKey-Beta"}, {COMPARE_CRC_INDEX, PLAIN_CRC, ""}};
enum { KEYS = sizeof keys / sizeof *keys };
static const struct plain_keys plain_keys[COMPARE_MODES] = {
	[COMPARE_ACTIVE] = {keys, KEYS, COMPARE_ACTIVE_INDEX, false},
	[COMPARE_ANY_INDEX] = {keys, KEYS, COMPARE_ACTIVE_INDEX, true}};

static struct auth *our_keys(void)
{
	static struct authkeys ours;
	static struct auth *auth;
	static const enum auth_method methods[] = {
		[PLAIN_CRC] = AUTH_CRC, [PLAIN_MD5] = AUTH_MD5, [PLAIN_SHA1] = AUTH_SHA1};
	if (auth)
		return auth;
	for (size_t i = 0; i < KEYS; i++) {
		struct authkey *key = &ours.keys[keys[i].index];
		key->method = methods[keys[i].method];
		key->len = strlen(keys[i].key);
		memcpy(key->key, keys[i].key, key->len);
	}
	ours.active = COMPARE_ACTIVE_INDEX;
	auth = auth_new(&ours);
	MUST(auth);
	return auth;
}

static bool same_bytes(struct bytes ours, const GByteArray *theirs)
{
	return bytes_equal(ours, (struct bytes){theirs->data, theirs->len});
}

static void must_be_same(const struct message *ours, const struct plain_message *theirs)
{
	MUST(ours->count == theirs->fields->len);
	for (size_t i = 0; i < ours->count; i++) {
		const struct plain_field *f = theirs->fields->pdata[i];
		MUST((int)ours->fields[i].type == f->type);
		MUST(same_bytes(ours->fields[i].name, f->name) && same_bytes(ours->fields[i].value, f->value));
	}
}

bool compare_decoders(struct bytes datagram, enum compare_keys how, struct decoded *decoded)
{
	static uint8_t arena[ARENA];
	struct message ours;
	struct decoded unwanted;
	decoded = decoded ? decoded : &unwanted;
	message_init(&ours, arena, sizeof arena);
	enum codec_verdict v = codec_decode(
		datagram, how == COMPARE_WITHOUT_KEYS ? NULL : our_keys(), how == COMPARE_ANY_INDEX, &ours, decoded);
	struct plain_message *theirs =
		plain_decode(datagram.at, datagram.len, how == COMPARE_WITHOUT_KEYS ? NULL : &plain_keys[how]);
	MUST((v == CODEC_OK) == (theirs != NULL));
	MUST(memchr(decoded->why, '\0', sizeof decoded->why));
	if (theirs) {
		must_be_same(&ours, theirs);
		MUST(decoded->compressed == theirs->compressed);
	} else {
		MUST(ours.count == 0 && decoded->why[0]);
	}
	plain_free(theirs);
	return v == CODEC_OK;
}

void compare_sign(struct writer *out, unsigned index, struct bytes b)
{
	char *token = plain_token(&plain_keys[COMPARE_ANY_INDEX], index, b.at, b.len);
	writer_text(out, token);
	g_free(token);
}

/* --- frames around what a fuzzer makes --- */

static uint8_t built[ROOM];
static const unsigned indexes[COMPARE_SIGNATURES] = {
	COMPARE_ACTIVE_INDEX, COMPARE_MD5_INDEX, COMPARE_CRC_INDEX, COMPARE_ACTIVE_INDEX};

struct bytes compare_netstring(struct bytes items, unsigned how)
{
	struct writer w = writer_over(built, sizeof built);
	uint8_t token_memory[AUTH_TOKEN_MAX];
	struct writer token = writer_over(token_memory, sizeof token_memory);
	writer_text(&w, "###\n");
	writer_bytes(&w, items);
	writer_text(&w, "%%%\n");
	if (how == 4)
		return writer_done(&w);
	compare_sign(&token, indexes[how], writer_done(&w));
	if (how == 3)
		token_memory[token.len - 1] ^= 1;
	writer_format(&w, "%zu:", token.len);
	writer_bytes(&w, writer_done(&token));
	writer_byte(&w, ',');
	return writer_done(&w);
}

/* What the signature of text framing covers: no blank lines, no signature. */
static struct bytes covered_lines(struct bytes lines)
{
	static uint8_t memory[ROOM];
	struct writer w = writer_over(memory, sizeof memory);
	for (size_t at = 0, end; at < lines.len; at = end) {
		const uint8_t *newline = memchr(lines.at + at, '\n', lines.len - at);
		end = newline ? (size_t)(newline - lines.at) + 1 : lines.len;
		struct bytes line = {lines.at + at, end - at};
		if (line.len > 1 && !(line.len >= 5 && memcmp(line.at, "auth=", 5) == 0))
			writer_bytes(&w, line);
	}
	return writer_done(&w);
}

struct bytes compare_text(struct bytes lines, unsigned how)
{
	struct writer w = writer_over(built, sizeof built);
	writer_text(&w, ">>>\n");
	writer_bytes(&w, lines);
	if (how != 4) {
		writer_text(&w, "auth=");
		compare_sign(&w, indexes[how], covered_lines(lines));
		if (how == 3)
			built[w.len - 1] ^= 1;
		writer_byte(&w, '\n');
	}
	writer_text(&w, "<<<\n");
	return writer_done(&w);
}
