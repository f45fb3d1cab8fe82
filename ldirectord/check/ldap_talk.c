// SPDX-License-Identifier: MIT
#include "ldirectord/check/ldap_talk.h"

#include <lber.h>
#include <ldap.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ldirectord/check/pattern.h"
#include "lib/bytes.h"

enum { BIND = 1, SEARCH, UNBIND }; /* the message ids of our messages */
enum { TEXT_MAX = 120 };           /* the longest text of the server that a reason quotes */

static char object_class[] = "objectClass", no_attributes[] = "1.1";

__attribute__((format(printf, 2, 3))) static void down(struct ldap_talk *t, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	(void)vsnprintf(t->why, sizeof(t->why), format, ap);
	va_end(ap);
	t->decided = true;
	t->up = false;
	(void)g_string_truncate(t->out, 0);
}

static void printable(const char *text, size_t len, char out[TEXT_MAX])
{
	size_t n = 0;
	for (; n < len && n < TEXT_MAX - 1; n++)
		out[n] = text[n] >= ' ' && text[n] < 127 ? text[n] : '?';
	out[n] = '\0';
}

// --- out ---

/* Append the bytes encoded in ber to out, and free ber.  written: the result of ber_printf, -1 when it had no
 * memory. */
static void put(struct ldap_talk *t, BerElement *ber, int written)
{
	struct berval bytes = {0, NULL};
	if (!ber || written < 0 || ber_flatten2(ber, &bytes, 0) != 0)
		g_error("no memory for a message to a directory");
	g_string_append_len(t->out, bytes.bv_val, (gssize)bytes.bv_len);
	ber_free(ber, 1);
}

static void put_bind(struct ldap_talk *t, const char *login, const char *passwd)
{
	// a bind with a name but without a password would be anonymous too, without any notice
	bool anonymous = !*login || !*passwd;
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	int written = ber_printf(ber, "{it{ists}}", BIND, LDAP_REQ_BIND, LDAP_VERSION3, anonymous ? "" : login,
		LDAP_AUTH_SIMPLE, anonymous ? "" : passwd);
	put(t, ber, written);
	t->stage = "answer to bind";
}

/* Append the search request.  It requests no attributes, and has no time limit, because the check has one. */
static void put_search(struct ldap_talk *t)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	char *attributes[] = {no_attributes, NULL};
	int written = ber_printf(ber, "{it{seeiibts{v}}}", SEARCH, LDAP_REQ_SEARCH, t->base, LDAP_SCOPE_BASE,
		LDAP_DEREF_NEVER, 0, 0, 0, LDAP_FILTER_PRESENT, object_class, attributes);
	put(t, ber, written);
	t->searching = true;
	t->stage = "answer to search";
}

static void put_unbind(struct ldap_talk *t)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	int written = ber_printf(ber, "{itn}", UNBIND, LDAP_REQ_UNBIND);
	put(t, ber, written);
}

// --- the verdict ---

static void judge_entries(struct ldap_talk *t)
{
	char text[TEXT_MAX] = "";
	if (t->name)
		printable(t->name, strlen(t->name), text);
	if (t->entries != 1) {
		down(t, "the search found %s, not one entry", t->entries ? "several entries" : "nothing");
		return;
	}
	switch (pattern_search(t->pattern, t->name, strlen(t->name))) {
	case PATTERN_TOO_MUCH:
		down(t, "%s", PATTERN_TOO_MUCH_WHY);
		return;
	case PATTERN_NO:
		down(t, "receive does not match the name of the entry: \"%s\"", text);
		return;
	case PATTERN_YES:
		break;
	}
	(void)snprintf(t->why, sizeof(t->why), "found the entry \"%s\"", text);
	t->decided = t->up = true;
	put_unbind(t);
}

// --- in ---

/* Read the code and the text of a result; what names the message in the reason.  Returns true for success. */
static bool take_result(struct ldap_talk *t, BerElement *ber, const char *what)
{
	ber_int_t code;
	struct berval matched, said;
	char text[TEXT_MAX];
	if (ber_scanf(ber, "{emm", &code, &matched, &said) == LBER_ERROR) {
		down(t, "%s: not a result of LDAP", what);
		return false;
	}
	printable(said.bv_val, said.bv_len, text);
	if (code != LDAP_SUCCESS)
		down(t, "%s: %s (%d)%s%s", what, ldap_err2string(code), (int)code, *text ? ": " : "", text);
	return code == LDAP_SUCCESS;
}

static void take_entry(struct ldap_talk *t, BerElement *ber)
{
	struct berval name;
	if (ber_scanf(ber, "{m", &name) == LBER_ERROR) {
		down(t, "answer to search: not an entry of LDAP");
		return;
	}
	if (t->entries++ == 0)
		t->name = g_strndup(name.bv_val ? name.bv_val : "", name.bv_len);
}

static void take_message(struct ldap_talk *t, BerElement *ber)
{
	ber_int_t id;
	ber_tag_t tag;
	if (ber_scanf(ber, "{it", &id, &tag) == LBER_ERROR)
		down(t, "%s: not a message of LDAP", t->stage);
	else if (id == LDAP_RES_UNSOLICITED) { // the server sends this before it closes the connection
		if (take_result(t, ber, "notice of the server"))
			down(t, "the server ends the connection");
	} else if (id == BIND && tag == LDAP_RES_BIND && !t->searching) {
		if (take_result(t, ber, t->stage))
			put_search(t);
	} else if (id == SEARCH && tag == LDAP_RES_SEARCH_ENTRY && t->searching)
		take_entry(t, ber);
	else if (id == SEARCH && tag == LDAP_RES_SEARCH_RESULT && t->searching) {
		if (take_result(t, ber, t->stage))
			judge_entries(t);
	} else if (id != SEARCH || tag != LDAP_RES_SEARCH_REFERENCE || !t->searching)
		down(t, "%s: another message (number %d, type 0x%lx)", t->stage, (int)id, (unsigned long)tag);
}

/* Returns the length of the first message in these bytes, with its header; 0: it is incomplete; SIZE_MAX: it is not the
 * start of a message, or the message is too long. */
static size_t message_length(struct bytes in)
{
	struct reader r = reader_over(in);
	int tag = reader_byte(&r), first = reader_byte(&r);
	size_t len = 0, more = 0;
	if (tag >= 0 && tag != (LBER_SEQUENCE & 0xff))
		return SIZE_MAX;
	if (first < 0)
		return 0;
	if (first & 0x80)
		more = (size_t)(first & 0x7f);
	else
		len = (size_t)first;
	// 0x80 would mean an end mark instead of a length, which LDAP does not use
	if (more > sizeof(uint32_t) || first == 0x80)
		return SIZE_MAX;
	for (size_t i = 0; i < more; i++) {
		int byte = reader_byte(&r);
		if (byte < 0)
			return 0;
		len = len << 8 | (size_t)byte;
	}
	if (len > LDAP_MESSAGE_MAX)
		return SIZE_MAX;
	return reader_left(&r) >= len ? 2 + more + len : 0;
}

void ldap_talk_take(struct ldap_talk *t, const char *bytes, size_t len)
{
	t->total += len;
	if (t->decided)
		return;
	if (t->total > LDAP_TALK_TOTAL_MAX) {
		down(t, "%s: more than 1 MiB", t->stage);
		return;
	}
	g_string_append_len(t->in, bytes, (gssize)len);
	size_t taken = 0, one;
	while (!t->decided) {
		struct bytes rest = {(const uint8_t *)t->in->str + taken, t->in->len - taken};
		one = message_length(rest);
		if (one == SIZE_MAX)
			down(t, "%s: not a message of LDAP", t->stage);
		if (one == 0 || one == SIZE_MAX)
			break;
		struct berval message = {one, t->in->str + taken};
		BerElement *ber = ber_init(&message); // ber_init makes a copy
		if (!ber)
			g_error("no memory for a message of a directory");
		take_message(t, ber);
		ber_free(ber, 1);
		taken += one;
	}
	(void)g_string_erase(t->in, 0, (gssize)taken);
}

struct ldap_talk *ldap_talk_new(const char *login, const char *passwd, const char *base, const char *receive, char *why,
	size_t cap)
{
	struct pattern *pattern = pattern_new(receive, why, cap);
	if (!pattern)
		return NULL;
	struct ldap_talk *t = g_new0(struct ldap_talk, 1);
	t->out = g_string_new(NULL);
	t->in = g_string_new(NULL);
	t->pattern = pattern;
	t->base = g_strdup(base);
	put_bind(t, login, passwd);
	return t;
}

void ldap_talk_free(struct ldap_talk *t)
{
	if (!t)
		return;
	pattern_free(t->pattern);
	g_free(t->base);
	g_free(t->name);
	(void)g_string_free(t->in, TRUE);
	(void)g_string_free(t->out, TRUE);
	g_free(t);
}
