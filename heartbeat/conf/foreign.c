// SPDX-License-Identifier: MIT
#include "heartbeat/conf/foreign.h"

#include "lib/foreign_text.h"

enum { SAY_MAX = 160 };

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f';
}

static struct bytes without_comment(struct bytes line, const struct lexer_rules *rules)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.at[i] == '#')
			return (struct bytes){line.at, i};
		if (!rules->comment_anywhere && !is_blank(line.at[i]))
			break;
	}
	return line;
}

static struct bytes first_words(struct bytes line, unsigned words)
{
	size_t i = 0;
	for (unsigned n = 0; n < words && i < line.len; n++) {
		while (i < line.len && is_blank(line.at[i]))
			i++;
		while (i < line.len && !is_blank(line.at[i]))
			i++;
	}
	return words > 0 ? (struct bytes){line.at, i} : line;
}

/* Report a backslash that has only blanks behind it: it should join the next line, but does not. */
static void report_backslash(struct bytes line, unsigned number, struct diags *diags)
{
	size_t end = line.len;
	while (end > 0 && is_blank(line.at[end - 1]))
		end--;
	bool only_cr = end + 1 == line.len && line.at[end] == '\r';
	if (end > 0 && end < line.len && !only_cr && line.at[end - 1] == '\\')
		diag_add(diags, DIAG_ERROR, number, (unsigned)end + 1,
			"a blank behind the backslash at the end of the line: delete it, so that the next line is joined");
}

void foreign_report(struct bytes text, struct lexer_rules rules, unsigned words, struct diags *diags)
{
	const char *encoding = foreign_encoding(text);
	struct reader r = reader_over(text);
	if (encoding) {
		diag_add(diags, DIAG_ERROR, 0, 0, "the file is %s", encoding);
		return;
	}
	for (unsigned number = 1; reader_left(&r) > 0; number++) {
		struct reader ahead = r;
		struct bytes line = reader_until(&ahead, '\n');
		struct foreign f;
		char say[SAY_MAX];
		if (ahead.failed)
			line = reader_take(&r, reader_left(&r));
		else
			r = ahead;
		line = first_words(without_comment(line, &rules), words);
		if (rules.backslash_joins)
			report_backslash(line, number, diags);
		if (!foreign_find(line, FOREIGN_BLANK | FOREIGN_INVISIBLE | FOREIGN_QUOTE | FOREIGN_SIGN, &f))
			continue;
		foreign_say(&f, say, sizeof(say));
		bool meant = f.kind == FOREIGN_QUOTE || f.kind == FOREIGN_SIGN;
		diag_add(diags, meant ? DIAG_WARNING : DIAG_ERROR, number, (unsigned)f.at + 1, "%s", say);
	}
}
