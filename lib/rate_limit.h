// SPDX-License-Identifier: MIT
/* Limits how often a message is logged that an event outside this process can cause any number of times.  Pure; the
 * caller logs. */
#ifndef LIB_RATE_LIMIT_H
#define LIB_RATE_LIMIT_H

#include "lib/mono.h"

/* The state for one kind of message.  Zeroed memory means that no message has passed yet. */
struct rate_limit {
	struct mono since;   /* start of the period: when its first message passed */
	unsigned passed;     /* in this period */
	uint64_t suppressed; /* since the last message that passed */
};

/* Decide whether one more message may be logged.  At most `most` messages pass within each period.
 * Returns true when the message may be logged; *suppressed, if not NULL, is then the number of messages that were
 * suppressed since the last one that passed. */
bool rate_limit_pass(struct rate_limit *r, unsigned most, struct span period, struct mono now, uint64_t *suppressed);

#endif
