// SPDX-License-Identifier: MIT
/* Writes the log of ldirectord: "[Tue Nov 24 18:30:00 2026|NAME|PID] TEXT" to a file that is opened again for each line
 * (rotation needs no signal), or to syslog.  A separate process writes the lines, so a log that hangs delays no check;
 * the next line reports how many lines were lost.  doc/ldirectord.md 1, 4, 10 */
#ifndef LDIRECTORD_DAEMON_LOG_LDLOG_H
#define LDIRECTORD_DAEMON_LOG_LDLOG_H

#include "lib/rate_limit.h"

enum ldlog_place {
	LDLOG_STDERR,     /* for -d: all lines, with those for debugging */
	LDLOG_STDOUT,     /* for supervised: "[date] text" */
	LDLOG_CONFIGURED, /* the logfile of the configuration: a path, or a syslog facility */
};

/* Set the destination of the following lines.  name: of the instance; logfile: as in the file.  Both are copied. */
void ldlog_open(enum ldlog_place place, const char *name, const char *logfile);
/* Write the waiting lines, for at most half a second; later lines go to standard error. */
void ldlog_close(void);
void ldlog(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Log a line that may repeat often: at most one line a minute is written, with the number of lines that were
 * skipped. */
void ldlog_rarely(struct rate_limit *limit, const char *line);

#endif
