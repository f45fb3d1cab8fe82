// SPDX-License-Identifier: MIT
/* How many messages of a node one of its links has lost, of the last ones.  For people only: nothing is decided by it.
 * Each message is sent on every link, so a number that came on another link and not on this one was lost here.  What is
 * sent again afterwards does not count as received. */
#ifndef HEARTBEAT_CORE_LINK_LOSS_H
#define HEARTBEAT_CORE_LINK_LOSS_H

#include <stdint.h>

enum { LINK_LOSS_WINDOW = 64 };

struct link_loss {
	uint64_t generation, last; /* of the last message; last 0: none yet */
	uint64_t seen;             /* bit i: last - i was received */
	unsigned known;            /* so many bits are known, at most LINK_LOSS_WINDOW */
};

/* A message with this number was received on the link.  A new generation begins again. */
void link_loss_heard(struct link_loss *l, uint64_t generation, uint64_t seq);
/* newest: the highest number of that node on any link.  *lost of the last *of messages were not received here; *of is 0
 * when none was received yet. */
void link_loss_view(const struct link_loss *l, uint64_t newest, unsigned *lost, unsigned *of);

#endif
