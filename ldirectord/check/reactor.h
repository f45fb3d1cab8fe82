// SPDX-License-Identifier: MIT
/* Descriptors and timers of all checks behind one source of the main context: one epoll set and one heap, so that a
 * check costs the same whether ten or a thousand others are waiting (GLib's own loop looks at every source in every
 * turn).  Timers are exact to the millisecond that poll can wait for, and never early.  Knows nothing of checks. */
#ifndef LDIRECTORD_CHECK_REACTOR_H
#define LDIRECTORD_CHECK_REACTOR_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/mono.h"

/* A descriptor and the events that we wait for.  The owner holds this struct and closes the descriptor. */
struct watch {
	int fd;          /* -1: none */
	uint32_t events; /* of epoll */
	void (*ready)(struct watch *w, uint32_t events);
};

/* A timer that fires once.  The owner holds this struct; zeroed memory is a timer that is not set. */
struct timer {
	struct mono at;
	size_t place; /* in the heap, from 1; 0: not set */
	void (*fired)(struct timer *t);
};

/* The first call decides the context; all checks of a process share it. */
void reactor_attach(GMainContext *context);
void reactor_exit(void);

/* Wait for these events of fd; they replace the events of an earlier call.  Returns 0 or -errno. */
int watch_set(struct watch *w, int fd, uint32_t events);
/* Stop waiting.  ready is not called after this, not even for events that epoll has already reported. */
void watch_clear(struct watch *w);
/* The same, and close fd (< 0: nothing).  fd is the watched descriptor and has no duplicate: epoll then removes it
 * without a call. */
void watch_close(struct watch *w, int fd);

void timer_set(struct timer *t, struct mono at);
void timer_clear(struct timer *t);

#endif
