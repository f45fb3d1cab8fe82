// SPDX-License-Identifier: MIT
/* What is wrong with the watched addresses, and when the daemon gets a report about it: whether a group is ready. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/exec/address_keeper.h"

/* The least time between two reports that a group that does not run here is ready, so that an interface that goes up
 * and down all the time does not cause many reports. */
enum { READY_PAUSE_MS = 10000 };

struct ip_address_text kept_name(const struct kept *a)
{
	return ip_address_text(&a->ip.address.ip);
}

void keeper_wake_at(struct address_keeper *k, struct mono when)
{
	k->next = mono_min(k->next, when);
}

void keeper_hindrance(const struct address_keeper *k, const struct kept *a, char why[TROUBLE_MAX])
{
	struct address at = a->ip.address;
	struct interface link;
	why[0] = '\0';
	if (!a->ip.has_interface) {
		int result = address_route(k->exec->addresses, &a->ip.address.ip, &at);
		if (result == -ENETUNREACH)
			(void)snprintf(why, TROUBLE_MAX, "no interface has a network with %s", kept_name(a).at);
		if (result != 0)
			return;
	}
	if (!interfaces_find(k->interfaces, at.interface, &link))
		(void)snprintf(why, TROUBLE_MAX, "there is no interface %s", at.interface);
	else if (!link.carrier)
		(void)snprintf(why, TROUBLE_MAX, "%s %s", link.name, link.up ? "has no carrier" : "is down");
}

void kept_set_trouble(struct kept *a, const char *why, struct mono ripe_at)
{
	bool before = a->trouble[0] != '\0';
	(void)snprintf(a->trouble, sizeof a->trouble, "%s", why);
	if (why[0] != '\0')
		a->ripe_at = before ? mono_min(a->ripe_at, ripe_at) : ripe_at;
}

/* --- the reports about a group -------------------------------------------------------------- */

/* Returns the first trouble of an address of the group that may be reported now; NULL: none.  *any: there is some
 * trouble, also if it must not be reported yet. */
static const char *trouble_of(const struct address_keeper *k, const struct run_group *g, struct mono now, bool *any)
{
	*any = false;
	for (size_t i = 0; i < k->count; i++) {
		const struct kept *a = &k->list[i];
		if (a->trouble[0] == '\0' || !run_group_names(g, a->resource))
			continue;
		*any = true;
		if (mono_reached(now, a->ripe_at))
			return a->trouble;
	}
	return NULL;
}

void keeper_report_group(struct address_keeper *k, const struct run_group *g, struct mono now)
{
	char *reported = k->reported[g->index];
	bool any;
	const char *trouble = trouble_of(k, g, now, &any);
	struct mono again = mono_add(k->ready_at[g->index], span_ms(READY_PAUSE_MS));
	if (trouble != NULL) {
		if (strcmp(reported, trouble) == 0)
			return;
		(void)snprintf(reported, TROUBLE_MAX, "%s", trouble);
		exec_report_ready(k->exec, g, false, trouble);
	} else if (!any && reported[0] != '\0') {
		if (!g->wanted && !mono_is_never(k->ready_at[g->index]) && !mono_reached(now, again)) {
			keeper_wake_at(k, again);
			return;
		}
		k->ready_at[g->index] = now;
		reported[0] = '\0';
		exec_report_ready(k->exec, g, true, "");
	}
}
