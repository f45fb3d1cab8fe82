// SPDX-License-Identifier: MIT
#include "lib/announce_frame.h"

#include <errno.h>
#include <libnet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/log.h"

enum { BLOCKS_MAX = 4 };

/* One kind of frame.  libnet stores a block for each protocol header, innermost first.  A tag identifies a block: with
 * the tag, the next frame overwrites the block in place and allocates no memory. */
struct builder {
	libnet_t *context; /* NULL: not prepared */
	libnet_ptag_t tags[BLOCKS_MAX];
	unsigned blocks;
};

static struct builder arp, neighbour;

static const uint8_t everybody[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, nobody[ETH_ALEN];
/* The address of all nodes of the link, ff02::1, and its Ethernet address. */
static const struct libnet_in6_addr all_nodes = {.__u6_addr.__u6_addr8 = {0xff, 2, [15] = 1}};
static const uint8_t all_nodes_mac[ETH_ALEN] = {0x33, 0x33, 0, 0, 0, 1};

/* Store the tag that a libnet_build_ function returned for the block at `at`.  Returns false when the function
 * failed. */
static bool keep_tag(struct builder *b, unsigned at, libnet_ptag_t tag)
{
	if (tag < 0) {
		log_at(LOG_LEVEL_WARN, "libnet cannot build an announcement: %s", libnet_geterror(b->context));
		return false;
	}
	b->tags[at] = tag;
	b->blocks = at + 1 > b->blocks ? at + 1 : b->blocks;
	return true;
}

static bool build_arp(struct builder *b, bool reply, const uint8_t *mac, struct in_addr ip)
{
	libnet_t *l = b->context;
	const uint8_t *target = reply ? everybody : nobody;
	uint8_t address[sizeof ip];
	memcpy(address, &ip, sizeof address);
	return keep_tag(b, 0, libnet_build_arp(ARPHRD_ETHER, ETHERTYPE_IP, ETH_ALEN, sizeof address,
	                                       reply ? ARPOP_REPLY : ARPOP_REQUEST, mac, address, target, address,
	                                       NULL, 0, l, b->tags[0])) &&
	       keep_tag(b, 1, libnet_build_ethernet(everybody, mac, ETHERTYPE_ARP, NULL, 0, l, b->tags[1]));
}

static bool build_neighbour(struct builder *b, bool router, const uint8_t *mac, const struct in6_addr *ip)
{
	enum {
		ICMP_LEN = LIBNET_ICMPV6_NDP_NADV_H + 8 /* the option */,
		HOPS = 255, /* a receiver refuses a smaller value: it means that a router forwarded the frame */
		TYPE = ND_NEIGHBOR_ADVERT,
	};
	libnet_t *l = b->context;
	uint32_t flags = 0x20000000u /* override */ | (router ? 0x80000000u : 0);
	struct libnet_in6_addr target;
	uint8_t option[ETH_ALEN]; /* libnet only reads it, but its parameter is not const */
	memcpy(&target, ip, sizeof target);
	memcpy(option, mac, sizeof option);
	return keep_tag(b, 0,
		       libnet_build_icmpv6_ndp_opt(ND_OPT_TARGET_LINKADDR, option, sizeof option, l, b->tags[0])) &&
	       keep_tag(b, 1, libnet_build_icmpv6_ndp_nadv(TYPE, 0, 0, flags, target, NULL, 0, l, b->tags[1])) &&
	       keep_tag(b, 2,
		       libnet_build_ipv6(
			       0, 0, ICMP_LEN, IPPROTO_ICMPV6, HOPS, target, all_nodes, NULL, 0, l, b->tags[2])) &&
	       keep_tag(b, 3, libnet_build_ethernet(all_nodes_mac, mac, ETHERTYPE_IPV6, NULL, 0, l, b->tags[3]));
}

/* The checksum covers parts of two blocks, so it is computed last. */
static bool add_checksum(const struct builder *b, uint8_t frame[ANNOUNCE_NEIGHBOUR_LEN])
{
	enum { ICMP_LEN = ANNOUNCE_NEIGHBOUR_LEN - LIBNET_ETH_H - LIBNET_IPV6_H };
	return libnet_inet_checksum(b->context, &frame[LIBNET_ETH_H], IPPROTO_ICMPV6, ICMP_LEN, frame,
	                            &frame[ANNOUNCE_NEIGHBOUR_LEN]) >= 0;
}

/* Write the blocks one after another, outermost first.  Returns false when they do not have exactly cap bytes. */
static bool assemble(const struct builder *b, uint8_t *out, size_t cap)
{
	struct writer w = writer_over(out, cap);
	for (unsigned i = b->blocks; i > 0; i--) {
		libnet_ptag_t tag = b->tags[i - 1];
		writer_bytes(&w, (struct bytes){libnet_getpbuf(b->context, tag), libnet_getpbuf_size(b->context, tag)});
	}
	return !w.overflowed && w.len == cap;
}

static void discard(struct builder *b)
{
	libnet_destroy(b->context);
	*b = (struct builder){0};
}

static bool open_context(struct builder *b)
{
	char why[LIBNET_ERRBUF_SIZE] = "";
	b->context = libnet_init(LIBNET_NONE, NULL, why);
	if (b->context == NULL)
		log_at(LOG_LEVEL_WARN, "libnet cannot be prepared for announcements: %s; tried again later", why);
	return b->context != NULL;
}

int announce_frame_prepare(void)
{
	const struct in6_addr nowhere = {0};
	if (arp.context != NULL && neighbour.context != NULL)
		return 0;
	announce_frame_close();
	/* The first frame of each kind allocates the memory for all later ones. */
	if (open_context(&arp) && open_context(&neighbour) && build_arp(&arp, false, nobody, (struct in_addr){0}) &&
	    build_neighbour(&neighbour, false, nobody, &nowhere))
		return 0;
	announce_frame_close();
	return -ENOMEM;
}

void announce_frame_close(void)
{
	discard(&arp);
	discard(&neighbour);
}

int announce_frame_arp(bool reply, const uint8_t mac[ANNOUNCE_MAC_LEN], struct in_addr ip,
                       uint8_t out[ANNOUNCE_ARP_LEN])
{
	if (arp.context == NULL)
		return -ENOTCONN;
	if (build_arp(&arp, reply, mac, ip) && assemble(&arp, out, ANNOUNCE_ARP_LEN))
		return 0;
	discard(&arp); /* the next announce_frame_prepare creates a new one */
	return -EINVAL;
}

int announce_frame_neighbour(bool router, const uint8_t mac[ANNOUNCE_MAC_LEN], const struct in6_addr *ip,
                             uint8_t out[ANNOUNCE_NEIGHBOUR_LEN])
{
	if (neighbour.context == NULL)
		return -ENOTCONN;
	if (build_neighbour(&neighbour, router, mac, ip) && assemble(&neighbour, out, ANNOUNCE_NEIGHBOUR_LEN) &&
	    add_checksum(&neighbour, out))
		return 0;
	discard(&neighbour);
	return -EINVAL;
}
