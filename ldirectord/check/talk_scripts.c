// SPDX-License-Identifier: MIT
/* The tables of the conversations, and the functions that read the answers of each protocol.  doc/ldirectord.md 6 */
#include <string.h>

#include "ldirectord/check/talk_private.h"

static bool starts_with(const char *line, size_t len, const char *with)
{
	size_t n = strlen(with);
	return len >= n && g_ascii_strncasecmp(line, with, n) == 0;
}

// --- answers with codes: smtp, ftp ---

/* Read an answer that starts with three digits.  A dash after them means that more lines follow; the last line has the
 * same code and a blank. */
static enum reply hear_code(struct talk *t, const char *line, size_t len)
{
	const struct talk_step *s = &t->script->steps[t->step];
	bool is_code = len >= 3 && g_ascii_isdigit(line[0]) && g_ascii_isdigit(line[1]) && g_ascii_isdigit(line[2]) &&
		(len == 3 || line[3] == ' ' || line[3] == '-');
	unsigned code = is_code ? (unsigned)((line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0') : 0;
	bool last = len == 3 || (is_code && line[3] == ' ');
	if (t->multi && (code != t->multi || !last))
		return REPLY_MORE;
	if (!is_code)
		return REPLY_BAD;
	if (!last) {
		t->multi = code;
		return REPLY_MORE;
	}
	t->multi = 0;
	const char *digit = strchr(s->digits, line[0]);
	return digit ? (enum reply)(REPLY_A + (digit - s->digits)) : REPLY_BAD;
}

static const struct talk_step smtp_steps[] = {
	{.stage = "greeting", .digits = "2", .hear = hear_code, .next = {[REPLY_A] = 1}},
	{.stage = "answer to EHLO",
		.send = "EHLO localhost.localdomain\r\n",
		.digits = "25",
		.hear = hear_code,
		.next = {[REPLY_A] = STEP_BYE, [REPLY_B] = 2}},
	{.stage = "answer to HELO",
		.send = "HELO localhost.localdomain\r\n",
		.digits = "2",
		.hear = hear_code,
		.next = {[REPLY_A] = STEP_BYE}},
};

// --- pop ---

static enum reply hear_pop(struct talk *t, const char *line, size_t len)
{
	(void)t;
	return starts_with(line, len, "+OK") ? REPLY_A : REPLY_BAD;
}

/* Without a login, only the greeting is checked.  ldirectord 4 sends an empty user and ignores the answer. */
static enum reply hear_pop_greeting(struct talk *t, const char *line, size_t len)
{
	if (!starts_with(line, len, "+OK"))
		return REPLY_BAD;
	if (!*t->s.login)
		return REPLY_C;
	const char *from = memchr(line, '<', len);
	const char *to = from ? memchr(from, '>', len - (size_t)(from - line)) : NULL;
	if (!to || memchr(from, '\0', (size_t)(to - from)))
		return REPLY_B;
	g_free(t->stamp);
	t->stamp = g_strndup(from, (size_t)(to - from) + 1);
	return REPLY_A;
}

static const struct talk_step pop_steps[] = {
	{.stage = "greeting", .hear = hear_pop_greeting, .next = {[REPLY_A] = 1, [REPLY_B] = 2, [REPLY_C] = STEP_BYE}},
	{.stage = "answer to APOP", .send = "APOP %L %A\r\n", .hear = hear_pop, .next = {[REPLY_A] = 4}},
	{.stage = "answer to USER", .send = "USER %L\r\n", .hear = hear_pop, .next = {[REPLY_A] = 3}},
	{.stage = "answer to PASS", .send = "PASS %P\r\n", .hear = hear_pop, .next = {[REPLY_A] = 4}},
	{.stage = "answer to NOOP", .send = "NOOP\r\n", .hear = hear_pop, .next = {[REPLY_A] = 5}},
	{.stage = "answer to STAT", .send = "STAT\r\n", .hear = hear_pop, .next = {[REPLY_A] = STEP_BYE}},
};

// --- imap; unlike ldirectord 4 we do not send EXPUNGE, which would delete mail ---

static enum reply hear_imap_greeting(struct talk *t, const char *line, size_t len)
{
	if (starts_with(line, len, "* PREAUTH"))
		return REPLY_B;
	if (!starts_with(line, len, "* OK"))
		return REPLY_BAD;
	return *t->s.login ? REPLY_A : REPLY_B;
}

static enum reply hear_imap_tagged(struct talk *t, const char *line, size_t len)
{
	(void)t;
	if (starts_with(line, len, "0 OK"))
		return REPLY_A;
	if (starts_with(line, len, "* ") && !starts_with(line, len, "* BYE"))
		return REPLY_MORE;
	return REPLY_BAD;
}

static const struct talk_step imap_steps[] = {
	{.stage = "greeting", .hear = hear_imap_greeting, .next = {[REPLY_A] = 1, [REPLY_B] = STEP_BYE}},
	{.stage = "answer to LOGIN",
		.send = "0 LOGIN %U %Q\r\n",
		.hear = hear_imap_tagged,
		.next = {[REPLY_A] = STEP_BYE}},
};

// --- nntp: the first byte is the answer ---

static enum reply peek_nntp(struct talk *t)
{
	// The first byte is the verdict, before the line is complete.  A complete line is passed to hear_nntp.
	if (t->line->len == 0)
		return REPLY_MORE;
	return t->line->str[0] == '2' ? REPLY_A : REPLY_BAD;
}

static enum reply hear_nntp(struct talk *t, const char *line, size_t len)
{
	(void)t;
	return len && line[0] == '2' ? REPLY_A : REPLY_BAD;
}

static const struct talk_step nntp_steps[] = {
	{.stage = "greeting", .hear = hear_nntp, .peek = peek_nntp, .next = {[REPLY_A] = STEP_UP}},
};

// --- simpletcp ---

static enum reply hear_simple(struct talk *t, const char *line, size_t len)
{
	if (talk_matches(t, line, len)) {
		(void)g_string_truncate(t->deciding_line, 0);
		return REPLY_A;
	}
	if (!t->deciding_line->len)
		(void)g_string_append_len(t->deciding_line, line, (gssize)len);
	return REPLY_MORE;
}

/* The server has closed the connection.  A text without an end of line counts as a line; an empty text does not. */
static enum reply eof_simple(struct talk *t)
{
	if (t->line->len && hear_simple(t, t->line->str, t->line->len) == REPLY_A)
		return REPLY_A;
	if (t->pattern && t->total)
		talk_down_with_line(t, "no line matches receive");
	return REPLY_MORE;
}

static const struct talk_step simpletcp_steps[] = {
	{.stage = "answer", .send = "%r", .hear = hear_simple, .eof = eof_simple, .next = {[REPLY_A] = STEP_UP}},
};

// --- sip: Via always has "UDP", as in ldirectord 4 ---

static const char sip_options[] =
	"OPTIONS sip:%L SIP/2.0\r\n"
	"Via: SIP/2.0/UDP %V;branch=z9hG4bKhjhs8ass877\r\n"
	"Max-Forwards: 70\r\n"
	"To: <sip:%L>\r\n"
	"From: <sip:%L>;tag=1928301774\r\n"
	"Call-ID: %C\r\n"
	"CSeq: 63104 OPTIONS\r\n"
	"Contact: <sip:%L>\r\n"
	"Accept: application/sdp\r\n"
	"Content-Length: 0\r\n"
	"\r\n";

int talk_sip_status(const char *line, size_t len)
{
	if (starts_with(line, len, "SIP/2.0 200 OK"))
		return 1;
	return starts_with(line, len, "SIP/2.0 1") ? -1 : 0;
}

void talk_sip_request(const struct talk_settings *s, const char *local, GString *out)
{
	struct talk t = {.s = *s, .out = out};
	(void)g_strlcpy(t.local, local, sizeof(t.local));
	talk_send(&t, sip_options);
}

/* t->place is the state of the answer.  A provisional answer (100 Trying) is followed by another answer. */
enum { SIP_STATUS, SIP_FINAL, SIP_PROVISIONAL };

static enum reply hear_sip(struct talk *t, const char *line, size_t len)
{
	switch (t->place) {
	case SIP_STATUS:
		if (!talk_sip_status(line, len))
			return REPLY_BAD;
		t->place = talk_sip_status(line, len) > 0 ? SIP_FINAL : SIP_PROVISIONAL;
		if (t->place == SIP_FINAL) // the reason is this line, not the empty line at the end of the answer
			(void)g_string_append_len(t->deciding_line, line, (gssize)len);
		return REPLY_MORE;
	case SIP_FINAL:
		return len == 0 ? REPLY_A : REPLY_MORE;
	default:
		if (len == 0)
			t->place = SIP_STATUS;
		return REPLY_MORE;
	}
}

static enum reply eof_sip(struct talk *t)
{
	return t->place == SIP_FINAL ? REPLY_A : REPLY_MORE;
}

static const struct talk_step sip_steps[] = {
	{.stage = "answer to OPTIONS",
		.send = sip_options,
		.hear = hear_sip,
		.eof = eof_sip,
		.next = {[REPLY_A] = STEP_UP}},
};

// --- ftp ---

/* Returns A when there is nothing to retrieve, B for PASV, C for EPSV.  A missing request is "/": then only the login
 * is checked. */
static enum reply hear_ftp_type(struct talk *t, const char *line, size_t len)
{
	enum reply reply = hear_code(t, line, len);
	if (reply != REPLY_A)
		return reply;
	if (!t->pattern && strcmp(t->s.request, "/") == 0)
		return REPLY_A;
	return t->s.family == LB_INET6 ? REPLY_C : REPLY_B;
}

/* Read the number at *p, and move *p behind it.  Returns -1 when there is no number, or when it exceeds max. */
static int number(const char **p, const char *end, int max)
{
	int n = -1;
	for (; *p < end && g_ascii_isdigit(**p) && n <= max; (*p)++)
		n = (n < 0 ? 0 : n) * 10 + (**p - '0');
	return n <= max ? n : -1;
}

/* Read "227 ... (127,0,0,1,148,67)".  Only the port is used: we always connect to the real server, because NAT or a
 * hostile server may write another address. */
static enum reply hear_ftp_pasv(struct talk *t, const char *line, size_t len)
{
	enum reply reply = hear_code(t, line, len);
	if (reply != REPLY_A)
		return reply;
	const char *end = line + len, *p = memchr(line, '(', len);
	if (!p)
		p = line + (len > 3 ? 3 : len);
	while (p < end && !g_ascii_isdigit(*p))
		p++;
	int part[6];
	for (int i = 0; i < 6; i++) {
		part[i] = number(&p, end, 255);
		if (part[i] < 0 || (i < 5 && (p == end || *p++ != ',')))
			return REPLY_BAD;
	}
	t->data_port = (uint16_t)(part[4] * 256 + part[5]);
	return t->data_port ? REPLY_A : REPLY_BAD;
}

/* Read "229 ... (|||6446|)". */
static enum reply hear_ftp_epsv(struct talk *t, const char *line, size_t len)
{
	enum reply reply = hear_code(t, line, len);
	if (reply != REPLY_A)
		return reply;
	const char *end = line + len, *p = memchr(line, '(', len);
	if (!p || end - p < 6 || p[1] != p[2] || p[2] != p[3])
		return REPLY_BAD;
	char bar = p[1];
	p += 4;
	int port = number(&p, end, 65535);
	if (port <= 0 || p == end || *p != bar)
		return REPLY_BAD;
	t->data_port = (uint16_t)port;
	return REPLY_A;
}

/* Handle "226 transfer complete", which may arrive before or after we have read the whole file. */
static enum reply ftp_sent(struct talk *t)
{
	t->data_answered = true;
	if (t->data_ended)
		talk_judge_file(t);
	return REPLY_MORE;
}

static enum reply hear_ftp_sent(struct talk *t, const char *line, size_t len)
{
	enum reply reply = hear_code(t, line, len);
	return reply == REPLY_A ? ftp_sent(t) : reply;
}

static enum reply hear_ftp_retr(struct talk *t, const char *line, size_t len)
{
	enum reply reply = hear_code(t, line, len);
	return reply == REPLY_B ? ftp_sent(t) : reply; // the server has sent 226 without 150 before it
}

static enum reply hear_nothing(struct talk *t, const char *line, size_t len)
{
	(void)t;
	(void)line;
	(void)len;
	return REPLY_BAD;
}

static const struct talk_step ftp_steps[] = {
	{.stage = "greeting", .digits = "2", .hear = hear_code, .next = {[REPLY_A] = 1}},
	{.stage = "answer to USER",
		.send = "USER %L\r\n",
		.digits = "32",
		.hear = hear_code,
		.next = {[REPLY_A] = 2, [REPLY_B] = 3}},
	{.stage = "answer to PASS", .send = "PASS %P\r\n", .digits = "2", .hear = hear_code, .next = {[REPLY_A] = 3}},
	{.stage = "answer to CWD", .send = "CWD /\r\n", .digits = "2", .hear = hear_code, .next = {[REPLY_A] = 4}},
	{.stage = "answer to TYPE",
		.send = "TYPE I\r\n",
		.digits = "2",
		.hear = hear_ftp_type,
		.next = {[REPLY_A] = STEP_BYE, [REPLY_B] = 5, [REPLY_C] = 6}},
	{.stage = "answer to PASV",
		.send = "PASV\r\n",
		.digits = "25",
		.hear = hear_ftp_pasv,
		.next = {[REPLY_A] = FTP_OPENING, [REPLY_B] = 6}},
	{.stage = "answer to EPSV",
		.send = "EPSV\r\n",
		.digits = "2",
		.hear = hear_ftp_epsv,
		.next = {[REPLY_A] = FTP_OPENING}},
	[FTP_OPENING] = {.stage = "data connection", .hear = hear_nothing},
	[FTP_RETR] = {.stage = "answer to RETR",
		.send = "RETR %R\r\n",
		.digits = "12",
		.hear = hear_ftp_retr,
		.next = {[REPLY_A] = FTP_TRANSFER}},
	[FTP_TRANSFER] = {.stage = "file", .digits = "2", .hear = hear_ftp_sent},
};

// --- rows ---

static const struct talk_script
	smtp = {.steps = smtp_steps, .bye = "QUIT\r\n"},
	pop = {.steps = pop_steps, .bye = "QUIT\r\n"},
	imap = {.steps = imap_steps, .bye = "1 LOGOUT\r\n"},
	nntp = {.steps = nntp_steps},
	simpletcp = {.steps = simpletcp_steps, .half_close = true, .whole_lines = true},
	sip = {.steps = sip_steps},
	ftp = {.steps = ftp_steps, .bye = "QUIT\r\n"};

/* Returns NULL when the protocol of the service is not line-based. */
static const struct talk_script *script_of(enum lb_service s)
{
	static const struct talk_script *const rows[LB_SERVICES] = {
		[LB_SMTP] = &smtp,
		[LB_SUBMISSION] = &smtp,
		[LB_POP] = &pop,
		[LB_POPS] = &pop,
		[LB_IMAP] = &imap,
		[LB_IMAPS] = &imap,
		[LB_NNTP] = &nntp,
		[LB_SIMPLETCP] = &simpletcp,
		[LB_SIP] = &sip,
		[LB_FTP] = &ftp,
	};
	return rows[s];
}

struct talk *talk_new(const struct talk_settings *s, char *why, size_t cap)
{
	return talk_with(script_of(s->service), s, why, cap);
}
