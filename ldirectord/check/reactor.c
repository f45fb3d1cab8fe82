// SPDX-License-Identifier: MIT
#include "ldirectord/check/reactor.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { TURN_EVENTS = 64 };

static struct {
	GSource *source;
	GMainContext *context;
	gpointer tag;
	int epoll;
	struct timer **heap; /* the first entry has index 1 */
	size_t count, room;
	struct epoll_event events[TURN_EVENTS];
	int pending; /* the number of valid events in this iteration */
	bool turning;
} reactor = {.epoll = -1};

// --- the heap: the earliest is at 1 ---

static void heap_put(size_t place, struct timer *t)
{
	reactor.heap[place] = t;
	t->place = place;
}

static void heap_up(size_t place, struct timer *t)
{
	for (; place > 1 && t->at.ns < reactor.heap[place / 2]->at.ns; place /= 2)
		heap_put(place, reactor.heap[place / 2]);
	heap_put(place, t);
}

static void heap_down(size_t place, struct timer *t)
{
	for (;;) {
		size_t child = place * 2;
		if (child < reactor.count && reactor.heap[child + 1]->at.ns < reactor.heap[child]->at.ns)
			child++;
		if (child > reactor.count || t->at.ns <= reactor.heap[child]->at.ns)
			break;
		heap_put(place, reactor.heap[child]);
		place = child;
	}
	heap_put(place, t);
}

static void heap_take(struct timer *t)
{
	size_t place = t->place;
	struct timer *last = reactor.heap[reactor.count--];
	t->place = 0;
	if (last == t)
		return;
	if (place > 1 && last->at.ns < reactor.heap[place / 2]->at.ns)
		heap_up(place, last);
	else
		heap_down(place, last);
}

void timer_set(struct timer *t, struct mono at)
{
	if (t->place)
		heap_take(t);
	if (reactor.count + 2 > reactor.room) {
		reactor.room = reactor.room ? reactor.room * 2 : 64;
		reactor.heap = g_renew(struct timer *, reactor.heap, reactor.room);
	}
	t->at = at;
	heap_up(++reactor.count, t);
}

void timer_clear(struct timer *t)
{
	if (t->place)
		heap_take(t);
}

// --- descriptors ---

int watch_set(struct watch *w, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = w};
	bool known = w->fd == fd;
	if (known && w->events == events)
		return 0;
	assert(known || w->fd < 0);
	if (epoll_ctl(reactor.epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) != 0)
		return -errno;
	w->fd = fd;
	w->events = events;
	return 0;
}

static void forget(struct watch *w)
{
	w->fd = -1;
	w->events = 0;
	for (int i = 0; i < reactor.pending; i++)
		if (reactor.events[i].data.ptr == w)
			reactor.events[i].data.ptr = NULL;
}

void watch_clear(struct watch *w)
{
	if (w->fd < 0)
		return;
	// This fails when the owner has already closed the descriptor; epoll has then removed it.
	(void)epoll_ctl(reactor.epoll, EPOLL_CTL_DEL, w->fd, NULL);
	forget(w);
}

void watch_close(struct watch *w, int fd)
{
	if (w->fd >= 0)
		forget(w);
	if (fd >= 0)
		(void)close(fd); // the check has ended, so an error has no effect on its verdict
}

// --- one turn ---

static void turn_descriptors(void)
{
	int n = epoll_wait(reactor.epoll, reactor.events, TURN_EVENTS, 0);
	reactor.pending = n > 0 ? n : 0;
	for (int i = 0; i < reactor.pending; i++) {
		struct watch *w = reactor.events[i].data.ptr;
		if (w)
			w->ready(w, reactor.events[i].events);
	}
	reactor.pending = 0;
}

static void turn_timers(void)
{
	struct mono now = mono_now();
	// now is read only once: a timer that is set again here fires in the next iteration, after other sources of the
	// main loop.
	while (reactor.count && mono_reached(now, reactor.heap[1]->at)) {
		struct timer *t = reactor.heap[1];
		heap_take(t);
		t->fired(t);
	}
}

/* We do not use g_source_set_ready_time: it wakes the context through its eventfd for each timer, which costs as much
 * as a whole connect check. */
static gboolean reactor_prepare(GSource *source, gint *timeout)
{
	(void)source;
	*timeout = -1;
	if (!reactor.count)
		return FALSE;
	int64_t left = mono_since(reactor.heap[1]->at, mono_now()).ns;
	int64_t ms = left > 0 ? (left + 999999) / 1000000 : 0; // rounded up: never early
	*timeout = ms < INT_MAX ? (gint)ms : INT_MAX;
	return ms == 0;
}

static gboolean reactor_check(GSource *source)
{
	return g_source_query_unix_fd(source, reactor.tag) != 0 ||
	       (reactor.count && mono_reached(mono_now(), reactor.heap[1]->at));
}

static gboolean reactor_dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
	(void)source;
	(void)callback;
	(void)data;
	if (reactor.turning) // true when done runs the main loop, which it must not do
		return G_SOURCE_CONTINUE;
	reactor.turning = true;
	turn_descriptors();
	turn_timers();
	reactor.turning = false;
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs reactor_funcs = {.prepare = reactor_prepare, .check = reactor_check, .dispatch = reactor_dispatch};

void reactor_attach(GMainContext *context)
{
	if (!context)
		context = g_main_context_default();
	if (reactor.source) {
		assert(reactor.context == context); // otherwise the caller has a bug
		return;
	}
	if (reactor.epoll < 0)
		reactor.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (reactor.epoll < 0)
		g_error("epoll_create1: %s", g_strerror(errno));
	reactor.context = context;
	reactor.source = g_source_new(&reactor_funcs, sizeof(GSource));
	g_source_set_static_name(reactor.source, "checks");
	reactor.tag = g_source_add_unix_fd(reactor.source, reactor.epoll, G_IO_IN);
	// Without this, GLib removes the descriptor from its set before each dispatch and adds it again afterwards,
	// which wakes the main loop twice.
	g_source_set_can_recurse(reactor.source, TRUE);
	(void)g_source_attach(reactor.source, context);
}

void reactor_exit(void)
{
	if (reactor.source) {
		g_source_destroy(reactor.source);
		g_source_unref(reactor.source);
	}
	if (reactor.epoll >= 0)
		(void)close(reactor.epoll); // nothing was written through it
	g_free(reactor.heap);
	memset(&reactor, 0, sizeof(reactor));
	reactor.epoll = -1;
}
