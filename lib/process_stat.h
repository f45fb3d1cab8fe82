// SPDX-License-Identifier: MIT
/* Identifies processes.  The kernel gives a number to a new process after the old one has ended; number and start time
 * together identify one process. */
#ifndef LIB_PROCESS_STAT_H
#define LIB_PROCESS_STAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process_stat {
	char state;       /* as ps shows it; 'Z' and 'X': the process has ended */
	int64_t group;    /* its process group */
	uint64_t started; /* clock ticks since boot */
};

/* Read /proc/PROCESS/stat; process: a number or "self".  Returns false with errno when there is no such process or no
 * /proc.  Allocates nothing. */
bool process_stat_read(const char *process, struct process_stat *out);
/* Read a file of /proc, at most cap bytes.  Returns the number of bytes, or -1 with errno. */
ssize_t process_file_read(const char *path, char *out, size_t cap);
/* Open a pidfd of a process, for signals and poll.  Returns a descriptor (close-on-exec); -ESRCH when the process has
 * ended, even if another one has its number now; or -errno. */
int process_open(pid_t pid, uint64_t started);

#endif
