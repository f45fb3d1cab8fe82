// SPDX-License-Identifier: MIT
/* The client's side of the API socket, for cl_status and the operator tools.  Blocking, with a deadline for every
 * call. */
#ifndef HEARTBEAT_IPC_API_CLIENT_H
#define HEARTBEAT_IPC_API_CLIENT_H

#include <stddef.h>

#include "heartbeat/core/message.h"
#include "lib/mono.h"

enum api_result {
	API_OK,
	API_DOWN,     /* no daemon listens */
	API_DENIED,   /* the socket may not be opened by this user (EACCES) */
	API_REFUSED,  /* sign-on refused: error holds the reason */
	API_TIMEOUT,
	API_PROTOCOL, /* answer not understood, or the daemon hung up */
};

struct api_client;
/* Where the daemon listens: RUNDIR/heartbeat/register; HA_API_SOCKET overrides it (tests) unless the program is set-uid
 * or set-gid. */
const char *api_client_path(void);
/* Connect and sign on as a casual client.  *client is NULL unless API_OK.  error: 256 bytes. */
enum api_result api_client_open(const char *path, struct span deadline, struct api_client **client, char error[256]);
void api_client_close(struct api_client *c);
/* Sign-on reply: node, hbversion, deadtime, keepalive ... */
const struct message *api_client_signon(const struct api_client *c);
/* Send reqtype with name/value pairs (NULL-terminated list) and read the first reply; api_client_more reads the next of
 * a "ok/more" series.  The message is valid until the next call. */
enum api_result api_client_ask(struct api_client *c, struct span deadline, const char *reqtype,
	const char *const *pairs, const struct message **reply);
enum api_result api_client_more(struct api_client *c, struct span deadline, const struct message **reply);

#endif
