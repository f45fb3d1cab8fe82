// SPDX-License-Identifier: MIT
#include "heartbeat/core/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_TEXT_MAX = 24 };

void message_init(struct message *m, void *arena, size_t cap)
{
	m->count = 0;
	m->arena = writer_over(arena, cap);
	m->broken = false;
}

void message_clear(struct message *m)
{
	m->count = 0;
	m->arena.len = 0;
	m->arena.overflowed = false;
	m->broken = false;
}

static bool contains(struct bytes b, int byte)
{
	return b.len > 0 && memchr(b.at, byte, b.len) != NULL;
}

static bool begins(struct bytes b, const char *text)
{
	struct reader r = reader_over(b);
	return reader_skip(&r, text);
}

/* "(", ">>>" and "<<<" in front of a name would read as a type, a start or an end once the message is rendered as text:
 * two receivers would then see two different messages under one digest. */
static bool name_allowed(struct bytes name)
{
	return name.len > 0 && name.len <= MESSAGE_NAME_MAX && !contains(name, '=') && !contains(name, '\n') && !contains(name, '\0') &&
	       !begins(name, "(") && !begins(name, ">>>") && !begins(name, "<<<");
}

bool message_append(struct message *m, enum field_type type, struct bytes name, struct bytes value, const char **why)
{
	if (m->count == MESSAGE_FIELDS_MAX)
		*why = "more than 128 fields";
	else if (!name_allowed(name))
		*why = "a field name that is empty, too long or has a reserved byte";
	else if (type == FIELD_STRING && contains(value, '\0'))
		*why = "a string with a NUL in it";
	else {
		m->fields[m->count++] = (struct field){.name = name, .value = value, .type = type};
		return true;
	}
	return false;
}

struct bytes message_keep(struct message *m, struct bytes b)
{
	uint8_t *copy = writer_reserve(&m->arena, b.len);

	if (!copy)
		return (struct bytes){0};
	if (b.len > 0)
		memcpy(copy, b.at, b.len);
	return (struct bytes){.at = copy, .len = b.len};
}

void message_add_bytes(struct message *m, enum field_type type, struct bytes name, struct bytes value)
{
	struct bytes own_name = message_keep(m, name), own_value = message_keep(m, value);
	const char *why;

	if (m->arena.overflowed || (int)type < FIELD_STRING || type > FIELD_COMPRESSED || !message_append(m, type, own_name, own_value, &why))
		m->broken = true;
}

void message_add(struct message *m, const char *name, const char *value)
{
	message_add_bytes(m, FIELD_STRING, bytes_of(name), bytes_of(value));
}

void message_add_hex(struct message *m, const char *name, uint64_t value)
{
	char text[NUMBER_TEXT_MAX];

	(void)snprintf(text, sizeof text, "%" PRIx64, value);
	message_add(m, name, text);
}

void message_add_decimal(struct message *m, const char *name, uint64_t value)
{
	char text[NUMBER_TEXT_MAX];

	(void)snprintf(text, sizeof text, "%" PRIu64, value);
	message_add(m, name, text);
}

const struct field *message_find(const struct message *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (bytes_equal_text(m->fields[i].name, name))
			return &m->fields[i];
	return NULL;
}

struct bytes message_string(const struct message *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->fields[i].type == FIELD_STRING && bytes_equal_text(m->fields[i].name, name))
			return m->fields[i].value;
	return (struct bytes){0};
}

bool message_is(const struct message *m, const char *name, const char *value)
{
	struct bytes found = message_string(m, name);

	return found.at != NULL && bytes_equal_text(found, value);
}

bool message_number(const struct message *m, const char *name, unsigned base, uint64_t *value)
{
	return bytes_to_u64(message_string(m, name), base, value);
}

size_t message_occurs(const struct message *m, const char *name)
{
	size_t times = 0;

	for (size_t i = 0; i < m->count; i++)
		if (bytes_equal_text(m->fields[i].name, name))
			times++;
	return times;
}
