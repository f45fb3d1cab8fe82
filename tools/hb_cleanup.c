// SPDX-License-Identifier: MIT
/* hb_cleanup [GROUP]: an operator has repaired what failed.  doc/resources.md 11. */
#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/order.h"

enum { ANSWER_MS = 5000 };

static int usage(FILE *to, const char *path, int code)
{
	(void)fprintf(to,
		"usage: %s [GROUP]\n"
		"Makes this node forget the failures of GROUP, or of all groups: the counts of monitor lines, and failed starts.  A\n"
		"failed group may start here again; one that could not be stopped is stopped again; one that a monitor line with\n"
		"\"on-fail stop\" has stopped is started.  GROUP is the first resource of its line in haresources.\n", path);
	return code;
}

static int judge(const char *path, enum api_result result, const struct message *reply)
{
	char info[1024] = "";
	if (result != API_OK) {
		(void)fprintf(stderr, "%s: heartbeat %s. heartbeat --status shows the failures.\n", path,
			result == API_TIMEOUT ? "does not answer" : "closed the connection");
		return 1;
	}
	/* may be cut: a person reads it */
	(void)bytes_to_text(message_string(reply, "info"), info, sizeof info);
	bool ok = message_is(reply, "result", "OK");
	if (!ok && !info[0])
		(void)snprintf(info, sizeof info, "the heartbeat that runs does not know this order; heartbeat --reexec changes it "
						  "to the installed version");
	(void)fprintf(ok ? stdout : stderr, "%s: %s%s\n", path, ok ? "" : "refused: ", info);
	return !ok;
}

int main(int argc, char **argv)
{
	const char *path = argc > 0 ? argv[0] : "hb_cleanup";
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return usage(stdout, path, 0);
	if (argc > 2 || (argc == 2 && (argv[1][0] == '-' || argv[1][0] == '\0')))
		return usage(stderr, path, 1);
	struct api_client *client;
	int code = order_sign_on(path, "Nothing was cleaned.", &client);
	if (code != 0)
		return code;
	const char *const pairs[] = {"group", argc == 2 ? argv[1] : "", NULL};
	const struct message *reply;
	enum api_result result = api_client_ask(client, span_ms(ANSWER_MS), "cleanup", argc == 2 ? pairs : NULL, &reply);
	code = judge(path, result, reply);
	api_client_close(client);
	return code;
}
