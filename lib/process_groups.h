// SPDX-License-Identifier: MIT
/* Which programs of ours run, in memory that outlives the process that started them: each slot names the process group
 * of one program.  The child writes its slot itself before it executes the program, so that no program runs unrecorded.
 * A process number alone proves nothing, because the kernel gives it away again: the slot also has the start time of
 * the program, and the program carries both in its environment.  No signal goes to a group that cannot be identified.
 * */
#ifndef LIB_PROCESS_GROUPS_H
#define LIB_PROCESS_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/mono.h"

/* Zeroed: free.  pid 0 and taken: its child has not written it yet. */
struct process_group {
	uint64_t started; /* start time of the leader, clock ticks since boot: /proc/PID/stat, field 22 */
	int32_t pid; /* of the leader, and of the group */
	uint32_t taken;
};

/* "HEARTBEAT_CALL=PID.STARTED", in the environment of a program with a slot. */
#define PROCESS_GROUP_VARIABLE "HEARTBEAT_CALL"
enum { PROCESS_GROUP_TEXT = 64 };

/* Take a free slot.  NULL: none is free. */
struct process_group *process_groups_take(struct process_group *slots, size_t count);
/* The program has ended, or never started. */
void process_groups_release(struct process_group *slot);
/* In the child, after setpgid and before execve: write its own number and start time, and its variable into text.
 * Allocates nothing.  Returns 0 or errno. */
int process_group_write(struct process_group *slot, char text[PROCESS_GROUP_TEXT]);
/* How many slots name a group of which a process still runs.  Slots of programs that are gone are released. */
size_t process_groups_alive(struct process_group *slots, size_t count);
/* Send SIGKILL to every group that still runs, and wait for their end, at most patience.  Returns how many still run
 * then (a process that hangs in the kernel).  Not for slots that another process is using. */
size_t process_groups_kill(struct process_group *slots, size_t count, struct span patience);

#endif
