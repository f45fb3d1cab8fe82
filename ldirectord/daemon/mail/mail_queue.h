// SPDX-License-Identifier: MIT
/* The queue of mails: events of one second become one mail; a mail that could not be sent is tried again and finally
 * dropped.  PURE: the caller passes the time and does the sending.  The number of mails and the size of each are
 * bounded.  doc/ldirectord.md 10 */
#ifndef LDIRECTORD_DAEMON_MAIL_MAIL_QUEUE_H
#define LDIRECTORD_DAEMON_MAIL_MAIL_QUEUE_H

#include <stdbool.h>

#include "ldirectord/daemon/mail/mail_text.h"
#include "lib/mono.h"

enum {
	MAIL_QUEUE_GATHER_MS = 1000,
	MAIL_QUEUE_MAX = 64,
	MAIL_QUEUE_TRIES = 4 /* at once, after 1, 5 and 15 minutes */
};

struct posting {
	struct mail_text text;
	char *list, *smtp; /* recipients and mail server as in the file; smtp NULL: the local mailer */
	char *id, *date;   /* the same in each try, so that a recipient recognizes a duplicate; NULL at first */
	unsigned tries;
	struct mono due;   /* if it is not out */
	bool out;          /* it is being sent: taken, and mail_queue_back was not called yet */
};

struct mail_queue;
struct mail_queue *mail_queue_new(void);
void mail_queue_free(struct mail_queue *q);
/* The mail to these recipients that still collects events, or a new one.  If the queue is full, the oldest mail that is
 * not out is dropped: *lost is the text of its first event, else NULL; g_free() it.  Returns NULL if all are out. */
struct posting *mail_queue_gather(
	struct mail_queue *q, const char *list, const char *smtp, struct mono now, char **lost);
/* The next mail to send now; it is out afterwards.  NULL: none. */
struct posting *mail_queue_take(struct mail_queue *q, struct mono now);
/* The result of a try.  Returns the seconds until the next try; 0: p is freed, because it was sent or has no tries
 * left. */
unsigned mail_queue_back(struct mail_queue *q, struct posting *p, bool sent, struct mono now);
/* The daemon stops: mails that were not tried yet are due at once, mails that wait for another try are dropped.
 * Returns the number of dropped mails. */
unsigned mail_queue_hurry(struct mail_queue *q, struct mono now);
struct mono mail_queue_deadline(const struct mail_queue *q); /* MONO_FAR: none waits */
unsigned mail_queue_count(const struct mail_queue *q);       /* includes mails that are out */

#endif
