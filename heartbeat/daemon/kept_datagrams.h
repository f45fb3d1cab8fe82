// SPDX-License-Identifier: MIT
/* The last datagrams that this node received and sent, for heartbeat --report.  Nothing else reads them. */
#ifndef HEARTBEAT_DAEMON_KEPT_DATAGRAMS_H
#define HEARTBEAT_DAEMON_KEPT_DATAGRAMS_H

#include "heartbeat/ipc/api_server.h"

enum { KEPT_DATAGRAMS = 64, KEPT_BYTES_MAX = 1472 /* of one: what fits into a frame of Ethernet; the rest is cut */ };

struct kept_datagrams;
/* NULL: no memory. */
struct kept_datagrams *kept_datagrams_new(void);
void kept_datagrams_free(struct kept_datagrams *k);
/* Keep a copy and drop the oldest.  medium: its name, "" for all of them.  from: as in event.datagram.  k may be
 * NULL: nothing is kept. */
void kept_datagrams_add(
	struct kept_datagrams *k, bool sent, const char *medium, struct bytes from, struct bytes data, struct mono at);
/* Datagram number position, the oldest first; its texts and bytes are borrowed until another one is added.  False:
 * there are not so many. */
bool kept_datagrams_at(const struct kept_datagrams *k, size_t position, struct api_datagram *out);

#endif
