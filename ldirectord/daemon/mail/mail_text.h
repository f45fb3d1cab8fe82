// SPDX-License-Identifier: MIT
/* The text of a mail: headers, and one event or a digest of many.  PURE: no clock, no socket.  Names and comments of
 * the configuration cannot add lines or headers.  doc/ldirectord.md 10 */
#ifndef LDIRECTORD_DAEMON_MAIL_MAIL_TEXT_H
#define LDIRECTORD_DAEMON_MAIL_MAIL_TEXT_H

#include <glib.h>

enum { MAIL_TEXT_EVENTS = 200 }; /* a digest lists this many events and details; of more it has the number only */

/* Borrowed strings; service_name and comment may be NULL. */
struct mail_text_event {
	const char *text;   /* "[Web] Deleted real server: 10.0.0.1:80 (10.9.0.1:80)" */
	const char *status; /* "running" */
	const char *service_name, *comment;
};

struct mail_text {
	char *first;     /* text of the first event; NULL: there is none yet */
	GString *events; /* their lines, with LF */
	unsigned count, details;
};

void mail_text_init(struct mail_text *l);
void mail_text_clear(struct mail_text *l);
void mail_text_add(struct mail_text *l, const struct mail_text_event *e);
/* One more line of the event before, with the text of e only; an event of its own when there is none before. */
void mail_text_detail(struct mail_text *l, const struct mail_text_event *e);
/* "Deleted real server: ..." of one event, "3 changes on lvsdir, the first: ..." of several.  g_free() it. */
char *mail_text_subject(const struct mail_text *l, const char *host);

/* The addresses of a list, as conf/mail_list.h reads it.  Invalid ones are left out, so that none can be an option of a
 * mailer or add a line.  g_strfreev() it. */
char **mail_text_addresses(const char *list);
/* The first invalid address of the list; NULL: all are valid.  g_free() it. */
char *mail_text_no_address(const char *list);

struct mail_text_envelope {
	const char *from, *host; /* from: an address; host: this machine */
	char *const *to;         /* from mail_text_addresses */
	const char *date;        /* "Tue, 24 Nov 2026 18:30:00 +0000" */
	const char *id;          /* of the message, without its angle brackets */
};

/* The whole mail.  eol: "\r\n" for SMTP, "\n" for a mailer.  g_free() it. */
char *mail_text_compose(const struct mail_text *l, const struct mail_text_envelope *e, const char *eol);

#endif
