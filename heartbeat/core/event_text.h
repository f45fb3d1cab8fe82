// SPDX-License-Identifier: MIT
/* Converts events to lines of text and back: one row for each kind of event (name, encode, decode).  heartbeat --record
 * writes the lines, and tests/replay reads them.  Reads no clock and writes no file. */
#ifndef HEARTBEAT_CORE_EVENT_TEXT_H
#define HEARTBEAT_CORE_EVENT_TEXT_H

#include "heartbeat/core/codec.h"
#include "heartbeat/core/core.h"

/* The memory that a decoded event points into. */
struct event_memory {
	char text[4 * CODEC_DATAGRAM_MAX + 256]; /* longer than every encoded event */
	uint8_t data[CODEC_DATAGRAM_MAX], arena[CODEC_UNCOMPRESSED_MAX];
	struct message message;
};

/* The number of media, groups and nodes.  The numbers in an event are indices below these limits. */
struct event_limits {
	size_t media, groups, nodes;
};

/* Write an event as "NAME" or "NAME ARGUMENT...", without a newline.  Writes nothing for EVENT_TIMER: the program that
 * replays the lines knows the deadlines of the core. */
void event_encode(struct writer *w, const struct event *event);
/* Read an event.  out is valid as long as memory.  Returns NULL, or what is wrong (static text). */
const char *event_decode(
	struct bytes text, const struct event_limits *limits, struct event_memory *memory, struct event *out);

#endif
