// SPDX-License-Identifier: MIT
/* Watches the descriptors and timers of all checks with one source of the main context: one epoll set and one heap.
 * The cost of a check therefore does not depend on the number of other checks (GLib's own loop looks at every source in
 * every iteration).  Timers are exact to the millisecond, the precision of poll, and never early.  Knows nothing of
 * checks. */
#ifndef LDIRECTORD_CHECK_REACTOR_H
#define LDIRECTORD_CHECK_REACTOR_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/mono.h"

/* A descriptor and the events to wait for.  The owner of this struct closes the descriptor. */
struct watch {
	int fd;          /* -1: none */
	uint32_t events; /* event bits of epoll */
	void (*ready)(struct watch *w, uint32_t events);
};

/* A timer that fires once.  The caller owns this struct; zeroed memory is a timer that is not set. */
struct timer {
	struct mono at;
	size_t place; /* its place in the heap, from 1; 0: not set */
	void (*fired)(struct timer *t);
};

/* The first call decides the context; all checks of a process share it. */
void reactor_attach(GMainContext *context);
void reactor_exit(void);

/* Wait for these events of fd; they replace the events of an earlier call.  Returns 0 or -errno. */
int watch_set(struct watch *w, int fd, uint32_t events);
/* Stop waiting.  ready is not called after this, not even for events that epoll has already reported. */
void watch_clear(struct watch *w);
/* Stop waiting, and close fd (< 0: nothing).  fd must be the watched descriptor without a duplicate: epoll then removes
 * it without a system call. */
void watch_close(struct watch *w, int fd);

void timer_set(struct timer *t, struct mono at);
void timer_clear(struct timer *t);

#endif
