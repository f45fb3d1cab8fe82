// SPDX-License-Identifier: MIT
/* Events as lines of text, and back: one row for each kind (name, encode, decode).  heartbeat --record writes them,
 * tests/replay reads them.  Reads no clock and writes no file. */
#ifndef HEARTBEAT_CORE_EVENT_TEXT_H
#define HEARTBEAT_CORE_EVENT_TEXT_H

#include "heartbeat/core/codec.h"
#include "heartbeat/core/core.h"

/* What a decoded event points to. */
struct event_memory {
	char text[4 * CODEC_DATAGRAM_MAX + 256]; /* longer than every encoded event */
	uint8_t data[CODEC_DATAGRAM_MAX], arena[CODEC_UNCOMPRESSED_MAX];
	struct message message;
};

/* Numbers in an event are indices: of media, groups and nodes there are so many. */
struct event_limits {
	size_t media, groups, nodes;
};

/* "NAME" or "NAME ARGUMENT...", without a newline.  Writes nothing for EVENT_TIMER: whoever replays knows the core's
 * deadlines. */
void event_encode(struct writer *w, const struct event *event);
/* The reverse.  The event lives as long as memory.  Returns NULL, or what is wrong (static text). */
const char *event_decode(
	struct bytes text, const struct event_limits *limits, struct event_memory *memory, struct event *out);

#endif
