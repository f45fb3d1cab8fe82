// SPDX-License-Identifier: MIT
/* The rule by which generations grow; who keeps the number, and where, is not its business. */
#ifndef HEARTBEAT_CORE_GENERATION_H
#define HEARTBEAT_CORE_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

/* The generation of a new life.  stored: the last one written down, 0 none.  clock: unix time in s.
 * by_time: hbgenmethod time.
 * Never at or below stored: a clock that was set back must not make it fall, for a lower generation is a replay to the
 * peer. doc/protocol.md 5.1 and 10.19: "the number never falls to or below the stored one" */
static inline uint64_t generation_next(uint64_t stored, uint64_t clock, bool by_time)
{
	return stored == 0 || (by_time && clock > stored) ? clock + 1 : stored + 1;
}

#endif
