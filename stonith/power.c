// SPDX-License-Identifier: MIT
#include "stonith/power.h"

#include "stonith/say.h"
#include "stonith/waiting.h"

enum {
	ORDERS = 3,          /* a device that refuses three times will refuse again */
	WAIT_FOR_MS = 10000, /* the wait after an order: most machines need one or two seconds, some outlets five */
	POLL_MS = 500,
	/* the time between the two readings, because an outlet that is being cycled reads as off for a moment */
	CONFIRM_MS = 200,
};

struct attempt {
	struct device *d;
	const struct host *h;
	enum power_state wanted;
	bool was_read; /* the power state was read at least once */
};

static bool is_over(const struct attempt *a)
{
	return device_time_left(a->d).ns == 0 || waiting_interrupted();
}

static enum power_state read_power(struct attempt *a)
{
	enum power_state state = a->d->type->power->read(a->d, a->h);
	a->was_read |= state != POWER_UNKNOWN;
	if (state == POWER_UNKNOWN)
		say(LOG_LEVEL_WARN, "%s: the power of %s cannot be read: %s", a->d->name, a->h->name, a->d->note->str);
	return state;
}

/* Returns true when the machine has the wanted power state.  Off counts only when it is read twice. */
static bool is_reached(struct attempt *a)
{
	if (read_power(a) != a->wanted)
		return false;
	if (a->wanted == POWER_ON)
		return true;
	waiting_pause(span_ms(CONFIRM_MS));
	return !waiting_interrupted() && read_power(a) == a->wanted;
}

static bool wait_until_reached(struct attempt *a, unsigned most_ms)
{
	struct mono end = mono_add(mono_now(), span_ms(most_ms));
	for (;;) {
		if (is_reached(a))
			return true;
		if (is_over(a) || mono_reached(mono_now(), end))
			return false;
		waiting_pause(span_ms(POLL_MS));
	}
}

/* Send orders until the machine has the wanted power state.  An order that failed may still have been carried out, so
 * the state is read afterwards, but without a wait. */
static bool bring(struct attempt *a)
{
	const char *name = a->wanted == POWER_OFF ? "off" : "on";
	bool reached = false;
	for (int i = 0; i < ORDERS && !reached && !is_over(a); i++) {
		bool accepted = a->d->type->power->order(a->d, a->h, a->wanted == POWER_ON);
		char *answer = g_strdup(accepted ? "accepted" : a->d->note->str);
		if (!accepted)
			say(LOG_LEVEL_WARN, "%s: power %s of %s failed: %s", a->d->name, name, a->h->name, answer);
		reached = wait_until_reached(a, accepted ? WAIT_FOR_MS : 0);
		if (!reached)
			(void)device_note(a->d, "the power of %s is not %s after the order (%s)", a->h->name, name, answer);
		if (!reached && !accepted)
			waiting_pause(span_ms(POLL_MS));
		g_free(answer);
	}
	return reached;
}

static enum stonith_code failure(const struct attempt *a)
{
	if (device_time_left(a->d).ns == 0)
		return STONITH_TIMEOUT;
	return a->was_read ? STONITH_RESETFAIL : STONITH_ACCESS;
}

enum stonith_code power_act(struct device *d, enum stonith_action action, const struct host *h)
{
	struct attempt a = {.d = d, .h = h, .wanted = action == STONITH_ON ? POWER_ON : POWER_OFF};
	if (is_reached(&a)) {
		say(LOG_LEVEL_INFO, "%s: %s is %s already%s", d->name, h->name, a.wanted == POWER_ON ? "on" : "off",
			action == STONITH_RESET ? " and stays off" : "");
		return STONITH_OK;
	}
	if (!bring(&a))
		return failure(&a);
	if (action != STONITH_RESET)
		return STONITH_OK;
	say(LOG_LEVEL_INFO, "%s: %s is off, read twice", d->name, h->name);
	a.wanted = POWER_ON;
	if (!bring(&a))
		say(LOG_LEVEL_WARN, "%s: %s is off, but does not come on again (%s); switch it on by hand", d->name, h->name,
			d->note->str);
	return STONITH_OK;
}
