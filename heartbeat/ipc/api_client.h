// SPDX-License-Identifier: MIT
/* The client's side of the API socket, for cl_status and the operator tools.  All calls block, and every call that
 * waits has a deadline. */
#ifndef HEARTBEAT_IPC_API_CLIENT_H
#define HEARTBEAT_IPC_API_CLIENT_H

#include <stddef.h>

#include "heartbeat/core/message.h"
#include "lib/mono.h"

enum api_result {
	API_OK,
	API_DOWN,     /* no daemon listens at the socket */
	API_DENIED,   /* this user may not open the socket (EACCES) */
	API_REFUSED,  /* the daemon refused the sign-on; error has the reason */
	API_TIMEOUT,
	API_PROTOCOL, /* the answer is invalid, or the daemon closed the connection */
};

struct api_client;
/* The path of the daemon's socket: RUNDIR/heartbeat/register.  The variable HA_API_SOCKET replaces it (for tests),
 * unless the program is set-uid or set-gid. */
const char *api_client_path(void);
/* Connect and sign on as a casual client.  *client is NULL unless the result is API_OK.  error: 256 bytes for the
 * reason. */
enum api_result api_client_open(const char *path, struct span deadline, struct api_client **client, char error[256]);
void api_client_close(struct api_client *c);
/* The reply to the sign-on, with the fields node, hbversion, deadtime, keepalive ... */
const struct message *api_client_signon(const struct api_client *c);
/* Send the request reqtype with name/value pairs (a NULL-terminated list) and read the first reply.  api_client_more
 * reads the next reply of an "ok/more" series.  A reply is valid until the next call. */
enum api_result api_client_ask(struct api_client *c, struct span deadline, const char *reqtype,
	const char *const *pairs, const struct message **reply);
enum api_result api_client_more(struct api_client *c, struct span deadline, const struct message **reply);

#endif
