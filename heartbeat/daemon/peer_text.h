// SPDX-License-Identifier: MIT
/* Converts what this node remembers of its peer (core/peer_memory.h) to the text of a file and back:
 *
 * 	name node2
 * 	uuid 5f0c6d1e9b1f4a06b7f0c6a3d2e41857
 * 	generation 1795972004
 * 	number 4711
 * 	dialect native
 * 	heard 1
 * 	boot 8e1f3a52-4a3c-4d0f-9d51-6a7f0c1f9e77
 *
 * Reads and writes no file. */
#ifndef HEARTBEAT_DAEMON_PEER_TEXT_H
#define HEARTBEAT_DAEMON_PEER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "heartbeat/core/peer_memory.h"
#include "lib/bytes.h"

enum { PEER_TEXT_MAX = 512 }; /* longer than every text of peer_text_format */

/* Write the text into out, with a NUL.  Returns its length, or 0 when cap is too small. */
size_t peer_text_format(const struct peer_memory *memory, char *out, size_t cap);
/* Read the text.  The lines may have any order.  Unknown lines are skipped, because a later version may write more
 * lines.  Returns false, with *memory all 0, when the line name, generation, number or dialect is missing or a value is
 * bad. */
bool peer_text_parse(struct bytes text, struct peer_memory *memory);

#endif
