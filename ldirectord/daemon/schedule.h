// SPDX-License-Identifier: MIT
/* When each check begins: a period from start to start, the starts of all spread over it, nobody late because of
 * another.  No socket and no clock: the caller asks what is due.  doc/ldirectord.md 11.1, 11.2, 12 */
#ifndef LDIRECTORD_DAEMON_SCHEDULE_H
#define LDIRECTORD_DAEMON_SCHEDULE_H

#include <stddef.h>

#include "lib/mono.h"

struct schedule;

/* For count checks; none of them is due yet.  NULL: no memory. */
struct schedule *schedule_new(size_t count);
void schedule_free(struct schedule *s);
/* Check index is due at that time, in place of what was said before. */
void schedule_at(struct schedule *s, size_t index, struct mono when);
/* The first of n starts that are spread over a period: number k of them.  More than fifty begin a few at a time, at the
 * same fifty instants of each period, also those of a later reload: a wake-up costs as much as a check of connect
 * does. */
struct mono schedule_spread(struct mono now, struct span period, size_t k, size_t n);
/* The next start of a check that was due at that time: on its own grid, later than now, so that one that took longer
 * than its period leaves out a turn and does not shift the others. */
struct mono schedule_next(struct mono due, struct span period, struct mono now);
/* The first that is due; SIZE_MAX when none is at that time.  It is taken off: say when it is due again. */
size_t schedule_take(struct schedule *s, struct mono now, struct mono *due);
/* When the next one is due; MONO_FAR: none. */
struct mono schedule_deadline(const struct schedule *s);

#endif
