// SPDX-License-Identifier: MIT
/* ping HOST, ping6 HOST and ping_group NAME HOST...: ICMP echo to a host that is not a cluster node.  All of them
 * share one raw socket for each family, from which we get only echo replies with our identifier.  doc/protocol.md 9 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

enum {
	ECHO_SLOTS = 128, /* an answer may arrive so many requests later.  doc/protocol.md 9: "the last 128 slots" */
	RECEIVE_BUFFER = 256 * 1024,
};

/* A sent request.  The digest of its payload distinguishes its echo from other packets: echoes for another ping medium
 * with the same host and sequence number, and forged packets. */
struct echo {
	bool waiting;
	uint16_t sequence;
	uint64_t digest;
};

struct ping {
	uint16_t next_sequence;
	struct echo echoes[ECHO_SLOTS];
	size_t member_count;
	struct media_address members[]; /* the addresses in the order of ha.cf; empty: not known yet */
};

/* --- receiving -------------------------------------------------------------------------------- */

/* FNV-1a.  A hash without a secret is enough, because the core decides whether a payload is genuine. */
static uint64_t digest_of(struct bytes data)
{
	struct reader r = reader_over(data);
	uint64_t sum = 0xcbf29ce484222325u;

	for (int byte = reader_byte(&r); byte >= 0; byte = reader_byte(&r))
		sum = (sum ^ (uint64_t)byte) * 0x100000001b3u;
	return sum;
}

/* Accept the first answer to a request, from any member; a second answer is dropped. */
static bool take_answer(struct ping *p, const struct media_address *from, uint16_t sequence, struct bytes payload)
{
	struct echo *e = &p->echoes[sequence % ECHO_SLOTS];
	bool is_member = false;

	for (size_t i = 0; i < p->member_count; i++)
		is_member |= media_address_same_host(&p->members[i], from);
	if (!is_member || !e->waiting || e->sequence != sequence || e->digest != digest_of(payload))
		return false;
	e->waiting = false;
	return true;
}

/* Find the request of an echo reply.  The header has the same form in both families. */
static struct medium *claim_echo(const struct receiver *r, struct arrival *a, struct reader in, unsigned reply)
{
	struct icmphdr icmp;

	struct bytes header = reader_take(&in, sizeof icmp);
	if (in.failed)
		return NULL;
	memcpy(&icmp, header.at, sizeof icmp);
	if (icmp.type != reply || icmp.un.echo.id != r->set->config.ping_id)
		return NULL;
	struct bytes payload = reader_take(&in, reader_left(&in));
	for (size_t i = 0; i < r->set->count; i++) {
		struct medium *m = r->set->list[i];
		bool listens = m->receiver == r || m->receiver6 == r;
		if (listens && take_answer(m->own, &a->source.from, ntohs(icmp.un.echo.sequence), payload)) {
			a->data = payload;
			return m;
		}
	}
	return NULL;
}

static struct medium *ping_claim(const struct receiver *r, struct arrival *a)
{
	struct reader in = reader_over(a->data);

	int first = reader_peek(&in);
	if (first < 0)
		return NULL;
	/* skip the IP header; after a failure the next read fails too */
	(void)reader_take(&in, ((size_t)first & 0x0f) * 4);
	return claim_echo(r, a, in, ICMP_ECHOREPLY);
}

/* The kernel has already removed the IPv6 header. */
static struct medium *ping6_claim(const struct receiver *r, struct arrival *a)
{
	return claim_echo(r, a, reader_over(a->data), ICMP6_ECHO_REPLY);
}

/* A raw socket gets every echo reply that arrives at this machine.  Let the kernel drop those for other programs. */
static int filter_replies(int fd, uint16_t ping_id)
{
	const struct icmp_filter only_replies = {~(1u << ICMP_ECHOREPLY)};
	struct sock_filter code[] = {
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),                            /* X = length of the IP header */
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),                             /* identifier, as big-endian */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohs(ping_id), 0, 1),         /* sent in host byte order */
		BPF_STMT(BPF_RET | BPF_K, 0xffffffffu),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {.len = G_N_ELEMENTS(code), .filter = code};

	if (setsockopt(fd, SOL_RAW, ICMP_FILTER, &only_replies, sizeof only_replies) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0)
		return -errno;
	return 0;
}

static int filter_replies6(int fd, uint16_t ping_id)
{
	struct icmp6_filter only_replies;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),                     /* identifier, as big-endian */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohs(ping_id), 0, 1), /* sent in host byte order */
		BPF_STMT(BPF_RET | BPF_K, 0xffffffffu),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {.len = G_N_ELEMENTS(code), .filter = code};

	ICMP6_FILTER_SETBLOCKALL(&only_replies);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &only_replies);
	if (setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &only_replies, sizeof only_replies) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0)
		return -errno;
	return 0;
}

static const struct family {
	int family, protocol, level, info;
	int (*filter)(int fd, uint16_t ping_id);
	struct medium *(*claim)(const struct receiver *r, struct arrival *a);
} families[] = {
	{AF_INET, IPPROTO_ICMP, IPPROTO_IP, IP_PKTINFO, filter_replies, ping_claim},
	{AF_INET6, IPPROTO_ICMPV6, IPPROTO_IPV6, IPV6_RECVPKTINFO, filter_replies6, ping6_claim},
};

static int icmp_socket(const struct medium *m, const struct family *f)
{
	const int on = 1, buffer = RECEIVE_BUFFER;
	int fd = socket(f->family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, f->protocol);

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer); /* the default size works too */
	int rc = setsockopt(fd, f->level, f->info, &on, sizeof on) < 0 ? -errno : 0;
	if (rc == 0)
		rc = f->filter(fd, m->set->config.ping_id);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

/* Use the existing receiver of the family, or open a new one. */
static int icmp_open(struct medium *m, const struct family *f, struct receiver **receiver)
{
	for (struct receiver *r = m->set->receivers; r && !*receiver; r = r->next)
		if (r->claim == f->claim)
			*receiver = r;
	if (*receiver)
		return 0;
	int fd = icmp_socket(m, f);
	if (fd < 0)
		return fd;
	*receiver = receiver_new(m);
	(*receiver)->claim = f->claim;
	/* it fits */
	(void)snprintf((*receiver)->where, sizeof (*receiver)->where, "interface any port 0");
	receiver_watch(*receiver, fd);
	return 0;
}

/* --- the media -------------------------------------------------------------------------------- */

static const char *member(const struct medium *m, size_t i)
{
	return m->conf->kind == MEDIUM_PING_GROUP ? m->conf->members[i] : m->conf->address;
}

/* Set the addresses of the hosts.
 * doc/configuration.md 6: "A ping_group is alive as long as one member can be asked". */
static enum medium_state ping_aim(struct medium *m)
{
	struct ping *p = m->own;
	enum medium_state state = MEDIUM_WAITS;

	for (size_t i = 0; i < p->member_count; i++) {
		struct media_address address;
		if (!medium_host(m, member(m, i), &address))
			continue;
		medium_take_address(m, member(m, i), &p->members[i], &address);
		state = MEDIUM_WORKS;
	}
	return state;
}

/* AF_UNSPEC: not known before the name is resolved. */
static int family_of(const struct medium *m, const char *host)
{
	if (!medium_is_address(host))
		return m->ops->host_family;
	return strchr(host, ':') ? AF_INET6 : AF_INET;
}

static enum medium_state ping_open(struct medium *m)
{
	size_t count = m->conf->kind == MEDIUM_PING_GROUP ? m->conf->member_count : 1;
	struct ping *p = g_malloc0(sizeof *p + count * sizeof p->members[0]);

	m->own = p;
	p->member_count = count;
	bool v4 = false, v6 = false;
	for (size_t i = 0; i < count; i++) {
		int family = family_of(m, member(m, i));
		v4 |= family != AF_INET6;
		v6 |= family != AF_INET;
	}
	int rc = v4 ? icmp_open(m, &families[0], &m->receiver) : 0;
	if (rc == 0 && v6)
		rc = icmp_open(m, &families[1], &m->receiver6);
	if (rc == 0 || (rc == -EAFNOSUPPORT && v4)) /* a kernel without IPv6: the other hosts can be asked */
		return ping_aim(m);
	medium_because(m, "cannot open a raw ICMP socket: %s%s", strerror(-rc),
		rc == -EPERM ? "; heartbeat must be run by root" : "");
	return MEDIUM_CLOSED;
}

/* Internet checksum (RFC 1071) over header and payload; the header's length is even. */
static uint16_t checksum(struct bytes header, struct bytes payload)
{
	struct reader parts[] = {reader_over(header), reader_over(payload)};
	uint64_t sum = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		while (reader_left(&parts[i]) > 0) {
			int high = reader_byte(&parts[i]);
			int low = reader_left(&parts[i]) > 0 ? reader_byte(&parts[i]) : 0;
			sum += (uint64_t)high << 8 | (uint64_t)low;
		}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

static int send_echo(
	const struct medium *m, const struct icmphdr *icmp, struct bytes payload, const struct media_address *member)
{
	struct media_address to = *member;
	struct icmphdr header = *icmp;
	bool v6 = to.any.sa_family == AF_INET6;
	const struct receiver *r = v6 ? m->receiver6 : m->receiver;

	if (!r)
		return -EAFNOSUPPORT;
	if (v6)
		header.type = ICMP6_ECHO_REQUEST; /* the kernel writes the checksum, which covers the addresses */
	struct iovec parts[] = {
		{.iov_base = &header, .iov_len = sizeof header},
		/* sendmsg only reads it, but iovec has no const */
		{.iov_base = (void *)(uintptr_t)payload.at, .iov_len = payload.len},
	};
	struct msghdr packet = {.msg_name = &to.any, .msg_namelen = to.len, .msg_iov = parts,
	                        .msg_iovlen = G_N_ELEMENTS(parts)};

	return sendmsg(r->fd, &packet, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Send the same packet to every known member, the last one first.  Returns an error only when no member could be
 * asked. */
static int ping_send(struct medium *m, struct bytes payload)
{
	struct ping *p = m->own;
	uint16_t sequence = p->next_sequence++;
	struct icmphdr icmp = {
		.type = ICMP_ECHO, .un.echo = {.id = m->set->config.ping_id, .sequence = htons(sequence)}};
	size_t sent = 0;
	int rc = 0;

	icmp.checksum = checksum((struct bytes){(const uint8_t *)&icmp, sizeof icmp}, payload);
	p->echoes[sequence % ECHO_SLOTS] =
		(struct echo){.waiting = true, .sequence = sequence, .digest = digest_of(payload)};
	for (size_t i = p->member_count; i-- > 0;) {
		if (p->members[i].len == 0)
			continue;
		int error = send_echo(m, &icmp, payload, &p->members[i]);
		if (error == 0)
			sent++;
		else
			rc = error;
	}
	return sent > 0 ? 0 : rc;
}

static void ping_close(struct medium *m)
{
	g_free(m->own);
	m->own = NULL;
}

static void ping_started(const struct medium *m)
{
	const struct ping *p = m->own;
	char text[512] = "";
	struct writer w = writer_over(text, sizeof text - 1);

	for (size_t i = 0; i < p->member_count; i++) {
		char address[MEDIA_ADDRESS_TEXT];
		if (p->members[i].len > 0)
			writer_format(&w, "%s%s", w.len ? ", " : "", media_address_text(&p->members[i], address));
	}
	log_at(LOG_LEVEL_INFO, "ping heartbeat started. %s %s: %s", medium_kind_name(m->conf->kind), m->conf->name,
		text);
}

#define PING_OPS(family) \
	{ \
		.open = ping_open, .aim = ping_aim, .close = ping_close, .send = ping_send, .read = datagrams_read, \
		.started = ping_started, .host_family = (family) \
	}
const struct medium_ops ping_ops = PING_OPS(AF_UNSPEC), ping6_ops = PING_OPS(AF_INET6),
			ping_group_ops = PING_OPS(AF_UNSPEC);
