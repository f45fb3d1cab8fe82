// SPDX-License-Identifier: MIT
/* At the switch's port of a node: what the daemon there says to the cluster, UDP to port 694.
 *
 * usage: wire PORT-INTERFACE      until SIGTERM; the port may vanish before
 * prints at the end:  packets N bytes SUM last MS
 *   bytes: UDP payload.  last: wall clock in ms since 1970 of the last packet, 0 when there was none. */
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

/* All protocols: the bridge takes a port's packets away before listeners to one protocol are asked. */
static int wire_open(const char *interface)
{
	struct sockaddr_ll port = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(interface)};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && (port.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&port, sizeof port) != 0))
		return -1;
	return fd;
}

/* Payload length of a packet from the node to the cluster, -1 for any other. */
static int payload(const void *packet, size_t len, const struct sockaddr_ll *from)
{
	struct iphdr ip;
	struct udphdr udp;
	if (from->sll_pkttype == PACKET_OUTGOING || from->sll_protocol != htons(ETH_P_IP) || len < sizeof ip + sizeof udp)
		return -1;
	memcpy(&ip, packet, sizeof ip);
	memcpy(&udp, (const char *)packet + sizeof ip, sizeof udp);
	if (ip.ihl != 5 || ip.protocol != IPPROTO_UDP || udp.dest != htons(CLUSTER_PORT) || ntohs(udp.len) < sizeof udp)
		return -1;
	return (int)(ntohs(udp.len) - sizeof udp);
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
	uint64_t packets = 0, bytes = 0;
	int64_t last_ms = 0;
	stop_on_signals();
	while (!stop_asked) {
		char packet[2048]; /* the heads are enough */
		struct sockaddr_ll from;
		socklen_t from_len = sizeof from;
		struct pollfd ready = {.fd = fd, .events = POLLIN};
		if (poll(&ready, 1, -1) <= 0)
			continue;
		/* An error is that the port went down: the node has no power any more, what was heard stays. */
		ssize_t n = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&from, &from_len);
		int len = n < 0 ? -1 : payload(packet, (size_t)n, &from);
		if (len < 0)
			continue;
		packets++;
		bytes += (uint64_t)len;
		last_ms = wall_ms();
	}
	printf("packets %" PRIu64 " bytes %" PRIu64 " last %" PRId64 "\n", packets, bytes, last_ms);
	return 0;
}
