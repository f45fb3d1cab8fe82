// SPDX-License-Identifier: MIT
/* Reads the items of netstring framing, "LEN:(T)NAME=VALUE,", one at a time, and checks the values that consist of
 * items themselves.  Private to the codec. */
#ifndef HEARTBEAT_CORE_CODEC_ITEMS_H
#define HEARTBEAT_CORE_CODEC_ITEMS_H

#include "heartbeat/core/codec.h"

/* The largest number of digits of a LEN.  A length with more digits is larger than everything that we accept. */
enum { LENGTH_DIGITS = 6 };

/* For functions that run once for each field: the compiler keeps the reader and the writer in registers only when these
 * functions are inline. */
#define EACH_FIELD static inline __attribute__((always_inline))

/* Take one "LEN:ITEM,".  A leading zero is refused, so that each message has exactly one spelling. */
EACH_FIELD bool take_item(struct reader *r, struct bytes *item)
{
	bool zero = reader_peek(r) == '0';
	size_t before = reader_left(r);
	uint64_t len = reader_decimal(r, LENGTH_DIGITS, CODEC_UNCOMPRESSED_MAX);

	if (r->failed || (zero && before - reader_left(r) > 1) || !reader_skip(r, ":"))
		return false;
	*item = reader_take(r, (size_t)len);
	return !r->failed && reader_skip(r, ",");
}

/* Split "(T)NAME=VALUE".  Type 5 exists inside a sender only, and is refused.  A digit above 5 makes Heartbeat 3.0.6
 * exit (doc/protocol.md 12); it is refused too. */
EACH_FIELD bool split_item(struct bytes item, enum field_type *type, struct bytes *name, struct bytes *value)
{
	struct reader r = reader_over(item);

	if (!reader_skip(&r, "("))
		return false;
	int digit = reader_byte(&r);
	if (digit < '0' + FIELD_STRING || digit > '0' + FIELD_COMPRESSED || !reader_skip(&r, ")"))
		return false;
	*type = (enum field_type)(digit - '0');
	*name = reader_until(&r, '=');
	if (r.failed)
		return false;
	*value = reader_take(&r, reader_left(&r));
	return true;
}

/* Returns true if b is exactly a sequence of "LEN:ITEM,", the value of a FIELD_LIST. */
bool items_are_list(struct bytes b);
/* Returns true if a field of this type may have this value.  Lists and nested messages must be well formed.  depth: 0
 * in the outermost message. */
bool items_allow_value(enum field_type type, struct bytes value, unsigned depth);

#endif
