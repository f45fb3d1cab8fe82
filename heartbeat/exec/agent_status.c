// SPDX-License-Identifier: MIT
#include <glib.h>
#include <string.h>

#include "heartbeat/exec/agent.h"

/* Words that mean "stopped" at exit code 0.  "usage" comes from a script without a status action. */
static const char *const denials[] = {"not", "no", "inactive", "dead", "down", "unused", "usage"};

static bool says_running(const char *text)
{
	return strstr(text, "running") != NULL || strstr(text, "Running") != NULL;
}

/* The reference's pattern: "not" in any case, a blank, and later running or Running, over all lines. */
static bool says_not_running(const char *lower, const char *text)
{
	for (size_t at = 0; lower[at] != '\0'; at++)
		if (strncmp(&lower[at], "not", 3) == 0 && g_ascii_isspace(lower[at + 3]))
			return says_running(&text[at + 4]);
	return false;
}

static bool has_denial(const char *lower)
{
	bool found = false;
	char **words = g_strsplit_set(lower, " \t\r\n.,:;!()[]<>{}|'\"-", -1);
	for (size_t i = 0; words[i] != NULL; i++)
		for (size_t d = 0; d < G_N_ELEMENTS(denials); d++)
			found = found || strcmp(words[i], denials[d]) == 0;
	g_strfreev(words);
	return found;
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static bool runs(int code, const char *text, const char *lower)
{
	if (says_not_running(lower, text))
		return false;
	if (code != 0)
		return says_running(text) || strstr(text, "OK") != NULL;
	if (strstr(lower, "stopped") != NULL)
		return false;
	return says_running(text) || (!is_blank(text) && !has_denial(lower));
}

enum agent_verdict agent_status_decide(enum spawn_end end, int code, const char *output)
{
	if (end != SPAWN_EXITED)
		return AGENT_UNKNOWN;
	if (code == 3 || code == 7)
		return AGENT_STOPPED;
	char *lower = g_ascii_strdown(output, -1);
	bool running = runs(code, output, lower);
	g_free(lower);
	return running ? AGENT_RUNNING : AGENT_STOPPED;
}
