// SPDX-License-Identifier: MIT
/* Sends a mail to a mail server, port 25, with libcurl.  It uses threads, because libcurl's SMTP blocks until the
 * server has answered the end of the mail and QUIT, even in the multi interface, and a server may need half a minute.
 * It has no queue and never tries twice.  doc/ldirectord.md 10 */
#ifndef LDIRECTORD_DAEMON_MAIL_SMTP_H
#define LDIRECTORD_DAEMON_MAIL_SMTP_H

#include <stdbool.h>

enum { SMTP_TIMEOUT_MS = 30000, SMTP_AT_ONCE = 4 };

struct smtp_order {
	const char *host, *from;
	char *const *to;     /* if one recipient is refused, the others still get the mail */
	const char *message; /* lines end with CR LF */
	/* Called once in the main context, never from inside smtp_send or after smtp_close.  sent: the server has
	 * accepted the mail for at least one recipient.  why: "", the server's answer for a refused recipient, or the
	 * reason of the failure. */
	void (*done)(void *context, bool sent, const char *why);
	void *context;
};

struct smtp;
/* Only one struct smtp may exist at a time. */
struct smtp *smtp_open(void);
/* Send a mail.  The order is copied.  SMTP_AT_ONCE mails are sent in parallel, the others wait. */
void smtp_send(struct smtp *s, const struct smtp_order *order);
/* Cancel all mails; takes two seconds at most, because libcurl calls on_progress once a second. */
void smtp_close(struct smtp *s);

#endif
