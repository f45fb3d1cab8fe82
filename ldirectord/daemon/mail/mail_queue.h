// SPDX-License-Identifier: MIT
/* The queue of mails: the events of one second become one mail; a mail that could not be sent is tried again and
 * finally dropped.  PURE: the caller passes the time and sends the mails.  The number of mails and the size of each
 * mail have a limit.  doc/ldirectord.md 10 */
#ifndef LDIRECTORD_DAEMON_MAIL_MAIL_QUEUE_H
#define LDIRECTORD_DAEMON_MAIL_MAIL_QUEUE_H

#include <stdbool.h>

#include "ldirectord/daemon/mail/mail_text.h"
#include "lib/mono.h"

enum {
	MAIL_QUEUE_GATHER_MS = 1000,
	MAIL_QUEUE_MAX = 64,
	MAIL_QUEUE_TRIES = 4 /* at once, then after 1, 5 and 15 minutes */
};

struct posting {
	struct mail_text text;
	char *list, *smtp; /* recipients and mail server as in the file; smtp NULL: the local mailer */
	char *id, *date;   /* the same in each attempt, so that a recipient can recognize a duplicate; NULL at first */
	unsigned tries;
	struct mono due;   /* when to send it, if it is not out */
	/* it is being sent: mail_queue_take has returned it, and mail_queue_back was not called yet */
	bool out;
};

struct mail_queue;
struct mail_queue *mail_queue_new(void);
void mail_queue_free(struct mail_queue *q);
/* Returns the mail to these recipients that still collects events, or a new one.  If the queue is full, the oldest mail
 * that is not out is dropped: *lost is then the text of its first event (free it with g_free()), otherwise NULL.
 * Returns NULL if all mails are out. */
struct posting *mail_queue_gather(
	struct mail_queue *q, const char *list, const char *smtp, struct mono now, char **lost);
/* Returns the next mail to send now, which is out afterwards; NULL: none. */
struct posting *mail_queue_take(struct mail_queue *q, struct mono now);
/* Report the result of an attempt.  Returns the seconds until the next attempt; 0: p was freed, because it was sent or
 * has no attempts left. */
unsigned mail_queue_back(struct mail_queue *q, struct posting *p, bool sent, struct mono now);
/* Call this when the daemon stops: mails that were not tried yet are due at once, mails that wait for another attempt
 * are dropped.  Returns the number of dropped mails. */
unsigned mail_queue_hurry(struct mail_queue *q, struct mono now);
struct mono mail_queue_deadline(const struct mail_queue *q); /* MONO_FAR: no mail waits */
unsigned mail_queue_count(const struct mail_queue *q);       /* includes mails that are out */

#endif
