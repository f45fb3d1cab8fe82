// SPDX-License-Identifier: MIT
/* The texts of the configuration in use, in memory that the processes of the daemon share.  A new engine and the
 * release process parse these texts, not the files, so a half-edited file or a disk that does not answer cannot stop
 * their work.  There are two places: a reload writes the new texts into the place that is not in use. */
#ifndef HEARTBEAT_DAEMON_ACCEPTED_H
#define HEARTBEAT_DAEMON_ACCEPTED_H

#include <limits.h>
#include <stdatomic.h>

#include "heartbeat/daemon/load.h"

enum { ACCEPTED_REPORT = 8192 };

struct accepted {
	_Atomic uint32_t number; /* grows with each change; the lowest bit is the index of the place in use */
	int debug; /* from here on: options of the command line */
	bool foreground, ordinary; /* ordinary: option -l, no real-time priority */
	char record[PATH_MAX]; /* the file of option --record; "": none */
	/* the report of the process that reads the files: lines that start with "E" or "W" */
	char report[ACCEPTED_REPORT];
	struct config_texts places[2];
};

/* Allocate the memory; only used pages take real memory.  *fd: the descriptor, for accepted_map after exec.  Returns
 * NULL with errno. */
struct accepted *accepted_new(int *fd);
struct accepted *accepted_map(int fd);
const struct config_texts *accepted_texts(const struct accepted *a);
/* The place that is not in use, for the texts of a reload. */
struct config_texts *accepted_candidate(struct accepted *a);
/* Use the candidate from now on, and wipe the old texts, because they contain keys. */
void accepted_commit(struct accepted *a);
/* Wipe the candidate, because it will not be used. */
void accepted_drop(struct accepted *a);

#endif
