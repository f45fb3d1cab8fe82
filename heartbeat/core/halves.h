// SPDX-License-Identifier: MIT
/* The two halves of haresources, the groups with this node as their home (local) and the others (foreign): their names,
 * and which of them we hold. */
#ifndef HEARTBEAT_CORE_HALVES_H
#define HEARTBEAT_CORE_HALVES_H

#include "heartbeat/core/core.h"

const char *half_name(enum half h); /* "none" "local" "foreign" "all" */
/* A name, or "failback": foreign.  Returns false for any other text. */
bool half_parse(struct bytes text, enum half *h);
enum half half_mirror(enum half h); /* local <-> foreign: the same half as the peer calls it */

/* A half without groups can count as ours too: rscstatus and 3.0.6 expect it.  This is changed only here. */
void halves_set(struct core *c, enum half half);
void halves_add(struct core *c, enum half half);
void halves_remove(struct core *c, enum half half);
/* The halves that we hold, with those that have no groups.  doc/protocol.md 7.1 */
enum half halves_held(const struct core *c);

#endif
