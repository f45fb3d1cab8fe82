// SPDX-License-Identifier: MIT
#include "lib/interfaces_table.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

/* Make space for one more entry; returns NULL without memory. */
static void *grow(void *list, size_t count, size_t size)
{
	return reallocarray(list, count + 1, size);
}

/* --- links -------------------------------------------------------------------------------------------------------- */

static void take_alternatives(struct interface_entry *e, struct nlattr *list)
{
	struct nlattr *property;
	size_t count = 0;
	int left;

	nla_for_each_nested(property, list, left) {
		/* A longer name cannot be used in ha.cf: SO_BINDTODEVICE does not accept it. */
		if (nla_type(property) == IFLA_ALT_IFNAME && nla_len(property) <= INTERFACE_NAME_MAX &&
		    count < INTERFACE_ALTERNATIVES)
			(void)nla_strlcpy(e->alternatives[count++], property, INTERFACE_NAME_MAX); /* it fits */
	}
}

static bool link_of_message(struct nlmsghdr *message, struct interface_entry *out)
{
	struct nlattr *attributes[IFLA_MAX + 1];

	if (nlmsg_parse(message, sizeof(struct ifinfomsg), attributes, IFLA_MAX, NULL) < 0)
		return false;
	const struct ifinfomsg *body = nlmsg_data(message);
	/* When a port leaves its bridge the kernel also sends RTM_DELLINK, of family AF_BRIDGE.  The interface still
	 * exists. */
	if (body->ifi_family != AF_UNSPEC || !attributes[IFLA_IFNAME])
		return false;
	memset(out, 0, sizeof *out); /* clear it, because entries are compared with memcmp */
	(void)nla_strlcpy(out->link.name, attributes[IFLA_IFNAME], sizeof out->link.name); /* the kernel's names fit */
	out->link.index = (unsigned)body->ifi_index;
	out->link.up = (body->ifi_flags & IFF_UP) != 0;
	out->link.carrier = out->link.up && (body->ifi_flags & IFF_RUNNING) != 0;
	if (attributes[IFLA_PROP_LIST])
		take_alternatives(out, attributes[IFLA_PROP_LIST]);
	return true;
}

static size_t link_position(const struct interfaces_table *t, unsigned index)
{
	size_t i = 0;

	while (i < t->link_count && t->links[i].link.index != index)
		i++;
	return i;
}

static enum table_verdict link_new(struct interfaces_table *t, const struct interface_entry *e)
{
	size_t i = link_position(t, e->link.index);

	if (i < t->link_count && memcmp(&t->links[i], e, sizeof *e) == 0)
		return TABLE_SAME;
	if (i == t->link_count) {
		struct interface_entry *more = grow(t->links, t->link_count, sizeof *more);
		if (!more)
			return TABLE_NO_MEMORY;
		t->links = more;
		t->link_count++;
	}
	t->links[i] = *e;
	return TABLE_CHANGED;
}

static enum table_verdict link_gone(struct interfaces_table *t, unsigned index)
{
	size_t i = link_position(t, index), kept = 0;

	/* remove its addresses too, even if the kernel does not report this */
	for (size_t k = 0; k < t->address_count; k++)
		if (t->addresses[k].ifindex != index)
			t->addresses[kept++] = t->addresses[k];
	t->address_count = kept;
	if (i == t->link_count)
		return TABLE_SAME;
	t->links[i] = t->links[--t->link_count];
	return TABLE_CHANGED;
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

static size_t ip_size(int family)
{
	return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
}

static bool address_of_notice(struct nlmsghdr *message, struct interface_address *out)
{
	struct nlattr *attributes[IFA_MAX + 1];

	if (nlmsg_parse(message, sizeof(struct ifaddrmsg), attributes, IFA_MAX, NULL) < 0)
		return false;
	const struct ifaddrmsg *body = nlmsg_data(message);
	/* On a point-to-point line IFA_ADDRESS is the address of the peer. */
	const struct nlattr *ip = attributes[IFA_LOCAL] ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
	if ((body->ifa_family != AF_INET && body->ifa_family != AF_INET6) || !ip ||
	    nla_len(ip) != (int)ip_size(body->ifa_family))
		return false;
	memset(out, 0, sizeof *out); /* clear it, because entries are compared with memcmp */
	out->family = body->ifa_family;
	out->ifindex = body->ifa_index;
	out->prefix = body->ifa_prefixlen;
	memcpy(&out->ip, nla_data(ip), ip_size(body->ifa_family));
	out->tentative = body->ifa_family == AF_INET6 && (body->ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0 &&
		(body->ifa_flags & IFA_F_OPTIMISTIC) == 0;
	out->secondary = body->ifa_family == AF_INET && (body->ifa_flags & IFA_F_SECONDARY) != 0;
	out->scope = body->ifa_scope;
	if (attributes[IFA_BROADCAST] && nla_len(attributes[IFA_BROADCAST]) == (int)sizeof out->broadcast)
		memcpy(&out->broadcast, nla_data(attributes[IFA_BROADCAST]), sizeof out->broadcast);
	if (attributes[IFA_LABEL])
		(void)nla_strlcpy(out->label, attributes[IFA_LABEL], sizeof out->label); /* the kernel's labels fit */
	return true;
}

static size_t address_position(const struct interfaces_table *t, const struct interface_address *a)
{
	size_t i = 0;

	for (; i < t->address_count; i++) {
		const struct interface_address *other = &t->addresses[i];
		if (other->ifindex == a->ifindex && other->family == a->family && other->prefix == a->prefix &&
		    memcmp(&other->ip, &a->ip, sizeof a->ip) == 0)
			break;
	}
	return i;
}

/* Returns the position at which the kernel inserts a new address of an interface.  The first address of a subnet comes
 * after those of the same or a narrower scope (link before global); every other address is inserted at the end. */
static size_t place_of(const struct interfaces_table *t, const struct interface_address *a)
{
	size_t place = 0;

	for (size_t i = 0; i < t->address_count; i++) {
		const struct interface_address *other = &t->addresses[i];
		if (other->ifindex != a->ifindex || a->secondary || (!other->secondary && a->scope <= other->scope))
			place = i + 1;
	}
	return place;
}

static void take_out(struct interfaces_table *t, size_t i)
{
	t->address_count--;
	for (; i < t->address_count; i++)
		t->addresses[i] = t->addresses[i + 1];
}

static enum table_verdict address_new(struct interfaces_table *t, const struct interface_address *a)
{
	size_t i = address_position(t, a);

	if (i < t->address_count && memcmp(&t->addresses[i], a, sizeof *a) == 0)
		return TABLE_SAME;
	if (i < t->address_count && t->addresses[i].secondary == a->secondary) {
		t->addresses[i] = *a;
		return TABLE_CHANGED;
	}
	if (i < t->address_count)
		take_out(t, i); /* the address is now the first of its subnet, so the kernel has moved it */
	struct interface_address *more = grow(t->addresses, t->address_count, sizeof *more);
	if (!more)
		return TABLE_NO_MEMORY;
	t->addresses = more;
	size_t place = place_of(t, a);
	for (size_t k = t->address_count++; k > place; k--)
		t->addresses[k] = t->addresses[k - 1];
	t->addresses[place] = *a;
	return TABLE_CHANGED;
}

static enum table_verdict address_gone(struct interfaces_table *t, const struct interface_address *a)
{
	size_t i = address_position(t, a);

	if (i == t->address_count)
		return TABLE_SAME;
	take_out(t, i);
	return TABLE_CHANGED;
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

enum table_verdict interfaces_table_take(struct interfaces_table *t, struct nlmsghdr *message)
{
	struct interface_entry link;
	struct interface_address address;

	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
		return link_of_message(message, &link) ? link_new(t, &link) : TABLE_SAME;
	case RTM_DELLINK:
		return link_of_message(message, &link) ? link_gone(t, link.link.index) : TABLE_SAME;
	case RTM_NEWADDR:
		return address_of_notice(message, &address) ? address_new(t, &address) : TABLE_SAME;
	case RTM_DELADDR:
		return address_of_notice(message, &address) ? address_gone(t, &address) : TABLE_SAME;
	default:
		return TABLE_SAME;
	}
}

void interfaces_table_free(struct interfaces_table *t)
{
	free(t->links);
	free(t->addresses);
	*t = (struct interfaces_table){0};
}
