// SPDX-License-Identifier: MIT
/* The medium "mcast IF GROUP PORT TTL LOOP": sends to an IPv4 multicast group.  doc/protocol.md 8 */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

/* The socket option has the index of the interface, not its address: the kernel then uses the current address. */
static int mcast_socket(const struct medium *m, unsigned ifindex)
{
	const struct socket_option options[] = {
		{IPPROTO_IP, IP_MULTICAST_LOOP, m->conf->loop},
		{IPPROTO_IP, IP_MULTICAST_TTL, (int)m->conf->ttl},
	};
	struct ip_mreqn through = {.imr_ifindex = (int)ifindex};
	int fd = udp_socket(AF_INET, options, G_N_ELEMENTS(options), NULL);

	if (fd < 0)
		return fd;
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &through, sizeof through) == 0)
		return fd;
	int rc = -errno;
	close(fd);
	return rc;
}

static const struct udp_kind mcast_kind = {.family = AF_INET, .make_socket = mcast_socket, .to_a_group = true};

static enum medium_state mcast_open(struct medium *m)
{
	struct interface_address own;
	struct in_addr group;

	if (inet_pton(AF_INET, m->conf->address, &group) != 1 || !IN_MULTICAST(ntohl(group.s_addr))) {
		medium_because(
			m, "\"%s\" is no multicast group; expected 224.0.0.0 to 239.255.255.255", m->conf->address);
		return MEDIUM_IMPOSSIBLE;
	}
	struct media_address to = media_address_v4(group, m->conf->port);
	if (interfaces_own_address(m->set->config.interfaces, m->conf->interface, &own) != -EADDRNOTAVAIL)
		return udp_open(m, &mcast_kind, &to); /* udp_open reports a missing interface */
	medium_because(m, "the interface has no IPv4 address; give it one first (ip address)");
	return MEDIUM_CLOSED;
}

static void mcast_started(const struct medium *m)
{
	log_at(LOG_LEVEL_INFO, "UDP multicast heartbeat started for group %s port %u interface %s (ttl=%u loop=%d)",
		m->conf->address, m->conf->port, m->conf->interface, m->conf->ttl, m->conf->loop);
}

const struct medium_ops mcast_ops = {
	.open = mcast_open, .close = udp_close, .send = udp_send, .read = datagrams_read, .started = mcast_started};
