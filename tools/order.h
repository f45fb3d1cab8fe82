// SPDX-License-Identifier: MIT
/* Shared by the commands that send an order to the daemon of this machine: hb_standby, hb_takeover, hb_confirm,
 * hb_cleanup. */
#ifndef TOOLS_ORDER_H
#define TOOLS_ORDER_H

#include "heartbeat/ipc/api_client.h"

/* Sign on to send an order.  Returns 0 and *client, to be closed; or the exit code 1, after the reason was printed.
 * path: of the command, for messages.  nothing: what did not happen then: "Nothing was moved." */
int order_sign_on(const char *path, const char *nothing, struct api_client **client);

#endif
