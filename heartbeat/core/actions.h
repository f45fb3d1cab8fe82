// SPDX-License-Identifier: MIT
/* The queue of actions, the bytes they point to, the log, and random numbers. */
#ifndef HEARTBEAT_CORE_ACTIONS_H
#define HEARTBEAT_CORE_ACTIONS_H

#include "heartbeat/core/core.h"

/* One line a minute for what anybody on the wire can provoke. */
struct complaint {
	struct mono next;
	uint64_t silent; /* since the last line */
};
enum complaint_kind {
	COMPLAINT_UNAUTHENTIC,
	COMPLAINT_MALFORMED,
	COMPLAINT_FOREIGN,
	COMPLAINT_REPLAY,
	COMPLAINT_OWN_NAME,
	COMPLAINT_FIELDS,
	COMPLAINT_LOST,
	COMPLAINT_NAK,
	COMPLAINT_UUID,
	COMPLAINTS
};

struct action *action_add(struct core *c, enum action_kind kind); /* never NULL; a dropped one goes to a scratch slot */
/* Have the holdings written before whatever is added next: once a step, and what is written is the state at its end. */
void action_holdings(struct core *c);
const char *action_text(struct core *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct bytes action_bytes(struct core *c, struct bytes b);
void core_log(struct core *c, enum log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Like core_log at WARN, but at most one line a minute of each kind; says how many were silent.
 * True when it was told.  What anybody who has the key can provoke without end goes here, too. */
bool core_complain(struct core *c, enum complaint_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
uint64_t core_random(struct core *c, uint64_t bound); /* 0..bound-1 */

#endif
