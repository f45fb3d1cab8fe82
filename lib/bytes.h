// SPDX-License-Identifier: MIT
/* Bounded reading and writing of bytes: the only room that does pointer arithmetic on input.
 * A reader never passes its end and remembers the first failure; a writer never
 * passes its capacity and remembers that it wanted to.  Allocates nothing. */
#ifndef LIB_BYTES_H
#define LIB_BYTES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed run of bytes; not terminated by NUL. */
struct bytes {
	const uint8_t *at;
	size_t len;
};

/* Borrow a C string, without its NUL. */
struct bytes bytes_of(const char *text);
bool bytes_equal(struct bytes a, struct bytes b);
bool bytes_equal_text(struct bytes a, const char *text);
/* Compare in time that depends on the lengths only; for digests. */
bool bytes_equal_constant_time(struct bytes a, struct bytes b);
/* Copy into out (capacity cap, always NUL-terminated when cap > 0).  False when it had to be cut. */
bool bytes_to_text(struct bytes b, char *out, size_t cap);
/* Whole of b as an unsigned number in base 10 or 16, no sign, no blank, no prefix.  False: empty, foreign digit, overflow. */
bool bytes_to_u64(struct bytes b, unsigned base, uint64_t *value);

struct reader {
	const uint8_t *at;
	size_t left;
	bool failed;
};

struct reader reader_over(struct bytes b);
size_t reader_left(const struct reader *r);
/* Next byte without taking it, -1 at the end or after a failure. */
int reader_peek(const struct reader *r);
/* Take one byte; -1 and failed at the end. */
int reader_byte(struct reader *r);
/* Take exactly n bytes; empty and failed when fewer are left. */
struct bytes reader_take(struct reader *r, size_t n);
/* Take literal text if it is next; otherwise take nothing and return false (not a failure). */
bool reader_skip(struct reader *r, const char *literal);
/* Take all up to, not including, delimiter, and the delimiter itself.  Failed when it is not there. */
struct bytes reader_until(struct reader *r, uint8_t delimiter);
/* Take 1..max_digits decimal digits.  Failed: none, too many, or over max. */
uint64_t reader_decimal(struct reader *r, unsigned max_digits, uint64_t max);

struct writer {
	uint8_t *at;
	size_t len; /* written so far, never over cap */
	size_t cap;
	bool overflowed; /* something did not fit; from then on nothing is written */
};

struct writer writer_over(void *memory, size_t cap);
void writer_bytes(struct writer *w, struct bytes b);
void writer_text(struct writer *w, const char *text);
void writer_byte(struct writer *w, uint8_t byte);
/* printf.  Needs one byte of room more than the text, for the NUL of printf, which is not counted. */
void writer_format(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What has been written. */
struct bytes writer_done(const struct writer *w);
/* Take the next n bytes as scratch to fill in; NULL and overflowed when they do not fit. */
uint8_t *writer_reserve(struct writer *w, size_t n);

/* Standard base64 with padding (RFC 4648 section 4); decode accepts canonical form only and returns false otherwise. */
void writer_base64(struct writer *w, struct bytes b);
bool writer_unbase64(struct writer *w, struct bytes text);
/* Lower-case hex, two digits a byte. */
void writer_hex(struct writer *w, struct bytes b);
/* Printable form: control bytes, backslash and bytes over 0x7e become \xNN; at most max bytes are shown, then "...". */
void writer_escaped(struct writer *w, struct bytes b, size_t max);

#endif
