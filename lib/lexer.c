// SPDX-License-Identifier: MIT
#include "lib/lexer.h"

void lexer_init(struct lexer *l, struct bytes text, struct lexer_rules rules)
{
	*l = (struct lexer){.rules = rules, .in = reader_over(text), .line = 0};
}

// NUL counts as a blank: words point into the text, so a NUL within a word could not be removed.
static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\0';
}

static struct bytes slice(struct bytes b, size_t from, size_t to)
{
	return (struct bytes){b.at + from, to - from};
}

// The length without trailing blanks.
static size_t trimmed(struct bytes b, size_t from, size_t to)
{
	while (to > from && is_blank(b.at[to - 1]))
		to--;
	return to;
}

// Read one physical line without its newline; *ended: it had a newline.
static struct bytes physical_line(struct lexer *l, bool *ended)
{
	struct reader ahead = l->in;
	struct bytes text = reader_until(&ahead, '\n');
	*ended = !ahead.failed;
	if (*ended)
		l->in = ahead;
	else
		text = reader_take(&l->in, reader_left(&l->in));
	l->line++;
	for (size_t i = 0; i < text.len; i++)
		l->has_nul |= text.at[i] == '\0';
	return text;
}

// Remove the comment.  Returns true when there was one.
static bool cut_comment(const struct lexer *l, struct bytes *text)
{
	for (size_t i = 0; i < text->len; i++) {
		if (text->at[i] == '#') {
			text->len = i;
			return true;
		}
		if (!l->rules.comment_anywhere && !is_blank(text->at[i]))
			return false;
	}
	return false;
}

/* Remove a backslash that joins the next line.  CR LF is a newline too, because the file may come from another system.
 * A comment is removed first, because a backslash in a comment must not join the next line. */
static bool cut_backslash(const struct lexer *l, struct bytes *text)
{
	if (!l->rules.backslash_joins)
		return false;
	size_t len = text->len;
	if (len > 0 && text->at[len - 1] == '\r')
		len--;
	if (len == 0 || text->at[len - 1] != '\\')
		return false;
	text->len = len - 1;
	return true;
}

static void add_word(struct lexer_line *line, struct bytes text, unsigned number, size_t from)
{
	if (line->count == LEXER_WORDS_MAX) {
		line->too_many = true;
		return;
	}
	line->words[line->count++] = (struct word){text, number, (unsigned)from + 1};
}

/* Split one physical line into words.  Only a blank ends the first word of a logical line: "node,a" is one (unknown)
 * directive.  doc/configuration.md 2: "directive = run of non-white-space characters" */
static void split(const struct lexer *l, struct bytes text, struct lexer_line *line)
{
	size_t i = 0;
	while (i < text.len) {
		bool commas = l->rules.comma_separates && line->count > 0;
		if (is_blank(text.at[i]) || (commas && text.at[i] == ',')) {
			i++;
			continue;
		}
		size_t from = i;
		while (i < text.len && !is_blank(text.at[i]) && !(commas && text.at[i] == ','))
			i++;
		add_word(line, slice(text, from, i), l->line, from);
		if (line->count == 1 && !line->rest.at) {
			size_t rest = i;
			while (rest < text.len && is_blank(text.at[rest]))
				rest++;
			line->rest = slice(text, rest, trimmed(text, rest, text.len));
			line->rest_column = (unsigned)rest + 1;
			line->line = l->line;
		}
	}
}

bool lexer_next(struct lexer *l, struct lexer_line *line)
{
	if (reader_left(&l->in) == 0)
		return false;
	line->count = 0;
	line->too_many = false;
	line->rest = (struct bytes){NULL, 0};
	line->rest_column = 0;
	line->line = l->line + 1;
	bool joined;
	do {
		bool ended;
		struct bytes text = physical_line(l, &ended);
		bool comment = cut_comment(l, &text);
		joined = ended && !comment && cut_backslash(l, &text);
		split(l, text, line);
	} while (joined && reader_left(&l->in) > 0);
	return true;
}
