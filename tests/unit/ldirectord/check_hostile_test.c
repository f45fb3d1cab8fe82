// SPDX-License-Identifier: MIT
/* Checks of real servers that mean harm or say nothing: the verdict comes in time, no other check waits for it, and
 * nothing is left behind. */
#include "tests/unit/ldirectord/check_lab.h"

#include <glib.h>

// --- servers that mean harm ---

static void drip(struct lab_conn *c, void *user)
{
	for (const char *p = user; lab_pause(c, 30) && lab_send(c, p, 1); p += p[1] != '\0')
		;
}

static void pour(struct lab_conn *c, void *user)
{
	const char *text = user;
	while (lab_say(c, text))
		;
}

static void pour_header(struct lab_conn *c, void *user)
{
	(void)user;
	(void)lab_say(c, "HTTP/1.1 200 OK\r\n");
	pour(c, "X-Header: and another one of these, for ever and ever\r\n");
}

static void pour_header_line(struct lab_conn *c, void *user)
{
	(void)user;
	(void)lab_say(c, "HTTP/1.1 200 OK\r\nX-Header: ");
	pour(c, "and another one of these for ever and ever");
}

static void pour_body(struct lab_conn *c, void *user)
{
	while (lab_hear(c) > 2)
		;
	(void)lab_say(c, "HTTP/1.1 200 OK\r\n\r\nTest Page\n");
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
		(void)lab_say(c, user);
	(void)lab_pause(c, 20);
	(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static const enum lb_service tcp_services[] = {LB_SMTP, LB_SUBMISSION, LB_POP, LB_POPS, LB_IMAP, LB_IMAPS, LB_NNTP,
	LB_FTP, LB_SIMPLETCP, LB_SIP, LB_HTTP, LB_HTTPS, LB_HTTP_PROXY, LB_DNS};

static bool is_tls(enum lb_service s)
{
	return s == LB_POPS || s == LB_IMAPS || s == LB_HTTPS;
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
	d->section.v.negotiate_timeout_ms = 150;
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

/* Each service against each of these is down, for a reason; more than a drop of what they send is not kept. */
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
		{"reset after a word", reset, "2"},
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
			// nntp needs one byte only, and a 2 is that byte
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
		// of one line libcurl has a limit of its own
		lab_expect(&r, false, i ? "" : "a header of more than 262144 bytes");
		assert_null(strstr(r.why, "timed out"));
	}
}

static void an_endless_body_is_cut_and_its_beginning_counts(void **state)
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
	lab_expect(&r, false, "receive does not match: Test Page");
}

static void a_ring_of_redirects_ends(void **state)
{
	(void)state;
	struct lab_section s;
	lab_section(&s, LB_HTTP, 0);
	struct lab_result r = lab_ask(
		&s, lab_answer_http, "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", NULL);
	lab_expect(&r, false, "more than 7 redirects");
}

static void a_costly_expression_is_given_up(void **state)
{
	(void)state;
	struct lab_section s;
	lab_section(&s, LB_HTTP, 0);
	s.r.receive = LAB_TEXT("(?:a+)+[xy]");
	struct lab_result r = lab_ask(&s, pour_body, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbb", NULL);
	lab_expect(&r, false, "receive needs too much time");
	s.r.receive = LAB_TEXT("(");
	r = lab_ask(&s, pour_body, "a", NULL);
	lab_expect(&r, false, "receive is not an expression");
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
	s.v.negotiate_timeout_ms = 2000; // the part has come by then
	struct lab_result r = lab_ask(&s, lab_hold, part, NULL);
	lab_expect(&r, true, "200 OK");
	assert_true(r.took_ms >= 2000);
}

// --- time, and what is left ---

static void the_deadline_is_kept(void **state)
{
	(void)state;
	static const enum lb_service services[] = {LB_SMTP, LB_HTTP, LB_HTTPS, LB_IMAPS, LB_DNS};
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		struct lab_section s;
		lab_section(&s, services[i], 0);
		s.v.negotiate_timeout_ms = 200;
		struct lab_result r = lab_ask(&s, lab_hold, NULL, NULL);
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
		assert_int_equal(r[i].done, 0); // it did not wait for any of them
	lab_stop(&silent); // it hangs up
	for (int i = 0; i < MANY; i++) {
		lab_finish(&r[i]);
		assert_false(r[i].up);
	}
	lab_stop(&quick);
}

static void a_cancelled_check_says_nothing(void **state)
{
	(void)state;
	struct lab_server silent = {.serve = lab_hold};
	lab_start(&silent);
	for (size_t k = 0; k < sizeof(tcp_services) / sizeof(tcp_services[0]); k++) {
		for (int turns = 0; turns < 6; turns++) {
			struct lab_section s;
			struct lab_result r = {0};
			lab_section(&s, tcp_services[k], silent.port);
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

static void mixed(struct lab_conn *c, void *user)
{
	(void)user;
	int n = lab_hear(c);
	if (n > 4 && g_str_has_prefix(c->line, "GET "))
		lab_answer_http(c, LAB_TEXT("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nTest Page"));
	else
		(void)lab_say(c, "SIP/2.0 200 OK\r\n\r\n");
}

static void a_thousand_checks_leave_no_descriptor(void **state)
{
	(void)state;
	static const enum lb_service services[] = {LB_HTTP, LB_HTTPS, LB_IMAPS, LB_SIP, LB_SIMPLETCP, LB_DNS, LB_FTP};
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
			s.v.negotiate_timeout_ms = 150; // ftp waits for a greeting, and holds up the rest
			struct check_plan plan = {.type = s.type, .v = &s.v, .r = &s.r};
			r[i].done = 0;
			(void)check_start(NULL, &plan, lab_done, &r[i]);
		}
		for (int i = 0; i <= SIDE_BY_SIDE; i++)
			lab_finish(&r[i]);
		lab_stop(&server);
		if (round == 0) // what the libraries keep for good is open by now
			before = lab_descriptors();
	}
	// the libraries keep some or none; one lost in each round is too many
	assert_in_range(lab_descriptors(), 0, before + ROUNDS / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_servers_are_down_in_time),
		cmocka_unit_test(endless_headers_are_cut),
		cmocka_unit_test(an_endless_body_is_cut_and_its_beginning_counts),
		cmocka_unit_test(a_ring_of_redirects_ends),
		cmocka_unit_test(a_costly_expression_is_given_up),
		cmocka_unit_test(part_of_a_body_is_enough_only_when_receive_matches),
		cmocka_unit_test(the_deadline_is_kept),
		cmocka_unit_test(slow_servers_delay_nobody),
		cmocka_unit_test(a_cancelled_check_says_nothing),
		cmocka_unit_test(a_thousand_checks_leave_no_descriptor),
	};
	int before = lab_begin();
	if (before < 0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	return lab_end(failed, before);
}
