// SPDX-License-Identifier: MIT
/* Line-based conversations as tables: what we send, which answers are good, which step is next.  PURE: input is the
 * bytes of the server, output is bytes to send and a verdict; no socket, clock or random number.  The memory that a
 * server can make us use is bounded.  doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_TALK_H
#define LDIRECTORD_CHECK_TALK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ldirectord/conf/config.h"

enum {
	TALK_LINE_MAX = 65536,    /* a longer line: down */
	/* more bytes in one conversation: down.  Of a file (ftp) only the first TALK_TOTAL_MAX bytes are checked. */
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
	/* The caller acts on these, in this order. */
	GString *out;       /* send it, then remove the sent bytes */
	bool half_close;    /* when out has been sent, close the sending side */
	uint16_t data_port; /* not 0: connect to this port of the same server, then talk_data_connected; set it to 0 */
	bool decided, up;   /* the verdict is final, why is its reason; out may hold a goodbye */
	bool over;          /* nothing more is expected: hang up */
	char why[TALK_WHY_MAX];
	const char *stage; /* what is waited for: "greeting" */

	/* Private. */
	const struct talk_script *script;
	struct talk_settings s; /* strings are copies */
	struct pattern *pattern; /* NULL: no receive */
	unsigned step, multi, place;
	size_t total;
	bool data_ended, data_answered;
	GString *line, *data;
	char *stamp;
	char refused[TALK_WHY_MAX / 2]; /* an answer 5xx, after which we tried another command; "": none */
	GString *deciding_line; /* the line that is the reason of the verdict; empty: the last line is */
	char local[64];
};

/* NULL: receive is not a valid expression, and why (cap) is the reason. */
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

/* For SIP over UDP: the request, and the meaning of an answer.  -1: not final, 0: down, 1: up. */
void talk_sip_request(const struct talk_settings *s, const char *local, GString *out);
int talk_sip_status(const char *line, size_t len);

#endif
