// SPDX-License-Identifier: MIT
/* The common part of broadcast, multicast and unicast: a sending socket that is replaced when its interface is deleted
 * and created again.  udp_receive.c has the receiving side.  doc/protocol.md 8 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/media/udp_private.h"

enum { INTERFACES_LISTED = 20 };

/* --- interfaces ------------------------------------------------------------------------------- */

/* Returns 0 when there is no interface of that name. */
static unsigned interface_index(const struct medium *m)
{
	struct interface found;

	return interfaces_find(m->set->config.interfaces, m->conf->interface, &found) ? found.index : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct interface *)a)->name, ((const struct interface *)b)->name);
}

static void no_interface(struct medium *m)
{
	char text[512] = "";
	struct writer w = writer_over(text, sizeof text - 1);
	struct interface link;
	GArray *all = g_array_new(FALSE, FALSE, sizeof link);

	while (interfaces_at(m->set->config.interfaces, all->len, &link))
		g_array_append_val(all, link);
	g_array_sort(all, by_name);
	for (guint i = 0; i < all->len && i < INTERFACES_LISTED; i++)
		writer_format(&w, "%s%s", i ? ", " : "", g_array_index(all, struct interface, i).name);
	if (all->len > INTERFACES_LISTED)
		writer_format(&w, " and %u more", all->len - INTERFACES_LISTED);
	g_array_free(all, TRUE);
	medium_because(m, "no such interface; there are: %s", text);
}

/* --- the medium ------------------------------------------------------------------------------- */

static enum medium_state open_sender(struct medium *m, struct udp *u)
{
	if (m->conf->port == 0) {
		medium_because(m, "port 0 cannot be used; give 1 to 65535 (usual: 694)");
		return MEDIUM_IMPOSSIBLE;
	}
	u->ifindex = interface_index(m);
	if (u->ifindex == 0) {
		no_interface(m);
		return MEDIUM_CLOSED;
	}
	u->fd = u->kind->make_socket(m, u->ifindex);
	if (u->fd >= 0)
		return MEDIUM_WORKS;
	medium_because(m, "cannot open a socket for sending: %s%s", strerror(-u->fd),
		u->fd == -EPERM ? "; heartbeat must be run by root" : "");
	return MEDIUM_CLOSED;
}

enum medium_state udp_open(struct medium *m, const struct udp_kind *kind, const struct media_address *to)
{
	struct udp *u = g_new0(struct udp, 1);

	m->own = u;
	u->kind = kind;
	u->fd = -1;
	u->to = *to;
	enum medium_state state = open_sender(m, u);
	if (state != MEDIUM_WORKS)
		return state;
	int rc = udp_listen(m, u->ifindex);
	if (rc == 0)
		return MEDIUM_WORKS;
	if (rc == -EADDRINUSE)
		medium_because(m, "port %u/udp is taken by another program; see: ss -ulnp 'sport = :%u'", m->conf->port,
			m->conf->port);
	else
		medium_because(m, "cannot open a socket for receiving on port %u: %s", m->conf->port, strerror(-rc));
	return MEDIUM_CLOSED;
}

enum medium_state udp_open6(struct medium *m, const struct udp_kind *kind)
{
	struct media_address to = {0};

	if (kind->aim(m, &to) != -EADDRNOTAVAIL)
		return udp_open(m, kind, &to); /* udp_open reports a missing interface */
	medium_because(m, "the interface has no IPv6 address that the kernel uses (ip -6 address)");
	return MEDIUM_CLOSED;
}

void udp_close(struct medium *m)
{
	struct udp *u = m->own;

	if (!u)
		return;
	udp_leave(m);
	if (u->fd >= 0)
		close(u->fd);
	g_free(u);
	m->own = NULL;
}

/* Open sockets for an interface with a new index.  The new sockets are opened before the old ones are closed, so that
 * after a failure the next send tries it again. */
static int move_sockets(struct medium *m, struct udp *u, unsigned now)
{
	int fd = u->kind->make_socket(m, now);

	if (fd < 0)
		return fd;
	int rc = udp_listen(m, now);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	close(u->fd);
	u->fd = fd;
	u->ifindex = now;
	return 0;
}

/* Returns true when the destination is an address of the interface to which the socket is bound, because the kernel
 * then returns the packet to this machine.  An address of another interface does not count: with LVS, lo of the standby
 * node has the service address, and the packet is sent to the owner of the address. */
static bool is_to_self(const struct medium *m, const struct udp *u)
{
	struct interface link;
	struct interface_address a;
	bool found = false;

	if (!m->ops->to_one_peer || !interfaces_find_index(m->set->config.interfaces, u->ifindex, &link) || !link.up)
		return false;
	for (size_t i = 0; !found && interfaces_address_at(m->set->config.interfaces, i, &a); i++) {
		struct media_address own = a.family == AF_INET6 ? media_address_v6(&a.ip.v6, 0, u->to.v6.sin6_scope_id)
								: media_address_v4(a.ip.v4, 0);
		found = a.ifindex == u->ifindex && !a.tentative && media_address_same_host(&own, &u->to);
	}
	return found;
}

/* Open new sockets when the interface was deleted and created again (bond, VLAN, USB, driver reload): it then has a new
 * index, and the old sockets neither send nor receive any more. */
static int follow_interface(struct medium *m, struct udp *u)
{
	uint64_t as_of = interfaces_changes(m->set->config.interfaces);
	int rc = 0;

	if (u->ready && u->as_of == as_of)
		return 0;
	u->ready = false;
	unsigned now = interface_index(m);
	if (now == 0)
		return -ENODEV;
	if (now != u->ifindex)
		rc = move_sockets(m, u, now);
	if (rc == 0 && u->kind->aim)
		rc = u->kind->aim(m, &u->to);
	u->ready = rc == 0;
	u->as_of = as_of;
	u->to_self = u->ready && is_to_self(m, u);
	return rc;
}

static int follow_and_send(struct medium *m, struct bytes data)
{
	struct udp *u = m->own;
	int rc = follow_interface(m, u);

	if (rc < 0)
		return rc;
	if (u->to_self)
		return MEDIUM_TO_SELF;
	return sendto(u->fd, data.at, data.len, MSG_DONTWAIT | MSG_NOSIGNAL, &u->to.any, u->to.len) < 0 ? -errno : 0;
}

/* Send a datagram.  After a failure, read the netlink socket, which may have a change of the interface that the main
 * loop has not read yet. */
int udp_send(struct medium *m, struct bytes data)
{
	int rc = follow_and_send(m, data);

	if (rc < 0 && interfaces_read(m->set->config.interfaces) > 0)
		rc = follow_and_send(m, data);
	return rc;
}

void udp_aimed(struct medium *m)
{
	((struct udp *)m->own)->ready = false;
}

bool udp_to_self(const struct medium *m)
{
	const struct udp *u = m->own;

	return u->ready && u->to_self;
}
