// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/peer_text.h"

#include <inttypes.h>
#include <string.h>

static const char *const dialects[] = {"classic", "native"};

size_t peer_text_format(const struct peer_memory *memory, char *out, size_t cap)
{
	struct writer w = writer_over(out, cap);
	writer_format(&w, "name %s\n", memory->name);
	if (memory->has_uuid) {
		writer_text(&w, "uuid ");
		writer_hex(&w, (struct bytes){memory->uuid, sizeof memory->uuid});
		writer_byte(&w, '\n');
	}
	writer_format(&w, "generation %" PRIu64 "\nnumber %" PRIu64 "\ndialect %s\n", memory->generation,
		memory->number, dialects[memory->spoke_native]);
	writer_text(&w, memory->alone ? "alone 1\n" : "");
	writer_text(&w, memory->heard ? "heard 1\n" : "");
	writer_text(&w, memory->fenced ? "fenced 1\n" : "");
	if ((memory->heard || memory->fenced) && *memory->boot)
		writer_format(&w, "boot %s\n", memory->boot);
	if (w.overflowed || w.len == cap)
		return 0;
	out[w.len] = '\0';
	return w.len;
}

static bool take_name(struct bytes value, struct peer_memory *m)
{
	return value.len > 0 && bytes_to_text(value, m->name, sizeof m->name);
}

static bool take_uuid(struct bytes value, struct peer_memory *m)
{
	struct reader r = reader_over(value);
	if (value.len != 2 * sizeof m->uuid)
		return false;
	for (size_t i = 0; i < sizeof m->uuid; i++) {
		uint64_t byte;
		if (!bytes_to_u64(reader_take(&r, 2), 16, &byte))
			return false;
		m->uuid[i] = (uint8_t)byte;
	}
	m->has_uuid = true;
	return true;
}

static bool take_generation(struct bytes value, struct peer_memory *m)
{
	return bytes_to_u64(value, 10, &m->generation); /* 0: the peer was not heard yet */
}

static bool take_number(struct bytes value, struct peer_memory *m)
{
	return bytes_to_u64(value, 10, &m->number);
}

static bool take_dialect(struct bytes value, struct peer_memory *m)
{
	m->spoke_native = bytes_equal_text(value, dialects[true]);
	return m->spoke_native || bytes_equal_text(value, dialects[false]);
}

static bool take_yes(struct bytes value, bool *to)
{
	*to = bytes_equal_text(value, "1");
	return *to;
}

static bool take_alone(struct bytes value, struct peer_memory *m)
{
	return take_yes(value, &m->alone);
}

static bool take_heard(struct bytes value, struct peer_memory *m)
{
	return take_yes(value, &m->heard);
}

static bool take_fenced(struct bytes value, struct peer_memory *m)
{
	return take_yes(value, &m->fenced);
}

static bool take_boot(struct bytes value, struct peer_memory *m)
{
	return bytes_to_text(value, m->boot, sizeof m->boot);
}

static const struct {
	const char *name;
	bool (*take)(struct bytes value, struct peer_memory *m);
	bool required;
} rows[] = {
	{"name", take_name, true},
	{"uuid", take_uuid, false},
	{"generation", take_generation, true},
	{"number", take_number, true},
	{"dialect", take_dialect, true},
	{"alone", take_alone, false}, /* this row and the next two are written only when they are true */
	{"heard", take_heard, false},
	{"fenced", take_fenced, false},
	{"boot", take_boot, false},
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool parse(struct bytes text, struct peer_memory *m)
{
	struct reader r = reader_over(text);
	bool seen[ROWS] = {false};
	while (reader_left(&r)) {
		struct reader line = reader_over(reader_until(&r, '\n'));
		struct bytes name = reader_until(&line, ' '), value = reader_take(&line, reader_left(&line));
		if (r.failed || line.failed)
			return false;
		for (size_t i = 0; i < ROWS; i++)
			if (bytes_equal_text(name, rows[i].name)) {
				if (seen[i] || !rows[i].take(value, m))
					return false;
				seen[i] = true;
			}
	}
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].required && !seen[i])
			return false;
	return true;
}

bool peer_text_parse(struct bytes text, struct peer_memory *memory)
{
	memset(memory, 0, sizeof *memory);
	if (parse(text, memory))
		return true;
	memset(memory, 0, sizeof *memory);
	return false;
}
