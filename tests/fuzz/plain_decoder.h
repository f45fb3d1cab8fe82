// SPDX-License-Identifier: MIT
/* A second decoder, slow and obvious, written from the protocol specification alone (section 1 and 2, and the limits
 * that core/codec.h adds).  It shares nothing with heartbeat/core: where the two disagree one of them is wrong. */
#ifndef TESTS_FUZZ_PLAIN_DECODER_H
#define TESTS_FUZZ_PLAIN_DECODER_H

#include <glib.h>
#include <stdbool.h>

enum plain_method { PLAIN_CRC, PLAIN_MD5, PLAIN_SHA1 };

struct plain_key {
	unsigned index;
	enum plain_method method;
	const char *key;
};

struct plain_keys {
	const struct plain_key *keys;
	size_t count;
	unsigned active;
	bool any_index; /* not the active one only */
};

struct plain_field {
	int type;
	GByteArray *name, *value;
};

struct plain_message {
	GPtrArray *fields; /* of struct plain_field */
	bool compressed;
};

/* NULL when the datagram is to be refused.  keys NULL: no signature is looked at.  Free with plain_free. */
struct plain_message *plain_decode(const guint8 *data, size_t len, const struct plain_keys *keys);
void plain_free(struct plain_message *m);

/* "INDEX DIGEST" over these bytes; "" when there is no such key.  Free with g_free. */
char *plain_token(const struct plain_keys *keys, unsigned index, const guint8 *data, size_t len);

#endif
