// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/kept_datagrams.h"

#include <stdlib.h>
#include <string.h>

enum { MEDIUM_NAME_MAX = 64, ADDRESS_BYTES = 16 };

struct kept {
	struct mono at;
	bool sent;
	char medium[MEDIUM_NAME_MAX]; /* a copy, because a reload may rename or remove the medium */
	uint8_t from[ADDRESS_BYTES], data[KEPT_BYTES_MAX];
	size_t from_len, data_len, length;
};

struct kept_datagrams {
	struct kept ring[KEPT_DATAGRAMS];
	uint64_t count; /* how many were ever added */
};

struct kept_datagrams *kept_datagrams_new(void)
{
	return calloc(1, sizeof(struct kept_datagrams));
}

void kept_datagrams_free(struct kept_datagrams *k)
{
	free(k);
}

static size_t copy(uint8_t *to, size_t cap, struct bytes b)
{
	size_t len = b.len < cap ? b.len : cap;
	if (len > 0)
		memcpy(to, b.at, len);
	return len;
}

void kept_datagrams_add(
	struct kept_datagrams *k, bool sent, const char *medium, struct bytes from, struct bytes data, struct mono at)
{
	if (k == NULL)
		return;
	struct kept *slot = &k->ring[k->count++ % KEPT_DATAGRAMS];
	slot->at = at;
	slot->sent = sent;
	/* a long name is cut, because it is for people */
	(void)bytes_to_text(bytes_of(medium), slot->medium, sizeof slot->medium);
	slot->from_len = copy(slot->from, sizeof slot->from, from);
	slot->data_len = copy(slot->data, sizeof slot->data, data);
	slot->length = data.len;
}

bool kept_datagrams_at(const struct kept_datagrams *k, size_t position, struct api_datagram *out)
{
	uint64_t kept = k == NULL ? 0 : k->count < KEPT_DATAGRAMS ? k->count : KEPT_DATAGRAMS;
	if (position >= kept)
		return false;
	const struct kept *slot = &k->ring[(k->count - kept + position) % KEPT_DATAGRAMS];
	*out = (struct api_datagram){.at = slot->at,
		.sent = slot->sent,
		.medium = slot->medium,
		.from = {slot->from, slot->from_len},
		.data = {slot->data, slot->data_len},
		.length = slot->length};
	return true;
}
