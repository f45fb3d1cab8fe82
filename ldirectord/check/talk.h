// SPDX-License-Identifier: MIT
/* Conversations in lines, as tables: what is said, what may be answered, what comes next.  PURE: bytes of the server go
 * in, bytes to send and a verdict come out; no socket, clock or random number in here.  What a server can make it keep
 * is bounded. doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_TALK_H
#define LDIRECTORD_CHECK_TALK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ldirectord/conf/config.h"

enum {
	TALK_LINE_MAX = 65536,    /* a longer line is the end: down */
	/* so is more than this in one conversation; of a file (ftp) the first so many bytes count */
	TALK_TOTAL_MAX = 1 << 20,
	TALK_WHY_MAX = 200,
};

struct talk_settings {
	enum lb_service service; /* smtp submission pop pops imap imaps nntp ftp simpletcp sip */
	enum lb_family family;
	const char *login, *passwd, *request, *receive;
	uint64_t nonce; /* differs from check to check */
};

struct talk_script;
struct pattern;

struct talk {
	/* To be done by the caller, in this order. */
	GString *out;       /* send it, then cut it off */
	bool half_close;    /* when out has been sent, close the sending side */
	uint16_t data_port; /* not 0: connect to this port of the same server, then talk_data_connected; set it to 0 */
	bool decided, up;   /* the verdict stands, why says why; out may hold a goodbye */
	bool over;          /* nothing more is expected: hang up */
	char why[TALK_WHY_MAX];
	const char *stage; /* what is waited for: "greeting" */

	/* Its own. */
	const struct talk_script *script;
	struct talk_settings s; /* strings are copies */
	struct pattern *pattern; /* NULL: no receive */
	unsigned step, multi, place;
	size_t total;
	bool data_ended, data_answered;
	GString *line, *data;
	char *stamp;
	char refused[TALK_WHY_MAX / 2]; /* the answer 5xx that something else was tried after; "": none */
	GString *said; /* the line that the verdict is about when it is not the last one; empty: none */
	char local[64];
};

/* NULL: receive is no expression, and why (cap) says so. */
struct talk *talk_new(const struct talk_settings *s, char *why, size_t cap);
void talk_free(struct talk *t);

/* local: our own "address:port", for sip */
void talk_connected(struct talk *t, const char *local);
void talk_take(struct talk *t, const char *bytes, size_t len);
void talk_closed(struct talk *t);

/* The data connection of ftp. */
void talk_data_connected(struct talk *t);
void talk_data_take(struct talk *t, const char *bytes, size_t len);
void talk_data_closed(struct talk *t);

/* For the sip that goes by datagrams: the request, and what an answer says.  -1: not the final one, 0: down, 1: up. */
void talk_sip_request(const struct talk_settings *s, const char *local, GString *out);
int talk_sip_status(const char *line, size_t len);

#endif
