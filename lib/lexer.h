// SPDX-License-Identifier: MIT
/* Words of a line-oriented configuration text, each with its line and column.
 * Knows separators, comments and continuation; knows no directive.  Pure: text in, words out. */
#ifndef LIB_LEXER_H
#define LIB_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/bytes.h"

struct lexer_rules {
	/* '#' starts a comment anywhere (ha.cf, haresources); otherwise only as first non-blank (authkeys) */
	bool comment_anywhere;
	bool comma_separates;  /* "a,b" are two words (ha.cf option directives) */
	bool backslash_joins;  /* a backslash directly before the newline continues the line (haresources) */
};

struct word {
	struct bytes text;
	unsigned line, column; /* both from 1; column counts bytes */
};

enum { LEXER_WORDS_MAX = 512 };

/* One logical line. */
struct lexer_line {
	struct word words[LEXER_WORDS_MAX];
	size_t count;        /* 0: blank or comment only */
	bool too_many;       /* more words than fit: the rest was left out */
	/* from after the first word and its blanks to the end of the (first physical) line, comment and trailing blanks
	 * removed */
	struct bytes rest;
	unsigned rest_column;
	unsigned line;       /* of the first word, or of the line itself */
};

struct lexer {
	struct lexer_rules rules;
	struct reader in;
	unsigned line;
	bool has_nul; /* a NUL byte was seen and skipped */
};

void lexer_init(struct lexer *l, struct bytes text, struct lexer_rules rules);
/* Next logical line, blank ones included.  False at the end.  CR, tab, form feed count as blanks. */
bool lexer_next(struct lexer *l, struct lexer_line *line);

#endif
