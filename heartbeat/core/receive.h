// SPDX-License-Identifier: MIT
/* The path of a packet: check the signature, decode, find the sender, check the number, deliver.  Decides nothing.
 * doc/protocol.md 5.2, 10 */
#ifndef HEARTBEAT_CORE_RECEIVE_H
#define HEARTBEAT_CORE_RECEIVE_H

#include "heartbeat/core/core.h"

/* Process EVENT_DATAGRAM.  Returns false when the packet was refused or is a repetition: nothing but counters and links
 * has changed. */
bool receive_datagram(struct core *c, const struct event *e);

#endif
