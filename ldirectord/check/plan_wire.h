// SPDX-License-Identifier: MIT
/* Encodes a check as bytes for the process that runs it: exactly those settings that a check reads.  PURE.  Sender and
 * receiver are the same program, so numbers are copied as they are in memory. */
#ifndef LDIRECTORD_CHECK_PLAN_WIRE_H
#define LDIRECTORD_CHECK_PLAN_WIRE_H

#include "ldirectord/check/check.h"
#include "lib/bytes.h"

enum { PLAN_WIRE_MAX = 60000, PLAN_WIRE_RANGES = 64 /* the parser allows no more */ };

/* Append the plan.  Returns false when it does not fit. */
bool plan_wire_put(struct writer *w, const struct check_plan *plan);

/* A plan that was decoded from bytes. */
struct plan_taken {
	struct check_plan plan; /* refers to v and r below */
	struct lb_virtual v;
	struct lb_real r;
	struct lb_status_range ranges[PLAN_WIRE_RANGES];
};
/* Decode a plan.  Its strings point into bytes.  Returns false when bytes are not a plan. */
bool plan_wire_take(struct bytes bytes, struct plan_taken *out);

#endif
