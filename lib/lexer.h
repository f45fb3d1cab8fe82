// SPDX-License-Identifier: MIT
/* Splits a line-oriented configuration text into words, each with its line and column.
 * Knows separators, comments and continuation lines; knows no directive.  Pure. */
#ifndef LIB_LEXER_H
#define LIB_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/bytes.h"

struct lexer_rules {
	/* true: '#' starts a comment anywhere (ha.cf, haresources); false: only as the first non-blank character of a
	 * line (authkeys) */
	bool comment_anywhere;
	bool comma_separates;  /* "a,b" is two words (the option directives of ha.cf) */
	bool backslash_joins;  /* a backslash directly before the newline continues the line (haresources) */
};

struct word {
	struct bytes text;
	unsigned line, column; /* both from 1; column counts bytes */
};

enum { LEXER_WORDS_MAX = 512 };

/* One logical line: one line of the file, or several that a backslash joins. */
struct lexer_line {
	struct word words[LEXER_WORDS_MAX];
	size_t count;        /* 0: the line is blank or has only a comment */
	bool too_many;       /* the line has more words than fit; the last ones are missing */
	/* The text after the first word and its blanks, up to the end of the (first physical) line, without comment and
	 * trailing blanks. */
	struct bytes rest;
	unsigned rest_column;
	unsigned line;       /* the line of the first word; without words: of the line itself */
};

struct lexer {
	struct lexer_rules rules;
	struct reader in;
	unsigned line;
	bool has_nul; /* the text contains a NUL byte, which was skipped */
};

void lexer_init(struct lexer *l, struct bytes text, struct lexer_rules rules);
/* Read the next logical line, also a blank one.  Returns false at the end.  CR, tab and form feed count as blanks. */
bool lexer_next(struct lexer *l, struct lexer_line *line);

#endif
