// SPDX-License-Identifier: MIT
/* Decides which life of a node this node follows (accepts messages of) when messages of several lives arrive: after a
 * restart, from a restored copy, from a second machine with the same name, or from a recording.  A life is the time
 * from one start of heartbeat to its end; each has its own generation.  Knows nothing of resources.
 * doc/protocol.md 5.1, 10.22 to 10.24
 *
 *   the other life is  while the followed one is silent     while the followed one is heard
 *   newer              followed; it counts as alive once    followed when it proves that
 *                      it proves that it hears us           it hears us
 *   older, or with     followed when it proves that         followed when it proves that,
 *   numbers from 1     it hears us                          and the followed one is late
 *
 * "Silent": the followed life was not heard since our start, or is dead; beside a newer life also: it has sent a
 * shutdown notice.  "Late": the followed life has sent no status for longer than its pace allows, or it has sent a
 * shutdown notice.  "Proves": a status of the other life names a status that we have sent after we first heard the
 * followed life, and after the node died.  No recording can do that.  A life of the classic dialect names none of our
 * statuses: if it is newer, we follow it when the followed life is late; if it is older, we do not follow it. */
#ifndef HEARTBEAT_CORE_LIVES_H
#define HEARTBEAT_CORE_LIVES_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* Examine an authentic, numbered message.  The followed life may change to the life of this message.  Returns true if
 * the message belongs to the followed life, and was sent after the node died, if it died.  On false, drop the message;
 * it is counted here. */
bool lives_admit(struct core *c, struct node *n, const struct message *m, uint64_t generation, uint64_t seq);

#endif
