// SPDX-License-Identifier: MIT
/* ping HOST and ping_group NAME HOST...: ICMP echo to a host that is not a cluster node.  All of them share one raw
 * socket, from which we get only echo replies with our identifier.  doc/protocol.md 9 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/ip.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "heartbeat/media/medium.h"
#include "lib/log.h"

enum {
	ECHO_SLOTS = 128, /* an answer may be so many requests late.  doc/protocol.md 9: "the last 128 slots" */
	RECEIVE_BUFFER = 256 * 1024,
};

/* A sent request.  By the digest we know its echo from other packets: from echoes for another ping medium with the same
 * host and sequence number, and from forged packets. */
struct echo {
	bool waiting;
	uint16_t sequence;
	uint64_t digest;
};

struct ping {
	uint16_t next_sequence;
	struct echo echoes[ECHO_SLOTS];
	size_t member_count;
	struct media_address members[]; /* in the order of ha.cf */
};

/* --- receiving -------------------------------------------------------------------------------- */

/* FNV-1a.  Needs no secret: the core decides whether a payload is genuine. */
static uint64_t digest_of(struct bytes data)
{
	struct reader r = reader_over(data);
	uint64_t sum = 0xcbf29ce484222325u;

	for (int byte = reader_byte(&r); byte >= 0; byte = reader_byte(&r))
		sum = (sum ^ (uint64_t)byte) * 0x100000001b3u;
	return sum;
}

/* The first answer to a request counts, from any member; a second answer is dropped. */
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

static struct medium *ping_claim(const struct receiver *r, struct arrival *a)
{
	struct reader in = reader_over(a->data);
	struct icmphdr icmp;

	int first = reader_peek(&in);
	if (first < 0)
		return NULL;
	(void)reader_take(&in, ((size_t)first & 0x0f) * 4); /* the IP header; after a failure the next read fails too */
	struct bytes header = reader_take(&in, sizeof icmp);
	if (in.failed)
		return NULL;
	memcpy(&icmp, header.at, sizeof icmp);
	if (icmp.type != ICMP_ECHOREPLY || icmp.un.echo.id != r->set->ping_id)
		return NULL;
	struct bytes payload = reader_take(&in, reader_left(&in));
	for (size_t i = 0; i < r->set->count; i++) {
		struct medium *m = &r->set->list[i];
		if (m->receiver == r && take_answer(m->own, &a->source.from, ntohs(icmp.un.echo.sequence), payload)) {
			a->data = payload;
			return m;
		}
	}
	return NULL;
}

/* A raw socket sees every echo reply of the host.  Let the kernel drop those of other programs. */
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

static int icmp_open(struct medium *m)
{
	const int on = 1, buffer = RECEIVE_BUFFER;
	struct media *set = m->set;

	m->receiver = set->icmp;
	if (m->receiver)
		return 0;
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);
	if (fd < 0)
		return -errno;
	struct receiver *r = receiver_new(m);
	r->claim = ping_claim;
	(void)snprintf(r->where, sizeof r->where, "interface any port 0"); /* it fits */
	receiver_watch(r, fd);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer); /* the usual size works too */
	if (setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) < 0)
		return -errno;
	int rc = filter_replies(fd, set->ping_id);
	if (rc == 0)
		m->receiver = set->icmp = r;
	return rc;
}

/* --- the media -------------------------------------------------------------------------------- */

static bool ping_prepare(struct medium *m, size_t room, struct diags *diags)
{
	struct ping *p = g_malloc0(sizeof *p + room * sizeof p->members[0]);

	m->own = p;
	int rc = icmp_open(m);
	if (rc == 0)
		return true;
	medium_complain(m, diags, DIAG_ERROR, "cannot open a raw ICMP socket: %s%s", strerror(-rc),
	                rc == -EPERM ? "; heartbeat must be run by root" : "");
	return false;
}

static bool ping_add(struct medium *m, const char *host, enum diag_severity severity, struct diags *diags)
{
	struct ping *p = m->own;
	const char *why;

	if (!medium_resolve(host, AF_INET, &p->members[p->member_count], &why)) {
		medium_complain(m, diags, severity,
			"host \"%s\" has no IPv4 address: %s; give the address, or see /etc/hosts", host, why);
		return false;
	}
	p->member_count++;
	return true;
}

static bool ping_open(struct medium *m, struct diags *diags)
{
	return ping_prepare(m, 1, diags) && ping_add(m, m->conf->address, DIAG_ERROR, diags);
}

/* doc/configuration.md 6: "A ping_group is alive as long as one member can be asked". */
static bool ping_group_open(struct medium *m, struct diags *diags)
{
	if (!ping_prepare(m, m->conf->member_count, diags))
		return false;
	for (size_t i = 0; i < m->conf->member_count; i++)
		(void)ping_add(m, m->conf->members[i], DIAG_WARNING, diags); /* the count is checked below */
	if (((const struct ping *)m->own)->member_count > 0)
		return true;
	medium_complain(m, diags, DIAG_ERROR, "none of its %zu hosts has an IPv4 address", m->conf->member_count);
	return false;
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

static int send_echo(int fd, const struct icmphdr *icmp, struct bytes payload, const struct media_address *member)
{
	struct media_address to = *member;
	struct icmphdr header = *icmp;
	struct iovec parts[] = {
		{.iov_base = &header, .iov_len = sizeof header},
		/* it is only read; iovec has no const */
		{.iov_base = (void *)(uintptr_t)payload.at, .iov_len = payload.len},
	};
	struct msghdr packet = {.msg_name = &to.any, .msg_namelen = to.len, .msg_iov = parts,
	                        .msg_iovlen = G_N_ELEMENTS(parts)};

	return sendmsg(fd, &packet, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Send the same packet to every member, the last one first.  Fails when it could not be sent to any member. */
static int ping_send(struct medium *m, struct bytes payload)
{
	struct ping *p = m->own;
	uint16_t sequence = p->next_sequence++;
	struct icmphdr icmp = {.type = ICMP_ECHO, .un.echo = {.id = m->set->ping_id, .sequence = htons(sequence)}};
	size_t sent = 0;
	int rc = 0;

	icmp.checksum = checksum((struct bytes){(const uint8_t *)&icmp, sizeof icmp}, payload);
	p->echoes[sequence % ECHO_SLOTS] =
		(struct echo){.waiting = true, .sequence = sequence, .digest = digest_of(payload)};
	for (size_t i = p->member_count; i-- > 0;) {
		int error = send_echo(m->receiver->fd, &icmp, payload, &p->members[i]);
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
		writer_format(&w, "%s%s", i ? ", " : "", media_address_text(&p->members[i], address));
	}
	log_at(LOG_LEVEL_INFO, "ping heartbeat started. %s %s: %s", medium_kind_name(m->conf->kind), m->conf->name,
		text);
}

const struct medium_ops ping_ops = {
	.open = ping_open, .close = ping_close, .send = ping_send, .read = datagrams_read, .started = ping_started};
const struct medium_ops ping_group_ops = {.open = ping_group_open,
	.close = ping_close,
	.send = ping_send,
	.read = datagrams_read,
	.started = ping_started};
