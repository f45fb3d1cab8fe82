// SPDX-License-Identifier: MIT
/* hb_dump: receives the heartbeat datagrams of an interface from a packet socket.  IPv4 only; it does not reassemble
 * fragments. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tools/hb_dump.h"

enum {
	PACKET_MAX = 65536,
	FRAGMENT_BITS = 0x3fff /* "more" and offset */,
	IP_WORD = 4,
	IP_HEADER_MIN = 20,
	PORTS_SKIPPED = 4,
	ICMP_REST = 6
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* --- packets ---------------------------------------------------------------------------------------------------- */

static uint16_t take_u16(struct reader *r)
{
	struct bytes b = reader_take(r, 2);

	unsigned value = b.len == 2 ? (unsigned)b.at[0] << 8 | b.at[1] : 0;
	return (uint16_t)value;
}

static bool starts_with(struct reader r, const char *text)
{
	return reader_skip(&r, text);
}

static bool take_udp(struct reader *r, uint16_t port)
{
	enum { UDP_HEADER = 8 };

	(void)take_u16(r); /* source port: any */
	uint16_t to = take_u16(r), len = take_u16(r);
	(void)take_u16(r); /* checksum: the kernel checks it */
	if (r->failed || to != port || len < UDP_HEADER)
		return false;
	struct bytes payload = reader_take(r, (size_t)len - UDP_HEADER);
	bool whole = !r->failed;
	*r = reader_over(payload);
	return whole;
}

static bool take_icmp(struct reader *r)
{
	enum { ECHO_REPLY = 0, ECHO_REQUEST = 8 };

	int type = reader_byte(r);
	(void)reader_byte(r);         /* code */
	(void)reader_take(r, ICMP_REST); /* checksum, identifier, sequence */
	return !r->failed && (type == ECHO_REPLY || type == ECHO_REQUEST) &&
	       (starts_with(*r, "###") || starts_with(*r, ">>>"));
}

/* Extract the datagram from an IPv4 packet; false when it is not for heartbeat. */
static bool take_datagram(struct bytes packet, uint16_t port, struct bytes *datagram, char way[64])
{
	struct reader head = reader_over(packet);
	char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];

	int version = reader_byte(&head);
	size_t header = (size_t)(version & 15) * IP_WORD;
	(void)reader_byte(&head); /* type of service */
	size_t total = take_u16(&head);
	(void)take_u16(&head); /* identification */
	unsigned fragment = take_u16(&head) & FRAGMENT_BITS;
	(void)reader_byte(&head); /* time to live */
	int protocol = reader_byte(&head);
	(void)take_u16(&head); /* checksum */
	struct bytes addresses = reader_take(&head, 8);
	if (head.failed || version >> 4 != 4 || header < IP_HEADER_MIN || fragment != 0 || total < header ||
		total > packet.len)
		return false;
	struct reader r = reader_over((struct bytes){packet.at, total});
	(void)reader_take(&r, header);
	bool ours = protocol == IPPROTO_UDP ? take_udp(&r, port) : protocol == IPPROTO_ICMP ? take_icmp(&r) : false;
	if (!ours)
		return false;
	struct in_addr address[2];
	memcpy(address, addresses.at, addresses.len);
	(void)snprintf(way, 64, "%s %s > %s", protocol == IPPROTO_UDP ? "udp" : "icmp",
		inet_ntop(AF_INET, &address[0], from, sizeof from), inet_ntop(AF_INET, &address[1], to, sizeof to));
	*datagram = reader_take(&r, reader_left(&r));
	return true;
}

/* --- listening -------------------------------------------------------------------------------------------------- */

static int open_interface(const char *name, unsigned *index)
{
	*index = if_nametoindex(name);
	if (*index == 0)
		return -errno;
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETHERTYPE_IP));
	if (fd < 0)
		return -errno;
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_IP), .sll_ifindex = (int)*index};
	if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
		int failed = -errno;
		(void)close(fd);
		return failed;
	}
	return fd;
}

static bool is_loopback(const struct sockaddr_ll *from)
{
	return from->sll_hatype == 772; /* ARPHRD_LOOPBACK: each packet is seen twice there, out and in */
}

static void title_of(char *title, size_t cap, const char *way, const struct sockaddr_ll *from)
{
	struct timespec now;
	struct tm parts;
	char clock[16] = "";

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (localtime_r(&now.tv_sec, &parts))
		(void)strftime(clock, sizeof clock, "%H:%M:%S", &parts);
	(void)snprintf(title, cap, "%s.%03ld %s %s", clock, now.tv_nsec / 1000000,
		from->sll_pkttype == PACKET_OUTGOING ? "out" : "in", way);
}

/* 1: shown, 0: not for heartbeat, or -errno. */
static int take_packet(int fd, const struct live *live)
{
	static uint8_t packet[PACKET_MAX];
	struct sockaddr_ll from = {0};
	socklen_t from_len = sizeof from;
	struct bytes datagram;
	char way[64], title[128];

	ssize_t n = recvfrom(fd, packet, sizeof packet, MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if ((is_loopback(&from) && from.sll_pkttype == PACKET_OUTGOING) ||
		!take_datagram((struct bytes){packet, (size_t)n}, live->port, &datagram, way))
		return 0;
	title_of(title, sizeof title, way, &from);
	live->datagram(live->context, title, datagram);
	return 1;
}

int live_run(const struct live *live)
{
	const struct sigaction action = {.sa_handler = stop};
	struct pollfd waiting = {.events = POLLIN};
	sigset_t blocked, before;
	unsigned index;
	unsigned long seen = 0;
	int rc = 0;

	waiting.fd = open_interface(live->interface, &index);
	if (waiting.fd < 0)
		return waiting.fd;
	/* Signals are blocked except during ppoll: otherwise one could arrive between the check of "stopped" and the
	 * wait. */
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGINT);
	(void)sigaddset(&blocked, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &blocked, &before);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	while (!stopped && rc >= 0 && (live->count == 0 || seen < live->count)) {
		if (ppoll(&waiting, 1, NULL, &before) < 0) {
			rc = errno == EINTR ? 0 : -errno;
			continue;
		}
		rc = take_packet(waiting.fd, live);
		if (rc > 0)
			seen++;
	}
	(void)close(waiting.fd);
	return rc < 0 ? rc : 0;
}
