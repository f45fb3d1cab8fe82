// SPDX-License-Identifier: MIT
/* The referee at the switch: every few milliseconds it asks by ARP who has the service address, and sees every answer.
 * So it sees two owners also when a client would reach only one.  The question is an ARP probe (sender 0.0.0.0),
 * which changes no neighbour cache.
 *
 * usage: owners ADDRESS INTERFACE [PERIOD-MS, default 5]      until SIGTERM
 * prints at the end of each state, wall clock in ms since 1970:
 *   owner MAC START END LENGTH
 *   two-owners START END LENGTH
 *   none START END LENGTH
 * and at its start:  since START owner MAC | two-owners | none.
 * A state shorter than two questions is not reported: one late answer must not look like a second owner.  "none" is
 * reported only after ten questions without an answer, because a busy machine delays answers. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <netpacket/packet.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "tests/live/clock.h"

enum { STEADY = 2, STEADY_NONE = 10 };

struct answer {
	unsigned count; /* different machines that answered one question: 0, 1, 2 (or more) */
	uint8_t mac[6]; /* the first */
};

struct referee {
	int socket;
	struct sockaddr_ll broadcast;
	struct ether_arp question;
	struct answer now;      /* to the last question */
	int64_t asked_ms;
	struct answer candidate; /* seen so many times in a row, since candidate_ms */
	unsigned steady;
	int64_t candidate_ms;
	struct answer state;
	int64_t state_ms; /* 0: none yet */
};

static bool same(const struct answer *a, const struct answer *b)
{
	return a->count == b->count && (a->count != 1 || memcmp(a->mac, b->mac, 6) == 0);
}

static void describe(const struct answer *a, char text[32])
{
	if (a->count == 1)
		(void)snprintf(text, 32, "owner %02x:%02x:%02x:%02x:%02x:%02x", a->mac[0], a->mac[1], a->mac[2],
			a->mac[3], a->mac[4], a->mac[5]);
	else
		(void)snprintf(text, 32, "%s", a->count ? "two-owners" : "none");
}

static void referee_report(const struct referee *r, int64_t end_ms)
{
	char text[32];
	if (r->state_ms == 0)
		return;
	describe(&r->state, text);
	printf("%s %" PRId64 " %" PRId64 " %" PRId64 "\n", text, r->state_ms, end_ms, end_ms - r->state_ms);
}

/* The time of the last question is over: evaluate its answers. */
static void referee_judge(struct referee *r)
{
	if (r->steady == 0 || !same(&r->now, &r->candidate)) {
		r->candidate = r->now;
		r->candidate_ms = r->asked_ms;
		r->steady = 0;
	}
	if (++r->steady != (r->now.count == 0 ? STEADY_NONE : STEADY) ||
		(r->state_ms != 0 && same(&r->state, &r->candidate)))
		return;
	referee_report(r, r->candidate_ms);
	r->state = r->candidate;
	r->state_ms = r->candidate_ms;
	char text[32];
	describe(&r->state, text);
	printf("since %" PRId64 " %s\n", r->state_ms, text);
}

static void referee_ask(struct referee *r)
{
	if (r->asked_ms != 0)
		referee_judge(r);
	r->now = (struct answer){0};
	r->asked_ms = wall_ms();
	(void)sendto(r->socket, &r->question, sizeof r->question, MSG_DONTWAIT, (struct sockaddr *)&r->broadcast,
		sizeof r->broadcast);
}

static void referee_hear(struct referee *r)
{
	struct ether_arp a;
	ssize_t n;
	while ((n = recv(r->socket, &a, sizeof a, MSG_DONTWAIT)) >= 0) {
		/* An announcement is a reply to all machines: count only replies to our question. */
		if ((size_t)n < sizeof a || a.arp_op != htons(ARPOP_REPLY) ||
			memcmp(a.arp_spa, r->question.arp_tpa, 4) != 0 ||
			memcmp(a.arp_tha, r->question.arp_sha, 6) != 0)
			continue;
		if (r->now.count == 0)
			memcpy(r->now.mac, a.arp_sha, 6);
		if (r->now.count == 0 || (r->now.count == 1 && memcmp(r->now.mac, a.arp_sha, 6) != 0))
			r->now.count++;
	}
}

static bool referee_open(struct referee *r, const char *interface)
{
	struct ifreq own = {0};
	(void)snprintf(own.ifr_name, sizeof own.ifr_name, "%s", interface);
	r->broadcast = (struct sockaddr_ll){.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_halen = 6,
		.sll_ifindex = (int)if_nametoindex(interface),
		.sll_addr = {255, 255, 255, 255, 255, 255}};
	r->socket = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ARP));
	if (r->socket < 0 || bind(r->socket, (struct sockaddr *)&r->broadcast, sizeof r->broadcast) != 0 ||
		ioctl(r->socket, SIOCGIFHWADDR, &own) != 0)
		return false;
	r->question.ea_hdr = (struct arphdr){.ar_hrd = htons(ARPHRD_ETHER),
		.ar_pro = htons(ETH_P_IP),
		.ar_hln = 6,
		.ar_pln = 4,
		.ar_op = htons(ARPOP_REQUEST)};
	memcpy(r->question.arp_sha, own.ifr_hwaddr.sa_data, 6);
	return true;
}

int main(int argc, char **argv)
{
	struct referee r = {0};
	if (argc < 3 || argc > 4 || inet_pton(AF_INET, argv[1], r.question.arp_tpa) != 1) {
		fputs("usage: owners ADDRESS INTERFACE [PERIOD-MS]\n", stderr);
		return 2;
	}
	int tick = tick_open(1000L * (argc > 3 ? atoi(argv[3]) : 5));
	if (tick < 0 || !referee_open(&r, argv[2])) {
		fprintf(stderr, "owners: %s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	stop_on_signals();
	while (!stop_asked) {
		bool due = tick_or_packet(tick, r.socket);
		referee_hear(&r); /* replies that have arrived answer the last question */
		if (due)
			referee_ask(&r);
	}
	referee_report(&r, wall_ms());
	return 0;
}
