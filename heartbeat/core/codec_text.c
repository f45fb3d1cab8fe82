// SPDX-License-Identifier: MIT
/* Text framing: ">>>\n" { ["(T)"] NAME "=" VALUE "\n" } "<<<\n"; the signature is the field "auth". */
#include <string.h>

#include "heartbeat/core/codec_items.h"
#include "heartbeat/core/codec_parts.h"

/* The byte that replaces a newline in a string. */
enum { NEWLINE_SUBSTITUTE = 0x13 };

static bool contains(struct bytes b, int byte)
{
	return b.len > 0 && memchr(b.at, byte, b.len) != NULL;
}

/* --- decoding --------------------------------------------------------------------------------- */

/* The next line that is not blank, without its newline.  Returns false at "<<<\n" (then *ended), or when there is no
 * further complete line. */
static bool next_line(struct reader *r, struct bytes *line, bool *ended)
{
	*ended = false;
	while (reader_left(r) > 0) {
		*line = reader_until(r, '\n');
		if (r->failed)
			return false;
		*ended = bytes_equal_text(*line, "<<<");
		if (*ended)
			return false;
		if (line->len > 0)
			return true;
	}
	return false;
}

/* The line "auth=..." is the signature; "(N)auth=..." is not. */
static bool is_signature(struct bytes line, struct bytes *token)
{
	struct reader r = reader_over(line);

	if (!reader_skip(&r, "auth="))
		return false;
	*token = reader_take(&r, reader_left(&r));
	return true;
}

/* Find the signature, and collect in the arena the bytes that it covers: the other lines, in their order.  These are
 * also the lines that we would write for the parsed fields, because append_line accepts only one spelling of each field
 * (type 0, base64). */
static enum codec_verdict check_lines(
	struct bytes in, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded)
{
	struct reader r = reader_over(in);
	struct bytes line, token = {0};
	unsigned signatures = 0;
	bool ended;

	(void)reader_skip(&r, ">>>\n"); /* the caller has checked that this succeeds */
	struct writer covered = m->arena;
	size_t mark = covered.len;
	while (next_line(&r, &line, &ended)) {
		if (is_signature(line, &token)) {
			signatures++;
		} else if (auth) {
			writer_bytes(&covered, line);
			writer_byte(&covered, '\n');
		}
	}
	if (!ended)
		return codec_refuse(decoded, CODEC_MALFORMED, "no line \"<<<\" at the end");
	if (!codec_only_nul(&r))
		return codec_refuse(decoded, CODEC_MALFORMED, "unexpected bytes behind the line \"<<<\"");
	if (signatures > 1)
		return codec_refuse(decoded, CODEC_MALFORMED, "%u auth fields", signatures);
	if (covered.overflowed)
		return codec_refuse(decoded, CODEC_TOO_LARGE, "no room for %zu bytes", in.len);
	if (signatures == 0 && !auth)
		return CODEC_OK;
	struct reader gathered = reader_over(writer_done(&covered));
	(void)reader_take(&gathered, mark);
	return codec_check(auth, any_index, token, reader_take(&gathered, reader_left(&gathered)), decoded);
}

/* Restore the newlines of a string, in a copy.  A string without newlines is not copied. */
static bool restore_newlines(struct message *m, struct bytes *value)
{
	if (!contains(*value, NEWLINE_SUBSTITUTE))
		return true;
	uint8_t *copy = writer_reserve(&m->arena, value->len);
	if (!copy)
		return false;
	for (size_t i = 0; i < value->len; i++)
		copy[i] = value->at[i] == NEWLINE_SUBSTITUTE ? '\n' : value->at[i];
	value->at = copy;
	return true;
}

static bool from_base64(struct message *m, struct bytes *value)
{
	struct reader whole;
	size_t mark = m->arena.len;

	if (!writer_unbase64(&m->arena, *value))
		return false;
	whole = reader_over(writer_done(&m->arena));
	(void)reader_take(&whole, mark);
	*value = reader_take(&whole, reader_left(&whole));
	return true;
}

/* Read the type before the name: "(1)" to "(4)", or nothing for a string.  "(0)" is an error, as in Heartbeat 3.0.6. */
static bool take_type(struct reader *r, enum field_type *type)
{
	*type = FIELD_STRING;
	if (!reader_skip(r, "("))
		return true;
	int digit = reader_byte(r);
	if (digit <= '0' + FIELD_STRING || digit > '0' + FIELD_COMPRESSED)
		return false;
	*type = (enum field_type)(digit - '0');
	return reader_skip(r, ")");
}

static enum codec_verdict append_line(struct bytes line, size_t number, struct message *m, struct decoded *decoded)
{
	struct reader r = reader_over(line);
	enum field_type type;
	const char *why;
	bool good = true;

	if (!take_type(&r, &type))
		return codec_refuse(decoded, CODEC_MALFORMED, "unknown type in line %zu", number);
	struct bytes name = reader_until(&r, '=');
	if (r.failed)
		return codec_refuse(decoded, CODEC_MALFORMED, "no NAME=VALUE in line %zu", number);
	struct bytes value = reader_take(&r, reader_left(&r));
	switch (type) {
	case FIELD_STRING:
		good = restore_newlines(m, &value);
		break;
	case FIELD_BINARY:
	case FIELD_COMPRESSED:
		good = from_base64(m, &value);
		break;
	case FIELD_LIST:
		good = items_are_list(value) && !contains(value, '\0');
		break;
	case FIELD_MESSAGE:
		return codec_refuse(decoded, CODEC_MALFORMED,
			"a nested message in line %zu: only netstring framing has them", number);
	}
	if (m->arena.overflowed)
		return codec_refuse(decoded, CODEC_TOO_LARGE, "no room for the value in line %zu", number);
	if (!good)
		return codec_refuse(decoded, CODEC_MALFORMED, "malformed %s in line %zu",
			type == FIELD_LIST ? "list" : "base64", number);
	if (!message_append(m, type, name, value, &why))
		return codec_refuse(decoded, CODEC_MALFORMED, "%.60s in line %zu", why, number);
	return CODEC_OK;
}

enum codec_verdict text_decode(
	struct bytes in, struct auth *auth, bool any_index, struct message *m, struct decoded *decoded)
{
	struct reader r = reader_over(in);
	struct bytes line, token;
	size_t number = 0; /* blank lines are not counted; ">>>" is line 0 */
	bool ended;
	enum codec_verdict v = check_lines(in, auth, any_index, m, decoded);

	(void)reader_skip(&r, ">>>\n");
	while (v == CODEC_OK && next_line(&r, &line, &ended)) {
		number++;
		if (!is_signature(line, &token))
			v = append_line(line, number, m, decoded);
	}
	return v;
}

/* --- encoding --------------------------------------------------------------------------------- */

/* Write a string that contains a newline.  Returns false if the string cannot be written as text. */
static bool write_string(struct writer *out, struct bytes value)
{
	for (size_t i = 0; i < value.len; i++)
		writer_byte(out, value.at[i] == '\n' ? NEWLINE_SUBSTITUTE : value.at[i]);
	return !bytes_have(value, NEWLINE_SUBSTITUTE);
}

/* Write a value of any other type.  Returns false if it cannot be written as text. */
static bool write_value(struct writer *out, const struct field *f)
{
	switch (f->type) {
	case FIELD_BINARY:
	case FIELD_COMPRESSED:
		writer_base64(out, f->value);
		return true;
	case FIELD_LIST:
		writer_bytes(out, f->value);
		return items_are_list(f->value) && !contains(f->value, '\n') && !contains(f->value, '\0');
	case FIELD_STRING:
	case FIELD_MESSAGE:
		break;
	}
	return false;
}

static bool write_line(struct writer *out, const struct field *f)
{
	const uint8_t type[] = {'(', (uint8_t)('0' + f->type), ')'};
	struct writer w = *out; /* a local copy, which the compiler can keep in registers */

	if (f->type != FIELD_STRING)
		writer_bytes(&w, (struct bytes){type, sizeof type});
	writer_bytes(&w, f->name);
	writer_byte(&w, '=');
	if (f->type == FIELD_STRING && !bytes_have(f->value, '\n') && !bytes_have(f->value, NEWLINE_SUBSTITUTE)) {
		writer_bytes(&w, f->value);
		writer_byte(&w, '\n');
		*out = w;
		return true;
	}
	*out = w;
	bool good = f->type == FIELD_STRING ? write_string(out, f->value) : write_value(out, f);
	writer_byte(out, '\n');
	return good;
}

bool text_render_lines(const struct message *m, struct writer *out)
{
	for (size_t i = 0; i < m->count; i++)
		if (!codec_is_auth(&m->fields[i]) && !write_line(out, &m->fields[i]))
			return false;
	return !out->overflowed;
}

bool codec_text(const struct message *m, struct auth *auth, struct writer *out)
{
	char digest[AUTH_DIGEST_MAX + 1];

	if (m->broken)
		return false;
	writer_text(out, ">>>\n");
	size_t mark = out->len;
	if (!text_render_lines(m, out))
		return false;
	if (auth) {
		struct reader r = reader_over(writer_done(out));
		(void)reader_take(&r, mark);
		if (auth_digest(auth, auth_active(auth), reader_take(&r, reader_left(&r)), digest) == 0)
			return false;
		writer_format(out, "auth=%u %s\n", auth_active(auth), digest);
	}
	writer_text(out, "<<<\n");
	return !out->overflowed;
}
