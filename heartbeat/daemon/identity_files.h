// SPDX-License-Identifier: MIT
/* The files of identity.c: read at a fresh start, written by a process that may block.  Private to identity.c. */
#ifndef HEARTBEAT_DAEMON_IDENTITY_FILES_H
#define HEARTBEAT_DAEMON_IDENTITY_FILES_H

#include "heartbeat/daemon/identity.h"

enum { GENERATIONS_RESERVED = 16 }; /* how many generations one write reserves: as many engines need no disk */

/* Returns the highest number of both files; 0: none.  Logs a file without a usable number.  *was_unwritable: the start
 * before this one could not write generation_file. */
uint64_t identity_read_generation(const struct identity_config *config, bool *was_unwritable);
/* Returns false when there is no file, or when it is not 16 bytes long; the latter is logged. */
bool identity_read_uuid(const struct identity_config *config, uint8_t uuid[16]);
/* Compute the uuid of a node that cannot save a uuid. */
void identity_derive_uuid(const struct identity_config *config, uint8_t uuid[16]);

/* The order for the writing process, and its report. */
struct identity_writing {
	struct identity_config config;
	uint64_t generation; /* write this number unless the file has a higher number; 0: do not write it */
	bool with_uuid;
	uint8_t uuid[16];
};
struct identity_written {
	uint64_t generation; /* copied from the order */
	bool with_uuid;
	int generation_error, uuid_error; /* errno or 0 */
};
/* The function of the writing process, for own_process_job; context: a struct identity_writing. */
void identity_write(void *context, int socket);

#endif
