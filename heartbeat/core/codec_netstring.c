// SPDX-License-Identifier: MIT
/* Netstring framing: "###\n" { LEN ":" "(T)NAME=VALUE" "," } "%%%\n", then the trailer ALEN ":" "INDEX DIGEST" ",". */
#include "heartbeat/core/codec_items.h"
#include "heartbeat/core/codec_parts.h"

/* Read over the items, up to and including "%%%\n", without reading their contents.  The fields of m, which are not
 * used yet, store where each item is, because a second search would cost as much time as the first. */
static enum codec_verdict find_trailer(
	struct reader *from, size_t total, struct message *m, size_t *items, struct decoded *decoded)
{
	struct reader r = *from;
	struct bytes item;
	size_t n = 0;

	while (!reader_skip(&r, "%%%\n")) {
		size_t at = total - reader_left(&r);
		if (!take_item(&r, &item))
			return codec_refuse(
				decoded, CODEC_MALFORMED, "neither LENGTH:FIELD nor the end mark at byte %zu", at);
		if (n == MESSAGE_FIELDS_MAX)
			return codec_refuse(decoded, CODEC_MALFORMED, "more than %d fields at byte %zu",
				(int)MESSAGE_FIELDS_MAX, at);
		m->fields[n++].value = item;
	}
	*from = r;
	*items = n;
	return CODEC_OK;
}

/* Without auth the trailer may be missing (inner messages).  If other bytes follow the fields, they must be a
 * trailer. */
static enum codec_verdict check_trailer(struct reader *r, size_t total, struct bytes covered, struct auth *auth,
	bool any_index, struct decoded *decoded)
{
	size_t at = total - reader_left(r);
	struct bytes token;

	if (!auth && (reader_left(r) == 0 || reader_peek(r) == 0)) {
		if (codec_only_nul(r))
			return CODEC_OK;
		return codec_refuse(decoded, CODEC_MALFORMED, "unexpected bytes behind the end mark at byte %zu", at);
	}
	if (!take_item(r, &token)) {
		decoded->auth = auth ? AUTH_MALFORMED : AUTH_NOT_CHECKED;
		return codec_refuse(
			decoded, auth ? CODEC_UNAUTHENTIC : CODEC_MALFORMED, "no signature at byte %zu", at);
	}
	at = total - reader_left(r);
	if (!codec_only_nul(r))
		return codec_refuse(decoded, CODEC_MALFORMED, "unexpected bytes behind the signature at byte %zu", at);
	return codec_check(auth, any_index, token, covered, decoded);
}

/* The byte at which the n-th item starts, for the log. */
static size_t byte_of(struct bytes covered, size_t n)
{
	struct reader r = reader_over(covered);
	struct bytes item;

	(void)reader_skip(&r, "###\n");
	while (n-- > 0)
		(void)take_item(&r, &item); /* this cannot fail: find_trailer has read every item */
	return covered.len - reader_left(&r);
}

static enum codec_verdict append_fields(struct bytes covered, size_t items, struct message *m, struct decoded *decoded)
{
	struct bytes name, value;
	enum field_type type;
	const char *why;

	for (size_t i = 0; i < items; i++) { /* the new field i overwrites the stored item i */
		if (!split_item(m->fields[i].value, &type, &name, &value))
			return codec_refuse(decoded, CODEC_MALFORMED, "no (TYPE)NAME=VALUE in the field at byte %zu",
				byte_of(covered, i));
		if (type != FIELD_STRING && !items_allow_value(type, value, 0))
			return codec_refuse(decoded, CODEC_MALFORMED, "malformed %s in the field at byte %zu",
					    type == FIELD_LIST ? "list" : "nested message", byte_of(covered, i));
		if (!message_append(m, type, name, value, &why))
			return codec_refuse(decoded, CODEC_MALFORMED, "%.60s at byte %zu", why, byte_of(covered, i));
	}
	return CODEC_OK;
}

enum codec_verdict netstring_decode(
	struct bytes in, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded)
{
	struct reader r = reader_over(in), whole = r;
	size_t items = 0;

	(void)reader_skip(&r, "###\n"); /* the caller has checked that this succeeds */
	m->count = 0;
	enum codec_verdict v = find_trailer(&r, in.len, m, &items, decoded);
	if (v != CODEC_OK)
		return v;
	struct bytes covered = reader_take(&whole, in.len - reader_left(&r));
	v = check_trailer(&r, in.len, covered, auth, any_index, decoded);
	return v == CODEC_OK ? append_fields(covered, items, m, decoded) : v;
}

/* --- encoding --------------------------------------------------------------------------------- */

static void write_item(struct writer *out, enum field_type type, struct bytes name, struct bytes value)
{
	enum { AROUND_NAME = 4 }; /* "(T)" and "=" */
	const uint8_t head[] = {':', '(', (uint8_t)('0' + type), ')'};
	struct writer w = *out;

	writer_number(&w, 10, AROUND_NAME + name.len + value.len);
	writer_bytes(&w, (struct bytes){head, sizeof head});
	writer_bytes(&w, name);
	writer_byte(&w, '=');
	writer_bytes(&w, value);
	writer_byte(&w, ',');
	*out = w;
}

/* Returns the bytes that were written after mark; borrowed from out. */
static struct bytes written_since(const struct writer *out, size_t mark)
{
	struct reader r = reader_over(writer_done(out));

	(void)reader_take(&r, mark);
	return reader_take(&r, reader_left(&r));
}

/* Write "INDEX DIGEST" for these bytes into token.  Returns empty bytes when no digest can be computed. */
static struct bytes sign(struct auth *auth, struct bytes covered, char token[AUTH_TOKEN_MAX])
{
	char digest[AUTH_DIGEST_MAX + 1];
	struct writer w = writer_over(token, AUTH_TOKEN_MAX);

	if (auth_digest(auth, auth_active(auth), covered, digest) == 0)
		return (struct bytes){0};
	writer_number(&w, 10, auth_active(auth));
	writer_byte(&w, ' ');
	writer_text(&w, digest);
	return writer_done(&w);
}

/* Write the field "auth" of msgfmt classic.  Its digest covers the text rendering, which is first written to out and
 * then removed again. */
static bool write_auth_field(const struct message *m, struct auth *auth, struct writer *out)
{
	char token[AUTH_TOKEN_MAX];
	size_t mark = out->len;

	if (!text_render_lines(m, out))
		return false;
	struct bytes signature = sign(auth, written_since(out, mark), token);
	out->len = mark;
	write_item(out, FIELD_STRING, bytes_of("auth"), signature);
	return signature.len > 0;
}

/* Write the trailer, with a digest over all bytes that were written after start. */
static bool write_trailer(struct writer *out, size_t start, struct auth *auth)
{
	char token[AUTH_TOKEN_MAX];
	struct bytes signature = sign(auth, written_since(out, start), token);

	writer_number(out, 10, signature.len);
	writer_byte(out, ':');
	writer_bytes(out, signature);
	writer_byte(out, ',');
	return signature.len > 0 && !out->overflowed;
}

bool codec_netstring(const struct message *m, struct auth *auth, bool with_auth_field, struct writer *out)
{
	size_t start = out->len;

	if (m->broken)
		return false;
	writer_text(out, "###\n");
	for (size_t i = 0; i < m->count; i++) {
		const struct field *f = &m->fields[i];
		if (codec_is_auth(f))
			continue;
		if (f->type != FIELD_STRING && !items_allow_value(f->type, f->value, 0))
			return false;
		write_item(out, f->type, f->name, f->value);
	}
	if (with_auth_field && auth && !write_auth_field(m, auth, out))
		return false;
	writer_text(out, "%%%\n");
	if (!auth)
		return !out->overflowed;
	if (out->overflowed)
		return false;
	return write_trailer(out, start, auth);
}

bool codec_sign_again(struct bytes datagram, struct auth *auth, struct writer *out)
{
	struct reader r = reader_over(datagram), whole = r;
	struct bytes item;
	size_t start = out->len;

	if (!reader_skip(&r, "###\n"))
		return false;
	while (!reader_skip(&r, "%%%\n"))
		if (!take_item(&r, &item))
			return false;
	writer_bytes(out, reader_take(&whole, datagram.len - reader_left(&r)));
	return !out->overflowed && write_trailer(out, start, auth);
}
