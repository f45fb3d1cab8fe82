// SPDX-License-Identifier: MIT
/* checktype=ping, and checktype=connect of a UDP service: sends ICMP echo requests of 64 bytes, checkcount attempts.
 * All checks of an address family share one raw socket.  Each check has its own sequence number and a random payload,
 * so that another host cannot forge its answer. */
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include "ldirectord/check/private.h"

enum { PAYLOAD = 64, HEADER = 8, TURN_REPLIES = 64, NUMBERS = 65536 };

struct ping_check {
	struct check c;
	struct timer next;
	unsigned left; /* the number of attempts left */
	int64_t each_ms;
	uint16_t number; /* the sequence number of the last attempt */
	bool numbered;
	uint8_t payload[PAYLOAD];
};

/* One socket for each family. */
static struct ping_socket {
	struct watch watch;
	int fd;
	struct ping_check **by_number; /* the checks by sequence number; NUMBERS entries, allocated with the socket */
} sockets[2] = {{.fd = -1}, {.fd = -1}};

static uint16_t identity, last_number;

static struct ping_socket *socket_of(const struct ping_check *k)
{
	return &sockets[k->c.address.family == LB_INET6];
}

static void ping_forget(struct ping_check *k)
{
	if (k->numbered)
		socket_of(k)->by_number[k->number] = NULL;
	k->numbered = false;
}

// --- replies ---

/* Find the ICMP message in a packet of a raw socket; an IPv4 packet has its IP header in front.  Returns the length of
 * the message; 0: there is none. */
static size_t message_of(bool six, uint8_t *bytes, size_t len, uint8_t **out)
{
	size_t skip = 0;
	if (!six) {
		if (len < 20)
			return 0;
		skip = (size_t)(bytes[0] & 15u) * 4;
	}
	if (len < skip + HEADER + PAYLOAD)
		return 0;
	*out = bytes + skip;
	return len - skip;
}

static bool same_host(const struct sockaddr_storage *from, const struct lb_address *a)
{
	if (a->family == LB_INET6)
		return memcmp(&((const struct sockaddr_in6 *)from)->sin6_addr, a->bytes, 16) == 0;
	return memcmp(&((const struct sockaddr_in *)from)->sin_addr, a->bytes, 4) == 0;
}

static void ping_ready(struct watch *w, uint32_t events)
{
	struct ping_socket *s = (struct ping_socket *)((char *)w - offsetof(struct ping_socket, watch));
	bool six = s == &sockets[1];
	uint8_t bytes[1024], *m;
	(void)events;
	for (int i = 0; i < TURN_REPLIES && s->fd >= 0; i++) {
		struct sockaddr_storage from = {0};
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(s->fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_len);
		if (n < 0)
			return; // there are no more packets, or one attempt has failed, which then reaches its deadline
		if (!message_of(six, bytes, (size_t)n, &m) || m[0] != (six ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) ||
			m[4] != identity >> 8 || m[5] != (identity & 255))
			continue;
		struct ping_check *k = s->by_number[m[6] << 8 | m[7]];
		if (k && memcmp(m + HEADER, k->payload, PAYLOAD) == 0 && same_host(&from, &k->c.address))
			check_verdict(&k->c, true, "answered");
	}
}

// --- the sockets ---

static int ping_open(struct ping_socket *s)
{
	bool six = s == &sockets[1];
	struct icmp6_filter only6;
	const uint32_t only4 = ~(1u << ICMP_ECHOREPLY);
	if (s->fd >= 0)
		return 0;
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
		six ? (int)IPPROTO_ICMPV6 : (int)IPPROTO_ICMP);
	if (fd < 0)
		return -errno;
	ICMP6_FILTER_SETBLOCKALL(&only6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &only6);
	// If this fails, we read and ignore more packets than necessary.
	(void)(six ? setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &only6, sizeof(only6))
		   : setsockopt(fd, SOL_RAW, 1 /* ICMP_FILTER */, &only4, sizeof(only4)));
	s->watch = (struct watch){.fd = -1, .ready = ping_ready};
	int failed = watch_set(&s->watch, fd, EPOLLIN);
	if (failed) {
		(void)close(fd); // nothing was written
		return failed;
	}
	s->fd = fd;
	s->by_number = g_new0(struct ping_check *, NUMBERS);
	if (!identity && getrandom(&identity, sizeof(identity), 0) != sizeof(identity))
		identity = (uint16_t)getpid();
	return 0;
}

void check_open_sockets(void)
{
	reactor_attach(NULL);
	for (int i = 0; i < 2; i++)
		(void)ping_open(&sockets[i]); // a ping reports the failure
}

void ping_exit(void)
{
	for (int i = 0; i < 2; i++) {
		if (sockets[i].fd < 0)
			continue;
		watch_close(&sockets[i].watch, sockets[i].fd);
		sockets[i].fd = -1;
		g_free(sockets[i].by_number);
		sockets[i].by_number = NULL;
	}
}

// --- attempts ---

static uint16_t checksum(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static bool ping_number(struct ping_check *k)
{
	struct ping_socket *s = socket_of(k);
	for (int i = 0; i < NUMBERS; i++) {
		if (s->by_number[++last_number])
			continue;
		s->by_number[last_number] = k;
		k->number = last_number;
		return k->numbered = true;
	}
	return false;
}

static void ping_send(struct ping_check *k)
{
	bool six = k->c.address.family == LB_INET6;
	uint8_t m[HEADER + PAYLOAD] = {six ? ICMP6_ECHO_REQUEST : ICMP_ECHO};
	struct lb_address a = k->c.address;
	struct sockaddr_storage to;
	a.port = 0; // an IPv6 raw socket accepts no port
	socklen_t len = check_sockaddr(&a, &to);
	ping_forget(k);
	if (!ping_number(k) || getrandom(k->payload, PAYLOAD, 0) != PAYLOAD) {
		check_verdict(&k->c, false, "too many pings at once");
		return;
	}
	m[4] = (uint8_t)(identity >> 8);
	m[5] = (uint8_t)identity;
	m[6] = (uint8_t)(k->number >> 8);
	m[7] = (uint8_t)k->number;
	memcpy(m + HEADER, k->payload, PAYLOAD);
	uint16_t sum = six ? 0 : checksum(m, sizeof(m)); // for IPv6 the kernel computes the checksum
	m[2] = (uint8_t)(sum >> 8);
	m[3] = (uint8_t)sum;
	k->left--;
	if (sendto(socket_of(k)->fd, m, sizeof(m), MSG_NOSIGNAL, (struct sockaddr *)&to, len) < 0 && errno != EAGAIN &&
		errno != ENOBUFS) {
		check_failed(&k->c, "ping", errno);
		return;
	}
	if (k->left)
		timer_set(&k->next, mono_add(mono_now(), span_ms(k->each_ms)));
}

static void ping_again(struct timer *t)
{
	ping_send((struct ping_check *)((char *)t - offsetof(struct ping_check, next)));
}

/* doc/ldirectord.md 6: "checktimeout for each attempt". */
static void ping_start(struct check *c, const struct check_plan *plan)
{
	struct ping_check *k = (struct ping_check *)c;
	k->next.fired = ping_again;
	k->left = plan->v->check_count ? plan->v->check_count : 1;
	k->each_ms = c->timeout_ms;
	c->timeout_ms *= k->left;
	check_stage(c, "echo");
	int failed = ping_open(socket_of(k));
	if (failed)
		check_failed(c, "ping", -failed);
	else
		ping_send(k);
}

static void ping_stop(struct check *c)
{
	struct ping_check *k = (struct ping_check *)c;
	timer_clear(&k->next);
	ping_forget(k);
}

const struct check_kind check_kind_ping = {.size = sizeof(struct ping_check), .start = ping_start, .stop = ping_stop};
