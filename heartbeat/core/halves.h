// SPDX-License-Identifier: MIT
/* The two halves of haresources: local, the groups that have this node as their home, and foreign, the other groups.
 * This module has the names of the halves, and finds out which halves we hold. */
#ifndef HEARTBEAT_CORE_HALVES_H
#define HEARTBEAT_CORE_HALVES_H

#include "heartbeat/core/core.h"

const char *half_name(enum half h); /* "none" "local" "foreign" "all" */
/* Read the name of a half; "failback" means foreign.  Returns false for any other text. */
bool half_parse(struct bytes text, enum half *h);
enum half half_mirror(enum half h); /* Swaps local and foreign: the name of the same half at the peer */

/* A half without groups can count as held too, because rscstatus and Heartbeat 3.0.6 expect that.  Only these three
 * functions change which halves without groups count. */
void halves_set(struct core *c, enum half half);
void halves_add(struct core *c, enum half half);
void halves_remove(struct core *c, enum half half);
/* The halves that we hold, including the halves without groups that count.  doc/protocol.md 7.1 */
enum half halves_held(const struct core *c);

#endif
