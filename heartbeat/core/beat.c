// SPDX-License-Identifier: MIT
#include "heartbeat/core/beat.h"

#include "heartbeat/core/state.h"

enum {
	OUT_OF_TURN_MAX = 64, /* the largest number of statuses that are sent at once in one keepalive */
	/* How many keepalives statuses are sent twice as often after a loss.  With 10 % loss, the next loss is noticed
	 * within this time. */
	LOSSY_BEATS = 20,
};

void beat_start(struct core *c)
{
	c->beat.next = mono_add(c->now.mono, c->conf->keepalive);
}

void beat_times_changed(struct core *c)
{
	if (c->phase == PHASE_INIT)
		return;
	c->beat.next = mono_min(c->beat.next, mono_add(c->now.mono, c->conf->keepalive));
	c->beat.recent_at = mono_min(c->beat.recent_at, mono_add(c->now.mono, c->conf->deadtime));
}

void beat_soon(struct core *c)
{
	c->beat.due = true;
}

void beat_done(struct core *c)
{
	c->beat.due = false;
}

void beat_lossy(struct core *c)
{
	if (ha_cf_line_baud(c->conf)) /* more statuses would be too much for a serial line, and cause further loss */
		return;
	c->beat.lossy_until = mono_add(c->now.mono, (struct span){LOSSY_BEATS * c->conf->keepalive.ns});
}

bool beat_take(struct core *c)
{
	struct beat *b = &c->beat;
	if (c->phase == PHASE_INIT)
		return false;
	bool regular = mono_reached(c->now.mono, b->next);
	struct span pace = mono_reached(c->now.mono, b->lossy_until) ? c->conf->keepalive
	                                                             : (struct span){c->conf->keepalive.ns / 2};
	if (regular) {
		b->out_of_turn = 0;
		b->next = mono_add(b->next, pace);
		/* more than one status is late: do not send all of them at once */
		if (mono_reached(c->now.mono, b->next))
			b->next = mono_add(c->now.mono, pace);
	}
	if (regular && mono_reached(c->now.mono, b->recent_at)) {
		b->recent_before = b->recent;
		b->recent = c->seq;
		b->recent_at = mono_add(c->now.mono, c->conf->deadtime);
	}
	return c->phase != PHASE_GONE && (regular || (b->due && ++b->out_of_turn < OUT_OF_TURN_MAX));
}

