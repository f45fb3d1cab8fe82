// SPDX-License-Identifier: MIT
/* What an LDAP check says and hears: a simple bind, then a search for one entry, as messages of LDAP version 3
 * (RFC 4511) made and read with OpenLDAP's liblber.  PURE: input is the bytes of the server, output is bytes to send
 * and a verdict.  The memory that a server can make us use is bounded.  doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_LDAP_TALK_H
#define LDIRECTORD_CHECK_LDAP_TALK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	LDAP_MESSAGE_MAX = 65536,    /* a longer message: down */
	LDAP_TALK_TOTAL_MAX = 1 << 20, /* more bytes in one conversation: down */
	LDAP_WHY_MAX = 200,
};

struct pattern;

struct ldap_talk {
	/* The caller acts on these. */
	GString *out;     /* send it, then remove the sent bytes */
	bool decided, up; /* the verdict, why is its reason; out may hold a goodbye: do not wait for an answer to it */
	char why[LDAP_WHY_MAX];
	const char *stage; /* what is waited for: "answer to bind" */

	/* Private. */
	GString *in;
	size_t total;
	char *base, *name; /* name: of the first entry; NULL: none yet */
	unsigned entries;
	bool searching;
	struct pattern *pattern; /* NULL: no receive */
};

/* Starts with the bind in out.  login and passwd: anonymous unless both are there.  base: of the search; "": the
 * server's own entry.  receive: the name of the entry must match; "": any.  NULL: receive is not a valid expression,
 * and why (cap) is the reason. */
struct ldap_talk *ldap_talk_new(const char *login, const char *passwd, const char *base, const char *receive, char *why,
	size_t cap);
void ldap_talk_free(struct ldap_talk *t); /* NULL is fine */
void ldap_talk_take(struct ldap_talk *t, const char *bytes, size_t len);

#endif
