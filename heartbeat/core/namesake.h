// SPDX-License-Identifier: MIT
/* Another machine sends with our own name or uuid: a cloned disk.  Nothing is started here while it is heard.
 * doc/protocol.md 10.7.
 *
 * A packet with our name is our own broadcast that was looped back, a recording of an earlier life of ours, or a packet
 * of a clone, perhaps with the same generation.  So each status has two fields: h4life, a random number of this life of
 * the sender, and h4self, the last status that the sender received with its own name from another life.  A node that
 * finds a recent status of its own in h4self has the proof that another machine with its name hears it now. */
#ifndef HEARTBEAT_CORE_NAMESAKE_H
#define HEARTBEAT_CORE_NAMESAKE_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/message.h"

struct namesake {
	uint64_t life, generation, seq; /* of its last status; generation 0: none yet */
	struct mono heard_at;
	struct mono until; /* until then it counts as proven to be there */
};

/* The number of a life, made from the seed of its random numbers. */
uint64_t namesake_life(uint64_t seed);
/* Is this packet, which has our own name, one that we sent in this life? */
bool namesake_is_echo(const struct core *c, const struct message *m, uint64_t generation, uint64_t seq);
/* A packet with our own name that is not an echo.  where: its origin, for the log. */
void namesake_heard(struct core *c, const struct message *m, uint64_t generation, uint64_t seq, const char *where);
/* An accepted status of the peer has our own uuid. */
void namesake_is_peer(struct core *c, const char *name);
/* Append h4life to our own status, and h4self if another machine with our name was heard within a deadtime. */
void namesake_fields(const struct core *c, struct message *m);
/* Is another machine with our name or uuid proven to be there? */
bool namesake_is_there(const struct core *c);
/* When that answer changes by time alone; MONO_FAR: it does not. */
struct mono namesake_deadline(const struct core *c);

#endif
