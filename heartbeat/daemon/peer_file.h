// SPDX-License-Identifier: MIT
/* The file /var/lib/heartbeat/peer, which keeps what this node remembers of its peer (core/peer_memory.h) over its own
 * restarts.  A separate process writes the file, so a disk that is full, read-only or does not answer does not stop the
 * engine.
 * An operator may remove the file while heartbeat is stopped.  Then a recording of old packets can delay the next
 * start.
 * doc/protocol.md 10.22 */
#ifndef HEARTBEAT_DAEMON_PEER_FILE_H
#define HEARTBEAT_DAEMON_PEER_FILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heartbeat/core/peer_memory.h"

/* What survives an engine, in the memory that it shares with the guardian; all 0 at a fresh start.  So a later engine
 * needs no disk.  There are two copies, because an engine can be killed while it writes one of them. */
struct peer_file_memory {
	struct peer_memory copies[2];
	_Atomic uint32_t current; /* 0: nothing is remembered; otherwise copies[current - 1] */
	bool was_read;            /* an engine has read the file */
	bool unsaved;             /* the file does not have the current copy yet */
	int error;                /* errno of the last attempt to write; 0: it succeeded */
};

struct peer_file;

/* Make the object for a new engine.  A fresh start reads the file, and logs a damaged or unreadable file.  A later
 * engine reads no file.  path is borrowed. */
struct peer_file *peer_file_new(const char *path, struct peer_file_memory *memory);
/* Called when the engine ends: start a write that still waits, and wait a second at most until it is done.  f may be
 * NULL. */
void peer_file_free(struct peer_file *f);

/* What is remembered; valid until the next peer_file_store.  NULL: nothing. */
const struct peer_memory *peer_file_remembered(const struct peer_file *f);
/* Remember this for the next engine, and request a write: at once if soon, otherwise a minute after the last write
 * started, because each write needs a process.  Does not block.  A failure is logged once and tried again each
 * minute. */
void peer_file_store(struct peer_file *f, const struct peer_memory *memory, bool soon);
/* For doubts.h: write the text at this position about a file that could not be written, cut at cap bytes.  Returns
 * false past the last text. */
bool peer_file_doubt(const struct peer_file *f, size_t position, char *out, size_t cap);

#endif
