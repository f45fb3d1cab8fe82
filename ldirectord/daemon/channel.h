// SPDX-License-Identifier: MIT
/* Sends and receives messages between the daemon and a process that runs checks, over a pair of SOCK_SEQPACKET sockets
 * in the default main context.  Sending does not block: messages that the socket does not accept wait here.  Does not
 * interpret messages. */
#ifndef LDIRECTORD_DAEMON_CHANNEL_H
#define LDIRECTORD_DAEMON_CHANNEL_H

#include <stddef.h>

#include "lib/bytes.h"

enum { CHANNEL_MESSAGE_MAX = 65536 };

struct channel;
struct channel_ends {
	void (*message)(void *context, struct bytes message);
	/* Called once, when the other process has closed its end.  May call channel_free. */
	void (*closed)(void *context);
	void *context;
};

/* The channel owns fd from now on. */
struct channel *channel_new(int fd, const struct channel_ends *ends);
/* Send a message of 1 to CHANNEL_MESSAGE_MAX bytes, which is copied.  When the other end is closed, the message is
 * lost. */
void channel_send(struct channel *c, struct bytes message);
/* c may be NULL.  Must not be called from inside message(). */
void channel_free(struct channel *c);

#endif
