// SPDX-License-Identifier: MIT
/* hb_dump: verifies one datagram and prints it. */
#include <glib.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/hb_dump.h"

enum { UUID_BYTES = 16, VALUE_SHOWN_MAX = 4096, NAME_WIDTH = 12 };

/* --- verifying -------------------------------------------------------------------------------------------------- */

static const char *method_of(const struct dump *d, unsigned index)
{
	enum auth_method method = d->keys->auth ? auth_method_of(d->keys->auth, index) : AUTH_NONE;

	return method == AUTH_NONE ? NULL : auth_method_name(method);
}

static void give_reason(struct dump *d)
{
	unsigned index = d->frame.auth_index;

	if (!d->keys->auth && d->verdict == CODEC_OK)
		(void)snprintf(d->reason, sizeof d->reason, "not verified: %s", d->keys->why_none);
	else if (d->verdict == CODEC_UNAUTHENTIC && d->frame.auth == AUTH_BAD_INDEX)
		(void)snprintf(d->reason, sizeof d->reason, "signed with key %u, which %.128s does not have", index,
			d->keys->file);
	else if (d->verdict == CODEC_UNAUTHENTIC && d->frame.auth == AUTH_BAD_DIGEST)
		(void)snprintf(d->reason, sizeof d->reason, "key %u %s: %s", index, method_of(d, index),
			auth_verdict_text(d->frame.auth));
	else
		(void)snprintf(d->reason, sizeof d->reason, "%s: %s", codec_verdict_text(d->verdict), d->frame.why);
}

void dump_judge(struct dump *d, const struct dump_keys *keys, struct bytes datagram, void *arena, size_t cap)
{
	struct decoded again;

	*d = (struct dump){.keys = keys, .length = datagram.len};
	message_init(&d->message, arena, cap);
	d->verdict = codec_decode(datagram, keys->auth, true, &d->message, &d->frame);
	d->ok = keys->auth && d->verdict == CODEC_OK;
	d->decoded = d->verdict == CODEC_OK;
	if (!d->ok)
		give_reason(d);
	/* The fields of an unauthentic datagram may still help to find its sender. */
	if (d->verdict == CODEC_UNAUTHENTIC)
		d->decoded = codec_decode(datagram, NULL, true, &d->message, &again) == CODEC_OK;
}

static const char *framing_name(const struct dump *d)
{
	if (d->verdict == CODEC_NOT_OURS || (d->verdict == CODEC_TOO_LARGE && d->length > CODEC_DATAGRAM_MAX))
		return NULL;
	return d->frame.framing == FRAMING_TEXT ? "text" : "netstring";
}

/* --- for people ------------------------------------------------------------------------------------------------- */

static void explain_decimal(uint64_t value, char *out, size_t cap)
{
	(void)snprintf(out, cap, "%" PRIu64, value);
}

static void explain_date(uint64_t value, char *out, size_t cap)
{
	time_t seconds = (time_t)value;
	struct tm parts;

	if (value > INT64_MAX / 2 || !gmtime_r(&seconds, &parts) ||
		strftime(out, cap, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
		(void)snprintf(out, cap, "no date");
}

static void explain_ms(uint64_t value, char *out, size_t cap)
{
	(void)snprintf(out, cap, "%" PRIu64 " ms", value);
}

/* Hex fields: doc/protocol.md 3.1.  The numbers of a retransmission request are decimal,
 * that of its refusal is hex. */
static const struct explained {
	const char *name;
	const char *only_in; /* message type, NULL: any */
	void (*explain)(uint64_t value, char *out, size_t cap);
} explained[] = {
	{"seq", NULL, explain_decimal},
	{"hg", NULL, explain_decimal},
	{"ts", NULL, explain_date},
	{"dt", NULL, explain_ms},
	{"ackseq", NULL, explain_decimal},
	{"firstseq", "NS_nak_rexmit", explain_decimal},
};

static void print_explanation(const struct dump *d, const struct field *f)
{
	char text[64];
	uint64_t value;

	for (size_t i = 0; i < sizeof explained / sizeof explained[0]; i++) {
		const struct explained *e = &explained[i];
		if (!bytes_equal_text(f->name, e->name) || (e->only_in && !message_is(&d->message, "t", e->only_in)))
			continue;
		if (bytes_to_u64(f->value, 16, &value))
			e->explain(value, text, sizeof text);
		else
			(void)snprintf(text, sizeof text, "not a hexadecimal number");
		(void)printf("  (%s)", text);
	}
}

static void print_bytes(struct bytes b)
{
	(void)fwrite(b.at, 1, b.len, stdout);
}

static bool is_binary(const struct field *f)
{
	return f->type == FIELD_BINARY || f->type == FIELD_COMPRESSED;
}

static void print_uuid(struct bytes b)
{
	for (size_t i = 0; i < UUID_BYTES; i++)
		(void)printf("%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b.at[i]);
}

static void print_field(const struct dump *d, const struct field *f)
{
	static const char *const kinds[] = {"", "binary ", "message ", "list ", "compressed "};
	uint8_t memory[VALUE_SHOWN_MAX * 4 + 8], name[MESSAGE_NAME_MAX * 4 + 8];
	struct writer w = writer_over(memory, sizeof memory), n = writer_over(name, sizeof name);

	writer_escaped(&n, f->name, MESSAGE_NAME_MAX);
	(void)printf("  %-*.*s  %s", NAME_WIDTH, (int)n.len, (const char *)name, kinds[f->type]);
	if (f->type == FIELD_BINARY && f->value.len == UUID_BYTES) {
		print_uuid(f->value);
	} else if (is_binary(f)) {
		size_t len = f->value.len < VALUE_SHOWN_MAX ? f->value.len : VALUE_SHOWN_MAX;
		writer_hex(&w, (struct bytes){f->value.at, len});
		print_bytes(writer_done(&w));
		(void)printf("%s (%zu bytes)", len < f->value.len ? "..." : "", f->value.len);
	} else {
		writer_escaped(&w, f->value, VALUE_SHOWN_MAX);
		print_bytes(writer_done(&w));
	}
	if (f->type == FIELD_STRING)
		print_explanation(d, f);
	(void)putchar('\n');
}

static void print_verdict(const struct dump *d)
{
	unsigned index = d->frame.auth_index;

	if (!d->ok) {
		if (d->frame.has_index && d->verdict == CODEC_OK)
			(void)printf("  signed with key %u\n", index);
		(void)printf("  %s%s\n", d->verdict == CODEC_OK ? "" : "REFUSED: ", d->reason);
		if (d->decoded && d->verdict != CODEC_OK)
			(void)printf("  its content, which cannot be trusted:\n");
		return;
	}
	(void)printf("  signed with key %u %s: verified\n", index, method_of(d, index));
	unsigned active = auth_active(d->keys->auth);
	if (index != active)
		(void)printf(
			"  signed with key %u %s, but this file's active key is %u %s: a node with this file drops the message\n",
			index, method_of(d, index), active, method_of(d, active));
}

void dump_print_human(const struct dump *d, const char *title)
{
	const char *framing = framing_name(d);

	(void)printf("%s: %s, %zu bytes%s\n", title, framing ? framing : "no heartbeat framing", d->length,
		d->frame.compressed ? ", compressed" : "");
	print_verdict(d);
	for (size_t i = 0; d->decoded && i < d->message.count; i++)
		print_field(d, &d->message.fields[i]);
	(void)putchar('\n');
}

/* --- for programs ----------------------------------------------------------------------------------------------- */

/* Valid UTF-8 is copied; any other byte becomes the character with the same number. */
static json_t *json_text(struct bytes b)
{
	GString *text = g_string_sized_new(b.len);
	const char *at = (const char *)b.at;
	size_t left = b.len;

	while (left > 0) {
		const char *end;
		(void)g_utf8_validate_len(at, left, &end); /* stops at a NUL: handled below */
		g_string_append_len(text, at, end - at);
		left -= (size_t)(end - at);
		if (left > 0) {
			g_string_append_unichar(text, (unsigned char)*end);
			at = end + 1;
			left--;
		}
	}
	json_t *node = json_stringn(text->str, text->len);
	(void)g_string_free(text, TRUE);
	return node;
}

static json_t *json_hex(struct bytes b)
{
	char *hex = g_malloc(b.len * 2 + 1);
	struct writer w = writer_over(hex, b.len * 2);

	writer_hex(&w, b);
	json_t *node = json_stringn(hex, w.len);
	g_free(hex);
	return node;
}

static json_t *json_auth(const struct dump *d)
{
	json_t *auth = json_object();
	const char *method = d->frame.has_index ? method_of(d, d->frame.auth_index) : NULL;

	json_object_set_new(auth, "index", d->frame.has_index ? json_integer(d->frame.auth_index) : json_null());
	json_object_set_new(auth, "method", method ? json_string(method) : json_null());
	json_object_set_new(auth, "ok", json_boolean(d->ok));
	if (!d->ok)
		json_object_set_new(auth, "reason", json_text(bytes_of(d->reason)));
	return auth;
}

void dump_print_json(const struct dump *d)
{
	json_t *top = json_object(), *fields = json_array();
	const char *framing = framing_name(d);

	json_object_set_new(top, "framing", framing ? json_string(framing) : json_null());
	json_object_set_new(top, "auth", json_auth(d));
	for (size_t i = 0; d->decoded && i < d->message.count; i++) {
		const struct field *f = &d->message.fields[i];
		json_t *row = json_array();
		json_array_append_new(row, json_text(f->name));
		json_array_append_new(row, json_integer(f->type));
		json_array_append_new(row, is_binary(f) ? json_hex(f->value) : json_text(f->value));
		json_array_append_new(fields, row);
	}
	json_object_set_new(top, "fields", fields);
	(void)json_dumpf(top, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	(void)putchar('\n');
	json_decref(top);
}
