// SPDX-License-Identifier: MIT
/* Formats a mail: its headers, and one event or a digest of many.  PURE: no clock, no socket.  Names and comments of
 * the configuration cannot add lines or headers.  doc/ldirectord.md 10 */
#ifndef LDIRECTORD_DAEMON_MAIL_MAIL_TEXT_H
#define LDIRECTORD_DAEMON_MAIL_MAIL_TEXT_H

#include <glib.h>

/* a digest lists at most this many events and details; further ones are only counted */
enum { MAIL_TEXT_EVENTS = 200 };

/* Borrowed strings; service_name and comment may be NULL. */
struct mail_text_event {
	const char *text;   /* "[Web] Deleted real server: 10.0.0.1:80 (10.9.0.1:80)" */
	const char *status; /* "running" */
	const char *service_name, *comment;
};

struct mail_text {
	char *first;     /* text of the first event; NULL: there is none yet */
	GString *events; /* the lines of the events, with LF */
	unsigned count, details;
};

void mail_text_init(struct mail_text *l);
void mail_text_clear(struct mail_text *l);
void mail_text_add(struct mail_text *l, const struct mail_text_event *e);
/* Add another line to the previous event, with only the text of e.  Without a previous event it is a new event. */
void mail_text_detail(struct mail_text *l, const struct mail_text_event *e);
/* Returns the subject: "Deleted real server: ..." for one event, "3 changes on lvsdir, the first: ..." for several.
 * The caller frees it with g_free(). */
char *mail_text_subject(const struct mail_text *l, const char *host);

/* Returns the addresses of a list, as conf/mail_list.h reads it, without the invalid ones: no address can be an option
 * of a mailer or add a line.  The caller frees it with g_strfreev(). */
char **mail_text_addresses(const char *list);
/* Returns the first invalid address of the list; NULL: all are valid.  The caller frees it with g_free(). */
char *mail_text_no_address(const char *list);

struct mail_text_envelope {
	const char *from, *host; /* from: an address; host: this machine */
	char *const *to;         /* from mail_text_addresses */
	const char *date;        /* "Tue, 24 Nov 2026 18:30:00 +0000" */
	const char *id;          /* the message id, without its angle brackets */
};

/* Returns the whole mail.  eol: "\r\n" for SMTP, "\n" for a mailer.  The caller frees it with g_free(). */
char *mail_text_compose(const struct mail_text *l, const struct mail_text_envelope *e, const char *eol);

#endif
