// SPDX-License-Identifier: MIT
#include "lib/address.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/address_private.h"
#include "lib/log.h"

enum {
	LABELS_MAX = 512,     /* IF:0 .. IF:511: doc/resources.md 6, "label" */
	NEIGHBOURS_MAX = 512, /* the largest number of addresses to add again; as many as there are labels */
};

/* Read an RTM_NEWADDR or RTM_DELADDR.  Returns false when the address is neither IPv4 nor IPv6.  Does not fill in the
 * interface. */
static bool read_message(struct nlmsghdr *header, struct address *out, unsigned *ifindex, unsigned *flags)
{
	struct nlattr *attributes[IFA_MAX + 1];
	if (nlmsg_parse(header, sizeof(struct ifaddrmsg), attributes, IFA_MAX, NULL) < 0)
		return false;
	const struct ifaddrmsg *body = nlmsg_data(header);
	const struct nlattr *ip = attributes[IFA_LOCAL] != NULL ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
	memset(out, 0, sizeof *out);
	if (ip == NULL)
		return false;
	if (!ip_address_take(body->ifa_family, (struct bytes){nla_data(ip), (size_t)nla_len(ip)}, &out->ip))
		return false;
	out->prefix = body->ifa_prefixlen;
	if (attributes[IFA_BROADCAST] != NULL && nla_len(attributes[IFA_BROADCAST]) == (int)sizeof out->broadcast)
		memcpy(&out->broadcast, nla_data(attributes[IFA_BROADCAST]), sizeof out->broadcast);
	if (attributes[IFA_LABEL] != NULL)
		(void)nla_strlcpy(out->label, attributes[IFA_LABEL], sizeof out->label);
	*ifindex = body->ifa_index;
	*flags = body->ifa_flags;
	return true;
}

struct search {
	const struct ip_address *ip;
	struct address *found;
	unsigned ifindex; /* 0: nothing yet */
	bool on_loopback;
};

static void search_one(void *context, struct nlmsghdr *header)
{
	struct search *s = context;
	struct address a;
	unsigned ifindex, flags;
	if (!read_message(header, &a, &ifindex, &flags) || !ip_address_equal(&a.ip, s->ip))
		return;
	/* LVS direct routing keeps a copy of the address on lo.  It must not hide the address on a real interface. */
	bool loopback = ifindex == ADDRESS_LOOPBACK_INDEX;
	if (s->ifindex != 0 && (loopback || !s->on_loopback))
		return;
	*s->found = a;
	s->ifindex = ifindex;
	s->on_loopback = loopback;
}

static int dump_addresses(struct address_table *t, int family, void (*each)(void *, struct nlmsghdr *), void *context)
{
	struct ifaddrmsg body = {.ifa_family = (unsigned char)family};
	return address_dump(t, RTM_GETADDR, &body, sizeof body, each, context);
}

int address_find(struct address_table *t, const struct ip_address *ip, struct address *found)
{
	struct search s = {.ip = ip, .found = found};
	int error = dump_addresses(t, ip->family, search_one, &s);
	if (error != 0)
		return error;
	if (s.ifindex == 0)
		return -ENOENT;
	errno = 0;
	/* Only these two errors mean that the interface, and so the address, no longer exists. */
	if (if_indextoname(s.ifindex, found->interface) == NULL) {
		if (errno == ENXIO || errno == ENODEV)
			return -ENOENT;
		/* ENOENT: the C library could not open the socket that it needs for this function */
		return errno != 0 && errno != ENOENT ? -errno : -EMFILE;
	}
	/* The kernel labels an address without label with the name of its interface. */
	if (strcmp(found->label, found->interface) == 0)
		found->label[0] = '\0';
	return 0;
}

struct labels {
	const char *interface;
	bool used[LABELS_MAX];
};

static void label_one(void *context, struct nlmsghdr *header)
{
	struct labels *l = context;
	struct address a;
	unsigned ifindex, flags;
	if (!read_message(header, &a, &ifindex, &flags))
		return;
	size_t len = strlen(l->interface);
	if (strncmp(a.label, l->interface, len) != 0 || a.label[len] != ':')
		return;
	char *end;
	unsigned long number = strtoul(a.label + len + 1, &end, 10);
	if (*end == '\0' && number < LABELS_MAX)
		l->used[number] = true;
}

int address_label_free(struct address_table *t, const char *interface, char label[ADDRESS_LABEL_MAX])
{
	struct labels l = {.interface = interface};
	int error = dump_addresses(t, AF_INET, label_one, &l);
	label[0] = '\0';
	for (unsigned i = 0; error == 0 && i < LABELS_MAX; i++)
		if (!l.used[i])
			return snprintf(label, ADDRESS_LABEL_MAX, "%s:%u", interface, i) < ADDRESS_LABEL_MAX
			               ? 0
			               : (label[0] = '\0', -ENAMETOOLONG);
	return error != 0 ? error : -ENOSPC;
}

/* The request that adds or deletes address a; NULL without memory. */
static struct nl_msg *address_message(int type, int message_flags, const struct address *a, unsigned ifindex)
{
	struct nl_msg *message = nlmsg_alloc_simple(type, message_flags | NLM_F_ACK);
	struct ifaddrmsg body = {
		.ifa_family = (unsigned char)a->ip.family,
		.ifa_prefixlen = (unsigned char)a->prefix,
		.ifa_scope = RT_SCOPE_UNIVERSE,
		.ifa_flags = a->ip.family == AF_INET6 ? IFA_F_NODAD : 0,
		.ifa_index = ifindex,
	};
	struct bytes ip = ip_address_bytes(&a->ip);
	if (message == NULL)
		return NULL;
	int failed = nlmsg_append(message, &body, sizeof body, NLMSG_ALIGNTO);
	failed |= nla_put(message, IFA_LOCAL, (int)ip.len, ip.at);
	failed |= nla_put(message, IFA_ADDRESS, (int)ip.len, ip.at);
	if (type == RTM_NEWADDR && a->broadcast.s_addr != 0)
		failed |= nla_put(message, IFA_BROADCAST, sizeof a->broadcast, &a->broadcast);
	if (type == RTM_NEWADDR && a->label[0] != '\0')
		failed |= nla_put_string(message, IFA_LABEL, a->label);
	if (failed == 0)
		return message;
	nlmsg_free(message);
	return NULL;
}

int address_add(struct address_table *t, const struct address *a)
{
	unsigned ifindex = if_nametoindex(a->interface);
	if (ifindex == 0)
		return -errno;
	struct nl_msg *message = address_message(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, a, ifindex);
	int error = message == NULL ? -ENOMEM : address_exchange(t, message, NULL, NULL);
	/* The kernel answers EEXIST only when this address with this prefix is on this interface already: a success. */
	return error == -EEXIST ? 0 : error;
}

struct neighbours {
	const struct address *of;
	unsigned ifindex;
	bool is_primary;
	unsigned secondaries; /* the kernel deletes them together with the primary address */
	struct address list[NEIGHBOURS_MAX];
};

static void neighbour_one(void *context, struct nlmsghdr *header)
{
	struct neighbours *n = context;
	struct address a;
	unsigned ifindex, flags;
	if (!read_message(header, &a, &ifindex, &flags) || ifindex != n->ifindex || a.prefix != n->of->prefix)
		return;
	if (!ip_address_same_network(&a.ip, &n->of->ip, a.prefix))
		return;
	if ((flags & IFA_F_SECONDARY) == 0) {
		n->is_primary = n->is_primary || ip_address_equal(&a.ip, &n->of->ip);
		return;
	}
	if (n->secondaries < NEIGHBOURS_MAX) {
		(void)snprintf(a.interface, sizeof a.interface, "%s", n->of->interface);
		n->list[n->secondaries] = a;
	}
	n->secondaries++;
}

static bool promote_setting(const char *interface, bool write_one)
{
	char path[96], value = '1';
	(void)snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/promote_secondaries", interface);
	int fd = open(path, (write_one ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t done = write_one ? write(fd, &value, 1) : read(fd, &value, 1);
	(void)close(fd); /* closing loses nothing: the kernel took the value in write() */
	return done == 1 && value == '1';
}

/* When the first address of a subnet is deleted, the kernel also deletes all other addresses of that subnet on the
 * interface, unless promote_secondaries is set.  The service addresses of other groups would be lost
 * (doc/resources.md 10.8).
 * Returns true when the kernel will not delete other addresses. */
static bool neighbours_are_safe(const struct neighbours *n)
{
	const char *interface = n->of->interface;
	if (!n->is_primary || n->secondaries == 0 || promote_setting("all", false) || promote_setting(interface, false))
		return true;
	if (!promote_setting(interface, true))
		return false; /* /proc/sys is read-only in many containers */
	log_at(LOG_LEVEL_NOTICE,
		"%s: promote_secondaries set to 1, so that the kernel keeps %u other addresses of the released address's subnet",
		interface, n->secondaries);
	return true;
}

static void put_back(struct address_table *t, const struct neighbours *n)
{
	unsigned back = 0, listed = n->secondaries < NEIGHBOURS_MAX ? n->secondaries : NEIGHBOURS_MAX;
	for (unsigned i = 0; i < listed; i++)
		back += address_add(t, &n->list[i]) == 0;
	log_at(back == n->secondaries ? LOG_LEVEL_WARN : LOG_LEVEL_ERROR,
		"%s: %u of %u other addresses of the subnet put back: the kernel deleted them together with the released address; "
		"routes through them may be lost: set net.ipv4.conf.%s.promote_secondaries=1",
		n->of->interface, back, n->secondaries, n->of->interface);
}

int address_delete(struct address_table *t, const struct address *a)
{
	struct neighbours n = {.of = a, .ifindex = if_nametoindex(a->interface)};
	if (n.ifindex == 0)
		return errno == ENODEV ? 0 : -errno; /* an interface that does not exist has no addresses */
	/* An IPv6 address has no secondaries that depend on it. */
	int error = a->ip.family == AF_INET ? dump_addresses(t, AF_INET, neighbour_one, &n) : 0;
	if (error != 0)
		return error;
	bool safe = neighbours_are_safe(&n);
	struct nl_msg *message = address_message(RTM_DELADDR, 0, a, n.ifindex);
	error = message == NULL ? -ENOMEM : address_exchange(t, message, NULL, NULL);
	if (!safe && error == 0)
		put_back(t, &n);
	return error == -EADDRNOTAVAIL || error == -ENODEV ? 0 : error;
}

bool address_carrier(const char *interface)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	(void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
	bool known = ioctl(fd, SIOCGIFFLAGS, &request) == 0;
	(void)close(fd); /* only queries were sent on this socket */
	return known && (request.ifr_flags & IFF_UP) != 0 && (request.ifr_flags & IFF_RUNNING) != 0;
}
