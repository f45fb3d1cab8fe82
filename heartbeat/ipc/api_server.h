// SPDX-License-Identifier: MIT
/* The client API socket (/run/heartbeat/register): sign-on, queries, operator moves.
 * Wire form and requests: doc/commands.md 4, 7.  Frames are bounded; a client that misbehaves is closed, counted
 * and never stalls the loop.  Opened before the cluster is up, so that "starting" is not "stopped".
 * Ours: reqtype=getgroups (one frame a group: key, home, state, peerstate, epoch, why; result ok/more, OK),
 * reqtype=getdoubts (one frame for each thing that does not work: doubt; result ok/more, OK),
 * reqtype=getstatus, getdecisions and (uid 0 only) getdatagrams (one frame for each thing, with what=KIND;
 * status_fields.h; result ok/more, OK),
 * reqtype=move (kind=standby|takeover, rsc_hold=all|local|foreign|failback, wait=0|1; uid 0 only; result OK or badreq,
 * info=TEXT; with wait=1 the answer comes when the move has ended),
 * reqtype=confirm (node=NAME; uid 0 only; OK or badreq, info=TEXT), reqtype=cleanup (group=KEY, or none: all; uid 0
 * only; OK or badreq, info=TEXT), reqtype=reload (uid 0 only; one frame for each line
 * of the result, info=TEXT, result ok/more, the last one OK or badreq). */
#ifndef HEARTBEAT_IPC_API_SERVER_H
#define HEARTBEAT_IPC_API_SERVER_H

#include "heartbeat/core/core.h"
#include "heartbeat/core/watch.h"

/* A datagram that was received or sent. */
struct api_datagram {
	struct mono at;
	bool sent;
	const char *medium; /* "": all media */
	struct bytes from;  /* IP address, 4 or 16 bytes; empty: unknown */
	struct bytes data;  /* may be cut */
	size_t length;      /* the original length of the datagram */
};

/* A fencing device of this node. */
struct api_device {
	const char *type, *host; /* as in ha.cf */
	unsigned line, level;
	const char *state; /* "not asked" "works" "fails" */
	const char *why;   /* it fails; "": it does not */
	struct mono asked; /* MONO_NEVER: it was not asked yet */
};

/* A program of a respawn or failfast line. */
struct api_program {
	char user[64], command[256]; /* long ones are cut */
	bool failfast;
	const char *state;
	uint64_t restarts; /* since heartbeat was started */
	struct mono started;
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
	/* An operator has repaired a group; key NULL: all groups.  text: for people, what was done, or why not (false).
	 * NULL: not possible. */
	bool (*cleanup)(void *context, const char *key, char *text, size_t cap);
	/* Read the files again; the end is reported by api_request_done, later.  NULL: not possible. */
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
	/* The fencing devices of this node, by position; false: there are not so many.  NULL: there are none. */
	bool (*device)(void *context, size_t position, struct api_device *out);
	/* What is known of the watched resources, by position; false: there are not so many.  NULL: none is watched. */
	bool (*watch)(void *context, size_t position, struct watch_view *out);
	/* The last datagrams, by position, the oldest first; false: there are not so many.  NULL: none are kept. */
	bool (*datagram)(void *context, size_t position, struct api_datagram *out);
	/* Programs, by position, in the order of their lines; false: there are not so many.  NULL: there are none. */
	bool (*program)(void *context, size_t position, struct api_program *out);
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
