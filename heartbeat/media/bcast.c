// SPDX-License-Identifier: MIT
/* The medium "bcast IF": sends to the IPv4 broadcast address of the interface.  doc/protocol.md 8 */
#include <errno.h>
#include <sys/socket.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

static int bcast_socket(const struct medium *m, unsigned ifindex)
{
	static const struct socket_option options[] = {
		{SOL_SOCKET, SO_BROADCAST, 1},
		{SOL_SOCKET, SO_DONTROUTE, 1},
	};

	(void)ifindex; /* the socket is bound by the name of the interface */
	return udp_socket(AF_INET, options, G_N_ELEMENTS(options), m->conf->interface);
}

/* Find the current broadcast address.  "ip address add 10.0.0.1/24" without "brd" leaves it unset.  The kernel still
 * treats the network's last address as broadcast, so use that address.  Returns 0 or -errno. */
static int bcast_aim(struct medium *m, struct media_address *to)
{
	struct interface_address own;

	int rc = interfaces_own_address(m->set->config.interfaces, m->conf->interface, &own);
	if (rc < 0)
		return rc;
	struct in_addr address = own.broadcast;
	if (address.s_addr == 0) {
		if (own.prefix >= 31) /* these networks have no broadcast address */
			return -EADDRNOTAVAIL;
		address.s_addr = own.ip.v4.s_addr | htonl(UINT32_MAX >> own.prefix);
	}
	*to = media_address_v4(address, m->conf->port);
	return 0;
}

static const struct udp_kind bcast_kind = {.family = AF_INET, .make_socket = bcast_socket, .aim = bcast_aim};

static enum medium_state bcast_open(struct medium *m)
{
	struct media_address to = {0};

	if (bcast_aim(m, &to) != -EADDRNOTAVAIL)
		return udp_open(m, &bcast_kind, &to); /* udp_open reports a missing interface */
	medium_because(m,
		"the interface has no IPv4 broadcast address; give it an address with a network (ip address), or use "
		"ucast");
	return MEDIUM_CLOSED;
}

static void bcast_started(const struct medium *m)
{
	log_at(LOG_LEVEL_INFO, "UDP Broadcast heartbeat started on port %u (%u) interface %s", m->conf->port,
		m->conf->port, m->conf->interface);
}

const struct medium_ops bcast_ops = {
	.open = bcast_open, .close = udp_close, .send = udp_send, .read = datagrams_read, .started = bcast_started};
