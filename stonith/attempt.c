// SPDX-License-Identifier: MIT
#include "stonith/attempt.h"

#include <stdio.h>
#include <string.h>

#include "stonith/power.h"
#include "stonith/say.h"

/* Check that the device is reachable.  A type without a status function is reachable when the power state of every host
 * can be read. */
static int ask_status(struct device *d)
{
	if (d->type->status)
		return d->type->status(d);
	if (!d->type->power)
		return STONITH_OK;
	if (!device_load_hosts(d))
		return STONITH_INVAL;
	for (guint i = 0; i < d->hosts->len; i++)
		if (d->type->power->read(d, &g_array_index(d->hosts, struct host, i)) == POWER_UNKNOWN)
			return device_time_left(d).ns == 0 ? STONITH_TIMEOUT : STONITH_ACCESS;
	return STONITH_OK;
}

int attempt_status(struct device *d, unsigned limit_s, bool silent)
{
	device_begin(d, limit_s);
	int code = ask_status(d);
	if (code != STONITH_OK && !silent)
		say(LOG_LEVEL_ERROR, "%s device not accessible%s%s", d->name, d->note->len ? ": " : ".", d->note->str);
	else if (!silent)
		say(LOG_LEVEL_INFO, "%s device OK.", d->name);
	return code;
}

int attempt_list(struct device *d, unsigned limit_s)
{
	device_begin(d, limit_s);
	if (!device_load_hosts(d)) {
		say(LOG_LEVEL_ERROR, "Could not list hosts for %s: %s", d->name, d->note->str);
		return STONITH_NO_LIST;
	}
	for (guint i = 0; i < d->hosts->len; i++)
		(void)printf("%s\n", g_array_index(d->hosts, struct host, i).name);
	return STONITH_OK;
}

static int not_controlled(struct device *d, const char *victim)
{
	GString *list = g_string_new(NULL);
	for (guint i = 0; i < d->hosts->len; i++)
		g_string_append_printf(list, " %s", g_array_index(d->hosts, struct host, i).name);
	say(LOG_LEVEL_CRIT, "%s device doesn't control host [%s]; its hosts are:%s", d->name, victim, list->str);
	g_string_free(list, TRUE);
	return STONITH_BADHOST;
}

static void report(const struct device *d, enum stonith_action action, const char *victim, int code)
{
	if (code == STONITH_OK)
		say(LOG_LEVEL_INFO, "Host %s-%s: %s", d->name, stonith_action_name(action), victim);
	else
		say(LOG_LEVEL_CRIT, "%s: %s of host %s failed: %s", d->name, stonith_action_name(action), victim,
			d->note->len ? d->note->str : "no reason given");
}

int attempt_action(struct device *d, unsigned limit_s, enum stonith_action action, const char *victim)
{
	device_begin(d, limit_s);
	if (d->type->refuses & 1U << action) {
		say(LOG_LEVEL_CRIT, "%s STONITH device not capable of power-%s operation", d->name, stonith_action_name(action));
		return STONITH_INVAL;
	}
	if (!device_load_hosts(d)) {
		say(LOG_LEVEL_CRIT, "%s: %s of host %s failed: which hosts it controls is not known: %s", d->name,
			stonith_action_name(action), victim, d->note->str);
		return STONITH_RESETFAIL;
	}
	// A name that starts with "-" would be an option for the programs that get it.
	const struct host *h = victim[0] == '-' ? NULL : device_host(d, victim);
	if (!h)
		return not_controlled(d, victim);
	int code = d->type->act ? (int)d->type->act(d, action, h) : (int)power_act(d, action, h);
	report(d, action, h->name, code);
	return code;
}
