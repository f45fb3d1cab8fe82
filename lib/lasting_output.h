// SPDX-License-Identifier: MIT
/* What a service prints after its start script has ended.  A process of its own reads the pipes that the service holds,
 * and writes the lines to the log, within the limits of lib/bounded_output.h.  It outlives the daemon: a service must
 * not get SIGPIPE because the daemon was killed.  It is started when it is needed, and ends when all its pipes have
 * ended.
 * This process keeps a descriptor of each pipe: when the process that reads is killed, another one is started and gets
 * them.  Only if both are killed, the next line ends a service.
 * Works on the default GLib main context; one for each process.  Not for a child of fork. */
#ifndef LIB_LASTING_OUTPUT_H
#define LIB_LASTING_OUTPUT_H

#include "lib/log.h"
#include "lib/mono.h"

enum { LASTING_OUTPUT_NAME_MAX = 64 };

/* What the process that reads calls first, for example to set its title.  NULL: nothing. */
void lasting_output_set_begin(void (*own_process)(void));
/* Does another process hold the writing end of this pipe? */
bool lasting_output_is_held(int fd);
/* Hand over the reading end of a pipe, which must not block.  name: in front of each line in the log; cut at
 * LASTING_OUTPUT_NAME_MAX - 1 bytes.  fd belongs to this module afterwards. */
void lasting_output_take(int fd, const char *name, enum log_level level);
/* The log is configured differently: another process, with the log of this one, reads what this one handed over. */
void lasting_output_restart(void);
/* Hand over nothing more.  Waits for the end of the process when no pipe is left, but no longer than patience. */
void lasting_output_close(struct span patience);

#endif
