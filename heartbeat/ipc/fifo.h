// SPDX-License-Identifier: MIT
/* The command FIFO (/var/lib/heartbeat/fifo, root only): text messages without auth, one after another.
 * doc/protocol.md 4.1, doc/commands.md 3.  Joins partial writes; counts, logs and skips garbage. */
#ifndef HEARTBEAT_IPC_FIFO_H
#define HEARTBEAT_IPC_FIFO_H

#include "heartbeat/core/message.h"

struct fifo;
/* Make (0600, replaces anything that is no FIFO) and open.  When that fails, for example because the disk is full, the
 * log has the reason, and nothing is received: only existing scripts need the FIFO.  It is not tried again, because
 * making a FIFO can hang.  Never NULL.  message: valid during the call. */
struct fifo *fifo_open(const char *path, void (*received)(void *context, const struct message *m), void *context);
/* errno of fifo_open; 0: it is open. */
int fifo_trouble(const struct fifo *f);
/* Close and remove.  f may be NULL. */
void fifo_close(struct fifo *f);

#endif
