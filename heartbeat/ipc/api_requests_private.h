// SPDX-License-Identifier: MIT
/* What the files that serve the API share: api_session.c (framing, identity), api_requests.c (the table of requests)
 * with api_nodes.c, api_values.c, api_status.c, api_orders.c and api_messages.c (their handlers), api_answer.c and
 * api_server.c. */
#ifndef HEARTBEAT_IPC_API_REQUESTS_PRIVATE_H
#define HEARTBEAT_IPC_API_REQUESTS_PRIVATE_H

#include "heartbeat/ipc/api_requests.h"

/* One answer under construction; its fields lie in the hub's answer memory, so there is one at a time. */
struct answer {
	struct api_session *session;
	const char *reqtype;
	struct message message;
};
void answer_begin(struct answer *a, struct api_session *s, const char *reqtype);
/* Queue it as it is. */
void answer_send(struct answer *a);
/* Close with result=OK, ok/more or badreq, and queue it. */
void answer_end(struct answer *a, const char *result);
/* result=badreq, info=INFO: in this order, as the reference.  info NULL: without it. */
void answer_refuse(struct api_session *s, const char *reqtype, const char *info);

/* May a line about a client be logged now?  A local user who connects in a loop must not fill the disk with lines. */
bool api_may_complain(struct api_hub *hub);

/* The handlers of the table.  reqtype: as in its row. */
typedef void request_handler(struct api_session *s, const char *reqtype, const struct message *request);
request_handler answer_node, answer_nodelist, answer_numnodes, answer_iflist, answer_ifstatus, answer_getuuid,
	answer_getnodename, answer_clientstatus, answer_getparm, answer_getrsc, answer_getgroups, answer_getdoubts,
	answer_getstatus, answer_getdecisions, answer_getdatagrams, answer_setfilter, answer_setsignal,
	answer_set_sendqlen, answer_move, answer_confirm, answer_cleanup, answer_reload;

/* The node that the field "node" of a request names.  An operator may type capitals (doc/commands.md 7.8).  False when
 * there is no such node. */
bool request_node(struct api_session *s, const struct message *request, struct node_view *view, size_t *index);

/* A request of a signed-on client with a proven identity. */
void request_answer(struct api_session *s, const struct message *request);
/* A message for the cluster (t is not hbapi-req). */
void request_send(struct api_session *s, const struct message *message);
/* The filter of a client has changed, or a client has gone: report whether any client wants heartbeats. */
void request_beats(const struct api_hub *hub);
/* A client with a name has signed on (st=join) or has gone (st=leave): report it to the cluster.  Nothing is reported
 * for a casual client. */
void request_announce(struct api_session *s, const char *st, const char *info);
/* Hand a message of the cluster to the clients that want it; handed is called for each of them.  A question of a peer
 * about our clients (query-cstatus) is answered instead.  doc/protocol.md 4 */
void request_deliver(
	struct api_hub *hub, enum api_filter kind, struct bytes text, void (*handed)(struct api_session *s));

#endif
