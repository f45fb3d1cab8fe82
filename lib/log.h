// SPDX-License-Identifier: MIT
/* The log: levels, one record a line, to syslog, files and standard error.
 * Line layout of the reference (doc/commands.md 5) with milliseconds added to the second:
 *   "Nov 23 01:03:45.127 cfa heartbeat: [16]: info: TEXT"
 * Control bytes are escaped; a line that repeats is folded ("last message repeated N times", flushed
 * by the next other line or log_flush).  Never put a key or a digest into a record. */
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

/* The level as printed: CRIT ERROR WARN notice info debug. */
const char *log_level_name(enum log_level level);

/* Where records go.  All strings are copied.  NULL or "": not used. */
struct log_config {
	const char *entity;   /* "heartbeat" */
	const char *host;     /* node name */
	const char *logfile;  /* info and above */
	const char *debugfile; /* everything */
	int facility;         /* syslog facility, e.g. LOG_LOCAL0; -1 none.  doc/configuration.md 5, "logfacility" */
	bool to_stderr;
	int debug_level;      /* 0: debug records are dropped */
	bool syslog_layout;   /* syslogmsgfmt, default true */
	/* Not NULL: an own process opens and writes the files, so that this process does not wait for a disk that hangs
	 * (lib/log_writer.h).
	 * The own process calls this function first.  It reports a file that it cannot open in the other file and in
	 * syslog. */
	void (*own_process)(void);
};

/* Configure; may be called again.  Returns 0, or -errno of the first file that could not be opened (the others are in
 * use).
 * Children of fork share the own process; when it is gone, the next record starts another one. */
int log_open(const struct log_config *config);
/* In a child of fork that has closed all descriptors of its parent: it opens the files of the configuration, and writes
 * them itself from now on. */
void log_in_own_process(void);
/* Waits until the own process has written everything, but no longer than half a second. */
void log_close(void);
/* Re-open the files by name (after rotation). */
void log_reopen(void);
/* yes: records go to standard error too.  Otherwise they no longer do. */
void log_to_stderr(bool yes);
void log_set_debug(int level);
int log_debug_level(void);
void log_at(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_v(enum log_level level, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
/* A line without control bytes, in which a backslash is one of an escape already: a diagnostic. */
void log_escaped(enum log_level level, const char *line);
/* A line of a program's output, with the program's name in front: "httpd: TEXT". */
void log_output(enum log_level level, const char *name, const char *line);
void log_flush(void);

#endif
