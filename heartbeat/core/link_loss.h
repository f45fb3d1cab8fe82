// SPDX-License-Identifier: MIT
/* Counts how many of the last messages of a node were lost on one link.  Only people read the result; nothing is
 * decided by it.  Each message is sent on every link, so a message that came on another link, but not on this link, was
 * lost here.  A message that is sent again later does not count as received. */
#ifndef HEARTBEAT_CORE_LINK_LOSS_H
#define HEARTBEAT_CORE_LINK_LOSS_H

#include <stdint.h>

enum { LINK_LOSS_WINDOW = 64 };

struct link_loss {
	uint64_t generation, last; /* of the last message; last is 0 when none was received */
	uint64_t seen;             /* bit i is set when the message with the number last - i was received */
	unsigned known;            /* how many bits of seen are valid, at most LINK_LOSS_WINDOW */
};

/* Note that a message with this number was received on the link.  A new generation starts the count again. */
void link_loss_heard(struct link_loss *l, uint64_t generation, uint64_t seq);
/* newest: the highest number of that node on any link.  Of the last *of messages, *lost were not received on this link.
 * *of is 0 when no message was received yet. */
void link_loss_view(const struct link_loss *l, uint64_t newest, unsigned *lost, unsigned *of);

#endif
