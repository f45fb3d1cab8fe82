// SPDX-License-Identifier: MIT
#include "heartbeat/core/history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct kept {
	uint64_t seq;
	size_t offset, len; /* where the datagram is in the ring; it is in one piece */
	struct mono resent_at;
};

struct history {
	uint64_t highest;
	/* the first slot in use, and how many are in use.  The slots are a ring, in the order of the numbers */
	size_t oldest, count;
	size_t write;          /* where the next datagram starts in the ring */
	struct kept slots[HISTORY_MESSAGES];
	uint8_t ring[HISTORY_BYTES];
};

struct history *history_new(void)
{
	struct history *h = malloc(sizeof *h); /* malloc is enough: slots and ring are written before they are read */

	if (h)
		h->highest = h->oldest = h->count = h->write = 0;
	return h;
}

void history_free(struct history *h)
{
	free(h);
}

static struct kept *slot(struct history *h, size_t nth)
{
	return &h->slots[(h->oldest + nth) % HISTORY_MESSAGES];
}

static void drop_oldest(struct history *h)
{
	h->oldest = (h->oldest + 1) % HISTORY_MESSAGES;
	h->count--;
}

/* Make len bytes free at h->write: drop the datagrams that are there.  These are the oldest datagrams, because the ring
 * has the order of the numbers. */
static void make_room(struct history *h, size_t len)
{
	if (len > HISTORY_BYTES - h->write) {
		while (h->count > 0 && slot(h, 0)->offset >= h->write)
			/* Datagrams at the end of the ring are older than those at its start.  They must be dropped
			 * first, because the second loop looks only at the oldest datagram. */
			drop_oldest(h);
		h->write = 0;
	}
	while (h->count > 0 && slot(h, 0)->offset < h->write + len && h->write < slot(h, 0)->offset + slot(h, 0)->len)
		drop_oldest(h);
	if (h->count == HISTORY_MESSAGES)
		drop_oldest(h);
}

void history_keep(struct history *h, uint64_t seq, struct bytes datagram)
{
	assert(seq > h->highest && datagram.len > 0);
	h->highest = seq;
	if (datagram.len > HISTORY_BYTES)
		return;
	make_room(h, datagram.len);
	*slot(h, h->count++) =
		(struct kept){.seq = seq, .offset = h->write, .len = datagram.len, .resent_at = MONO_NEVER};
	memcpy(&h->ring[h->write], datagram.at, datagram.len);
	h->write += datagram.len;
}

static struct kept *find(struct history *h, uint64_t seq)
{
	size_t low = 0, high = h->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct kept *k = slot(h, middle);
		if (k->seq == seq)
			return k;
		if (k->seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

enum history_verdict history_resend(
	struct history *h, uint64_t seq, struct mono now, struct span min_gap, struct bytes *datagram)
{
	if (seq > h->highest)
		return HISTORY_TOO_HIGH;
	if (h->count == 0 || seq < slot(h, 0)->seq)
		return HISTORY_TOO_LOW;
	struct kept *k = find(h, seq);
	if (!k)
		return HISTORY_NOT_FOUND;
	if (!mono_is_never(k->resent_at) && mono_since(now, k->resent_at).ns < min_gap.ns)
		return HISTORY_RECENT;
	k->resent_at = now;
	*datagram = (struct bytes){&h->ring[k->offset], k->len};
	return HISTORY_FOUND;
}

void history_acked(struct history *h, uint64_t seq)
{
	while (h->count > 0 && slot(h, 0)->seq <= seq)
		drop_oldest(h);
}
