// SPDX-License-Identifier: MIT
/* Checks in situations that are not in the recordings: status codes and redirects, TLS, other answers in each
 * conversation, ping, external programs and dns.  check_hostile_test.c has the servers that do harm. */
#include "tests/unit/ldirectord/check_lab.h"

#include <glib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char directory[] = "/tmp/lb-check-XXXXXX";

/* A server that answers line by line.  Each row has the start of a line, and the answer to it; NULL: the server closes
 * the connection.  The first row is the greeting. */
struct answers {
	const char *line, *answer;
};

static void answer_lines(struct lab_conn *c, void *user)
{
	const struct answers *a = user;
	if (a->answer && !lab_send_text(c, a->answer))
		return;
	while (lab_read_line(c) > 0) {
		for (const struct answers *row = a + 1; row->line; row++) {
			if (strncmp(c->line, row->line, strlen(row->line)) == 0) {
				if (!row->answer || !lab_send_text(c, row->answer))
					return;
				break;
			}
		}
	}
}

// --- http ---

static void only_a_configured_http_status_is_up(void **state)
{
	(void)state;
	struct lab_section s;
	static struct lb_status_range ranges[] = {{200, 204}, {301, 301}, {401, 403}};
	lab_section(&s, LB_HTTP, 0);
	s.v.status = ranges;
	s.v.status_count = 3;
	struct lab_result r = lab_ask(&s, lab_answer_http, "HTTP/1.1 402 pay\r\nContent-Length: 0\r\n\r\n", NULL);
	lab_expect(&r, true, "402 pay");
	r = lab_ask(&s, lab_answer_http, "HTTP/1.1 205 no\r\nContent-Length: 0\r\n\r\n", NULL);
	lab_expect(&r, false, "205 no");
	s.v.redirect = LB_REDIRECT_NO;
	r = lab_ask(&s, lab_answer_http, "HTTP/1.1 301 moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", NULL);
	lab_expect(&r, true, "301 moved");
	s.v.status_count = 0;
	r = lab_ask(&s, lab_answer_http, "HTTP/1.1 301 moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", NULL);
	lab_expect(&r, false, "301 moved");
}

/* A server that redirects requests for /, and sends the Host header back for others. */
static void redirect_to_name(struct lab_conn *c, void *user)
{
	char first[256] = "", host[256] = "", answer[512];
	while (lab_read_line(c) > 2) {
		if (!*first)
			(void)g_strlcpy(first, c->line, sizeof(first));
		if (g_str_has_prefix(c->line, "Host: "))
			(void)g_strlcpy(host, c->line + 6, sizeof(host));
	}
	if (g_str_has_prefix(first, "GET / "))
		(void)snprintf(answer, sizeof(answer),
			"HTTP/1.1 302 Found\r\nLocation: http://%s:%u/moved\r\nContent-Length: 0\r\n\r\n",
			(const char *)user, c->server->port);
	else
		(void)snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhost %s", host);
	(void)lab_send_text(c, answer);
}

static void a_redirect_to_the_virtual_host_stays_with_the_real_server(void **state)
{
	(void)state;
	struct lab_section s;
	lab_section(&s, LB_HTTP, 0);
	s.v.virtualhost = LAB_TEXT("shop.invalid"); // which has no address anywhere
	s.r.receive = LAB_TEXT("host shop\\.invalid\r");
	struct lab_result r = lab_ask(&s, redirect_to_name, "shop.invalid", NULL);
	lab_expect(&r, true, "200 OK");
	s.r.receive = LAB_TEXT("host [a-z]");
	r = lab_ask(&s, redirect_to_name, "127.0.1.1", NULL);
	lab_expect(&r, false, "host 127.0.1.1:"); // another host keeps the name from the redirect
}

/* A server that sends the check elsewhere is asked itself, under that name. */
static void a_redirect_stays_with_the_real_server_unless_the_file_allows_more(void **state)
{
	static const char *const names[] = {"elsewhere.invalid", "192.0.2.1", "[2001:db8::1]", "127.0.0.1"};
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct lab_section s;
		lab_section(&s, LB_HTTP, 0);
		struct lab_result r = lab_ask(&s, redirect_to_name, names[i], NULL);
		lab_expect(&r, true, "200 OK");
		s.v.redirect = LB_REDIRECT_FOLLOW;
		s.v.negotiate_timeout_ms = 1000;
		r = lab_ask(&s, redirect_to_name, names[i], NULL);
		assert_false(r.up);
	}
}

/* The only name server is a socket that answers nothing. */
static void a_name_that_cannot_be_resolved_blocks_no_check(void **state)
{
	(void)state;
	char path[64];
	int before = lab_descriptors();
	uint16_t port = 53;
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	(void)inet_pton(AF_INET, LAB_HOST, &a.sin_addr);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	(void)snprintf(path, sizeof(path), "%s/resolv.conf", directory);
	assert_true(g_file_set_contents(path, "nameserver " LAB_HOST "\noptions timeout:5 attempts:1\n", -1, NULL));
	assert_int_equal(mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL), 0);
	struct lab_section s;
	lab_section(&s, LB_HTTP, 0);
	s.v.redirect = LB_REDIRECT_FOLLOW;
	s.v.negotiate_timeout_ms = 2000; // enough time for the redirect
	struct lab_result r = lab_ask(&s, lab_answer_http,
		"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/\r\nContent-Length: 0\r\n\r\n", NULL);
	lab_expect(&r, false, "timed out after 2 s");
	assert_true(r.took_ms >= 2000);
	char question[16];
	assert_true(recv(fd, question, sizeof(question), MSG_DONTWAIT) > 0); // a query was sent
	(void)close(fd);
	assert_int_equal(umount("/etc/resolv.conf"), 0);
	(void)unlink(path);
	// The check no longer waits for the thread that resolves the name.  The thread ends after the resolver's own
	// limit; wait for it, so that its descriptors do not count as a leak.
	for (int i = 0; i < 6000 && lab_descriptors() > before; i++)
		(void)usleep(10000);
}

static void say_proxy_line(struct lab_conn *c, void *user)
{
	char first[256] = "", answer[512];
	(void)user;
	while (lab_read_line(c) > 2)
		if (!*first)
			(void)g_strlcpy(first, c->line, sizeof(first));
	(void)snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n%s", first);
	(void)lab_send_text(c, answer);
}

static void a_request_is_sent_as_it_is_written(void **state)
{
	static const struct {
		enum lb_service service;
		const char *request, *receive;
	} rows[] = {
		{LB_HTTP, "/a b/../c?d=e", "^GET /a%20b/\\.\\./c\\?d=e HTTP/1\\.1\r$"},
		{LB_HTTP, "x", "^GET /x HTTP"},
		{LB_HTTP_PROXY, "/http://www.example.com/x", "^GET http://www\\.example\\.com/x HTTP"},
		{LB_HTTP_PROXY, "http://www.example.com:81/", "^GET http://www\\.example\\.com:81/ HTTP"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab_section s;
		lab_section(&s, rows[i].service, 0);
		s.r.request = LAB_TEXT(rows[i].request);
		s.r.receive = LAB_TEXT(rows[i].receive);
		struct lab_result r = lab_ask(&s, say_proxy_line, NULL, NULL);
		lab_expect(&r, true, "200 OK");
	}
}

/* Only the line of a real moves the check to another host. */
static void a_url_of_the_section_is_asked_of_the_real_server(void **state)
{
	static const struct {
		enum lb_service service;
		const char *request, *receive;
	} rows[] = {
		{LB_HTTP, "/http://127.0.1.9:8088/alive.html", "^GET /http://127\\.0\\.1\\.9:8088/alive\\.html HTTP"},
		{LB_HTTP, "/http://www.example.invalid/", "^GET /http://www\\.example\\.invalid/ HTTP"},
		{LB_HTTP, "/https://127.0.1.9/x y", "^GET /https://127\\.0\\.1\\.9/x%20y HTTP"},
		{LB_HTTP, "/HTTP://127.0.1.9/", "^GET /HTTP://127\\.0\\.1\\.9/ HTTP"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab_section s;
		lab_section(&s, rows[i].service, 0);
		s.r.request = LAB_TEXT(rows[i].request);
		s.r.receive = LAB_TEXT(rows[i].receive);
		struct lab_result r = lab_ask(&s, say_proxy_line, NULL, NULL);
		lab_expect(&r, true, "200 OK");
	}
	struct lab_server other = {.serve = say_proxy_line};
	struct lab_section s;
	char request[64];
	lab_start(&other);
	lab_section(&s, LB_HTTP, 1); // nobody listens there
	(void)snprintf(request, sizeof(request), "/http://" LAB_HOST ":%u/alive", other.port);
	s.r.request = request;
	struct lab_result r = lab_check(&s);
	lab_expect(&r, false, "connection refused");
	s.r.elsewhere = true;
	s.r.receive = LAB_TEXT("^GET /alive HTTP");
	r = lab_check(&s);
	lab_expect(&r, true, "200 OK");
	assert_int_equal(other.connections, 1);
	lab_stop(&other);
}

/* inetd or nc with a script that prints its text and nothing else. */
static void an_answer_without_a_header_is_all_body(void **state)
{
	static const struct {
		const char *answer, *receive;
		bool up;
		const char *why;
	} rows[] = {
		{"node is synced OK", "synced", true, "200 assumed, the answer has no HTTP header"},
		{"node is synced OK\n", "", true, "200 assumed"},
		{"<html><body>ready</body></html>\r\n", "^<html>", true, "200 assumed"},
		{"HTTP is not spoken here\n", "spoken", true, "200 assumed"},
		{"node is joining\n", "synced", false, "200 assumed, the answer has no HTTP header, but receive does not match: node is joining"},
		{"", "", false, ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab_section s;
		lab_section(&s, LB_HTTP, 0);
		s.r.receive = LAB_TEXT(rows[i].receive);
		struct lab_result r = lab_ask(&s, lab_answer_http, rows[i].answer, NULL);
		lab_expect(&r, rows[i].up, rows[i].why);
	}
	static struct lb_status_range only[] = {{204, 204}};
	struct lab_section s;
	lab_section(&s, LB_HTTP, 0);
	s.v.status = only;
	s.v.status_count = 1;
	struct lab_result r = lab_ask(&s, lab_answer_http, "OK\n", NULL);
	lab_expect(&r, false, "200 assumed");
	lab_section(&s, LB_HTTPS, 0);
	r = lab_ask(&s, lab_answer_http, "OK\n", lab_tls("private.example", NULL));
	lab_expect(&r, true, "200 assumed");
}

static void a_proxy_in_the_environment_is_not_used(void **state)
{
	(void)state;
	struct lab_section s;
	lab_section(&s, LB_HTTP, 0);
	(void)setenv("http_proxy", "http://127.0.0.1:1", 1);
	(void)setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	struct lab_result r = lab_ask(&s, lab_answer_http, "HTTP/1.1 200 OK\r\n\r\n", NULL);
	(void)unsetenv("http_proxy");
	(void)unsetenv("ALL_PROXY");
	lab_expect(&r, true, "200 OK");
}

// --- tls ---

static char seen_name[128];

static int on_name(SSL *ssl, int *alert, void *user)
{
	(void)alert;
	(void)user;
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	(void)snprintf(seen_name, sizeof(seen_name), "%s", name ? name : "none");
	return SSL_TLSEXT_ERR_OK;
}

static const struct answers imap_answers[] = {{"", "* OK ready\r\n"}, {"1 LOGOUT", "* BYE\r\n1 OK\r\n"}, {NULL, NULL}};

static struct lab_result ask_tls(struct lab_section *s, const char *name, const char *pem)
{
	SSL_CTX *x = lab_tls(name, pem);
	(void)SSL_CTX_set_tlsext_servername_callback(x, on_name);
	(void)snprintf(seen_name, sizeof(seen_name), "not asked");
	if (s->v.service == LB_HTTPS)
		return lab_ask(s, lab_answer_http, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", x);
	return lab_ask(s, answer_lines, imap_answers, x);
}

static void a_certificate_is_checked_only_with_sslverify(void **state)
{
	static const enum lb_service services[] = {LB_HTTPS, LB_IMAPS};
	char pem[64];
	(void)state;
	(void)snprintf(pem, sizeof(pem), "%s/ca.pem", directory);
	for (int i = 0; i < 2; i++) {
		struct lab_section s;
		lab_section(&s, services[i], 0);
		struct lab_result r = ask_tls(&s, "private.example", NULL);
		assert_true(r.up);
		assert_string_equal(seen_name, "none"); // an address is not sent as a name
		s.v.virtualhost = LAB_TEXT("private.example");
		s.v.sslverify = LB_SSL_CHAIN;
		r = ask_tls(&s, "private.example", NULL);
		lab_expect(&r, false, "TLS: ");
		assert_string_equal(seen_name, "private.example");
		s.v.sslca = pem;
		r = ask_tls(&s, "other.example", pem);
		assert_true(r.up);
		s.v.sslverify = LB_SSL_FULL;
		(void)unlink(pem);
		r = ask_tls(&s, "other.example", pem);
		lab_expect(&r, false, "TLS: ");
		(void)unlink(pem);
		r = ask_tls(&s, "private.example", pem);
		assert_true(r.up);
		(void)unlink(pem);
		s.v.sni = LAB_TEXT("sni.example");
		r = ask_tls(&s, "sni.example", pem);
		assert_true(r.up);
		assert_string_equal(seen_name, "sni.example");
		(void)unlink(pem);
		r.up = true;
		s.v.sslca = LAB_TEXT("/no/such/file.pem");
		r = ask_tls(&s, "sni.example", NULL);
		assert_false(r.up);
	}
}

static void a_tls_error_is_reported_without_its_place_in_the_library(void **state)
{
	(void)state;
	struct lab_section s;
	lab_section(&s, LB_HTTPS, 0);
	struct lab_result r = lab_ask(&s, lab_hold, "this is not TLS at all", NULL);
	assert_false(r.up);
	assert_string_equal(r.why, "TLS: wrong version number");
	lab_section(&s, LB_IMAPS, 0);
	r = lab_ask(&s, lab_hold, "this is not TLS at all", NULL);
	assert_false(r.up);
	assert_string_equal(r.why, "TLS: wrong version number");
}

// --- conversations ---

static void each_conversation_has_the_right_verdict_for_other_answers(void **state)
{
	static const struct {
		enum lb_service service;
		const char *login, *passwd, *receive, *request;
		bool up;
		const char *why;
		struct answers answers[10];
	} rows[] = {
		{LB_SMTP, "", "", "", "/", true, "250 hello",
			{{"", "220-a\r\n220 b\r\n"}, {"EHLO", "502 what\r\n"},
				{"HELO localhost.localdomain", "250 hello\r\n"}, {"QUIT", "221 bye\r\n"}}},
		{LB_SMTP, "", "", "", "/", false, "answer to HELO: 502 what",
			{{"", "220 b\r\n"}, {"EHLO", "502 what\r\n"}, {"HELO", "502 what\r\n"}}},
		{LB_SMTP, "", "", "", "/", false,
			"answer to EHLO: 550 go away; closed by the server instead of the answer to HELO",
			{{"", "220 b\r\n"}, {"EHLO", "550 go away\r\n"}, {"HELO", NULL}}},
		{LB_SMTP, "", "", "", "/", false, "answer to EHLO: 421 later",
			{{"", "220 b\r\n"}, {"EHLO", "421-wait\r\n250 a\r\n421 later\r\n"}}},
		{LB_SMTP, "", "", "", "/", true, "250 c",
			{{"", "220 b\r\n"}, {"EHLO", "250-a\r\n250-b\r\n421 no\r\n250 c\r\n"}, {"QUIT", "221\r\n"}}},
		{LB_SMTP, "", "", "", "/", false, "greeting: hello", {{"", "hello\r\n"}}},
		{LB_POP, "u", "p", "", "/", true, "+OK",
			{{"", "+OK no stamp\r\n"}, {"USER u\r\n", "+OK\r\n"}, {"PASS p\r\n", "+OK\r\n"},
				{"NOOP", "+OK\r\n"}, {"STAT", "+OK 0 0\r\n"}, {"QUIT", "+OK\r\n"}}},
		{LB_POP, "u", "bad", "", "/", false, "answer to PASS: -ERR bad",
			{{"", "+OK no stamp\r\n"}, {"USER", "+OK\r\n"}, {"PASS", "-ERR bad\r\n"}}},
		{LB_POP, "u", "bad", "", "/", false, "answer to APOP: -ERR bad",
			{{"", "+OK <1@t>\r\n"}, {"APOP", "-ERR bad\r\n"}}},
		{LB_IMAP, "u", "p\"w\\", "", "/", true, "0 OK",
			{{"", "* OK ready\r\n"}, {"0 LOGIN u \"p\\\"w\\\\\"\r\n", "* CAPABILITY x\r\n0 OK in\r\n"},
				{"1 LOGOUT", "* BYE\r\n1 OK\r\n"}}},
		{LB_IMAP, "u v", "p", "", "/", true, "0 OK",
			{{"", "* OK ready\r\n"}, {"0 LOGIN \"u v\" \"p\"\r\n", "0 OK in\r\n"},
				{"1 LOGOUT", "* BYE\r\n"}}},
		{LB_IMAP, "u", "p", "", "/", false, "* BYE",
			{{"", "* OK ready\r\n"}, {"0 LOGIN", "* BYE going down\r\n"}}},
		{LB_IMAP, "u", "p", "", "/", true, "* PREAUTH", {{"", "* PREAUTH you\r\n"}, {"1 LOGOUT", "* BYE\r\n"}}},
		{LB_NNTP, "", "", "", "/", false, "greeting: 400 no", {{"", "400 no\r\n"}}},
		{LB_FTP, "", "", "", "/", true, "200 binary",
			{{"", "220 ftp\r\n"}, {"USER anonymous\r\n", "331 pw\r\n"},
				{"PASS ldirectord@", "230-a\r\n b\r\n230 ok\r\n"}, {"CWD", "250 ok\r\n"},
				{"TYPE I", "200 binary\r\n"}, {"QUIT", "221 bye\r\n"}}},
		{LB_FTP, "u", "p", "", "/", false, "answer to PASS: 530 no",
			{{"", "220 ftp\r\n"}, {"USER u\r\n", "331 pw\r\n"}, {"PASS p\r\n", "530 no\r\n"}}},
		{LB_FTP, "u", "p", "", "/x", false, "answer to PASV: 227 nothing",
			{{"", "220 ftp\r\n"}, {"USER", "230 in\r\n"}, {"CWD", "250 ok\r\n"}, {"TYPE", "200 binary\r\n"},
				{"PASV", "227 nothing (1,2,3,4,5)\r\n"}}},
		{LB_FTP, "u", "p", "", "/x", false, "data connection: connection refused",
			{{"", "220 ftp\r\n"}, {"USER", "230 in\r\n"}, {"CWD", "250 ok\r\n"}, {"TYPE", "200 binary\r\n"},
				{"PASV", "227 x (1,2,3,4,0,1)\r\n"}}},
		{LB_SIP, "u@h", "", "", "/", true, "SIP/2.0 200 OK",
			{{"", NULL}, {"Content-Length", "SIP/2.0 100 Trying\r\nVia: x\r\n\r\nSIP/2.0 200 OK\r\n\r\n"}}},
		{LB_SIP, "u@h", "", "", "/", false, "SIP/2.0 404 no",
			{{"", NULL}, {"Content-Length", "SIP/2.0 404 no\r\n\r\n"}}},
		{LB_SIMPLETCP, "", "", "^PO.G$", "/a\\nPING\\n", true, "PONG", {{"", NULL}, {"PING\n", "no\nPONG"}}},
		{LB_SIMPLETCP, "", "", "^PONG", "PING\\n", false, "no line matches receive: -NOAUTH",
			{{"", NULL}, {"PING\n", "-NOAUTH\nbye\n"}}},
		{LB_SIMPLETCP, "", "", "^PONG", "PING\\n", false, "no line matches receive: half a line",
			{{"", NULL}, {"PING\n", "half a line"}}},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab_section s;
		lab_section(&s, rows[i].service, 0);
		s.v.login = LAB_TEXT(rows[i].login);
		s.v.passwd = LAB_TEXT(rows[i].passwd);
		s.r.receive = LAB_TEXT(rows[i].receive);
		s.r.request = LAB_TEXT(rows[i].request);
		struct lab_result r = lab_ask(&s, answer_lines, rows[i].answers, NULL);
		lab_expect(&r, rows[i].up, rows[i].why);
		assert_true(r.took_ms < LAB_PATIENCE_MS); // the answers decided, not the deadline
	}
}

/* pasv: the server understands PASV, else only EPSV.  early: it reports the end before it sends the file. */
struct ftp_server {
	bool pasv, early;
	size_t size;
};

static void ftp_send(struct lab_conn *c, const struct ftp_server *f, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	(void)lab_send_text(c, f->early ? "150 here\r\n226 done\r\n" : "150 here\r\n");
	struct lab_conn data = {.server = c->server, .fd = fd};
	for (size_t n = 0; n < f->size && lab_send_text(&data, "0123456789\n"); n += 11)
		;
	(void)lab_send_text(&data, "the end\n");
	(void)lab_pause(c, 20);
	(void)close(fd);
	if (!f->early)
		(void)lab_send_text(c, "226 done\r\n");
}

static void ftp_serve(struct lab_conn *c, void *user)
{
	const struct ftp_server *f = user;
	uint16_t port;
	char answer[96];
	int listener = lab_bind(SOCK_STREAM, &port);
	(void)listen(listener, 4);
	(void)lab_send_text(c, "220 ftp\r\n");
	while (lab_read_line(c) > 0) {
		if (g_str_has_prefix(c->line, "PASV") && f->pasv)
			(void)snprintf(
				answer, sizeof(answer), "227 Entering (192,0,2,1,%u,%u)\r\n", port >> 8, port & 255u);
		else if (g_str_has_prefix(c->line, "EPSV"))
			(void)snprintf(answer, sizeof(answer), "229 Entering (|||%u|)\r\n", port);
		else
			(void)snprintf(answer, sizeof(answer), "%s",
				g_str_has_prefix(c->line, "PASV")   ? "502 no\r\n"
				: g_str_has_prefix(c->line, "QUIT") ? "221 bye\r\n"
								    : "250 ok\r\n");
		if (g_str_has_prefix(c->line, "RETR /file\r"))
			ftp_send(c, f, listener);
		else
			(void)lab_send_text(c, answer);
	}
	(void)close(listener);
}

static void ftp_retrieves_through_the_passive_channel(void **state)
{
	static const struct {
		struct ftp_server server;
		const char *receive;
		bool up;
	} rows[] = {
		{{true, false, 0}, "the end", true},
		{{true, true, 0}, "the end", true},
		{{false, false, 0}, "the end", true},
		{{true, false, 0}, "nope", false},
		{{true, false, 0}, "", true},
		{{true, false, 500000}, "the end", true},
		{{true, false, 3 << 20}, "0123", true},
		{{true, false, 3 << 20}, "the end", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab_section s;
		lab_section(&s, LB_FTP, 0);
		s.r.request = LAB_TEXT("/file");
		s.r.receive = LAB_TEXT(rows[i].receive);
		struct lab_result r = lab_ask(&s, ftp_serve, &rows[i].server, NULL);
		assert_int_equal(r.up, rows[i].up);
	}
}

static void a_check_does_not_wait_for_a_server_that_ignores_the_goodbye(void **state)
{
	(void)state;
	static const struct answers smtp[] = {{"", "220 a\r\n"}, {"EHLO", "250 b\r\n"}, {NULL, NULL}};
	struct lab_section s;
	lab_section(&s, LB_SMTP, 0);
	struct lab_result r = lab_ask(&s, answer_lines, smtp, NULL);
	lab_expect(&r, true, "250 b");
	assert_true(r.took_ms >= 500 && r.took_ms < LAB_PATIENCE_MS); // half a second for its goodbye, not the deadline
}

// --- ping, external programs, services that are not built in ---

static void answer_echo(bool on)
{
	FILE *f = fopen("/proc/sys/net/ipv4/icmp_echo_ignore_all", "w");
	assert_non_null(f);
	assert_true(fputs(on ? "0" : "1", f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void ping_sends_echo_requests_to_the_host(void **state)
{
	(void)state;
	struct lab_section s;
	lab_section(&s, LB_NONE, 0);
	s.type = LB_CHECK_PING;
	struct lab_result r = lab_check(&s);
	lab_expect(&r, true, "answered"); // needs root
	s.r.address = (struct lb_address){.family = LB_INET6, .bytes = {[15] = 1}};
	r = lab_check(&s);
	lab_expect(&r, true, "answered");
	s.r.address = (struct lb_address){.family = LB_INET, .bytes = {127, 0, 1, 1}};
	s.v.id.protocol = LB_UDP;
	s.type = LB_CHECK_CONNECT;
	r = lab_check(&s);
	lab_expect(&r, true, "answered");
	s.v.check_timeout_ms = 100;
	s.v.check_count = 3;
	answer_echo(false);
	r = lab_check(&s);
	answer_echo(true);
	lab_expect(&r, false, "timed out after 0.300 s while waiting for the echo");
	assert_true(r.took_ms >= 300);
	s.r.address = (struct lb_address){.family = LB_INET, .bytes = {192, 0, 2, 1}};
	r = lab_check(&s);
	lab_expect(&r, false, "ping: network is unreachable");
}

static void an_external_check_is_up_only_with_exit_status_0(void **state)
{
	static const struct {
		const char *command;
		bool up;
		const char *why;
	} rows[] = {
		{"/bin/sh -c 'kill -SEGV $$'", false, "killed by signal 11"},
		{"/bin/sh -c 'echo \"all is well\"; exit 0' x", true, "exit status 0: all is well"},
		{"/bin/sh -c 'test \"$0 $1 $2 $3\" = \"10.9.0.1 80 127.0.1.1 8080\"'", true, "exit status 0"},
		{"/no/such/program", false, "checkcommand cannot run: /no/such/program: No such file or directory"},
		{"no-such-program-anywhere", false, "checkcommand cannot run: no-such-program-anywhere is not in any directory of PATH"},
		{"true", true, "exit status 0"}, // found in PATH
		{"false", false, "exit status 1"},
		{"bin/true", true, "exit status 0"}, // below /
		{"/bin/sh 'unbalanced", false, "checkcommand cannot run: "},
		{"/bin/sh -c 'sleep 600'", false, "timed out after 0.400 s while waiting for the checkcommand"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab_section s;
		lab_section(&s, LB_NONE, 8080);
		s.type = LB_CHECK_EXTERNAL;
		s.v.check_timeout_ms = strstr(rows[i].command, "sleep") ? 400 : LAB_PATIENCE_MS;
		s.v.check_command = LAB_TEXT(rows[i].command);
		struct lab_result r = lab_check(&s);
		lab_expect(&r, rows[i].up, rows[i].why);
	}
	struct lab_section s;
	lab_section(&s, LB_NONE, 8080);
	s.type = LB_CHECK_EXTERNAL;
	s.v.id.protocol = LB_FWM;
	s.v.id.mark = 7;
	s.v.check_command = LAB_TEXT("/bin/sh -c 'test \"$0/$1/$2/$3\" = 7/0/127.0.1.1/8080'");
	struct lab_result r = lab_check(&s);
	assert_true(r.up);
	siginfo_t child;
	// the program that was killed must be reaped
	for (int i = 0; i < 6000 && waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0; i++) {
		(void)g_main_context_iteration(NULL, FALSE);
		(void)usleep(10000);
	}
}

static void a_file(const char *name, const char *content, mode_t mode, char *path, size_t cap)
{
	(void)snprintf(path, cap, "%s/%s", directory, name);
	assert_true(g_file_set_contents(path, content, -1, NULL));
	assert_int_equal(chmod(path, mode), 0);
}

static void a_program_is_run_as_by_execvp_and_one_that_cannot_run_says_why(void **state)
{
	static const struct {
		const char *content;
		mode_t mode;
		enum lb_check_type type;
		bool up;
		const char *why;
	} rows[] = {
		{"exit 0\n", 0755, LB_CHECK_EXTERNAL, true, "exit status 0"},
		{"# no interpreter\ntest $# -eq 4 && echo \"$1 $2\" && exit 3\n", 0755, LB_CHECK_EXTERNAL, false, "exit status 3: 10.9.0.1 80"},
		{"", 0755, LB_CHECK_EXTERNAL, true, "exit status 0"},
		{"#!/bin/sh\nexit 4\n", 0755, LB_CHECK_EXTERNAL, false, "exit status 4"},
		{"#! /bin/sh -e\nfalse\n", 0755, LB_CHECK_EXTERNAL, false, "exit status 1"},
		{"exit 0\n", 0644, LB_CHECK_EXTERNAL, false, "checkcommand cannot run: DIR/x is not executable"},
		{"#!/no/such/sh\n", 0755, LB_CHECK_EXTERNAL, false, "the interpreter of DIR/x cannot run: /no/such/sh: No such file or directory"},
		{"#!/bin/sh\r\nexit 0\r\n", 0755, LB_CHECK_EXTERNAL, false, "the first line of DIR/x ends with CR, as on Windows"},
		{"exit 0;\n", 0644, LB_CHECK_EXTERNAL_PERL, true, "exit status 0"},
		{"exit 2;\n", 0755, LB_CHECK_EXTERNAL_PERL, false, "exit status 2"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab_section s;
		char path[128], why[256];
		a_file("x", rows[i].content, rows[i].mode, path, sizeof(path));
		lab_section(&s, LB_NONE, 8080);
		s.type = rows[i].type;
		s.v.check_command = path;
		struct lab_result r = lab_check(&s);
		const char *dir = strstr(rows[i].why, "DIR");
		(void)snprintf(why, sizeof(why), "%.*s%s%s", (int)(dir ? dir - rows[i].why : 0), rows[i].why,
			dir ? directory : "", dir ? dir + 3 : rows[i].why);
		lab_expect(&r, rows[i].up, why);
		(void)unlink(path);
	}
	struct lab_section s;
	lab_section(&s, LB_NONE, 8080);
	s.type = LB_CHECK_EXTERNAL;
	s.v.check_command = directory;
	struct lab_result r = lab_check(&s);
	lab_expect(&r, false, "is not a file");
}

static void without_a_check_or_a_port_a_server_is_down(void **state)
{
	(void)state;
	struct lab_section s;
	lab_section(&s, LB_NONE, 0);
	s.type = LB_CHECK_OFF;
	struct lab_result r = lab_check(&s);
	assert_false(r.up);
	s.type = LB_CHECK_CONNECT;
	r = lab_check(&s);
	assert_false(r.up); // no port is known
}

// --- oracle ---

/* A sqlplus that writes what it reads to the file "read", and prints. */
static struct lab_result ask_oracle(const char *prints, const char *request, const char *passwd)
{
	struct lab_section s;
	char path[128], script[512], *before = g_strdup(g_getenv("PATH"));
	(void)snprintf(script, sizeof(script), "#!/bin/sh\n/bin/cat >%s/read\necho \"$@\" >>%s/read\n%s\n", directory, directory,
		prints);
	a_file("sqlplus", script, 0755, path, sizeof(path));
	g_setenv("PATH", directory, TRUE);
	lab_section(&s, LB_ORACLE, 1521);
	s.v.login = LAB_TEXT("scott");
	s.v.passwd = LAB_TEXT(passwd);
	s.v.database = LAB_TEXT("shop");
	s.r.request = LAB_TEXT(request);
	struct lab_result r = lab_check(&s);
	(void)unlink(path);
	g_setenv("PATH", before, TRUE);
	g_free(before);
	return r;
}

static void oracle_is_asked_by_sqlplus(void **state)
{
	static const struct {
		const char *prints;
		bool up;
		const char *why;
	} rows[] = {
		{"echo 1", true, "the query returned a row"},
		{":", false, "the query returned no row"},
		{"echo", false, "the query returned no row"},
		{"echo 1; exit 1", false, "sqlplus: exit status 1"},
		{"echo ERROR:; echo 'ORA-12541: TNS:no listener'; echo 'SP2-0640: Not connected'", false, "ORA-12541: TNS:no listener"},
		{"echo 'SP2-0640: Not connected' >&2", false, "SP2-0640: Not connected"},
		{"kill -9 $$", false, "sqlplus was killed by signal 9"},
	};
	char path[128], *text = NULL;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab_result r = ask_oracle(rows[i].prints, "/select 1 from dual", "tiger");
		lab_expect(&r, rows[i].up, rows[i].why);
	}
	(void)snprintf(path, sizeof(path), "%s/read", directory);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_non_null(strstr(text, "\nCONNECT \"scott\"/\"tiger\"@//127.0.1.1:1521/shop\nselect 1 from dual;\nEXIT SUCCESS\n-S -L /nolog\n"));
	g_free(text);
	(void)unlink(path);
	struct lab_result r = ask_oracle("echo 1", "/", "tiger");
	lab_expect(&r, false, "login and request are needed");
	r = ask_oracle("echo 1", "/select 1", "tig\"er");
	lab_expect(&r, false, "login and passwd cannot have double quotes");
	struct lab_section s;
	lab_section(&s, LB_ORACLE, 1521);
	s.v.login = LAB_TEXT("scott");
	s.r.request = LAB_TEXT("/select 1");
	r = lab_check(&s);
	lab_expect(&r, false, "sqlplus cannot run: sqlplus is not in any directory of PATH");
}

static void a_database_is_not_asked_without_login_and_request(void **state)
{
	static const enum lb_service services[] = {LB_MYSQL, LB_PGSQL, LB_ORACLE};
	(void)state;
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		struct lab_section s;
		lab_section(&s, services[i], 1);
		s.r.request = LAB_TEXT("/select 1");
		struct lab_result r = lab_check(&s);
		lab_expect(&r, false, "login and request are needed");
		s.v.login = LAB_TEXT("lb");
		s.r.request = LAB_TEXT("/");
		r = lab_check(&s);
		lab_expect(&r, false, "login and request are needed");
	}
}

// --- dns ---

static void refuse(struct lab_conn *c, void *user)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(c->fd, c->line, sizeof(c->line), 0, (struct sockaddr *)&from, &len);
	if (n < 12)
		return;
	c->line[2] = (char)0x81;
	c->line[3] = (char)(0x80 | *(const char *)user);
	(void)sendto(c->fd, c->line, (size_t)n, 0, (struct sockaddr *)&from, len);
}

static void without_receive_the_code_of_a_dns_answer_decides(void **state)
{
	(void)state;
	for (char code = 0; code <= 5; code++) {
		struct lab_section s;
		struct lab_server server = {.serve = refuse, .user = &code, .udp = true};
		lab_section(&s, LB_DNS, 0);
		s.v.id.protocol = LB_UDP;
		s.r.request = LAB_TEXT("/www.example.com");
		lab_start(&server);
		s.r.address.port = server.port;
		struct lab_result r = lab_check(&s);
		lab_stop(&server);
		print_message("  code %d: %s\n", code, r.why);
		assert_int_equal(r.up, code == 0);
		assert_null(strstr(r.why, "timed out"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_configured_http_status_is_up),
		cmocka_unit_test(a_redirect_to_the_virtual_host_stays_with_the_real_server),
		cmocka_unit_test(a_redirect_stays_with_the_real_server_unless_the_file_allows_more),
		cmocka_unit_test(a_name_that_cannot_be_resolved_blocks_no_check),
		cmocka_unit_test(a_request_is_sent_as_it_is_written),
		cmocka_unit_test(a_url_of_the_section_is_asked_of_the_real_server),
		cmocka_unit_test(an_answer_without_a_header_is_all_body),
		cmocka_unit_test(a_proxy_in_the_environment_is_not_used),
		cmocka_unit_test(a_certificate_is_checked_only_with_sslverify),
		cmocka_unit_test(a_tls_error_is_reported_without_its_place_in_the_library),
		cmocka_unit_test(each_conversation_has_the_right_verdict_for_other_answers),
		cmocka_unit_test(ftp_retrieves_through_the_passive_channel),
		cmocka_unit_test(a_check_does_not_wait_for_a_server_that_ignores_the_goodbye),
		cmocka_unit_test(ping_sends_echo_requests_to_the_host),
		cmocka_unit_test(an_external_check_is_up_only_with_exit_status_0),
		cmocka_unit_test(a_program_is_run_as_by_execvp_and_one_that_cannot_run_says_why),
		cmocka_unit_test(without_a_check_or_a_port_a_server_is_down),
		cmocka_unit_test(oracle_is_asked_by_sqlplus),
		cmocka_unit_test(a_database_is_not_asked_without_login_and_request),
		cmocka_unit_test(without_receive_the_code_of_a_dns_answer_decides),
	};
	int before = lab_begin();
	if (before < 0 || !mkdtemp(directory))
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(directory);
	return lab_end(failed, before);
}
