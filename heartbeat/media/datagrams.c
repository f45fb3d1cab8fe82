// SPDX-License-Identifier: MIT
/* Reads sockets: many datagrams in one system call, so that a flood of garbage causes no lost heartbeat.
 * doc/faults.md 16 */
#include <errno.h>
#include <netinet/in.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>

#include "heartbeat/media/medium.h"

enum {
	BATCH = 32,
	SLOT = 65536, /* larger than any datagram with its IPv4 header */
};

/* All media share one batch, because only one batch is handled at a time. */
struct batch {
	unsigned used; /* the number of headers that the kernel has changed */
	struct mmsghdr headers[BATCH];
	struct iovec vectors[BATCH];
	struct media_address from[BATCH];
	alignas(struct cmsghdr) uint8_t control[BATCH][CMSG_SPACE(sizeof(struct in6_pktinfo))];
	uint8_t data[BATCH][SLOT];
};

struct batch *batch_new(void)
{
	struct batch *b = g_new0(struct batch, 1);

	b->used = BATCH;
	return b;
}

void batch_free(struct batch *b)
{
	g_free(b);
}

/* The kernel overwrites the lengths in the headers of the datagrams that it returns, so set the lengths before each
 * call. */
static void batch_reset(struct batch *b)
{
	for (size_t i = 0; i < b->used; i++) {
		b->vectors[i] = (struct iovec){.iov_base = b->data[i], .iov_len = SLOT};
		b->headers[i] = (struct mmsghdr){.msg_hdr = {
			.msg_name = &b->from[i].any,
			.msg_namelen = sizeof b->from[i] - offsetof(struct media_address, any),
			.msg_iov = &b->vectors[i],
			.msg_iovlen = 1,
			.msg_control = b->control[i],
			.msg_controllen = sizeof b->control[i],
		}};
	}
}

static void read_info4(const struct cmsghdr *c, struct arrival *a)
{
	struct in_pktinfo info;

	memcpy(&info, CMSG_DATA(c), sizeof info);
	a->source.ifindex = (unsigned)info.ipi_ifindex;
	/* A datagram to a broadcast or multicast address has a destination that differs from the local address that
	 * received it. */
	a->direct = info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr;
	a->to = media_address_v4(info.ipi_addr, 0);
}

static void read_info6(const struct cmsghdr *c, struct arrival *a)
{
	struct in6_pktinfo info;

	memcpy(&info, CMSG_DATA(c), sizeof info);
	a->source.ifindex = info.ipi6_ifindex;
	a->direct = !IN6_IS_ADDR_MULTICAST(&info.ipi6_addr);
	a->to = media_address_v6(&info.ipi6_addr, 0, 0);
}

static void read_packet_info(struct msghdr *h, struct arrival *a)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO &&
			c->cmsg_len >= CMSG_LEN(sizeof(struct in_pktinfo)))
			read_info4(c, a);
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO &&
			c->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo)))
			read_info6(c, a);
	}
}

static void take(struct receiver *r, size_t i)
{
	struct batch *b = r->set->batch;
	struct msghdr *h = &b->headers[i].msg_hdr;
	struct arrival a = {.data = {b->data[i], b->headers[i].msg_len}, .source.from = b->from[i]};

	a.source.from.len = h->msg_namelen;
	read_packet_info(h, &a);
	struct medium *m = r->claim(r, &a);
	if (m)
		receiver_deliver(r, m, &a, (h->msg_flags & MSG_TRUNC) != 0);
}

/* Read one batch.  Returns the number of datagrams, at most BATCH. */
static unsigned read_batch(struct receiver *r)
{
	int n;

	batch_reset(r->set->batch);
	do
		n = recvmmsg(r->fd, r->set->batch->headers, BATCH, MSG_DONTWAIT, NULL);
	while (n < 0 && errno == EINTR);
	r->set->batch->used = n > 0 ? (unsigned)n : 0;
	if (n < 0)
		receiver_failed(r, errno);
	for (int i = 0; i < n; i++)
		take(r, (size_t)i);
	return n > 0 ? (unsigned)n : 0;
}

bool datagrams_read(struct receiver *r, unsigned batches)
{
	unsigned n = BATCH;

	while (n == BATCH && batches-- > 0)
		n = read_batch(r);
	return n == BATCH;
}
