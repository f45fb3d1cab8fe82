// SPDX-License-Identifier: MIT
/* The queue of actions, the bytes that they point to, the log, and random numbers.  Carries nothing out. */
#ifndef HEARTBEAT_CORE_ACTIONS_H
#define HEARTBEAT_CORE_ACTIONS_H

#include "heartbeat/core/core.h"

/* A kind of log line that anybody on the network can cause: at most one line a minute. */
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
	COMPLAINT_OWN_PAST,
	COMPLAINT_TWO_LIVES,
	COMPLAINTS
};

/* Append an action, zeroed but for its kind, and return it to be filled in.  Never NULL: when the queue is full, the
 * action is dropped and counted, and the returned one is handed to nobody. */
struct action *action_add(struct core *c, enum action_kind kind);
/* Have the state file written before the actions that are added next.  At most once a step: the file shows the groups
 * as they are at the end of the step. */
void action_holdings(struct core *c);
/* Text or bytes for an action, copied.  When there is no room: "" or empty bytes, and the loss is counted. */
const char *action_text(struct core *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct bytes action_bytes(struct core *c, struct bytes b);
/* One line of log, at most 1023 bytes long. */
void core_log(struct core *c, enum log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Like core_log at level WARN, or ERROR where two machines have one name, but at most one line a minute for each kind;
 * the line says how many were left out.  For everything that can be caused without end from the network, also by
 * owners of the key.  Returns true when a line was logged. */
bool core_complain(struct core *c, enum complaint_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A random number from 0 to bound - 1. */
uint64_t core_random(struct core *c, uint64_t bound);

#endif
