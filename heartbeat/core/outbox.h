// SPDX-License-Identifier: MIT
/* Sends all messages of this node: adds the common fields, the sequence number and the signature, and keeps the
 * history.  Decides nothing.
 * doc/protocol.md 3, 4 and 5.3. */
#ifndef HEARTBEAT_CORE_OUTBOX_H
#define HEARTBEAT_CORE_OUTBOX_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

/* Begin a message of this type.  The core owns the message, and the next call reuses it, so there is only one at a
 * time. */
struct message *outbox_begin(struct core *c, const char *type);
/* Add the common fields, number and sign the message, keep it for retransmission, and send it.  to: the destination;
 * NULL for all nodes.  A message that does not fit into a datagram is logged and not sent. */
void outbox_send(struct core *c, struct message *m, const struct node *to);
/* Send our status, and echo requests to the ping nodes.
 * doc/protocol.md 9: "Whenever a status goes to the media, each ping medium sends an ICMP echo request" */
void outbox_status(struct core *c);
/* Acknowledge the numbers of a node up to seq: NS_ackmsg. */
void outbox_ack(struct core *c, const struct node *to, uint64_t seq);
/* Ask a node to send one of its numbers again: NS_rexmit. */
void outbox_request(struct core *c, const struct node *to, uint64_t seq);
/* Answer a request: send the numbers from first to last again, or a nak for each number that is not kept any more.
 * Returns true if any datagram was sent again. */
bool outbox_serve(struct core *c, const struct node *to, uint64_t first, uint64_t last);

#endif
