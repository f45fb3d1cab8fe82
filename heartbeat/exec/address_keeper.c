// SPDX-License-Identifier: MIT
/* Watches the service addresses that this process itself takes.  lib/interfaces gets netlink notices from the kernel,
 * so no regular queries are needed.
 *
 *   what happens                                   what the keeper does
 *   an address that should be here is gone         add it again at once, announce it, count and log it
 *   it is now the first address of its subnet      remove and add it, so that it follows the address of the machine
 *   more than REMOVALS_MAX removals in a minute    add it once a second; the group is not ready for DISTRUST_MS
 *   it cannot be added, or has no carrier          the group is not ready; after a notice of the kernel, try again
 *   the carrier is back                            announce the address; the group is ready
 *   the start of a group would fail (no interface) the group is not ready until a notice of the kernel changes that
 *   an address is here that no group here has      log it at CRIT
 *
 * This module only reports that a group is not ready (EVENT_GROUP_READY); the core decides what follows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "heartbeat/exec/address_keeper.h"
#include "lib/log.h"

enum {
	/* The trouble of a held group is reported later than that of another group.  When a switch fails, the peer has
	 * reported by then that it has no carrier either.  When an administrator restarts the network, the interface
	 * works again by then, and no group moves. */
	CARRIER_MS = 40,
	HELD_TROUBLE_MS = 2000,
	/* the time between two attempts to add an address that cannot be added, or that is removed too often */
	TRY_MS = 1000,
	REMOVALS_WITHIN_MS = 60000,
	/* how long the other node should run the group; the same as LATER_MS of core/ownership.h */
	DISTRUST_MS = 300000,
};

/* --- which group has an address ----------------------------------------------------------------------- */

/* Returns true if the address was started here and is not being stopped. */
static bool is_wanted(const struct address_keeper *k, const struct kept *a)
{
	for (size_t i = 0; a->resource->active && i < k->exec->group_count; i++)
		if (k->exec->groups[i].wanted && run_group_names(&k->exec->groups[i], a->resource))
			return true;
	return false;
}

/* Returns true if a group that names the address is being started, stopped or surveyed. */
static bool is_moving(const struct address_keeper *k, const struct kept *a)
{
	for (size_t i = 0; i < k->exec->group_count; i++) {
		const struct run_group *g = &k->exec->groups[i];
		if (g->state != RUN_IDLE && g->state != RUN_HELD && run_group_names(g, a->resource))
			return true;
	}
	return false;
}

static const char *group_of(const struct address_keeper *k, const struct kept *a)
{
	for (size_t i = 0; i < k->exec->group_count; i++)
		if (run_group_names(&k->exec->groups[i], a->resource))
			return k->exec->groups[i].conf->key;
	return "?";
}

/* --- what the kernel has ---------------------------------------------------------------------- */

static bool is_here(const struct address_keeper *k, const struct kept *a, struct interface_address *where,
                    struct interface *link)
{
	const struct ip_address *ip = &a->ip.address.ip;
	struct bytes bytes = ip_address_bytes(ip);
	return interfaces_holds(k->interfaces, ip->family, bytes.at, where) &&
	       interfaces_find_index(k->interfaces, where->ifindex, link) && strcmp(link->name, "lo") != 0;
}

static void remember_place(const struct address_keeper *k, struct kept *a, const struct interface_address *where)
{
	struct address found;
	if (memcmp(where, &a->seen, sizeof *where) == 0)
		return;
	if (address_find(k->exec->addresses, &a->ip.address.ip, &found) == 0)
		a->placed = found;
	a->seen = *where;
}

/* --- adding a removed address ------------------------------------------------------------------------------ */

static void note_removal(struct address_keeper *k, struct kept *a, struct mono now)
{
	struct mono oldest = a->removed[a->removals % REMOVALS_MAX];
	a->removed[a->removals++ % REMOVALS_MAX] = now;
	a->missing = true;
	a->failed = false;
	if (mono_is_never(oldest) || mono_since(now, oldest).ns >= span_ms(REMOVALS_WITHIN_MS).ns)
		return;
	a->distrusted_until = mono_add(now, span_ms(DISTRUST_MS));
	keeper_wake_at(k, a->distrusted_until);
}

/* Add the address, first exactly where it was: the route from which its interface was found may have been removed
 * together with the address. */
static int add(const struct address_keeper *k, struct kept *a, char why[IPADDR_ERROR_MAX])
{
	struct ipaddr fresh = a->ip;
	if (a->placed.interface[0] != '\0' && address_add(k->exec->addresses, &a->placed) == 0)
		return 0;
	int result = ipaddr_start(k->exec->addresses, &fresh, why);
	return result < 0 ? result : 0;
}

/* Add a removed address again.  A removal is counted only once, also after several attempts to add the address.
 * Returns false when the address is not here. */
static bool put_back(struct address_keeper *k, struct kept *a, struct mono now)
{
	struct address found;
	char why[IPADDR_ERROR_MAX] = "";
	if (address_find(k->exec->addresses, &a->ip.address.ip, &found) == 0 && strcmp(found.interface, "lo") != 0)
		return true; /* it is here; only the notice of the kernel was not read yet */
	if (!a->missing)
		note_removal(k, a, now);
	struct mono again = mono_add(a->tried_at, span_ms(TRY_MS));
	if (!mono_reached(now, a->distrusted_until) && !mono_reached(now, again)) {
		keeper_wake_at(k, again);
		return false;
	}
	a->tried_at = now;
	if (add(k, a, why) != 0) {
		log_at(a->failed ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR,
			"address %s of group %s was removed, not by heartbeat, and cannot be added again: %s", kept_name(a).at,
			group_of(k, a), why);
		a->failed = true;
		keeper_wake_at(k, mono_add(now, span_ms(TRY_MS)));
		return false;
	}
	foreign_drop(k->exec->foreign, &a->ip.address.ip); /* this process has added it now */
	announcements_begin(k->exec, &a->ip);
	log_at(LOG_LEVEL_WARN,
		"address %s of group %s was removed%s%s, not by heartbeat: it is added again and announced (removal %llu)",
		kept_name(a).at, group_of(k, a), a->placed.interface[0] != '\0' ? " from " : "", a->placed.interface,
		(unsigned long long)a->removals);
	return true;
}

/* --- order of the addresses ------------------------------------------------------------------------------------ */

static bool is_watched(const struct address_keeper *k, const struct ip_address *ip)
{
	for (size_t i = 0; i < k->count; i++)
		if (ip_address_equal(&k->list[i].ip.address.ip, ip))
			return true;
	return false;
}

/* Returns true if an address of the machine itself comes after this address in its subnet.  The kernel uses the first
 * address of a subnet as the source address of new connections, and such connections would break when the group
 * moves. */
static bool precedes_own(const struct address_keeper *k, const struct kept *a, const struct interface_address *where,
                         const struct interface *link)
{
	struct interface_address other;
	struct ip_address ip;
	if (where->family != AF_INET || where->secondary)
		return false;
	for (size_t i = 0; interfaces_address_at(k->interfaces, i, &other); i++) {
		struct bytes bytes = {(const uint8_t *)&other.ip.v4, sizeof other.ip.v4};
		if (other.family == AF_INET && other.ifindex == where->ifindex && other.secondary &&
			other.prefix == where->prefix && strcmp(other.label, link->name) == 0 &&
			ip_address_take(AF_INET, bytes, &ip) && !is_watched(k, &ip) &&
			ip_address_same_network(&ip, &a->ip.address.ip, where->prefix))
			return true;
	}
	return false;
}

/* Remove the address for some microseconds, so that the next address of the subnet becomes the first, and add it
 * again. */
static void step_back(const struct address_keeper *k, const struct kept *a)
{
	int result = address_delete(k->exec->addresses, &a->placed);
	if (result == 0) /* if this fails, the next look finds that the address is missing */
		result = address_add(k->exec->addresses, &a->placed);
	announcements_begin(k->exec, &a->ip);
	log_at(result == 0 ? LOG_LEVEL_NOTICE : LOG_LEVEL_WARN,
		"address %s was the primary address of its subnet on %s, and the machine would use it as its own source "
		"address: heartbeat added it again as a secondary address%s%s",
		kept_name(a).at, a->placed.interface, result == 0 ? "" : ": ", result == 0 ? "" : strerror(-result));
}

/* --- one address ------------------------------------------------------------------------------ */

/* Returns true if the address was removed too often.  This also counts after the group has moved to the other node,
 * because the software that removed the address here still runs. */
static bool is_distrusted(const struct kept *a, struct mono now, char why[TROUBLE_MAX])
{
	if (mono_reached(now, a->distrusted_until))
		return false;
	(void)snprintf(why, TROUBLE_MAX, "%s was removed more than %d times within a minute", kept_name(a).at,
		REMOVALS_MAX);
	return true;
}

static void look_at_wanted(struct address_keeper *k, struct kept *a, struct mono now)
{
	struct interface_address where;
	struct interface link;
	char why[TROUBLE_MAX] = "";
	struct mono ripe_at = mono_add(now, span_ms(HELD_TROUBLE_MS));
	bool had_trouble = a->trouble[0] != '\0', here = is_here(k, a, &where, &link);
	if (here)
		remember_place(k, a, &where);
	if (here && precedes_own(k, a, &where, &link))
		step_back(k, a);
	bool stays = here || put_back(k, a, now);
	a->missing = !stays;
	if (stays && !here) {
		(void)interfaces_read(k->interfaces); /* the kernel has sent its notice; a failure is repaired later */
		here = is_here(k, a, &where, &link);
	}
	if (is_distrusted(a, now, why)) {
		ripe_at = now;
	} else if (!stays) {
		keeper_hindrance(k, a, why);
		if (why[0] == '\0')
			(void)snprintf(why, sizeof why, "%s was removed and cannot be added again", kept_name(a).at);
	} else if (here && !link.carrier) {
		if (link.up)
			ripe_at = mono_add(now, span_ms(CARRIER_MS));
		(void)snprintf(why, sizeof why, "%s %s", link.name, link.up ? "has no carrier" : "is down");
	}
	kept_set_trouble(a, why, ripe_at);
	if (had_trouble && here && why[0] == '\0') /* the switch may have forgotten the port of the address */
		announcements_begin(k->exec, &a->ip);
}

static void look_at_other(struct address_keeper *k, struct kept *a, struct mono now)
{
	struct interface_address where;
	struct interface link;
	char why[TROUBLE_MAX] = "";
	bool here = is_here(k, a, &where, &link), stray = here && !a->resource->active && !is_moving(k, a);
	a->missing = a->failed = false;
	a->placed.interface[0] = '\0';
	memset(&a->seen, 0, sizeof a->seen);
	if (stray && !a->stray)
		log_at(LOG_LEVEL_CRIT,
			"address %s of group %s has appeared on %s, and heartbeat did not put it there: the other node may have it too. "
			"Remove it, also from the network configuration of this system; only heartbeat may add it",
			kept_name(a).at, group_of(k, a), link.name);
	a->stray = stray;
	if (!is_distrusted(a, now, why) && !here)
		keeper_hindrance(k, a, why);
	kept_set_trouble(a, why, now);
}

/* --- looking ---------------------------------------------------------------------------------- */

static gboolean on_timer(void *context)
{
	struct address_keeper *k = context;
	k->timer = 0;
	address_keeper_look(k);
	return G_SOURCE_REMOVE;
}

static void schedule(struct address_keeper *k, struct mono now)
{
	if (k->timer != 0)
		(void)g_source_remove(k->timer);
	k->timer = 0;
	if (k->next.ns == MONO_FAR.ns)
		return;
	int64_t ms = span_to_ms(mono_since(k->next, now)) + 1;
	k->timer = g_timeout_add_full(G_PRIORITY_HIGH, ms > 0 ? (guint)ms : 0, on_timer, k, NULL);
}

void address_keeper_look(struct address_keeper *k)
{
	struct mono now = mono_now();
	if (k->interfaces == NULL || k->count == 0)
		return;
	(void)interfaces_read(k->interfaces); /* a failure is repaired by the next read */
	k->next = MONO_FAR;
	for (size_t i = 0; i < k->count; i++) {
		struct kept *a = &k->list[i];
		if (is_wanted(k, a))
			look_at_wanted(k, a, now);
		else
			look_at_other(k, a, now);
		if (a->trouble[0] != '\0' && !mono_reached(now, a->ripe_at))
			keeper_wake_at(k, a->ripe_at);
		if (!mono_reached(now, a->distrusted_until))
			keeper_wake_at(k, a->distrusted_until);
	}
	for (size_t i = 0; i < k->exec->group_count; i++)
		keeper_report_group(k, &k->exec->groups[i], now);
	k->looked = true;
	schedule(k, now);
}

static struct kept *kept_of(const struct address_keeper *k, const struct resource_conf *conf)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->list[i].resource->conf == conf)
			return &k->list[i];
	return NULL;
}

void address_keeper_start_failed(
	struct address_keeper *k, const struct resource_conf *conf, int code, const char *error)
{
	struct kept *a = kept_of(k, conf);
	char why[TROUBLE_MAX];
	struct mono now = mono_now();
	if (k->interfaces == NULL || a == NULL || (code != -ENETDOWN && code != -ENODEV && code != -ENETUNREACH))
		return;
	(void)interfaces_read(k->interfaces);
	keeper_hindrance(k, a, why);
	kept_set_trouble(a, why[0] != '\0' ? why : error, now);
	for (size_t i = 0; i < k->exec->group_count; i++)
		if (run_group_names(&k->exec->groups[i], a->resource))
			keeper_report_group(k, &k->exec->groups[i], now);
	keeper_wake_at(k, mono_add(now, span_ms(TRY_MS))); /* the trouble may already be over */
	schedule(k, now);
}

/* --- life ------------------------------------------------------------------------------------- */

struct address_keeper *address_keeper_new(struct exec *e)
{
	struct address_keeper *k = g_new0(struct address_keeper, 1);
	k->exec = e;
	k->interfaces = e->config.interfaces;
	k->list = g_new0(struct kept, e->resource_count);
	k->reported = g_malloc0_n(e->group_count + 1, sizeof *k->reported);
	k->ready_at = g_new0(struct mono, e->group_count + 1);
	k->next = MONO_FAR;
	for (size_t i = 0; i < e->resource_count; i++) {
		char path[AGENT_PATH_MAX], error[AGENT_ERROR_MAX], why[IPADDR_ERROR_MAX];
		int code;
		struct kept *a = &k->list[k->count];
		if (resource_resolve(e, e->resources[i].conf, &code, path, error) != &address_class || code != 0 ||
			!ipaddr_of_resource(e->resources[i].conf, &a->ip, why))
			continue;
		a->resource = &e->resources[i];
		k->count++;
	}
	/* The first look happens in the main loop, because no report is possible before. */
	k->timer = k->interfaces == NULL ? 0 : g_idle_add_full(G_PRIORITY_HIGH, on_timer, k, NULL);
	return k;
}

void address_keeper_free(struct address_keeper *k)
{
	if (k->timer != 0)
		(void)g_source_remove(k->timer);
	g_free(k->list);
	g_free(k->reported);
	g_free(k->ready_at);
	g_free(k);
}

GHashTable *address_keeper_reports(const struct address_keeper *k)
{
	GHashTable *all = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	for (size_t i = 0; i < k->exec->group_count; i++)
		if (k->reported[i][0] != '\0')
			(void)g_hash_table_insert(
				all, GUINT_TO_POINTER(k->exec->groups[i].conf->id), g_strdup(k->reported[i]));
	return all;
}

void address_keeper_inherit(struct address_keeper *k, GHashTable *reported)
{
	for (size_t i = 0; i < k->exec->group_count; i++) {
		const char *text = g_hash_table_lookup(reported, GUINT_TO_POINTER(k->exec->groups[i].conf->id));
		(void)snprintf(k->reported[i], TROUBLE_MAX, "%s", text ? text : "");
	}
}
