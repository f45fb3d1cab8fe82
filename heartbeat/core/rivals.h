// SPDX-License-Identifier: MIT
/* Detects two lives of the peer that both hear us: two machines have the same name, perhaps because a disk was cloned.
 * Nothing is started while both are heard.  lives.h decides which of the two lives this node follows.
 * doc/protocol.md 10.24 */
#ifndef HEARTBEAT_CORE_RIVALS_H
#define HEARTBEAT_CORE_RIVALS_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* Called when a status of the followed life was processed.  If the status was sent after a second life proved that it
 * hears us, there are two machines with this name; this is logged. */
void rivals_heard(struct core *c, struct node *n);
/* Returns true if two machines with the name of the peer were heard within a deadtime. */
bool rivals_are_two(const struct core *c);
/* Returns true if groups may be started.  False while two machines have the name of the peer.  After one life has
 * followed another without a pause, false until it is certain that the earlier life has ended. */
bool rivals_allow_start(const struct core *c);
/* When the answer of rivals_allow_start may change without another event; MONO_FAR: it does not. */
struct mono rivals_deadline(const struct core *c);
/* Called when the followed life reports that it leaves.  Returns true if this report counts for the node.  It does not
 * count when a newer life was heard within dead_after, because packets of two lives may come in any order. */
bool rivals_goodbye_counts(const struct core *c, const struct node *n);

#endif
