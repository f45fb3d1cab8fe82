// SPDX-License-Identifier: MIT
/* Diagnostics of a configuration file: what is wrong, where, and what would be right.
 * A parser collects all diagnostics of a file; the caller prints them.
 * Form: "FILE:LINE:COLUMN: error: directive: "word" is not ...; expected ..." */
#ifndef LIB_DIAG_H
#define LIB_DIAG_H

#include <stdbool.h>
#include <stddef.h>

/* Only an error makes the file unusable.  A critical diagnostic needs an operator although everything works at present.
 * A notice needs no action. */
enum diag_severity { DIAG_ERROR, DIAG_WARNING, DIAG_CRITICAL, DIAG_NOTICE, DIAG_SEVERITIES };

struct diag {
	enum diag_severity severity;
	unsigned line;   /* from 1; 0: the file as a whole */
	unsigned column; /* from 1; 0: the line as a whole */
	char *text;
};

/* The diagnostics of one file, in order of appearance.  Must not be moved or copied after diags_init, because list may
 * point to first. */
struct diags {
	const char *file; /* borrowed */
	struct diag *list;
	size_t count;
	size_t errors;
	struct diag first; /* the first entry needs no memory, so that "out of memory" can always be reported */
};

void diags_init(struct diags *d, const char *file);
void diags_free(struct diags *d);
/* Add a diagnostic.  Without memory, the last diagnostic says that one was lost, and counts as an error: a file with a
 * lost diagnostic must not look correct. */
void diag_add(struct diags *d, enum diag_severity severity, unsigned line, unsigned column, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* Write one line, without newline: "FILE:LINE:COLUMN: error: TEXT".  Line and column are left out when they are 0. */
void diag_format(const struct diags *d, size_t index, char *out, size_t cap);

/* One diagnostic, as passed to the function that prints it.  Its texts are valid during the call. */
struct diag_line {
	enum diag_severity severity;
	const char *file;      /* NULL: the diagnostic belongs to no file */
	unsigned line, column; /* as in struct diag */
	const char *text;      /* without place and severity; control bytes are escaped */
	const char *whole;     /* the complete line, for the log */
};
typedef void diag_report(void *context, const struct diag_line *line);
/* Report every diagnostic (long ones are cut), then free all of them.  report may be NULL.  Returns true when none was
 * an error. */
bool diags_report(struct diags *d, diag_report *report, void *context);
/* "error" "warning" "critical" "notice" */
const char *diag_severity_name(enum diag_severity severity);

#endif
