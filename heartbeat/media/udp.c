// SPDX-License-Identifier: MIT
/* What broadcast, multicast and unicast share: sockets tied to an interface by name, and one receive socket for all media
 * that listen at the same place, because the kernel gives a unicast datagram to one socket only.
 * doc/protocol.md 8 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/media/medium.h"

enum {
	/* Holds about 10,000 small datagrams: a fifth of a second at 50,000 a second.  With the system's usual 208 KiB the
	 * reference loses heartbeats at 5,000 a second.  doc/faults.md 16 */
	RECEIVE_BUFFER = 4 * 1024 * 1024,
	INTERFACES_LISTED = 20,
};

static int set_option(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) < 0 ? -errno : 0;
}

static int set_device(int fd, const char *device)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)) < 0 ? -errno : 0;
}

int udp_socket(const struct socket_option *options, size_t count, const char *device)
{
	int rc = 0;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

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

/* --- interfaces ---------------------------------------------------------------------------------------------------- */

static bool interface_request(const struct medium *m, struct ifreq *request)
{
	size_t len = strlen(m->conf->interface);

	*request = (struct ifreq){0};
	if (len == 0 || len >= sizeof request->ifr_name)
		return false;
	memcpy(request->ifr_name, m->conf->interface, len);
	return true;
}

/* 0: there is none of that name. */
static unsigned interface_index(const struct medium *m)
{
	struct ifreq request;

	if (!interface_request(m, &request) || ioctl(m->set->query_fd, SIOCGIFINDEX, &request) < 0)
		return 0;
	return (unsigned)request.ifr_ifindex;
}

int udp_interface_address(const struct medium *m, unsigned long request_code, struct in_addr *address)
{
	struct ifreq request;
	struct sockaddr_in found;

	if (!interface_request(m, &request))
		return -ENODEV;
	if (ioctl(m->set->query_fd, request_code, &request) < 0)
		return -errno;
	memcpy(&found, &request.ifr_addr, sizeof found); /* ifr_addr, ifr_broadaddr and ifr_netmask are one union */
	*address = found.sin_addr;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct if_nameindex *)a)->if_name, ((const struct if_nameindex *)b)->if_name);
}

static void complain_no_interface(const struct medium *m, struct diags *diags)
{
	char text[512] = "";
	struct writer w = writer_over(text, sizeof text - 1);
	struct if_nameindex *all = if_nameindex();
	size_t count = 0;

	while (all && all[count].if_index != 0)
		count++;
	if (count > 0)
		qsort(all, count, sizeof *all, by_name);
	for (size_t i = 0; i < count && i < INTERFACES_LISTED; i++)
		writer_format(&w, "%s%s", i ? ", " : "", all[i].if_name);
	if (count > INTERFACES_LISTED)
		writer_format(&w, " and %zu more", count - INTERFACES_LISTED);
	if (all)
		if_freenameindex(all);
	medium_complain(m, diags, DIAG_ERROR, "no such interface; there are: %s", text);
}

/* --- receiving ----------------------------------------------------------------------------------------------------- */

/* Which of the media that share the socket: broadcasts to bcast, direct datagrams to the ucast line of the sender, else
 * to the first line there is.  Source addresses are otherwise not looked at.  doc/protocol.md 8 */
static struct medium *udp_claim(const struct receiver *r, struct arrival *a)
{
	struct medium *best = NULL;
	int best_score = -1;

	for (size_t i = 0; i < r->set->count; i++) {
		struct medium *m = &r->set->list[i];
		bool ucast = m->conf->kind == MEDIUM_UCAST;

		if (m->receiver != r)
			continue;
		int score = (ucast == a->direct ? 2 : 0) + (ucast && m->to.sin_addr.s_addr == a->source.from.sin_addr.s_addr ? 1 : 0);
		if (score > best_score) {
			best = m;
			best_score = score;
		}
	}
	return best;
}

static int join_and_bind(int fd, const struct receiver *r)
{
	const struct ip_mreqn membership = {.imr_multiaddr = r->group, .imr_ifindex = (int)r->ifindex};
	const struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(r->port), .sin_addr = r->group};

	if (bind(fd, (const struct sockaddr *)&here, sizeof here) < 0)
		return -errno;
	if (r->group.s_addr != 0 && setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) < 0)
		return -errno;
	return 0;
}

static int receive_socket(const struct receiver *r)
{
	const struct socket_option options[] = {
		{SOL_SOCKET, SO_REUSEADDR, 1},
		{SOL_SOCKET, SO_REUSEPORT, r->reuse_port},
		{IPPROTO_IP, IP_PKTINFO, 1},
		/* Without this a socket gets every group that any socket of the host has joined, on any interface: then
		 * "mcast eth0" would be kept alive by packets from eth1. */
		{IPPROTO_IP, IP_MULTICAST_ALL, 0},
	};
	int fd = udp_socket(options, G_N_ELEMENTS(options), r->group.s_addr == 0 ? r->interface : NULL);

	if (fd < 0)
		return fd;
	if (set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER) < 0)
		(void)set_option(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER); /* as much as net.core.rmem_max allows is better than nothing */
	int rc = join_and_bind(fd, r);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

static struct receiver *find_receiver(const struct medium *m, struct in_addr group)
{
	for (struct receiver *r = m->set->receivers; r; r = r->next)
		if (r->claim == udp_claim && r->port == m->conf->port && r->group.s_addr == group.s_addr && r->ifindex == m->ifindex)
			return r;
	return NULL;
}

static int receiver_for(struct medium *m, struct in_addr group)
{
	m->receiver = find_receiver(m, group);
	if (m->receiver)
		return 0;
	struct receiver *r = receiver_new(m->set);
	r->claim = udp_claim;
	r->interface = m->conf->interface;
	r->port = m->conf->port;
	r->group = group;
	r->reuse_port = m->conf->kind == MEDIUM_UCAST;
	r->ifindex = m->ifindex;
	int fd = receive_socket(r);
	if (fd < 0)
		return fd;
	receiver_watch(r, fd);
	m->receiver = r;
	return 0;
}

/* --- the medium ---------------------------------------------------------------------------------------------------- */

bool udp_open(struct medium *m, struct in_addr group, struct diags *diags)
{
	m->ifindex = interface_index(m);
	if (m->ifindex == 0) {
		complain_no_interface(m, diags);
		return false;
	}
	if (m->conf->port == 0) {
		medium_complain(m, diags, DIAG_ERROR, "port 0 cannot be used; give 1 to 65535 (usual: 694)");
		return false;
	}
	m->send_fd = m->make_socket(m, m->ifindex);
	if (m->send_fd < 0) {
		medium_complain(m, diags, DIAG_ERROR, "cannot open a socket for sending: %s%s", strerror(-m->send_fd),
		                m->send_fd == -EPERM ? "; heartbeat must be run by root" : "");
		return false;
	}
	int rc = receiver_for(m, group);
	if (rc == -EADDRINUSE)
		medium_complain(m, diags, DIAG_ERROR, "port %u/udp is taken by another program; see: ss -ulnp 'sport = :%u'", m->conf->port, m->conf->port);
	else if (rc < 0)
		medium_complain(m, diags, DIAG_ERROR, "cannot open a socket for receiving on port %u: %s", m->conf->port, strerror(-rc));
	return rc == 0;
}

/* An interface that was deleted and made again (bond, VLAN, USB, driver reload) has a new index; sockets and memberships
 * of the old one are deaf and dumb for ever.  Both are made before either is replaced, so that a failure is tried again. */
static int follow_interface(struct medium *m)
{
	unsigned now = interface_index(m);

	if (now == 0)
		return -ENODEV;
	if (now == m->ifindex)
		return 0;
	int fd = m->make_socket(m, now);
	if (fd < 0)
		return fd;
	if (m->receiver->ifindex != now) {
		struct receiver moved = *m->receiver;
		moved.ifindex = now;
		int receive_fd = receive_socket(&moved);
		if (receive_fd < 0) {
			close(fd);
			return receive_fd;
		}
		m->receiver->ifindex = now;
		receiver_watch(m->receiver, receive_fd);
	}
	close(m->send_fd);
	m->send_fd = fd;
	m->ifindex = now;
	return 0;
}

int udp_send(struct medium *m, struct bytes data)
{
	int rc = follow_interface(m);

	if (rc < 0)
		return rc;
	if (sendto(m->send_fd, data.at, data.len, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&m->to, sizeof m->to) < 0)
		return -errno;
	return 0;
}
