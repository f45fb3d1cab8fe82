// SPDX-License-Identifier: MIT
/* Checks of real servers beside what the recordings do not hold: status codes and redirects, TLS, the other turns of
 * each conversation, ping, external programs and dns.  Servers that mean harm have a file of their own:
 * check_hostile_test.c. */
#include "tests/unit/ldirectord/check_lab.h"

#include <glib.h>
#include <sys/mount.h>
#include <sys/wait.h>

static char directory[] = "/tmp/lb-check-XXXXXX";

/* A server that answers line by line: rows of what begins a line, and the answer, NULL: it hangs up; the first row is
 * the greeting. */
struct answers {
	const char *heard, *said;
};

static void answer_lines(struct lab_conn *c, void *user)
{
	const struct answers *a = user;
	if (a->said && !lab_say(c, a->said))
		return;
	while (lab_hear(c) > 0) {
		for (const struct answers *row = a + 1; row->heard; row++) {
			if (strncmp(c->line, row->heard, strlen(row->heard)) == 0) {
				if (!row->said || !lab_say(c, row->said))
					return;
				break;
			}
		}
	}
}

// --- http ---

static void the_status_has_to_be_wanted(void **state)
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
	s.v.redirect_follow = false;
	r = lab_ask(&s, lab_answer_http, "HTTP/1.1 301 moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", NULL);
	lab_expect(&r, true, "301 moved");
	s.v.status_count = 0;
	r = lab_ask(&s, lab_answer_http, "HTTP/1.1 301 moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", NULL);
	lab_expect(&r, false, "301 moved");
}

/* Says where it was asked, and sends away whoever asks for /. */
static void redirect_to_name(struct lab_conn *c, void *user)
{
	char first[256] = "", host[256] = "", answer[512];
	while (lab_hear(c) > 2) {
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
	(void)lab_say(c, answer);
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
	lab_expect(&r, false, "host 127.0.1.1:"); // elsewhere under its own name
}

/* The only name server is a socket that nobody reads. */
static void a_name_that_nobody_finds_blocks_nobody(void **state)
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
	s.v.negotiate_timeout_ms = 2000; // the redirect has come by then
	struct lab_result r = lab_ask(&s, lab_answer_http,
		"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/\r\nContent-Length: 0\r\n\r\n", NULL);
	lab_expect(&r, false, "timed out after 2 s");
	assert_true(r.took_ms >= 2000);
	char question[16];
	assert_true(recv(fd, question, sizeof(question), MSG_DONTWAIT) > 0); // it was asked
	(void)close(fd);
	assert_int_equal(umount("/etc/resolv.conf"), 0);
	(void)unlink(path);
	// The thread that looked for the name was given up, and gives up itself after the resolver's time: what is open
	// at the end of the program has to be ours.
	for (int i = 0; i < 6000 && lab_descriptors() > before; i++)
		(void)usleep(10000);
}

static void say_proxy_line(struct lab_conn *c, void *user)
{
	char first[256] = "", answer[512];
	(void)user;
	while (lab_hear(c) > 2)
		if (!*first)
			(void)g_strlcpy(first, c->line, sizeof(first));
	(void)snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n%s", first);
	(void)lab_say(c, answer);
}

static void requests_are_asked_as_written(void **state)
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

static void a_proxy_of_the_environment_is_not_asked(void **state)
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

static void certificates_count_only_when_asked_for(void **state)
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
		assert_string_equal(seen_name, "none"); // an address is no name
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

static void what_tls_says_is_told_without_where_in_the_library(void **state)
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

static void conversations_take_their_other_turns(void **state)
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
		assert_true(r.took_ms < 3000);
	}
}

/* user: "PASV" or "EPSV": what it can do; early: tells of the end before the file has come. */
struct ftp_server {
	bool pasv, early;
	size_t size;
};

static void ftp_send(struct lab_conn *c, const struct ftp_server *f, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	(void)lab_say(c, f->early ? "150 here\r\n226 done\r\n" : "150 here\r\n");
	struct lab_conn data = {.server = c->server, .fd = fd};
	for (size_t n = 0; n < f->size && lab_say(&data, "0123456789\n"); n += 11)
		;
	(void)lab_say(&data, "the end\n");
	(void)lab_pause(c, 20);
	(void)close(fd);
	if (!f->early)
		(void)lab_say(c, "226 done\r\n");
}

static void ftp_serve(struct lab_conn *c, void *user)
{
	const struct ftp_server *f = user;
	uint16_t port;
	char answer[96];
	int listener = lab_bind(SOCK_STREAM, &port);
	(void)listen(listener, 4);
	(void)lab_say(c, "220 ftp\r\n");
	while (lab_hear(c) > 0) {
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
			(void)lab_say(c, answer);
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

static void a_server_that_ignores_goodbye_is_not_waited_for(void **state)
{
	(void)state;
	static const struct answers smtp[] = {{"", "220 a\r\n"}, {"EHLO", "250 b\r\n"}, {NULL, NULL}};
	struct lab_section s;
	lab_section(&s, LB_SMTP, 0);
	struct lab_result r = lab_ask(&s, answer_lines, smtp, NULL);
	lab_expect(&r, true, "250 b");
	assert_true(r.took_ms >= 500 && r.took_ms < 2900);
}

// --- ping, external, and what is not there ---

static void answer_echo(bool on)
{
	FILE *f = fopen("/proc/sys/net/ipv4/icmp_echo_ignore_all", "w");
	assert_non_null(f);
	assert_true(fputs(on ? "0" : "1", f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void ping_asks_the_host(void **state)
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

static void external_programs_are_down_unless_they_say_up(void **state)
{
	static const struct {
		const char *command;
		bool up;
		const char *why;
	} rows[] = {
		{"/bin/sh -c 'kill -SEGV $$'", false, "killed by signal 11"},
		{"/bin/sh -c 'echo \"all is well\"; exit 0' x", true, "exit status 0: all is well"},
		{"/bin/sh -c 'test \"$0 $1 $2 $3\" = \"10.9.0.1 80 127.0.1.1 8080\"'", true, "exit status 0"},
		{"/no/such/program", false, "cannot be started: no such file"},
		{"relative", false, "not an absolute path"},
		{"/bin/sh 'unbalanced", false, "checkcommand: "},
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
	s.v.check_command = LAB_TEXT("/bin/sh -c 'test \"$0/$1/$2/$3\" = 7//127.0.1.1/8080'");
	struct lab_result r = lab_check(&s);
	assert_true(r.up);
	siginfo_t child;
	// the one that timed out is reaped
	for (int i = 0; i < 6000 && waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0; i++) {
		(void)g_main_context_iteration(NULL, FALSE);
		(void)usleep(10000);
	}
}

static void services_that_are_not_built_in_are_down_and_say_so(void **state)
{
	(void)state;
	struct lab_section s;
	lab_section(&s, LB_LDAP, 389);
	struct lab_result r = lab_check(&s);
	assert_false(r.up);
	assert_string_equal(r.why, "not built in: service=ldap");
	lab_section(&s, LB_NONE, 0);
	s.type = LB_CHECK_OFF;
	r = lab_check(&s);
	assert_false(r.up);
	s.type = LB_CHECK_CONNECT;
	r = lab_check(&s);
	assert_false(r.up); // no port is known
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

static void the_code_of_a_dns_answer_decides_without_receive(void **state)
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
		cmocka_unit_test(the_status_has_to_be_wanted),
		cmocka_unit_test(a_redirect_to_the_virtual_host_stays_with_the_real_server),
		cmocka_unit_test(a_name_that_nobody_finds_blocks_nobody),
		cmocka_unit_test(requests_are_asked_as_written),
		cmocka_unit_test(a_proxy_of_the_environment_is_not_asked),
		cmocka_unit_test(certificates_count_only_when_asked_for),
		cmocka_unit_test(what_tls_says_is_told_without_where_in_the_library),
		cmocka_unit_test(conversations_take_their_other_turns),
		cmocka_unit_test(ftp_retrieves_through_the_passive_channel),
		cmocka_unit_test(a_server_that_ignores_goodbye_is_not_waited_for),
		cmocka_unit_test(ping_asks_the_host),
		cmocka_unit_test(external_programs_are_down_unless_they_say_up),
		cmocka_unit_test(services_that_are_not_built_in_are_down_and_say_so),
		cmocka_unit_test(the_code_of_a_dns_answer_decides_without_receive),
	};
	int before = lab_begin();
	if (before < 0 || !mkdtemp(directory))
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(directory);
	return lab_end(failed, before);
}
