// SPDX-License-Identifier: MIT
/* The common part of broadcast, multicast and unicast: sockets bound to an interface by name, and one receive socket
 * for all media that listen at the same interface and port, because the kernel gives a unicast datagram to one socket
 * only.
 * doc/protocol.md 8 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/media/medium.h"

enum {
	/* Holds about 10,000 small datagrams: a fifth of a second at 50,000 a second.  With the system's usual 208 KiB
	 * the reference loses heartbeats at 5,000 a second.  doc/faults.md 16 */
	RECEIVE_BUFFER = 4 * 1024 * 1024,
	INTERFACES_LISTED = 20,
};

/* What a medium sends with. */
struct udp {
	const struct udp_kind *kind;
	int fd;           /* -1: none */
	unsigned ifindex; /* the interface that the sockets belong to */
	struct media_address to;
	bool ready;       /* socket and destination are correct for ... */
	uint64_t as_of;   /* ... this interfaces_changes */
};

/* What a receiver is bound to.  Needed to share it and to open it again. */
struct place {
	const char *interface;
	uint16_t port;
	struct media_address group; /* empty: not multicast */
	bool reuse_port;
	unsigned ifindex;
};

static int set_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

static int set_device(int fd, const char *device)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)) < 0 ? -errno : 0;
}

int udp_socket(int family, const struct socket_option *options, size_t count, const char *device)
{
	int rc = 0;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = set_option(fd, options[i].level, options[i].name, options[i].value);
	if (rc == 0 && device)
		rc = set_device(fd, device);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

/* --- interfaces ------------------------------------------------------------------------------- */

/* 0: there is none of that name. */
static unsigned interface_index(const struct medium *m)
{
	struct interface found;

	return interfaces_find(m->set->interfaces, m->conf->interface, &found) ? found.index : 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct interface *)a)->name, ((const struct interface *)b)->name);
}

static void complain_no_interface(const struct medium *m, struct diags *diags)
{
	char text[512] = "";
	struct writer w = writer_over(text, sizeof text - 1);
	struct interface link;
	GArray *all = g_array_new(FALSE, FALSE, sizeof link);

	while (interfaces_at(m->set->interfaces, all->len, &link))
		g_array_append_val(all, link);
	g_array_sort(all, by_name);
	for (guint i = 0; i < all->len && i < INTERFACES_LISTED; i++)
		writer_format(&w, "%s%s", i ? ", " : "", g_array_index(all, struct interface, i).name);
	if (all->len > INTERFACES_LISTED)
		writer_format(&w, " and %u more", all->len - INTERFACES_LISTED);
	g_array_free(all, TRUE);
	medium_complain(m, diags, DIAG_ERROR, "no such interface; there are: %s", text);
}

/* --- receiving -------------------------------------------------------------------------------- */

/* Find the medium among those that share the socket.  A datagram to this host alone belongs to the line that sends to
 * its sender, else to the first line that sends to one peer.  Every other datagram belongs to the first line that sends
 * to a group.  When there is no such line, it belongs to the first line.  The source address has no other effect.
 * doc/protocol.md 8 */
static struct medium *udp_claim(const struct receiver *r, struct arrival *a)
{
	struct medium *best = NULL;
	int best_score = -1;

	for (size_t i = 0; i < r->set->count; i++) {
		struct medium *m = &r->set->list[i];

		if (m->receiver != r)
			continue;
		bool to_one = m->ops->to_one_peer;
		bool to_sender = to_one && media_address_same_host(udp_destination(m), &a->source.from);
		int score = (to_one == a->direct ? 2 : 0) + to_sender;
		if (score > best_score) {
			best = m;
			best_score = score;
		}
	}
	return best;
}

static int join_and_bind(int fd, const struct place *p)
{
	const struct ip_mreqn membership = {.imr_multiaddr = p->group.v4.sin_addr, .imr_ifindex = (int)p->ifindex};
	const struct media_address anywhere = media_address_v4((struct in_addr){0}, p->port);
	const struct media_address *here = p->group.len > 0 ? &p->group : &anywhere;

	if (bind(fd, &here->any, here->len) < 0)
		return -errno;
	if (p->group.len > 0 && setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) < 0)
		return -errno;
	return 0;
}

static int receive_socket(const struct place *p)
{
	const struct socket_option options[] = {
		{SOL_SOCKET, SO_REUSEADDR, 1},
		{SOL_SOCKET, SO_REUSEPORT, p->reuse_port},
		{IPPROTO_IP, IP_PKTINFO, 1},
		/* Without this a socket gets the packets of every group that any socket of the host has joined, on any
		 * interface: packets from eth1 would then make "mcast eth0" look alive. */
		{IPPROTO_IP, IP_MULTICAST_ALL, 0},
	};
	int fd = udp_socket(AF_INET, options, G_N_ELEMENTS(options), p->group.len == 0 ? p->interface : NULL);

	if (fd < 0)
		return fd;
	if (set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) < 0)
		/* SO_RCVBUFFORCE is not allowed: take as much as net.core.rmem_max allows */
		(void)set_option(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
	int rc = join_and_bind(fd, p);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

static struct receiver *find_receiver(const struct media *set, const struct place *wanted)
{
	for (struct receiver *r = set->receivers; r; r = r->next) {
		const struct place *p = r->own;

		if (r->claim == udp_claim && p->port == wanted->port && p->ifindex == wanted->ifindex &&
		    media_address_same_host(&p->group, &wanted->group))
			return r;
	}
	return NULL;
}

static int receiver_for(struct medium *m, const struct place *wanted)
{
	m->receiver = find_receiver(m->set, wanted);
	if (m->receiver)
		return 0;
	int fd = receive_socket(wanted);
	if (fd < 0)
		return fd;
	struct receiver *r = receiver_new(m);
	r->claim = udp_claim;
	r->own = g_memdup2(wanted, sizeof *wanted);
	/* it fits */
	(void)snprintf(r->where, sizeof r->where, "interface %s port %u", wanted->interface, wanted->port);
	receiver_watch(r, fd);
	m->receiver = r;
	return 0;
}

/* --- the medium ------------------------------------------------------------------------------- */

const struct media_address *udp_destination(const struct medium *m)
{
	return &((const struct udp *)m->own)->to;
}

static bool open_sender(struct medium *m, struct udp *u, struct diags *diags)
{
	u->ifindex = interface_index(m);
	if (u->ifindex == 0) {
		complain_no_interface(m, diags);
		return false;
	}
	if (m->conf->port == 0) {
		medium_complain(m, diags, DIAG_ERROR, "port 0 cannot be used; give 1 to 65535 (usual: 694)");
		return false;
	}
	u->fd = u->kind->make_socket(m, u->ifindex);
	if (u->fd < 0)
		medium_complain(m, diags, DIAG_ERROR, "cannot open a socket for sending: %s%s", strerror(-u->fd),
		                u->fd == -EPERM ? "; heartbeat must be run by root" : "");
	return u->fd >= 0;
}

bool udp_open(struct medium *m, const struct udp_kind *kind, const struct media_address *to,
              const struct media_address *group, struct diags *diags)
{
	struct udp *u = g_new0(struct udp, 1);

	m->own = u;
	u->kind = kind;
	u->fd = -1;
	u->to = *to;
	if (!open_sender(m, u, diags))
		return false;
	struct place here = {.interface = m->conf->interface, .port = m->conf->port, .reuse_port = m->ops->to_one_peer,
	                     .ifindex = u->ifindex};
	if (group)
		here.group = *group;
	int rc = receiver_for(m, &here);
	if (rc == -EADDRINUSE)
		medium_complain(m, diags, DIAG_ERROR,
			"port %u/udp is taken by another program; see: ss -ulnp 'sport = :%u'", m->conf->port,
			m->conf->port);
	else if (rc < 0)
		medium_complain(m, diags, DIAG_ERROR, "cannot open a socket for receiving on port %u: %s",
			m->conf->port, strerror(-rc));
	return rc == 0;
}

void udp_close(struct medium *m)
{
	struct udp *u = m->own;

	if (u && u->fd >= 0)
		close(u->fd);
	g_free(u);
	m->own = NULL;
}

/* Open sockets for an interface with a new index.  Both are opened before one is replaced, so that a failure is tried
 * again. */
static int move_sockets(struct medium *m, struct udp *u, unsigned now)
{
	struct place *p = m->receiver->own;
	int fd = u->kind->make_socket(m, now);

	if (fd < 0)
		return fd;
	if (p->ifindex != now) {
		struct place moved = *p;
		moved.ifindex = now;
		int receive_fd = receive_socket(&moved);
		if (receive_fd < 0) {
			close(fd);
			return receive_fd;
		}
		p->ifindex = now;
		receiver_watch(m->receiver, receive_fd);
	}
	close(u->fd);
	u->fd = fd;
	u->ifindex = now;
	return 0;
}

/* An interface that was deleted and created again (bond, VLAN, USB, driver reload) has a new index.  The old sockets
 * neither send nor receive any more. */
static int follow_interface(struct medium *m, struct udp *u)
{
	uint64_t as_of = interfaces_changes(m->set->interfaces);
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
	return rc;
}

static int follow_and_send(struct medium *m, struct bytes data)
{
	struct udp *u = m->own;
	int rc = follow_interface(m, u);

	if (rc < 0)
		return rc;
	return sendto(u->fd, data.at, data.len, MSG_DONTWAIT | MSG_NOSIGNAL, &u->to.any, u->to.len) < 0 ? -errno : 0;
}

/* After a failure, read the netlink socket: a change of the interface may wait there for the main loop. */
int udp_send(struct medium *m, struct bytes data)
{
	int rc = follow_and_send(m, data);

	if (rc < 0 && interfaces_read(m->set->interfaces) > 0)
		rc = follow_and_send(m, data);
	return rc;
}
