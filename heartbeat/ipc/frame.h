// SPDX-License-Identifier: MIT
/* Frames of the client API socket: 4-byte length, 4-byte constant, body with one closing NUL.  Builds and splits
 * frames; knows no message and uses no descriptor.  doc/commands.md 4.1, 7.9. */
#ifndef HEARTBEAT_IPC_FRAME_H
#define HEARTBEAT_IPC_FRAME_H

#include "lib/bytes.h"

enum {
	FRAME_HEAD = 8,
	FRAME_MAGIC = 0xabcd,
	FRAME_BODY_MAX = 1 << 20,      /* doc/commands.md 7.9; the reference accepts 64 MiB */
	FRAME_QUEUE_MAX = 1 << 20,     /* of unsent output: a client that does not read is closed */
};

enum frame_verdict {
	FRAME_PARTIAL,   /* more bytes are needed */
	FRAME_READY,
	FRAME_BAD_MAGIC,
	FRAME_TOO_LONG,  /* announced length over the limit */
	FRAME_NO_NUL,    /* empty, or the body does not end in its one NUL */
	FRAME_VERDICTS,
};
const char *frame_verdict_text(enum frame_verdict v);

/* Bytes that wait: received and not yet cut, or framed and not yet sent.  Grows as bytes arrive, never by what a head
 * announces.  Zero-initialised is empty. */
struct frame_buffer {
	uint8_t *data;
	size_t start, end, cap;
};
void frame_buffer_free(struct frame_buffer *b);
/* What waits; borrowed until the next change. */
struct bytes frame_buffer_waiting(const struct frame_buffer *b);
/* Forget the first n bytes. */
void frame_buffer_drop(struct frame_buffer *b, size_t n);
/* Append.  False when more than max bytes would wait or memory is short; then nothing is appended. */
bool frame_buffer_append(struct frame_buffer *b, struct bytes more, size_t max);

/* Cut the next frame off the front.  limit: largest body, its NUL included, at most FRAME_BODY_MAX.
 * On FRAME_READY *body is without the NUL and lives until the buffer is changed.  After a fault the stream
 * cannot be used any more. */
enum frame_verdict frame_next(struct frame_buffer *in, size_t limit, struct bytes *body);
/* Append one frame with this body (NUL added).  False: does not fit into FRAME_QUEUE_MAX; nothing was appended. */
bool frame_put(struct frame_buffer *out, struct bytes body);

#endif
