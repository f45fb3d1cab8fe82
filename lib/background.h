// SPDX-License-Identifier: MIT
/* Starts a daemon in the background.  A command, which ends soon, waits until the daemon reports the result of its
 * start.  This module knows nothing about the daemon; the numbers and the texts of a result are the caller's. */
#ifndef LIB_BACKGROUND_H
#define LIB_BACKGROUND_H

#include <stdbool.h>

#include "lib/mono.h"

enum { BACKGROUND_TEXT_MAX = 512 }; /* with the NUL; a report is shorter than PIPE_BUF and therefore written at once */

/* Fork a process in a session of its own.  *is_daemon is true in the daemon, false in the command.  The result is a
 * descriptor that belongs to the caller: in the daemon for background_report, in the command for background_wait.
 * Returns -errno, with *is_daemon false, when there is no new process. */
int background_fork(bool *is_daemon);

/* Report the result of a start, and close fd, the writing end of a pipe.
 * code: 0 to 255; text: for the command, cut at BACKGROUND_TEXT_MAX - 1 bytes; NULL: none.
 * Returns 0 or -errno; then the process that waits sees the end of the pipe, or has ended itself. */
int background_report(int fd, int code, const char *text);

/* Wait for the report, and close fd, the reading end of the pipe.  until: MONO_FAR waits without limit.
 * text: gets the text of the report, or ""; NULL: not wanted.
 * Returns the code, -ETIMEDOUT, -ENODATA when the other process has ended without a report, or -errno. */
int background_wait(int fd, struct mono until, char text[BACKGROUND_TEXT_MAX]);

#endif
