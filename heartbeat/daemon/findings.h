// SPDX-License-Identifier: MIT
/* Findings of --check and --diff on their way to standard output: as lines, or as one JSON object. */
#ifndef HEARTBEAT_DAEMON_FINDINGS_H
#define HEARTBEAT_DAEMON_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/diag.h"

enum { FINDINGS_FORMAT = 1 }; /* of the JSON; grows when a reader of the old form would misunderstand the new one */

struct findings {
	json_t *list; /* NULL: lines */
	unsigned counts[DIAG_SEVERITIES];
};

void findings_begin(struct findings *f, bool json);
/* A diag_report: takes one finding; context: the findings. */
void findings_take(void *context, const struct diag_line *line);
/* Print what is not printed yet.  head: members for the JSON object, taken over; NULL: none.  Returns the exit code: 2
 * after an error or a critical finding, 1 after a warning, else 0. */
int findings_end(struct findings *f, json_t *head);

#endif
