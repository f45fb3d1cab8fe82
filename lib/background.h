// SPDX-License-Identifier: MIT
/* Starts a daemon in the background.  The command that starts the daemon waits until the daemon reports whether its
 * start succeeded, then ends.  This module knows nothing about the daemon; the caller chooses the numbers and the texts
 * of a result. */
#ifndef LIB_BACKGROUND_H
#define LIB_BACKGROUND_H

#include <stdbool.h>

#include "lib/mono.h"

enum { BACKGROUND_TEXT_MAX = 512 }; /* with the NUL; a report is shorter than PIPE_BUF, so one write is atomic */

/* Fork a process that runs in its own session.  *is_daemon is true in the daemon, false in the command.  Returns a
 * descriptor that belongs to the caller: the daemon passes it to background_report, the command passes it to
 * background_wait.
 * Returns -errno, with *is_daemon false, when there is no new process. */
int background_fork(bool *is_daemon);

/* Report the result of a start, and close fd, the writing end of a pipe.
 * code: 0 to 255.  text: for the command, cut at BACKGROUND_TEXT_MAX - 1 bytes; NULL: none.
 * Returns 0, or -errno when the report was not sent; the waiting command then sees the end of the pipe, or has already
 * ended. */
int background_report(int fd, int code, const char *text);

/* Wait for the report, and close fd, the reading end of the pipe.  until: MONO_FAR waits without limit.
 * text: receives the text of the report, or ""; may be NULL.
 * Returns the code, -ETIMEDOUT, -ENODATA when the other process has ended without a report, or -errno. */
int background_wait(int fd, struct mono until, char text[BACKGROUND_TEXT_MAX]);

#endif
