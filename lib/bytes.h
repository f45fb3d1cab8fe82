// SPDX-License-Identifier: MIT
/* Reads and writes bytes with bounds: this is the only module that does pointer arithmetic on input.
 * A reader never passes its end, and remembers the first failure.  A writer never passes its capacity, and remembers
 * that something did not fit.  Allocates nothing. */
#ifndef LIB_BYTES_H
#define LIB_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The small functions are inline: one datagram calls them some hundred times. */

/* A sequence of bytes that somebody else owns; it is not terminated by NUL. */
struct bytes {
	const uint8_t *at;
	size_t len;
};

/* Returns the bytes of a C string, without its NUL; they are not copied. */
static inline struct bytes bytes_of(const char *text)
{
	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

/* Calling memcmp with NULL, the address of an empty sequence, is undefined behaviour even when the length is 0. */
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || (a.at[0] == b.at[0] && memcmp(a.at, b.at, a.len) == 0));
}

static inline bool bytes_equal_text(struct bytes a, const char *text)
{
	return bytes_equal(a, bytes_of(text));
}

/* The same holds for memchr and memcpy. */
static inline bool bytes_have(struct bytes b, uint8_t byte)
{
	return b.len > 0 && memchr(b.at, byte, b.len) != NULL;
}

static inline void bytes_copy(uint8_t *to, struct bytes b)
{
	if (b.len > 0)
		memcpy(to, b.at, b.len);
}

/* Compare two digests.  The time depends only on the lengths, not on the content. */
bool bytes_equal_constant_time(struct bytes a, struct bytes b);
/* Copy into out, which has cap bytes and is always NUL-terminated when cap > 0.  Returns false when the text was
 * cut. */
bool bytes_to_text(struct bytes b, char *out, size_t cap);
/* Read the whole of b as an unsigned number in base 10 or 16, without sign, blank or prefix.  Returns false when b is
 * empty, has another character, or the number is too large. */
bool bytes_to_u64(struct bytes b, unsigned base, uint64_t *value);

struct reader {
	const uint8_t *at;
	size_t left;
	bool failed;
};

static inline struct reader reader_over(struct bytes b)
{
	return (struct reader){b.at, b.len, false};
}

static inline size_t reader_left(const struct reader *r)
{
	return r->left;
}

/* The next byte, which stays in the reader; -1 at the end or after a failure. */
static inline int reader_peek(const struct reader *r)
{
	return r->left > 0 ? r->at[0] : -1;
}

/* After a failure no bytes are left, so that every loop over the remaining bytes ends. */
static inline void reader_fail(struct reader *r)
{
	r->failed = true;
	r->left = 0;
}

/* Take one byte.  At the end: returns -1, and the reader has failed. */
static inline int reader_byte(struct reader *r)
{
	if (r->left == 0) {
		reader_fail(r);
		return -1;
	}
	r->left--;
	return *r->at++;
}

/* Take exactly n bytes.  When fewer are left: returns an empty sequence, and the reader has failed. */
static inline struct bytes reader_take(struct reader *r, size_t n)
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

/* Take literal text if it is next; otherwise take nothing and return false (not a failure). */
static inline bool reader_skip(struct reader *r, const char *literal)
{
	size_t n = strlen(literal);
	if (r->failed || n > r->left || !bytes_equal((struct bytes){r->at, n}, bytes_of(literal)))
		return false;
	(void)reader_take(r, n); /* the bytes were compared above */
	return true;
}

/* Take all bytes before the delimiter, and then the delimiter itself.  The reader fails when there is no delimiter. */
struct bytes reader_until(struct reader *r, uint8_t delimiter);

/* Take 1 to max_digits decimal digits.  The reader fails when there is no digit, or too many, or the number exceeds
 * max. */
static inline uint64_t reader_decimal(struct reader *r, unsigned max_digits, uint64_t max)
{
	enum { ALWAYS_FIT = 19 }; /* 10^19 < 2^64 */
	uint64_t sum = 0;
	size_t digits = 0;
	for (; digits < r->left && (unsigned)r->at[digits] - '0' <= 9; digits++) {
		uint64_t digit = r->at[digits] - (unsigned)'0';
		if (digits == max_digits || (digits >= ALWAYS_FIT && sum > (UINT64_MAX - digit) / 10)) {
			reader_fail(r);
			return 0;
		}
		sum = sum * 10 + digit;
	}
	if (digits == 0 || sum > max) {
		reader_fail(r);
		return 0;
	}
	(void)reader_take(r, digits);
	return sum;
}

struct writer {
	uint8_t *at;
	size_t len; /* the number of bytes written so far, never over cap */
	size_t cap;
	bool overflowed; /* something did not fit; nothing is written afterwards */
};

static inline struct writer writer_over(void *memory, size_t cap)
{
	return (struct writer){memory, 0, cap, false};
}

/* Reserve the next n bytes, which the caller fills.  When they do not fit: returns NULL, and the writer has
 * overflowed. */
static inline uint8_t *writer_reserve(struct writer *w, size_t n)
{
	if (w->overflowed || n > w->cap - w->len) {
		w->overflowed = true;
		return NULL;
	}
	uint8_t *room = w->at + w->len;
	w->len += n;
	return room;
}

static inline void writer_bytes(struct writer *w, struct bytes b)
{
	uint8_t *room = writer_reserve(w, b.len);
	if (room)
		bytes_copy(room, b);
}

static inline void writer_text(struct writer *w, const char *text)
{
	writer_bytes(w, bytes_of(text));
}

static inline void writer_byte(struct writer *w, uint8_t byte)
{
	uint8_t *room = writer_reserve(w, 1);
	if (room)
		*room = byte;
}

/* Write a number in base 10 or 16 (lower case) without leading zeros. */
void writer_number(struct writer *w, unsigned base, uint64_t value);
/* Write with the format of printf.  Needs space for one byte more than the text, because vsnprintf adds a NUL, which is
 * not counted. */
void writer_format(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The bytes written so far. */
static inline struct bytes writer_done(const struct writer *w)
{
	return (struct bytes){w->at, w->len};
}

/* Standard base64 with padding (RFC 4648 section 4).  writer_unbase64 accepts the canonical form only, and returns
 * false for any other text. */
void writer_base64(struct writer *w, struct bytes b);
bool writer_unbase64(struct writer *w, struct bytes text);
/* Write two lower-case hexadecimal digits for each byte. */
void writer_hex(struct writer *w, struct bytes b);
/* Write a printable form: control bytes, backslash and bytes over 0x7e become \xNN.  Shows at most max bytes, then
 * "...". */
void writer_escaped(struct writer *w, struct bytes b, size_t max);

#endif
