// SPDX-License-Identifier: MIT
/* The command FIFO (/var/lib/heartbeat/fifo, root only): receives text messages without auth, one after another.
 * doc/protocol.md 4.1, doc/commands.md 3.  Joins messages that arrive in parts; counts, logs and skips garbage. */
#ifndef HEARTBEAT_IPC_FIFO_H
#define HEARTBEAT_IPC_FIFO_H

#include "heartbeat/core/message.h"

struct fifo;
/* Create the FIFO (mode 0600; replaces a file that is not a FIFO) and open it.  When that fails, for example because
 * the disk is full, the reason is logged and nothing is received: only existing scripts need the FIFO.  There is no
 * second attempt, because creating a FIFO can block.  Never returns NULL.  The message is valid during the call. */
struct fifo *fifo_open(const char *path, void (*received)(void *context, const struct message *m), void *context);
/* The errno of a failed fifo_open; 0: the FIFO is open. */
int fifo_trouble(const struct fifo *f);
/* Close and remove the FIFO.  f may be NULL. */
void fifo_close(struct fifo *f);

#endif
