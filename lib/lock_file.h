// SPDX-License-Identifier: MIT
/* The lock of a daemon: a file that only its own user can open.  A pid file must be readable by everyone, so any user
 * could hold a lock on it, and its name may be removed; this file has neither weakness.
 * It names the process that takes orders, by number and start time.  It is never removed: only the lock counts. */
#ifndef LIB_LOCK_FILE_H
#define LIB_LOCK_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct lock_holder {
	pid_t pid;        /* 0: the holder has not written it yet */
	uint64_t started; /* for process_open */
};

/* Take the lock, without waiting.  The file is created with mode 0600; its directory must belong to us.
 * Returns a descriptor (close-on-exec): the lock lasts until all its copies, also those of forked children, are closed.
 * -EWOULDBLOCK: another process has the lock.  -EPERM: the file belongs to another user or has another name too.
 * Otherwise -errno. */
int lock_file_take(const char *path);
/* Write that this process takes orders.  Returns 0 or -errno. */
int lock_file_sign(int fd);
/* Is the path still the file of the descriptor?  A lock on a file without a name keeps no process out. */
bool lock_file_has_name(int fd, const char *path);
/* Who has the lock?  Changes nothing, and does not disturb a process that takes the lock meanwhile.
 * Returns 1 and fills *holder, 0 when no process has it, or -errno: it cannot be known (-EACCES for other users). */
int lock_file_holder(const char *path, struct lock_holder *holder);

#endif
