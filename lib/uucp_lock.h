// SPDX-License-Identifier: MIT
/* The lock of a serial device as UUCP made it: a file LCK..NAME with the number of the process that uses the device.
 * Other programs for serial lines (minicom, cu, pppd, Heartbeat 3.0.6) respect it and write the same. */
#ifndef LIB_UUCP_LOCK_H
#define LIB_UUCP_LOCK_H

#include <limits.h>
#include <sys/types.h>

enum { UUCP_LOCK_PATH = PATH_MAX };

/* The name of the lock of a device, in the directory.  Symbolic links of the device are followed, so that each of its
 * names leads to one lock.  Returns 0 or -errno: -ENOENT: there is no such device. */
int uucp_lock_path(const char *directory, const char *device, char path[UUCP_LOCK_PATH]);
/* Take the lock for this process, without waiting.  The lock of a process that does not exist any more is removed, and
 * one with our own number is taken as ours: it is from this process, or from an earlier one with the same number.
 * Returns 0; -EBUSY: another process has it, *holder is its number, 0 when the file does not have one; -ENOENT: the
 * directory does not exist; otherwise -errno. */
int uucp_lock_take(const char *path, pid_t *holder);
/* Remove the lock, if it is ours. */
void uucp_lock_release(const char *path);

#endif
