// SPDX-License-Identifier: MIT
/* The client: sends an echo request to the service address every millisecond, without waiting for earlier answers.
 * It uses the kernel's neighbour cache, so that a missing gratuitous ARP causes an outage, as for a real client.
 *
 * usage: probe ADDRESS INTERFACE [SHORTEST-OUTAGE-MS, default 20]      until SIGTERM
 * prints, wall clock in ms since 1970:
 *   begin MS                           the first request has been sent
 *   owner MAC since MS                 the machine that answers from now on
 *   outage START END LENGTH            after the next answer: START is the first request without an answer
 *   outage START open LENGTH           at the end
 *   summary sent N answered N longest MS
 * An answer later than LATE_MS does not count: the kernel keeps requests while it looks for the owner; a user does not
 * wait.  The time of an answer comes from the kernel: on a busy machine this program reads it later. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <linux/icmp.h>
#include <netpacket/packet.h>
#include <net/ethernet.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>

#include "tests/live/clock.h"

enum { PERIOD_US = 1000, LATE_MS = 50, REQUESTS_MAX = 1 << 22 };

struct request {
	struct icmphdr head;
	uint32_t number;
	uint32_t run; /* answers to another probe are not ours */
};

struct probe {
	int out, in;
	struct sockaddr_in address;
	uint32_t run;
	int64_t *sent_ms; /* by number */
	uint32_t sent, answered;
	int64_t last_answered; /* number, -1 none */
	int64_t shortest_ms, longest_ms;
	uint8_t owner[6];
};

static uint16_t checksum(const void *data, size_t len)
{
	const uint8_t *byte = data;
	uint32_t sum = 0;
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(byte[i] << 8 | byte[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static void probe_send(struct probe *p)
{
	struct request r = {.head = {.type = ICMP_ECHO}, .number = p->sent, .run = p->run};
	r.head.un.echo.id = htons((uint16_t)p->run);
	r.head.un.echo.sequence = htons((uint16_t)p->sent);
	r.head.checksum = checksum(&r, sizeof r);
	p->sent_ms[p->sent++] = wall_ms();
	/* Not sent because the kernel knows no machine with the address: this counts as an outage too. */
	(void)sendto(p->out, &r, sizeof r, MSG_DONTWAIT, (struct sockaddr *)&p->address, sizeof p->address);
}

static void probe_outage(struct probe *p, int64_t first, int64_t end_ms, bool open)
{
	int64_t length = end_ms - p->sent_ms[first];
	if (length > p->longest_ms)
		p->longest_ms = length;
	if (length < p->shortest_ms)
		return;
	if (open)
		printf("outage %" PRId64 " open %" PRId64 "\n", p->sent_ms[first], length);
	else
		printf("outage %" PRId64 " %" PRId64 " %" PRId64 "\n", p->sent_ms[first], end_ms, length);
}

static void probe_answer(struct probe *p, uint32_t number, const uint8_t mac[6], int64_t now)
{
	if (number >= p->sent || (int64_t)number <= p->last_answered || now - p->sent_ms[number] > LATE_MS)
		return;
	if (memcmp(mac, p->owner, 6) != 0) {
		memcpy(p->owner, mac, 6);
		printf("owner %02x:%02x:%02x:%02x:%02x:%02x since %" PRId64 "\n", mac[0], mac[1], mac[2], mac[3],
			mac[4], mac[5], now);
	}
	if (number > p->last_answered + 1)
		probe_outage(p, p->last_answered + 1, p->sent_ms[number], false);
	p->last_answered = number;
	p->answered++;
}

static int64_t arrival_ms(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	struct timespec t;
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
		return wall_ms();
	memcpy(&t, CMSG_DATA(c), sizeof t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void probe_receive(struct probe *p)
{
	struct {
		struct iphdr ip;
		struct request request;
	} frame;
	struct sockaddr_ll from;
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(struct timespec))];
	} stamp;
	struct iovec part = {&frame, sizeof frame};
	struct msghdr m = {.msg_name = &from, .msg_iov = &part, .msg_iovlen = 1, .msg_control = &stamp};
	ssize_t n;
	while (m.msg_namelen = sizeof from, m.msg_controllen = sizeof stamp,
		(n = recvmsg(p->in, &m, MSG_DONTWAIT)) >= 0) {
		if ((size_t)n >= sizeof frame && frame.ip.ihl == 5 && frame.ip.protocol == IPPROTO_ICMP
		    && frame.ip.saddr == p->address.sin_addr.s_addr && frame.request.head.type == ICMP_ECHOREPLY
		    && frame.request.run == p->run && from.sll_halen == 6)
			probe_answer(p, frame.request.number, from.sll_addr, arrival_ms(&m));
	}
}

/* Answers are read from a packet socket, because only this socket gives the sender's MAC. */
static bool probe_open(struct probe *p, const char *interface)
{
	struct sockaddr_ll local = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex(interface)};
	struct icmp_filter none = {.data = ~0u};
	int on = 1;
	p->out = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	p->in = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
	p->sent_ms = calloc(REQUESTS_MAX, sizeof *p->sent_ms);
	return p->out >= 0 && p->in >= 0 && p->sent_ms &&
	       setsockopt(p->in, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0 &&
	       setsockopt(p->out, SOL_RAW, ICMP_FILTER, &none, sizeof none) == 0 &&
	       bind(p->in, (struct sockaddr *)&local, sizeof local) == 0;
}

static void probe_end(struct probe *p)
{
	struct timespec late = {0, LATE_MS * 1000000L};
	(void)nanosleep(&late, NULL);
	probe_receive(p);
	if (p->sent > 0 && p->last_answered + 1 < p->sent)
		probe_outage(p, p->last_answered + 1, p->sent_ms[p->sent - 1], true);
	printf("summary sent %" PRIu32 " answered %" PRIu32 " longest %" PRId64 "\n", p->sent, p->answered,
		p->longest_ms);
}

int main(int argc, char **argv)
{
	struct probe p = {
		.address = {.sin_family = AF_INET}, .last_answered = -1, .shortest_ms = argc > 3 ? atoi(argv[3]) : 20};
	if (argc < 3 || argc > 4 || inet_pton(AF_INET, argv[1], &p.address.sin_addr) != 1) {
		fputs("usage: probe ADDRESS INTERFACE [SHORTEST-OUTAGE-MS]\n", stderr);
		return 2;
	}
	p.run = (uint32_t)wall_ms() ^ ((uint32_t)getpid() << 20);
	int tick = tick_open(PERIOD_US);
	if (tick < 0 || !probe_open(&p, argv[2])) {
		fprintf(stderr, "probe: %s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	stop_on_signals();
	while (!stop_asked && p.sent < REQUESTS_MAX) {
		if (tick_or_packet(tick, p.in)) {
			probe_send(&p);
			if (p.sent == 1)
				printf("begin %" PRId64 "\n", p.sent_ms[0]);
		}
		probe_receive(&p);
	}
	probe_end(&p);
	free(p.sent_ms);
	return 0;
}
