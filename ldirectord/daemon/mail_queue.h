// SPDX-License-Identifier: MIT
/* Mails on their way: events of one moment gather in one letter, a letter that was not sent is tried again and in the
 * end dropped.
 * PURE: the time is given, nothing is sent from here.  Bounded: letters, and what each of them tells.
 * doc/ldirectord.md 10 */
#ifndef LDIRECTORD_DAEMON_MAIL_QUEUE_H
#define LDIRECTORD_DAEMON_MAIL_QUEUE_H

#include <stdbool.h>

#include "ldirectord/daemon/mail_text.h"
#include "lib/mono.h"

enum {
	MAIL_QUEUE_GATHER_MS = 1000,
	MAIL_QUEUE_MAX = 64,
	MAIL_QUEUE_TRIES = 4 /* at once, after 1, 5 and 15 minutes */
};

struct posting {
	struct mail_text text;
	char *list, *smtp; /* whose: as in the file; smtp NULL: the local mailer */
	char *id, *date;   /* the sender's, kept over tries: who gets it twice can tell; NULL at first */
	unsigned tries;
	struct mono due;   /* while it is not out */
	bool out;          /* taken, not yet back */
};

struct mail_queue;
struct mail_queue *mail_queue_new(void);
void mail_queue_free(struct mail_queue *q);
/* The letter to these recipients that still gathers, or a new one.  When there is no room, the oldest that is not out
 * goes: *lost is its subject's beginning then, else NULL; g_free() it.  NULL: all are out. */
struct posting *mail_queue_gather(
	struct mail_queue *q, const char *list, const char *smtp, struct mono now, char **lost);
/* The next one that is to be sent now; it is out then.  NULL: none. */
struct posting *mail_queue_take(struct mail_queue *q, struct mono now);
/* It is back.  Returns the seconds until its next try; 0: it is gone, because it was sent or was tried often enough. */
unsigned mail_queue_back(struct mail_queue *q, struct posting *p, bool sent, struct mono now);
/* The end: what has not been tried yet is due at once, what waits for another try is given up.  Returns how many those
 * are. */
unsigned mail_queue_hurry(struct mail_queue *q, struct mono now);
struct mono mail_queue_deadline(const struct mail_queue *q); /* MONO_FAR: none waits */
unsigned mail_queue_count(const struct mail_queue *q);       /* with those that are out */

#endif
