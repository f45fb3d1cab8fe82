// SPDX-License-Identifier: MIT
/* Bytes as the answers of an LDAP server.  First byte: the settings, and how the rest is cut into pieces.  Promises:
 * the bytes that are kept and sent are bounded, a reason is printable, "up" needs an entry that was found.  The cut into
 * pieces changes neither the verdict, nor its reason, nor what is sent to a server that is up. */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#ifdef WITH_ldap
#include "ldirectord/check/ldap_talk.h"

enum { SENT_MAX = 4096 };

struct outcome {
	bool decided, up;
	char why[LDAP_WHY_MAX];
	GString *sent;
};

static void look(struct ldap_talk *t, struct outcome *o)
{
	MUST(t->in->len <= LDAP_MESSAGE_MAX);
	MUST(!t->up || t->decided);
	MUST(!t->decided || *t->why);
	for (const char *p = t->why; *p; p++)
		MUST(*p >= ' ' && *p < 127);
	g_string_append_len(o->sent, t->out->str, (gssize)t->out->len);
	g_string_truncate(t->out, 0);
	MUST(o->sent->len <= SENT_MAX);
}

static struct outcome converse(uint8_t choice, const uint8_t *data, size_t size, size_t piece)
{
	const char *login = choice & 1 ? "cn=lb" : "", *receive = choice & 2 ? "^dc=t" : "";
	char why[LDAP_WHY_MAX];
	struct ldap_talk *t = ldap_talk_new(login, "secret", choice & 4 ? "dc=test" : "", receive, why, sizeof(why));
	struct outcome o = {.sent = g_string_new(NULL)};
	MUST(t);
	for (size_t at = 0; at < size && !t->decided; at += piece) {
		look(t, &o);
		ldap_talk_take(t, (const char *)data + at, size - at < piece ? size - at : piece);
	}
	look(t, &o);
	o.decided = t->decided;
	o.up = t->up;
	memcpy(o.why, t->why, sizeof(o.why));
	MUST(!o.up || strstr(o.why, "found the entry"));
	ldap_talk_free(t);
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	struct outcome whole = converse(data[0], data + 1, size - 1, size);
	struct outcome pieces = converse(data[0], data + 1, size - 1, 1 + (data[0] >> 3) % 16);
	MUST(whole.decided == pieces.decided && whole.up == pieces.up && strcmp(whole.why, pieces.why) == 0);
	MUST(!whole.up || g_string_equal(whole.sent, pieces.sent)); // a failure drops what was not sent yet
	(void)g_string_free(whole.sent, TRUE);
	(void)g_string_free(pieces.sent, TRUE);
	return 0;
}
#else
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data, (void)size; // this build has no check of ldap
	return 0;
}
#endif
