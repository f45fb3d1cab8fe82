// SPDX-License-Identifier: MIT
/* The log: writes one record a line to syslog, files and standard error.
 * The line layout is that of Heartbeat 3.0.6 (doc/commands.md 5), with milliseconds added to the second:
 *   "Nov 23 01:03:45.127 cfa heartbeat: [16]: info: TEXT"
 * Control bytes are escaped.  Repeated lines become "last message repeated N times", which is written before the next
 * different line or by log_flush.  Never put a key or a digest into a record. */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdarg.h>
#include <stdbool.h>

enum log_level {
	LOG_LEVEL_CRIT,
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVELS
};

/* The level as it is printed: CRIT ERROR WARN notice info debug. */
const char *log_level_name(enum log_level level);

/* The destinations of records.  All strings are copied.  NULL or "": not used. */
struct log_config {
	const char *entity;   /* "heartbeat" */
	const char *host;     /* node name */
	const char *logfile;  /* info and above */
	const char *debugfile; /* everything */
	int facility;         /* syslog facility, e.g. LOG_LOCAL0; -1 none.  doc/configuration.md 5, "logfacility" */
	bool to_stderr;
	int debug_level;      /* 0: debug records are dropped */
	bool syslog_layout;   /* syslogmsgfmt, default true */
	/* Not NULL: a separate process, the writer, opens and writes the files, so that this process does not wait for
	 * a disk that hangs (lib/log_writer.h).
	 * The writer calls this function first.  When it cannot open one file, it reports that in the other file and in
	 * syslog. */
	void (*own_process)(void);
};

/* Configure the log; may be called again.  Returns 0, or -errno of the first file that could not be opened (the other
 * destinations are used).
 * Children of fork share the writer.  When the writer has ended, the next record starts another one. */
int log_open(const struct log_config *config);
/* For a child of fork that has closed all descriptors of its parent: the child opens the configured files and from now
 * on writes them itself. */
void log_in_own_process(void);
/* Close the log.  Waits until the writer has written everything, but no longer than half a second. */
void log_close(void);
/* Open the files again by their names (after rotation). */
void log_reopen(void);
/* true: records also go to standard error from now on; false: they do not. */
void log_to_stderr(bool yes);
void log_set_debug(int level);
int log_debug_level(void);
void log_at(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_v(enum log_level level, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
/* Log a line, such as a diagnostic, in which control bytes are escaped already: a backslash is not escaped again. */
void log_escaped(enum log_level level, const char *line);
/* Log a line that a program printed, with the name of the program in front: "httpd: TEXT". */
void log_output(enum log_level level, const char *name, const char *line);
void log_flush(void);

#endif
