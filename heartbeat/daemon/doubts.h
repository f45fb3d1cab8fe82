// SPDX-License-Identifier: MIT
/* What does not work on this node although the node itself works, for cl_status doubts: one list of the reports of all
 * modules. */
#ifndef HEARTBEAT_DAEMON_DOUBTS_H
#define HEARTBEAT_DAEMON_DOUBTS_H

#include <stdbool.h>
#include <stddef.h>

/* Text number position of an engine (struct engine *), cut at cap.  False: there are not so many. */
bool engine_doubt(void *engine, size_t position, char *out, size_t cap);

#endif
