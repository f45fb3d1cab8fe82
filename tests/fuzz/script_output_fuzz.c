// SPDX-License-Identifier: MIT
/* Bytes as what a resource script prints, in pieces: the lines for the log, the text that is kept, and what a status
 * call means by it.  First byte: exit code (a few that matter); second: how many bytes come at a time (0: all).  The
 * meaning is compared with the table of exec/agent.h, written down a second time over words that are cut out one by
 * one. */
#include <string.h>

#include "heartbeat/exec/agent.h"
#include "lib/spawn_output.h"
#include "tests/fuzz/fuzz.h"

enum { OUTPUT_MAX = 16384 };

static struct spawn_lines lines;
static char kept[SPAWN_CAPTURE_MAX];
static uint8_t again[OUTPUT_MAX + 1]; /* the lines, put together */
static size_t again_len, line_count;

static void on_line(void *context, const char *line)
{
	size_t len = strlen(line);
	(void)context;
	MUST(len <= SPAWN_LINE_MAX && !memchr(line, '\n', len) && again_len + len < sizeof again);
	memcpy(again + again_len, line, len);
	again_len += len;
	again[again_len++] = '\n';
	line_count++;
}

/* --- the table, slowly --- */

static bool is_separator(char c)
{
	return strchr(" \t\r\n.,:;!?()[]<>{}|'\"`=/_*+-", c) != NULL; /* and NUL */
}

/* Is the word at text one of list, whose words are between blanks? */
static bool is_one_of(const char *text, size_t len, const char *list)
{
	for (const char *at = list; *at; at += strcspn(at, " "), at += strspn(at, " "))
		if (strcspn(at, " ") == len && strncasecmp(at, text, len) == 0)
			return true;
	return false;
}

struct line_words {
	bool runs, denial;
};

static struct line_words words_of_line(const char *line, size_t line_len)
{
	struct line_words found = {false, false};
	bool was_runs = false, was_neighbour = false;
	for (size_t at = 0, len; at < line_len; at += len) {
		len = 1;
		if (is_separator(line[at]))
			continue;
		while (at + len < line_len && !is_separator(line[at + len]))
			len++;
		bool runs = is_one_of(line + at, len, "running") || (len == 2 && memcmp(line + at, "OK", 2) == 0);
		bool neighbour = is_one_of(line + at, len, "0 n");
		if (is_one_of(line + at, len,
			    "not no never none neither nothing without cannot isn aren wasn weren doesn don inactive dead down off "
			    "stopped stopping unused false failed disabled unknown crashed usage") ||
			(runs && was_neighbour) || (neighbour && was_runs))
			found.denial = true;
		found.runs = found.runs || runs;
		was_runs = runs;
		was_neighbour = neighbour;
	}
	return found;
}

/* "not", a blank, and somewhere behind it running. */
static bool reports_not_running(const char *text)
{
	for (const char *at = text; *at; at++)
		if (strncasecmp(at, "not", 3) == 0 && at[3] && strchr(" \t\n\v\f\r", at[3]) &&
			(strstr(at + 4, "running") || strstr(at + 4, "Running")))
			return true;
	return false;
}

static enum agent_verdict plain_verdict(int code, const char *text)
{
	bool runs = false, both = false, denial = false;
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		struct line_words words = words_of_line(line, strcspn(line, "\n"));
		runs = runs || (words.runs && !words.denial);
		both = both || (words.runs && words.denial);
		denial = denial || words.denial;
	}
	if (code == 3 || code == 7 || reports_not_running(text))
		return AGENT_STOPPED;
	if (runs)
		return AGENT_RUNNING;
	if (both)
		return AGENT_UNKNOWN;
	bool empty = text[strspn(text, " \t\r\n")] == '\0';
	return code != 0 || empty || denial ? AGENT_STOPPED : AGENT_UNKNOWN;
}

/* --- both --- */

static void check_meaning(int code)
{
	MUST(agent_status_decide(SPAWN_EXITED, code, kept).verdict == plain_verdict(code, kept));
	MUST(agent_status_decide(SPAWN_TIMED_OUT, code, kept).verdict == AGENT_UNKNOWN);
}

static void check_kept(const uint8_t *data, size_t size)
{
	size_t len = strlen(kept);
	MUST(len == (size < SPAWN_CAPTURE_MAX - 1 ? size : SPAWN_CAPTURE_MAX - 1));
	for (size_t i = 0; i < len; i++)
		MUST(kept[i] == (data[i] ? (char)data[i] : '?'));
}

/* Every byte is in its line, but those over the limit of a line. */
static void check_lines(const uint8_t *data, size_t size)
{
	size_t column = 0, at = 0;
	for (size_t i = 0; i < size; i++) {
		column = data[i] == '\n' ? 0 : column + 1;
		if (column <= SPAWN_LINE_MAX)
			MUST(at < again_len && again[at++] == (data[i] ? data[i] : '?'));
	}
	MUST(again_len == at + (size > 0 && data[size - 1] != '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int codes[] = {0, 0, 0, 1, 2, 3, 4, 7, 255};
	struct reader r = reader_over((struct bytes){data, size});
	if (size < 2 || size > OUTPUT_MAX)
		return 0;
	int code = codes[(size_t)reader_byte(&r) % (sizeof codes / sizeof *codes)];
	size_t piece = (size_t)reader_byte(&r), kept_len = 0;
	lines.len = again_len = line_count = 0;
	kept[0] = '\0';
	while (reader_left(&r) > 0) {
		struct bytes got = reader_take(&r, piece > 0 && piece < reader_left(&r) ? piece : reader_left(&r));
		spawn_capture(kept, sizeof kept, &kept_len, got);
		spawn_lines_take(&lines, got, on_line, NULL);
	}
	spawn_lines_end(&lines, on_line, NULL);
	check_kept(data + 2, size - 2);
	check_lines(data + 2, size - 2);
	check_meaning(code);
	return 0;
}
