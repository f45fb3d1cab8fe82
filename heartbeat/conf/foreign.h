// SPDX-License-Identifier: MIT
/* Reports characters in a configuration file that look like ordinary ones but are not.  Private to heartbeat/conf. */
#ifndef HEARTBEAT_CONF_FOREIGN_H
#define HEARTBEAT_CONF_FOREIGN_H

#include "lib/diag.h"
#include "lib/lexer.h"

/* Report the first such character of each line, outside of its comment.  Blanks and invisible characters are errors,
 * and so is a blank behind a backslash that should join lines: the line does not mean what it seems to mean.  Quotes,
 * dashes and full-width signs are only warnings, because they may be intended.  words: check only this number of words
 * of each line, because a key in authkeys may contain any byte; 0: all words. */
void foreign_report(struct bytes text, struct lexer_rules rules, unsigned words, struct diags *diags);

#endif
