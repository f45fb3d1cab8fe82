// SPDX-License-Identifier: MIT
/* Finds the messages in a byte stream with text framing, for example from a serial line.  After noise it continues with
 * the next message.  It does not check the content of messages.  doc/protocol.md 8.1 */
#ifndef HEARTBEAT_MEDIA_TEXT_FRAMES_H
#define HEARTBEAT_MEDIA_TEXT_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"

enum { TEXT_FRAME_MAX = 65536 }; /* the maximum size of a datagram */

struct text_frames {
	bool inside;    /* the start of a message has arrived */
	bool complete;  /* the last byte has completed the message */
	size_t line;    /* where the current line starts */
	size_t len;     /* the number of stored bytes */
	/* the number of dropped pieces: lines outside of a message, messages without an end, too long messages */
	uint64_t noise;
	uint8_t kept[TEXT_FRAME_MAX];
};

/* Take one byte.  Returns true when it completes a message; text_frames_message returns that message until the next
 * byte is taken. */
bool text_frames_take(struct text_frames *f, uint8_t byte);
struct bytes text_frames_message(const struct text_frames *f);

#endif
