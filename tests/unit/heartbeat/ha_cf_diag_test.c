// SPDX-License-Identifier: MIT
// Diagnostics of ha.cf: every directive with a good and a bad value, the grammar, the checks of the whole file.
#include "tests/unit/heartbeat/ha_cf_expect.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/conf/ha_cf_parse.h"

// --- every directive: one value is accepted silently, one is refused or causes a warning with exactly this text ---

static const struct directive_case {
	const char *name, *good, *bad, *expected; // bad NULL: everything is accepted; good NULL: nothing is
} directive_cases[] = {
	{"cluster", "cluster any-name", NULL, NULL},
	{"node", "node C,d e", "node A\n", "5:6: warning: node: \"A\" is already given on line 1; the node is kept once"},
	{"autojoin", "autojoin None", "autojoin any",
		"5:10: error: autojoin: \"any\" conflicts with haresources; name every node in a node line and write \"autojoin none\""},
	{"uuidfrom", "uuidfrom file", "uuidfrom moon",
		"5:10: error: uuidfrom: \"moon\" is not accepted; expected file or nodename"},
	{"hbgenmethod", "hbgenmethod time", "hbgenmethod Time",
		"5:13: error: hbgenmethod: \"Time\" is not accepted; expected file or time"},
	{"hopfudge", "hopfudge 255", "hopfudge 256",
		"5:10: error: hopfudge: \"256\" is out of range; expected a whole number from 0 to 255"},
	{"keepalive", "keepalive 2", "keepalive 0.4ms",
		"5:11: error: keepalive: \"0.4ms\" is too short; expected at least 1ms"},
	{"warntime", "warntime 10s", "warntime 0", "5:10: error: warntime: \"0\" is too short; expected at least 1ms"},
	{"deadtime", "deadtime 30s", "deadtime 1Os",
		"5:10: error: deadtime: \"1Os\" is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min"},
	{"initdead", "initdead 2min", "initdead 2m",
		"5:10: error: initdead: \"2m\" is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min"},
	{"deadping", "deadping 30", "deadping x",
		"5:10: error: deadping: \"x\" is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min"},
	{"max_rexmit_delay", "max_rexmit_delay 100", "max_rexmit_delay 0",
		"5:18: error: max_rexmit_delay: \"0\" is out of range; expected a whole number, at least 1"},
	{"udpport", "udpport 694", "udpport 0",
		"5:9: error: udpport: \"0\" is not a port; expected a number from 1 to 65535"},
	{"baud", "baud 460800", "baud 1200",
		"5:6: error: baud: \"1200\" is not accepted; expected 9600, 19200, 38400, 57600, 115200, 230400 or 460800"},
	{"bcast", "bcast eth2", "bcast eth0", "5:7: warning: bcast: \"eth0\" is already given on line 2; kept once"},
	{"udp", NULL, "udp eth2",
		"5:5: warning: udp: \"eth2\" is read as bcast; write \"bcast\": udp is its old name"},
	{"mcast", "mcast eth0 225.0.0.1 694 1 0", "mcast eth0 10.0.0.1 694 1 0",
		"5:12: error: mcast: \"10.0.0.1\" is not a multicast group; expected 224.0.0.0 to 239.255.255.255, such as 225.0.0.1"},
	{"ucast", "ucast eth0 10.0.0.1", "ucast",
		"5:1: error: ucast: INTERFACE is missing; expected \"ucast INTERFACE HOST\""},
	{"mcast6", "mcast6 eth0 ff05::1 694 4 1", "mcast6 eth0 fe80::1 694 1 0",
		"5:13: error: mcast6: \"fe80::1\" is not an IPv6 multicast group; expected one such as ff05::694"},
	{"ucast6", "ucast6 eth0 fe80::1", "ucast6 eth0 10.0.0.1",
		"5:13: error: ucast6: \"10.0.0.1\" is not an IPv6 address; expected one such as fe80::1 or 2001:db8::1, or a host name"},
	{"serial", "serial /dev/ttyS0", "serial ttyS0",
		"5:8: error: serial: \"ttyS0\" is not a full path; expected a device such as /dev/ttyS0"},
	{"ping", "ping 10.0.0.254 gw", "ping b",
		"5: warning: ping: \"b\" is also a cluster node: heartbeat cannot distinguish the two; ping a router or another machine"},
	{"ping6", "ping6 2001:db8::1 fe80::1%eth0", "ping6 2001:db8::1%eth0",
		"5:7: error: ping6: \"2001:db8::1%eth0\" is not an IPv6 address; expected one such as 2001:db8::1 or fe80::1%eth0, or a host name"},
	{"ping_group", "ping_group g 10.0.0.1 10.0.0.2", "ping_group g",
		"5:1: error: ping_group: HOST is missing; expected \"ping_group NAME HOST...\""},
	{"hbaping", NULL, "hbaping x",
		"5: error: hbaping: not accepted: Fibre Channel adapters cannot be pinged; delete the line"},
	{"auto_failback", "auto_failback off", "auto_failback maybe",
		"5:15: error: auto_failback: \"maybe\" is not accepted; expected on, off or legacy"},
	{"ipfail", "ping 10.0.0.1\nipfail on", "ipfail maybe",
		"5:8: error: ipfail: \"maybe\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"isolated_demote", "ping 10.0.0.1\nipfail on\nisolated_demote off", "ping 10.0.0.1\nipfail on\nisolated_demote -",
		"7:17: error: isolated_demote: \"-\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"nice_failback", NULL, "nice_failback maybe",
		"5:15: error: nice_failback: \"maybe\" is not accepted; the directive is obsolete, write \"auto_failback off\" or "
		"\"auto_failback on\""},
	{"stonith", "stonith baytech /etc/ha.d/conf/stonith.baytech", "stonith baytech",
		"5:1: error: stonith: FILE is missing; expected \"stonith TYPE FILE\""},
	{"stonith_host", "stonith_host * external/ipmi b 10.0.0.9 admin secret lan", "stonith_host *",
		"5:14: error: stonith_host: \"*\" has no device; expected \"stonith_host HOST TYPE PARAMETERS\""},
	{"stonith_also", "stonith_host * snmp b\nstonith_also * snmp b", "stonith_also * snmp b",
		"5:14: error: stonith_also: \"*\" has no device above it; expected a stonith_host line first"},
	{"fence_action", "stonith_host * null b\nfence_action off", "stonith_host * null b\nfence_action kill",
		"6:14: error: fence_action: \"kill\" is not accepted; expected reset or off"},
	{"fence_timeout", "stonith_host * null b\nfence_timeout 20s", "stonith_host * null b\nfence_timeout 20ms",
		"6:15: error: fence_timeout: \"20ms\" is too short; expected at least 1000ms"},
	{"fence_retry", "stonith_host * null b\nfence_retry 20s", "fence_retry 20s",
		"5: warning: fence_retry has no effect without a fencing device; add a stonith_host line, or delete this one"},
	{"fence_check", "stonith_host * null b\nfence_check 60s", "stonith_host * null b\nfence_check 1s",
		"6:13: error: fence_check: \"1s\" is too short; expected at least 10000ms"},
	{"priority_delay", "stonith_host * null b\npriority_delay 0", "stonith_host * null b\npriority_delay never",
		"6:16: error: priority_delay: \"never\" is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min"},
	{"wait_for_peer", "stonith_host * null b\nwait_for_peer off", "stonith_host * null b\nwait_for_peer maybe",
		"6:15: error: wait_for_peer: \"maybe\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"stale_start", "stale_start on", "stale_start maybe",
		"5:13: error: stale_start: \"maybe\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"respawn", "respawn hacluster /usr/lib/heartbeat/dopd", "respawn hacluster ipfail",
		"5:19: error: respawn: \"ipfail\" is not a full path; expected a program path that starts with /"},
	{"failfast", "failfast root /bin/x -v", "failfast root",
		"5:1: error: failfast: COMMAND is missing; expected \"failfast USER COMMAND...\""},
	{"apiauth", "apiauth ipfail uid=root,hacluster gid=haclient", "apiauth x uid=",
		"5:11: error: apiauth: \"uid=\" is not a permission; expected uid=NAME,NAME or gid=NAME,NAME without blanks"},
	{"env", "env A=1 B=", "env =x", "5:5: error: env: \"=x\" has no name; expected NAME=VALUE"},
	{"script_deadline", "script_deadline 600s", "script_deadline 300s db restart",
		"5:25: error: script_deadline: \"restart\" is not an action; expected start, stop or status"},
	{"monitor", "monitor httpd 10s timeout 20s restarts 2 within 10min on-fail restart\nmonitor * 30 on-fail ignore\n"
		"monitor db::a 1min restarts 0 within 1s", "monitor httpd 10s on-fail reboot",
		"5:27: error: monitor: \"reboot\" is not an action; expected restart, move, stop or ignore"},
	{"logfacility", "logfacility local0", "logfacility LOCAL0",
		"5:13: error: logfacility: \"LOCAL0\" is not accepted; expected a syslog facility in lower case such as local0 or daemon, or none"},
	{"logfile", "logfile /var/log/ha-log", "logfile ha-log",
		"5:9: warning: logfile: \"ha-log\" is not a full path: it depends on the directory in which heartbeat runs; start the path with /\n"
		"ha.cf:5:9: warning: logfile: \"ha-log\" replaces \"/var/log/ha-log\" of line 4"},
	{"debugfile", "debugfile /var/log/ha-debug", NULL, NULL},
	{"use_logd", "use_logd no", "use_logd maybe",
		"5:10: error: use_logd: \"maybe\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"conn_logd_time", NULL, "conn_logd_time 0",
		"5:16: error: conn_logd_time: \"0\" is too short; expected at least 1ms"},
	{"syslogmsgfmt", "syslogmsgfmt off", "syslogmsgfmt x",
		"5:14: error: syslogmsgfmt: \"x\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"log_badpack", "log_badpack off", "log_badpack x",
		"5:13: error: log_badpack: \"x\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"debug", "debug 255", "debug -1",
		"5:7: error: debug: \"-1\" is out of range; expected a whole number from 0 to 255"},
	{"msgfmt", "msgfmt netstring", "msgfmt Classic",
		"5:8: error: msgfmt: \"Classic\" is not accepted; expected classic or netstring"},
	{"compression", "compression bz2", "compression none",
		"5:13: error: compression: \"none\" is not accepted; expected zlib or bz2"},
	{"compression_threshold", "compression_threshold 2", "compression_threshold 5k",
		"5:23: warning: compression_threshold: \"5k\" is read as 5; write a plain number"},
	{"traditional_compression", "traditional_compression yes", "traditional_compression x",
		"5:25: error: traditional_compression: \"x\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"realtime", "realtime off", "realtime x",
		"5:10: error: realtime: \"x\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"rtprio", "rtprio 99", "rtprio 100",
		"5:8: error: rtprio: \"100\" is out of range; expected a whole number from 1 to 99"},
	{"watchdog", "watchdog /dev/watchdog", "watchdog /dev/watchdog /dev/watchdog",
		"5:24: error: watchdog: already given on line 5; keep one of them"},
	{"memreserve", NULL, "memreserve 0",
		"5:12: error: memreserve: \"0\" is out of range; expected a whole number, at least 1"},
	{"coredumps", "coredumps off", "coredumps x",
		"5:11: error: coredumps: \"x\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"coreroot", NULL, "coreroot /x", "5:10: warning: coreroot: \"/x\" has no effect: heartbeat writes no core dumps; delete the line"},
	{"use_apphbd", "use_apphbd off", "use_apphbd on",
		"5:12: warning: use_apphbd: \"on\" has no effect: there is no apphbd; the guardian watches the engine; delete the line"},
	{"crm", "crm off", "crm yes",
		"5:5: error: crm: \"yes\" asks for pacemaker, which this heartbeat does not start: configure resources in haresources, and set this directive to \"off\""},
	{"pacemaker", "pacemaker false", "pacemaker manual",
		"5:11: error: pacemaker: \"manual\" asks for pacemaker, which this heartbeat does not start: configure resources in haresources, "
		"and set this directive to \"off\""},
	{"crmd_spawns_pengine", "crmd_spawns_pengine off", "crmd_spawns_pengine x",
		"5:21: error: crmd_spawns_pengine: \"x\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"crm_daemon_dir", NULL, "crm_daemon_dir /x",
		"5: error: crm_daemon_dir: not accepted: it is for pacemaker, which this heartbeat does not start; delete the line"},
	{"record_config_changes", "record_config_changes off", "record_config_changes x",
		"5:23: error: record_config_changes: \"x\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"record_pengine_inputs", "record_pengine_inputs off", "record_pengine_inputs x",
		"5:23: error: record_pengine_inputs: \"x\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"enable_config_writes", "enable_config_writes off", "enable_config_writes x",
		"5:22: error: enable_config_writes: \"x\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
	{"quorum_server", NULL, "quorum_server h",
		"5:15: warning: quorum_server: \"h\" has no effect: two nodes need no quorum; use fencing (stonith_host) or a second "
		"network path, and delete the line"},
	{"normalpoll", NULL, "normalpoll on",
		"5: error: normalpoll: not accepted: it was a build option of old releases; delete the line"},
};

// The hosts of both families.
static const struct directive_case host_cases[] = {
	{"ucast", "ucast eth0 peer", "ucast eth0 fe80::1",
		"5:12: error: ucast: \"fe80::1\" is not an IPv4 address; expected one such as 10.0.0.1, or a host name; ucast6 takes IPv6"},
	{"ucast6", "ucast6 eth0 fe80::1%eth0", "ucast6 eth0 fe80::1%eth1",
		"5:13: error: ucast6: \"fe80::1%eth1\" has a zone that is not the interface of the line; remove the % and the text after it"},
	{"ucast6", "ucast6 eth0 peer.example", "ucast6 eth0 peer.example%eth0",
		"5:13: error: ucast6: \"peer.example%eth0\" is not an IPv6 address; expected one such as fe80::1 or 2001:db8::1, or a host name"},
	{"ping6", "ping6 gw gw6.example", "ping6 10.0.0.254",
		"5:7: error: ping6: \"10.0.0.254\" is not an IPv6 address; expected one such as 2001:db8::1 or fe80::1%eth0, or a host name"},
};

static void check_cases(const struct directive_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct directive_case *c = &cases[i];
		if (c->good)
			ha_cf_free(parse(c->good, ""));
		if (c->bad) {
			char expected[1024];
			(void)snprintf(expected, sizeof(expected), "ha.cf:%s", c->expected); // compared below
			ha_cf_free(parse(c->bad, expected));
		}
	}
}

static void every_directive_takes_its_values_and_refuses_others(void **state)
{
	(void)state;
	check_cases(directive_cases, sizeof(directive_cases) / sizeof(*directive_cases));
}

static void a_host_is_an_address_of_the_family_or_a_name(void **state)
{
	(void)state;
	check_cases(host_cases, sizeof(host_cases) / sizeof(*host_cases));
}

// The paragraph of a directive in the manual page, lines joined by blanks; the caller frees it.  NULL: there is none.
static char *paragraph_of(const char *page, const char *name)
{
	char item[128];
	(void)snprintf(item, sizeof(item), "\n.It Ic %s", name); // compared below
	const char *at = strstr(page, item);
	while (at && !strchr(" \n", at[strlen(item)])) // "udp" is not "udpport"
		at = strstr(at + 1, item);
	if (!at)
		return NULL;
	const char *next = strstr(at + 1, "\n.It "), *end = strstr(at + 1, "\n.El");
	if (next && next < end)
		end = next;
	char *text = strndup(at, (size_t)(end - at));
	assert_non_null(text);
	for (char *c = text; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	return text;
}

// The manual page gives for a directive the served text of its row and no other served text.
static void check_served_text(const char *paragraph, const struct directive_info *row)
{
	for (int served = SERVED + 1; served < SERVED_KINDS; served++) {
		bool written = strcasestr(paragraph, served_text((enum served)served)) != NULL;
		if (written != ((int)row->served == served))
			fail_msg("man/ha.cf.5 and the row of %s differ about \"%s\"", row->name,
				served_text((enum served)served));
	}
	assert_int_equal(row->unserved != NULL, row->served == NOT_SERVED);
}

// The page also lists every other directive than SERVED and WITHOUT_EFFECT in the section about missing functions.
static void check_summary(const char *page, const struct directive_info *row)
{
	const char *at = strstr(page, "\n.Ss What this version does not do"),
		   *end = at ? strstr(at + 1, "\n.Ss ") : NULL;
	char item[128];
	assert_non_null(end);
	(void)snprintf(item, sizeof(item), "\n.Ic %s", row->name); // compared below
	bool named = false;
	for (at = strstr(at, item); at && at < end; at = strstr(at + 1, item))
		named |= strchr(" \n", at[strlen(item)]) != NULL;
	if (named != (row->served == NOT_SERVED))
		fail_msg("the list of man/ha.cf.5 and the row of %s differ", row->name);
}

static void every_row_of_the_table_is_tested_and_documented(void **state)
{
	(void)state;
	char *page = read_text("man/ha.cf.5");
	struct directive_info row;
	size_t rows = 0;
	for (; ha_cf_directive(rows, &row); rows++) {
		size_t i = 0;
		while (i < sizeof(directive_cases) / sizeof(*directive_cases) &&
			strcmp(directive_cases[i].name, row.name) != 0)
			i++;
		if (i == sizeof(directive_cases) / sizeof(*directive_cases))
			fail_msg("directive %s has no case here", row.name);
		char *paragraph = paragraph_of(page, row.name);
		if (!paragraph)
			fail_msg("directive %s is not in man/ha.cf.5", row.name);
		check_served_text(paragraph, &row);
		check_summary(page, &row);
		assert_true(strlen(row.help) > 0 && strlen(row.arguments) > 0);
		free(paragraph);
	}
	assert_int_equal(rows, sizeof(directive_cases) / sizeof(*directive_cases));
	free(page);
}

// heartbeat logs this at the start: one entry for each line of ha.cf.
static void a_respawn_line_with_ipfail_means_ipfail_on(void **state)
{
	(void)state;
	static const struct {
		const char *lines, *value;
		bool on;
		size_t children;
	} cases[] = {
		{"ping 10.0.0.1\nrespawn hacluster /usr/lib/heartbeat/ipfail", "on", true, 0},
		{"ping 10.0.0.1\nrespawn hacluster /usr/lib64/heartbeat/ipfail -v", "on", true, 0},
		{"ping 10.0.0.1\nipfail off\nrespawn x /ipfail", "off", false, 0},
		{"ping 10.0.0.1\nrespawn x /opt/myipfail\nrespawn x /ipfail/x", "off", false, 2},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ha_cf *conf = parse(cases[i].lines, NULL);
		assert_int_equal(conf->ipfail, cases[i].on);
		assert_string_equal(ha_cf_parameter(conf, "ipfail"), cases[i].value);
		assert_int_equal(conf->child_count, cases[i].children);
		ha_cf_free(conf);
	}
}

static void what_has_no_effect_is_reported_with_what_to_do(void **state)
{
	(void)state;
	static const struct {
		const char *line, *expected; // the warning
	} cases[] = {
		{"use_logd Yes", "5:10: warning: use_logd: \"Yes\" has no effect: there is no ha_logd, and messages go to logfile, debugfile and "
			"logfacility; name them and delete the line"},
		{"conn_logd_time 5", "5:16: warning: conn_logd_time: \"5\" has no effect: there is no ha_logd; delete the line"},
		{"uuidfrom nodename", "5:10: warning: uuidfrom: \"nodename\" has no effect: the identity of this node is always in "
			"/var/lib/heartbeat/hb_uuid; delete the line"},
		{"coredumps true", "5:11: warning: coredumps: \"true\" has no effect: heartbeat writes no core dumps, because they would contain "
			"keys; a guardian starts a new engine instead"},
		{"memreserve 6500", "5:12: warning: memreserve: \"6500\" has no effect: heartbeat locks the memory that it uses; delete the line"},
		{"enable_config_writes 1", "5:22: warning: enable_config_writes: \"1\" has no effect: it is for pacemaker, which is not started; "
			"resources are in haresources; delete the line"},
		{"use_logd no\ncoredumps OFF\nuuidfrom FILE\nrecord_config_changes n\nuse_apphbd 0", ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char expected[512];
		(void)snprintf(expected, sizeof(expected), "%s%s", *cases[i].expected ? "ha.cf:" : "", cases[i].expected);
		ha_cf_free(parse(cases[i].line, expected));
	}
}

static void an_unserved_directive_is_recorded_with_its_line(void **state)
{
	(void)state;
	size_t noted = 0;
	struct directive_info row;
	for (size_t i = 0; ha_cf_directive(i, &row); i++) {
		const struct directive_case *c = directive_cases;
		while (strcmp(c->name, row.name) != 0)
			c++;
		if (!c->good)
			continue;
		struct ha_cf *conf = parse(c->good, NULL);
		for (size_t k = 0; k < conf->unserved_count; k++)
			if (strcmp(conf->unserved[k].directive, row.name) == 0) {
				assert_int_equal(row.served, NOT_SERVED);
				assert_string_equal(conf->unserved[k].why, row.unserved);
				noted++;
			}
		ha_cf_free(conf);
	}
	assert_int_equal(noted, 1);
	struct ha_cf *conf = parse("stonith_host z\nrespawn root /x\nwatchdog /dev/a\nstonith_host b /x", NULL);
	assert_int_equal(conf->unserved_count, 1);
	assert_int_equal(conf->unserved[0].line, 7);
	ha_cf_free(conf);
}

// The answer "not given" would hide the mistake.
static void asking_for_an_unknown_directive_aborts(void **state)
{
	static struct ha_cf_parser p;
	int status;
	(void)state;
	assert_int_equal(ha_cf_given(&p, "deadtime"), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		const struct rlimit none = {0, 0};
		(void)setrlimit(RLIMIT_CORE, &none); // no core file; when this fails there is one, which is harmless
		(void)close(STDERR_FILENO);          // hides the expected text of the assertion
		(void)signal(SIGABRT, SIG_DFL);      // a valid signal
		(void)ha_cf_given(&p, "deadtme");    // does not return
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void refused_and_ignored_lines_are_explained(void **state)
{
	(void)state;
	static const struct {
		const char *line, *expected;
	} cases[] = {
		// grammar: section 2
		{"deadtme 6", "ha.cf:5:1: error: unknown directive \"deadtme\"; did you mean \"deadtime\"?"},
		{"DEADTIME 6", "ha.cf:5:1: error: unknown directive \"DEADTIME\"; did you mean \"deadtime\"?"},
		{"deadtime=6",
			"ha.cf:5:1: error: unknown directive \"deadtime=6\"; write a blank instead of \"=\": \"deadtime 6\""},
		{"tiebreaker x", "ha.cf:5:1: error: unknown directive \"tiebreaker\"; two nodes need none: use fencing (stonith_host) or a second network path"},
		{"node,c d", "ha.cf:5:1: error: unknown directive \"node,c\"; did you mean \"node\"?"},
		{"\x01\x1b[2Jx", "ha.cf:5:1: error: unknown directive \"\\x01\\x1b[2Jx\""},
		{"deadtime", "ha.cf:5:1: warning: deadtime: the value is missing, so the line has no effect; write \"deadtime TIME\""},
		{"bcast # none",
			"ha.cf:5:1: warning: bcast: the value is missing, so the line has no effect; write \"bcast INTERFACE...\""},
		{"deadtime 6 7", "ha.cf:5:12: warning: deadtime: \"7\" replaces \"6\" of line 5"},
		{"deadtime 6\ndeadtime 7", "ha.cf:6:10: warning: deadtime: \"7\" replaces \"6\" of line 5"},
		{"warntime 2 ms",
			"ha.cf:5:12: error: warntime: \"ms\" is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min"},
		{"warntime \"2\"",
			"ha.cf:5:10: error: warntime: \"\"2\"\" is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min"},
		{"logfacility local0\ncluster \"x\"",
			"ha.cf:6:9: warning: cluster: quotes are ordinary characters in ha.cf: the value is \"x\""},
		{"cluster x \\",
			"ha.cf:5:11: warning: cluster: \"\\\" replaces \"x\" of line 5\n"
			"ha.cf:5:11: warning: cluster: a backslash does not continue the line in ha.cf; it is part of the value"},
		{"baud 9600\nbaud 9600", "ha.cf:6:6: error: baud: already given on line 5; keep one of them"},
		{"crm off\npacemaker off",
			"ha.cf:6:11: error: pacemaker: already given as crm on line 5; keep one of them"},
		// values: section 3
		{"hopfudge abc", "ha.cf:5:10: warning: hopfudge: \"abc\" is read as 0; write a plain number"},
		{"max_rexmit_delay 100ms",
			"ha.cf:5:18: warning: max_rexmit_delay: \"100ms\" is read as 100; write a plain number"},
		{"hopfudge 99999999999999999999",
			"ha.cf:5:10: error: hopfudge: \"99999999999999999999\" is out of range; expected a whole number from 0 to 255"},
		{"keepalive 500msfoo",
			"ha.cf:5:11: warning: keepalive: \"500msfoo\" is read as 500ms; write it that way"},
		{"udpport 70000",
			"ha.cf:5:9: warning: udpport: \"70000\" is over 65535: port 4464 is used, as in Heartbeat 3; write a port from 1 to 65535\n"
			"ha.cf:2: warning: bcast eth0: udpport 4464 of line 5 is used here too; Heartbeat used 694 for lines above udpport: put udpport first\n"
			"ha.cf:2: warning: bcast eth1: udpport 4464 of line 5 is used here too; Heartbeat used 694 for lines above udpport: put udpport first"},
		// media: section 6
		{"mcast",
			"ha.cf:5:1: error: mcast: INTERFACE is missing; expected \"mcast INTERFACE GROUP PORT TTL LOOP\""},
		{"mcast eth0 225.0.0.1",
			"ha.cf:5:1: error: mcast: PORT is missing; expected \"mcast INTERFACE GROUP PORT TTL LOOP\""},
		{"mcast eth0 225.0.0.1 694",
			"ha.cf:5: warning: mcast: TTL and LOOP are missing; 1 and 0 are used; write \"mcast INTERFACE GROUP PORT TTL LOOP\""},
		{"mcast eth0 225.0.0.1 694 1",
			"ha.cf:5: warning: mcast: LOOP is missing; 0 is used; write \"mcast INTERFACE GROUP PORT TTL LOOP\""},
		{"mcast eth0 225.0.0.1 694 5 0",
			"ha.cf:5:26: error: mcast: \"5\" is not a number of hops; expected 0 to 4, 1 for the local network"},
		{"mcast eth0 225.0.0.1 694 1 2",
			"ha.cf:5:28: error: mcast: \"2\" is not a loop switch; expected 0 or 1"},
		{"mcast eth0 225.0.0.1 694 1 0 x y",
			"ha.cf:5:30: warning: mcast: \"x\" and what follows it have no effect; delete them"},
		{"ucast eth0", "ha.cf:5:1: error: ucast: HOST is missing; expected \"ucast INTERFACE HOST\""},
		{"ucast eth0 10.0.0.1 10.0.0.2",
			"ha.cf:5:21: error: ucast: \"10.0.0.2\" is one word too many; write one line for each peer"},
		{"ping_group g x\nping_group g y",
			"ha.cf:6:12: warning: ping_group: \"g\" is already given on line 5; these hosts are added to it"},
		// the rest of section 5
		{"apiauth x uid=a\napiauth x gid=b",
			"ha.cf:6:9: error: apiauth: client \"x\" already has a line, line 5; write all permissions of this client on one line"},
		{"apiauth x uid=a uid=b",
			"ha.cf:5:17: error: apiauth: \"uid=b\" is a second list of the same kind; expected uid= and gid= at most once each"},
		{"apiauth x uid= a",
			"ha.cf:5:11: error: apiauth: \"uid=\" is not a permission; expected uid=NAME,NAME or gid=NAME,NAME without blanks\n"
			"ha.cf:5:16: error: apiauth: \"a\" is not a permission; expected uid=NAME,NAME or gid=NAME,NAME without blanks"},
		{"apiauth x",
			"ha.cf:5:9: warning: apiauth: \"x\" has neither uid= nor gid=: nobody can sign on under this name"},
		{"apiauth a23456789012345678901234567890123 uid=a",
			"ha.cf:5:9: error: apiauth: \"a23456789012345678901234567890123\" is too long for a client name; expected at most 31 bytes"},
		{"env A", "ha.cf:5:5: warning: env: \"A\" has no \"=\": its value is empty; write NAME=VALUE"},
		{"stonith_host b",
			"ha.cf:5:14: warning: stonith_host: \"b\" has no device; expected \"stonith_host HOST TYPE PARAMETERS\""},
		{"stonith_host c meatware b",
			"ha.cf:5: warning: stonith_host: \"c\" is not one of the nodes: a, b; no node will use this line"},
		{"nice_failback on",
			"ha.cf:5:15: warning: nice_failback: \"on\" is read as \"auto_failback legacy\", as in Heartbeat 3; its documented "
			"meaning is \"auto_failback off\": write that on all nodes"},
		{"nice_failback off",
			"ha.cf:5:15: warning: nice_failback: \"off\" is read as \"auto_failback legacy\"; write \"auto_failback on\" on all nodes"},
		{"autojoin other",
			"ha.cf:5:10: error: autojoin: \"other\" conflicts with haresources; name every node in a node line and write \"autojoin none\""},
		{"autojoin maybe", "ha.cf:5:10: error: autojoin: \"maybe\" is not accepted; expected none"},
		{"crm maybe", "ha.cf:5:5: error: crm: \"maybe\" is not accepted; expected off"},
		{"use_apphbd maybe",
			"ha.cf:5:12: error: use_apphbd: \"maybe\" is not accepted; expected on (true yes y 1) or off (false no n 0)"},
		{"stonith baytech /etc/x extra more",
			"ha.cf:5:24: warning: stonith: \"extra\" and what follows it have no effect; write parameters into the file"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ha_cf_free(parse(cases[i].line, cases[i].expected));
}

static void nearly_right_values_get_a_warning_and_wrong_ones_an_error(void **state)
{
	(void)state;
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{"udpport 694x", "ha.cf:5:9: warning: udpport: \"694x\" is read as 694; write a plain number"},
		{"udpport -694",
			"ha.cf:5:9: error: udpport: \"-694\" is not a port; expected a number from 1 to 65535"},
		{"udpport 65536",
			"ha.cf:5:9: error: udpport: \"65536\" is not a port; expected a number from 1 to 65535"},
		{"udpport 99999999999",
			"ha.cf:5:9: error: udpport: \"99999999999\" is not a port; expected a number from 1 to 65535"},
		{"baud 9600x",
			"ha.cf:5:6: error: baud: \"9600x\" is not accepted; expected 9600, 19200, 38400, 57600, 115200, 230400 or 460800"},
		{"apiauth x uid=a,,b",
			"ha.cf:5:11: error: apiauth: \"uid=a,,b\" is not a permission; expected uid=NAME,NAME or gid=NAME,NAME without blanks"},
		{"apiauth x uid=,a",
			"ha.cf:5:11: error: apiauth: \"uid=,a\" is not a permission; expected uid=NAME,NAME or gid=NAME,NAME without blanks"},
		{"apiauth x gid=a,",
			"ha.cf:5:11: error: apiauth: \"gid=a,\" is not a permission; expected uid=NAME,NAME or gid=NAME,NAME without blanks"},
		{"node c\x7f",
			"ha.cf:5:6: error: node: \"c\\x7f\" is not a node name; expected what uname -n prints, at most 99 printable bytes"},
		{"node c\x1b[2J",
			"ha.cf:5:6: error: node: \"c\\x1b[2J\" is not a node name; expected what uname -n prints, at most 99 printable bytes"},
		// 32 bytes may resemble a directive, 33 are measured against none: the table of the distance has no
		// memory for them.
		{"traditional_compression_of_packet x",
			"ha.cf:5:1: error: unknown directive \"traditional_compression_of_packet\""},
		{"traditional_compressionn x",
			"ha.cf:5:1: error: unknown directive \"traditional_compressionn\"; did you mean \"traditional_compression\"?"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ha_cf_free(parse(cases[i].line, cases[i].expected));
}

// --- cross checks: sections 4 and 7 ---

static void times_are_checked_against_each_other(void **state)
{
	(void)state;
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{"keepalive 1\ndeadtime 2",
			"ha.cf:6: error: deadtime: 2000ms is too small for keepalive 1000ms; expected more than 2000ms"},
		{"keepalive 1\ndeadtime 2001ms", ""},
		{"keepalive 15",
			"ha.cf:5: error: deadtime: 30000ms is too small for keepalive 15000ms; expected more than 30000ms"},
		{"deadping 2",
			"ha.cf:5: error: deadping: 2000ms is too small for keepalive 1000ms; expected more than 2000ms"},
		{"initdead 29",
			"ha.cf:5: error: initdead: 29000ms is smaller than deadtime 30000ms; expected at least deadtime, better twice that; or delete the line"},
		{"initdead 30", ""},
		{"deadtime 5\ninitdead 9",
			"ha.cf:6: warning: initdead: 9000ms may be too small: networks often need longer after a boot; 10s or more is usual"},
		{"warntime 30",
			"ha.cf:5: warning: warntime: 30000ms is not below deadtime 30000ms: late heartbeats are never reported; half of deadtime is usual"},
		{"warntime x\ninitdead x",
			"ha.cf:5:10: error: warntime: \"x\" is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min\n"
			"ha.cf:6:10: error: initdead: \"x\" is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min"},
		{"keepalive x\ndeadtime 1",
			"ha.cf:5:11: error: keepalive: \"x\" is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min"},
		// A refused value gives one error, and no default is derived from it.
		{"keepalive 20\ndeadtime x\ninitdead 5",
			"ha.cf:6:10: error: deadtime: \"x\" is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ha_cf_free(parse(cases[i].line, cases[i].expected));
}

static void missing_times_are_derived(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int64_t warn, initdead, ping;
	} cases[] = {
		{"", 15000, 30000, 30000},
		{"deadtime 10", 5000, 20000, 10000},
		{"deadtime 10001ms", 5000, 10001, 10001},
		{"deadtime 6", 3000, 12000, 6000},
		{"deadtime 5999ms", 2999, 12000, 5999},
		{"deadtime 3", 1500, 12000, 3000},
		{"deadtime 8", 4000, 16000, 8000},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ha_cf *conf = parse(cases[i].line, "");
		assert_int_equal(span_to_ms(conf->warntime), cases[i].warn);
		assert_int_equal(span_to_ms(conf->initdead), cases[i].initdead);
		assert_int_equal(span_to_ms(conf->deadping), cases[i].ping);
		ha_cf_free(conf);
	}
}

#define NO_FAILBACK \
	"ha.cf: warning: auto_failback is not given: \"legacy\" is used: resources go home, and with a Heartbeat 3.0.6 peer hb_standby and " \
	"hb_takeover move nothing; write \"auto_failback off\" (resources stay where they are) or \"auto_failback on\" (they go home) on both nodes"

static void the_whole_file_is_checked(void **state)
{
	(void)state;
	static const struct {
		const char *text, *local, *expected;
	} cases[] = {
		{"", "a",
			"ha.cf: error: no nodes defined; write \"node NAME\" for each machine, NAME as uname -n prints it\n"
			"ha.cf: error: no heartbeat media defined; write for example \"bcast eth0\" or \"ucast eth0 PEER\"\n" NO_FAILBACK},
		{"node node1 node2\nbcast eth0 eth1\nauto_failback off", "web1",
			"ha.cf: error: this node is called \"web1\" (uname -n), but the node lines contain only: node1, node2; add this node or "
			"correct the host name"},
		{"node NODE1\nbcast eth0\nauto_failback off", "node1", ""},
		{"node a b\nbcast eth0\nauto_failback legacy", "a",
			"ha.cf:3:15: warning: auto_failback: \"legacy\" is deprecated: it is the same as on, but with a Heartbeat 3.0.6 peer both nodes must have it, and "
			"hb_standby and hb_takeover move nothing; write off (resources stay) or on (they go home) on both nodes\n"
			"ha.cf:2: warning: bcast eth0 is the only medium: when it fails, every node starts all resources; add a second medium on another cable"},
		{"node a b\nbcast eth0\nucast eth0 10.0.0.2\nauto_failback off", "a",
			"ha.cf:2: warning: all media use eth0, which is one cable: when it fails, every node starts all resources; add a medium on another "
			"interface"},
		{"node a b\nping 10.0.0.1\nauto_failback on", "a",
			"ha.cf: warning: only ping media are defined: the nodes cannot reach each other; add for example \"bcast eth0\""},
		{"node a b\nbcast eth0 eth1\nauto_failback on\nipfail on", "a",
			"ha.cf:4: warning: ipfail is on, but no ping node is configured: add a ping line, for example with the address of the "
			"router"},
		{"node a b\nbcast eth0 eth1\nauto_failback on\nisolated_demote on", "a",
			"ha.cf:4: warning: isolated_demote has no effect without \"ipfail on\""},
		{"node a b\nauto_failback on\nserial x", "a",
			"ha.cf:3:8: error: serial: \"x\" is not a full path; expected a device such as /dev/ttyS0"},
		{"node a\nbcast eth0\nauto_failback on\nuse_logd off", "a",
			"ha.cf:4: error: use_logd is off, and none of logfile, debugfile and logfacility is given: nothing would be logged; add one of them"},
		{"node a\nbcast eth0\nauto_failback on\nuse_logd off\nlogfacility daemon", "a", ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ha_cf_free(parse_as(cases[i].text, cases[i].local, cases[i].expected));
}

static void all_errors_of_a_file_are_reported_together(void **state)
{
	(void)state;
	ha_cf_free(parse("logd yes\ntiebreaker x\n",
		"ha.cf:5:1: error: unknown directive \"logd\"; there is no ha_logd: write logfile or logfacility\n"
		"ha.cf:6:1: error: unknown directive \"tiebreaker\"; two nodes need none: use fencing (stonith_host) or a second network path"));
	ha_cf_free(parse("deadtme 3\nkeepalive x\nmcast\nwarntime 40\n",
		"ha.cf:5:1: error: unknown directive \"deadtme\"; did you mean \"deadtime\"?\n"
		"ha.cf:6:11: error: keepalive: \"x\" is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min\n"
		"ha.cf:7:1: error: mcast: INTERFACE is missing; expected \"mcast INTERFACE GROUP PORT TTL LOOP\"\n"
		"ha.cf:8: warning: warntime: 40000ms is not below deadtime 30000ms: late heartbeats are never reported; half of deadtime is usual"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_directive_takes_its_values_and_refuses_others),
		cmocka_unit_test(a_host_is_an_address_of_the_family_or_a_name),
		cmocka_unit_test(every_row_of_the_table_is_tested_and_documented),
		cmocka_unit_test(a_respawn_line_with_ipfail_means_ipfail_on),
		cmocka_unit_test(what_has_no_effect_is_reported_with_what_to_do),
		cmocka_unit_test(an_unserved_directive_is_recorded_with_its_line),
		cmocka_unit_test(asking_for_an_unknown_directive_aborts),
		cmocka_unit_test(refused_and_ignored_lines_are_explained),
		cmocka_unit_test(nearly_right_values_get_a_warning_and_wrong_ones_an_error),
		cmocka_unit_test(times_are_checked_against_each_other),
		cmocka_unit_test(missing_times_are_derived),
		cmocka_unit_test(the_whole_file_is_checked),
		cmocka_unit_test(all_errors_of_a_file_are_reported_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
