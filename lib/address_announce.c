// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <libnet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/address.h"

/* Closing a packet socket makes the kernel wait for a grace period, ten milliseconds and more; opening one costs
 * a hundred microseconds.  So each interface's handle stays, and a take-over pays for neither. */
enum { HANDLES_MAX = 16, ERRBUF_BYTES = 256, ETHERTYPE_QUIET = 0x88b5 /* IEEE: local experiments */ };

static struct handle {
	char interface[IF_NAMESIZE];
	libnet_t *libnet;
	libnet_ptag_t arp, ethernet;
} handles[HANDLES_MAX];
static unsigned next_victim;

static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* libnet opens a socket that receives every frame of the machine; this one only sends. */
static void receive_nothing(int fd)
{
	struct sock_filter nothing = {.code = BPF_RET | BPF_K, .k = 0};
	struct sock_fprog program = {.len = 1, .filter = &nothing};
	int least = 1;
	/* Without either, some kilobytes are wasted on frames that nobody reads. */
	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static struct handle *handle_for(const char *interface, char *errbuf)
{
	struct handle *free_one = NULL;
	for (unsigned i = 0; i < HANDLES_MAX; i++) {
		if (handles[i].libnet == NULL)
			free_one = free_one != NULL ? free_one : &handles[i];
		else if (strcmp(handles[i].interface, interface) == 0)
			return &handles[i];
	}
	libnet_t *fresh = libnet_init(LIBNET_LINK, interface, errbuf);
	if (fresh == NULL)
		return NULL;
	receive_nothing(libnet_getfd(fresh));
	if (free_one == NULL) {
		free_one = &handles[next_victim++ % HANDLES_MAX];
		libnet_destroy(free_one->libnet);
	}
	*free_one = (struct handle){.libnet = fresh};
	(void)snprintf(free_one->interface, sizeof free_one->interface, "%s", interface);
	return free_one;
}

/* The hardware address as it is now: a bond may have changed it since the handle was opened. */
static int hardware_address(const char *interface, uint8_t mac[6], bool *speaks_arp)
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
		memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	(void)close(fd); /* only asked with */
	return error;
}

void address_announce_prepare(const char *interface)
{
	char why[ERRBUF_BYTES];
	uint8_t mac[6];
	bool speaks_arp = false;
	if (hardware_address(interface, mac, &speaks_arp) != 0 || !speaks_arp)
		return;
	struct handle *h = handle_for(interface, why);
	if (h == NULL)
		return; /* the announcement itself will say why */
	/* A filter still costs every frame of the machine some instructions; a socket bound to a protocol that nobody speaks
	 * costs nothing.  Binding waits for a grace period, too, hence here and not in the way of a take-over. */
	struct sockaddr_ll quiet = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_QUIET), .sll_ifindex = (int)if_nametoindex(interface)};
	(void)bind(libnet_getfd(h->libnet), (const struct sockaddr *)&quiet, sizeof quiet); /* else the filter does it */
}

static int send_one(struct handle *h, uint16_t operation, const uint8_t mac[6], struct in_addr ip)
{
	const uint8_t *target = operation == ARPOP_REQUEST ? (const uint8_t[6]){0} : everybody;
	uint8_t protocol_address[4];
	memcpy(protocol_address, &ip, sizeof protocol_address);
	libnet_ptag_t arp = libnet_build_arp(ARPHRD_ETHER, ETHERTYPE_IP, 6, 4, operation, mac, protocol_address, target,
	                                     protocol_address, NULL, 0, h->libnet, h->arp);
	if (arp < 0)
		return -EINVAL;
	h->arp = arp;
	libnet_ptag_t ethernet = libnet_build_ethernet(everybody, mac, ETHERTYPE_ARP, NULL, 0, h->libnet, h->ethernet);
	if (ethernet < 0)
		return -EINVAL;
	h->ethernet = ethernet;
	return libnet_write(h->libnet) < 0 ? -EINVAL : 0;
}

int address_announce(const struct address *a, char *errbuf)
{
	uint8_t mac[6] = {0};
	bool speaks_arp = false;
	errbuf[0] = '\0';
	int error = hardware_address(a->interface, mac, &speaks_arp);
	if (error != 0 || !speaks_arp)
		return error;
	struct handle *h = handle_for(a->interface, errbuf);
	if (h == NULL)
		return -EINVAL;
	error = send_one(h, ARPOP_REQUEST, mac, a->ip);
	if (error == 0)
		error = send_one(h, ARPOP_REPLY, mac, a->ip);
	if (error != 0)
		(void)snprintf(errbuf, ERRBUF_BYTES, "%s", libnet_geterror(h->libnet));
	return error;
}
