// SPDX-License-Identifier: MIT
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/address.h"

struct arp_frame {
	struct ether_header ethernet;
	struct ether_arp arp;
};
_Static_assert(sizeof(struct arp_frame) == 42, "as it goes over the wire");

static const uint8_t everybody[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* One for all interfaces, kept: closing a packet socket makes the kernel wait for a grace period, ten milliseconds and more,
 * and there may be no descriptor left at the moment of a take-over.  Its protocol is 0: it receives nothing and costs no
 * frame of the machine anything. */
static int sender = -1;

static int open_sender(void)
{
	if (sender < 0)
		sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	return sender < 0 ? -errno : 0;
}

void address_announce_prepare(void)
{
	(void)open_sender(); /* the announcement itself tries again, and says why not */
}

/* What the interface is now: a bond may have changed its hardware address. */
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
	(void)close(fd); /* only asked with */
	return error;
}

static int send_one(int index, uint16_t operation, const uint8_t mac[ETH_ALEN], struct in_addr ip)
{
	struct arp_frame f = {
		.ethernet.ether_type = htons(ETHERTYPE_ARP),
		.arp.ea_hdr = {htons(ARPHRD_ETHER), htons(ETHERTYPE_IP), ETH_ALEN, sizeof ip, htons(operation)},
	};
	memcpy(f.ethernet.ether_dhost, everybody, ETH_ALEN);
	memcpy(f.ethernet.ether_shost, mac, ETH_ALEN);
	memcpy(f.arp.arp_sha, mac, ETH_ALEN);
	memcpy(f.arp.arp_spa, &ip, sizeof ip);
	memcpy(f.arp.arp_tpa, &ip, sizeof ip);
	if (operation == ARPOP_REPLY)
		memcpy(f.arp.arp_tha, everybody, ETH_ALEN);
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP), .sll_ifindex = index, .sll_halen = ETH_ALEN};
	memcpy(to.sll_addr, everybody, ETH_ALEN);
	return sendto(sender, &f, sizeof f, 0, (const struct sockaddr *)&to, sizeof to) < 0 ? -errno : 0;
}

int address_announce(const struct address *a)
{
	uint8_t mac[ETH_ALEN] = {0};
	bool speaks_arp = false;
	int index = 0, error = look_at(a->interface, mac, &index, &speaks_arp);
	if (error != 0 || !speaks_arp)
		return error;
	error = open_sender();
	if (error == 0)
		error = send_one(index, ARPOP_REQUEST, mac, a->ip);
	if (error == 0)
		error = send_one(index, ARPOP_REPLY, mac, a->ip);
	return error;
}
