// SPDX-License-Identifier: MIT
#include "heartbeat/core/codec.h"

#include "heartbeat/core/codec_parts.h"

static const char payload_name[] = "_compressed_payload", algorithm_name[] = "_compression_algorithm";

const char *codec_verdict_text(enum codec_verdict v)
{
	static const char *const texts[CODEC_VERDICTS] = {
		[CODEC_OK] = "ok",
		[CODEC_NOT_OURS] = "not a heartbeat message",
		[CODEC_MALFORMED] = "malformed",
		[CODEC_TOO_LARGE] = "too large",
		[CODEC_UNAUTHENTIC] = "not authentic",
		[CODEC_BAD_COMPRESSION] = "bad compression",
	};

	return (unsigned)v < CODEC_VERDICTS ? texts[v] : "unknown";
}

/* --- decoding --------------------------------------------------------------------------------- */

static enum codec_verdict decode_framing(struct bytes in, struct auth *auth, bool any_index, struct message *m,
	struct decoded *decoded, enum framing *framing)
{
	struct reader r = reader_over(in);

	if (reader_skip(&r, "###\n")) {
		*framing = FRAMING_NETSTRING;
		return netstring_decode(in, auth, any_index, m, decoded);
	}
	if (reader_skip(&r, ">>>\n")) {
		*framing = FRAMING_TEXT;
		return text_decode(in, auth, any_index, m, decoded);
	}
	return codec_refuse(decoded, CODEC_NOT_OURS, "begins neither with \"###\" nor with \">>>\" and a newline");
}

/* Unpack a compressed message.  A compressed message inside a compressed message is refused. */
static enum codec_verdict decode_packed(struct message *m, struct decoded *decoded)
{
	struct bytes packed = message_find(m, payload_name)->value, plain;
	enum framing inner;

	decoded->compressed = true;
	enum codec_verdict v = compress_expand(message_string(m, algorithm_name), packed, m, &plain, decoded);
	if (v != CODEC_OK)
		return v;
	m->count = 0;
	/* The inner message may have its own field "auth".  It is not checked, because the outer signature was
	 * checked. */
	struct decoded inside = *decoded;
	v = decode_framing(plain, NULL, false, m, &inside, &inner);
	if (v == CODEC_TOO_LARGE)
		return codec_refuse(decoded, v, "in the unpacked message: %.70s", inside.why);
	if (v != CODEC_OK)
		return codec_refuse(decoded, CODEC_BAD_COMPRESSION, "in the unpacked message: %.70s", inside.why);
	if (message_find(m, payload_name))
		return codec_refuse(decoded, CODEC_BAD_COMPRESSION, "a compressed message inside a compressed message");
	return CODEC_OK;
}

enum codec_verdict codec_decode(
	struct bytes datagram, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded)
{
	enum codec_verdict v;

	*decoded = (struct decoded){.auth = AUTH_NOT_CHECKED};
	message_clear(m);
	if (datagram.len > CODEC_DATAGRAM_MAX)
		return codec_refuse(
			decoded, CODEC_TOO_LARGE, "%zu bytes, the limit is %d", datagram.len, (int)CODEC_DATAGRAM_MAX);
	v = decode_framing(datagram, auth, any_index, m, decoded, &decoded->framing);
	if (v == CODEC_OK) {
		const struct field *payload = message_find(m, payload_name);
		if (payload && payload->type == FIELD_BINARY)
			v = decode_packed(m, decoded);
	}
	if (v != CODEC_OK)
		message_clear(m);
	return v;
}

/* --- compressed encoding ---------------------------------------------------------------------- */

bool codec_compressed(
	const struct message *m, struct auth *auth, bool with_auth_field, const char *method, struct writer *out)
{
	uint8_t plain_memory[CODEC_UNCOMPRESSED_MAX], packed_memory[CODEC_DATAGRAM_MAX];
	struct writer plain = writer_over(plain_memory, sizeof plain_memory),
		      packed = writer_over(packed_memory, sizeof packed_memory);
	struct message outer;
	uint8_t arena[CODEC_DATAGRAM_MAX + 256];

	if (with_auth_field) {
		if (!codec_text(m, auth, &plain))
			return false;
		writer_byte(&plain, '\0'); /* doc/protocol.md 2: "one NUL, which is counted" */
	} else if (!codec_netstring(m, NULL, false, &plain)) {
		return false;
	}
	if (plain.overflowed || !compress_pack(method, writer_done(&plain), &packed))
		return false;
	message_init(&outer, arena, sizeof arena);
	message_add_bytes(&outer, FIELD_BINARY, bytes_of(payload_name), writer_done(&packed));
	message_add(&outer, algorithm_name, method);
	return codec_netstring(&outer, auth, false, out);
}
