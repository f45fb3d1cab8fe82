// SPDX-License-Identifier: MIT
/* The path of a packet: verify, decode, which node is it, is it new, what does it say. */
#ifndef HEARTBEAT_CORE_RECEIVE_H
#define HEARTBEAT_CORE_RECEIVE_H

#include "heartbeat/core/core.h"

/* False: it was refused, or came before; nothing has changed but counters and links. */
bool receive_datagram(struct core *c, const struct event *e);

#endif
