// SPDX-License-Identifier: MIT
/* The lock of a serial device in the form of UUCP: a file LCK..NAME that contains the number of the process that uses
 * the device.
 * Other programs for serial lines (minicom, cu, pppd, Heartbeat 3.0.6) respect and write such files. */
#ifndef LIB_UUCP_LOCK_H
#define LIB_UUCP_LOCK_H

#include <limits.h>
#include <sys/types.h>

enum { UUCP_LOCK_PATH = PATH_MAX };

/* Build the path of the lock of a device, in the directory.  Symbolic links of the device are followed, so that all
 * names of a device have the same lock.  Returns 0 or -errno; -ENOENT when there is no such device. */
int uucp_lock_path(const char *directory, const char *device, char path[UUCP_LOCK_PATH]);
/* Take the lock for this process, without waiting.  The lock of a process that no longer exists is removed.  A lock
 * with our own number counts as ours: it was written by this process, or by an earlier one with the same number.
 * Returns 0; -EBUSY when another process has the lock, with its number in *holder (0 when the file contains no number);
 * -ENOENT when the directory does not exist; otherwise -errno. */
int uucp_lock_take(const char *path, pid_t *holder);
/* Remove the lock if it has the number of this process. */
void uucp_lock_release(const char *path);

#endif
