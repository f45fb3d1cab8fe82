// SPDX-License-Identifier: MIT
/* A recorded conversation of tests/data/ldirectord/checks: the section for the check, the steps of both sides, the
 * verdict. */
#ifndef TESTS_UNIT_LDIRECTORD_CHECK_VECTOR_H
#define TESTS_UNIT_LDIRECTORD_CHECK_VECTOR_H

#include "tests/unit/ldirectord/check_lab.h"

#include <glib.h>
#include <jansson.h>

#define DATA "tests/data/ldirectord/checks"

enum { STEPS_MAX = 64, TIME_FACTOR = 150 /* ms for a second of the recording */ };

struct step {
	char side; /* C: client, S: server, E: the client has closed its sending side, N: a new connection */
	GByteArray *bytes;
};

struct vector {
	char name[64];
	json_t *json;
	struct lab_section section;
	char text[16][256];
	int texts;
	struct step steps[STEPS_MAX];
	int count, at;
	bool http, broken; /* broken: the check has sent something else */
	char sent[256];    /* the bytes that it sent instead */
	uint16_t port;
	int data; /* listener of ftp */
	int slow_ms, drip;
};

/* Read a bytes literal of Python, b'...'. */
static inline GByteArray *bytes_of(const char *p)
{
	GByteArray *a = g_byte_array_new();
	char quote = p[1];
	for (p += 2; *p && *p != quote; p++) {
		uint8_t b = (uint8_t)*p;
		if (*p == '\\') {
			p++;
			b = *p == 'r' ? '\r' : *p == 'n' ? '\n' : *p == 't' ? '\t' : (uint8_t)*p;
			if (*p == 'x') {
				b = (uint8_t)(g_ascii_xdigit_value(p[1]) * 16 + g_ascii_xdigit_value(p[2]));
				p += 2;
			}
		}
		g_byte_array_append(a, &b, 1);
	}
	return a;
}

static inline void add_step(struct vector *v, char side, GByteArray *bytes)
{
	assert_true(v->count < STEPS_MAX);
	v->steps[v->count++] = (struct step){side, bytes};
}

static inline bool has(const struct step *s, const char *text)
{
	return s->bytes && g_strstr_len((const char *)s->bytes->data, s->bytes->len, text) != NULL;
}

/* Lines that our checks must not send.  The answer to such a line is left out too.  doc/ldirectord.md 6 */
static const struct {
	const char *prefix, *vectors, *why;
} left_out[] = {
	{"PORT ", "ftp", "the channel that PASV opened is used"},
	{"0 EXPUNGE", "imap", "EXPUNGE is never sent"},
	{"1 EXPUNGE", "imap", "EXPUNGE is never sent"},
	{"APOP  ", "pop-nologin", "without a login the check ends with the greeting"},
	{"NOOP", "pop-nologin", "as above"},
	{"STAT", "pop-nologin", "as above"},
};

static inline bool is_left_out(const struct vector *v, const struct step *s)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
		if (g_str_has_prefix(v->name, left_out[i].vectors) && s->bytes->len >= strlen(left_out[i].prefix) &&
			memcmp(s->bytes->data, left_out[i].prefix, strlen(left_out[i].prefix)) == 0)
			return true;
	return false;
}

static inline void read_conversation(struct vector *v, json_t *conversation)
{
	size_t i;
	json_t *entry;
	bool skip = false;
	json_array_foreach(conversation, i, entry) {
		const char *text = json_string_value(entry);
		if (g_str_has_prefix(text, "connect")) {
			add_step(v, 'N', NULL);
			continue;
		}
		const char *quote = strstr(text, " b") + 1;
		struct step s = {g_str_has_prefix(text, "C eof") ? 'E' : text[0], bytes_of(quote)};
		bool out = (s.side == 'C' && is_left_out(v, &s)) || (s.side == 'S' && skip);
		skip = s.side == 'C' && out;
		if (out || (s.side == 'C' && s.bytes->len == 0))
			g_byte_array_unref(s.bytes); // left out, or the end of the stream: nothing to play
		else
			add_step(v, s.side, s.bytes);
	}
}

static inline char *keep(struct vector *v, const char *value)
{
	size_t len = strlen(value);
	bool quoted = len > 1 && value[0] == '"';
	char *to = v->text[v->texts++];
	(void)snprintf(to, sizeof(v->text[0]), "%.*s", (int)(quoted ? len - 2 : len), value + quoted);
	return to;
}

static inline char *keep_request(struct vector *v, const char *value)
{
	char *to = keep(v, value);
	if (*to == '/')
		return to;
	memmove(to + 1, to, strlen(to) + 1);
	*to = '/';
	return to;
}

static inline enum lb_service service_of(const char *name)
{
	static const char *const names[LB_SERVICES] = {"dns", "ftp", "http", "https", "http_proxy", "imap", "imaps",
		"ldap", "ldaps", "mysql", "nntp", "none", "oracle", "pgsql", "pop", "pops", "radius", "simpletcp",
		"sip", "smtp", "submission"};
	for (size_t i = 0; i < LB_SERVICES; i++)
		if (strcmp(names[i], name) == 0)
			return (enum lb_service)i;
	fail_msg("service %s", name);
	return LB_NONE;
}

static inline enum lb_check_type type_of(const char *name)
{
	static const char *const names[] = {"connect", "negotiate", "ping", "external", "external-perl", "on", "off"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return (enum lb_check_type)i;
	return LB_CHECK_NEGOTIATE; // a number: a combined check starts with this type
}

static inline void read_line(struct vector *v, const char *line)
{
	struct lab_section *s = &v->section;
	const char *equals = strchr(line, '=');
	g_autofree char *name = g_strndup(line, (size_t)(equals - line));
	const char *value = equals + 1;
	if (strcmp(name, "service") == 0)
		s->v.service = service_of(value);
	else if (strcmp(name, "checktype") == 0)
		s->type = type_of(value);
	else if (strcmp(name, "protocol") == 0)
		s->v.id.protocol = strcmp(value, "udp") == 0 ? LB_UDP : LB_TCP;
	else if (strcmp(name, "request") == 0)
		s->r.request = keep_request(v, value);
	else if (strcmp(name, "receive") == 0)
		s->r.receive = keep(v, value);
	else if (strcmp(name, "login") == 0)
		s->v.login = keep(v, value);
	else if (strcmp(name, "passwd") == 0)
		s->v.passwd = keep(v, value);
	else if (strcmp(name, "virtualhost") == 0)
		s->v.virtualhost = keep(v, value);
	else if (strcmp(name, "checkcommand") == 0)
		s->v.check_command = keep(v, value);
	else if (strcmp(name, "httpmethod") == 0)
		s->v.http_method = strcmp(value, "HEAD") == 0 ? LB_HEAD : LB_GET;
	else if (strcmp(name, "negotiatetimeout") == 0)
		s->v.negotiate_timeout_ms = strtol(value, NULL, 10) * TIME_FACTOR;
	else
		fail_msg("%s: directive %s", v->name, name);
}

static inline void vector_read(struct vector *v, const char *name)
{
	char path[256];
	size_t i;
	json_error_t error;
	json_t *line;
	memset(v, 0, sizeof(*v));
	(void)snprintf(v->name, sizeof(v->name), "%s", name);
	(void)snprintf(path, sizeof(path), DATA "/%s.json", name);
	v->json = json_load_file(path, 0, &error);
	if (!v->json)
		fail_msg("%s: %s", path, error.text);
	lab_section(&v->section, LB_HTTP, 0);
	json_array_foreach(json_object_get(v->json, "section_lines"), i, line)
		read_line(v, json_string_value(line));
	v->http = v->section.v.service == LB_HTTP || v->section.v.service == LB_HTTPS ||
	          v->section.v.service == LB_HTTP_PROXY;
	v->data = -1;
}

static inline void vector_free(struct vector *v)
{
	for (int i = 0; i < v->count; i++)
		if (v->steps[i].bytes)
			g_byte_array_unref(v->steps[i].bytes);
	json_decref(v->json);
}

static inline bool wanted_up(const struct vector *v)
{
	const char *wanted = json_string_value(json_object_get(v->json, "required_verdict"));
	if (strcmp(wanted, "same as peer") == 0)
		wanted = json_string_value(json_object_get(v->json, "peer_verdict"));
	return g_str_has_prefix(wanted, "up") || g_str_has_prefix(wanted, "arguments split");
}

#endif
