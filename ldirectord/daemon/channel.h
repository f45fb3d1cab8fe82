// SPDX-License-Identifier: MIT
/* Messages between the daemon and a process that runs checks: a pair of SOCK_SEQPACKET sockets in the default main
 * context.  Sending never blocks: what the socket does not take waits here.  Knows nothing of the messages. */
#ifndef LDIRECTORD_DAEMON_CHANNEL_H
#define LDIRECTORD_DAEMON_CHANNEL_H

#include <stddef.h>

#include "lib/bytes.h"

enum { CHANNEL_MESSAGE_MAX = 65536 };

struct channel;
struct channel_ends {
	void (*message)(void *context, struct bytes message);
	/* The other end is gone, once.  May call channel_free. */
	void (*closed)(void *context);
	void *context;
};

/* Takes fd over. */
struct channel *channel_new(int fd, const struct channel_ends *ends);
/* A copy of 1 to CHANNEL_MESSAGE_MAX bytes.  After the end of the other side it is lost. */
void channel_send(struct channel *c, struct bytes message);
/* NULL is fine.  Not from message(). */
void channel_free(struct channel *c);

#endif
