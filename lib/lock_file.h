// SPDX-License-Identifier: MIT
/* The lock of a daemon: a file that only the user of the daemon can open.  A pid file cannot serve as the lock:
 * everyone must be able to read it, so any user could lock it, and it may be removed.
 * The lock file contains the number and the start time of the process that accepts commands.  It is never removed,
 * because its existence means nothing: only the lock counts. */
#ifndef LIB_LOCK_FILE_H
#define LIB_LOCK_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct lock_holder {
	pid_t pid;        /* 0: the holder of the lock has not written its number yet */
	uint64_t started; /* the start time, for process_open */
};

/* Take the lock, without waiting.  Creates the file with mode 0600; its directory must belong to the user of this
 * process.
 * Returns a descriptor (close-on-exec).  The lock lasts until all copies of the descriptor, also those in forked
 * children, are closed.
 * Returns -EWOULDBLOCK when another process has the lock, -EPERM when the file belongs to another user or has a second
 * hard link, otherwise -errno. */
int lock_file_take(const char *path);
/* Write the number and start time of this process into the file: it accepts commands.  Returns 0 or -errno. */
int lock_file_sign(int fd);
/* Returns true when path is still the file of the descriptor.  When the file was removed or replaced, the lock no
 * longer excludes another process. */
bool lock_file_has_name(int fd, const char *path);
/* Find out which process has the lock.  Changes nothing, and does not disturb a process that takes the lock at the same
 * time.
 * Returns 1 and fills *holder, 0 when no process has the lock, or -errno when this cannot be found out (-EACCES for
 * other users). */
int lock_file_holder(const char *path, struct lock_holder *holder);

#endif
