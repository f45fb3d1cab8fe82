// SPDX-License-Identifier: MIT
/* The medium "ucast6 IF ADDRESS": sends to one peer by IPv6.  A link-local address belongs to the interface of the
 * line.
 * doc/protocol.md 8 */
#include <errno.h>
#include <sys/socket.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

static int ucast6_socket(const struct medium *m, unsigned ifindex)
{
	static const struct socket_option options[] = {
		{IPPROTO_IPV6, IPV6_V6ONLY, 1},
		{IPPROTO_IPV6, IPV6_TCLASS, 0x10}, /* low delay, as ucast */
	};

	(void)ifindex; /* the socket is bound by the name of the interface */
	return udp_socket(AF_INET6, options, G_N_ELEMENTS(options), m->conf->interface);
}

/* Find the destination again, because the index of the interface may have changed. */
static int ucast6_aim(struct medium *m, struct media_address *to)
{
	unsigned ifindex;

	if (!medium_host(m, m->conf->address, to))
		return -EADDRNOTAVAIL;
	int rc = udp_interface6(m, &ifindex);
	if (rc < 0)
		return rc;
	to->v6.sin6_port = htons(m->conf->port);
	to->v6.sin6_scope_id = IN6_IS_ADDR_LINKLOCAL(&to->v6.sin6_addr) ? ifindex : 0;
	return 0;
}

static const struct udp_kind ucast6_kind = {.family = AF_INET6, .make_socket = ucast6_socket, .aim = ucast6_aim};

static enum medium_state ucast6_open(struct medium *m)
{
	return udp_open6(m, &ucast6_kind);
}

static void ucast6_started(const struct medium *m)
{
	log_at(LOG_LEVEL_INFO, "ucast6: started on port %u interface %s to %s", m->conf->port, m->conf->interface,
		m->conf->address);
}

const struct medium_ops ucast6_ops = {
	.open = ucast6_open, .close = udp_close, .send = udp_send, .read = datagrams_read, .started = ucast6_started,
	.to_one_peer = true, .to_self = udp_to_self,
};
