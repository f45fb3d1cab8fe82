// SPDX-License-Identifier: MIT
/* The conversation of an LDAP check: a simple bind, then a search for one entry, as messages of LDAP version 3
 * (RFC 4511).  OpenLDAP's liblber encodes and decodes them.  PURE: the input is the bytes of the server; the output is
 * bytes to send and a verdict.  The server can make us use only a limited amount of memory.  doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_LDAP_TALK_H
#define LDIRECTORD_CHECK_LDAP_TALK_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	LDAP_MESSAGE_MAX = 65536,    /* after a longer message the verdict is down */
	LDAP_TALK_TOTAL_MAX = 1 << 20, /* after more bytes in one conversation the verdict is down */
	LDAP_WHY_MAX = 200,
};

struct pattern;

struct ldap_talk {
	/* The caller reads these. */
	GString *out;     /* send these bytes, then remove them */
	/* decided: there is a verdict, and why is its reason; out may have an unbind request, which has no answer */
	bool decided, up;
	char why[LDAP_WHY_MAX];
	const char *stage; /* what the check waits for: "answer to bind" */

	/* Private. */
	GString *in;
	size_t total;
	char *base, *name; /* name: that of the first entry; NULL: none yet */
	unsigned entries;
	bool searching;
	struct pattern *pattern; /* NULL: no receive */
};

/* Create a conversation, with the bind request in out.  login and passwd: the bind is anonymous unless both are set.
 * base: of the search; "": the root entry of the server.  receive: a pattern that the name of the entry must match; "":
 * any name.  Returns NULL when receive is not a valid expression; why (cap) has the reason. */
struct ldap_talk *ldap_talk_new(const char *login, const char *passwd, const char *base, const char *receive, char *why,
	size_t cap);
void ldap_talk_free(struct ldap_talk *t); /* NULL is fine */
void ldap_talk_take(struct ldap_talk *t, const char *bytes, size_t len);

#endif
