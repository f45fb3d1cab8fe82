// SPDX-License-Identifier: MIT
/* Listens at the port of the switch where a node is connected, and counts what its daemon sends to the cluster (UDP to
 * port 694).
 *
 * usage: wire PORT-INTERFACE      until SIGTERM; the port may disappear before
 * prints "begin" when it listens, and at the end:  packets N bytes SUM last MS
 *   bytes: UDP payload.  last: when the kernel received the last packet, in ms since 1970; 0: none.  On a busy machine
 *   this program may receive it much later. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>

#include "tests/live/clock.h"

enum { CLUSTER_PORT = 694 };

/* It listens to all protocols, because the bridge takes the packets of a port before listeners to one protocol get
 * them. */
static int wire_open(const char *interface)
{
	struct sockaddr_ll port = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(interface)};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;
	if (fd >= 0 && (port.sll_ifindex == 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof on) != 0
	                || bind(fd, (struct sockaddr *)&port, sizeof port) != 0))
		return -1;
	return fd;
}

/* Payload length of a packet from the node to the cluster, -1 for any other. */
static int payload(const void *packet, size_t len, const struct sockaddr_ll *from)
{
	struct iphdr ip;
	struct udphdr udp;
	if (from->sll_pkttype == PACKET_OUTGOING || from->sll_protocol != htons(ETH_P_IP) ||
		len < sizeof ip + sizeof udp)
		return -1;
	memcpy(&ip, packet, sizeof ip);
	memcpy(&udp, (const char *)packet + sizeof ip, sizeof udp);
	if (ip.ihl != 5 || ip.protocol != IPPROTO_UDP || udp.dest != htons(CLUSTER_PORT) || ntohs(udp.len) < sizeof udp)
		return -1;
	return (int)(ntohs(udp.len) - sizeof udp);
}

/* When the kernel received the packet; the current time if there is no stamp. */
static int64_t stamp_ms(struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		struct timeval t;
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMP) {
			memcpy(&t, CMSG_DATA(c), sizeof t);
			return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
		}
	}
	return wall_ms();
}

struct total {
	uint64_t packets, bytes;
	int64_t last_ms;
};

static void wire_receive(int fd, struct total *h)
{
	char packet[2048], control[256]; /* the headers of the packet are enough */
	struct sockaddr_ll from;
	struct iovec into = {packet, sizeof packet};
	struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &into, .msg_iovlen = 1,
	                         .msg_control = control, .msg_controllen = sizeof control};
	/* An error means that the port went down, because the node has no power any more.  The counters stay. */
	ssize_t n = recvmsg(fd, &message, 0);
	int len = n < 0 ? -1 : payload(packet, (size_t)n, &from);
	if (len < 0)
		return;
	h->packets++;
	h->bytes += (uint64_t)len;
	h->last_ms = stamp_ms(&message);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: wire PORT-INTERFACE\n", stderr);
		return 2;
	}
	int fd = wire_open(argv[1]);
	if (fd < 0) {
		fprintf(stderr, "wire: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	struct total h = {0};
	stop_on_signals();
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	puts("begin");
	while (!stop_asked) {
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		if (poll(&ready, 1, -1) > 0)
			wire_receive(fd, &h);
	}
	printf("packets %" PRIu64 " bytes %" PRIu64 " last %" PRId64 "\n", h.packets, h.bytes, h.last_ms);
	return 0;
}
