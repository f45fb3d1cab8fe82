// SPDX-License-Identifier: MIT
/* Decides when each check starts.  Each check has a period from start to start.  The starts of all checks are spread
 * over it, and a slow check delays no other check.  PURE: no socket and no clock.  doc/ldirectord.md 11.1, 11.2, 12 */
#ifndef LDIRECTORD_DAEMON_SCHEDULE_H
#define LDIRECTORD_DAEMON_SCHEDULE_H

#include <stddef.h>

#include "lib/mono.h"

struct schedule;

/* Create a schedule for count checks; none of them is due yet.  Returns NULL without memory. */
struct schedule *schedule_new(size_t count);
void schedule_free(struct schedule *s);
/* Set the time when check index is due; this replaces its earlier time. */
void schedule_at(struct schedule *s, size_t index, struct mono when);
/* Returns the first start of check k of n, which are spread over a period.  More than fifty checks share fifty instants
 * of each period, also after a reload, because a wake-up of the process costs as much as a connect check. */
struct mono schedule_spread(struct mono now, struct span period, size_t k, size_t n);
/* Returns the next start of a check that was due at that time: a whole number of periods later, and later than now.  A
 * check that took longer than its period therefore skips a start and keeps its place in the period. */
struct mono schedule_next(struct mono due, struct span period, struct mono now);
/* Remove and return the first check that is due; SIZE_MAX: none.  Call schedule_at to set its next time. */
size_t schedule_take(struct schedule *s, struct mono now, struct mono *due);
/* Returns the time when the next check is due; MONO_FAR: none. */
struct mono schedule_deadline(const struct schedule *s);

#endif
