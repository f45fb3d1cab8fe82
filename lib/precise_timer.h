// SPDX-License-Identifier: MIT
/* A timer of the GLib main loop that fires as precisely as the kernel can, and needs at most one system call each time
 * it is set.
 * GLib's own timers have a precision of a millisecond.  Each change of a GLib ready time also wakes the main loop,
 * which costs a write, a read and a poll. */
#ifndef LIB_PRECISE_TIMER_H
#define LIB_PRECISE_TIMER_H

#include "lib/mono.h"

struct precise_timer;

/* Create a timer, not yet set, in the default main context.  priority: a priority of GLib.  fired may set the timer
 * again, and may free it.
 * Never fails: when no timerfd can be created, the timer has GLib's precision. */
struct precise_timer *precise_timer_new(int priority, void (*fired)(void *context), void *context);
/* Fire once, at this time or shortly afterwards; replaces the time that was set before.  MONO_FAR: do not fire.
 * Setting the same time again costs nothing. */
void precise_timer_set(struct precise_timer *t, struct mono when);
/* t may be NULL. */
void precise_timer_free(struct precise_timer *t);

#endif
