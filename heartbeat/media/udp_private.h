// SPDX-License-Identifier: MIT
/* Private to udp.c, udp_socket.c and udp_receive.c. */
#ifndef HEARTBEAT_MEDIA_UDP_PRIVATE_H
#define HEARTBEAT_MEDIA_UDP_PRIVATE_H

#include "heartbeat/media/medium.h"

/* The data that a medium needs to send. */
struct udp {
	const struct udp_kind *kind;
	int fd;           /* -1: none */
	unsigned ifindex; /* the interface that the sockets belong to */
	struct media_address to;
	bool ready;       /* fd and to are correct for the value of interfaces_changes in as_of */
	uint64_t as_of;   /* the value of interfaces_changes when ready was set */
	bool to_self;     /* valid while ready: the destination is this machine itself */
};

#endif
