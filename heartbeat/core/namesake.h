// SPDX-License-Identifier: MIT
/* Detects another machine that sends with our own name or uuid, for example because its disk is a clone.  Nothing is
 * started here while that machine is heard.  doc/protocol.md 10.7.
 *
 * A packet with our name can be our own broadcast that came back, a recording of an earlier life of this node, or a
 * packet of a clone, perhaps with the same generation.  Therefore each status has two fields.  h4life is a random
 * number, which the sender chose at its start.  h4self names the last status that the sender received with its own name
 * and another h4life.  If h4self of such a packet names a recent status of this node, another machine with our name
 * hears us now. */
#ifndef HEARTBEAT_CORE_NAMESAKE_H
#define HEARTBEAT_CORE_NAMESAKE_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/message.h"

struct namesake {
	uint64_t life, generation, seq; /* of the last status of the other machine; generation 0: none was heard yet */
	struct mono heard_at;
	struct mono until; /* until this time the other machine counts as proven */
};

/* Compute h4life from the seed of the random numbers. */
uint64_t namesake_life(uint64_t seed);
/* Returns true if this node has sent the packet, which has our own name, in its present life. */
bool namesake_is_echo(const struct core *c, const struct message *m, uint64_t generation, uint64_t seq);
/* Called with a packet that has our own name and is not an echo.  where: its source address, for the log. */
void namesake_heard(struct core *c, const struct message *m, uint64_t generation, uint64_t seq, const char *where);
/* Called when an accepted status of the peer has our own uuid. */
void namesake_is_peer(struct core *c, const char *name);
/* Append h4life to our own status, and h4self if another machine with our name was heard within a deadtime. */
void namesake_fields(const struct core *c, struct message *m);
/* Returns true if it is proven that another machine has our name or uuid. */
bool namesake_is_there(const struct core *c);
/* When the answer of namesake_is_there changes without another event; MONO_FAR: it does not. */
struct mono namesake_deadline(const struct core *c);

#endif
