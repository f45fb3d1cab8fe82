// SPDX-License-Identifier: MIT
/* Diagnostics of a configuration file: what is wrong, where, and what would be right.
 * A parser collects all of a file in one go; the caller prints them.
 * Form: "FILE:LINE:COLUMN: error: directive: "word" is not ...; expected ..." */
#ifndef LIB_DIAG_H
#define LIB_DIAG_H

#include <stdbool.h>
#include <stddef.h>

/* Only an error refuses the file.  A critical one needs an operator although everything works now.  A notice asks for
 * nothing. */
enum diag_severity { DIAG_ERROR, DIAG_WARNING, DIAG_CRITICAL, DIAG_NOTICE, DIAG_SEVERITIES };

struct diag {
	enum diag_severity severity;
	unsigned line;   /* 1.., 0: the file as a whole */
	unsigned column; /* 1.., 0: the line as a whole */
	char *text;
};

/* The diagnostics of one file, in order of appearance.  Stays where diags_init found it. */
struct diags {
	const char *file; /* borrowed */
	struct diag *list;
	size_t count;
	size_t errors;
	struct diag first; /* the first entry needs no memory, so that "out of memory" can always be reported */
};

void diags_init(struct diags *d, const char *file);
void diags_free(struct diags *d);
/* Without memory the last diagnostic reports that, and counts as an error: a lost diagnostic must not look like a
 * correct file. */
void diag_add(struct diags *d, enum diag_severity severity, unsigned line, unsigned column, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* One line, without newline: "FILE:LINE:COLUMN: error: TEXT"; parts that are 0 are left out. */
void diag_format(const struct diags *d, size_t index, char *out, size_t cap);

/* One finding on its way to whoever prints it.  Its texts are borrowed during the call. */
struct diag_line {
	enum diag_severity severity;
	const char *file;      /* NULL: of no file */
	unsigned line, column; /* as in struct diag */
	const char *text;      /* without place and severity; control bytes are escaped */
	const char *whole;     /* one line, as for the log */
};
typedef void diag_report(void *context, const struct diag_line *line);
/* Report every diagnostic, long ones cut, then free them all; report may be NULL.  True: none was an error. */
bool diags_report(struct diags *d, diag_report *report, void *context);
/* "error" "warning" "critical" "notice" */
const char *diag_severity_name(enum diag_severity severity);

#endif
