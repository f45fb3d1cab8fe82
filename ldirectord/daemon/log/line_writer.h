// SPDX-License-Identifier: MIT
/* Writes lines to files, to syslog and to standard output, in order.  A separate process does this (lib/log_writer.h),
 * so a disk, pipe or syslog daemon that hangs delays no check.  The number of waiting lines has a limit; lines that
 * cannot be written are reported to the owner.  doc/ldirectord.md 10, 11 */
#ifndef LDIRECTORD_DAEMON_LOG_LINE_WRITER_H
#define LDIRECTORD_DAEMON_LOG_LINE_WRITER_H

#include <stdbool.h>

struct line_writer;

/* Called from the default main context when lines could not be written.  count: the number of lost lines; error: an
 * errno; file NULL: syslog or standard output. */
typedef void line_writer_failed(void *context, const char *file, int error, unsigned count);

/* name: of the separate process, which is started with the first line. */
struct line_writer *line_writer_new(const char *name, line_writer_failed *failed, void *context);
/* Append line, which ends with a newline, to file.  count: the number of lines that are lost when this one is.  The
 * file is opened for each line, so rotation needs no signal.  A FIFO without a reader is a failure, and so is a
 * symbolic link (ELOOP).  Returns false when the line is lost because too many lines wait or there is no process;
 * failed is then not called. */
bool line_writer_append(struct line_writer *w, const char *file, const char *line, unsigned count);
/* Write the line to standard output instead. */
bool line_writer_print(struct line_writer *w, const char *line, unsigned count);
/* Write the line to syslog instead.  priority: facility | level; ident: the name of the sender, "ldirectord[17]". */
bool line_writer_syslog(struct line_writer *w, int priority, const char *ident, const char *text, unsigned count);
/* Wait until everything is written, but at most half a second; the process writes the remaining lines afterwards. */
void line_writer_free(struct line_writer *w);

#endif
