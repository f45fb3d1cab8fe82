// SPDX-License-Identifier: MIT
/* The queue of actions, the bytes that they point to, the log, and random numbers.  This module only queues actions:
 * the shell carries them out. */
#ifndef HEARTBEAT_CORE_ACTIONS_H
#define HEARTBEAT_CORE_ACTIONS_H

#include "heartbeat/core/core.h"

/* The kinds of log lines that anybody on the network can cause.  core_complain logs at most one line of each kind a
 * minute. */
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

/* Append an action of this kind and return it; the caller fills in its other members, which are 0.  Never returns NULL:
 * when the queue is full, the loss is counted, and the returned action is not carried out. */
struct action *action_add(struct core *c, enum action_kind kind);
/* Queue ACTION_HOLDINGS, so that the state file is written before the actions that follow are carried out.  Further
 * calls in the same step do nothing: the file shows the groups as they are at the end of the step. */
void action_holdings(struct core *c);
/* Copy a text or bytes for an action.  When there is no room, the result is "" or empty bytes, and the loss is
 * counted. */
const char *action_text(struct core *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct bytes action_bytes(struct core *c, struct bytes b);
/* One line of log, at most 1023 bytes long. */
void core_log(struct core *c, enum log_level level, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Log at level WARN, or at ERROR for two machines with one name, but at most one line a minute for each kind; the line
 * contains how many lines were left out.  Use it for everything that a sender on the network can cause again and again,
 * also a sender that has the key.  Returns true when a line was logged. */
bool core_complain(struct core *c, enum complaint_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A random number from 0 to bound - 1. */
uint64_t core_random(struct core *c, uint64_t bound);

#endif
