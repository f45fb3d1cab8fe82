// SPDX-License-Identifier: MIT
/* Everything that is sent: common fields, number, signature, history.  Decides nothing. */
#ifndef HEARTBEAT_CORE_OUTBOX_H
#define HEARTBEAT_CORE_OUTBOX_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

struct message *outbox_begin(struct core *c, const char *type);
/* Add the common fields, number, sign, keep for retransmission, send.  to: NULL everybody. */
void outbox_send(struct core *c, struct message *m, const struct node *to);
void outbox_status(struct core *c);
void outbox_ack(struct core *c, const struct node *to, uint64_t seq);
void outbox_request(struct core *c, const struct node *to, uint64_t seq);
/* Send old numbers again, as far as they are kept.  Returns whether any was sent. */
bool outbox_serve(struct core *c, const struct node *to, uint64_t first, uint64_t last);

#endif
