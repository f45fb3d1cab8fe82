// SPDX-License-Identifier: MIT
#include "tools/move.h"

#include <stdio.h>
#include <string.h>

#include "lib/bytes.h"
#include "tools/order.h"

enum { ACCEPT_MS = 5000, WAIT_PRESET_S = 120, WAIT_MAX_S = 86400 };

struct command {
	const char *path; /* as called, for messages */
	const char *half; /* as typed */
	bool takeover, wait;
	uint64_t wait_s;
};

/* The reference prints both lines where they are here, also for --help.  doc/commands.md 3 */
static void usage(const char *path)
{
	(void)printf("usage:\n");
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s [all|foreign|local|failback] [--wait[=SECONDS]]\n", path);
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

enum parsed { GO_ON, ONLY_HELP, WRONG };

static enum parsed wrong(const struct command *c)
{
	usage(c->path);
	return WRONG;
}

static enum parsed parse(struct command *c, int argc, char **argv)
{
	c->path = argc > 0 ? argv[0] : "hb_standby";
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			usage(c->path);
			return ONLY_HELP;
		}
		if (wait_option(c, argv[i]))
			continue;
		if (strncmp(argv[i], "--wait", 6) == 0) {
			(void)fprintf(stderr, "%s: %s: --wait takes 1 to %d seconds, as in --wait=60.\n", c->path,
				argv[i], WAIT_MAX_S);
			return wrong(c);
		}
		if (c->half) {
			(void)printf("%s: too many arguments\n", c->path);
			return wrong(c);
		}
		if (!known_half(argv[i])) {
			(void)printf("%s: wrong resources(%s).\n", c->path, argv[i]);
			return wrong(c);
		}
		c->half = argv[i];
	}
	if (!c->half)
		c->half = "all";
	return GO_ON;
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
	enum parsed parsed = parse(&c, argc, argv);
	if (parsed != GO_ON)
		return parsed == WRONG;
	int code = order_sign_on(c.path, "Nothing was moved.", &client);
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
