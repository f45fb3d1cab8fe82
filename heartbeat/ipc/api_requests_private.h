// SPDX-License-Identifier: MIT
/* What api_session.c (framing, identity) and api_requests.c (the table of requests) share.  Private to these files. */
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
void answer_send(struct answer *a);
/* Close with result=OK, ok/more or badreq, and queue it. */
void answer_end(struct answer *a, const char *result);
/* info=INFO, result=badreq */
void answer_refuse(struct api_session *s, const char *reqtype, const char *info);

/* A request of a signed-on client whose identity is proven. */
void request_answer(struct api_session *s, const struct message *request);
/* A message for the cluster (t is not hbapi-req). */
void request_send(struct api_session *s, const struct message *message);
/* Answer query-cstatus: a peer asks for its client whether a client of this name is signed on here.  Ignores any other
 * message.  doc/protocol.md 4 */
void request_of_peer(struct api_hub *hub, struct bytes text);

#endif
