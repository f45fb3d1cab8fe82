// SPDX-License-Identifier: MIT
/* Who may sign on to the client API: compares the credentials that the kernel gives for the peer of the socket with the
 * apiauth entries.  Never uses an identity that the client sends.  doc/commands.md 4.3; doc/configuration.md 5. */
#ifndef HEARTBEAT_IPC_API_AUTH_H
#define HEARTBEAT_IPC_API_AUTH_H

#include <sys/types.h>

#include "heartbeat/conf/ha_cf.h"
#include "lib/bytes.h"

enum {
	API_NAME_MAX = 31,        /* doc/commands.md 4.3: "A client name has at most 31 bytes" */
	API_PEER_GROUPS_MAX = 64, /* supplementary groups checked; for a user with more only the primary group counts */
};

struct api_peer {
	pid_t pid;
	uid_t uid;
	gid_t gid;
	gid_t groups[API_PEER_GROUPS_MAX]; /* supplementary: a member of haclient needs no set-gid tool (ours) */
	size_t group_count;
};

/* Read them from a connected socket.  Returns 0 or -errno. */
int api_peer_of(int fd, struct api_peer *peer);

/* The apiauth entries with user and group numbers in place of names.  The names are resolved once, at start: a slow
 * directory server must not delay the main loop at each sign-on.  An unknown user or group is ignored with a warning;
 * for the built-in entries (line 0) without one. */
struct api_auth;
struct api_auth *api_auth_new(const struct ha_cf *conf);
void api_auth_free(struct api_auth *auth);
/* Check whether this peer may sign on.  name: client name; casual: the entry "anon" is used instead of name.
 * Returns NULL when it may, else the reason in the text of the reference. */
const char *api_auth_refusal(const struct api_auth *auth, const struct api_peer *peer, struct bytes name, bool casual);

#endif
