// SPDX-License-Identifier: MIT
/* Checks of servers that do harm or do not answer: the verdict comes in time, no other check waits for it, and no
 * descriptor or process is left behind. */
#include "tests/unit/ldirectord/check_lab.h"

#include <glib.h>

// --- servers that do harm ---

static void drip(struct lab_conn *c, void *user)
{
	for (const char *p = user; lab_pause(c, 30) && lab_send(c, p, 1); p += p[1] != '\0')
		;
}

static void pour(struct lab_conn *c, void *user)
{
	const char *text = user;
	while (lab_send_text(c, text))
		;
}

static void pour_header(struct lab_conn *c, void *user)
{
	(void)user;
	(void)lab_send_text(c, "HTTP/1.1 200 OK\r\n");
	pour(c, "X-Header: and another one of these, without end\r\n");
}

static void pour_header_line(struct lab_conn *c, void *user)
{
	(void)user;
	(void)lab_send_text(c, "HTTP/1.1 200 OK\r\nX-Header: ");
	pour(c, "and another one of these without end");
}

static void pour_body(struct lab_conn *c, void *user)
{
	while (lab_read_line(c) > 2)
		;
	(void)lab_send_text(c, "HTTP/1.1 200 OK\r\n\r\nTest Page\n");
	pour(c, user);
}

static void hang_up(struct lab_conn *c, void *user)
{
	(void)c;
	(void)user;
}

static void reset(struct lab_conn *c, void *user)
{
	struct linger now = {.l_onoff = 1};
	if (user)
		(void)lab_send_text(c, user);
	(void)lab_pause(c, 20);
	(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static const enum lb_service tcp_services[] = {LB_SMTP, LB_SUBMISSION, LB_POP, LB_POPS, LB_IMAP, LB_IMAPS, LB_NNTP,
	LB_FTP, LB_SIMPLETCP, LB_SIP, LB_HTTP, LB_HTTPS, LB_HTTP_PROXY, LB_DNS, LB_LDAP, LB_LDAPS, LB_MYSQL, LB_PGSQL};

static bool is_tls(enum lb_service s)
{
	return s == LB_POPS || s == LB_IMAPS || s == LB_HTTPS || s == LB_LDAPS;
}

/* One check of a hostile server, beside others. */
struct duel {
	struct lab_server server;
	struct lab_section section;
	struct lab_result result;
	bool under_tls;
};

static void duel_begin(struct duel *d, enum lb_service service, lab_serve *serve, const char *user, bool under_tls)
{
	*d = (struct duel){.server = {.serve = serve, .user = LAB_TEXT(user)}, .under_tls = under_tls};
	d->server.tls = under_tls ? lab_tls("private.example", NULL) : NULL;
	lab_start(&d->server);
	lab_section(&d->section, service, d->server.port);
	d->section.v.negotiate_timeout_ms = d->section.v.check_timeout_ms = 150;
	if (service == LB_MYSQL || service == LB_PGSQL)
		d->section.r.request = LAB_TEXT("/select 1");
	d->section.v.login = d->section.v.passwd = LAB_TEXT("u");
	d->section.r.receive = LAB_TEXT("never there");
	struct check_plan plan = {.type = d->section.type, .v = &d->section.v, .r = &d->section.r};
	assert_non_null(check_start(NULL, &plan, lab_done, &d->result));
}

static void duel_end(struct duel *d)
{
	lab_finish(&d->result);
	lab_stop(&d->server);
	assert_true(*d->result.why);
	print_message("  service %d%s: %-4s %s\n", d->section.v.service, d->under_tls ? " under tls" : "",
		d->result.up ? "up" : "down", d->result.why);
}

/* Each service is down at each of these servers, with a reason. */
static void hostile_servers_are_down_in_time(void **state)
{
	static const struct {
		const char *name;
		lab_serve *serve;
		const char *user;
	} hostile[] = {
		{"drip of text", drip, "HTTP/1.1 2x this is not an answer of anything and it takes a very long time"},
		{"drip of an answer", drip, "220-welcome\r\n220-welcome\r\n220-welcome\r\n"},
		{"endless line", pour,
			"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"},
		{"endless lines", pour, "220-and so on\r\n"},
		{"endless untagged", pour, "* OK still here\r\n"},
		{"endless 100", pour, "HTTP/1.1 100 Continue\r\n\r\n"},
		{"endless zeros", pour, "\r\n"},
		{"early close", hang_up, NULL},
		{"reset", reset, NULL},
		{"reset after a byte", reset, "2"},
		{"silence", lab_hold, NULL},
		{"garbage", lab_hold,
			"\x16\x03\x01\xff\xff garbage \x01\x02\xfe that is no TLS at all, nor anything else\r\n\r\n"},
	};
	(void)state;
	static struct duel duels[2 * sizeof(tcp_services) / sizeof(tcp_services[0])];
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		size_t count = 0;
		print_message("%s:\n", hostile[i].name);
		for (size_t k = 0; k < sizeof(tcp_services) / sizeof(tcp_services[0]); k++)
			for (int under_tls = 0; under_tls <= is_tls(tcp_services[k]); under_tls++)
				duel_begin(
					&duels[count++], tcp_services[k], hostile[i].serve, hostile[i].user, under_tls);
		for (size_t k = 0; k < count; k++) {
			duel_end(&duels[k]);
			// for nntp the first byte decides, and 2 is a good one
			bool enough =
				duels[k].section.v.service == LB_NNTP && hostile[i].user && hostile[i].user[0] == '2';
			if (!enough)
				assert_false(duels[k].result.up);
		}
	}
}

static void endless_headers_are_cut(void **state)
{
	(void)state;
	static lab_serve *const serve[] = {pour_header, pour_header_line};
	for (int i = 0; i < 2; i++) {
		struct lab_section s;
		lab_section(&s, LB_HTTP, 0);
		struct lab_result r = lab_ask(&s, serve[i], NULL, NULL);
		// libcurl has its own limit for one line, with its own message
		lab_expect(&r, false, i ? "" : "a header of more than 262144 bytes");
		assert_null(strstr(r.why, "timed out"));
	}
}

static void only_the_start_of_an_endless_body_is_read(void **state)
{
	(void)state;
	struct lab_section s;
	lab_section(&s, LB_HTTP, 0);
	struct lab_result r = lab_ask(&s, pour_body, "and so on\n", NULL);
	lab_expect(&r, true, "200 OK");
	s.r.receive = LAB_TEXT("Test");
	r = lab_ask(&s, pour_body, "and so on\n", NULL);
	lab_expect(&r, true, "200 OK");
	s.r.receive = LAB_TEXT("never");
	r = lab_ask(&s, pour_body, "and so on\n", NULL);
	lab_expect(&r, false, "200 OK, but receive does not match within the first 1 MiB: Test Page");
}

static void a_circle_of_redirects_is_ended(void **state)
{
	(void)state;
	struct lab_section s;
	lab_section(&s, LB_HTTP, 0);
	struct lab_result r = lab_ask(
		&s, lab_answer_http, "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", NULL);
	lab_expect(&r, false, "more than 7 redirects");
}

static void an_expression_that_takes_too_long_is_given_up(void **state)
{
	(void)state;
	struct lab_section s;
	lab_section(&s, LB_HTTP, 0);
	s.r.receive = LAB_TEXT("(?:a+)+[xy]");
	struct lab_result r = lab_ask(&s, pour_body, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbb", NULL);
	lab_expect(&r, false, "receive needs more than the 150 ms");
	s.r.receive = LAB_TEXT("(");
	r = lab_ask(&s, pour_body, "a", NULL);
	lab_expect(&r, false, "receive is not a regular expression");
	s.r.receive = LAB_TEXT("(?s)Test.*?the end");
	r = lab_ask(&s, lab_answer_http, "HTTP/1.1 200 OK\r\n\r\nTest Page\nand\nnow\nthe end\n", NULL);
	lab_expect(&r, true, "200 OK");
}

static void part_of_a_body_is_enough_only_when_receive_matches(void **state)
{
	static const char part[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nTest Page";
	(void)state;
	struct lab_section s;
	static lab_serve *const serve[] = {lab_hold, lab_answer_http, reset};
	for (int i = 0; i < 3; i++) {
		lab_section(&s, LB_HTTP, 0);
		s.v.negotiate_timeout_ms = 300;
		struct lab_result r = lab_ask(&s, serve[i], part, NULL);
		assert_false(r.up);
		s.r.receive = LAB_TEXT("Nope");
		r = lab_ask(&s, serve[i], part, NULL);
		assert_false(r.up);
	}
	s.r.receive = LAB_TEXT("Test");
	s.v.negotiate_timeout_ms = 2000; // enough time for this part
	struct lab_result r = lab_ask(&s, lab_hold, part, NULL);
	lab_expect(&r, true, "200 OK");
	assert_true(r.took_ms >= 2000);
}

// --- deadlines, and what is left behind ---

static void the_deadline_is_kept(void **state)
{
	(void)state;
	static const struct {
		enum lb_service service;
		bool udp, checktimeout;
	} rows[] = {{LB_SMTP, false, false}, {LB_HTTP, false, false}, {LB_HTTPS, false, false},
		{LB_IMAPS, false, false}, {LB_DNS, false, false}, {LB_MYSQL, false, false}, {LB_PGSQL, false, false},
		{LB_LDAP, false, true}, {LB_LDAPS, false, true}, {LB_RADIUS, true, true}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab_section s;
		lab_section(&s, rows[i].service, 0);
		s.v.login = s.v.passwd = s.v.secret = LAB_TEXT("u");
		s.r.request = LAB_TEXT("/select 1");
		*(rows[i].checktimeout ? &s.v.check_timeout_ms : &s.v.negotiate_timeout_ms) = 200;
		struct lab_server server = {.serve = lab_hold, .udp = rows[i].udp};
		lab_start(&server);
		s.r.address.port = server.port;
		struct lab_result r = lab_check(&s);
		lab_stop(&server);
		lab_expect(&r, false, "timed out after 0.200 s while waiting for the ");
		assert_true(r.took_ms >= 200);
	}
}

static void slow_servers_delay_nobody(void **state)
{
	(void)state;
	enum { MANY = 300 };
	static struct lab_result r[MANY];
	struct lab_server silent = {.serve = lab_hold},
			  quick = {.serve = lab_answer_http, .user = LAB_TEXT("HTTP/1.1 200 OK\r\n\r\n")};
	struct lab_section s;
	lab_start(&silent);
	lab_start(&quick);
	lab_section(&s, LB_SMTP, silent.port);
	struct check_plan plan = {.type = s.type, .v = &s.v, .r = &s.r};
	for (int i = 0; i < MANY; i++)
		(void)check_start(NULL, &plan, lab_done, &r[i]);
	lab_section(&s, LB_HTTP, quick.port);
	struct lab_result one = lab_check(&s);
	lab_expect(&one, true, "200 OK");
	for (int i = 0; i < MANY; i++)
		assert_int_equal(r[i].done, 0); // the quick check did not wait for any of them
	lab_stop(&silent); // closes the connections
	for (int i = 0; i < MANY; i++) {
		lab_finish(&r[i]);
		assert_false(r[i].up);
	}
	lab_stop(&quick);
}

static void a_cancelled_check_reports_nothing(void **state)
{
	(void)state;
	struct lab_server silent = {.serve = lab_hold};
	lab_start(&silent);
	for (size_t k = 0; k < sizeof(tcp_services) / sizeof(tcp_services[0]); k++) {
		for (int turns = 0; turns < 6; turns++) {
			struct lab_section s;
			struct lab_result r = {0};
			lab_section(&s, tcp_services[k], silent.port);
			s.v.login = LAB_TEXT("u");
			s.r.request = LAB_TEXT("/select 1");
			struct check_plan plan = {.type = s.type, .v = &s.v, .r = &s.r};
			struct check *c = check_start(NULL, &plan, lab_done, &r);
			memset(&s, 0xff, sizeof(s)); // a reload may have freed it
			for (int i = 0; i < turns; i++)
				(void)g_main_context_iteration(NULL, FALSE);
			check_cancel(c);
			assert_int_equal(r.done, 0);
		}
	}
	lab_stop(&silent);
}

// --- databases that answer without end ---

/* Reads a message of PostgreSQL: type (not of the first one), length, rest. */
static void pg_take(struct lab_conn *c, bool first)
{
	char head[5] = "", body[512];
	for (size_t n = first; n < sizeof(head); n++)
		if (lab_recv(c, &head[n], 1) != 1)
			return;
	int len = (unsigned char)head[3] << 8 | (unsigned char)head[4];
	for (int n = 4; n < len && n < (int)sizeof(body); n++)
		(void)lab_recv(c, body, 1);
}

/* One row of 512 MB. */
static void pg_endless_row(struct lab_conn *c, void *user)
{
	static const char ready[] = "R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I",
			  row[] = "T\0\0\0\x1a\0\x01x\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0"
				  "D\x20\0\0\0\0\x01\x1f\xff\xff\xf0";
	(void)user;
	pg_take(c, true); // may we use TLS?
	(void)lab_send(c, "N", 1);
	pg_take(c, true);
	(void)lab_send(c, ready, sizeof(ready) - 1);
	pg_take(c, false);
	(void)lab_send(c, row, sizeof(row) - 1);
	pour(c, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

/* Reads a packet of MySQL: length, number, rest. */
static void my_take(struct lab_conn *c)
{
	char head[4] = "", body[512];
	for (size_t n = 0; n < sizeof(head); n++)
		if (lab_recv(c, &head[n], 1) != 1)
			return;
	int len = (unsigned char)head[1] << 8 | (unsigned char)head[0];
	for (int n = 0; n < len && n < (int)sizeof(body); n++)
		(void)lab_recv(c, body, 1);
}

/* More and more columns. */
static void my_endless_columns(struct lab_conn *c, void *user)
{
	static const char greeting[] = "\x4b\0\0\0\x0a" "5.5.5-x\0" "\x01\0\0\0" "12345678\0" "\x00\x82\x21\x02\0\x08\0\x15"
				       "\0\0\0\0\0\0\0\0\0\0" "123456789012\0" "mysql_native_password\0",
			  good[] = "\x07\0\0\x02\0\0\0\x02\0\0\0", columns[] = "\x01\0\0\x01\x40",
			  column[] = "\x17\0\0\0\x03" "def\0\0\0\x01" "c\0\x0c\x21\0\x01\0\0\0\xfd\0\0\0\0\0";
	enum { LEN = sizeof(column) - 1, MANY = 256 };
	static char all[MANY * LEN];
	(void)user;
	for (size_t i = 0; i < MANY; i++) {
		memcpy(&all[i * LEN], column, LEN);
		all[i * LEN + 3] = (char)(i + 2);
	}
	(void)lab_send(c, greeting, sizeof(greeting) - 1);
	my_take(c);
	(void)lab_send(c, good, sizeof(good) - 1);
	my_take(c);
	(void)lab_send(c, columns, sizeof(columns) - 1);
	while (lab_send(c, all, sizeof(all)))
		;
}

static void a_database_that_answers_without_end_delays_nobody(void **state)
{
	static const struct {
		enum lb_service service;
		lab_serve *serve;
	} rows[] = {{LB_PGSQL, pg_endless_row}, {LB_MYSQL, my_endless_columns}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lab_section s;
		lab_section(&s, rows[i].service, 0);
		s.v.login = LAB_TEXT("u");
		s.r.request = LAB_TEXT("/select 1");
		struct lab_result r = lab_ask(&s, rows[i].serve, NULL, NULL);
		lab_expect(&r, false, "the server sent more than 1 MiB");
	}
}

static void mixed(struct lab_conn *c, void *user)
{
	(void)user;
	int n = lab_read_line(c);
	if (n > 4 && g_str_has_prefix(c->line, "GET "))
		lab_answer_http(c, LAB_TEXT("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nTest Page"));
	else
		(void)lab_send_text(c, "SIP/2.0 200 OK\r\n\r\n");
}

static void a_thousand_checks_leave_no_descriptor(void **state)
{
	(void)state;
	static const enum lb_service services[] = {LB_HTTP, LB_HTTPS, LB_IMAPS, LB_SIP, LB_SIMPLETCP, LB_DNS, LB_FTP,
		LB_LDAP, LB_MYSQL, LB_PGSQL, LB_RADIUS};
	enum { ROUNDS = 20, SIDE_BY_SIDE = 49 };
	static struct lab_result r[SIDE_BY_SIDE + 1];
	int before = 0;
	for (int round = 0; round <= ROUNDS; round++) {
		struct lab_server server = {.serve = mixed};
		lab_start(&server);
		for (int i = 0; i <= SIDE_BY_SIDE; i++) {
			struct lab_section s;
			lab_section(&s, services[(size_t)i % (sizeof(services) / sizeof(services[0]))], server.port);
			s.type = i == SIDE_BY_SIDE ? LB_CHECK_PING
			         : i % 10 == 9     ? LB_CHECK_CONNECT
			                           : LB_CHECK_NEGOTIATE;
			s.v.login = s.v.passwd = s.v.secret = LAB_TEXT("u");
			s.v.check_timeout_ms = 150;
			s.v.negotiate_timeout_ms = 150; // ftp waits for a greeting, and the others must wait for ftp
			struct check_plan plan = {.type = s.type, .v = &s.v, .r = &s.r};
			r[i].done = 0;
			(void)check_start(NULL, &plan, lab_done, &r[i]);
		}
		for (int i = 0; i <= SIDE_BY_SIDE; i++)
			lab_finish(&r[i]);
		lab_stop(&server);
		if (round == 0) // by now the libraries have opened what they keep open
			before = lab_descriptors();
	}
	// the libraries may keep some more open; one for each round is a leak
	assert_in_range(lab_descriptors(), 0, before + ROUNDS / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_servers_are_down_in_time),
		cmocka_unit_test(endless_headers_are_cut),
		cmocka_unit_test(only_the_start_of_an_endless_body_is_read),
		cmocka_unit_test(a_circle_of_redirects_is_ended),
		cmocka_unit_test(an_expression_that_takes_too_long_is_given_up),
		cmocka_unit_test(part_of_a_body_is_enough_only_when_receive_matches),
		cmocka_unit_test(the_deadline_is_kept),
		cmocka_unit_test(slow_servers_delay_nobody),
		cmocka_unit_test(a_database_that_answers_without_end_delays_nobody),
		cmocka_unit_test(a_cancelled_check_reports_nothing),
		cmocka_unit_test(a_thousand_checks_leave_no_descriptor),
	};
	int before = lab_begin();
	if (before < 0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return lab_end(failed, before);
}
