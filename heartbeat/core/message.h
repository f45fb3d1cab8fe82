// SPDX-License-Identifier: MIT
/* A message: an ordered list of fields with a name, a type and a value.  Knows nothing of framing, digests or meaning.
 * Fields borrow their bytes from the arena of message_init, or from the decoded input; both must live as long as the
 * message.  Allocates nothing.  doc/protocol.md 1.1 */
#ifndef HEARTBEAT_CORE_MESSAGE_H
#define HEARTBEAT_CORE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"

enum {
	MESSAGE_FIELDS_MAX = 128,
	MESSAGE_NAME_MAX = 255, /* bytes in the name of a field */
};

/* The numbers are those of the protocol. */
enum field_type { FIELD_STRING = 0, FIELD_BINARY = 1, FIELD_MESSAGE = 2, FIELD_LIST = 3, FIELD_COMPRESSED = 4 };

struct field {
	struct bytes name;
	struct bytes value; /* raw bytes; for FIELD_MESSAGE and FIELD_LIST as in netstring framing */
	enum field_type type;
	uint32_t key; /* message_key of the name */
};

struct message {
	struct field fields[MESSAGE_FIELDS_MAX];
	size_t count;
	struct writer arena;
	bool broken; /* a field did not fit or was not allowed, so the message must not be sent */
};

/* Begin an empty message.  arena: memory for copied names and values; the caller owns it. */
void message_init(struct message *m, void *arena, size_t cap);
/* Remove all fields; the whole arena is free again. */
void message_clear(struct message *m);
/* Append a field; name and value are copied into the arena.  When this fails, it sets m->broken; the caller checks that
 * once, before it uses the message. */
void message_add_bytes(struct message *m, enum field_type type, struct bytes name, struct bytes value);
static inline void message_add(struct message *m, const char *name, const char *value)
{
	message_add_bytes(m, FIELD_STRING, bytes_of(name), bytes_of(value));
}
void message_add_hex(struct message *m, const char *name, uint64_t value);     /* lower case, no leading zeros */
void message_add_decimal(struct message *m, const char *name, uint64_t value);
/* The length and the first letter of a name.  Names with different keys are different, so code compares the keys first,
 * because that is faster. */
static inline uint32_t message_key(struct bytes name)
{
	return (uint32_t)name.len << 8 | (name.len > 0 ? name.at[0] : 0);
}

/* Returns true if name may be the name of a field.  In text framing, a name that starts with "(", ">>>" or "<<<" would
 * be read as a type, a start or an end.  Then two receivers could read two different messages from the same signed
 * bytes. */
static inline bool message_allows_name(struct bytes name)
{
	struct reader r = reader_over(name);

	if (name.len == 0 || name.len > MESSAGE_NAME_MAX || reader_skip(&r, "(") || reader_skip(&r, ">>>") ||
		reader_skip(&r, "<<<"))
		return false;
	for (size_t i = 0; i < name.len; i++)
		/* a cheap test first: all letters are above "=" */
		if (name.at[i] <= '=' && (name.at[i] == '=' || name.at[i] == '\n' || name.at[i] == '\0'))
			return false;
	return true;
}

/* Returns why this is not allowed as a field, at any depth (static text); NULL: it is allowed.  Does not examine the
 * value of a list or of a nested message.  Inline, because each field that is sent or received is checked here. */
static inline const char *message_refuses(enum field_type type, struct bytes name, struct bytes value)
{
	if (!message_allows_name(name))
		return "a field name that is empty, too long or has a reserved byte";
	return type == FIELD_STRING && bytes_have(value, '\0') ? "a string that contains a NUL" : NULL;
}

/* For decoders: append a field that borrows name and value.  When there are too many fields, or the name or the value
 * is not allowed, appends nothing and returns false, with the reason in *why (static text). */
static inline bool message_append(
	struct message *m, enum field_type type, struct bytes name, struct bytes value, const char **why)
{
	*why = m->count == MESSAGE_FIELDS_MAX ? "more than 128 fields" : message_refuses(type, name, value);
	if (*why)
		return false;
	m->fields[m->count++] = (struct field){.name = name, .value = value, .type = type, .key = message_key(name)};
	return true;
}

/* The first field with this name; NULL when there is none.  key: message_key of the name. */
const struct field *message_field(const struct message *m, struct bytes name, uint32_t key);
/* The value of the first string field with this name; empty bytes (at NULL) when there is none. */
struct bytes message_value(const struct message *m, struct bytes name, uint32_t key);
/* How often the name occurs.  doc/protocol.md 10.21: "refuses a message in which a common field occurs twice" */
size_t message_occurs(const struct message *m, const char *name);

/* The same functions for a name as a C string.  Inline, so that the compiler computes the key of a literal. */
static inline const struct field *message_find(const struct message *m, const char *name)
{
	return message_field(m, bytes_of(name), message_key(bytes_of(name)));
}

static inline struct bytes message_string(const struct message *m, const char *name)
{
	return message_value(m, bytes_of(name), message_key(bytes_of(name)));
}

static inline bool message_is(const struct message *m, const char *name, const char *value)
{
	struct bytes found = message_string(m, name);

	return found.at != NULL && bytes_equal_text(found, value);
}

/* A number in base 10 or 16.  Returns false when the field is absent or is not a number. */
static inline bool message_number(const struct message *m, const char *name, unsigned base, uint64_t *value)
{
	return bytes_to_u64(message_string(m, name), base, value);
}

#endif
