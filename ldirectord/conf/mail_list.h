// SPDX-License-Identifier: MIT
/* The addresses in a list such as emailalert.  PURE.  One reader for the check of the file and for the mails, so that
 * an address that gets no mail is an address that was reported.  doc/ldirectord.md 10, 13.31 */
#ifndef LDIRECTORD_CONF_MAIL_LIST_H
#define LDIRECTORD_CONF_MAIL_LIST_H

#include <stdbool.h>

#include "lib/bytes.h"

/* Take the next address from *rest.  Addresses are separated by commas, semicolons or blanks; "Mail Team <a@b>" is one,
 * with its name in quotes or not.  *good: it can get mail; otherwise *address is the text that is none.  Only a good
 * one is free of what is an option of a mailer, or has a meaning in SMTP or a header.  False: there is no more. */
bool lb_mail_next(struct bytes *rest, struct bytes *address, bool *good);

#endif
