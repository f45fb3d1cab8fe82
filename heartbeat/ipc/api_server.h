// SPDX-License-Identifier: MIT
/* The client API socket (/run/heartbeat/register) for sign-on, queries and the operator's moves.
 * Wire form and requests: doc/commands.md 4, 7.  Frames have a size limit.  The session of a client that breaks the
 * rules is closed and counted; such a client cannot block the main loop.
 * The socket is opened before the cluster is up, so that clients can distinguish "starting" from "stopped".
 * Requests that Heartbeat 3.0.6 does not have:
 * reqtype=getgroups: one frame for each group with key, home, state, peerstate, epoch, why; result ok/more, then OK.
 * reqtype=getdoubts: one frame for each problem with the field doubt; result ok/more, then OK.
 * reqtype=getstatus, getdecisions and (uid 0 only) getdatagrams: one frame for each object, with what=KIND
 * (status_fields.h); result ok/more, then OK.
 * reqtype=move (uid 0 only): kind=standby|takeover, rsc_hold=all|local|foreign|failback, wait=0|1.  The result is OK,
 * or badreq with info=TEXT.  With wait=1 the answer is sent when the move has ended.
 * reqtype=confirm (uid 0 only): node=NAME.  The result is OK, or badreq with info=TEXT.
 * reqtype=reload (uid 0 only): one frame with info=TEXT for each line of the result; result ok/more, in the last frame
 * OK or badreq. */
#ifndef HEARTBEAT_IPC_API_SERVER_H
#define HEARTBEAT_IPC_API_SERVER_H

#include "heartbeat/core/core.h"

/* A datagram that was received or sent. */
struct api_datagram {
	struct mono at;
	bool sent;
	const char *medium; /* "": all media */
	struct bytes from;  /* IP address, 4 or 16 bytes; empty: unknown */
	struct bytes data;  /* may be cut */
	size_t length;      /* the original length of the datagram */
};

struct api_config {
	/* the path of the socket; its directory is created with 0750 root:haclient (if the group exists) */
	const char *path;
	const struct core *core;   /* read for the answers */
	const struct ha_cf *conf;  /* has the apiauth entries and the parameters */
	const struct haresources *resources; /* the groups of the core; NULL: none */
	const char *node;
	const char *version;
	/* Start a move that an operator requests.  The callee later reports the result of this id with
	 * api_request_done.  It must report an immediate refusal before this function returns: a client that does not
	 * wait then gets the refusal; otherwise it gets "accepted". */
	void (*move)(void *context, bool takeover, enum half half, unsigned id);
	/* An operator confirms that the machine of a node (an index of core_node_view) is off.  The callee reports the
	 * result with api_request_done.  NULL: not possible. */
	void (*confirm)(void *context, size_t node, unsigned id);
	/* Read the configuration files again.  The callee reports the result later with api_request_done.  NULL: not
	 * possible. */
	void (*reload)(void *context, unsigned id);
	/* Send a message of a client with a name (ipfail) to the cluster.  from_id and to_id are set; message types of
	 * the daemon's own protocol were refused before.  NULL: no client may send. */
	void (*message)(void *context, const struct message *m);
	/* Called when a filter changes: wanted is true when any client wants heartbeats that report no change.  NULL:
	 * there are no such heartbeats. */
	void (*beats_wanted)(void *context, bool wanted);
	/* Get the text about the problem number position that exists at present, NUL-terminated, cut at cap.  Returns
	 * false when there are fewer problems.  NULL: problems are not reported. */
	bool (*doubt)(void *context, size_t position, char *out, size_t cap);
	/* Get one of the last datagrams by its position, the oldest first.  Returns false when there are fewer.  NULL:
	 * none are stored. */
	bool (*datagram)(void *context, size_t position, struct api_datagram *out);
	void *context;
};

struct api_server;
/* Open the socket.  Returns NULL with errno when that fails. */
struct api_server *api_server_open(const struct api_config *config);
/* Closes the sessions of all clients and removes the socket. */
void api_server_close(struct api_server *s);
/* Call this when the configuration was reloaded: the old conf, resources and node are not used afterwards.  Clients
 * stay connected. */
void api_server_reconfigure(
	struct api_server *s, const struct ha_cf *conf, const struct haresources *resources, const char *node);
/* Report that request id (a move, a confirmation or a reload) has ended; text may have several lines. */
void api_request_done(struct api_server *s, unsigned id, bool ok, const char *text);
/* Send a message of the cluster to the clients (text framing, without auth).  beat: the message is a heartbeat that
 * reports no change. */
void api_notify(struct api_server *s, struct bytes message, bool beat);

#endif
