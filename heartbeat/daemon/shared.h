// SPDX-License-Identifier: MIT
/* The memory that the guardian, the engine and the release process share.  It is the file /run/heartbeat/state, so it
 * survives when all processes are killed, and the next start reads from it what ran here.  Its blocks are reserved at
 * the start, so a full /run does no harm later.  When the file cannot be made, or when /run is not in memory but on a
 * disk, the shared memory has no file and lasts until the last of the processes ends. */
#ifndef HEARTBEAT_DAEMON_SHARED_H
#define HEARTBEAT_DAEMON_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "heartbeat/daemon/holdings.h"
#include "heartbeat/daemon/identity.h"
#include "heartbeat/daemon/peer_file.h"
#include "heartbeat/exec/client_reports.h"
#include "heartbeat/exec/halted_groups.h"
#include "lib/process_groups.h"

enum {
	SHARED_VERSION = 4, /* another layout gets another number: a new binary must not misread an old one's file */
	/* one call for each group, the hook, and what the look at the start calls */
	SHARED_SCRIPTS = 2 * HARESOURCES_GROUPS_MAX + 8,
};

struct shared {
	uint64_t magic;
	uint32_t version, size;
	char boot[40]; /* the boot_id of the kernel: after another boot, nothing in this memory is true */
	_Atomic int64_t beat_ns; /* monotonic time when the main loop of the engine last ran; 0: never */
	_Atomic int64_t sent_ns; /* monotonic time when the engine last passed a packet to the kernel */
	_Atomic int64_t guardian_beat_ns; /* monotonic time when the loop of the guardian last ran */
	_Atomic int64_t keepalive_ns, deadtime_ns; /* from the configuration in use */
	_Atomic int32_t guardian_pid, engine_pid;
	_Atomic int32_t clients_pid; /* the process of clients.h; 0: none */
	_Atomic uint64_t clients_started; /* the start time of that process: lib/process_stat.h */
	_Atomic bool
		engine_clean; /* the engine ends by order, and has stopped everything that it could stop */
	_Atomic bool stop; /* an order to stop was given */
	_Atomic bool looked; /* an engine has looked what ran here before it, and has stopped it */
	_Atomic bool repairing; /* exec_config.repairing.  A byte that was 0 before, so that the layout is the same */
	struct halted_groups halted; /* exec_config.halted */
	struct holdings_pair holdings;
	struct identity_memory identity;
	struct peer_file_memory peer;
	struct process_group scripts[SHARED_SCRIPTS];
	struct process_group clients[HA_CF_CHILDREN_MAX]; /* programs of respawn and failfast lines */
	struct client_reports client_reports;
};

/* Make the memory, or map the file of an earlier daemon.  *fd: the descriptor, for shared_map after exec.  *left: the
 * file has data of an earlier daemon of this boot.  Returns NULL with errno. */
struct shared *shared_open(int *fd, bool *left);
/* Map the memory behind a descriptor that another process of this daemon passed to us.  Returns NULL with errno;
 * EPROTO: it has another layout. */
struct shared *shared_map(int fd);
/* Called when the daemon ends: note for shared_left whether something may still run. */
void shared_end(const struct shared *s);
/* Find out whether a daemon that has ended left groups that may still run.  Returns 1 or 0, or -errno when this cannot
 * be found out. */
int shared_left(void);

#endif
