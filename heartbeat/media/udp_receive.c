// SPDX-License-Identifier: MIT
/* The receiving side of broadcast, multicast and unicast: one socket for all media of one family that listen at one
 * interface and port.  It has neither SO_REUSEADDR nor SO_REUSEPORT.  With them another user could also bind a port
 * that is not below net.ipv4.ip_unprivileged_port_start, and would get our unicast datagrams.
 * doc/protocol.md 8 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/media/medium.h"

enum {
	/* Enough for about 10,000 small datagrams: a fifth of a second at 50,000 datagrams a second.  With the system
	 * default of 208 KiB, Heartbeat 3.0.6 loses heartbeats at 5,000 datagrams a second.  doc/faults.md 16 */
	RECEIVE_BUFFER = 4 * 1024 * 1024,
};

/* The interface and port of a receiver.  Needed to share the receiver and to open it again. */
struct place {
	char interface[INTERFACE_NAME_MAX];
	uint16_t port;
	unsigned ifindex;
	int family;
};

/* Returns how well a medium fits an arrival; -1: not at all.  A multicast datagram fits only the line of its group, and
 * such a line fits no other datagram.  A datagram to this host alone fits best the line that sends to its sender, then
 * the first line that sends to one peer.  Every other datagram fits best the first line that sends to all.  Without
 * such a line, the first line without a group is used.  The source address has no other effect.
 * doc/protocol.md 8 */
static int fitness(const struct medium *m, const struct arrival *a)
{
	const struct media_address *group = udp_group(m);
	bool to_one = m->ops->to_one_peer;

	if (group || media_address_is_multicast(&a->to))
		return group && media_address_same_host(group, &a->to) ? 0 : -1;
	return (to_one == a->direct ? 2 : 0) + (to_one && media_address_same_host(udp_destination(m), &a->source.from));
}

static struct medium *udp_claim(const struct receiver *r, struct arrival *a)
{
	struct medium *best = NULL;
	int best_score = -1;

	for (size_t i = 0; i < r->set->count; i++) {
		struct medium *m = r->set->list[i];
		int score = m->receiver == r ? fitness(m, a) : -1;

		if (score > best_score) {
			best = m;
			best_score = score;
		}
	}
	return best;
}

/* Join or leave a group at an interface. */
static int membership(int fd, const struct media_address *group, unsigned ifindex, bool join)
{
	struct ip_mreqn v4 = {.imr_ifindex = (int)ifindex};
	struct ipv6_mreq v6 = {.ipv6mr_interface = ifindex};
	int rc;

	if (group->any.sa_family == AF_INET6) {
		v6.ipv6mr_multiaddr = group->v6.sin6_addr;
		rc = setsockopt(fd, IPPROTO_IPV6, join ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP, &v6, sizeof v6);
	} else {
		v4.imr_multiaddr = group->v4.sin_addr;
		rc = setsockopt(fd, IPPROTO_IP, join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &v4, sizeof v4);
	}
	return rc == 0 ? 0 : -errno;
}

static int join(int fd, const struct medium *m, unsigned ifindex)
{
	const struct media_address *group = udp_group(m);
	int rc = group ? membership(fd, group, ifindex, true) : 0;

	return rc == -EADDRINUSE ? 0 : rc; /* another medium of this socket has already joined the group */
}

static int bind_port(int fd, const struct place *p)
{
	const struct media_address here = p->family == AF_INET6 ? media_address_v6(&in6addr_any, p->port, 0)
								: media_address_v4((struct in_addr){0}, p->port);

	return bind(fd, &here.any, here.len) < 0 ? -errno : 0;
}

/* Create the socket.  Without IP_MULTICAST_ALL=0 it would get the packets of every group that any socket of the host
 * has joined. */
static int receive_socket(const struct place *p)
{
	static const struct socket_option options[] = {
		{IPPROTO_IP, IP_PKTINFO, 1},
		{IPPROTO_IP, IP_MULTICAST_ALL, 0},
	};
	static const struct socket_option options6[] = {
		{IPPROTO_IPV6, IPV6_V6ONLY, 1}, /* the IPv4 media of the port have their own socket */
		{IPPROTO_IPV6, IPV6_RECVPKTINFO, 1},
		{IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0},
	};
	static const int buffer = RECEIVE_BUFFER;
	int fd = p->family == AF_INET6 ? udp_socket(AF_INET6, options6, G_N_ELEMENTS(options6), p->interface)
				       : udp_socket(AF_INET, options, G_N_ELEMENTS(options), p->interface);

	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) < 0)
		/* when SO_RCVBUFFORCE is not allowed, set as much as net.core.rmem_max allows */
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
	int rc = bind_port(fd, p);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

static struct receiver *find_receiver(const struct media *set, int family, uint16_t port, unsigned ifindex)
{
	for (struct receiver *r = set->receivers; r; r = r->next) {
		const struct place *p = r->own;

		if (r->claim == udp_claim && p->family == family && p->port == port && p->ifindex == ifindex)
			return r;
	}
	return NULL;
}

static int new_receiver(struct medium *m, unsigned ifindex)
{
	struct place here = {.port = m->conf->port, .ifindex = ifindex, .family = udp_family(m)};

	/* the name fits, because the interface exists */
	(void)snprintf(here.interface, sizeof here.interface, "%s", m->conf->interface);
	int fd = receive_socket(&here);
	int rc = fd < 0 ? fd : join(fd, m, ifindex);
	if (rc < 0) {
		if (fd >= 0)
			close(fd);
		return rc;
	}
	struct receiver *r = receiver_new(m);
	r->claim = udp_claim;
	r->own = g_memdup2(&here, sizeof here);
	/* it fits */
	(void)snprintf(r->where, sizeof r->where, "interface %s port %u", here.interface, here.port);
	receiver_watch(r, fd);
	m->receiver = r;
	return 0;
}

/* The interface of a receiver has a new index: open its socket again, for all media that share it. */
static int move_receiver(struct receiver *r, unsigned ifindex)
{
	struct place *p = r->own;
	int fd = receive_socket(p);
	int rc = fd < 0 ? fd : 0;

	for (const struct medium *m = r->set->all; rc == 0 && m; m = m->next)
		if (m->receiver == r)
			rc = join(fd, m, ifindex);
	if (rc < 0) {
		if (fd >= 0)
			close(fd);
		return rc;
	}
	p->ifindex = ifindex;
	receiver_watch(r, fd);
	return 0;
}

int udp_listen(struct medium *m, unsigned ifindex)
{
	struct receiver *there = find_receiver(m->set, udp_family(m), m->conf->port, ifindex);
	int rc = 0;

	if (there && there != m->receiver)
		rc = join(there->fd, m, ifindex);
	if (rc == 0 && there)
		m->receiver = there;
	else if (rc == 0)
		rc = m->receiver ? move_receiver(m->receiver, ifindex) : new_receiver(m, ifindex);
	return rc;
}

void udp_leave(struct medium *m)
{
	const struct media_address *group = udp_group(m);
	struct receiver *r = m->receiver;
	bool needed = false;

	m->receiver = NULL;
	if (!r || !group)
		return;
	for (const struct medium *other = m->set->all; other; other = other->next)
		needed |= other->receiver == r && udp_group(other) && media_address_same_host(udp_group(other), group);
	const struct place *p = r->own;
	if (!needed) /* a failure only means that datagrams arrive that no medium claims */
		(void)membership(r->fd, group, p->ifindex, false);
}
