// SPDX-License-Identifier: MIT
/* Writes lines to files, to syslog and to standard output, in order.  A separate process does it (lib/log_writer.h): a
 * disk, pipe or syslog daemon that hangs delays no check.  The number of waiting lines is bounded; lines that cannot be
 * written are reported to the owner.  doc/ldirectord.md 10, 11 */
#ifndef LDIRECTORD_DAEMON_LOG_LINE_WRITER_H
#define LDIRECTORD_DAEMON_LOG_LINE_WRITER_H

#include <stdbool.h>

struct line_writer;

/* Called from the default main context when a line could not be written.  count: the lines that it represents; error:
 * an errno; file NULL: syslog or standard output. */
typedef void line_writer_failed(void *context, const char *file, int error, unsigned count);

/* name: of the process, which is started with the first line. */
struct line_writer *line_writer_new(const char *name, line_writer_failed *failed, void *context);
/* Append line, which ends with a newline, to file.  The file is opened for each line: rotation needs no signal; a FIFO
 * that nobody reads is a failure, and so is a symbolic link (ELOOP).  False: the line is lost, because too many wait or
 * there is no process (failed is not called). */
bool line_writer_append(struct line_writer *w, const char *file, const char *line, unsigned count);
/* The same to standard output. */
bool line_writer_print(struct line_writer *w, const char *line, unsigned count);
/* The same to syslog: facility | level, and the name of the sender, "ldirectord[17]". */
bool line_writer_syslog(struct line_writer *w, int priority, const char *ident, const char *text, unsigned count);
/* Wait until everything is written, but at most half a second; the process writes the rest afterwards. */
void line_writer_free(struct line_writer *w);

#endif
