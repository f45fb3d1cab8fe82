// SPDX-License-Identifier: MIT
/* Which process a number means.  The kernel gives a number away again when its process is gone; number and start time
 * together name one process. */
#ifndef LIB_PROCESS_STAT_H
#define LIB_PROCESS_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process_stat {
	char state;       /* as ps shows it; 'Z' and 'X': it has ended */
	int64_t group;    /* its process group */
	uint64_t started; /* clock ticks since boot */
};

/* Read /proc/PROCESS/stat; process: a number or "self".  False with errno when there is none, or no /proc.  Allocates
 * nothing. */
bool process_stat_read(const char *process, struct process_stat *out);
/* Read a file of /proc, at most cap bytes.  Returns their number, or -1 with errno. */
ssize_t process_file_read(const char *path, char *out, size_t cap);
/* Get hold of a process for signals and poll.  Returns a descriptor (close-on-exec), or -ESRCH when that process is
 * gone, even if another one has its number now; or -errno. */
int process_open(pid_t pid, uint64_t started);

#endif
