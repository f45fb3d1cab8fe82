// SPDX-License-Identifier: MIT
/* Generation and uuid of this node, kept in /var/lib/heartbeat.  A disk that is full, read-only or frozen never
 * prevents a start: this module decides what the node uses instead, and saves it as soon as it can.
 * doc/protocol.md 1.6, 5.1; doc/commands.md 6. */
#ifndef HEARTBEAT_DAEMON_IDENTITY_H
#define HEARTBEAT_DAEMON_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What outlives an engine, in memory that it shares with its supervisor; all 0 at a fresh start.  The file has the
 * highest generation that is reserved, so that an engine that follows another one needs no disk. */
struct identity_memory {
	uint64_t next;     /* generation of the next engine; 0: no engine has run yet */
	uint64_t reserved; /* the highest number in the file */
	uint8_t uuid[16];
	bool uuid_saved;
	int generation_error, uuid_error; /* errno of the last attempt to write; 0: none has failed */
};

struct identity_config {
	const char *node; /* name of this node; used by identity_new only */
	bool by_time;     /* hbgenmethod time */
	/* Files.  generation_copy is in /run: the number that generation_file could not take. */
	const char *generation_file, *generation_copy, *uuid_file, *machine_id_file;
};

struct identity;

/* The identity of a new engine.  A fresh start reads the files and waits until they are written, at most some seconds.
 * A later engine waits for nothing.  What cannot be written is logged once and tried again each minute, by a process of
 * its own.  config is copied, its names of files are borrowed. */
struct identity *identity_new(const struct identity_config *config, struct identity_memory *memory);
/* id may be NULL. */
void identity_free(struct identity *id);

/* Larger than any before it: the number of the file + 1.  Without a file, or when none can be written, at least the
 * time of day, which is far above a number that grows by one with each start. */
uint64_t identity_generation(const struct identity *id);
/* The uuid of the file, otherwise a random uuid, which is written to the file.  When it cannot be written, a uuid that
 * is the same at each start: a digest of /etc/machine-id and the name of the node. */
void identity_uuid(const struct identity *id, uint8_t uuid[16]);
/* What could not be written: text number position, cut at cap; false: there are not so many. */
bool identity_doubt(const struct identity *id, size_t position, char *out, size_t cap);

#endif
