// SPDX-License-Identifier: MIT
/* Any bytes as a datagram: both framings, with and without keys.  What decodes is rendered in every way and must come
 * back the same; what is rendered must be rendered the same again. */
#include <string.h>

#include "heartbeat/core/codec.h"
#include "tests/fuzz/fuzz.h"

enum { ROOM = CODEC_UNCOMPRESSED_MAX };

static struct auth *auth;
static uint8_t arena[ROOM], again_arena[ROOM], first_memory[ROOM], second_memory[ROOM];

static void put_key(struct authkeys *keys, unsigned index, enum auth_method method, const char *text)
{
	keys->keys[index].method = method;
	keys->keys[index].len = strlen(text);
	memcpy(keys->keys[index].key, text, strlen(text));
}

static void make_auth(void)
{
	static struct authkeys keys;

	put_key(&keys, 1, AUTH_SHA1, "PwTestKey-Alpha");
	put_key(&keys, 2, AUTH_MD5, "PwTestKey-Beta");
	put_key(&keys, 3, AUTH_CRC, "");
	keys.active = 1;
	auth = auth_new(&keys);
	MUST(auth);
}

static bool is_auth(const struct field *f)
{
	return bytes_equal_text(f->name, "auth");
}

/* Equal except for fields named auth, which encoders compute again. */
static bool same_fields(const struct message *a, const struct message *b)
{
	size_t i = 0, j = 0;

	for (;; i++, j++) {
		while (i < a->count && is_auth(&a->fields[i]))
			i++;
		while (j < b->count && is_auth(&b->fields[j]))
			j++;
		if (i == a->count || j == b->count)
			return i == a->count && j == b->count;
		if (a->fields[i].type != b->fields[j].type || !bytes_equal(a->fields[i].name, b->fields[j].name) ||
		    !bytes_equal(a->fields[i].value, b->fields[j].value))
			return false;
	}
}

enum rendering { NETSTRING, NETSTRING_UNSIGNED, CLASSIC, TEXT, TEXT_UNSIGNED, ZLIB, RENDERINGS };

static bool render(enum rendering how, const struct message *m, struct writer *out)
{
	switch (how) {
	case NETSTRING:
		return codec_netstring(m, auth, false, out);
	case NETSTRING_UNSIGNED:
		return codec_netstring(m, NULL, false, out);
	case CLASSIC:
		return codec_netstring(m, auth, true, out);
	case TEXT:
		return codec_text(m, auth, out);
	case TEXT_UNSIGNED:
		return codec_text(m, NULL, out);
	case ZLIB:
		return codec_compressed(m, auth, false, "zlib", out);
	case RENDERINGS:
		break;
	}
	return false;
}

static void round_trip(const struct message *m, enum rendering how)
{
	struct writer first = writer_over(first_memory, ROOM), second = writer_over(second_memory, ROOM);
	struct message again;
	struct decoded decoded;
	bool is_signed = how != NETSTRING_UNSIGNED && how != TEXT_UNSIGNED;

	/* a packed message within a packed message is refused when it is read */
	if ((how == ZLIB && message_find(m, "_compressed_payload")) || !render(how, m, &first) ||
		first.len > CODEC_DATAGRAM_MAX)
		return;
	message_init(&again, again_arena, ROOM);
	enum codec_verdict v = codec_decode(writer_done(&first), is_signed ? auth : NULL, false, &again, &decoded);
	/* the codec adds the field auth, which may be one field too many */
	MUST(v == CODEC_OK || (how == CLASSIC && v == CODEC_MALFORMED && m->count == MESSAGE_FIELDS_MAX));
	if (v != CODEC_OK)
		return;
	MUST(same_fields(m, &again));
	MUST(render(how, &again, &second));
	MUST(bytes_equal(writer_done(&first), writer_done(&second)));
}

static void check(struct bytes datagram, struct auth *with, bool any_index)
{
	struct message m;
	struct decoded decoded;

	message_init(&m, arena, ROOM);
	enum codec_verdict v = codec_decode(datagram, with, any_index, &m, &decoded);
	MUST(memchr(decoded.why, '\0', sizeof decoded.why));
	if (v != CODEC_OK) {
		MUST(m.count == 0 && decoded.why[0] != '\0');
		return;
	}
	MUST(!m.broken && m.count <= MESSAGE_FIELDS_MAX);
	MUST(!with || decoded.auth == AUTH_OK);
	for (int how = 0; how < RENDERINGS; how++)
		if (how != ZLIB || datagram.len % 16 == 0) /* slow */
			round_trip(&m, (enum rendering)how);
	struct writer w = writer_over(first_memory, ROOM);
	MUST(decoded.compressed || codec_netstring(&m, NULL, false, &w)); /* what was read can be sent */
}

/* Bytes as a list of fields: TYPE NAMELEN NAME VALUELEN VALUE ... */
static void check_built(struct bytes b)
{
	static uint8_t memory[ROOM];
	struct reader r = reader_over(b);
	struct message m;

	message_init(&m, memory, sizeof memory);
	while (reader_left(&r) > 2) {
		enum field_type type = (enum field_type)(reader_byte(&r) % 5);
		struct bytes name = reader_take(&r, (size_t)reader_byte(&r) % 16);
		int len = reader_byte(&r);
		struct bytes value = reader_take(&r, len < 0 ? 0 : (size_t)len);
		if (r.failed)
			break;
		message_add_bytes(&m, type, name, value);
		if (m.broken)
			break;
	}
	if (m.broken) {
		struct writer w = writer_over(first_memory, ROOM);
		MUST(!codec_netstring(&m, auth, false, &w) && !codec_text(&m, auth, &w));
		return;
	}
	for (int how = 0; how < RENDERINGS; how++)
		if (how != ZLIB || b.len % 16 == 0)
			round_trip(&m, (enum rendering)how);
}

/* A right signature for whatever it is, so that the fields behind the lock are reached. */
static void check_sealed(struct bytes body)
{
	static uint8_t memory[CODEC_DATAGRAM_MAX + 64];
	struct writer w = writer_over(memory, sizeof memory);
	char digest[AUTH_DIGEST_MAX + 1];

	size_t len = auth_digest(auth, 1, body, digest);
	MUST(len == 40);
	writer_bytes(&w, body);
	writer_format(&w, "%zu:1 %s", len + 2, digest);
	writer_byte(&w, ',');
	check(writer_done(&w), auth, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = {data, size};

	if (size > CODEC_DATAGRAM_MAX + 1)
		return 0;
	if (!auth)
		make_auth();
	check(b, auth, false);
	check(b, auth, true);
	check(b, NULL, false);
	if (size <= CODEC_DATAGRAM_MAX)
		check_sealed(b);
	check_built(b);
	return 0;
}
