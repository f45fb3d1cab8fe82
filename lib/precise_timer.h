// SPDX-License-Identifier: MIT
/* A timer of the GLib main loop that fires as precisely as the kernel can, and costs at most one system call each time
 * it is set.
 * GLib's own timers have a precision of a millisecond, and each change of a ready time wakes the main loop once more:
 * a write, a read and a poll. */
#ifndef LIB_PRECISE_TIMER_H
#define LIB_PRECISE_TIMER_H

#include "lib/mono.h"

struct precise_timer;

/* A timer that is not set, in the default main context, with a priority of GLib.  fired may set the timer again, and
 * may free it.
 * Never fails: without a descriptor it works with GLib's precision. */
struct precise_timer *precise_timer_new(int priority, void (*fired)(void *context), void *context);
/* Fire once, at this time and never before; replaces the time that was set.  MONO_FAR: do not fire.
 * Setting the same time again costs nothing. */
void precise_timer_set(struct precise_timer *t, struct mono when);
/* t may be NULL. */
void precise_timer_free(struct precise_timer *t);

#endif
