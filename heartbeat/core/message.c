// SPDX-License-Identifier: MIT
#include "heartbeat/core/message.h"

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

static inline struct bytes keep(struct writer *arena, struct bytes b)
{
	uint8_t *copy = writer_reserve(arena, b.len);

	if (!copy)
		return (struct bytes){0};
	bytes_copy(copy, b);
	return (struct bytes){.at = copy, .len = b.len};
}

void message_add_bytes(struct message *m, enum field_type type, struct bytes name, struct bytes value)
{
	struct bytes own_name = keep(&m->arena, name), own_value = keep(&m->arena, value);
	const char *why;

	if (m->arena.overflowed || (int)type < FIELD_STRING || type > FIELD_COMPRESSED ||
		!message_append(m, type, own_name, own_value, &why))
		m->broken = true;
}

static void add_number(struct message *m, const char *name, unsigned base, uint64_t value)
{
	uint8_t digits[NUMBER_TEXT_MAX];
	struct writer w = writer_over(digits, sizeof digits);

	writer_number(&w, base, value);
	message_add_bytes(m, FIELD_STRING, bytes_of(name), writer_done(&w));
}

void message_add_hex(struct message *m, const char *name, uint64_t value)
{
	add_number(m, name, 16, value);
}

void message_add_decimal(struct message *m, const char *name, uint64_t value)
{
	add_number(m, name, 10, value);
}

/* Compare two names with the same key.  Most names have only a few letters, and a call of memcmp would take longer. */
static bool same_name(struct bytes a, struct bytes b)
{
	for (size_t i = 1; i < a.len; i++)
		if (a.at[i] != b.at[i])
			return false;
	return true;
}

const struct field *message_field(const struct message *m, struct bytes name, uint32_t key)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->fields[i].key == key && same_name(m->fields[i].name, name))
			return &m->fields[i];
	return NULL;
}

struct bytes message_value(const struct message *m, struct bytes name, uint32_t key)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->fields[i].key == key && m->fields[i].type == FIELD_STRING && same_name(m->fields[i].name, name))
			return m->fields[i].value;
	return (struct bytes){0};
}

size_t message_occurs(const struct message *m, const char *name)
{
	struct bytes wanted = bytes_of(name);
	size_t times = 0;

	for (size_t i = 0; i < m->count; i++)
		times += bytes_equal(m->fields[i].name, wanted);
	return times;
}
