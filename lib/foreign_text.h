// SPDX-License-Identifier: MIT
/* Characters in a configuration text that look like ordinary ones but are not: what editors, word processors and web
 * pages put in place of a blank, a quote or a colon.  Finds them and explains how to repair the text; never changes it.
 * Pure. */
#ifndef LIB_FOREIGN_TEXT_H
#define LIB_FOREIGN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"

enum foreign_kind {
	FOREIGN_BLANK = 1,      /* no-break, full-width and other wide blanks; of Latin-1 too */
	FOREIGN_INVISIBLE = 2,  /* byte order mark, zero-width characters, soft hyphen */
	FOREIGN_QUOTE = 4,      /* typographic quotes; of Windows-1252 too */
	FOREIGN_SIGN = 8,       /* full-width punctuation and letters, dashes, arrows */
	FOREIGN_BACKSLASH = 16, /* before a blank or at the end: some programs join words or lines with it */
	FOREIGN_BYTE = 32,      /* any other byte that is not UTF-8 */
	/* everything that can be mistaken for an ordinary character; not a letter of another alphabet */
	FOREIGN_ALL = 63,
};

struct foreign {
	enum foreign_kind kind;
	size_t at, len;      /* place in the text, in bytes */
	uint32_t code;       /* Unicode number, or the byte itself */
	bool unicode;        /* false: a byte that is not UTF-8, or a backslash */
	const char *name;    /* "no-break space" */
	const char *instead; /* what to do: "type an ordinary blank" */
};

/* The first foreign character of these kinds (enum foreign_kind, or-ed).  False: there is none. */
bool foreign_find(struct bytes text, unsigned kinds, struct foreign *out);
/* "a no-break space (U+00A0): type an ordinary blank", as the end of a message.  cap 160 holds any. */
void foreign_say(const struct foreign *f, char *out, size_t cap);
/* A whole file that is no UTF-8 text at all: "UTF-16 ...", for a message "the file is ...".  NULL: it may be text. */
const char *foreign_encoding(struct bytes file);

#endif
