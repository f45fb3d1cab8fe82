// SPDX-License-Identifier: MIT
#include <errno.h>

#include "heartbeat/exec/exec_private.h"

/* Announcements are repeated, because a single frame may be lost, and switches may learn slowly. */
struct announcement {
	struct exec *exec;
	struct ipaddr ip;
	unsigned sent, tried;
	guint timer;
};

static void announcement_free(void *memory)
{
	struct announcement *a = memory;
	if (a->timer != 0)
		(void)g_source_remove(a->timer);
	g_free(a);
}

GPtrArray *announcements_new(void)
{
	return g_ptr_array_new_with_free_func(announcement_free);
}

static gboolean on_announce(void *context)
{
	struct announcement *a = context;
	a->timer = 0;
	/* this does nothing unless it failed at the start; the announcement below reports the error */
	(void)address_announce_prepare();
	int result = ipaddr_announce(a->exec->addresses, &a->ip);
	a->sent += result == 0;
	a->tried++;
	unsigned pause = result == 0 ? ipaddr_announce_pause_ms(a->sent) : IPADDR_ANNOUNCE_INTERVAL_MS;
	if (result != -ENOENT && pause > 0 && a->tried < IPADDR_ANNOUNCE_TRIES)
		a->timer = g_timeout_add(pause, on_announce, a);
	else
		(void)g_ptr_array_remove_fast(a->exec->announcements, a);
	return G_SOURCE_REMOVE;
}

void announcements_cancel(struct exec *e, const struct ip_address *ip)
{
	for (guint i = e->announcements->len; i > 0; i--) {
		struct announcement *a = g_ptr_array_index(e->announcements, i - 1);
		if (ip_address_equal(&a->ip.address.ip, ip))
			(void)g_ptr_array_remove_index_fast(e->announcements, i - 1);
	}
}

void announcements_repeat(struct exec *e, const struct ipaddr *ip)
{
	announcements_cancel(e, &ip->address.ip);
	struct announcement *a = g_new0(struct announcement, 1);
	*a = (struct announcement){.exec = e, .ip = *ip};
	a->timer = g_timeout_add(ipaddr_announce_pause_ms(0), on_announce, a);
	g_ptr_array_add(e->announcements, a);
}

void announcements_begin(struct exec *e, const struct ipaddr *ip)
{
	if (ipaddr_announce(e->addresses, ip) != -ENOENT)
		announcements_repeat(e, ip);
}
