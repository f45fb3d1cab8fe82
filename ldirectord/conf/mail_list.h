// SPDX-License-Identifier: MIT
/* Reads the addresses in a list such as emailalert.  PURE.  The check of the file and the code that sends mails use the
 * same reader, so every address that gets no mail was reported.  doc/ldirectord.md 10, 13.31 */
#ifndef LDIRECTORD_CONF_MAIL_LIST_H
#define LDIRECTORD_CONF_MAIL_LIST_H

#include <stdbool.h>

#include "lib/bytes.h"

/* Take the next address from *rest.  Addresses are separated by commas, semicolons or blanks; "Mail Team <a@b>" is one
 * address, with its name in quotes or not.  *good is true when the address can get mail; otherwise *address is the
 * invalid text.  A good address contains nothing that a mailer would read as an option, or that has a special meaning
 * in SMTP or in a header.  Returns false when there are no more addresses. */
bool lb_mail_next(struct bytes *rest, struct bytes *address, bool *good);

#endif
