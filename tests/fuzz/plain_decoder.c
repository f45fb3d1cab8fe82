// SPDX-License-Identifier: MIT
#include "tests/fuzz/plain_decoder.h"

#include <bzlib.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <zlib.h>

enum { DATAGRAM_MAX = 65507, UNPACKED_MAX = 262144, FIELDS_MAX = 128, NAME_MAX_LEN = 255, DEPTH_MAX = 16 };

/* --- bytes: a place in a text, always with its end --- */

struct text {
	const guint8 *at, *end;
};

static size_t left(struct text t)
{
	return (size_t)(t.end - t.at);
}

static bool starts(struct text t, const char *word)
{
	return left(t) >= strlen(word) && memcmp(t.at, word, strlen(word)) == 0;
}

static bool take(struct text *t, const char *word)
{
	if (!starts(*t, word))
		return false;
	t->at += strlen(word);
	return true;
}

static bool has(struct text t, int byte)
{
	for (const guint8 *at = t.at; at < t.end; at++)
		if (*at == byte)
			return true;
	return false;
}

/* All up to the byte, and over it; false when it is not there. */
static bool take_until(struct text *t, int byte, struct text *taken)
{
	taken->at = t->at;
	for (const guint8 *at = t->at; at < t->end; at++)
		if (*at == byte) {
			taken->end = at;
			t->at = at + 1;
			return true;
		}
	return false;
}

static bool only_nul(struct text t)
{
	for (; t.at < t.end; t.at++)
		if (*t.at != 0)
			return false;
	return true;
}

/* An empty array has no data at all. */
static struct text text_of(const GByteArray *b)
{
	const guint8 *at = b->data ? b->data : (const guint8 *)"";
	return (struct text){at, at + b->len};
}

static GByteArray *copy(struct text t)
{
	return g_byte_array_append(g_byte_array_new(), t.at, (guint)left(t));
}

static bool same_text(struct text t, const char *word)
{
	return left(t) == strlen(word) && starts(t, word);
}

/* --- messages --- */

static void free_field(gpointer data)
{
	struct plain_field *f = data;
	g_byte_array_unref(f->name);
	g_byte_array_unref(f->value);
	g_free(f);
}

static struct plain_message *new_message(void)
{
	struct plain_message *m = g_new0(struct plain_message, 1);
	m->fields = g_ptr_array_new_with_free_func(free_field);
	return m;
}

void plain_free(struct plain_message *m)
{
	if (!m)
		return;
	g_ptr_array_unref(m->fields);
	g_free(m);
}


/* --- what a field may contain (1.1) --- */

static bool name_is_good(struct text name)
{
	return left(name) >= 1 && left(name) <= NAME_MAX_LEN && !has(name, '=') && !has(name, '\n') && !has(name, 0) &&
	       !starts(name, "(") && !starts(name, ">>>") && !starts(name, "<<<");
}

/* "LEN:ITEM,", one spelling for each LEN. */
static bool take_item(struct text *t, struct text *item)
{
	size_t digits = 0, len = 0;
	while (digits < left(*t) && g_ascii_isdigit(t->at[digits]))
		digits++;
	if (digits == 0 || digits > 6 || (digits > 1 && t->at[0] == '0'))
		return false;
	for (size_t i = 0; i < digits; i++)
		len = len * 10 + (size_t)(t->at[i] - '0');
	t->at += digits;
	if (!take(t, ":") || len > left(*t))
		return false;
	*item = (struct text){t->at, t->at + len};
	t->at += len;
	return take(t, ",");
}

static bool is_list(struct text t)
{
	struct text item;
	while (left(t) > 0)
		if (!take_item(&t, &item))
			return false;
	return true;
}

static bool is_message(struct text t, int depth);

/* "(T)NAME=VALUE", at any depth. */
static bool split_netstring(struct text item, int depth, int *type, struct text *name, struct text *value)
{
	if (left(item) < 3 || item.at[0] != '(' || item.at[1] < '0' || item.at[1] > '4' || item.at[2] != ')')
		return false;
	*type = item.at[1] - '0';
	item.at += 3;
	if (!take_until(&item, '=', name) || !name_is_good(*name))
		return false;
	*value = item;
	switch (*type) {
	case 0:
		return !has(*value, 0);
	case 2:
		return is_message(*value, depth + 1);
	case 3:
		return is_list(*value);
	default:
		return true;
	}
}

/* A nested message: the first one is at depth 1. */
static bool is_message(struct text t, int depth)
{
	struct text item, name, value;
	int type;
	if (depth > DEPTH_MAX || !take(&t, "###\n"))
		return false;
	while (!starts(t, "%%%\n"))
		if (!take_item(&t, &item) || !split_netstring(item, depth, &type, &name, &value))
			return false;
	return same_text(t, "%%%\n");
}

static bool add(struct plain_message *m, int type, struct text name, GByteArray *value)
{
	struct plain_field *f = g_new0(struct plain_field, 1);
	f->type = type;
	f->name = copy(name);
	f->value = value;
	g_ptr_array_add(m->fields, f);
	return m->fields->len <= FIELDS_MAX;
}

/* --- signatures (1.5) --- */

static guint32 crc(const guint8 *data, size_t len)
{
	guint32 sum = 0;
	for (size_t i = 0; i < len; i++)
		for (int bit = 7; bit >= 0; bit--) {
			bool out = sum >> 31;
			sum <<= 1;
			if (out != (data[i] >> bit & 1))
				sum ^= 0x04C11DB7;
		}
	return ~sum;
}

char *plain_token(const struct plain_keys *keys, unsigned index, const guint8 *data, size_t len)
{
	for (size_t i = 0; i < keys->count; i++) {
		const struct plain_key *k = &keys->keys[i];
		guint8 raw[EVP_MAX_MD_SIZE];
		unsigned size = 0;
		if (k->index != index)
			continue;
		if (k->method == PLAIN_CRC)
			return g_strdup_printf("%u %x", index, crc(data, len));
		if (!HMAC(k->method == PLAIN_MD5 ? EVP_md5() : EVP_sha1(), k->key, (int)strlen(k->key), data, len, raw,
			    &size))
			g_error("no HMAC"); /* ends the process */
		GString *token = g_string_new(NULL);
		g_string_append_printf(token, "%u ", index);
		for (unsigned n = 0; n < size; n++)
			g_string_append_printf(token, "%02x", raw[n]);
		return g_string_free(token, FALSE);
	}
	return g_strdup("");
}

static bool is_signed(const struct plain_keys *keys, struct text token, struct text covered)
{
	for (unsigned index = 0; index < 16; index++) {
		if (index != keys->active && !keys->any_index)
			continue;
		char *right = plain_token(keys, index, covered.at, left(covered));
		bool good = right[0] && same_text(token, right);
		g_free(right);
		if (good)
			return true;
	}
	return false;
}

/* --- netstring framing (1.2) --- */

static bool trailer_is_good(struct text t, struct text covered, const struct plain_keys *keys)
{
	struct text token;
	if (!keys && only_nul(t))
		return true;
	return take_item(&t, &token) && only_nul(t) && (!keys || is_signed(keys, token, covered));
}

static bool decode_netstring(struct text whole, const struct plain_keys *keys, struct plain_message *m)
{
	struct text t = whole, item, name, value;
	int type;
	(void)take(&t, "###\n"); /* seen by the caller */
	while (!starts(t, "%%%\n"))
		if (!take_item(&t, &item) || !split_netstring(item, 0, &type, &name, &value) ||
			!add(m, type, name, copy(value)))
			return false;
	(void)take(&t, "%%%\n");
	return trailer_is_good(t, (struct text){whole.at, t.at}, keys);
}

/* --- text framing (1.3) --- */

static GByteArray *string_of(struct text t)
{
	GByteArray *value = copy(t);
	for (guint i = 0; i < value->len; i++)
		if (value->data[i] == 19)
			value->data[i] = '\n';
	return value;
}

/* Canonical: written again it is the same. */
static GByteArray *base64_of(struct text t)
{
	char *coded = g_strndup((const char *)t.at, left(t));
	gsize len = 0;
	guchar *plain = g_base64_decode(coded, &len);
	char *again = g_base64_encode(plain, len);
	GByteArray *value = same_text(t, again) ? g_byte_array_append(g_byte_array_new(), plain, (guint)len) : NULL;
	g_free(coded);
	g_free(plain);
	g_free(again);
	return value;
}

static bool decode_line(struct text line, struct plain_message *m)
{
	struct text name;
	GByteArray *value = NULL;
	int type = 0;
	if (starts(line, "(")) {
		if (left(line) < 3 || line.at[1] < '1' || line.at[1] > '4' || line.at[1] == '2' || line.at[2] != ')')
			return false;
		type = line.at[1] - '0';
		line.at += 3;
	}
	if (!take_until(&line, '=', &name) || !name_is_good(name))
		return false;
	if (type == 0 && !has(line, 0))
		value = string_of(line);
	if (type == 1 || type == 4)
		value = base64_of(line);
	if (type == 3 && is_list(line) && !has(line, 0))
		value = copy(line);
	return value && add(m, type, name, value);
}

static bool decode_text(struct text t, const struct plain_keys *keys, struct plain_message *m)
{
	GByteArray *covered = g_byte_array_new();
	struct text line, token = {t.at, t.at};
	unsigned signatures = 0;
	bool good = true, ended = false;
	(void)take(&t, ">>>\n"); /* seen by the caller */
	while (good && !ended && take_until(&t, '\n', &line)) {
		ended = same_text(line, "<<<");
		if (ended || left(line) == 0)
			continue;
		if (starts(line, "auth=")) {
			token = (struct text){line.at + strlen("auth="), line.end};
			signatures++;
			continue;
		}
		good = decode_line(line, m);
		g_byte_array_append(covered, line.at, (guint)left(line));
		g_byte_array_append(covered, (const guint8 *)"\n", 1);
	}
	good = good && ended && only_nul(t) && signatures <= 1;
	if (good && keys)
		good = signatures == 1 && is_signed(keys, token, text_of(covered));
	g_byte_array_unref(covered);
	return good;
}

/* --- compression (2) --- */

static GByteArray *unzip(struct text packed)
{
	GByteArray *out = g_byte_array_sized_new(UNPACKED_MAX + 1);
	g_byte_array_set_size(out, UNPACKED_MAX + 1);
	z_stream z = {.next_in = (guint8 *)(uintptr_t)packed.at,
		.avail_in = (uInt)left(packed),
		.next_out = out->data,
		.avail_out = out->len};
	if (inflateInit(&z) != Z_OK)
		g_error("no inflate"); /* ends the process */
	bool good = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_in == 0 && z.total_out <= UNPACKED_MAX;
	g_byte_array_set_size(out, (guint)z.total_out);
	(void)inflateEnd(&z);
	if (good)
		return out;
	g_byte_array_unref(out);
	return NULL;
}

static GByteArray *bunzip(struct text packed)
{
	GByteArray *out = g_byte_array_sized_new(UNPACKED_MAX + 1);
	g_byte_array_set_size(out, UNPACKED_MAX + 1);
	bz_stream z = {.next_in = (char *)(uintptr_t)packed.at,
		.avail_in = (unsigned)left(packed),
		.next_out = (char *)out->data,
		.avail_out = out->len};
	if (BZ2_bzDecompressInit(&z, 0, 0) != BZ_OK)
		g_error("no bzip2"); /* ends the process */
	int status;
	do {
		status = BZ2_bzDecompress(&z);
	} while (status == BZ_OK && z.avail_in > 0 && z.avail_out > 0);
	bool good = status == BZ_STREAM_END && z.avail_in == 0 && z.total_out_lo32 <= UNPACKED_MAX;
	g_byte_array_set_size(out, z.total_out_lo32);
	(void)BZ2_bzDecompressEnd(&z);
	if (good)
		return out;
	g_byte_array_unref(out);
	return NULL;
}

/* The first field of that name; type -1: of any type. */
static const struct plain_field *find(const struct plain_message *m, const char *name, int type)
{
	for (guint i = 0; i < m->fields->len; i++) {
		const struct plain_field *f = m->fields->pdata[i];
		if (same_text(text_of(f->name), name) && (type < 0 || f->type == type))
			return f;
	}
	return NULL;
}

static struct plain_message *decode_framing(struct text t, const struct plain_keys *keys)
{
	struct plain_message *m = new_message();
	if (starts(t, "###\n") ? decode_netstring(t, keys, m) : starts(t, ">>>\n") && decode_text(t, keys, m))
		return m;
	plain_free(m);
	return NULL;
}

static struct plain_message *unpack(const struct plain_message *outer)
{
	const struct plain_field *payload = find(outer, "_compressed_payload", -1),
				 *method = find(outer, "_compression_algorithm", 0);
	GByteArray *plain = NULL;
	if (method && same_text(text_of(method->value), "zlib"))
		plain = unzip(text_of(payload->value));
	else if (method && same_text(text_of(method->value), "bz2"))
		plain = bunzip(text_of(payload->value));
	if (!plain)
		return NULL;
	struct plain_message *inner = decode_framing(text_of(plain), NULL);
	g_byte_array_unref(plain);
	if (inner && find(inner, "_compressed_payload", -1)) {
		plain_free(inner);
		return NULL;
	}
	if (inner)
		inner->compressed = true;
	return inner;
}

struct plain_message *plain_decode(const guint8 *data, size_t len, const struct plain_keys *keys)
{
	if (len > DATAGRAM_MAX)
		return NULL;
	struct plain_message *m = decode_framing((struct text){data, data + len}, keys);
	const struct plain_field *payload = m ? find(m, "_compressed_payload", -1) : NULL;
	if (!payload || payload->type != 1)
		return m;
	struct plain_message *inner = unpack(m);
	plain_free(m);
	return inner;
}
