// SPDX-License-Identifier: MIT
/* ucast IF HOST: to one peer.  A line with an own address is legal, so that the file can be the same on all nodes.
 * doc/protocol.md 8 */
#include <netinet/ip.h>
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
	return udp_socket(AF_INET, options, G_N_ELEMENTS(options), m->conf->interface);
}

static const struct udp_kind ucast_kind = {.make_socket = ucast_socket};

static bool ucast_open(struct medium *m, struct diags *diags)
{
	struct media_address to = {0};
	const char *why;

	bool resolved = medium_resolve(m->conf->address, AF_INET, &to, &why);
	if (!resolved)
		medium_complain(m, diags, DIAG_ERROR,
			"host \"%s\" has no IPv4 address: %s; give the address, or see /etc/hosts", m->conf->address,
			why);
	to.v4.sin_port = htons(m->conf->port);
	return udp_open(m, &ucast_kind, &to, NULL, diags) && resolved;
}

static void ucast_started(const struct medium *m)
{
	char to[MEDIA_ADDRESS_TEXT];

	log_at(LOG_LEVEL_INFO, "ucast: started on port %u interface %s to %s", m->conf->port, m->conf->interface,
	       media_address_text(udp_destination(m), to));
}

const struct medium_ops ucast_ops = {
	.open = ucast_open, .close = udp_close, .send = udp_send, .read = datagrams_read, .started = ucast_started,
	.to_one_peer = true,
};
