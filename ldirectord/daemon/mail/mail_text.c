// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/mail/mail_text.h"

#include <stdbool.h>
#include <string.h>

#include "ldirectord/conf/mail_list.h"

enum {
	HEADER_WIDTH = 76,  /* a header line is folded before this width, if it has a blank */
	LINE_MAX_SMTP = 990,
	/* the bytes of an encoded word: with its frame and the name of the header it fits in one line */
	WORD_BYTES = 39,
};

// --- events ---

/* Returns the text as one line of valid UTF-8. */
static char *one_line(const char *text)
{
	char *line = g_utf8_make_valid(text, -1);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return g_strstrip(line);
}

void mail_text_init(struct mail_text *l)
{
	*l = (struct mail_text){.events = g_string_new(NULL)};
}

void mail_text_clear(struct mail_text *l)
{
	g_free(l->first);
	(void)g_string_free(l->events, TRUE);
	*l = (struct mail_text){0};
}

static void add_line(GString *out, const char *name, const char *value)
{
	if (!value)
		return;
	char *line = one_line(value);
	g_string_append_printf(out, "%s: %s\n", name, line);
	g_free(line);
}

void mail_text_add(struct mail_text *l, const struct mail_text_event *e)
{
	if (!l->first)
		l->first = one_line(e->text);
	if (l->count++ + l->details >= MAIL_TEXT_EVENTS)
		return;
	(void)g_string_append_c(l->events, '\n');
	add_line(l->events, "Log-Message", e->text);
	add_line(l->events, "Daemon-Status", e->status);
	add_line(l->events, "Service name", e->service_name);
	add_line(l->events, "Comment", e->comment);
}

void mail_text_detail(struct mail_text *l, const struct mail_text_event *e)
{
	if (l->count == 0)
		mail_text_add(l, e);
	else if (l->count + l->details++ < MAIL_TEXT_EVENTS)
		add_line(l->events, "Log-Message", e->text);
}

char *mail_text_subject(const struct mail_text *l, const char *host)
{
	if (l->count == 1)
		return g_strdup(l->first);
	return g_strdup_printf("%u changes on %s, the first: %s", l->count, host, l->first ? l->first : "");
}

// --- addresses ---

/* Split a list: returns the valid addresses, and sets *bad to the first invalid one. */
static char **sort_out(const char *list, char **bad)
{
	GPtrArray *addresses = g_ptr_array_new();
	struct bytes rest = bytes_of(list), address;
	bool good;
	while (lb_mail_next(&rest, &address, &good)) {
		char *text = g_strndup((const char *)address.at, address.len);
		if (good)
			g_ptr_array_add(addresses, text);
		else if (bad && !*bad)
			*bad = text;
		else
			g_free(text);
	}
	g_ptr_array_add(addresses, NULL);
	return (char **)g_ptr_array_free(addresses, FALSE);
}

char **mail_text_addresses(const char *list)
{
	return sort_out(list, NULL);
}

char *mail_text_no_address(const char *list)
{
	char *bad = NULL, **good = sort_out(list, &bad);
	if (!bad && !good[0])
		bad = g_strdup(list);
	g_strfreev(good);
	return bad;
}

// --- headers ---

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* Encode a text as in RFC 2047: each encoded word has only whole characters and fits in one line. */
static char *encoded(const char *text)
{
	GString *out = g_string_new(NULL);
	for (size_t len = strlen(text), at = 0; at < len;) {
		size_t n = MIN(len - at, (size_t)WORD_BYTES);
		while (at + n < len && ((unsigned char)text[at + n] & 0xc0) == 0x80)
			n--;
		char *word = g_base64_encode((const guchar *)&text[at], n);
		g_string_append_printf(out, "%s=?utf-8?B?%s?=", at ? " " : "", word);
		g_free(word);
		at += n;
	}
	return g_string_free(out, FALSE);
}

/* Append a header, folded at blanks; a word that exceeds the longest line of SMTP is broken. */
static void header(GString *out, const char *name, const char *value, const char *eol)
{
	char *clean = one_line(value), *text = is_ascii(clean) ? g_strdup(clean) : encoded(clean);
	char **words = g_strsplit(text, " ", -1);
	g_string_append_printf(out, "%s:", name);
	size_t width = strlen(name) + 1, used = 0;
	for (size_t i = 0; words[i]; i++)
		for (const char *rest = words[i]; *rest;) {
			size_t len = MIN(strlen(rest), (size_t)LINE_MAX_SMTP - HEADER_WIDTH);
			bool fold = used > 0 && width + 1 + len > HEADER_WIDTH;
			g_string_append_printf(out, "%s %.*s", fold ? eol : "", (int)len, rest);
			width = (fold ? 1 : width + 1) + len;
			rest += len;
			used++;
		}
	(void)g_string_append(out, eol);
	g_strfreev(words);
	g_free(text);
	g_free(clean);
}

// --- the body ---

static bool has_long_line(const char *text)
{
	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1)
		if (end - text > LINE_MAX_SMTP)
			return true;
	return false;
}

static char *body_text(const struct mail_text *l, const char *host)
{
	GString *body = g_string_new(NULL);
	add_line(body, "ldirectord host", host);
	if (l->count != 1)
		g_string_append_printf(body, "Changes: %u\n", l->count);
	/* A single event follows without an empty line, as readers of these mails expect. */
	(void)g_string_append(body, l->count == 1 && l->events->str[0] ? l->events->str + 1 : l->events->str);
	if (l->count + l->details > MAIL_TEXT_EVENTS)
		g_string_append_printf(
			body, "\nAnd %u more: see the log.\n", l->count + l->details - MAIL_TEXT_EVENTS);
	return g_string_free(body, FALSE);
}

static void append_lines(GString *out, const char *text, const char *eol)
{
	for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1) {
		(void)g_string_append_len(out, text, end - text);
		(void)g_string_append(out, eol);
	}
}

/* Append the body: unchanged when every mail server can transmit it, otherwise in base64. */
static void append_body(GString *out, const char *body, const char *eol)
{
	enum { LINE_BYTES = 57 }; /* 76 characters of base64 */
	bool plain = is_ascii(body) && !has_long_line(body);
	header(out, "Content-Transfer-Encoding", plain ? "7bit" : "base64", eol);
	(void)g_string_append(out, eol);
	if (plain) {
		append_lines(out, body, eol);
		return;
	}
	for (size_t len = strlen(body), at = 0; at < len; at += LINE_BYTES) {
		char *line = g_base64_encode((const guchar *)&body[at], MIN(len - at, (size_t)LINE_BYTES));
		g_string_append_printf(out, "%s%s", line, eol);
		g_free(line);
	}
}

char *mail_text_compose(const struct mail_text *l, const struct mail_text_envelope *e, const char *eol)
{
	GString *out = g_string_new(NULL);
	char *to = g_strjoinv(", ", (char **)e->to), *subject = mail_text_subject(l, e->host),
	     *body = body_text(l, e->host);
	char *id = g_strdup_printf("<%s>", e->id);
	const char *const headers[][2] = {{"From", e->from}, {"To", to}, {"Subject", subject}, {"Date", e->date},
		{"Message-ID", id}, {"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}};
	for (size_t i = 0; i < G_N_ELEMENTS(headers); i++)
		header(out, headers[i][0], headers[i][1], eol);
	append_body(out, body, eol);
	g_free(id);
	g_free(body);
	g_free(subject);
	g_free(to);
	return g_string_free(out, FALSE);
}
