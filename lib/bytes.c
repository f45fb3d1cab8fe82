// SPDX-License-Identifier: MIT
#include "lib/bytes.h"

#include <stdio.h>
#include <string.h>

// --- runs of bytes ---

bool bytes_equal_constant_time(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	uint8_t difference = 0;
	for (size_t i = 0; i < a.len; i++) {
		difference = (uint8_t)(difference | (a.at[i] ^ b.at[i]));
		// Without this the compiler may stop the loop at the first difference.
		__asm__ volatile("" : "+r"(difference));
	}
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

// Returns a value larger than every base when c is not a digit.
static unsigned digit_value(uint8_t c)
{
	static const uint8_t one_more[256] = {
		['0'] = 1,
		['1'] = 2,
		['2'] = 3,
		['3'] = 4,
		['4'] = 5,
		['5'] = 6,
		['6'] = 7,
		['7'] = 8,
		['8'] = 9,
		['9'] = 10,
		['a'] = 11,
		['b'] = 12,
		['c'] = 13,
		['d'] = 14,
		['e'] = 15,
		['f'] = 16,
		['A'] = 11,
		['B'] = 12,
		['C'] = 13,
		['D'] = 14,
		['E'] = 15,
		['F'] = 16,
	};
	return one_more[c] - 1U;
}

bool bytes_to_u64(struct bytes b, unsigned base, uint64_t *value)
{
	enum { ALWAYS_FIT = 16 }; // so many digits of either base always fit
	if (b.len == 0)
		return false;
	uint64_t sum = 0;
	if (b.len <= ALWAYS_FIT) {
		bool good = true;
		for (size_t i = 0; i < b.len; i++) {
			unsigned digit = digit_value(b.at[i]);
			good &= digit < base;
			sum = (base == 16 ? sum << 4 : sum * 10) + digit;
		}
		if (good)
			*value = sum;
		return good;
	}
	for (size_t i = 0; i < b.len; i++) {
		unsigned digit = digit_value(b.at[i]);
		if (digit >= base || __builtin_mul_overflow(sum, base, &sum) ||
			__builtin_add_overflow(sum, digit, &sum))
			return false;
	}
	*value = sum;
	return true;
}

// --- reader ---

struct bytes reader_until(struct reader *r, uint8_t delimiter)
{
	const uint8_t *found = r->left > 0 ? memchr(r->at, delimiter, r->left) : NULL;
	if (!found) {
		reader_fail(r);
		return (struct bytes){NULL, 0};
	}
	struct bytes taken = reader_take(r, (size_t)(found - r->at));
	(void)reader_byte(r); /* the delimiter, found above */
	return taken;
}

// --- writer ---

static const char hex_digits[] = "0123456789abcdef";

static size_t decimal_digits(uint64_t value)
{
	enum { DIGITS_MAX = 20 }; // the digits of 2^64
	size_t n = 1;
	for (uint64_t limit = 10; n < DIGITS_MAX && value >= limit; limit *= 10)
		n++;
	return n;
}

static size_t hex_digits_of(uint64_t value)
{
	size_t n = 1;
	while (value >>= 4)
		n++;
	return n;
}

void writer_number(struct writer *w, unsigned base, uint64_t value)
{
	size_t n = base == 16 ? hex_digits_of(value) : decimal_digits(value);
	uint8_t *room = writer_reserve(w, n);
	if (!room)
		return;
	if (base == 16)
		for (; n > 0; value >>= 4)
			room[--n] = (uint8_t)hex_digits[value & 15];
	else
		for (; n > 0; value /= 10) // divide by a constant: a division by base takes ten times as long
			room[--n] = (uint8_t)hex_digits[value % 10];
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

// --- printable forms ---

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void writer_base64(struct writer *w, struct bytes b)
{
	for (size_t i = 0; i < b.len; i += 3) {
		size_t n = b.len - i < 3 ? b.len - i : 3;
		uint32_t bits = (uint32_t)b.at[i] << 16;
		bits |= n > 1 ? (uint32_t)b.at[i + 1] << 8 : 0;
		bits |= n > 2 ? b.at[i + 2] : 0;
		const uint8_t quad[4] = {(uint8_t)base64_digits[bits >> 18], (uint8_t)base64_digits[bits >> 12 & 63],
			(uint8_t)(n > 1 ? base64_digits[bits >> 6 & 63] : '='),
			(uint8_t)(n > 2 ? base64_digits[bits & 63] : '=')};
		writer_bytes(w, (struct bytes){quad, sizeof quad}); // all four or none
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

// Decode four digits to n bytes (1 to 3).  Returns false when a digit is not base64, or when unused bits are not 0.
static bool base64_quad(struct writer *w, const uint8_t *digits, size_t n)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < 4; i++) {
		int value = i <= n ? base64_value(digits[i]) : 0;
		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
	}
	// Accept only the canonical form: with a second spelling of the same bytes, one message could have two
	// signatures.
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
