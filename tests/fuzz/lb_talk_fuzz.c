// SPDX-License-Identifier: MIT
/* Bytes as the answers of a server in a conversation in lines.  First byte: the protocol and the settings.  Second:
 * how the rest is cut into pieces, and which pieces come over the data connection of ftp.  Promises: the bytes that are
 * kept and sent are bounded.  When the server has closed, the conversation is decided.  "Up" needs a valid answer.  The
 * cut into pieces changes neither the verdict nor what is sent. */
#include <string.h>

#include "ldirectord/check/talk.h"
#include "tests/fuzz/fuzz.h"

static const enum lb_service services[] = {LB_SMTP, LB_POP, LB_IMAP, LB_NNTP, LB_FTP, LB_SIMPLETCP, LB_SIP};
enum { SERVICES = sizeof(services) / sizeof(services[0]), SENT_MAX = 4096 };

struct outcome {
	bool up;
	GString *sent;
};

/* Act as the sockets would: take the bytes to send, open a data connection at once. */
static void serve(struct talk *t, struct outcome *o)
{
	MUST(t->line->len <= TALK_LINE_MAX && t->data->len <= TALK_TOTAL_MAX);
	MUST(!t->over || t->decided);
	MUST(!t->up || t->decided);
	MUST(!t->decided || *t->why);
	for (const char *p = t->why; *p; p++)
		MUST(*p >= ' ' && *p < 127);
	g_string_append_len(o->sent, t->out->str, (gssize)t->out->len);
	g_string_truncate(t->out, 0);
	MUST(o->sent->len <= SENT_MAX);
	if (t->data_port) {
		t->data_port = 0;
		talk_data_connected(t);
		g_string_append_len(o->sent, t->out->str, (gssize)t->out->len);
		g_string_truncate(t->out, 0);
	}
}

static struct outcome converse(uint8_t choice, const uint8_t *data, size_t size, size_t piece, bool is_file)
{
	bool login = choice & 0x20, receive = choice & 0x40;
	struct talk_settings s = {
		.service = services[choice % SERVICES],
		.family = choice & 0x80 ? LB_INET6 : LB_INET,
		.login = login ? "user \"x\"" : "",
		.passwd = "pass\\\r\nword",
		.request = receive ? "/file\\n" : "/",
		.receive = receive ? "o[kK]" : "",
		.nonce = 1,
	};
	char why[TALK_WHY_MAX];
	struct talk *t = talk_new(&s, why, sizeof(why));
	MUST(t);
	struct outcome o = {.sent = g_string_new(NULL)};
	talk_connected(t, "127.0.0.1:1");
	serve(t, &o);
	for (size_t at = 0; at < size && !t->over; at += piece) {
		talk_take(t, (const char *)data + at, size - at < piece ? size - at : piece);
		serve(t, &o);
		// The file arrives as soon as the check waits for it.
		if (is_file && s.service == LB_FTP && t->stage && strcmp(t->stage, "file") == 0) {
			talk_data_take(t, "ok\n", 3);
			talk_data_closed(t);
			serve(t, &o);
		}
	}
	if (!t->over)
		talk_closed(t);
	serve(t, &o);
	MUST(t->over);
	o.up = t->up;
	talk_free(t);
	return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct outcome whole = converse(data[0], data + 2, size - 2, size, data[1] & 1);
	struct outcome cut = converse(data[0], data + 2, size - 2, 1 + (data[1] >> 1) % 16, data[1] & 1);
	// With the file between two pieces, the pieces are no longer the same conversation.
	bool file_between = services[data[0] % SERVICES] == LB_FTP && (data[1] & 1);
	MUST(file_between || whole.up == cut.up);
	// A conversation that is decided as down sends no more, not even what was pending.
	if (!file_between && whole.up)
		MUST(whole.sent->len == cut.sent->len && memcmp(whole.sent->str, cut.sent->str, whole.sent->len) == 0);
	// No setting adds a line.
	for (const char *p = whole.sent->str; *p; p++)
		MUST(*p != '\r' || p[1] == '\n');
	g_string_free(whole.sent, TRUE);
	g_string_free(cut.sent, TRUE);
	return 0;
}
