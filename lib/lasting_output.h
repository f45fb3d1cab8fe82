// SPDX-License-Identifier: MIT
/* Logs what a service prints after its start script has ended.  A separate process, the reader, reads the pipes to
 * which the service writes, and writes the lines to the log within the limits of lib/bounded_output.h.  The reader
 * outlives the daemon, because a service must not get SIGPIPE when the daemon is killed.  The reader is started when
 * the first pipe is handed over, and ends when all its pipes have ended.
 * The daemon keeps a descriptor of each pipe: when the reader is killed, the daemon starts another one and hands over
 * all pipes again.  Only if both processes are killed, the service gets SIGPIPE when it writes the next line.
 * Works on the default GLib main context, with one reader for each daemon.  A child of fork must not use it. */
#ifndef LIB_LASTING_OUTPUT_H
#define LIB_LASTING_OUTPUT_H

#include "lib/log.h"
#include "lib/mono.h"

enum { LASTING_OUTPUT_NAME_MAX = 64 };

/* Set the function that the reader calls first, for example to set its title.  NULL: none. */
void lasting_output_set_begin(void (*own_process)(void));
/* Returns true when another process holds the writing end of this pipe. */
bool lasting_output_is_held(int fd);
/* Hand over the reading end of a pipe, which must be non-blocking.  name: the text in front of each line in the log,
 * cut at LASTING_OUTPUT_NAME_MAX - 1 bytes.  This module owns fd afterwards. */
void lasting_output_take(int fd, const char *name, enum log_level level);
/* Call this when the log was configured again: starts a new reader, which uses the new log configuration and gets all
 * pipes of the old one. */
void lasting_output_restart(void);
/* Stop handing over pipes.  When no pipe is left, waits for the end of the reader, but no longer than patience. */
void lasting_output_close(struct span patience);

#endif
