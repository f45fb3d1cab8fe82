// SPDX-License-Identifier: MIT
/* The rooms of the classic dialect: classic.c (start-up, reports, what they mean), standby.c (the exchange in which a
 * half changes hands), legacy.c (auto_failback legacy).  Private to them. */
#ifndef HEARTBEAT_CORE_CLASSIC_H
#define HEARTBEAT_CORE_CLASSIC_H

#include "heartbeat/core/ownership.h"
#include "heartbeat/core/state.h"

enum { FIRST_ANSWER_MS = 10000, TRANSITION_MS = 3600000 }; /* doc/protocol.md 7.5 */

/* Send "resource" with what we hold; info may be NULL. */
void classic_report(struct core *c, const char *info);
/* The one place where the exchange changes its state; limit_ms: when it is given up, 0 never. */
void standby_set(struct core *c, enum classic_standby to, int64_t limit_ms);
/* "ask_resources" was heard. */
void standby_hear(struct core *c, const struct message *m);
/* The peer reports that it is at rest (isstable=1). */
void standby_hear_report(struct core *c);
/* Say what is to be said: offers, "done". */
void standby_publish_giver(struct core *c);
void standby_publish_taker(struct core *c);

#endif
