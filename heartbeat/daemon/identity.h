// SPDX-License-Identifier: MIT
/* The generation and the uuid of this node, kept in /var/lib/heartbeat.  A disk that is full, read-only or does not
 * answer does not prevent a start: this module decides what the node uses instead, and saves it as soon as it can.
 * doc/protocol.md 1.6, 5.1; doc/commands.md 6. */
#ifndef HEARTBEAT_DAEMON_IDENTITY_H
#define HEARTBEAT_DAEMON_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What survives an engine, in the memory that it shares with the guardian; all 0 at a fresh start.  The file has the
 * highest reserved generation, so a later engine needs no disk. */
struct identity_memory {
	uint64_t next;     /* the generation of the next engine; 0: no engine has run yet */
	uint64_t reserved; /* the highest number in the file */
	uint8_t uuid[16];
	bool uuid_saved;
	int generation_error, uuid_error; /* errno of the last attempt to write; 0: none has failed */
};

struct identity_config {
	const char *node; /* name of this node; used by identity_new only */
	bool by_time;     /* ha.cf has "hbgenmethod time" */
	/* Names of files.  generation_copy is in /run: it has the number when generation_file cannot be written. */
	const char *generation_file, *generation_copy, *uuid_file, *machine_id_file;
};

struct identity;

/* Make the identity of a new engine.  A fresh start reads the files and waits some seconds at most until they are
 * written.  A later engine does not wait.  A failed write is logged once and tried again each minute, by a separate
 * process.  config is copied, but its file names are borrowed. */
struct identity *identity_new(const struct identity_config *config, struct identity_memory *memory);
/* id may be NULL. */
void identity_free(struct identity *id);

/* Returns a generation that is larger than all before: the number of the file + 1.  Without a file, or when no file can
 * be written, it is at least the unix time, which is far above a number that grows by one with each start. */
uint64_t identity_generation(const struct identity *id);
/* Get the uuid of the file, or otherwise a random uuid, which is written to the file.  When the file cannot be written,
 * this is a uuid that is the same at each start: a digest of /etc/machine-id and the name of the node. */
void identity_uuid(const struct identity *id, uint8_t uuid[16]);
/* For doubts.h: write the text at this position about files that could not be written, cut at cap bytes.  Returns false
 * past the last text. */
bool identity_doubt(const struct identity *id, size_t position, char *out, size_t cap);

#endif
