// SPDX-License-Identifier: MIT
#include "heartbeat/ipc/frame.h"

#include <stdlib.h>
#include <string.h>

const char *frame_verdict_text(enum frame_verdict v)
{
	static const char *const texts[FRAME_VERDICTS] = {
		[FRAME_PARTIAL] = "incomplete frame",
		[FRAME_READY] = "good frame",
		[FRAME_BAD_MAGIC] = "frame head without the constant 0xabcd",
		[FRAME_TOO_LONG] = "frame head announces too long a body",
		[FRAME_NO_NUL] = "frame body without its one closing NUL",
	};
	return (unsigned)v < FRAME_VERDICTS ? texts[v] : "?";
}

void frame_buffer_free(struct frame_buffer *b)
{
	free(b->data);
	*b = (struct frame_buffer){0};
}

struct bytes frame_buffer_waiting(const struct frame_buffer *b)
{
	if (b->start == b->end)
		return (struct bytes){NULL, 0};
	return (struct bytes){&b->data[b->start], b->end - b->start};
}

void frame_buffer_drop(struct frame_buffer *b, size_t n)
{
	size_t waiting = b->end - b->start;
	b->start += n < waiting ? n : waiting;
	if (b->start == b->end)
		b->start = b->end = 0;
}

/* Make space for n bytes after end.  Moves the waiting bytes to the front first. */
static bool make_room(struct frame_buffer *b, size_t n)
{
	if (b->cap - b->end >= n)
		return true;
	if (b->start > 0) {
		memmove(b->data, &b->data[b->start], b->end - b->start);
		b->end -= b->start;
		b->start = 0;
	}
	if (b->cap - b->end >= n)
		return true;
	size_t cap = b->cap ? b->cap : 1024;
	while (cap - b->end < n)
		cap *= 2; /* this ends, because n and end are at most a few MiB */
	uint8_t *data = realloc(b->data, cap);
	if (!data)
		return false;
	b->data = data;
	b->cap = cap;
	return true;
}

bool frame_buffer_append(struct frame_buffer *b, struct bytes more, size_t max)
{
	size_t waiting = b->end - b->start;
	if (waiting > max || more.len > max - waiting || !make_room(b, more.len))
		return false;
	if (more.len > 0)
		memcpy(&b->data[b->end], more.at, more.len);
	b->end += more.len;
	return true;
}

enum frame_verdict frame_next(struct frame_buffer *in, size_t limit, struct bytes *body)
{
	struct bytes waiting = frame_buffer_waiting(in);
	uint32_t head[2]; /* host byte order, as in captures of 3.0.6 */
	if (waiting.len < FRAME_HEAD)
		return FRAME_PARTIAL;
	memcpy(head, waiting.at, sizeof head);
	if (head[1] != FRAME_MAGIC)
		return FRAME_BAD_MAGIC;
	if (head[0] > limit || head[0] > FRAME_BODY_MAX)
		return FRAME_TOO_LONG;
	if (head[0] == 0)
		return FRAME_NO_NUL;
	if (waiting.len - FRAME_HEAD < head[0])
		return FRAME_PARTIAL;

	struct reader r = reader_over(waiting);
	(void)reader_take(&r, FRAME_HEAD); /* length checked above */
	struct bytes whole = reader_take(&r, head[0]);
	const uint8_t *nul = memchr(whole.at, 0, whole.len);
	/* Two readers could see different texts if there were an earlier NUL. */
	if (!nul || nul != &whole.at[whole.len - 1])
		return FRAME_NO_NUL;
	*body = (struct bytes){whole.at, whole.len - 1};
	/* The bytes stay where they are until the next append, so *body remains readable. */
	in->start += FRAME_HEAD + head[0];
	return FRAME_READY;
}

bool frame_put(struct frame_buffer *out, struct bytes body)
{
	static const uint8_t nul[1] = {0};
	if (body.len >= FRAME_BODY_MAX)
		return false;
	size_t whole = FRAME_HEAD + body.len + 1;
	size_t waiting = out->end - out->start;
	if (waiting > FRAME_QUEUE_MAX || whole > FRAME_QUEUE_MAX - waiting || !make_room(out, whole))
		return false;
	uint32_t head[2] = {(uint32_t)body.len + 1, FRAME_MAGIC};
	uint8_t raw[FRAME_HEAD];
	memcpy(raw, head, sizeof raw);
	/* These calls cannot fail: there is space for all three. */
	return frame_buffer_append(out, (struct bytes){raw, sizeof raw}, FRAME_QUEUE_MAX) &&
	       frame_buffer_append(out, body, FRAME_QUEUE_MAX) &&
	       frame_buffer_append(out, (struct bytes){nul, 1}, FRAME_QUEUE_MAX);
}
