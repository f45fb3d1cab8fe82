// SPDX-License-Identifier: MIT
/* A life of a node that lives.c refuses.  Our statuses name it while no other life of the node is heard.  Otherwise two
 * nodes whose generations both went back would refuse each other permanently: neither of them could prove anything.
 * doc/protocol.md 10.23 */
#ifndef HEARTBEAT_CORE_REFUSED_H
#define HEARTBEAT_CORE_REFUSED_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* A status of the node was refused, in the native dialect, while the followed life is silent. */
void refused_note(struct core *c, struct node *n, uint64_t generation, uint64_t seq);
/* Does our status name the refused life instead of the followed one?  When the followed one does not prove that it
 * hears us, and the refused one was heard later than that, within dead_after. */
bool refused_is_named(const struct core *c, const struct node *n);

#endif
