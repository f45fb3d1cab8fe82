// SPDX-License-Identifier: MIT
/* Creates the sockets of broadcast, multicast and unicast, and stores the destination of a medium. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/media/udp_private.h"

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
		rc = setsockopt(fd, options[i].level, options[i].name, &options[i].value, sizeof options[i].value) < 0
			? -errno : 0;
	if (rc == 0 && device)
		rc = set_device(fd, device);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

struct media_address *udp_destination(const struct medium *m)
{
	return &((struct udp *)m->own)->to;
}

const struct media_address *udp_group(const struct medium *m)
{
	const struct udp *u = m->own;

	return u->kind->to_a_group ? &u->to : NULL;
}

int udp_family(const struct medium *m)
{
	const struct udp *u = m->own;

	return u->kind->family;
}

int udp_interface6(const struct medium *m, unsigned *ifindex)
{
	struct interfaces *t = m->set->config.interfaces;
	struct interface link;
	struct interface_address a;

	if (!interfaces_find(t, m->conf->interface, &link))
		return -ENODEV;
	*ifindex = link.index;
	for (size_t i = 0; interfaces_address_at(t, i, &a); i++)
		if (a.ifindex == link.index && a.family == AF_INET6 && !a.tentative)
			return 0;
	return -EADDRNOTAVAIL;
}
