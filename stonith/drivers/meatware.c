// SPDX-License-Identifier: MIT
/* A driver whose "device" is a person: the attempt waits at a FIFO until an operator confirms with meatclient(8) that
 * the host was reset. */
#include "stonith/meatware.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stonith/drivers/drivers.h"
#include "stonith/say.h"
#include "stonith/waiting.h"

enum { POLL_MS = 100 };

/* Wait until a writer has written and closed the FIFO, or until the deadline.  Returns the number of bytes, or -1 when
 * there was no answer. */
static ssize_t wait_for_reply(struct device *d, int fd, char block[MEATWARE_BLOCK + 1])
{
	while (device_time_left(d).ns > 0 && !waiting_poll()) {
		// Before the first writer poll reports no POLLHUP; after a writer that wrote nothing it does.
		struct pollfd p = {.fd = fd, .events = POLLIN};
		if (poll(&p, 1, POLL_MS) <= 0)
			continue;
		ssize_t n = read(fd, block, MEATWARE_BLOCK);
		block[n > 0 ? n : 0] = '\0';
		return n > 0 ? n : 0;
	}
	return -1;
}

/* Returns the reason why the reply is not a confirmation, or NULL. */
static const char *objection(const struct host *h, ssize_t len, const char *block)
{
	char **words = g_strsplit(block, " ", -1);
	const char *why = NULL;
	if (len < 0)
		why = "no operator has confirmed it";
	else if (len == 0)
		why = "the operator has refused";
	else if (g_strv_length(words) < 3 || strcmp(words[0], "meatware") != 0 || strcmp(words[1], "reply") != 0)
		why = "Format error in the reply";
	else if (g_ascii_strcasecmp(words[2], h->name) != 0)
		why = "the reply is for another node";
	g_strfreev(words);
	return why;
}

/* Wait for the confirmation; fd is the open FIFO. */
static enum stonith_code ask(struct device *d, enum stonith_action action, const struct host *h, int fd)
{
	char block[MEATWARE_BLOCK + 1] = "";
	say(LOG_LEVEL_CRIT, "OPERATOR INTERVENTION REQUIRED to %s %s.", stonith_action_name(action), h->name);
	say(LOG_LEVEL_CRIT, "Run \"meatclient -c %s\" AFTER power-cycling the machine.", h->name);
	ssize_t len = wait_for_reply(d, fd, block);
	const char *why = objection(h, len, block);
	if (!why) {
		say(LOG_LEVEL_NOTICE, "node Meatware-%s: %s", stonith_action_name(action), h->name);
		return STONITH_OK;
	}
	(void)device_note(d, "%s - failed to Meatware-%s node %s", why, stonith_action_name(action), h->name);
	return len < 0 && !waiting_interrupted() ? STONITH_TIMEOUT : STONITH_RESETFAIL;
}

static enum stonith_code act(struct device *d, enum stonith_action action, const struct host *h)
{
	char *path = g_strdup_printf(MEATWARE_FIFO, h->name);
	enum stonith_code code = STONITH_OOPS;
	// Remove an old FIFO: a reader from an earlier attempt must not get this confirmation.
	(void)unlink(path);
	int fd = mkfifo(path, 0600) == 0 ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
	if (fd < 0) {
		(void)device_note(d, "%s: %s", path, strerror(errno));
	} else {
		code = ask(d, action, h, fd);
		(void)close(fd);
		(void)unlink(path); // no process reads the FIFO any more
	}
	g_free(path);
	return code;
}

static bool check(struct device *d, GString *why)
{
	bool fine = strchr(device_value(d, "hostlist"), '/') == NULL; // the name of the host becomes a part of a path
	if (!fine)
		g_string_assign(why, "Invalid config info for meatware device: hostlist: a host name has no \"/\"");
	return fine;
}

static const struct parameter_row parameters[] = {
	{.name = "hostlist", .flags = PARAMETER_REQUIRED, .help = "the hosts, with blanks or commas between them"},
	{0},
};

const struct device_type meatware_type = {
	.name = "meatware",
	.summary = "an operator resets the machine and confirms it with meatclient",
	.help = "The log asks the operator to power-cycle the host. The action succeeds when meatclient confirms it. "
		"It proves what the operator has checked.",
	.parameters = parameters,
	.limit_s = 600,
	.check = check,
	.act = act,
};
