// SPDX-License-Identifier: MIT
/* Who may sign on to the client API: the credentials that the kernel gives for the peer of the socket against the
 * apiauth entries.  Never believes what a client says about itself.  doc/commands.md 4.3; doc/configuration.md 5. */
#ifndef HEARTBEAT_IPC_API_AUTH_H
#define HEARTBEAT_IPC_API_AUTH_H

#include <sys/types.h>

#include "heartbeat/conf/ha_cf.h"
#include "lib/bytes.h"

enum {
	API_NAME_MAX = 31,        /* doc/commands.md 4.3: "A client name has at most 31 bytes" */
	API_PEER_GROUPS_MAX = 64, /* supplementary groups looked at; a user with more is judged by the primary one */
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

/* The apiauth entries with their names turned into numbers.  That is done once, at start: a slow directory server must
 * not hold the main loop each time that somebody signs on.  A user or group that does not exist is warned about and
 * left out, silently for the built-in entries (line 0). */
struct api_auth;
struct api_auth *api_auth_new(const struct ha_cf *conf);
void api_auth_free(struct api_auth *auth);
/* May this peer sign on as client?  name: client name; casual: judged by the entry "anon".
 * Returns NULL for yes, else the reason as the reference words it. */
const char *api_auth_refusal(const struct api_auth *auth, const struct api_peer *peer, struct bytes name, bool casual);

#endif
