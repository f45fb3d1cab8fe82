// SPDX-License-Identifier: MIT
/* The memory that the guardian, the engine and the release process share.  It is the file /run/heartbeat/state, so that
 * it outlives them all: when both are killed, the next start reads what ran here.  Its blocks are reserved at the
 * start, so that a full /run cannot hurt later.  When the file cannot be made, or /run is on a disk and not in memory,
 * the memory has no file and lasts as long as one of the processes. */
#ifndef HEARTBEAT_DAEMON_SHARED_H
#define HEARTBEAT_DAEMON_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "heartbeat/daemon/holdings.h"
#include "heartbeat/daemon/identity.h"
#include "heartbeat/daemon/peer_file.h"
#include "heartbeat/exec/client_reports.h"
#include "lib/process_groups.h"

enum {
	SHARED_VERSION = 4, /* another layout gets another number: a new binary must not misread an old one's file */
	/* one call for each group, the hook, and what the look at the start calls */
	SHARED_SCRIPTS = 2 * HARESOURCES_GROUPS_MAX + 8,
};

struct shared {
	uint64_t magic;
	uint32_t version, size;
	char boot[40]; /* of the kernel: after a boot nothing in here is true */
	_Atomic int64_t beat_ns; /* monotonic: the engine's main loop ran then; 0 never */
	_Atomic int64_t sent_ns; /* monotonic: the engine handed a packet to the kernel then */
	_Atomic int64_t guardian_beat_ns; /* monotonic: the guardian's loop ran then */
	_Atomic int64_t keepalive_ns, deadtime_ns; /* of the configuration in use */
	_Atomic int32_t guardian_pid, engine_pid;
	_Atomic int32_t clients_pid; /* the process of clients.h; 0: none */
	_Atomic uint64_t clients_started; /* of that process: lib/process_stat.h */
	_Atomic bool
		engine_clean; /* the engine ends because it was ordered to, and everything it could stop is stopped */
	_Atomic bool stop; /* an order to stop was given */
	_Atomic bool looked; /* an engine has looked what ran here before it, and has stopped it */
	_Atomic bool repairing; /* exec_config.repairing.  A byte that was 0 before, so that the layout is the same */
	struct holdings_pair holdings;
	struct identity_memory identity;
	struct peer_file_memory peer;
	struct process_group scripts[SHARED_SCRIPTS];
	struct process_group clients[HA_CF_CHILDREN_MAX]; /* programs of respawn and failfast lines */
	struct client_reports client_reports;
};

/* Make the memory, or map what an earlier daemon left in the file.  *fd: descriptor of it, for shared_map after exec.
 * *left: an earlier daemon of this boot left something in it.  NULL with errno. */
struct shared *shared_open(int *fd, bool *left);
/* Map the descriptor that another process of this daemon passed on.  NULL with errno; EPROTO: another layout. */
struct shared *shared_map(int fd);
/* The daemon ends: note for shared_left whether something may still run. */
void shared_end(const struct shared *s);
/* Did a daemon that has ended leave groups that may still run?  1, 0, or -errno: that cannot be known. */
int shared_left(void);

#endif
