// SPDX-License-Identifier: MIT
#include "ldirectord/check/talk.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ldirectord/check/pattern.h"
#include "ldirectord/check/talk_private.h"

enum { QUOTED_MAX = 120 }; /* the longest line of the server that a reason quotes */

// --- verdicts ---

__attribute__((format(printf, 2, 3))) static void talk_down(struct talk *t, const char *format, ...)
{
	va_list ap;
	if (t->decided)
		return;
	va_start(ap, format);
	(void)vsnprintf(t->why, sizeof(t->why), format, ap);
	va_end(ap);
	t->decided = t->over = true;
	(void)g_string_truncate(t->out, 0);
}

static const char *quoted(const char *text, size_t len, char out[QUOTED_MAX])
{
	size_t n = 0;
	while (len && (text[len - 1] == '\r' || text[len - 1] == '\n'))
		len--;
	for (; n < len && n < QUOTED_MAX - 1; n++)
		out[n] = text[n] >= ' ' && text[n] < 127 ? text[n] : '?';
	out[n] = '\0';
	return out;
}

void talk_down_with_line(struct talk *t, const char *what)
{
	char text[QUOTED_MAX];
	talk_down(t, "%s: %s", what, quoted(t->deciding_line->str, t->deciding_line->len, text));
}

static void talk_up(struct talk *t, const char *line, size_t len)
{
	char text[QUOTED_MAX];
	t->decided = t->up = true;
	if (t->deciding_line->len) {
		line = t->deciding_line->str;
		len = t->deciding_line->len;
	}
	(void)snprintf(t->why, sizeof(t->why), "%s", quoted(line, len, text));
	if (!*t->why)
		(void)snprintf(t->why, sizeof(t->why), "answered");
}

bool talk_matches(struct talk *t, const char *text, size_t len)
{
	if (!t->pattern)
		return true;
	switch (pattern_search(t->pattern, text, len)) {
	case PATTERN_YES:
		return true;
	case PATTERN_TOO_MUCH:
		talk_down(t, PATTERN_TOO_MUCH_WHY);
		return false;
	case PATTERN_NO:
		break;
	}
	return false;
}

void talk_judge_file(struct talk *t)
{
	char text[QUOTED_MAX];
	if (talk_matches(t, t->data->str, t->data->len)) {
		talk_up(t, "retrieved", 9);
		talk_send(t, t->script->bye);
	} else {
		talk_down(t, "receive does not match%s: %s",
			t->data->len == TALK_TOTAL_MAX ? " within the first 1 MiB" : "",
			quoted(t->data->str, t->data->len, text));
	}
}

// --- what we send ---

/* Append a setting without its control bytes, because an end of line would start a new command. */
static void put_plain(GString *out, const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text >= ' ')
			(void)g_string_append_c(out, *text);
}

static void put_quoted(GString *out, const char *text)
{
	(void)g_string_append_c(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			(void)g_string_append_c(out, '\\');
		if ((unsigned char)*text >= ' ')
			(void)g_string_append_c(out, *text);
	}
	(void)g_string_append_c(out, '"');
}

static bool is_atom(const char *text)
{
	return *text && !text[strcspn(text, " (){%*\"\\]\t\r\n\177")];
}

/* Append the request without the leading slash that the parser adds; \n is a newline.  doc/ldirectord.md 6 */
static void put_raw(GString *out, const char *text)
{
	for (text += *text == '/'; *text; text++) {
		bool newline = text[0] == '\\' && text[1] == 'n';
		(void)g_string_append_c(out, newline ? '\n' : *text);
		text += newline;
	}
}

static void put_digest(struct talk *t)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	char *text = g_strconcat(t->stamp, t->s.passwd, NULL);
	if (!EVP_Digest(text, strlen(text), digest, &len, EVP_md5(), NULL))
		talk_down(t, "no MD5 in this OpenSSL: APOP is not possible");
	g_free(text);
	for (unsigned i = 0; i < len; i++)
		g_string_append_printf(t->out, "%02x", digest[i]);
}

void talk_send(struct talk *t, const char *template)
{
	for (const char *p = template; *p; p++) {
		if (*p != '%') {
			(void)g_string_append_c(t->out, *p);
			continue;
		}
		switch (*++p) {
		case 'L': put_plain(t->out, t->s.login); break;
		case 'P': put_plain(t->out, t->s.passwd); break;
		case 'R': put_plain(t->out, t->s.request); break;
		case 'r': put_raw(t->out, t->s.request); break;
		case 'U': is_atom(t->s.login) ? put_plain(t->out, t->s.login) : put_quoted(t->out, t->s.login); break;
		case 'Q': put_quoted(t->out, t->s.passwd); break;
		case 'A': put_digest(t); break;
		case 'V': put_plain(t->out, t->local); break;
		case 'C': g_string_append_printf(t->out, "%016" G_GINT64_MODIFIER "x", t->s.nonce); break;
		default: break;
		}
	}
}

// --- steps ---

static void enter(struct talk *t, unsigned step)
{
	t->step = step;
	t->multi = 0;
	t->stage = t->script->steps[step].stage;
	if (t->script->steps[step].send)
		talk_send(t, t->script->steps[step].send);
}

static void talk_move(struct talk *t, enum reply reply, const char *line, size_t len)
{
	char text[QUOTED_MAX];
	const struct talk_step *s = &t->script->steps[t->step];
	if (reply == REPLY_MORE || t->decided)
		return;
	unsigned next = s->next[reply];
	if (reply == REPLY_BAD || next == STEP_DOWN) {
		talk_down(t, "%s: %s", s->stage, quoted(line, len, text));
	} else if (next == STEP_UP) {
		talk_up(t, line, len);
		t->over = true;
	} else if (next == STEP_BYE) {
		talk_up(t, line, len);
		t->stage = "goodbye";
		talk_send(t, t->script->bye);
	} else {
		if (len > 0 && line[0] == '5')
			// a long text is cut
			(void)snprintf(t->refused, sizeof(t->refused), "%s: %s", s->stage, quoted(line, len, text));
		enter(t, next);
	}
}

static void talk_line(struct talk *t, const char *line, size_t len)
{
	if (t->decided) { // this is the answer to our quit command
		t->over = true;
		return;
	}
	if (!t->script->whole_lines) {
		len -= len && line[len - 1] == '\n';
		len -= len && line[len - 1] == '\r';
	}
	talk_move(t, t->script->steps[t->step].hear(t, line, len), line, len);
}

void talk_take(struct talk *t, const char *bytes, size_t len)
{
	while (len && !t->over) {
		const char *end = memchr(bytes, '\n', len);
		size_t part = end ? (size_t)(end - bytes) + 1 : len;
		if (t->line->len + part > TALK_LINE_MAX) {
			talk_down(t, "%s: a line of more than %d bytes", t->stage, TALK_LINE_MAX);
			t->over = true;
			return;
		}
		t->total += part;
		(void)g_string_append_len(t->line, bytes, (gssize)part);
		bytes += part;
		len -= part;
		if (end) {
			talk_line(t, t->line->str, t->line->len);
			(void)g_string_truncate(t->line, 0);
		} else if (!t->decided && t->script->steps[t->step].peek) {
			talk_move(t, t->script->steps[t->step].peek(t), t->line->str, t->line->len);
		}
		if (t->total > TALK_TOTAL_MAX && !t->over) {
			talk_down(t, "%s: more than %d bytes", t->stage, TALK_TOTAL_MAX);
			t->over = true;
		}
	}
}

void talk_closed(struct talk *t)
{
	const struct talk_step *s = &t->script->steps[t->step];
	if (!t->decided && s->eof)
		talk_move(t, s->eof(t), t->line->str, t->line->len);
	if (*t->refused)
		talk_down(t, "%s; closed by the server instead of the %s", t->refused, t->stage);
	else
		talk_down(t, "closed by the server instead of the %s", t->stage);
	t->over = true;
}

// --- the file of ftp ---

void talk_data_connected(struct talk *t)
{
	if (t->step == FTP_OPENING && !t->decided)
		enter(t, FTP_RETR);
}

void talk_data_take(struct talk *t, const char *bytes, size_t len)
{
	if (t->decided || t->data_ended)
		return;
	size_t room = TALK_TOTAL_MAX - t->data->len;
	(void)g_string_append_len(t->data, bytes, (gssize)(len < room ? len : room));
	if (len >= room) { // this is enough, so do not wait for more
		t->data_ended = true;
		talk_judge_file(t);
	}
}

void talk_data_closed(struct talk *t)
{
	t->data_ended = true;
	if (t->data_answered && !t->decided)
		talk_judge_file(t);
}

// --- life ---

struct talk *talk_with(const struct talk_script *script, const struct talk_settings *s, char *why, size_t cap)
{
	struct pattern *pattern = NULL;
	if (*s->receive) {
		pattern = pattern_new(s->receive, why, cap);
		if (!pattern)
			return NULL;
	}
	struct talk *t = g_new0(struct talk, 1);
	t->script = script;
	t->s = *s;
	t->s.login = g_strdup(s->login);
	t->s.passwd = g_strdup(s->passwd);
	t->s.request = g_strdup(s->request);
	t->s.receive = NULL;
	t->pattern = pattern;
	t->out = g_string_sized_new(128);
	t->line = g_string_sized_new(256);
	t->data = g_string_new(NULL);
	t->deciding_line = g_string_new(NULL);
	t->stage = "connection";
	return t;
}

void talk_free(struct talk *t)
{
	if (!t)
		return;
	g_free((char *)t->s.login);
	g_free((char *)t->s.passwd);
	g_free((char *)t->s.request);
	g_free(t->stamp);
	pattern_free(t->pattern);
	(void)g_string_free(t->out, TRUE);
	(void)g_string_free(t->line, TRUE);
	(void)g_string_free(t->data, TRUE);
	(void)g_string_free(t->deciding_line, TRUE);
	g_free(t);
}

void talk_connected(struct talk *t, const char *local)
{
	(void)g_strlcpy(t->local, local, sizeof(t->local));
	enter(t, 0);
	t->half_close = t->script->half_close;
}
