// SPDX-License-Identifier: MIT
#include "tools/move.h"

#include <stdio.h>
#include <string.h>

#include "heartbeat/ipc/api_client.h"
#include "lib/bytes.h"

enum { SIGNON_MS = 900, ACCEPT_MS = 5000, WAIT_PRESET_S = 120, WAIT_MAX_S = 86400 };

struct command {
	const char *path; /* as called, for messages */
	const char *half; /* as typed */
	bool takeover, wait;
	uint64_t wait_s;
};

static int usage(const char *path)
{
	(void)printf("usage:\n");
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s [all|foreign|local|failback] [--wait[=SECONDS]]\n", path);
	return 1;
}

static bool known_half(const char *word)
{
	static const char *const words[] = {"all", "local", "foreign", "failback"};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* "--wait" or "--wait=SECONDS" from an argument; false when it is neither. */
static bool wait_option(struct command *c, const char *word)
{
	struct reader r = reader_over(bytes_of(word));
	if (!reader_skip(&r, "--wait"))
		return false;
	c->wait = true;
	c->wait_s = WAIT_PRESET_S;
	if (reader_left(&r) == 0)
		return true;
	if (!reader_skip(&r, "="))
		return false;
	c->wait_s = reader_decimal(&r, 5, WAIT_MAX_S);
	return !r.failed && reader_left(&r) == 0 && c->wait_s > 0;
}

/* 0, or the exit code after a usage error. */
static int parse(struct command *c, int argc, char **argv)
{
	c->path = argc > 0 ? argv[0] : "hb_standby";
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return usage(c->path);
		if (wait_option(c, argv[i]))
			continue;
		if (strncmp(argv[i], "--wait", 6) == 0) {
			(void)fprintf(stderr, "%s: %s: --wait takes 1 to %d seconds, as in --wait=60.\n", c->path,
				argv[i], WAIT_MAX_S);
			return usage(c->path);
		}
		if (c->half) {
			(void)fprintf(stderr, "%s: too many arguments\n", c->path);
			return usage(c->path);
		}
		if (!known_half(argv[i])) {
			(void)fprintf(stderr, "%s: wrong resources(%s).\n", c->path, argv[i]);
			return usage(c->path);
		}
		c->half = argv[i];
	}
	if (!c->half)
		c->half = "all";
	return 0;
}

static int sign_on(const struct command *c, struct api_client **client)
{
	char why[256];
	const char *socket = api_client_path();
	switch (api_client_open(socket, span_ms(SIGNON_MS), client, why)) {
	case API_OK:
		return 0;
	case API_DOWN:
		(void)fprintf(stderr,
			"%s: heartbeat is not running on this machine (no process listens at %s). Nothing was moved.\n",
			c->path, socket);
		return 1;
	case API_REFUSED:
		(void)fprintf(stderr, "%s: heartbeat refuses the connection: %s. Nothing was moved.\n", c->path, why);
		return 1;
	case API_DENIED:
	case API_TIMEOUT:
	case API_PROTOCOL:
		break;
	}
	(void)fprintf(stderr, "%s: %s. Nothing was moved.\n", c->path, why);
	return 1;
}

static void announce(const struct command *c)
{
	if (!c->takeover) /* hb_takeover of the reference prints nothing */
		(void)fprintf(stderr, "Going standby [%s].\n", c->half);
}

static int judge(const struct command *c, enum api_result result, const struct message *reply)
{
	char info[512] = "";
	if (result == API_OK)
		/* may be cut: a person reads it */
		(void)bytes_to_text(message_string(reply, "info"), info, sizeof info);
	if (result == API_OK && message_is(reply, "result", "OK")) {
		if (!c->wait)
			announce(c);
		return 0;
	}
	if (result == API_OK)
		(void)fprintf(stderr, "%s: %s: %s\n", c->path, c->wait ? "failed" : "refused",
			info[0] ? info : "no reason given");
	else if (result == API_TIMEOUT && c->wait)
		(void)fprintf(stderr, "%s: not done within %llu seconds; the move continues. See cl_status groups.\n",
			c->path, (unsigned long long)c->wait_s);
	else
		(void)fprintf(stderr, "%s: heartbeat %s. cl_status groups shows the result of the request.\n", c->path,
			      result == API_TIMEOUT ? "does not answer" : "closed the connection");
	return 1;
}

int move_main(bool takeover, int argc, char **argv)
{
	struct command c = {.takeover = takeover};
	struct api_client *client;
	const struct message *reply;
	int code = parse(&c, argc, argv);
	if (code == 0)
		code = sign_on(&c, &client);
	if (code != 0)
		return code;
	const char *const pairs[] = {
		"kind", takeover ? "takeover" : "standby", "rsc_hold", c.half, "wait", c.wait ? "1" : "0", NULL};
	struct span patience = c.wait ? span_ms((int64_t)c.wait_s * 1000) : span_ms(ACCEPT_MS);
	if (c.wait)
		announce(&c);
	enum api_result result = api_client_ask(client, patience, "move", pairs, &reply);
	code = judge(&c, result, reply);
	api_client_close(client);
	return code;
}
