// SPDX-License-Identifier: MIT
/* The import from ipvsadm and keepalived: what comes out, and what is reported.  doc/ldirectord.md 14 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ldirectord/conf/config.h"
#include "ldirectord/import/import.h"

#define HEAD "# Made by ldirectord import.  Read it, then try it: ldirectord check FILE --strict\n"

/* The messages must be these, and the parser of ldirectord.cf must accept the file. */
static void becomes(const char *text, const char *file, const char *messages)
{
	struct diags d, again;
	GString *out = g_string_new(NULL), *all = g_string_new(NULL);
	char line[1024];
	diags_init(&d, "in");
	size_t count = import_text(bytes_of(text), out, &d);
	for (size_t i = 0; i < d.count; i++) {
		diag_format(&d, i, line, sizeof(line));
		g_string_append_printf(all, "%s\n", line);
	}
	diags_free(&d);
	assert_string_equal(all->str, messages);
	assert_string_equal(out->str + strlen(HEAD), file);
	diags_init(&again, "ld.cf");
	struct lb_config *c = lb_config_parse("ld.cf", out->str, out->len, false, NULL, NULL, &again);
	assert_non_null(c);
	assert_int_equal(c->virtual_count, count);
	lb_config_free(c);
	diags_free(&again);
	(void)g_string_free(out, TRUE);
	(void)g_string_free(all, TRUE);
}

static void what_ipvsadm_prints_becomes_sections(void **state)
{
	(void)state;
	becomes("-A -t 10.9.0.1:80 -s wlc -p 300 -M 255.255.255.0\n"
		"-a -t 10.9.0.1:80 -r 10.0.0.2:80 -g -w 3\n"
		"-a -t 10.9.0.1:80 -r 10.0.0.3:80 -m -w 2 -x 100 -y 50\n"
		"-A -u 10.9.0.1:53 -s rr -o\n"
		"-A -f 7 -6 -s sh -b sh-port\n"
		"-a -f 7 -6 -r [fd00::1]:0 -i -w 1\n",
		"\nvirtual = 10.9.0.1:80\n\tprotocol = tcp\n\treal = 10.0.0.2:80 gate 3\n\treal = 10.0.0.3:80 masq 2 l:50 u:100\n"
		"\tscheduler = wlc\n\tpersistent = 300\n\tnetmask = 255.255.255.0\n\tchecktype = on\n"
		"\nvirtual = 10.9.0.1:53\n\tprotocol = udp\n\tscheduler = rr\n\tops = yes\n\tchecktype = on\n"
		"\nvirtual6 = 7\n\tprotocol = fwm\n\treal6 = [fd00::1]:0 ipip 1\n\tscheduler = sh\n\tschedflags = sh-port\n\tchecktype = on\n",
		"");
}

static void what_ipvsadm_prints_and_we_lack_is_reported_with_its_line(void **state)
{
	(void)state;
	becomes("-A -t 10.9.0.1:80 -s rr --pe sip\n"
		"-a -t 10.9.0.1:80 -r 10.0.0.2:80 -i -w 0 --tun-type gue --tun-port 6080 --tun-nocsum\n"
		"-a -t 10.9.0.9:80 -r 10.0.0.2:80 -m\n"
		"-A -t 10.9.0.1:80 -s rr\n"
		"-A --sctp-service 10.9.0.1:80 -s rr\n"
		"IP Virtual Server version 1.2.1\n"
		"-a -t 10.9.0.1:80 -r 10.0.0.2:80 -w 70000\n"
		"-A -t\n",
		"\nvirtual = 10.9.0.1:80\n\tprotocol = tcp\n\treal = 10.0.0.2:80 ipip 0\n\tscheduler = rr\n\tchecktype = on\n",
		"in:1: warning: --pe: is not carried over: ldirectord.cf has nothing like it\n"
		"in:2: warning: --tun-type: is not carried over: ldirectord.cf has nothing like it\n"
		"in:2: warning: --tun-port: is not carried over: ldirectord.cf has nothing like it\n"
		"in:2: warning: --tun-nocsum: is not carried over: ldirectord.cf has nothing like it\n"
		"in:2: warning: -w 0: is carried over: this server gets no connections; change its weight if it was only drained\n"
		"in:3: warning: -a: this server is not carried over: its service is not above it\n"
		"in:4: warning: tcp:10.9.0.1:80: not carried over: line 1 has the same service\n"
		"in:5: warning: -A: is not carried over: ldirectord has no services of SCTP\n"
		"in:6: warning: Virtual: is not carried over: ldirectord.cf has nothing like it\n"
		"in:6: warning: version: is not carried over: ldirectord.cf has nothing like it\n"
		"in:6: warning: IP: this line is not understood; expected what ipvsadm -S -n prints\n"
		"in:7: warning: -a: this line is not understood; expected what ipvsadm -S -n prints\n"
		"in:8: warning: -A: this line is not understood; expected what ipvsadm -S -n prints\n");
}

static void virtual_servers_of_keepalived_become_sections(void **state)
{
	(void)state;
	becomes("! a remark\n"
		"virtual_server 10.0.0.1 80 {\n"
		"    delay_loop 6\n    lvs_sched wlc # too\n    lvs_method NAT\n    persistence_timeout\n    protocol TCP\n"
		"    virtualhost www.example.com\n"
		"    sorry_server 127.0.0.1 8080\n"
		"    real_server 10.0.0.2 8080 {\n        weight 3\n        uthreshold 100\n"
		"        HTTP_GET {\n            url {\n                path \"/health\"\n                regex \"^OK$\"\n                status_code 200-299 301\n            }\n"
		"            connect_port 81\n            connect_timeout 3\n            retry 2\n            delay_before_retry 0.5\n        }\n    }\n"
		"}\n"
		"virtual_server fwmark 7 { lvs_sched sh\n sh-port\n flag-1\n lvs_method DR\n inhibit_on_failure\n"
		"  real_server 10.0.0.3 0 { MISC_CHECK { misc_path '/bin/true'\n } }\n}\n",
		"\nvirtual = 10.0.0.1:80\n\tprotocol = tcp\n\treal = 10.0.0.2:8080 masq 3 u:100\n\tfallback = 127.0.0.1:8080 masq\n"
		"\tscheduler = wlc\n\tpersistent = 360\n\tchecktype = negotiate\n\tservice = http\n\tcheckport = 81\n"
		"\trequest = \"/health\"\n\treceive = \"^OK$\"\n\tstatus = 200-299,301-301\n\tchecktimeout = 3\n"
		"\tretryinterval = 500ms\n\tfailurecount = 3\n\tcheckinterval = 6\n\tvirtualhost = www.example.com\n"
		"\nvirtual = 7\n\tprotocol = fwm\n\treal = 10.0.0.3:0 gate 1\n\tscheduler = sh\n\tschedflags = sh-port,flag-1\n"
		"\tquiescent = yes\n\tchecktype = external\n\tcheckcommand = \"/bin/true\"\n",
		"in:31: warning: misc_path: is carried over, but ldirectord adds four arguments: address and port of the service and of the server\n");
}

static void what_keepalived_has_and_we_lack_is_reported_with_its_line(void **state)
{
	(void)state;
	becomes("include other.conf\n"
		"vrrp_instance A {\n  virtual_ipaddress {\n    10.0.0.1\n  }\n}\n"
		"virtual_server group G {\n  lvs_sched rr\n}\n"
		"virtual_server 10.0.0.1 80 {\n  alpha\n  protocol TCP\n  lvs_sched rr\n  lvs_method DR\n  quorum 2\n  quorum_up \"/bin/x\"\n"
		"  real_server 10.0.0.2 80 {\n    notify_down /bin/y\n    TCP_CHECK {\n    }\n  }\n"
		"  real_server 10.0.0.3 80 {\n    HTTP_GET {\n      url {\n        digest 0123\n      }\n    }\n  }\n"
		"  real_server fd00::1 80 {\n  }\n"
		"  real_server 10.0.0.4 80 {\n    BFD_CHECK {\n    }\n  }\n}\n",
		"\nvirtual = 10.0.0.1:80\n\tprotocol = tcp\n\treal = 10.0.0.2:80 gate 1\n\treal = 10.0.0.3:80 gate 1\n\treal = 10.0.0.4:80 gate 1\n"
		"\tscheduler = rr\n\tchecktype = connect\n\tquorum = 2\n",
		"in:1: warning: include: is not carried over: only virtual_server is read\n"
		"in:2: warning: vrrp_instance: is not carried over: only virtual_server is read; addresses of vrrp belong into haresources\n"
		"in:7: warning: virtual_server: is not carried over: groups; write a virtual line for each member\n"
		"in:11: warning: alpha: is not carried over: ldirectord.cf has nothing like it\n"
		"in:15: warning: quorum: is carried over, but ldirectord counts servers, not their weights\n"
		"in:16: warning: quorum_up: is not carried over: ldirectord.cf has nothing like it\n"
		"in:18: warning: notify_down: is not carried over: ldirectord.cf has nothing like it\n"
		"in:25: warning: digest: is not carried over: ldirectord.cf has nothing like it\n"
		"in:23: warning: checker: is not carried over: all servers of a section have one check, that of line 19\n"
		"in:29: warning: real_server: is not carried over: it has another address family than its service\n"
		"in:32: warning: BFD_CHECK: is not carried over: ldirectord has no such block\n"
		"in:31: warning: real_server: it has no checker that can be carried over, and gets that of line 19: all servers of a section have one check\n");
}

static void a_server_without_its_own_method_has_that_of_the_virtual(void **state)
{
	(void)state;
	becomes("virtual_server 10.0.0.1 80 {\n  protocol TCP\n  lvs_sched rr\n  lvs_method DR\n"
		"  sorry_server 10.0.0.9 80\n  sorry_server_lvs_method TUN\n"
		"  real_server 10.0.0.2 80 {\n  TCP_CHECK {\n  }\n  }\n"
		"  real_server 10.0.0.3 8080 {\n  lvs_method NAT\n  TCP_CHECK {\n  }\n  }\n}\n"
		"virtual_server 10.0.0.2 80 {\n  protocol TCP\n  lvs_sched rr\n"
		"  sorry_server 10.0.0.9 80\n  sorry_server_lvs_method TUN\n"
		"  real_server 10.0.0.2 80 {\n  TCP_CHECK {\n  }\n  }\n  lvs_method DR\n}\n"
		"virtual_server 10.0.0.3 80 {\n  protocol TCP\n  lvs_sched rr\n  lvs_method TUN\n  sorry_server 10.0.0.9 80\n"
		"  real_server 10.0.0.2 80 {\n  TCP_CHECK {\n  }\n  }\n}\n",
		"\nvirtual = 10.0.0.1:80\n\tprotocol = tcp\n\treal = 10.0.0.2:80 gate 1\n\treal = 10.0.0.3:8080 masq 1\n"
		"\tfallback = 10.0.0.9:80 ipip\n\tscheduler = rr\n\tchecktype = connect\n"
		"\nvirtual = 10.0.0.2:80\n\tprotocol = tcp\n\treal = 10.0.0.2:80 gate 1\n"
		"\tfallback = 10.0.0.9:80 ipip\n\tscheduler = rr\n\tchecktype = connect\n"
		"\nvirtual = 10.0.0.3:80\n\tprotocol = tcp\n\treal = 10.0.0.2:80 ipip 1\n"
		"\tfallback = 10.0.0.9:80 ipip\n\tscheduler = rr\n\tchecktype = connect\n",
		"");
}

static void a_server_without_a_port_has_that_of_the_virtual(void **state)
{
	(void)state;
	becomes("virtual_server 10.0.0.1 80 {\n  protocol tcp\n  lvs_sched rr\n  lvs_method NAT\n  sorry_server 10.0.0.9\n"
		"  real_server 10.0.0.2 {\n  TCP_CHECK {\n  }\n  }\n}\n"
		"virtual_server fwmark 7 {\n  lvs_sched rr\n  lvs_method NAT\n  real_server 10.0.0.2 {\n  PING_CHECK {\n  }\n  }\n}\n",
		"\nvirtual = 10.0.0.1:80\n\tprotocol = tcp\n\treal = 10.0.0.2:80 masq 1\n\tfallback = 10.0.0.9:80 masq\n"
		"\tscheduler = rr\n\tchecktype = connect\n"
		"\nvirtual = 7\n\tprotocol = fwm\n\treal = 10.0.0.2:0 masq 1\n\tscheduler = rr\n\tchecktype = ping\n",
		"");
}

static void the_type_of_a_tunnel_is_reported(void **state)
{
	(void)state;
	becomes("virtual_server 10.0.0.1 80 {\n  protocol TCP\n  lvs_sched rr\n  lvs_method TUN type gue port 6080\n"
		"  real_server 10.0.0.2 80 {\n  PING_CHECK {\n  }\n  }\n"
		"  real_server 10.0.0.3 80 {\n  lvs_method TUN type ipip\n  PING_CHECK {\n  }\n  }\n}\n",
		"\nvirtual = 10.0.0.1:80\n\tprotocol = tcp\n\treal = 10.0.0.2:80 ipip 1\n\treal = 10.0.0.3:80 ipip 1\n"
		"\tscheduler = rr\n\tchecktype = ping\n",
		"in:4: warning: lvs_method: is carried over as ipip: ldirectord.cf has no other type of tunnel\n");
}

static void a_tcp_check_of_udp_is_reported(void **state)
{
	(void)state;
	becomes("virtual_server 10.0.0.1 53 {\n  lvs_sched rr\n  lvs_method NAT\n"
		"  real_server 10.0.0.2 53 {\n    TCP_CHECK {\n    }\n  }\n  protocol UDP\n}\n",
		"\nvirtual = 10.0.0.1:53\n\tprotocol = udp\n\treal = 10.0.0.2:53 masq 1\n\tscheduler = rr\n\tchecktype = connect\n",
		"in:5: warning: TCP_CHECK: is carried over, but checktype = connect is a ping when the service is UDP\n");
}

/* The defaults are those that keepalived -t reports. */
static void what_the_file_does_not_give_is_reported(void **state)
{
	(void)state;
	becomes("\nvirtual_server 10.0.0.1 53 {\n  sorry_server 10.0.0.9 53\n  real_server 10.0.0.2 53 {\n  PING_CHECK {\n  }\n  }\n}\n"
		"virtual_server fwmark 7 {\n  lvs_sched rr\n  real_server 10.0.0.2 80 {\n  lvs_method DR\n  PING_CHECK {\n  }\n  }\n}\n",
		"\nvirtual = 10.0.0.1:53\n\tprotocol = udp\n\treal = 10.0.0.2:53 masq 1\n\tfallback = 10.0.0.9:53 masq\n"
		"\tscheduler = wlc\n\tchecktype = ping\n"
		"\nvirtual = 7\n\tprotocol = fwm\n\treal = 10.0.0.2:80 gate 1\n\tscheduler = rr\n\tchecktype = ping\n",
		"in:2: warning: virtual_server: it has no protocol: UDP is assumed, as keepalived 2 does\n"
		"in:2: warning: virtual_server: it has no lvs_sched: wlc is assumed, as keepalived 2 does\n"
		"in:2: warning: virtual_server: it has no lvs_method: NAT is assumed, as keepalived 2 does\n");
}

static void a_server_without_a_checker_is_reported(void **state)
{
	(void)state;
	becomes("virtual_server 10.0.0.1 80 {\n  protocol TCP\n  lvs_sched rr\n  lvs_method NAT\n"
		"  real_server 10.0.0.2 80 {\n  }\n"
		"  real_server 10.0.0.3 80 {\n    TCP_CHECK {\n    }\n  }\n"
		"  real_server 10.0.0.4 80 {\n  }\n}\n",
		"\nvirtual = 10.0.0.1:80\n\tprotocol = tcp\n\treal = 10.0.0.2:80 masq 1\n\treal = 10.0.0.3:80 masq 1\n"
		"\treal = 10.0.0.4:80 masq 1\n\tscheduler = rr\n\tchecktype = connect\n",
		"in:5: warning: real_server: it has no checker that can be carried over, and gets that of line 8: all servers of a section have one check\n"
		"in:11: warning: real_server: it has no checker that can be carried over, and gets that of line 8: all servers of a section have one check\n");
}

static void a_setting_that_our_parser_refuses_becomes_a_comment(void **state)
{
	(void)state;
	becomes("virtual_server 10.0.0.1 80 {\n  lvs_method DR\n  protocol TCP\n  lvs_sched RR\n"
		"  real_server 10.0.0.2 80 {\n    HTTP_GET {\n      url {\n        path /a\n        regex \"(\"\n      }\n    }\n  }\n}\n",
		"\nvirtual = 10.0.0.1:80\n\tprotocol = tcp\n\treal = 10.0.0.2:80 gate 1\n#\tscheduler = RR\n\tchecktype = negotiate\n"
		"\tservice = http\n\trequest = \"/a\"\n#\treceive = \"(\"\n",
		"in:1: warning: virtual service: a setting is not carried over: receive: \"(\" is not a regular expression: missing closing parenthesis, at its byte 2\n"
		"in:1: warning: virtual service: a setting is not carried over: scheduler: \"RR\" is not accepted; expected a scheduler of the kernel in lower case, such as wrr, wlc or sh\n");
}

static void without_a_service_there_is_an_error(void **state)
{
	static const char *const texts[] = {"", "# nothing\n", "hello\n", "virtual_server 10.0.0.1 80 {\n"};
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct diags d;
		GString *out = g_string_new(NULL);
		diags_init(&d, "in");
		assert_int_equal(import_text(bytes_of(texts[i]), out, &d), 0);
		assert_int_equal(d.errors, 1);
		diags_free(&d);
		(void)g_string_free(out, TRUE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ipvsadm_prints_becomes_sections),
		cmocka_unit_test(what_ipvsadm_prints_and_we_lack_is_reported_with_its_line),
		cmocka_unit_test(virtual_servers_of_keepalived_become_sections),
		cmocka_unit_test(what_keepalived_has_and_we_lack_is_reported_with_its_line),
		cmocka_unit_test(a_server_without_its_own_method_has_that_of_the_virtual),
		cmocka_unit_test(a_server_without_a_port_has_that_of_the_virtual),
		cmocka_unit_test(the_type_of_a_tunnel_is_reported),
		cmocka_unit_test(a_tcp_check_of_udp_is_reported),
		cmocka_unit_test(what_the_file_does_not_give_is_reported),
		cmocka_unit_test(a_server_without_a_checker_is_reported),
		cmocka_unit_test(a_setting_that_our_parser_refuses_becomes_a_comment),
		cmocka_unit_test(without_a_service_there_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
