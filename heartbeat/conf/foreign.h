// SPDX-License-Identifier: MIT
/* Names characters in a configuration file that only look like ordinary ones.  Private to heartbeat/conf. */
#ifndef HEARTBEAT_CONF_FOREIGN_H
#define HEARTBEAT_CONF_FOREIGN_H

#include "lib/diag.h"
#include "lib/lexer.h"

/* Report the first such character of each line, outside of its comment.  Blanks, invisible characters and a blank
 * behind a backslash that should join lines are errors: the line does not mean what it looks like.  Quotes, dashes
 * and full-width signs are warnings: they may be meant.  words: look at so many words of a line only (authkeys: a key
 * may contain any byte); 0: all. */
void foreign_report(struct bytes text, struct lexer_rules rules, unsigned words, struct diags *diags);

#endif
