// SPDX-License-Identifier: MIT
/* Decides who may sign on to the client API: compares the credentials that the kernel gives for the client at the other
 * end of the socket with the apiauth entries.  Ignores any identity that the client itself sends.  doc/commands.md 4.3;
 * doc/configuration.md 5. */
#ifndef HEARTBEAT_IPC_API_AUTH_H
#define HEARTBEAT_IPC_API_AUTH_H

#include <sys/types.h>

#include "heartbeat/conf/ha_cf.h"
#include "lib/bytes.h"

enum {
	API_NAME_MAX = 31,        /* doc/commands.md 4.3: "A client name has at most 31 bytes" */
	/* the largest number of supplementary groups; for a user with more of them only the primary group counts */
	API_PEER_GROUPS_MAX = 64,
};

struct api_peer {
	pid_t pid;
	uid_t uid;
	gid_t gid;
	/* the supplementary groups, so that a member of haclient needs no set-gid tool (ours) */
	gid_t groups[API_PEER_GROUPS_MAX];
	size_t group_count;
};

/* Read the credentials of the client from a connected socket.  Returns 0 or -errno. */
int api_peer_of(int fd, struct api_peer *peer);

/* The apiauth entries with numbers in place of the names of users and groups.  The names are resolved once, at the
 * start, because a slow directory server must not delay the main loop at each sign-on.  An unknown user or group is
 * ignored with a warning, or without one in a built-in entry (line 0). */
struct api_auth;
struct api_auth *api_auth_new(const struct ha_cf *conf);
void api_auth_free(struct api_auth *auth);
/* Check whether this client may sign on.  name: the client name.  casual: the entry "anon" is used instead of the entry
 * of name.
 * Returns NULL when the client may sign on, otherwise the reason, with the text of Heartbeat 3.0.6. */
const char *api_auth_refusal(const struct api_auth *auth, const struct api_peer *peer, struct bytes name, bool casual);

#endif
