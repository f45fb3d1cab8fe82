// SPDX-License-Identifier: MIT
/* The rule for the next generation.  Stores no number. */
#ifndef HEARTBEAT_CORE_GENERATION_H
#define HEARTBEAT_CORE_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

/* Returns the generation of a new life of this node.  stored: the last generation in the file, 0 for none.  clock: unix
 * time in seconds.  by_time: for hbgenmethod time.
 * The result is above stored, also after the clock was set back: the peer would take a lower generation for a replay.
 * doc/protocol.md 5.1 and 10.19: "the number never falls to or below the stored one" */
static inline uint64_t generation_next(uint64_t stored, uint64_t clock, bool by_time)
{
	return stored == 0 || (by_time && clock > stored) ? clock + 1 : stored + 1;
}

#endif
