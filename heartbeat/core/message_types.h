// SPDX-License-Identifier: MIT
/* The types of messages, one row each: which part of the program acts on a received message, which senders it may have,
 * and whether clients receive it.  The core, the dialects and the client interface read this table; there is no other
 * list of types.  Of a message, only the name of the type is read.  doc/protocol.md 4 */
#ifndef HEARTBEAT_CORE_MESSAGE_TYPES_H
#define HEARTBEAT_CORE_MESSAGE_TYPES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/bytes.h"

/* The part that acts on a received message. */
enum message_owner {
	MESSAGE_OF_TRANSPORT,  /* acknowledgements, requests for retransmission, answers of ping nodes */
	MESSAGE_OF_MEMBERSHIP, /* the list of nodes, and their status */
	MESSAGE_OF_DIALECT,    /* what the peer holds; messages of other nodes are ignored */
	MESSAGE_OF_API,        /* messages between the client interfaces of two daemons */
	MESSAGE_OF_CLIENTS,    /* messages that are passed from client to client; also every type without a row */
	MESSAGE_OF_NOBODY,     /* changes of the list of nodes: refused, because ha.cf alone defines the list */
};

/* Who may send a message of this type.  Each value includes the values before it. */
enum message_sender {
	MESSAGE_BY_DAEMON,
	MESSAGE_BY_API,     /* our client interface, on behalf of a client */
	MESSAGE_BY_ROOT,    /* all users that may write to the FIFO */
	MESSAGE_BY_CLIENTS, /* every client with a name */
};

struct message_type {
	const char *name;
	bool numbered; /* the message has a sequence number, is acknowledged, and is sent again when it was lost */
	enum message_owner owner;
	enum message_sender sender;
	/* clients receive the message as it is.  Apart from this, notify.c reports changes of nodes and links to
	 * them */
	bool clients_receive;
};

/* The row of a type; never NULL.  A type without a row counts as a message between clients.  But if its name is empty
 * or starts with "NS_", only a daemon may send it, and no part acts on it. */
const struct message_type *message_type_of(struct bytes name);
/* The row with this index, NULL past the end; for tests. */
const struct message_type *message_type_row(size_t index);

#endif
