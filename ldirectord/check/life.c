// SPDX-License-Identifier: MIT
/* The start, the deadline, the verdict and the end of a check of any kind. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ldirectord/check/private.h"

static void check_stop(struct check *c)
{
	if (!c->stopped && c->kind->stop)
		c->kind->stop(c);
	c->stopped = true;
}

void check_cancel(struct check *c)
{
	timer_clear(&c->deadline);
	check_stop(c);
	g_free(c);
}

/* Free the check and close its sockets before done is called: done may start the next check. */
static void check_end(struct check *c)
{
	check_done *done = c->done;
	void *user = c->user;
	char why[CHECK_WHY_MAX];
	struct check_outcome o = {.up = c->up, .share = c->share, .why = why};
	memcpy(why, c->why, sizeof(why));
	check_cancel(c);
	done(user, &o);
}

static void deadline_fired(struct timer *t)
{
	struct check *c = (struct check *)((char *)t - offsetof(struct check, deadline));
	c->starting = true; // late may call check_verdict, which must not free c here
	if (!c->decided && c->kind->late)
		c->kind->late(c);
	if (!c->decided) {
		char seconds[32];
		(void)snprintf(
			seconds, sizeof(seconds), c->timeout_ms % 1000 ? "%.3f" : "%.0f", (double)c->timeout_ms / 1000);
		check_verdict(c, false, "timed out after %s s%s%s", seconds, *c->stage ? " while waiting for the " : "",
			c->stage);
	}
	check_end(c);
}

void check_verdict(struct check *c, bool up, const char *format, ...)
{
	va_list ap;
	if (c->decided)
		return;
	c->decided = true;
	c->up = up;
	va_start(ap, format);
	(void)vsnprintf(c->why, sizeof(c->why), format, ap);
	va_end(ap);
	if (!c->starting)
		check_end(c);
}

void check_failed(struct check *c, const char *what, int error)
{
	char text[128];
	(void)g_strlcpy(text, g_strerror(error), sizeof(text));
	text[0] = g_ascii_tolower(text[0]);
	check_verdict(c, false, "%s%s%s", what, *what ? ": " : "", text);
}

void check_stage(struct check *c, const char *stage)
{
	(void)g_strlcpy(c->stage, stage, sizeof(c->stage));
}

struct check *check_run(GMainContext *context, const struct check_kind *kind, const struct check_plan *plan,
	check_done *done, void *user)
{
	reactor_attach(context);
	// if there is no memory, GLib prints a message and ends the process
	struct check *c = g_malloc0(kind->size);
	c->kind = kind;
	c->done = done;
	c->user = user;
	c->deadline.fired = deadline_fired;
	c->timeout_ms = kind->negotiates ? plan->v->negotiate_timeout_ms : plan->v->check_timeout_ms;
	c->address = plan->r->address;
	if (plan->v->check_port)
		c->address.port = plan->v->check_port;
	else if (!c->address.port)
		c->address.port = lb_service_port(plan->v->service);
	c->starting = true;
	struct mono now = mono_now();
	kind->start(c, plan);
	c->starting = false;
	if (c->decided)
		check_stop(c);
	// An immediate verdict is reported in the next iteration of the loop, because done must not run inside
	// check_start.
	timer_set(&c->deadline, c->decided ? now : mono_add(now, span_ms(c->timeout_ms)));
	return c;
}
