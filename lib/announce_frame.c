// SPDX-License-Identifier: MIT
#include "lib/announce_frame.h"

#include <errno.h>
#include <libnet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <string.h>

#include "lib/bytes.h"
#include "lib/log.h"

enum { BLOCKS_MAX = 4 };

/* One kind of frame.  libnet keeps a block for each protocol header, innermost first; a tag names a block, so that building again
 * overwrites it in place and takes no memory. */
struct builder {
	libnet_t *context; /* NULL: not prepared */
	libnet_ptag_t tags[BLOCKS_MAX];
	unsigned blocks;
};

static struct builder arp;

static const uint8_t everybody[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, nobody[ETH_ALEN];

/* Note the tag that a libnet_build_ function returned for the block at `at`.  False when it failed. */
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
	uint8_t address[sizeof ip];
	memcpy(address, &ip, sizeof address);
	return keep_tag(b, 0, libnet_build_arp(ARPHRD_ETHER, ETHERTYPE_IP, ETH_ALEN, sizeof address, reply ? ARPOP_REPLY : ARPOP_REQUEST,
	                                       mac, address, reply ? everybody : nobody, address, NULL, 0, b->context, b->tags[0])) &&
	       keep_tag(b, 1, libnet_build_ethernet(everybody, mac, ETHERTYPE_ARP, NULL, 0, b->context, b->tags[1]));
}

/* The blocks one after another, outermost first.  False when they are not exactly cap bytes. */
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
		log_at(LOG_LEVEL_WARN, "libnet cannot be prepared for announcements: %s; tried again with the next one", why);
	return b->context != NULL;
}

int announce_frame_prepare(void)
{
	if (arp.context != NULL)
		return 0;
	if (!open_context(&arp))
		return -ENOMEM;
	/* The first frame takes the memory of all later ones. */
	if (build_arp(&arp, false, nobody, (struct in_addr){0}))
		return 0;
	discard(&arp);
	return -ENOMEM;
}

int announce_frame_arp(bool reply, const uint8_t mac[ANNOUNCE_MAC_LEN], struct in_addr ip, uint8_t out[ANNOUNCE_ARP_LEN])
{
	if (arp.context == NULL)
		return -ENOTCONN;
	if (build_arp(&arp, reply, mac, ip) && assemble(&arp, out, ANNOUNCE_ARP_LEN))
		return 0;
	discard(&arp); /* announce_frame_prepare starts afresh */
	return -EINVAL;
}
