// SPDX-License-Identifier: MIT
/* Lines to files, to syslog and to standard output, in their order, by a thread of its own: a disk, a pipe or a syslog daemon that hangs
 * holds no check up.  What waits is bounded; what cannot be written is told to the owner.  doc/ldirectord.md 10, 11 */
#ifndef LDIRECTORD_DAEMON_SCRIBE_H
#define LDIRECTORD_DAEMON_SCRIBE_H

#include <stdbool.h>

enum { SCRIBE_WAITING_MAX = 10000 };

struct scribe;

/* From the default main context: a line that count lines stood for could not be written; error is an errno.  file NULL: syslog, or a
 * descriptor. */
typedef void scribe_failed(void *context, const char *file, int error, unsigned count);

/* Starts no thread before the first line. */
struct scribe *scribe_new(scribe_failed *failed, void *context);
/* Append line, which ends with a newline, to file.  It is opened anew each time: rotation needs no signal; a FIFO that nobody reads is a
 * failure.  False: too many wait, this one is lost (failed is not called). */
bool scribe_append(struct scribe *s, const char *file, const char *line, unsigned count);
/* The same to a descriptor, which stays the caller's. */
bool scribe_write(struct scribe *s, int fd, const char *line, unsigned count);
/* The same to syslog: facility | level, and who says it, "ldirectord[17]".  Not by syslog(3): its lock would hold up whoever calls openlog
 * while the thread waits. */
bool scribe_syslog(struct scribe *s, int priority, const char *ident, const char *text, unsigned count);
/* What waits is still written, as far as that takes no more than half a second; returns how many lines are left then.  A thread that
 * hangs is left behind: the process is about to end, and the main context is not iterated any more. */
unsigned scribe_free(struct scribe *s);

#endif
