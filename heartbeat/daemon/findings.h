// SPDX-License-Identifier: MIT
/* Prints the findings of --check and --diff to standard output: as lines, or as one JSON object. */
#ifndef HEARTBEAT_DAEMON_FINDINGS_H
#define HEARTBEAT_DAEMON_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/diag.h"

/* the version of the JSON form; it grows when a program for the old form would misunderstand the new form */
enum { FINDINGS_FORMAT = 1 };

struct findings {
	json_t *list; /* NULL: print lines */
	unsigned counts[DIAG_SEVERITIES];
};

void findings_begin(struct findings *f, bool json);
/* A function of type diag_report, which takes one finding; context: the struct findings. */
void findings_take(void *context, const struct diag_line *line);
/* Print what is not printed yet.  head: further members for the JSON object, which this call frees; NULL: none.
 * Returns the exit code: 2 after an error or a critical finding, 1 after a warning, otherwise 0. */
int findings_end(struct findings *f, json_t *head);

#endif
