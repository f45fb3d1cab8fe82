// SPDX-License-Identifier: MIT
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/address_private.h"

enum { BATCH_BYTES = 16384 }; /* the kernel's own notices are below 4 KiB each */

int address_watch(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	struct sockaddr_nl self = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_IPV4_IFADDR};
	if (bind(fd, (const struct sockaddr *)&self, sizeof self) == 0)
		return fd;
	int error = errno;
	(void)close(fd); /* nothing was done with it */
	return -error;
}

int address_watch_read(int fd, void (*changed)(void *context, bool added, struct in_addr ip, unsigned ifindex), void *context)
{
	_Alignas(struct nlmsghdr) uint8_t batch[BATCH_BYTES];
	struct sockaddr_nl from = {0};
	socklen_t from_len = sizeof from;
	ssize_t got = recvfrom(fd, batch, sizeof batch, 0, (struct sockaddr *)&from, &from_len);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (from.nl_pid != 0)
		return 0; /* only the kernel's word counts: any local process may send to this socket */
	int left = (int)got, changes = 0;
	for (struct nlmsghdr *header = (void *)batch; nlmsg_ok(header, left); header = nlmsg_next(header, &left)) {
		struct address a;
		unsigned ifindex, flags;
		bool added = header->nlmsg_type == RTM_NEWADDR;
		if ((!added && header->nlmsg_type != RTM_DELADDR) || !address_of_message(header, &a, &ifindex, &flags))
			continue;
		changed(context, added, a.ip.v4, ifindex);
		changes++;
	}
	return changes;
}
