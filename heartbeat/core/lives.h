// SPDX-License-Identifier: MIT
/* Decides which life of a node is followed when messages of several lives arrive: after a restart, from a restored
 * copy, from a second machine with the same name, or from a recording.  Knows nothing of resources.
 * doc/protocol.md 5.1, 10.22 to 10.24
 *
 *   a life is          while the followed one is silent     while the followed one is heard
 *   newer              followed; it counts as alive once    followed when it proves that
 *                      it proves that it hears us           it hears us
 *   older, or with     followed when it proves that         followed when it proves that,
 *   numbers from 1     it hears us                          and the followed one is late
 *
 * "Silent": not heard since our start, or dead; for a newer life also: it has sent a shutdown notice.  "Late": without
 * a status for longer than its pace allows, or it has sent a shutdown notice.  "Proves": one of its statuses names a
 * status that we have sent since the followed life was first heard, and since the node died.  No recording can do
 * that.  A life of the classic dialect names nothing: a newer one is followed when the followed one is late, an older
 * one never. */
#ifndef HEARTBEAT_CORE_LIVES_H
#define HEARTBEAT_CORE_LIVES_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* An authentic, numbered message: does it belong to the followed life, which may change to that of this message, and
 * was it sent after the node died, if it died?  False: drop it; it is counted here. */
bool lives_admit(struct core *c, struct node *n, const struct message *m, uint64_t generation, uint64_t seq);

#endif
