// SPDX-License-Identifier: MIT
/* The log of ldirectord: "[Tue Nov 24 18:30:00 2026|NAME|PID] TEXT" to a file that is opened anew for each line
 * (rotation needs no signal), or to syslog, by a process of its own: a log that hangs delays nothing, and says
 * afterwards how much it has missed. doc/ldirectord.md 1, 4, 10 */
#ifndef LDIRECTORD_DAEMON_LDLOG_H
#define LDIRECTORD_DAEMON_LDLOG_H

#include "lib/mono.h"

enum ldlog_place {
	LDLOG_STDERR,     /* -d: all lines, with debug */
	LDLOG_STDOUT,     /* supervised: "[date] text" */
	LDLOG_CONFIGURED, /* logfile of the file: a path, or a syslog facility */
};

/* Where lines go from now on.  name: of the instance; logfile: as in the file.  Both are copied. */
void ldlog_open(enum ldlog_place place, const char *name, const char *logfile);
/* What waits is written, if that takes no more than half a second; from then on lines go to standard error. */
void ldlog_close(void);
void ldlog(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A line that may come again and again: one a minute is written, with how many were not since the one before.  Zeroed:
 * none yet. */
struct ldlog_pause {
	struct mono told;
	unsigned untold;
};
void ldlog_rarely(struct ldlog_pause *pause, const char *line);

#endif
