// SPDX-License-Identifier: MIT
/* Which nodes are up, on which link.  doc/protocol.md 6. */
#ifndef HEARTBEAT_CORE_MEMBERSHIP_H
#define HEARTBEAT_CORE_MEMBERSHIP_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

bool membership_init(struct core *c, const char **why);
void membership_start(struct core *c);
/* An authentic status, before its number is judged: notices a new generation.  False: it is older than one already
 * processed. */
bool membership_status(struct core *c, struct node *n, const struct message *m, uint64_t seq);
/* The same status, after its number was found to be new. */
void membership_status_accepted(struct core *c, struct node *n, const struct message *m, uint64_t seq);
void membership_heard(struct core *c, struct node *n, size_t medium);
/* It has answered what it was asked when its statuses were late: as good as one of them. */
void membership_alive(struct core *c, struct node *n);
void membership_ping(struct core *c, size_t medium);
/* all_heard: nothing waits in the sockets, so that a silence is one.  Otherwise nobody is judged: the datagram behind
 * the one that made this step may be the status that is missed (plan judged-while-draining). */
void membership_tick(struct core *c, bool all_heard);
void membership_stalled(struct core *c, struct span gap);
struct mono membership_deadline(const struct core *c);

#endif
