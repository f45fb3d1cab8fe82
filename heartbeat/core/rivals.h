// SPDX-License-Identifier: MIT
/* Two lives of the peer that both hear us: two machines have one name, perhaps because a disk was cloned.  Nothing is
 * started while that is so.  lives.c decides which of them is followed.  doc/protocol.md 10.24 */
#ifndef HEARTBEAT_CORE_RIVALS_H
#define HEARTBEAT_CORE_RIVALS_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* A status of the followed life was processed.  If it was sent after a second life proved that it hears us, there are
 * two machines with that name, which is logged. */
void rivals_heard(struct core *c, struct node *n);
/* Were two machines with the name of the peer heard within a deadtime? */
bool rivals_are_two(const struct core *c);
/* May groups be started?  Not while two machines have the name of the peer.  When one life follows another without a
 * pause, not before it is certain that the first one has ended. */
bool rivals_allow_start(const struct core *c);
/* When the answer may change by time alone; MONO_FAR: it does not. */
struct mono rivals_deadline(const struct core *c);
/* The followed life reports that it has left.  Does that say anything about the node?  Not when a newer life of it was
 * heard within dead_after: packets of two lives may come in any order. */
bool rivals_goodbye_counts(const struct core *c, const struct node *n);

#endif
