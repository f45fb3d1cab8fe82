// SPDX-License-Identifier: MIT
/* The types of messages, one row each: which part of the program acts on a received one, who may have one sent, and
 * whether clients receive it.  The core, the dialects and the client interface read this table; there is no other list
 * of types.  Reads no field but the name of the type.  doc/protocol.md 4 */
#ifndef HEARTBEAT_CORE_MESSAGE_TYPES_H
#define HEARTBEAT_CORE_MESSAGE_TYPES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/bytes.h"

/* The part that acts on a received message. */
enum message_owner {
	MESSAGE_OF_TRANSPORT,  /* acknowledgements, requests to send again, answers of ping nodes */
	MESSAGE_OF_MEMBERSHIP, /* which nodes there are, and their status */
	MESSAGE_OF_DIALECT,    /* what the peer holds; only messages of the peer count */
	MESSAGE_OF_API,        /* between the client interfaces of two daemons */
	MESSAGE_OF_CLIENTS,    /* passed on from client to client; also every type without a row */
	MESSAGE_OF_NOBODY,     /* changes of the list of nodes: refused, only ha.cf decides */
};

/* Who may have a message sent.  Each value includes the ones before it. */
enum message_sender {
	MESSAGE_BY_DAEMON,
	MESSAGE_BY_API,     /* our client interface, on behalf of a client */
	MESSAGE_BY_ROOT,    /* everybody who may write to the FIFO */
	MESSAGE_BY_CLIENTS, /* every client with a name */
};

struct message_type {
	const char *name;
	bool numbered; /* it has seq, is acknowledged, and is sent again when it was lost */
	enum message_owner owner;
	enum message_sender sender;
	/* in the form in which it was received; notify.c reports changes of nodes and links as well */
	bool clients_receive;
};

/* The row of a type, never NULL.  A type without a row is a message between clients.  If its name is empty or starts
 * with "NS_", only a daemon sends it and nobody acts on it. */
const struct message_type *message_type_of(struct bytes name);
/* The rows one after the other, NULL past the end; for tests. */
const struct message_type *message_type_row(size_t index);

#endif
