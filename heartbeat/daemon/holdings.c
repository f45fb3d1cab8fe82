// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/holdings.h"

#include <errno.h>
#include <string.h>

#include "heartbeat/exec/ipaddr.h"
#include "lib/log.h"

const struct holdings *holdings_now(const struct holdings_pair *p)
{
	return &p->list[p->at % 2];
}

static struct holdings *begin(struct holdings_pair *p)
{
	return &p->list[(p->at + 1) % 2];
}

static void commit(struct holdings_pair *p)
{
	p->at = (p->at + 1) % 2;
}

void holdings_record(struct holdings_pair *p, const struct core *core, const struct haresources *resources)
{
	struct holdings *h = begin(p);
	h->count = 0;
	for (size_t g = 0; g < resources->count; g++) {
		struct group_view v;
		core_group_view(core, g, &v);
		if (v.state == OWN_NONE || v.state == OWN_CLAIM || v.state == OWN_FAILED)
			continue;
		h->list[h->count++] = (struct holding){.id = v.id,
			.steady = v.state == OWN_HELD || v.state == OWN_GIVING,
			.failback_due = v.failback_due,
			.epoch = v.epoch};
	}
	commit(p);
}

void holdings_remove(struct holdings_pair *p, uint32_t id)
{
	const struct holdings *now = holdings_now(p);
	struct holdings *h = begin(p);
	h->count = 0;
	for (uint32_t i = 0; i < now->count; i++)
		if (now->list[i].id != id)
			h->list[h->count++] = now->list[i];
	commit(p);
}

bool holdings_has(const struct holdings *h, uint32_t id)
{
	for (uint32_t i = 0; i < h->count; i++)
		if (h->list[i].id == id)
			return true;
	return false;
}

size_t holdings_adopt(const struct holdings *h, bool keep, const struct haresources *resources,
	struct adopted out[HARESOURCES_GROUPS_MAX])
{
	size_t count = h->count;
	for (uint32_t i = 0; i < h->count; i++)
		out[i] = (struct adopted){.group_id = h->list[i].id,
			.epoch = h->list[i].epoch,
			.clean_up = !keep || !h->list[i].steady,
			.failback_due = h->list[i].failback_due};
	for (size_t g = 0; resources && g < resources->count && count < HARESOURCES_GROUPS_MAX; g++)
		if (!holdings_has(h, resources->groups[g].id))
			out[count++] = (struct adopted){
				.group_id = resources->groups[g].id, .clean_up = true, .unverified = true};
	return count;
}

static unsigned release_resource(struct address_table *t, const struct resource_conf *r)
{
	char error[IPADDR_ERROR_MAX];
	struct ipaddr ip;
	if (!ipaddr_of_resource(r, &ip, error) || ipaddr_status(t, &ip) != 1)
		return 0;
	if (ipaddr_stop(t, &ip, error) != 0) {
		log_at(LOG_LEVEL_CRIT, "%s could not be released: %s", r->text, error);
		return 0;
	}
	log_at(LOG_LEVEL_WARN, "released %s, which was left behind", r->text);
	return 1;
}

unsigned holdings_release_addresses(const struct holdings *h, const struct haresources *resources)
{
	struct address_table *t = address_table_new();
	unsigned released = 0;
	if (!t) {
		log_at(LOG_LEVEL_CRIT,
			"cannot open a netlink socket: %s; the addresses of %u group(s) remain on this machine until an engine runs again",
			strerror(errno), h->count);
		return 0;
	}
	for (uint32_t i = 0; i < h->count; i++)
		for (size_t g = 0; g < resources->count; g++)
			for (size_t k = 0; resources->groups[g].id == h->list[i].id && k < resources->groups[g].count;
				k++)
				released += release_resource(t, &resources->groups[g].resources[k]);
	address_table_free(t);
	return released;
}
