// SPDX-License-Identifier: MIT
/* Asks each fencing device of this node for its status and its hosts: at the start, every fence_check, and every minute
 * while one does not answer.  One after the other, in the background, never while a shot runs.  doc/fencing.md R15 */
#ifndef HEARTBEAT_DAEMON_FENCE_CHECK_H
#define HEARTBEAT_DAEMON_FENCE_CHECK_H

#include "heartbeat/daemon/engine_private.h"

struct fence_check;

/* The first questions are asked as soon as the main loop runs.  The engine outlives it. */
struct fence_check *fence_check_new(struct engine *e);
void fence_check_free(struct fence_check *f);
/* e->files has changed: what is known of a device that is the same stays, and all are asked again. */
void fence_check_reconfigure(struct fence_check *f);
/* For doubts.h. */
bool fence_check_doubt(const struct fence_check *f, size_t position, char *out, size_t cap);
/* For the status: the devices of this node, by position. */
bool fence_check_device(const struct fence_check *f, size_t position, struct api_device *out);

#endif
