// SPDX-License-Identifier: MIT
/* Limits how often a message is logged that something outside can cause without end.  Pure; the caller logs. */
#ifndef LIB_RATE_LIMIT_H
#define LIB_RATE_LIMIT_H

#include "lib/mono.h"

/* One kind of message.  Zeroed memory: none passed yet. */
struct rate_limit {
	struct mono since;   /* start of the period: its first message passed */
	unsigned passed;     /* in this period */
	uint64_t suppressed; /* since the last message that passed */
};

/* May one more message be logged?  At most `most` of them pass within each period.
 * Returns true when it may; then *suppressed, if not NULL, is the number of messages that were refused since the last
 * one that passed. */
bool rate_limit_pass(struct rate_limit *r, unsigned most, struct span period, struct mono now, uint64_t *suppressed);

#endif
