// SPDX-License-Identifier: MIT
/* The medium "mcast6 IF GROUP PORT HOPS LOOP": sends to an IPv6 multicast group.  doc/protocol.md 8 */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

static int mcast6_socket(const struct medium *m, unsigned ifindex)
{
	const struct socket_option options[] = {
		{IPPROTO_IPV6, IPV6_V6ONLY, 1},
		{IPPROTO_IPV6, IPV6_MULTICAST_LOOP, m->conf->loop},
		{IPPROTO_IPV6, IPV6_MULTICAST_HOPS, (int)m->conf->ttl},
		{IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)ifindex},
	};

	return udp_socket(AF_INET6, options, G_N_ELEMENTS(options), NULL);
}

/* Find the destination again, because the index of the interface may have changed. */
static int mcast6_aim(struct medium *m, struct media_address *to)
{
	struct in6_addr group;
	unsigned ifindex = 0;

	if (inet_pton(AF_INET6, m->conf->address, &group) != 1 || !IN6_IS_ADDR_MULTICAST(&group))
		return -EINVAL;
	int rc = udp_interface6(m, &ifindex);
	if (rc == 0)
		*to = media_address_v6(&group, m->conf->port, ifindex);
	return rc;
}

static const struct udp_kind mcast6_kind = {
	.family = AF_INET6, .make_socket = mcast6_socket, .aim = mcast6_aim, .to_a_group = true};

static enum medium_state mcast6_open(struct medium *m)
{
	struct media_address to = {0};

	if (mcast6_aim(m, &to) == -EINVAL) {
		medium_because(m, "\"%s\" is no IPv6 multicast group; expected one such as ff05::694", m->conf->address);
		return MEDIUM_IMPOSSIBLE;
	}
	return udp_open6(m, &mcast6_kind);
}

static void mcast6_started(const struct medium *m)
{
	log_at(LOG_LEVEL_INFO, "mcast6: started for group %s port %u interface %s (hops=%u loop=%d)", m->conf->address,
		m->conf->port, m->conf->interface, m->conf->ttl, m->conf->loop);
}

const struct medium_ops mcast6_ops = {
	.open = mcast6_open, .close = udp_close, .send = udp_send, .read = datagrams_read, .started = mcast6_started};
