// SPDX-License-Identifier: MIT
/* The files of identity.c: read at a fresh start, written by a process that may block.  Private to identity.c. */
#ifndef HEARTBEAT_DAEMON_IDENTITY_FILES_H
#define HEARTBEAT_DAEMON_IDENTITY_FILES_H

#include "heartbeat/daemon/identity.h"

enum { GENERATIONS_RESERVED = 16 }; /* at once: so many engines need no disk */

/* The highest number of both files; 0: none.  Logs a file without a usable number.  *was_unwritable: the start before
 * this one could not write. */
uint64_t identity_read_generation(const struct identity_config *config, bool *was_unwritable);
/* False: there is no file, or it is not 16 bytes long, which is logged. */
bool identity_read_uuid(const struct identity_config *config, uint8_t uuid[16]);
/* The uuid of a node that cannot keep one. */
void identity_derive_uuid(const struct identity_config *config, uint8_t uuid[16]);

/* What the process does, and what it reports. */
struct identity_writing {
	struct identity_config config;
	uint64_t generation; /* the file gets this number, or keeps a higher one; 0: leave it */
	bool with_uuid;
	uint8_t uuid[16];
};
struct identity_written {
	uint64_t generation; /* as ordered */
	bool with_uuid;
	int generation_error, uuid_error; /* errno or 0 */
};
/* The process: for own_process_job; context is a struct identity_writing. */
void identity_write(void *context, int socket);

#endif
