// SPDX-License-Identifier: MIT
/* The configuration in use, as text, in memory that the processes of the daemon share.  A new engine and the release
 * process parse these texts and not the files: a half-edited file, or a disk that does not answer, cannot stop their
 * work.  There are two places, so that a reload writes the new texts beside those in use. */
#ifndef HEARTBEAT_DAEMON_ACCEPTED_H
#define HEARTBEAT_DAEMON_ACCEPTED_H

#include <limits.h>
#include <stdatomic.h>

#include "heartbeat/daemon/load.h"

enum { ACCEPTED_REPORT = 8192 };

struct accepted {
	_Atomic uint32_t number; /* grows with each change; its lowest bit is the place in use */
	int debug; /* options of the command line */
	bool foreground, ordinary; /* ordinary: -l, no real-time priority */
	char record[PATH_MAX]; /* --record; "": none */
	char report[ACCEPTED_REPORT]; /* of the process that reads the files: lines, "E" or "W" in front */
	struct config_texts places[2];
};

/* Make it; only touched pages take memory.  *fd: its descriptor, for accepted_map after exec.  NULL with errno. */
struct accepted *accepted_new(int *fd);
struct accepted *accepted_map(int fd);
const struct config_texts *accepted_texts(const struct accepted *a);
/* The place for the texts of a reload. */
struct config_texts *accepted_candidate(struct accepted *a);
/* The candidate is in use from now on; the old texts, which contain keys, are wiped. */
void accepted_commit(struct accepted *a);
/* The candidate is not used: wipe it. */
void accepted_drop(struct accepted *a);

#endif
