// SPDX-License-Identifier: MIT
/* One mail to one mail server, port 25, by libcurl.  In threads of its own: libcurl's SMTP waits within one call for
 * the answer to the end of the mail and to QUIT, with its multi interface too, and a server may think about a mail for
 * half a minute.
 * Knows no queue and never tries twice.  doc/ldirectord.md 10 */
#ifndef LDIRECTORD_DAEMON_SMTP_H
#define LDIRECTORD_DAEMON_SMTP_H

#include <stdbool.h>

enum { SMTP_TIMEOUT_MS = 30000, SMTP_AT_ONCE = 4 };

struct smtp_order {
	const char *host, *from;
	char *const *to;     /* each is a recipient of its own: one that is refused does not keep the others from it */
	const char *message; /* lines end with CR LF */
	/* In the main context, once, never from inside smtp_send; not after smtp_close.  sent: at least one recipient
	 * has it. why: "" or what the server said of a recipient that it does not take; the reason when it was not
	 * sent. */
	void (*done)(void *context, bool sent, const char *why);
	void *context;
};

struct smtp;
/* After check_init. */
struct smtp *smtp_open(void);
/* All of the order is copied.  SMTP_AT_ONCE are sent side by side, the others wait. */
void smtp_send(struct smtp *s, const struct smtp_order *order);
/* Give up what is on its way; takes two seconds at most: libcurl asks once a second. */
void smtp_close(struct smtp *s);

#endif
