// SPDX-License-Identifier: MIT
/* ucast IF HOST: to one peer.  A line that names an own address is legal, so that the file can be the same on all nodes.
 * doc/protocol.md 8 */
#include <netinet/ip.h>
#include <arpa/inet.h>
#include <sys/socket.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

static int ucast_socket(const struct medium *m, unsigned ifindex)
{
	static const struct socket_option options[] = {
		{IPPROTO_IP, IP_TOS, IPTOS_LOWDELAY},
		{SOL_SOCKET, SO_REUSEPORT, 1},
	};

	(void)ifindex; /* the name is enough */
	return udp_socket(options, G_N_ELEMENTS(options), m->conf->interface);
}

static bool ucast_open(struct medium *m, struct diags *diags)
{
	const char *why;

	m->make_socket = ucast_socket;
	m->to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(m->conf->port)};
	bool resolved = medium_resolve(m->conf->address, &m->to.sin_addr, &why);
	if (!resolved)
		medium_complain(m, diags, DIAG_ERROR, "host \"%s\" has no IPv4 address: %s; give the address, or see /etc/hosts", m->conf->address, why);
	return udp_open(m, (struct in_addr){0}, diags) && resolved;
}

static void ucast_started(const struct medium *m)
{
	char to[INET_ADDRSTRLEN] = "?";

	(void)inet_ntop(AF_INET, &m->to.sin_addr, to, sizeof to); /* cannot fail: it is AF_INET and fits */
	log_at(LOG_LEVEL_INFO, "ucast: started on port %u interface %s to %s", m->conf->port, m->conf->interface, to);
}

const struct medium_ops ucast_ops = {.open = ucast_open, .send = udp_send, .started = ucast_started};
