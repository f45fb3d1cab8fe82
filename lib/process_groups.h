// SPDX-License-Identifier: MIT
/* Records which of our programs run, in memory that outlives the process that started them: each slot names the process
 * group of one program.  The child writes its slot itself before it executes the program, so no program runs
 * unrecorded.
 * A process number alone does not identify a process, because the kernel uses it again.  So the slot also has the start
 * time of the program, and the environment of the program contains both values.  No signal is sent to a group that
 * cannot be identified. */
#ifndef LIB_PROCESS_GROUPS_H
#define LIB_PROCESS_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/mono.h"

/* Zeroed: the slot is free.  When it is taken and pid is 0, the child has not written it yet. */
struct process_group {
	uint64_t started; /* start time of the leader, clock ticks since boot: /proc/PID/stat, field 22 */
	int32_t pid; /* the number of the leader and of its group */
	uint32_t taken;
};

/* The variable "HEARTBEAT_CALL=PID.STARTED" in the environment of a program with a slot. */
#define PROCESS_GROUP_VARIABLE "HEARTBEAT_CALL"
enum { PROCESS_GROUP_TEXT = 64 };

/* Take a free slot.  Returns NULL when none is free. */
struct process_group *process_groups_take(struct process_group *slots, size_t count);
/* Release the slot of a program that has ended or was never started. */
void process_groups_release(struct process_group *slot);
/* Record the calling process, a child after setpgid and before execve: writes its number and start time into the slot,
 * and its variable into text.
 * Allocates nothing.  Returns 0 or errno. */
int process_group_write(struct process_group *slot, char text[PROCESS_GROUP_TEXT]);
/* Returns the number of slots whose group still has a running process.  Releases the slots of programs that have
 * ended. */
size_t process_groups_alive(struct process_group *slots, size_t count);
/* Send SIGKILL to every group that still runs, and wait until all have ended, at most patience.  Returns the number of
 * groups that still run then (their processes hang in the kernel).  Do not call this for slots that another process is
 * using. */
size_t process_groups_kill(struct process_group *slots, size_t count, struct span patience);

#endif
