// SPDX-License-Identifier: MIT
/* Decides what the answer of a status call means.  The table is in agent.h. */
#include <glib.h>
#include <string.h>

#include "heartbeat/exec/agent.h"

/* Words that deny "running" or "OK" in the same line, and that mean "stopped" at exit code 0.  A script without a
 * status action prints "usage"; "isn" and similar words are the first part of "isn't". */
static const char *const denials[] = {"not", "no", "never", "none", "neither", "nothing", "without", "cannot", "isn", "aren",
	"wasn", "weren", "doesn", "don", "inactive", "dead", "down", "off", "stopped", "stopping", "unused", "false", "failed",
	"disabled", "unknown", "crashed", "usage"};
/* Words that deny "running" only directly before or after it: "0 running", "running: n". */
static const char *const neighbours[] = {"0", "n"};

enum word_kind { WORD_OTHER, WORD_RUNNING, WORD_DENIAL, WORD_NEIGHBOUR };

static bool is_in(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (g_ascii_strcasecmp(word, list[i]) == 0)
			return true;
	return false;
}

static enum word_kind kind_of(const char *word)
{
	if (g_ascii_strcasecmp(word, "running") == 0 || strcmp(word, "OK") == 0)
		return WORD_RUNNING;
	if (is_in(word, denials, G_N_ELEMENTS(denials)))
		return WORD_DENIAL;
	return is_in(word, neighbours, G_N_ELEMENTS(neighbours)) ? WORD_NEIGHBOUR : WORD_OTHER;
}

/* What the words of the text mean. */
struct words {
	bool running;   /* a line reports it as running, without a denial */
	bool ambiguous; /* a line reports it as running, and has a denial */
	bool denial;    /* any line has a denial */
};

static void read_line(char *line, struct words *out)
{
	bool running = false, denial = false;
	enum word_kind before = WORD_OTHER;
	/* Bytes that are not ASCII are part of a word. */
	char **words = g_strsplit_set(line, " \t\r.,:;!?()[]<>{}|'\"`=/_*+-", -1);
	for (char **word = words; *word; word++) {
		if (**word == '\0')
			continue;
		enum word_kind kind = kind_of(*word);
		running |= kind == WORD_RUNNING;
		denial |= kind == WORD_DENIAL || (kind == WORD_RUNNING && before == WORD_NEIGHBOUR) ||
		          (kind == WORD_NEIGHBOUR && before == WORD_RUNNING);
		before = kind;
	}
	g_strfreev(words);
	out->running |= running && !denial;
	out->ambiguous |= running && denial;
	out->denial |= denial;
}

static struct words read_words(const char *text)
{
	struct words all = {0};
	char **lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++)
		read_line(*line, &all);
	g_strfreev(lines);
	return all;
}

/* The pattern of Heartbeat 3.0.6: "not" in any case, a blank, and later "running" or "Running", also in another
 * line. */
static bool reference_denies(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (g_ascii_strncasecmp(at, "not", 3) == 0 && g_ascii_isspace(at[3]))
			return strstr(at + 4, "running") != NULL || strstr(at + 4, "Running") != NULL;
	return false;
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static struct agent_status decide(int code, const char *text)
{
	struct words words = read_words(text);
	bool reports_running = words.running && !reference_denies(text);
	if (code == 3 || code == 7)
		return (struct agent_status){AGENT_STOPPED, "the exit code means that it is stopped", reports_running};
	if (reports_running)
		return (struct agent_status){AGENT_RUNNING, "the text reports it as running", code != 0};
	if (reference_denies(text))
		return (struct agent_status){AGENT_STOPPED, "the text reports it as not running", code == 0};
	if (words.ambiguous)
		return (struct agent_status){AGENT_UNKNOWN, "the text reports it as running and as not running", true};
	if (code != 0)
		return (struct agent_status){AGENT_STOPPED, "neither the text nor the exit code reports it as running", false};
	if (is_blank(text))
		return (struct agent_status){AGENT_STOPPED, "no text: exit code 0 alone does not mean that it runs", false};
	if (words.denial)
		return (struct agent_status){AGENT_STOPPED, "the text reports it as not running", true};
	return (struct agent_status){AGENT_UNKNOWN, "the text reports it neither as running nor as stopped", true};
}

struct agent_status agent_monitor_decide(enum spawn_end end, int code, const char *output)
{
	if (end == SPAWN_FAILED)
		return (struct agent_status){AGENT_NOT_EXECUTED, "it could not be run", false};
	struct agent_status s = agent_status_decide(end, code, output);
	if (end == SPAWN_EXITED && s.verdict == AGENT_UNKNOWN)
		return (struct agent_status){code == 0 ? AGENT_RUNNING : AGENT_STOPPED,
			"the text is not clear: the exit code decides", s.contradicts};
	if (end == SPAWN_EXITED && code == 0 && is_blank(output))
		return (struct agent_status){AGENT_RUNNING, "no text: exit code 0 means that it runs", false};
	return s;
}

struct agent_status agent_status_decide(enum spawn_end end, int code, const char *output)
{
	if (end != SPAWN_EXITED)
		return (struct agent_status){AGENT_UNKNOWN, "it did not answer", false};
	return decide(code, output);
}
