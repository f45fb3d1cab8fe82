// SPDX-License-Identifier: MIT
/* The rule by which generations grow.  Does not store the number. */
#ifndef HEARTBEAT_CORE_GENERATION_H
#define HEARTBEAT_CORE_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

/* The generation of a new life.  stored: the last one that was written down, 0 for none.  clock: unix time in seconds.
 * by_time: hbgenmethod time.
 * Never at or below stored, also after the clock was set back: to the peer a lower generation is a replay.
 * doc/protocol.md 5.1 and 10.19: "the number never falls to or below the stored one" */
static inline uint64_t generation_next(uint64_t stored, uint64_t clock, bool by_time)
{
	return stored == 0 || (by_time && clock > stored) ? clock + 1 : stored + 1;
}

#endif
