// SPDX-License-Identifier: MIT
/* Finds the messages in a stream of text framing, as a serial line carries it: bytes go in, whole messages come out.
 * After noise it goes on with the next message.  Checks nothing else.  doc/protocol.md 8.1 */
#ifndef HEARTBEAT_MEDIA_TEXT_FRAMES_H
#define HEARTBEAT_MEDIA_TEXT_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"

enum { TEXT_FRAME_MAX = 65536 }; /* as much as a datagram can carry */

struct text_frames {
	bool inside;    /* the start of a message was seen */
	bool complete;  /* the message ends with the last byte */
	size_t line;    /* where the current line starts */
	size_t len;     /* bytes kept */
	uint64_t noise; /* pieces that were dropped: lines outside of a message, messages without end, too long ones */
	uint8_t kept[TEXT_FRAME_MAX];
};

/* Take one byte.  True: it completes a message, which text_frames_message returns until the next byte is taken. */
bool text_frames_take(struct text_frames *f, uint8_t byte);
struct bytes text_frames_message(const struct text_frames *f);

#endif
