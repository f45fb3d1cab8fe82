// SPDX-License-Identifier: MIT
/* Bytes as what a resource script prints, in pieces: the lines for the log, the text that is kept, and what a status
 * call means by it.  First byte: exit code (a few that matter); second: how many bytes come at a time (0: all).  The
 * meaning is compared with the table of exec/agent.h, written down a second time over words that are cut out one by
 * one. */
#include <ctype.h>
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

static bool is_word_end(char c)
{
	return strchr(" \t\r\n.,:;!()[]<>{}|'\"-", c) != NULL; /* and NUL */
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = text; *at; at++)
		if ((at == text || is_word_end(at[-1])) && strncasecmp(at, word, len) == 0 && is_word_end(at[len]))
			return true;
	return false;
}

static const char *find_any_case(const char *text, const char *word)
{
	for (; *text; text++)
		if (strncasecmp(text, word, strlen(word)) == 0)
			return text;
	return NULL;
}

static bool says_running(const char *text)
{
	return strstr(text, "running") || strstr(text, "Running");
}

/* "not", a blank, and somewhere behind it running. */
static bool says_not_running(const char *text)
{
	for (const char *at = text; (at = find_any_case(at, "not")) != NULL; at++)
		if (at[3] && strchr(" \t\n\f\r", at[3]) && says_running(at + 4))
			return true;
	return false;
}

static bool plain_runs(int code, const char *text)
{
	static const char *const denials[] = {"not", "no", "inactive", "dead", "down", "unused", "usage"};
	if (code == 3 || code == 7 || says_not_running(text))
		return false;
	if (code != 0)
		return says_running(text) || strstr(text, "OK");
	if (find_any_case(text, "stopped"))
		return false;
	if (says_running(text))
		return true;
	for (size_t i = 0; i < sizeof denials / sizeof *denials; i++)
		if (has_word(text, denials[i]))
			return false;
	while (*text && strchr(" \t\r\n", *text))
		text++;
	return *text != '\0';
}

/* --- both --- */

static void check_meaning(int code)
{
	enum agent_verdict verdict = agent_status_decide(SPAWN_EXITED, code, kept);
	MUST(verdict == (plain_runs(code, kept) ? AGENT_RUNNING : AGENT_STOPPED));
	MUST(agent_status_decide(SPAWN_TIMED_OUT, code, kept) == AGENT_UNKNOWN);
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
