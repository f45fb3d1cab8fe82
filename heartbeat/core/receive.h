// SPDX-License-Identifier: MIT
/* The path of a received packet: check the signature, decode, find the sender, check the sequence number, deliver.
 * Decides nothing.  doc/protocol.md 5.2, 10 */
#ifndef HEARTBEAT_CORE_RECEIVE_H
#define HEARTBEAT_CORE_RECEIVE_H

#include "heartbeat/core/core.h"

/* Process EVENT_DATAGRAM.  Returns false when the packet was refused or is a repetition; then only counters and links
 * have changed. */
bool receive_datagram(struct core *c, const struct event *e);

#endif
