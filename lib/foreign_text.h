// SPDX-License-Identifier: MIT
/* Finds characters in a configuration text that look like ordinary ones but are not: editors, word processors and web
 * pages insert them in place of a blank, a quote or a colon.  Explains how to repair the text; does not change it.
 * Pure. */
#ifndef LIB_FOREIGN_TEXT_H
#define LIB_FOREIGN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/bytes.h"

enum foreign_kind {
	FOREIGN_BLANK = 1,      /* no-break, full-width and other wide blanks; the no-break space of Latin-1 too */
	FOREIGN_INVISIBLE = 2,  /* byte order mark, zero-width characters, soft hyphen */
	FOREIGN_QUOTE = 4,      /* typographic quotes, also those of Windows-1252 */
	FOREIGN_SIGN = 8,       /* full-width punctuation and letters, dashes, arrows */
	/* a backslash before a blank or at the end: some programs use it to join words or lines */
	FOREIGN_BACKSLASH = 16,
	FOREIGN_BYTE = 32,      /* any other byte that is not UTF-8 */
	/* all kinds above.  A letter of another alphabet is not a foreign character. */
	FOREIGN_ALL = 63,
};

struct foreign {
	enum foreign_kind kind;
	size_t at, len;      /* position and length in the text, in bytes */
	uint32_t code;       /* the Unicode number, or the value of the byte */
	bool unicode;        /* false: a byte that is not UTF-8, or a backslash */
	const char *name;    /* "no-break space" */
	const char *instead; /* what to do: "type an ordinary blank" */
};

/* Find the first foreign character of these kinds (enum foreign_kind, or-ed).  Returns false when there is none. */
bool foreign_find(struct bytes text, unsigned kinds, struct foreign *out);
/* Writes the end of a message: "a no-break space (U+00A0): type an ordinary blank".  160 bytes (cap) hold any of these
 * texts. */
void foreign_say(const struct foreign *f, char *out, size_t cap);
/* Checks whether a file is in an encoding that the parsers cannot read.  Returns the name of the encoding, for example
 * "UTF-16 ...", for a message "the file is ..."; NULL when the file may be ASCII or UTF-8 text. */
const char *foreign_encoding(struct bytes file);

#endif
