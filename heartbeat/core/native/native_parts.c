// SPDX-License-Identifier: MIT
#include "heartbeat/core/native/native_parts.h"

#include "heartbeat/core/state.h"

struct bytes native_next_word(struct reader *r)
{
	struct reader probe = *r;
	struct bytes word = reader_until(&probe, ' ');
	if (!probe.failed) {
		*r = probe;
		return word;
	}
	return reader_take(r, reader_left(r));
}

/* Read "A:B", both hex. */
static bool pair_of_hex(struct bytes text, uint64_t *a, uint64_t *b)
{
	struct reader r = reader_over(text);
	struct bytes first = reader_until(&r, ':');
	return !r.failed && bytes_to_u64(first, 16, a) && bytes_to_u64(reader_take(&r, reader_left(&r)), 16, b);
}

void native_read_pair(const struct message *m, const char *field, uint64_t *a, uint64_t *b)
{
	if (!pair_of_hex(message_string(m, field), a, b))
		*a = *b = 0;
}

void native_read_hears(const struct message *m, uint64_t *generation, uint64_t *seq)
{
	native_read_pair(m, "h4hears", generation, seq);
}

bool native_may_answer(struct core *c)
{
	if (!mono_is_never(c->native.last_answer) &&
	    !mono_reached(c->now.mono, mono_add(c->native.last_answer, (struct span){c->conf->keepalive.ns / 4})))
		return false;
	c->native.last_answer = c->now.mono;
	return true;
}
