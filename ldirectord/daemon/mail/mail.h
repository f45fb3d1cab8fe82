// SPDX-License-Identifier: MIT
/* Sends the mails of the daemon: decides which recipient gets which event, and sends mails by SMTP or by the local
 * mailer.  Nothing here blocks: mails wait in the queue, threads of smtp.c talk to a mail server, and the local mailer
 * runs as a separate program.
 * doc/ldirectord.md 10, 13.7, 13.31, 13.32, 13.33 */
#ifndef LDIRECTORD_DAEMON_MAIL_MAIL_H
#define LDIRECTORD_DAEMON_MAIL_MAIL_H

#include <stdint.h>

#include "ldirectord/conf/config.h"

struct mail;
/* Create the module; it uses the default main context. */
struct mail *mail_new(void);
/* Cancels mails that are being sent. */
void mail_free(struct mail *m);
/* Take over the sender of a new configuration, and log warnings about its addresses. */
void mail_configure(struct mail *m, const struct lb_config *config);
/* Send a mail about an event of v, unless v excludes this status.  status: "starting", "running", "stopping" or
 * "reloading".  detail: text is a further line of the previous event, not a new event. */
void mail_event(struct mail *m, const struct lb_virtual *v, const char *status, const char *text, bool detail);
/* Send one mail about the whole file to each of its recipients. */
void mail_everybody(struct mail *m, const struct lb_config *config, const char *status, const char *text);
/* Call this when the daemon stops and its main loop has ended: sends the waiting mails, for two seconds at most. */
void mail_farewell(struct mail *m);

/* Returns the path of the program that sends mails without smtp; it may not exist. */
const char *mail_local_mailer(void);

struct mail_counts {
	unsigned waiting;
	uint64_t sent, dropped;
};
struct mail_counts mail_counts(const struct mail *m);

#endif
