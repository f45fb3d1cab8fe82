// SPDX-License-Identifier: MIT
/* The medium "ucast IF HOST": sends to one peer.  A line with an address of this node is allowed, so that the file can
 * be the same on all nodes.
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

	(void)ifindex; /* the socket is bound by the name of the interface */
	return udp_socket(AF_INET, options, G_N_ELEMENTS(options), m->conf->interface);
}

static const struct udp_kind ucast_kind = {.family = AF_INET, .make_socket = ucast_socket};

static enum medium_state ucast_aim(struct medium *m)
{
	struct media_address to;

	if (!medium_host(m, m->conf->address, &to))
		return MEDIUM_WAITS;
	to.v4.sin_port = htons(m->conf->port);
	medium_take_address(m, m->conf->address, udp_destination(m), &to);
	udp_aimed(m);
	return MEDIUM_WORKS;
}

static enum medium_state ucast_open(struct medium *m)
{
	enum medium_state state = udp_open(m, &ucast_kind, &(struct media_address){0});

	return state == MEDIUM_WORKS ? ucast_aim(m) : state;
}

static void ucast_started(const struct medium *m)
{
	char to[MEDIA_ADDRESS_TEXT];

	log_at(LOG_LEVEL_INFO, "ucast: started on port %u interface %s to %s", m->conf->port, m->conf->interface,
	       media_address_text(udp_destination(m), to));
}

const struct medium_ops ucast_ops = {
	.open = ucast_open, .aim = ucast_aim, .close = udp_close, .send = udp_send, .read = datagrams_read,
	.started = ucast_started, .host_family = AF_INET, .to_one_peer = true, .to_self = udp_to_self,
};
