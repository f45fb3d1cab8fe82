// SPDX-License-Identifier: MIT
/* A check as bytes, for the process that runs it: all settings that a check reads, and no others.  PURE.  Both ends are
 * the same program, so numbers have the form of memory. */
#ifndef LDIRECTORD_CHECK_PLAN_WIRE_H
#define LDIRECTORD_CHECK_PLAN_WIRE_H

#include "ldirectord/check/check.h"
#include "lib/bytes.h"

enum { PLAN_WIRE_MAX = 60000, PLAN_WIRE_RANGES = 64 /* the parser allows no more */ };

/* Append the plan.  False: it does not fit. */
bool plan_wire_put(struct writer *w, const struct check_plan *plan);

/* A plan that was taken from bytes. */
struct plan_taken {
	struct check_plan plan; /* of v and r */
	struct lb_virtual v;
	struct lb_real r;
	struct lb_status_range ranges[PLAN_WIRE_RANGES];
};
/* Strings point into bytes.  False: this is not a plan. */
bool plan_wire_take(struct bytes bytes, struct plan_taken *out);

#endif
