// SPDX-License-Identifier: MIT
/* The types of messages, one row each: which part of the program acts on one that was received, who may have one sent,
 * and whether clients receive it.  The core, the dialects and the client interface read this table; nothing else lists
 * types.  Looks at no field but the name of the type.  doc/protocol.md 4 */
#ifndef HEARTBEAT_CORE_MESSAGE_TYPES_H
#define HEARTBEAT_CORE_MESSAGE_TYPES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/bytes.h"

/* Which part acts on a received one. */
enum message_owner {
	MESSAGE_OF_TRANSPORT,  /* acknowledgements, requests to send again, pings */
	MESSAGE_OF_MEMBERSHIP, /* which nodes there are, and how they are */
	MESSAGE_OF_DIALECT,    /* what the peer holds; only the peer's count */
	MESSAGE_OF_API,        /* one daemon's client interface to the other's */
	MESSAGE_OF_CLIENTS,    /* passed on between clients; also every type without a row */
	MESSAGE_OF_NOBODY,     /* changes of the list of nodes: ha.cf alone decides */
};

/* Who may have one sent.  Each includes those before it. */
enum message_sender {
	MESSAGE_BY_DAEMON,
	MESSAGE_BY_API,     /* our client interface, on behalf of a client */
	MESSAGE_BY_ROOT,    /* whoever may write to the FIFO */
	MESSAGE_BY_CLIENTS, /* every client with a name */
};

struct message_type {
	const char *name;
	bool numbered; /* has seq, is acknowledged and sent again */
	enum message_owner owner;
	enum message_sender sender;
	bool clients_receive; /* as it was received; notify.c reports changes of nodes and links beside this */
};

/* The row of a type.  Never NULL: a type without a row is a message between clients, or, if its name begins with "NS_"
 * or is empty, one that nobody but a daemon sends and nobody acts on. */
const struct message_type *message_type_of(struct bytes name);
/* Row by row, NULL past the end; for tests. */
const struct message_type *message_type_row(size_t index);

#endif
