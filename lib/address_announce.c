// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/address.h"
#include "lib/announce_frame.h"

static const uint8_t everybody[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t all_nodes[ETH_ALEN] = {0x33, 0x33, 0, 0, 0, 1};

/* One socket for all interfaces, which stays open for two reasons.  Closing a packet socket makes the kernel wait ten
 * milliseconds or more, and during a takeover there may be no free descriptor.  The protocol of the socket is 0, so it
 * receives nothing and does not slow down the other frames of the machine. */
static int sender = -1;

static int open_sender(void)
{
	if (sender < 0)
		sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	return sender < 0 ? -errno : 0;
}

int address_announce_prepare(void)
{
	int error = open_sender();
	return error != 0 ? error : announce_frame_prepare();
}

void address_announce_close(void)
{
	if (sender >= 0)
		(void)close(sender); /* closing loses nothing: the frame was sent when sendto returned */
	sender = -1;
	announce_frame_close();
}

/* Read the current state of the interface each time: a bond may have changed its hardware address. */
static int look_at(const char *interface, uint8_t mac[ETH_ALEN], int *index, bool *speaks_arp)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	(void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
	int error = ioctl(fd, SIOCGIFFLAGS, &request) < 0 ? -errno : 0;
	*speaks_arp = error == 0 && (request.ifr_flags & (IFF_NOARP | IFF_LOOPBACK | IFF_POINTOPOINT)) == 0;
	if (error == 0 && ioctl(fd, SIOCGIFHWADDR, &request) < 0)
		error = -errno;
	if (error == 0)
		memcpy(mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
	if (error == 0 && ioctl(fd, SIOCGIFINDEX, &request) < 0)
		error = -errno;
	if (error == 0)
		*index = request.ifr_ifindex;
	(void)close(fd); /* only queries were sent on this socket */
	return error;
}

static int send_frame(int index, uint16_t protocol, const uint8_t to[ETH_ALEN], const void *frame, size_t len)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = index, .sll_halen = ETH_ALEN};
	memcpy(at.sll_addr, to, ETH_ALEN);
	return sendto(sender, frame, len, 0, (const struct sockaddr *)&at, sizeof at) < 0 ? -errno : 0;
}

static int announce_arp(int index, bool reply, const uint8_t mac[ETH_ALEN], struct in_addr ip)
{
	uint8_t frame[ANNOUNCE_ARP_LEN];
	int error = announce_frame_arp(reply, mac, ip, frame);
	return error != 0 ? error : send_frame(index, ETH_P_ARP, everybody, frame, sizeof frame);
}

/* The kernel uses the same setting for the router flag of its own advertisements. */
static bool forwards(const char *interface)
{
	char path[96], value = '0';
	(void)snprintf(path, sizeof path, "/proc/sys/net/ipv6/conf/%s/forwarding", interface);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool known = fd >= 0 && read(fd, &value, 1) == 1;
	if (fd >= 0)
		(void)close(fd); /* only read */
	return known && value != '0';
}

static int announce_neighbour(int index, bool router, const uint8_t mac[ETH_ALEN], const struct in6_addr *ip)
{
	uint8_t frame[ANNOUNCE_NEIGHBOUR_LEN];
	int error = announce_frame_neighbour(router, mac, ip, frame);
	return error != 0 ? error : send_frame(index, ETH_P_IPV6, all_nodes, frame, sizeof frame);
}

int address_announce(const struct address *a)
{
	uint8_t mac[ETH_ALEN] = {0};
	bool speaks_arp = false;
	int index = 0, error = look_at(a->interface, mac, &index, &speaks_arp);
	if (error != 0 || !speaks_arp)
		return error;
	if (sender < 0)
		return -ENOTCONN;
	if (a->ip.family == AF_INET6)
		return announce_neighbour(index, forwards(a->interface), mac, &a->ip.v6);
	error = announce_arp(index, false, mac, a->ip.v4);
	return error != 0 ? error : announce_arp(index, true, mac, a->ip.v4);
}
