// SPDX-License-Identifier: MIT
/* The two halves of haresources: the groups whose home is here, and the others.  Their names, and which of them we
 * hold. */
#ifndef HEARTBEAT_CORE_HALVES_H
#define HEARTBEAT_CORE_HALVES_H

#include "heartbeat/core/core.h"

const char *half_name(enum half h); /* "none" "local" "foreign" "all" */
bool half_parse(struct bytes text, enum half *h);
enum half half_mirror(enum half h); /* local <-> foreign: the same half as the peer sees it */

/* A half without groups is ours all the same, or not: rscstatus and 3.0.6 expect it.  Here alone it changes. */
void halves_set(struct core *c, enum half half);
void halves_add(struct core *c, enum half half);
void halves_remove(struct core *c, enum half half);
/* Our own two halves as bits, with those that have no groups.  doc/protocol.md 7.1 */
enum half halves_held(const struct core *c);

#endif
