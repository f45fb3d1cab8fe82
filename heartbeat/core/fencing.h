// SPDX-License-Identifier: MIT
/* Fencing of the peer, as far as the core has to do with it. */
#ifndef HEARTBEAT_CORE_FENCING_H
#define HEARTBEAT_CORE_FENCING_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/node.h"

void fencing_peer_died(struct core *c, const struct node *n); /* and did not take its leave */
void fencing_peer_heard(struct core *c);
/* A newer generation of a peer that is taken for dead was heard, and has not proven itself. */
void fencing_new_life(struct core *c, const struct node *n);
/* It goes on, and does not: nobody is shot who can be heard. */
void fencing_heard_unproven(struct core *c, const struct node *n);
void fencing_tick(struct core *c);
void fencing_done(struct core *c, bool ok);
struct mono fencing_deadline(const struct core *c);

#endif
