// SPDX-License-Identifier: MIT
/* The client API socket (/run/heartbeat/register): sign-on, queries, operator moves.
 * Wire form and requests: doc/commands.md 4, 7.  Frames are bounded; a client that misbehaves is closed, counted
 * and never stalls the loop.  Opened before the cluster is up, so that "starting" is not "stopped".
 * Ours: reqtype=getgroups (one frame a group: key, home, state, peerstate, epoch, why; result ok/more, OK),
 * reqtype=move (kind=standby|takeover, rsc_hold=all|local|foreign|failback, wait=0|1; uid 0 only; result OK or badreq,
 * info=TEXT; with wait=1 the answer comes when the move has ended). */
#ifndef HEARTBEAT_IPC_API_SERVER_H
#define HEARTBEAT_IPC_API_SERVER_H

#include "heartbeat/core/core.h"

struct api_config {
	const char *path; /* socket; its directory is made 0750 root:haclient (group when it exists) */
	const struct core *core;   /* views */
	const struct ha_cf *conf;  /* apiauth, parameters */
	const struct haresources *resources; /* how many groups the core has; NULL: none */
	const char *node;
	const char *version;
	/* An operator's move; the caller gets id back in api_move_done.  Report an immediate refusal by api_move_done
	 * before this returns: a client that does not wait then gets the refusal, and otherwise "accepted". */
	void (*move)(void *context, bool takeover, enum half half, unsigned id);
	/* A named client (ipfail) sends a message to the cluster.  from_id and to_id are set; message types of the
	 * daemon's own protocol have been refused.  NULL: no client may send. */
	void (*message)(void *context, const struct message *m);
	void *context;
};

struct api_server;
/* Returns NULL with errno. */
struct api_server *api_server_open(const struct api_config *config);
/* Closes all clients, removes the socket. */
void api_server_close(struct api_server *s);
/* The core ended move id. */
void api_move_done(struct api_server *s, unsigned id, bool ok, const char *text);
/* A message to every signed-on named client (text framing, without auth). */
void api_notify(struct api_server *s, struct bytes message);

#endif
