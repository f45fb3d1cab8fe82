// SPDX-License-Identifier: MIT
/* Private to udp.c, udp_socket.c and udp_receive.c. */
#ifndef HEARTBEAT_MEDIA_UDP_PRIVATE_H
#define HEARTBEAT_MEDIA_UDP_PRIVATE_H

#include "heartbeat/media/medium.h"

/* What a medium sends with. */
struct udp {
	const struct udp_kind *kind;
	int fd;           /* -1: none */
	unsigned ifindex; /* the interface that the sockets belong to */
	struct media_address to;
	bool ready;       /* socket and destination are correct for ... */
	uint64_t as_of;   /* ... this interfaces_changes */
	bool to_self;     /* while ready: the kernel would give the packet back to this machine */
};

#endif
