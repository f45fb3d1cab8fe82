// SPDX-License-Identifier: MIT
/* Runs line-based conversations, which are tables: what we send, which answers are good, which step is next.  PURE: the
 * input is the bytes of the server; the output is bytes to send and a verdict; no socket, clock or random number.  The
 * server can make us use only a limited amount of memory.  doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_TALK_H
#define LDIRECTORD_CHECK_TALK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ldirectord/conf/config.h"

enum {
	TALK_LINE_MAX = 65536,    /* after a longer line the verdict is down */
	/* After more bytes in one conversation the verdict is down.  Of a file (ftp) only the first TALK_TOTAL_MAX
	 * bytes are checked. */
	TALK_TOTAL_MAX = 1 << 20,
	TALK_WHY_MAX = 200,
};

struct talk_settings {
	enum lb_service service; /* smtp submission pop pops imap imaps nntp ftp simpletcp sip */
	enum lb_family family;
	const char *login, *passwd, *request, *receive;
	uint64_t nonce; /* different in each check */
};

struct talk_script;
struct pattern;

struct talk {
	/* The caller reads these, in this order. */
	GString *out;       /* send these bytes, then remove them */
	bool half_close;    /* when out has been sent, close the sending side */
	/* when not 0: connect to this port of the same server, call talk_data_connected, and set this to 0 */
	uint16_t data_port;
	bool decided, up;   /* decided: the verdict is final, and why is its reason; out may have a quit command */
	bool over;          /* no more bytes are expected: close the connection */
	char why[TALK_WHY_MAX];
	const char *stage; /* what the check waits for: "greeting" */

	/* Private. */
	const struct talk_script *script;
	struct talk_settings s; /* strings are copies */
	struct pattern *pattern; /* NULL: no receive */
	unsigned step, multi, place;
	size_t total;
	bool data_ended, data_answered;
	GString *line, *data;
	char *stamp;
	char refused[TALK_WHY_MAX / 2]; /* an answer 5xx after which we tried another command; "": none */
	GString *deciding_line; /* the line that is the reason of the verdict; empty: use the last line */
	char local[64];
};

/* Returns NULL when receive is not a valid expression; why (cap) has the reason. */
struct talk *talk_new(const struct talk_settings *s, char *why, size_t cap);
void talk_free(struct talk *t);

/* The connection is open.  local: our own "address:port", for sip */
void talk_connected(struct talk *t, const char *local);
void talk_take(struct talk *t, const char *bytes, size_t len);
void talk_closed(struct talk *t);

/* Events of the data connection of ftp. */
void talk_data_connected(struct talk *t);
void talk_data_take(struct talk *t, const char *bytes, size_t len);
void talk_data_closed(struct talk *t);

/* For SIP over UDP.  talk_sip_request builds the request.  talk_sip_status returns the meaning of an answer: -1 not
 * final, 0 down, 1 up. */
void talk_sip_request(const struct talk_settings *s, const char *local, GString *out);
int talk_sip_status(const char *line, size_t len);

#endif
