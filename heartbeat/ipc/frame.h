// SPDX-License-Identifier: MIT
/* Frames of the client API socket: a 4-byte length, a 4-byte constant, and a body that ends with a NUL.  Builds and
 * splits frames; does not look at messages and uses no descriptor.  doc/commands.md 4.1, 7.9. */
#ifndef HEARTBEAT_IPC_FRAME_H
#define HEARTBEAT_IPC_FRAME_H

#include "lib/bytes.h"

enum {
	FRAME_HEAD = 8,
	FRAME_MAGIC = 0xabcd,
	FRAME_BODY_MAX = 1 << 20,      /* doc/commands.md 7.9; Heartbeat 3.0.6 accepts 64 MiB */
	/* largest amount of unsent output; the session of a client that does not read is closed */
	FRAME_QUEUE_MAX = 1 << 20,
};

enum frame_verdict {
	FRAME_PARTIAL,   /* more bytes are needed */
	FRAME_READY,
	FRAME_BAD_MAGIC,
	FRAME_TOO_LONG,  /* the length in the head exceeds the limit */
	FRAME_NO_NUL,    /* the body is empty, does not end with a NUL, or contains another NUL */
	FRAME_VERDICTS,
};
const char *frame_verdict_text(enum frame_verdict v);

/* A buffer of bytes: received bytes that are not yet split, or frames that are not yet sent.  Grows when bytes arrive,
 * not by the length in a head.  Zeroed memory is an empty buffer. */
struct frame_buffer {
	uint8_t *data;
	size_t start, end, cap;
};
void frame_buffer_free(struct frame_buffer *b);
/* The bytes in the buffer; valid until the next change. */
struct bytes frame_buffer_waiting(const struct frame_buffer *b);
/* Remove the first n bytes. */
void frame_buffer_drop(struct frame_buffer *b, size_t n);
/* Append bytes.  Returns false, and appends nothing, when the buffer would have more than max bytes or there is no
 * memory. */
bool frame_buffer_append(struct frame_buffer *b, struct bytes more, size_t max);

/* Take the next frame from the front of the buffer.  limit: the largest body with its NUL, at most FRAME_BODY_MAX.
 * On FRAME_READY *body is without the NUL and valid until the buffer is changed.  After FRAME_BAD_MAGIC, FRAME_TOO_LONG
 * or FRAME_NO_NUL the stream is unusable. */
enum frame_verdict frame_next(struct frame_buffer *in, size_t limit, struct bytes *body);
/* Append one frame with this body and a NUL.  Returns false, and appends nothing, when the frame does not fit into
 * FRAME_QUEUE_MAX. */
bool frame_put(struct frame_buffer *out, struct bytes body);

#endif
