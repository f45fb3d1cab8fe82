// SPDX-License-Identifier: MIT
/* The declarations that the files of the API server share: api_session.c (framing, identity), api_requests.c (the table
 * of requests), api_nodes.c, api_values.c, api_status.c, api_orders.c and api_messages.c (the handlers of requests),
 * api_answer.c and api_server.c. */
#ifndef HEARTBEAT_IPC_API_REQUESTS_PRIVATE_H
#define HEARTBEAT_IPC_API_REQUESTS_PRIVATE_H

#include "heartbeat/ipc/api_requests.h"

/* An answer under construction.  Its fields use the hub's answer memory, so only one answer can exist at a time. */
struct answer {
	struct api_session *session;
	const char *reqtype;
	struct message message;
};
void answer_begin(struct answer *a, struct api_session *s, const char *reqtype);
/* Queue the answer without a result. */
void answer_send(struct answer *a);
/* Add the result (OK, ok/more or badreq), and queue the answer. */
void answer_end(struct answer *a, const char *result);
/* Queue an answer with result=badreq and info=INFO, in this order, as in Heartbeat 3.0.6.  info NULL: without this
 * field. */
void answer_refuse(struct api_session *s, const char *reqtype, const char *info);

/* Returns true when a line about a client may be logged now.  A local user who connects in a loop must not fill the
 * disk with log lines. */
bool api_may_complain(struct api_hub *hub);

/* The handlers of the table of requests.  reqtype: as in the row of the handler. */
typedef void request_handler(struct api_session *s, const char *reqtype, const struct message *request);
request_handler answer_node, answer_nodelist, answer_numnodes, answer_iflist, answer_ifstatus, answer_getuuid,
	answer_getnodename, answer_clientstatus, answer_getparm, answer_getrsc, answer_getgroups, answer_getdoubts,
	answer_getstatus, answer_getdecisions, answer_getdatagrams, answer_setfilter, answer_setsignal,
	answer_set_sendqlen, answer_move, answer_confirm, answer_cleanup, answer_reload;

/* Find the node that the field "node" of a request names.  An operator may type upper case (doc/commands.md 7.8).
 * Returns false when there is no such node. */
bool request_node(struct api_session *s, const struct message *request, struct node_view *view, size_t *index);

/* Answer a request of a client that is signed on and whose identity was checked. */
void request_answer(struct api_session *s, const struct message *request);
/* Send a client's message to the cluster (t is not hbapi-req). */
void request_send(struct api_session *s, const struct message *message);
/* Call this when the filter of a client has changed or a client has ended: reports whether any client wants
 * heartbeats. */
void request_beats(const struct api_hub *hub);
/* Report to the cluster that a client with a name has signed on (st=join) or has ended (st=leave).  A casual client is
 * not reported. */
void request_announce(struct api_session *s, const char *st, const char *info);
/* Pass a message of the cluster to the clients that want it, and call handed for each of them.  A peer's question about
 * our clients (query-cstatus) is answered instead.  doc/protocol.md 4 */
void request_deliver(
	struct api_hub *hub, enum api_filter kind, struct bytes text, void (*handed)(struct api_session *s));

#endif
