// SPDX-License-Identifier: MIT
/* From ldirectord.cf to effective values: rules that no file of tests/data/ldirectord/parse shows, the manual, the
 * sample file.  Run from the top of the source tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ldirectord/conf/parse.h"
#include "lib/file.h"
#include "tests/unit/ldirectord/parse.h"

#define SECTION "virtual=10.9.0.1:80\n\treal=10.9.0.2:80 masq\n"

static void errors_are_reported_in_the_order_of_their_lines(void **state)
{
	(void)state;
	assert_null(parse_lines(
		"checktimeout=x\nvirtual=10.0.0.1\n\treal=10.9.0.2:80 nat\n\tservice=htp\n\tbogus=1\n\nfork=Yes\nchecktimout=3\n",
		"ld.cf:1:14: error: checktimeout: \"x\" is not accepted; expected a number of seconds, or one with ms such as 500ms\n"
		"ld.cf:2:9: error: virtual: \"10.0.0.1\" is not accepted; expected HOST:PORT or a firewall mark, 1 to 2147483647, in digits\n"
		"ld.cf:3:19: error: real: \"nat\" is not a forwarding method; expected gate, masq or ipip\n"
		"ld.cf:4:10: error: service: \"htp\" is not accepted; expected dns, ftp, http, https, http_proxy, imap, imaps, ldap, ldaps, mysql, nntp, none, "
		"oracle, pgsql, pop, pops, radius, simpletcp, sip, smtp or submission\n"
		"ld.cf:5:2: error: line: \"bogus\" is not a directive in a section; expected name = value\n"
		"ld.cf:7:6: error: fork: \"Yes\" is not accepted; expected yes or no\n"
		"ld.cf:8:1: error: line: \"checktimout\" is not a directive outside of a section; expected perhaps checktimeout"));
}

static void times_have_units_and_other_numbers_do_not(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines(
		"checkinterval = 500ms\nretryinterval=250 ms\nchecktimeout=2s\n" SECTION "\tchecktimeout=1500ms\n", "");
	assert_int_equal(c->virtuals[0].check_interval_ms, 500);
	assert_int_equal(c->virtuals[0].retry_interval_ms, 250);
	assert_int_equal(c->virtuals[0].check_timeout_ms, 1500);
	assert_int_equal(c->virtuals[0].negotiate_timeout_ms, 1500);
	lb_config_free(c);
	lb_config_free(parse_lines("failurecount = 3x\nchecktimeout=-3\n",
		"ld.cf:1:16: warning: failurecount: \"3x\" is read as 3; expected digits only\n"
		"ld.cf:2:14: warning: checktimeout: \"-3\" is read as 3 seconds; expected digits only, or milliseconds such as 1500ms"));
	assert_null(parse_lines("checkinterval=0ms\nchecktimeout=99999999999999999999\n",
		"ld.cf:1:15: error: checkinterval: \"0ms\" is too small; expected at least 1\n"
		"ld.cf:2:14: error: checktimeout: \"99999999999999999999\" is too large; expected at most 1000000"));
}

#define THREE "virtual=10.0.0.1:80\n\treal=10.0.0.2->10.0.0.4:80 masq\n"

static void a_quorum_that_cannot_be_reached_is_a_mistake(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines("quorum=2\nquorumhysteresis=1\n" THREE, "");
	assert_int_equal(c->virtuals[0].quorum, 2);
	assert_int_equal(c->virtuals[0].quorum_hysteresis, 1);
	lb_config_free(c);
	lb_config_free(parse_lines(THREE "\tquorum=4\n",
		"ld.cf:3:9: warning: quorum: \"4\" and quorumhysteresis need 4 servers, and this section has 3, so the fallback would stay once it has come; expected less"));
	lb_config_free(parse_lines(THREE "\tquorum=3\n\tquorumhysteresis=3\n",
		"ld.cf:4:19: warning: quorumhysteresis: \"3\" must be lower than quorum (3): otherwise one server that is up is enough; use a lower value or a higher quorum"));
	assert_null(parse_lines(THREE "\tquorum=0\n", "ld.cf:3:9: error: quorum: \"0\" is too small; expected at least 1"));
}

static void our_additional_directives_are_read(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines(
		"risecount=2\n" SECTION
		"\trisecount=3\n\tstatus = 200-299, 301\n\tredirect=no\n\tsni=\"a.example\"\n\tsslverify=chain\n\tsslca=/etc/ca.pem\n",
		"");
	const struct lb_virtual *v = &c->virtuals[0];
	assert_int_equal(v->rise_count, 3);
	assert_int_equal(v->quorum, 1);
	assert_int_equal(v->status_count, 2);
	assert_int_equal(v->status[0].first, 200);
	assert_int_equal(v->status[0].last, 299);
	assert_int_equal(v->status[1].first, 301);
	assert_int_equal(v->status[1].last, 301);
	assert_int_equal(v->redirect, LB_REDIRECT_NO);
	assert_string_equal(v->sni, "a.example");
	assert_int_equal(v->sslverify, LB_SSL_CHAIN);
	assert_string_equal(v->sslca, "/etc/ca.pem");
	lb_config_free(c);
	assert_null(parse_lines(SECTION "\tstatus=299-200\n\tredirect=yes\n\tsslverify=maybe\n",
		"ld.cf:3:9: error: status: \"299-200\" is not accepted; expected HTTP status codes and ranges, such as 200-299,301\n"
		"ld.cf:4:11: error: redirect: \"yes\" is not accepted; expected server, follow or no\n"
		"ld.cf:5:12: error: sslverify: \"maybe\" is not accepted; expected no, chain or full"));
}

static void a_hash_within_quotes_is_no_comment(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines(
		"callback=\"/bin/a #b\" # really\nfallbackcommand=/bin/x a#b # c\n" SECTION
		"\trequest=\"a#b\" # c\n\treceive=\"say \\\"#1\\\" now\" # \"c\"\n\tlogin=\"C:\\\" # drive\n\tservicename=a#b\n",
		"");
	assert_string_equal(c->callback, "/bin/a #b");
	assert_string_equal(c->globals.fallback_command, "/bin/x a#b");
	assert_string_equal(c->virtuals[0].request, "/a#b");
	assert_string_equal(c->virtuals[0].receive, "say \\\"#1\\\" now");
	assert_string_equal(c->virtuals[0].login, "C:\\");
	assert_string_equal(c->virtuals[0].service_name, "a");
	lb_config_free(c);
}

static void cr_and_missing_quotes_are_harmless(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines(
		"autoreload=yes \t\r\nvirtual=10.9.0.1:80\r\n\r\n\treal=10.9.0.2:80 masq\r\n\tquiescent=yes\r\n\treceive=it works\r\n\tlogin=joe\r\n",
		"");
	assert_true(c->autoreload && c->virtuals[0].quiescent);
	assert_string_equal(c->virtuals[0].receive, "it works");
	assert_string_equal(c->virtuals[0].reals[0].receive, "it works");
	assert_string_equal(c->virtuals[0].login, "joe");
	lb_config_free(c);
	assert_null(parse_lines(SECTION "\treceive=\"open\n\trequest=a\"b\n",
		"ld.cf:3:10: error: receive: \"\"open\" has no closing quote; expected one at the end of the text\n"
		"ld.cf:4:10: error: request: \"a\"b\" has a quote inside the text; expected quotes around the whole text"));
}

static void a_value_for_a_header_ends_at_a_blank(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines(SECTION "\tvirtualhost=\"a.example b\"\n",
		"ld.cf:3:25: warning: virtualhost: \"b\" after the first value is ignored; delete it");
	assert_string_equal(c->virtuals[0].virtualhost, "a.example");
	lb_config_free(c);
}

static void a_bad_expression_is_reported_with_its_column(void **state)
{
	(void)state;
	assert_null(parse_lines(SECTION "\treceive=\"ab(c\"\n",
		"ld.cf:3:15: error: receive: \"ab(c\" is not a regular expression: missing closing parenthesis, at its byte 5"));
	assert_null(parse_lines("virtual=10.9.0.1:80\n\treal=10.9.0.2:80 masq 1 \"x\", \"*\"\n",
		"ld.cf:2:32: error: real: \"*\" is not a regular expression: quantifier does not follow a repeatable item, at its byte 1"));
	lb_config_free(parse_lines(SECTION "\treceive=\"(?i)\\d+?(?=x)\"\n", "")); // expressions of Perl are accepted
}

static void a_quoted_part_of_a_real_line_may_contain_anything(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines(
		"virtual=www.example.com:http\n\treal=10.9.0.2->10.9.0.4:http masq \"a 7 b\", \"it 9\" u:9 l:2\n", "");
	const struct lb_virtual *v = &c->virtuals[0];
	assert_int_equal(v->real_count, 3);
	assert_string_equal(v->reals[2].host, "10.9.0.4");
	assert_string_equal(v->reals[0].request, "/a 7 b");
	assert_string_equal(v->reals[0].receive, "it 9");
	assert_int_equal(v->reals[1].weight, 1);
	assert_int_equal(v->reals[1].upper, 9);
	assert_int_equal(v->reals[1].lower, 2);
	assert_int_equal(v->reals[1].address.port, 80);
	char text[64];
	lb_service_id_text(&v->id, text, sizeof(text));
	assert_string_equal(text, "tcp:192.0.2.80:80");
	lb_config_free(c);
	assert_null(parse_lines("virtual=7\n\treal=10.0.0.0->10.255.255.255 masq\n",
		"ld.cf:2:17: error: real: \"10.255.255.255\" ends a range of more than 16384 servers; expected fewer"));
}

static void only_the_url_of_a_real_moves_its_check(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines("virtual=10.9.0.1:80\n\treal=10.9.0.2:80 masq 1 \"http://10.9.0.9:81/x\", \"ok\"\n"
					  "\treal=10.9.0.3:80 masq 1 \"https://10.9.0.9/x\", \"ok\"\n\treal=10.9.0.4:80 masq\n"
					  "\trequest=\"http://10.9.0.9:81/x\"\n",
		"ld.cf:5:10: warning: request: \"\"http://10.9.0.9:81/x\"\" is asked of each real server as a path; expected a path such as \"/alive.html\", or the URL in the line of one real");
	assert_true(c->virtuals[0].reals[0].elsewhere);
	assert_false(c->virtuals[0].reals[1].elsewhere); // the scheme of another service
	assert_false(c->virtuals[0].reals[2].elsewhere);
	assert_string_equal(c->virtuals[0].reals[2].request, "/http://10.9.0.9:81/x");
	lb_config_free(c);
	c = parse_lines("virtual=10.9.0.1:443\n\treal=10.9.0.2:443 masq 1 \"https://10.9.0.9/x\", \"ok\"\n", "");
	assert_true(c->virtuals[0].reals[0].elsewhere);
	lb_config_free(c);
	c = parse_lines("virtual=10.9.0.1:3128\n\treal=10.9.0.2:3128 masq\n\trequest=\"http://www.example.com/\"\n", "");
	assert_false(c->virtuals[0].reals[0].elsewhere); // the proxy is asked, for that URL
	lb_config_free(c);
}

static void a_service_of_port_53_or_domain_is_udp(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines(
		"virtual=10.9.0.1:domain\n\treal=10.9.0.2:53 masq\nvirtual=10.9.0.1:53\n\tprotocol=tcp\n\treal=10.9.0.2:53 masq\n",
		"");
	assert_int_equal(c->virtuals[0].id.protocol, LB_UDP);
	assert_int_equal(c->virtuals[0].service, LB_DNS);
	assert_int_equal(c->virtuals[1].id.protocol, LB_TCP);
	lb_config_free(c);
	assert_null(parse_lines("virtual=7\n\tprotocol=tcp\n\tchecktype=on\nvirtual=10.9.0.1:80\n\tprotocol=fwm\n",
		"ld.cf:2:11: error: protocol: \"tcp\" needs an address, but the virtual is a firewall mark; expected fwm, or delete the line\n"
		"ld.cf:5:11: error: protocol: \"fwm\" needs a firewall mark, but the virtual is an address; expected tcp or udp"));
}

static void a_weight_by_agent_or_exit_status_needs_a_check_that_fits(void **state)
{
	(void)state;
#define W "virtual=10.9.0.1:80\n\treal=10.9.0.2:80 masq 100\n"
	struct lb_config *c = parse_lines(W "\tagentport=9777\n\tservice=http\n"
					  "virtual=10.9.0.1:81\n\tchecktype=external\n\tcheckcommand=/bin/true\n\tdynamicweight=yes\n", "");
	assert_int_equal(c->virtuals[0].agent_port, 9777);
	assert_int_equal(c->virtuals[0].check_port, 0);
	assert_true(c->virtuals[1].dynamic_weight);
	lb_config_free(c);
	assert_null(parse_lines(W "\tchecktype=external\n\tcheckcommand=/bin/true\n\tagentport=1\n",
		"ld.cf:5:12: error: agentport: \"1\" needs a check that talks to the server, not external; expected such as checktype = connect, or dynamicweight = yes"));
	assert_null(parse_lines(W "\tchecktype=on\n\tagentport=1\n",
		"ld.cf:4:12: error: agentport: \"1\" needs a check that talks to the server, not on; expected such as checktype = connect"));
	lb_config_free(parse_lines(W "\tchecktype=connect\n\tdynamicweight=yes\n",
		"ld.cf:4:16: warning: dynamicweight: \"yes\" has no effect with checktype connect; expected checktype external"));
	lb_config_free(parse_lines("virtual=10.9.0.1:80\n\treal=10.9.0.2:80 masq\n\tchecktype=connect\n\tagentport=1\n",
		"ld.cf:2: warning: real: weight 1 leaves no room for the percentages of agentport; expected such as 100"));
}

static void connect_of_udp_is_a_ping_with_a_warning(void **state)
{
	(void)state;
#define UDP "virtual=10.9.0.1:53\n\tprotocol=udp\n\treal=10.9.0.2:53 masq\n"
	lb_config_free(parse_lines(UDP "\tchecktype=connect\n",
		"ld.cf:4:12: warning: checktype: \"connect\" of a udp service is a ping, so the service itself is not checked; expected negotiate, external or ping"));
	lb_config_free(parse_lines(UDP "\tchecktype=ping\n", ""));
	lb_config_free(parse_lines(UDP "\tchecktype=negotiate\n\tservice=dns\n\trequest=a.example\n", ""));
}

static void maxdown_is_a_number_or_a_percentage(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines("maxdown=50%\n" THREE "virtual=10.9.0.1:81\n\tmaxdown = 2 # at most\n", "");
	assert_true(c->virtuals[0].max_down.percent);
	assert_int_equal(lb_max_down(&c->virtuals[0]), 1); /* rounded down */
	assert_int_equal(lb_max_down(&c->virtuals[1]), 2);
	lb_config_free(c);
	c = parse_lines(THREE, "");
	assert_true(lb_max_down(&c->virtuals[0]) == SIZE_MAX);
	lb_config_free(c);
	lb_config_free(parse_lines(THREE "\tmaxdown=30%\n",
		"ld.cf:3: warning: maxdown: 30% of 3 is less than one server, so no check removes a server; expected more, or a number"));
	static const char *const bad[] = {"0", "0%", "101%", "half", "50 percent", "16385", "-1", "1.5"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char text[128], message[256];
		(void)snprintf(text, sizeof(text), "maxdown=%s\n", bad[i]);
		(void)snprintf(message, sizeof(message),
			"ld.cf:1:9: error: maxdown: \"%s\" is not accepted; expected a number of servers, 1 to 16384, or a percentage, 1%% to 100%%",
			bad[i]);
		assert_null(parse_lines(text, message));
	}
}

static void a_fallback_may_be_a_list_with_commas(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines("fallback=127.0.0.1, 127.0.0.2:81 masq,127.0.0.3 ipip\n"
					  "virtual=10.9.0.1:80\n\trequest=\"alive\"\n\treceive=\"yes\"\n"
					  "virtual=10.9.0.1:81\n\tfallback=127.0.0.4\n", "");
	const struct lb_virtual *v = &c->virtuals[0];
	assert_int_equal(v->fallback_count, 3);
	assert_int_equal(v->fallbacks[0].address.port, 80);
	assert_int_equal(v->fallbacks[1].address.port, 81);
	assert_int_equal(v->fallbacks[1].forward, LB_MASQ);
	assert_int_equal(v->fallbacks[2].forward, LB_IPIP);
	assert_string_equal(v->fallbacks[2].host, "127.0.0.3");
	assert_string_equal(v->fallbacks[0].request, "/alive"); /* those of the section: it is checked as the reals are */
	assert_string_equal(v->fallbacks[0].receive, "yes");
	assert_int_equal(c->virtuals[1].fallback_count, 1);
	lb_config_free(c);
	assert_null(parse_lines("virtual=10.9.0.1:80\n\tfallback=127.0.0.1, 127.0.0.2 gete\n",
		"ld.cf:2:32: error: fallback: \"gete\" is not a forwarding method; expected gate, masq or ipip"));
	assert_null(parse_lines("virtual=10.9.0.1:80\n\tfallback=127.0.0.1,,127.0.0.2\n",
		"ld.cf:2:21: error: fallback: an empty value is not a server; expected HOST[:PORT] [METHOD]"));
	assert_null(parse_lines("fallback=127.0.0.1,localhost,localhost,localhost,localhost,localhost,localhost,localhost,localhost,localhost,localhost,localhost,localhost,localhost,localhost,localhost,127.0.0.9\n", "ld.cf:1:170: error: fallback: \"127.0.0.9\" is too much; expected at most 16 servers"));
}

static void a_second_fallback_line_replaces_the_first_with_a_warning(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines("fallback=127.0.0.1\nfallback=127.0.0.2\nvirtual=10.9.0.1:80\n",
		"ld.cf:2:10: warning: fallback: \"127.0.0.2\" replaces that of line 1; expected one line, with a comma between several servers");
	assert_string_equal(c->virtuals[0].fallbacks[0].host, "127.0.0.2"); /* as in the reference */
	assert_int_equal(c->virtuals[0].fallback_count, 1);
	lb_config_free(c);
	c = parse_lines("virtual=10.9.0.1:80\n\tfallback=127.0.0.1\n\tfallback=127.0.0.2\n", 
		"ld.cf:3:11: warning: fallback: \"127.0.0.2\" replaces that of line 2; expected one line, with a comma between several servers");
	assert_string_equal(c->virtuals[0].fallbacks[0].host, "127.0.0.2");
	lb_config_free(c);
	c = parse_lines("virtual=10.9.0.1:80\n\tfallback=127.0.0.1 masq, 127.0.0.1 masq\n", 
		"ld.cf:2: warning: fallback: 127.0.0.1 is named twice, and the kernel keeps it once; expected it once");
	lb_config_free(c);
}

static void a_global_fallback_takes_the_port_of_each_virtual_and_serves_marks(void **state)
{
	(void)state;
	struct lb_config *c = parse_lines(
		"virtual=10.9.0.1:80\nvirtual=7\n\tchecktype=on\nvirtual6=[fd00::1]:80\n\tfallback6=six masq\nvirtual=10.9.0.1:81\n\tfallback=10.9.0.9 ipip\nfallback=127.0.0.1\n",
		"");
	assert_int_equal(c->virtuals[0].fallbacks[0].address.port, 80);
	assert_int_equal(c->virtuals[1].fallbacks[0].address.port, 0);
	assert_int_equal(c->virtuals[1].fallbacks[0].forward, LB_GATE);
	assert_int_equal(c->virtuals[2].fallbacks[0].address.family, LB_INET6);
	assert_int_equal(c->virtuals[2].fallbacks[0].address.port, 80);
	assert_int_equal(c->virtuals[3].fallbacks[0].address.port, 81);
	assert_int_equal(c->virtuals[3].fallbacks[0].forward, LB_IPIP);
	assert_int_equal(c->fallbacks[LB_INET][0].address.port, 0);
	char text[64];
	lb_service_id_text(&c->virtuals[1].id, text, sizeof(text));
	assert_string_equal(text, "fwm:7");
	lb_config_free(c);
}

static void silent_mistakes_are_warnings_and_errors_in_strict_mode(void **state)
{
	(void)state;
	static const char text[] =
		"virtual=10.9.0.1:80\n\treal=10.9.0.2:81 gate\n\treal=10.9.0.3:80 gate\n\treal=10.9.0.3:82 gate\n\thttpmethod=HEAD\n\treceive=\"x\"\n\tops=yes\n\tnetmask=255.0.0.0\n";
#define REPORTED(w) \
	"ld.cf:2: " w \
	": real: with gate the kernel sends to port 80, that of the virtual, not to 81; expected the same port, or masq\n" \
	"ld.cf:4: " w \
	": real: with gate the kernel keeps one server per address and uses that of line 3; expected masq\n" \
	"ld.cf:5:13: " w \
	": httpmethod: \"HEAD\" returns no body for receive to match, so every server is down; expected GET\n" \
	"ld.cf:7:6: " w ": ops: \"yes\" has no effect without udp; delete the line\n" \
	"ld.cf:8:10: " w ": netmask: \"255.0.0.0\" has no effect without persistent; expected both"
	lb_config_free(parse_lines(text, REPORTED("warning")));
	assert_null(parse_mode(text, true, REPORTED("error")));
}

static void a_server_that_is_listed_twice_is_one_warning_for_each_line(void **state)
{
	(void)state;
	lb_config_free(parse_lines(
		"virtual=7\n\tchecktype=on\n\treal=10.9.0.1->10.9.0.9 masq\n\treal=10.9.0.4->10.9.0.6 masq\n\treal=10.9.0.4:80 masq\n",
		"ld.cf:4: warning: real: the same server is already on line 3; remove one of the two lines"));
	// The largest number of servers is accepted; one more is refused.
	lb_config_free(parse_lines("virtual=7\n\tchecktype=on\n\treal=10.0.0.0->10.0.63.255 masq\n", ""));
	assert_null(parse_lines("virtual=7\n\tchecktype=on\n\treal=10.0.0.0->10.0.63.255 masq\n\treal=10.1.0.0 masq\n",
		"ld.cf:4:7: error: real: \"10.1.0.0 masq\" exceeds the limit of servers in this file; expected at most 16384"));
}

static void quiescent_with_persistent_is_a_warning(void **state)
{
	(void)state;
	lb_config_free(parse_mode("quiescent=yes\n" SECTION "\tpersistent=60\n", true,
		"ld.cf:4:13: warning: persistent: \"60\" with quiescent = yes, clients stay on a server that is down; set the sysctl "
		"net.ipv4.vs.expire_quiescent_template = 1, or use quiescent = no"));
}

static void a_default_login_names_this_machine_and_a_given_one_stays(void **state)
{
	(void)state;
	struct lb_config *c =
		parse_lines("virtual=10.9.0.1:21\n\tlogin=\"joe\"\nvirtual=10.9.0.1:5060\n\tpasswd=\"pw\"\n", "");
	assert_string_equal(c->virtuals[0].login, "joe");
	assert_string_equal(c->virtuals[0].passwd, "ldirectord@lvsdir");
	assert_string_equal(c->virtuals[1].login, "ldirectord@lvsdir");
	assert_string_equal(c->virtuals[1].passwd, "pw");
	lb_config_free(c);
}

static void a_nul_byte_is_an_error_and_not_the_end(void **state)
{
	(void)state;
	struct diags d;
	assert_null(parse_bytes("fork=yes\0\nfork=x\n", 17, false, &d));
	assert_int_equal(d.count, 2);
	assert_true(has_line(&d, DIAG_ERROR, 1) && has_line(&d, DIAG_ERROR, 2));
	diags_free(&d);
}

// --- the manual and the sample file ---

static void the_manual_names_every_directive(void **state)
{
	(void)state;
	char *page, item[64];
	size_t len;
	assert_int_equal(file_read("man/ldirectord.cf.5", 1 << 20, &page, &len, NULL), 0);
	for (size_t i = 0; lb_directive_at(i); i++) {
		(void)snprintf(item, sizeof(item), "\n.It Ic %s", lb_directive_at(i)->name);
		bool there = strstr(page, item) != NULL;
		if (!there)
			print_error("%s is not in the manual\n", lb_directive_at(i)->name);
		assert_true(there);
	}
	free(page);
}

static void the_sample_is_good(void **state)
{
	(void)state;
	char *text;
	size_t len;
	struct diags d;
	assert_int_equal(file_read("ha.d/ldirectord.cf", 1 << 20, &text, &len, NULL), 0);
	struct lb_config *c = parse_bytes(text, len, true, &d);
	assert_non_null(c);
	assert_int_equal(d.count, 0);
	assert_string_equal(c->virtuals[0].request, "/health");
	lb_config_free(c);
	// The directives in comments must be correct too.
	for (char *at = strstr(text, "\n#"); at; at = strstr(&at[1], "\n#")) {
		if (at[2] != ' ')
			memmove(&at[1], &at[2], strlen(&at[2]) + 1);
	}
	c = parse_bytes(text, strlen(text), false, &d);
	assert_int_equal(d.errors, 0);
	assert_non_null(c);
	assert_int_equal(c->virtual_count, 7);
	lb_config_free(c);
	diags_free(&d);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_reported_in_the_order_of_their_lines),
		cmocka_unit_test(times_have_units_and_other_numbers_do_not),
		cmocka_unit_test(our_additional_directives_are_read),
		cmocka_unit_test(a_quorum_that_cannot_be_reached_is_a_mistake),
		cmocka_unit_test(a_hash_within_quotes_is_no_comment),
		cmocka_unit_test(cr_and_missing_quotes_are_harmless),
		cmocka_unit_test(a_value_for_a_header_ends_at_a_blank),
		cmocka_unit_test(a_bad_expression_is_reported_with_its_column),
		cmocka_unit_test(a_quoted_part_of_a_real_line_may_contain_anything),
		cmocka_unit_test(only_the_url_of_a_real_moves_its_check),
		cmocka_unit_test(a_service_of_port_53_or_domain_is_udp),
		cmocka_unit_test(a_weight_by_agent_or_exit_status_needs_a_check_that_fits),
		cmocka_unit_test(connect_of_udp_is_a_ping_with_a_warning),
		cmocka_unit_test(maxdown_is_a_number_or_a_percentage),
		cmocka_unit_test(a_fallback_may_be_a_list_with_commas),
		cmocka_unit_test(a_second_fallback_line_replaces_the_first_with_a_warning),
		cmocka_unit_test(a_global_fallback_takes_the_port_of_each_virtual_and_serves_marks),
		cmocka_unit_test(silent_mistakes_are_warnings_and_errors_in_strict_mode),
		cmocka_unit_test(a_server_that_is_listed_twice_is_one_warning_for_each_line),
		cmocka_unit_test(quiescent_with_persistent_is_a_warning),
		cmocka_unit_test(a_default_login_names_this_machine_and_a_given_one_stays),
		cmocka_unit_test(a_nul_byte_is_an_error_and_not_the_end),
		cmocka_unit_test(the_manual_names_every_directive),
		cmocka_unit_test(the_sample_is_good),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
