// SPDX-License-Identifier: MIT
/* The file /var/lib/heartbeat/peer, which keeps what this node remembers of its peer (core/peer_memory.h) over its own
 * restarts.  A disk that is full, read-only or frozen never stops the engine: a process of its own writes the file.
 * The file may be removed while heartbeat is stopped.  Then a recording can delay the next start.
 * doc/protocol.md 10.22 */
#ifndef HEARTBEAT_DAEMON_PEER_FILE_H
#define HEARTBEAT_DAEMON_PEER_FILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heartbeat/core/peer_memory.h"

/* What outlives an engine, in memory that it shares with its supervisor; all 0 at a fresh start.  An engine that
 * follows another one needs no disk.  Two copies: an engine can be killed while it writes one. */
struct peer_file_memory {
	struct peer_memory copies[2];
	_Atomic uint32_t current; /* 0: nothing is remembered; otherwise copies[current - 1] */
	bool was_read;            /* an engine has read the file */
	bool unsaved;             /* the file does not have the current copy yet */
	int error;                /* errno of the last attempt to write; 0: it succeeded */
};

struct peer_file;

/* The memory of a new engine.  A fresh start reads the file; one that is damaged or cannot be read is logged.  A later
 * engine reads nothing.  path is borrowed. */
struct peer_file *peer_file_new(const char *path, struct peer_file_memory *memory);
/* The engine ends: have written what waits, and wait for that at most a second.  f may be NULL. */
void peer_file_free(struct peer_file *f);

/* What is remembered, until the next store; NULL: nothing. */
const struct peer_memory *peer_file_remembered(const struct peer_file *f);
/* Remember this for the next engine, and have it written: soon, or a minute after the last write started, because each
 * write takes a process.  Never blocks.  A failure is logged once and tried again each minute. */
void peer_file_store(struct peer_file *f, const struct peer_memory *memory, bool soon);
/* What could not be written: text number position, cut at cap; false: there are not so many. */
bool peer_file_doubt(const struct peer_file *f, size_t position, char *out, size_t cap);

#endif
