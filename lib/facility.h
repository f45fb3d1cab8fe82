// SPDX-License-Identifier: MIT
/* Finds syslog facilities by their names.  Pure: a parser may use it. */
#ifndef LIB_FACILITY_H
#define LIB_FACILITY_H

#include "lib/bytes.h"

enum { FACILITY_NONE = -1, FACILITY_UNKNOWN = -2 };

/* Returns LOG_LOCAL0 for "local0", FACILITY_NONE for "none", FACILITY_UNKNOWN when there is no facility of that name.
 * Upper case is not accepted, as in Heartbeat 3.0.6.  doc/configuration.md 5 */
int facility_number(struct bytes name);

#endif
