// SPDX-License-Identifier: MIT
#include "lib/precise_timer.h"

#include <glib.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { NS_PER_S = 1000000000, NS_PER_US = 1000 };

struct precise_timer {
	GSource source; /* must be the first member, because GLib allocates the struct as a GSource */
	int fd;         /* timerfd; -1: there is none */
	struct mono when;
	bool armed;     /* the kernel or GLib was given that time */
	void (*fired)(void *context);
	void *context;
};

/* Set the timerfd.  This also resets the kernel's count of expirations, so the descriptor need not be read. */
static bool arm_descriptor(const struct precise_timer *t)
{
	if (t->fd < 0)
		return false;
	int64_t ns = t->when.ns > 0 ? t->when.ns : 1; /* 0 would disarm the timer */
	struct itimerspec at = {.it_value = {.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S}};
	if (t->when.ns == MONO_FAR.ns)
		at = (struct itimerspec){0};
	return timerfd_settime(t->fd, TFD_TIMER_ABSTIME, &at, NULL) == 0;
}

static void arm(struct precise_timer *t)
{
	gint64 us = -1;
	t->armed = true;
	if (!arm_descriptor(t) && t->when.ns != MONO_FAR.ns)
		us = (t->when.ns + NS_PER_US - 1) / NS_PER_US;
	if (us != g_source_get_ready_time(&t->source))
		g_source_set_ready_time(&t->source, us);
}

static gboolean on_ready(GSource *source, GSourceFunc callback, gpointer data)
{
	struct precise_timer *t = (struct precise_timer *)source;
	(void)callback, (void)data;
	if (!mono_reached(mono_now(), t->when)) {
		arm(t); /* another source of the same iteration has set a later time */
		return G_SOURCE_CONTINUE;
	}
	t->armed = false;
	t->fired(t->context);
	if (!t->armed && !g_source_is_destroyed(source))
		precise_timer_set(t, MONO_FAR);
	return G_SOURCE_CONTINUE;
}

static void finalize(GSource *source)
{
	struct precise_timer *t = (struct precise_timer *)source;
	if (t->fd >= 0)
		(void)close(t->fd); /* nothing was written through it */
}

struct precise_timer *precise_timer_new(int priority, void (*fired)(void *context), void *context)
{
	static GSourceFuncs functions = {.dispatch = on_ready, .finalize = finalize};
	struct precise_timer *t = (struct precise_timer *)g_source_new(&functions, sizeof *t);
	t->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	t->when = MONO_FAR;
	t->armed = true;
	t->fired = fired;
	t->context = context;
	if (t->fd >= 0)
		/* the returned tag would be needed only for changes */
		(void)g_source_add_unix_fd(&t->source, t->fd, G_IO_IN);
	/* Without this, GLib removes the descriptor from its set before each dispatch and adds it again afterwards,
	 * which wakes the main loop twice. */
	g_source_set_can_recurse(&t->source, TRUE);
	g_source_set_priority(&t->source, priority);
	(void)g_source_attach(&t->source, NULL);
	return t;
}

void precise_timer_set(struct precise_timer *t, struct mono when)
{
	if (t->armed && t->when.ns == when.ns)
		return;
	t->when = when;
	arm(t);
}

void precise_timer_free(struct precise_timer *t)
{
	if (!t)
		return;
	g_source_destroy(&t->source);
	g_source_unref(&t->source);
}
