// SPDX-License-Identifier: MIT
#include "lib/bytes.h"

#include <stdio.h>
#include <string.h>

// --- runs of bytes ---

struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

bool bytes_equal(struct bytes a, struct bytes b)
{
	// memcmp must not see the NULL of an empty run, not even with length 0.
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool bytes_equal_text(struct bytes a, const char *text)
{
	return bytes_equal(a, bytes_of(text));
}

bool bytes_equal_constant_time(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	// volatile: the compiler must not find out that one difference settles it.
	volatile uint8_t difference = 0;
	for (size_t i = 0; i < a.len; i++)
		difference = (uint8_t)(difference | (a.at[i] ^ b.at[i]));
	return difference == 0;
}

bool bytes_to_text(struct bytes b, char *out, size_t cap)
{
	if (cap == 0)
		return false;
	size_t n = b.len < cap ? b.len : cap - 1;
	if (n > 0)
		memcpy(out, b.at, n);
	out[n] = '\0';
	return n == b.len;
}

static unsigned digit_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 255;
}

bool bytes_to_u64(struct bytes b, unsigned base, uint64_t *value)
{
	if (b.len == 0)
		return false;
	uint64_t sum = 0;
	for (size_t i = 0; i < b.len; i++) {
		unsigned digit = digit_value(b.at[i]);
		if (digit >= base || sum > (UINT64_MAX - digit) / base)
			return false;
		sum = sum * base + digit;
	}
	*value = sum;
	return true;
}

// --- reader ---

struct reader reader_over(struct bytes b)
{
	return (struct reader){b.at, b.len, false};
}

size_t reader_left(const struct reader *r)
{
	return r->left;
}

int reader_peek(const struct reader *r)
{
	return r->left > 0 ? r->at[0] : -1;
}

// After a failure nothing is left, so that every loop over the rest ends by itself.
static void reader_fail(struct reader *r)
{
	r->failed = true;
	r->left = 0;
}

int reader_byte(struct reader *r)
{
	if (r->left == 0) {
		reader_fail(r);
		return -1;
	}
	r->left--;
	return *r->at++;
}

struct bytes reader_take(struct reader *r, size_t n)
{
	if (r->failed || n > r->left) {
		reader_fail(r);
		return (struct bytes){NULL, 0};
	}
	struct bytes taken = {r->at, n};
	if (n > 0)
		r->at += n;
	r->left -= n;
	return taken;
}

bool reader_skip(struct reader *r, const char *literal)
{
	size_t n = strlen(literal);
	if (r->failed || n > r->left || !bytes_equal((struct bytes){r->at, n}, bytes_of(literal)))
		return false;
	(void)reader_take(r, n); // known to be there
	return true;
}

struct bytes reader_until(struct reader *r, uint8_t delimiter)
{
	const uint8_t *found = r->left > 0 ? memchr(r->at, delimiter, r->left) : NULL;
	if (!found) {
		reader_fail(r);
		return (struct bytes){NULL, 0};
	}
	struct bytes taken = reader_take(r, (size_t)(found - r->at));
	(void)reader_byte(r); // the delimiter
	return taken;
}

uint64_t reader_decimal(struct reader *r, unsigned max_digits, uint64_t max)
{
	uint64_t sum = 0;
	unsigned digits = 0;
	while (reader_peek(r) >= '0' && reader_peek(r) <= '9') {
		uint64_t digit = (uint64_t)(reader_byte(r) - '0');
		if (digits++ == max_digits || sum > (UINT64_MAX - digit) / 10) {
			reader_fail(r);
			return 0;
		}
		sum = sum * 10 + digit;
	}
	if (digits == 0 || sum > max) {
		reader_fail(r);
		return 0;
	}
	return sum;
}

// --- writer ---

struct writer writer_over(void *memory, size_t cap)
{
	return (struct writer){memory, 0, cap, false};
}

uint8_t *writer_reserve(struct writer *w, size_t n)
{
	if (w->overflowed || n > w->cap - w->len) {
		w->overflowed = true;
		return NULL;
	}
	uint8_t *room = w->at + w->len;
	w->len += n;
	return room;
}

void writer_bytes(struct writer *w, struct bytes b)
{
	uint8_t *room = writer_reserve(w, b.len);
	if (room && b.len > 0)
		memcpy(room, b.at, b.len);
}

void writer_text(struct writer *w, const char *text)
{
	writer_bytes(w, bytes_of(text));
}

void writer_byte(struct writer *w, uint8_t byte)
{
	writer_bytes(w, (struct bytes){&byte, 1});
}

void writer_format(struct writer *w, const char *format, ...)
{
	if (w->overflowed)
		return;
	size_t room = w->cap - w->len;
	va_list args;
	va_start(args, format);
	int n = vsnprintf(room > 0 ? (char *)w->at + w->len : NULL, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room)
		w->overflowed = true;
	else
		w->len += (size_t)n;
}

struct bytes writer_done(const struct writer *w)
{
	return (struct bytes){w->at, w->len};
}

// --- printable forms ---

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void writer_base64(struct writer *w, struct bytes b)
{
	for (size_t i = 0; i < b.len; i += 3) {
		size_t n = b.len - i < 3 ? b.len - i : 3;
		uint32_t bits = (uint32_t)b.at[i] << 16;
		bits |= n > 1 ? (uint32_t)b.at[i + 1] << 8 : 0;
		bits |= n > 2 ? b.at[i + 2] : 0;
		writer_byte(w, (uint8_t)base64_digits[bits >> 18]);
		writer_byte(w, (uint8_t)base64_digits[bits >> 12 & 63]);
		writer_byte(w, (uint8_t)(n > 1 ? base64_digits[bits >> 6 & 63] : '='));
		writer_byte(w, (uint8_t)(n > 2 ? base64_digits[bits & 63] : '='));
	}
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// Four digits to n bytes, n in 1..3; false for a foreign digit or unused bits that are not 0.
static bool base64_quad(struct writer *w, const uint8_t *digits, size_t n)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < 4; i++) {
		int value = i <= n ? base64_value(digits[i]) : 0;
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
	}
	// Canonical: a second spelling of the same bytes would let one message have two signatures.
	if (n < 3 && (bits & (n == 1 ? 0xffffu : 0xffu)) != 0)
		return false;
	const uint8_t out[3] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
	writer_bytes(w, (struct bytes){out, n});
	return !w->overflowed;
}

bool writer_unbase64(struct writer *w, struct bytes text)
{
	size_t start = w->len;
	bool good = text.len % 4 == 0 && !w->overflowed;
	for (size_t i = 0; good && i < text.len; i += 4) {
		size_t n = 3;
		if (i + 4 == text.len && text.at[i + 3] == '=')
			n = text.at[i + 2] == '=' ? 1 : 2;
		good = base64_quad(w, text.at + i, n);
	}
	if (!good)
		w->len = start;
	return good;
}

static const char hex_digits[] = "0123456789abcdef";

void writer_hex(struct writer *w, struct bytes b)
{
	for (size_t i = 0; i < b.len; i++) {
		writer_byte(w, (uint8_t)hex_digits[b.at[i] >> 4]);
		writer_byte(w, (uint8_t)hex_digits[b.at[i] & 15]);
	}
}

void writer_escaped(struct writer *w, struct bytes b, size_t max)
{
	size_t shown = b.len < max ? b.len : max;
	for (size_t i = 0; i < shown; i++) {
		uint8_t c = b.at[i];
		if (c >= 0x20 && c <= 0x7e && c != '\\') {
			writer_byte(w, c);
			continue;
		}
		const uint8_t escape[4] = {'\\', 'x', (uint8_t)hex_digits[c >> 4], (uint8_t)hex_digits[c & 15]};
		writer_bytes(w, (struct bytes){escape, sizeof(escape)}); // whole or not at all
	}
	if (shown < b.len)
		writer_text(w, "...");
}
