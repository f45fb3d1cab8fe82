// SPDX-License-Identifier: MIT
/* bcast IF: to the interface's IPv4 broadcast address.  doc/protocol.md 8 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

static int bcast_socket(const struct medium *m, unsigned ifindex)
{
	static const struct socket_option options[] = {
		{SOL_SOCKET, SO_BROADCAST, 1},
		{SOL_SOCKET, SO_DONTROUTE, 1},
	};

	(void)ifindex; /* the name is enough */
	return udp_socket(options, G_N_ELEMENTS(options), m->conf->interface);
}

/* Broadcast address as it is now.  "ip address add 10.0.0.1/24" without "brd" leaves it unset; the kernel still takes
 * the network's last address for a broadcast, so use that.  Returns 0 or -errno. */
static int broadcast_address(const struct medium *m, struct in_addr *address)
{
	struct in_addr own, mask;

	int rc = udp_interface_address(m, SIOCGIFBRDADDR, address);
	if (rc < 0 || address->s_addr != 0)
		return rc;
	rc = udp_interface_address(m, SIOCGIFADDR, &own);
	if (rc == 0)
		rc = udp_interface_address(m, SIOCGIFNETMASK, &mask);
	if (rc < 0)
		return rc;
	if (ntohl(mask.s_addr) >= 0xfffffffe) /* /31 and /32 have none */
		return -EADDRNOTAVAIL;
	address->s_addr = own.s_addr | ~mask.s_addr;
	return 0;
}

static bool bcast_open(struct medium *m, struct diags *diags)
{
	m->make_socket = bcast_socket;
	if (!udp_open(m, (struct in_addr){0}, diags))
		return false;
	m->to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(m->conf->port)};
	if (broadcast_address(m, &m->to.sin_addr) == 0)
		return true;
	medium_complain(m, diags, DIAG_ERROR, "the interface has no IPv4 broadcast address; give it an address with a network (ip address), or use ucast");
	return false;
}

/* The address is asked for each time: it may have changed, and the question costs less than the packet. */
static int bcast_send(struct medium *m, struct bytes data)
{
	struct in_addr to;

	int rc = broadcast_address(m, &to);
	if (rc < 0)
		return rc;
	m->to.sin_addr = to;
	return udp_send(m, data);
}

static void bcast_started(const struct medium *m)
{
	log_at(LOG_LEVEL_INFO, "UDP Broadcast heartbeat started on port %u (%u) interface %s", m->conf->port, m->conf->port, m->conf->interface);
}

const struct medium_ops bcast_ops = {.open = bcast_open, .send = bcast_send, .started = bcast_started};
