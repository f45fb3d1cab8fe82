// SPDX-License-Identifier: MIT
/* A message: an ordered list of named, typed fields.  Knows nothing of framing, digests or meaning.
 * Fields borrow their bytes from the arena given at init (or from the decoded input, which must live as long).
 * Allocates nothing.  spec: protocol, section 1.1. */
#ifndef HEARTBEAT_CORE_MESSAGE_H
#define HEARTBEAT_CORE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"

enum {
	MESSAGE_FIELDS_MAX = 128,
	MESSAGE_NAME_MAX = 255, /* bytes of a field name */
};

/* Codes as on the wire. */
enum field_type { FIELD_STRING = 0, FIELD_BINARY = 1, FIELD_MESSAGE = 2, FIELD_LIST = 3, FIELD_COMPRESSED = 4 };

struct field {
	struct bytes name;
	struct bytes value; /* raw bytes: for FIELD_MESSAGE and FIELD_LIST the netstring rendering */
	enum field_type type;
};

struct message {
	struct field fields[MESSAGE_FIELDS_MAX];
	size_t count;
	struct writer arena;
	bool broken; /* a field did not fit or was not allowed: do not send */
};

/* arena: memory for copied values; the caller keeps it alive. */
void message_init(struct message *m, void *arena, size_t cap);
/* Take out all fields and give back the whole arena. */
void message_clear(struct message *m);
/* Append; name and value are copied into the arena.  Sets broken instead of failing: check once before use. */
void message_add(struct message *m, const char *name, const char *value);
void message_add_bytes(struct message *m, enum field_type type, struct bytes name, struct bytes value);
void message_add_hex(struct message *m, const char *name, uint64_t value);     /* lower case, no leading zeros */
void message_add_decimal(struct message *m, const char *name, uint64_t value);
/* For decoders: append a field that borrows name and value.  False, with *why (static text) and nothing appended, when it
 * is one field too many, or the name or value is not allowed. */
bool message_append(struct message *m, enum field_type type, struct bytes name, struct bytes value, const char **why);
/* Copy b into the arena.  Empty at NULL when it does not fit (arena.overflowed tells). */
struct bytes message_keep(struct message *m, struct bytes b);
/* First field of that name, NULL when absent. */
const struct field *message_find(const struct message *m, const char *name);
/* Value of the first string field of that name; empty bytes (at NULL) when absent or of another type. */
struct bytes message_string(const struct message *m, const char *name);
bool message_is(const struct message *m, const char *name, const char *value);
/* Number in base 10 or 16; false when absent or not a number. */
bool message_number(const struct message *m, const char *name, unsigned base, uint64_t *value);
/* How often the name occurs (duplicates of common fields are refused: spec protocol 10, 21). */
size_t message_occurs(const struct message *m, const char *name);

#endif
