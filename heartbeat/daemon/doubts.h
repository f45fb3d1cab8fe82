// SPDX-License-Identifier: MIT
/* The list for "cl_status doubts": what does not work on this node although the node itself works, from all modules. */
#ifndef HEARTBEAT_DAEMON_DOUBTS_H
#define HEARTBEAT_DAEMON_DOUBTS_H

#include <stdbool.h>
#include <stddef.h>

/* Write the text at this position of the list of an engine (struct engine *), cut at cap bytes.  Returns false past the
 * end of the list. */
bool engine_doubt(void *engine, size_t position, char *out, size_t cap);

#endif
