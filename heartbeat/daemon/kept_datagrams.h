// SPDX-License-Identifier: MIT
/* Keeps the last datagrams that this node received and sent, only for heartbeat --report. */
#ifndef HEARTBEAT_DAEMON_KEPT_DATAGRAMS_H
#define HEARTBEAT_DAEMON_KEPT_DATAGRAMS_H

#include "heartbeat/ipc/api_server.h"

/* KEPT_BYTES_MAX: of each datagram, only what fits into an Ethernet frame is kept. */
enum { KEPT_DATAGRAMS = 64, KEPT_BYTES_MAX = 1472 };

struct kept_datagrams;
/* NULL: no memory. */
struct kept_datagrams *kept_datagrams_new(void);
void kept_datagrams_free(struct kept_datagrams *k);
/* Keep a copy, and drop the oldest.  medium: the name of the medium, "" for all media.  from: as in event.datagram.
 * With k NULL, nothing is kept. */
void kept_datagrams_add(
	struct kept_datagrams *k, bool sent, const char *medium, struct bytes from, struct bytes data, struct mono at);
/* Get the datagram at this position; position 0 is the oldest.  Its texts and bytes are borrowed until the next
 * kept_datagrams_add.  Returns false past the newest. */
bool kept_datagrams_at(const struct kept_datagrams *k, size_t position, struct api_datagram *out);

#endif
