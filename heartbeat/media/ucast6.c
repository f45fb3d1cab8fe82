// SPDX-License-Identifier: MIT
/* ucast6 IF HOST: to one peer by IPv6.  A link-local address belongs to the interface of the line.
 * doc/protocol.md 8 */
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

/* The index of the interface may have changed.  *to stays empty while the address of the host is not known. */
static int ucast6_find(struct medium *m, struct media_address *to)
{
	unsigned ifindex;
	int rc = udp_interface6(m, &ifindex);

	if (rc < 0 || !medium_host(m, m->conf->address, to))
		return rc;
	to->v6.sin6_port = htons(m->conf->port);
	to->v6.sin6_scope_id = IN6_IS_ADDR_LINKLOCAL(&to->v6.sin6_addr) ? ifindex : 0;
	return 0;
}

static const struct udp_kind ucast6_kind = {.family = AF_INET6, .make_socket = ucast6_socket, .aim = ucast6_find};

static enum medium_state ucast6_aim(struct medium *m)
{
	struct media_address to;

	if (!medium_host(m, m->conf->address, &to))
		return MEDIUM_WAITS;
	medium_take_address(m, m->conf->address, udp_destination(m), &to);
	udp_aimed(m); /* the next packet adds port and interface */
	return MEDIUM_WORKS;
}

static enum medium_state ucast6_open(struct medium *m)
{
	enum medium_state state = udp_open6(m, &ucast6_kind);

	return state == MEDIUM_WORKS ? ucast6_aim(m) : state;
}

static void ucast6_started(const struct medium *m)
{
	char to[MEDIA_ADDRESS_TEXT];

	log_at(LOG_LEVEL_INFO, "ucast6: started on port %u interface %s to %s", m->conf->port, m->conf->interface,
		media_address_text(udp_destination(m), to));
}

const struct medium_ops ucast6_ops = {
	.open = ucast6_open, .aim = ucast6_aim, .close = udp_close, .send = udp_send, .read = datagrams_read,
	.started = ucast6_started, .host_family = AF_INET6, .to_one_peer = true, .to_self = udp_to_self,
};
