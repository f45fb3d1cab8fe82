// SPDX-License-Identifier: MIT
/* hb_confirm NODE: an operator confirms that the machine of NODE is off.  doc/fencing.md R1. */
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/order.h"

enum { ANSWER_MS = 5000 };

static int usage(FILE *to, const char *path, int code)
{
	(void)fprintf(to,
		"usage: %s NODE\n"
		"Confirms that the machine of NODE is off: this node then takes its resources over.  Only do this when you have\n"
		"switched it off, or unplugged it, yourself.  If it still runs, both nodes write to the same data.\n", path);
	return code;
}

static int judge(const char *path, enum api_result result, const struct message *reply)
{
	char info[512] = "";
	if (result != API_OK) {
		(void)fprintf(stderr, "%s: heartbeat %s. heartbeat --status shows whether it was confirmed.\n", path,
			result == API_TIMEOUT ? "does not answer" : "closed the connection");
		return 1;
	}
	/* may be cut: a person reads it */
	(void)bytes_to_text(message_string(reply, "info"), info, sizeof info);
	bool ok = message_is(reply, "result", "OK");
	(void)fprintf(ok ? stdout : stderr, "%s: %s%s\n", path, ok ? "" : "refused: ", info[0] ? info : "no reason given");
	return !ok;
}

int main(int argc, char **argv)
{
	const char *path = argc > 0 ? argv[0] : "hb_confirm";
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return usage(stdout, path, 0);
	if (argc != 2 || argv[1][0] == '-' || argv[1][0] == '\0')
		return usage(stderr, path, 1);
	struct api_client *client;
	int code = order_sign_on(path, "Nothing was confirmed.", &client);
	if (code != 0)
		return code;
	const char *const pairs[] = {"node", argv[1], NULL};
	const struct message *reply;
	enum api_result result = api_client_ask(client, span_ms(ANSWER_MS), "confirm", pairs, &reply);
	code = judge(path, result, reply);
	api_client_close(client);
	return code;
}
