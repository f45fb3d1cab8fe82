// SPDX-License-Identifier: MIT
#include "tools/order.h"

#include <stdio.h>

enum { SIGNON_MS = 900 };

int order_sign_on(const char *path, const char *nothing, struct api_client **client)
{
	char why[256];
	const char *socket = api_client_path();
	switch (api_client_open(socket, span_ms(SIGNON_MS), client, why)) {
	case API_OK:
		return 0;
	case API_DOWN:
		(void)fprintf(stderr,
			"%s: heartbeat is not running on this machine (no process listens at %s). %s\n", path, socket,
			nothing);
		return 1;
	case API_REFUSED:
		(void)fprintf(stderr, "%s: heartbeat refuses the connection: %s. %s\n", path, why, nothing);
		return 1;
	case API_DENIED:
	case API_TIMEOUT:
	case API_PROTOCOL:
		break;
	}
	(void)fprintf(stderr, "%s: %s. %s\n", path, why, nothing);
	return 1;
}
