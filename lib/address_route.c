// SPDX-License-Identifier: MIT
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdint.h>
#include <string.h>

#include "lib/address_private.h"
#include "lib/bytes.h"

/* A connected network: a unicast route without a gateway, which for IPv4 is also of link scope. */
struct network {
	struct ip_address at;
	unsigned prefix;
	unsigned ifindex;
	bool dead; /* no carrier */
	uint32_t metric;
};

static uint32_t number_of(const struct nlattr *attribute)
{
	uint32_t number = 0;
	if (attribute != NULL && nla_len(attribute) == (int)sizeof number)
		memcpy(&number, nla_data(attribute), sizeof number);
	return number;
}

static bool network_of_message(struct nlmsghdr *header, struct network *out)
{
	struct nlattr *attributes[RTA_MAX + 1];
	if (header->nlmsg_type != RTM_NEWROUTE ||
		nlmsg_parse(header, sizeof(struct rtmsg), attributes, RTA_MAX, NULL) < 0)
		return false;
	const struct rtmsg *body = nlmsg_data(header);
	uint32_t table = attributes[RTA_TABLE] != NULL ? number_of(attributes[RTA_TABLE]) : body->rtm_table;
	/* A default route without a gateway (on point-to-point lines) contains every address, so it does not show to
	 * which interface an address belongs. */
	if (body->rtm_type != RTN_UNICAST || (body->rtm_family == AF_INET && body->rtm_scope != RT_SCOPE_LINK) ||
	    body->rtm_dst_len == 0 || (table != RT_TABLE_MAIN && table != RT_TABLE_LOCAL) ||
	    attributes[RTA_GATEWAY] != NULL || attributes[RTA_OIF] == NULL || attributes[RTA_DST] == NULL)
		return false;
	/* The kernel has a route to lo for each IPv6 address there.  LVS direct routing keeps a service address on
	 * lo. */
	if (body->rtm_family == AF_INET6 && number_of(attributes[RTA_OIF]) == ADDRESS_LOOPBACK_INDEX)
		return false;
	*out = (struct network){
		.prefix = body->rtm_dst_len,
		.ifindex = number_of(attributes[RTA_OIF]),
		.dead = (body->rtm_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) != 0,
		.metric = number_of(attributes[RTA_PRIORITY]),
	};
	struct bytes at = {nla_data(attributes[RTA_DST]), (size_t)nla_len(attributes[RTA_DST])};
	return ip_address_take(body->rtm_family, at, &out->at);
}

struct best {
	const struct ip_address *ip;
	struct network network;
	bool any;
};

/* The longest prefix wins.  Among equal prefixes a network with carrier wins, then the smaller metric, then the first
 * one in the list. */
static bool is_better(const struct network *a, const struct network *b)
{
	if (a->prefix != b->prefix)
		return a->prefix > b->prefix;
	if (a->dead != b->dead)
		return b->dead;
	return a->metric < b->metric;
}

static void best_one(void *context, struct nlmsghdr *header)
{
	struct best *best = context;
	struct network n;
	if (!network_of_message(header, &n) || !ip_address_same_network(&n.at, best->ip, n.prefix))
		return;
	if (!best->any || is_better(&n, &best->network))
		best->network = n;
	best->any = true;
}

/* Ask the kernel which entry of its tables it would use.  This takes one request, whatever the size of the tables. */
static int ask_match(struct address_table *t, struct best *best)
{
	struct bytes ip = ip_address_bytes(best->ip);
	struct rtmsg body = {
		.rtm_family = (unsigned char)best->ip->family,
		.rtm_dst_len = (unsigned char)(ip.len * 8),
		.rtm_flags = RTM_F_FIB_MATCH,
	};
	struct nl_msg *message = nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_ACK);
	if (message == NULL)
		return -ENOMEM;
	if (nlmsg_append(message, &body, sizeof body, NLMSG_ALIGNTO) < 0 ||
		nla_put(message, RTA_DST, (int)ip.len, ip.at) < 0) {
		nlmsg_free(message);
		return -ENOMEM;
	}
	return address_exchange(t, message, best_one, best);
}

int address_route(struct address_table *t, const struct ip_address *ip, struct address *found)
{
	struct best best = {.ip = ip};
	struct rtmsg all = {.rtm_family = (unsigned char)ip->family};
	/* After a failure, or an answer that is not a connected network with carrier, the whole table is read. */
	(void)ask_match(t, &best);
	if (!best.any || best.network.dead) {
		int error = address_dump(t, RTM_GETROUTE, &all, sizeof all, best_one, &best);
		if (error != 0)
			return error;
	}
	if (!best.any)
		return -ENETUNREACH;
	memset(found, 0, sizeof *found);
	found->ip = *ip;
	found->prefix = best.network.prefix;
	return if_indextoname(best.network.ifindex, found->interface) != NULL ? 0 : -errno;
}

static void list_one(void *context, struct nlmsghdr *header)
{
	struct writer *w = context;
	struct network n;
	char interface[IF_NAMESIZE];
	if (!network_of_message(header, &n) || if_indextoname(n.ifindex, interface) == NULL)
		return;
	writer_format(w, "%s%s %s/%u", w->len > 0 ? ", " : "", interface, ip_address_text(&n.at).at, n.prefix);
}

void address_networks(struct address_table *t, int family, char *out, size_t cap)
{
	struct rtmsg all = {.rtm_family = (unsigned char)family};
	struct writer w = writer_over(out, cap - 1);
	(void)address_dump(t, RTM_GETROUTE, &all, sizeof all, list_one, &w); /* after a failure the list is empty */
	out[w.len] = '\0';
}
