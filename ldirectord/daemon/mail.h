// SPDX-License-Identifier: MIT
/* Mails of the daemon: who is told of what, by which way.  Nothing here waits: letters gather in the queue, go to a
 * mail server in the threads of smtp, or to the local mailer as a program of the site.
 * doc/ldirectord.md 10, 13.7, 13.31, 13.32, 13.33 */
#ifndef LDIRECTORD_DAEMON_MAIL_H
#define LDIRECTORD_DAEMON_MAIL_H

#include <stdint.h>

#include "ldirectord/conf/config.h"

struct mail;
/* After check_init, with the default main context. */
struct mail *mail_new(void);
/* What could be on its way still is given up. */
void mail_free(struct mail *m);
/* A configuration begins to count: its sender, and what can be said of its recipients. */
void mail_configure(struct mail *m, const struct lb_config *config);
/* Something has happened to v, while the daemon was "starting", "running", "stopping" or "reloading": a mail, unless v
 * wants none. */
void mail_event(struct mail *m, const struct lb_virtual *v, const char *status, const char *text);
/* Something that concerns the whole file: one mail to each of its recipients. */
void mail_everybody(struct mail *m, const struct lb_config *config, const char *status, const char *text);
/* The daemon stops, its loop has ended: send what waits, for two seconds at most. */
void mail_farewell(struct mail *m);

struct mail_counts {
	unsigned waiting;
	uint64_t sent, dropped;
};
struct mail_counts mail_counts(const struct mail *m);

#endif
