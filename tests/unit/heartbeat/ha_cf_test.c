// SPDX-License-Identifier: MIT
// Results of parsing ha.cf: values, defaults, media, programs, limits.
#include <syslog.h>

#include "tests/unit/heartbeat/ha_cf_expect.h"

static void expect_parameter(const struct ha_cf *conf, const char *name, const char *value)
{
	const char *got = ha_cf_parameter(conf, name);
	if (!value)
		assert_null(got);
	else if (!got || strcmp(got, value) != 0)
		fail_msg("parameter %s is %s, expected %s", name, got ? got : "unset", value);
}

// --- values ---

static void times_are_read_as_the_reference_reads_them(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms; // -1: not a time
	} cases[] = {
		{"2", 2000},       {"1.7", 1700},     {".5", 500},       {"500ms", 500},  {"500msec", 500}, {"1700MS", 1700},
		{"1500us", 2},     {"1500usec", 2},   {"1499us", 1},     {"0", 0},        {"0.4ms", 0},     {"500msfoo", 500},
		{"2.", 2000},      {"0002", 2000},    {"1.0004", 1000},  {"1.0005", 1001}, {"1000000000", 1000000000000},
		{"2s", 2000},      {"2sec", 2000},    {"30S", 30000},    {"1.5sec", 1500},
		{"2min", 120000},   {"1.5MIN", 90000},   {"0.999999999min", 60000}, // our extensions
		{"2m", -1},        {"2h", -1},        {"1e1", -1},       {"\"2\"", -1},   {"-1", -1},       {"x", -1},
		{"", -1},          {".", -1},         {"1.2.3", -1},     {"1Os", -1},     {"2secs", -1},
		{"2mins", -1},     {"2minutes", -1},    {"500000000min", -1},    {"+1", -1},
		{"1000000001", -1}, {"99999999999999999999999999", -1}, {"s", -1},        {"ms", -1},       {"1ns", -1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct span value = {0};
		bool good = ha_cf_time(bytes_of(cases[i].text), &value);
		if (good != (cases[i].ms >= 0) || (good && span_to_ms(value) != cases[i].ms))
			fail_msg("\"%s\": %s %lld ms", cases[i].text, good ? "taken as" : "refused",
				(long long)span_to_ms(value));
	}
}

static void booleans_have_ten_spellings_in_any_case(void **state)
{
	(void)state;
	static const char *const yes[] = {"true", "on", "yes", "y", "1", "TRUE", "On", "Y"};
	static const char *const no[] = {"false", "off", "no", "n", "0", "FALSE", "Off", "N"};
	static const char *const neither[] = {"", "2", "t", "ja", "ye", "yess", "\"on\""};
	bool value = false;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		assert_true(ha_cf_boolean(bytes_of(yes[i]), &value));
		assert_true(value);
		assert_true(ha_cf_boolean(bytes_of(no[i]), &value));
		assert_false(value);
	}
	for (size_t i = 0; i < sizeof(neither) / sizeof(*neither); i++)
		assert_false(ha_cf_boolean(bytes_of(neither[i]), &value));
}

// --- results ---

static void the_grammar_is_that_of_the_reference(void **state)
{
	(void)state;
	struct ha_cf *conf = parse("\r\n\t deadtime 6#c\r\nnode c,D , e\ncluster a b\n\f\nkeepalive\t500ms", NULL);
	assert_int_equal(span_to_ms(conf->deadtime), 6000);
	assert_int_equal(conf->node_count, 5);
	assert_string_equal(conf->nodes[3], "d");
	assert_string_equal(conf->cluster, "b");
	assert_int_equal(span_to_ms(conf->keepalive), 500);
	ha_cf_free(conf);
}

static void defaults_are_those_of_the_reference(void **state)
{
	(void)state;
	struct ha_cf *c = parse("", "");
	assert_int_equal(span_to_ms(c->keepalive), 1000);
	assert_int_equal(span_to_ms(c->deadtime), 30000);
	assert_int_equal(c->hopfudge, 1);
	assert_int_equal(c->udpport, 694);
	assert_int_equal(c->baud, 19200);
	assert_string_equal(c->cluster, "linux-ha");
	assert_int_equal(c->logfacility, -1);
	assert_true(c->syslogmsgfmt && c->log_badpack && c->realtime);
	assert_false(c->use_logd || c->msgfmt_netstring || c->hbgen_time || c->traditional_compression);
	assert_int_equal(c->debug, 0);
	assert_int_equal(c->rtprio, 0);
	assert_string_equal(c->compression, "zlib");
	assert_int_equal(c->compression_threshold_kib, 2);
	assert_int_equal(c->max_rexmit_delay_ms, 250);
	assert_null(c->watchdog);
	assert_null(c->debugfile);
	ha_cf_free(c);
}

static void numbers_are_read_exactly_up_to_the_limit(void **state)
{
	(void)state;
	struct ha_cf *c = parse("max_rexmit_delay 2147483646\ncompression_threshold 2147483640", NULL);
	assert_int_equal(c->max_rexmit_delay_ms, 2147483646);
	assert_int_equal(c->compression_threshold_kib, 2147483640);
	ha_cf_free(c);
}

static void every_value_reaches_its_field(void **state)
{
	(void)state;
	struct ha_cf *c = parse(
		"hopfudge 7\nudpport 700\nbaud 9600\ncluster x\ndebugfile /d\nlogfacility local3\nuse_logd yes\n"
		"syslogmsgfmt off\nlog_badpack off\ndebug 3\nmsgfmt netstring\nhbgenmethod time\nrealtime off\nrtprio 5\n"
		"compression bz2\ncompression_threshold 9\ntraditional_compression on\nmax_rexmit_delay 77\nwatchdog /w\n"
		"warntime 7\ndeadping 8\ninitdead 99",
		NULL);
	assert_int_equal(c->hopfudge, 7);
	assert_int_equal(c->udpport, 700);
	assert_int_equal(c->baud, 9600);
	assert_string_equal(c->cluster, "x");
	assert_string_equal(c->logfile, "/var/log/ha-log");
	assert_string_equal(c->debugfile, "/d");
	assert_int_equal(c->logfacility, LOG_LOCAL3);
	assert_true(c->use_logd && c->msgfmt_netstring && c->hbgen_time && c->traditional_compression);
	assert_false(c->syslogmsgfmt || c->log_badpack || c->realtime);
	assert_int_equal(c->debug, 3);
	assert_int_equal(c->rtprio, 5);
	assert_string_equal(c->compression, "bz2");
	assert_int_equal(c->compression_threshold_kib, 9);
	assert_int_equal(c->max_rexmit_delay_ms, 77);
	assert_string_equal(c->watchdog, "/w");
	assert_int_equal(span_to_ms(c->warntime), 7000);
	assert_int_equal(span_to_ms(c->deadping), 8000);
	assert_int_equal(span_to_ms(c->initdead), 99000);
	ha_cf_free(c);
}

static void failback_has_three_values(void **state)
{
	(void)state;
	struct ha_cf *c = parse_as("auto_failback yes", NULL, NULL);
	assert_int_equal(c->failback, FAILBACK_ON);
	ha_cf_free(c);
	c = parse_as("auto_failback OFF", NULL, NULL);
	assert_int_equal(c->failback, FAILBACK_OFF);
	ha_cf_free(c);
	c = parse_as("auto_failback legacy", NULL, NULL);
	assert_int_equal(c->failback, FAILBACK_LEGACY);
	ha_cf_free(c);
	c = parse_as("nice_failback on", NULL, NULL); // what the reference does, not what it logs
	assert_int_equal(c->failback, FAILBACK_LEGACY);
	expect_parameter(c, "auto_failback", "legacy");
	expect_parameter(c, "nice_failback", NULL);
	ha_cf_free(c);
}

static void parameters_have_the_value_of_the_file(void **state)
{
	(void)state;
	struct ha_cf *c = parse(
		"keepalive 500ms\ndeadtime 1.5\ncompression bz2\nrealtime Off\nlogfacility local0\nenv X=1", NULL);
	expect_parameter(c, "keepalive", "500ms");
	expect_parameter(c, "deadtime", "1.5");
	expect_parameter(c, "warntime", "750ms");
	expect_parameter(c, "initdead", "12000ms");
	expect_parameter(c, "deadping", "1500ms");
	expect_parameter(c, "auto_failback", "off");
	expect_parameter(c, "realtime", "Off");
	expect_parameter(c, "compression", "bz2");
	expect_parameter(c, "udpport", "694");
	expect_parameter(c, "cluster", "linux-ha");
	expect_parameter(c, "crm", "false");
	expect_parameter(c, "hbversion", VERSION);
	expect_parameter(c, "logfile", "/var/log/ha-log");
	static const char *const unset[] = {"debugfile", "watchdog", "rtprio", "quorum_server", "use_logd", "node",
		"bcast", "env", "X", "apiauth", "respawn", "stonith_host", "nice_failback", "nosuch", ""};
	for (size_t i = 0; i < sizeof(unset) / sizeof(*unset); i++)
		expect_parameter(c, unset[i], NULL);
	ha_cf_free(c);
	c = parse("", "");
	expect_parameter(c, "warntime", "15000ms");
	expect_parameter(c, "keepalive", "1000ms");
	ha_cf_free(c);
	c = parse_as("node a\nbcast eth0\nauto_failback on", "a", "");
	assert_true(c->use_logd); // forced, as in the reference: no other log is configured
	expect_parameter(c, "use_logd", "yes");
	ha_cf_free(c);
}

static void a_serial_line_that_is_too_slow_for_keepalive_is_named(void **state)
{
	static const char text[] = "node a b\nauto_failback off\nbcast eth0\nserial /dev/t\n";
	char conf[256];

	(void)state;
	(void)snprintf(conf, sizeof(conf), "%skeepalive 1\nbaud 9600", text);
	ha_cf_free(parse_as(conf, "a",
		"ha.cf:4: warning: serial /dev/t: baud 9600 of line 6 is used here too; Heartbeat used 19200 for lines above baud: put baud first"));
	(void)snprintf(conf, sizeof(conf), "%skeepalive 200ms", text);
	ha_cf_free(parse_as(conf, "a",
		"ha.cf:4: warning: serial /dev/t: 19200 baud carries 1920 bytes a second, and a keepalive of 200 ms needs about 3200: use a higher baud or a longer keepalive"));
}

static void a_medium_takes_the_port_above_it_or_else_the_one_below(void **state)
{
	(void)state;
	struct ha_cf *c = parse_as(
		"node a b\nauto_failback off\nbcast eth0\nudpport 700\nbcast eth1\nmcast eth1 225.0.0.1 7 2 1\nserial /dev/t\nbaud 9600",
		"a",
		"ha.cf:3: warning: bcast eth0: udpport 700 of line 4 is used here too; Heartbeat used 694 for lines above udpport: put udpport first\n"
		"ha.cf:7: warning: serial /dev/t: baud 9600 of line 8 is used here too; Heartbeat used 19200 for lines above baud: put baud first");
	assert_int_equal(c->media[0].port, 700);
	assert_int_equal(c->media[1].port, 700);
	assert_int_equal(c->media[2].port, 7);
	assert_int_equal(c->media[2].ttl, 2);
	assert_true(c->media[2].loop);
	assert_int_equal(c->media[3].baud, 9600);
	ha_cf_free(c);
	c = parse_as("mcast eth0 225.0.0.1 694", NULL, NULL); // as in many tutorials
	assert_int_equal(c->media[0].ttl, 1);
	assert_false(c->media[0].loop);
	ha_cf_free(c);
	// two ports, as the reference would
	c = parse_as("udpport 700\nbcast eth0\nudpport 701\nbcast eth1", NULL, NULL);
	assert_int_equal(c->media[0].port, 700);
	assert_int_equal(c->media[1].port, 701);
	ha_cf_free(c);
}

static void links_of_one_interface_have_different_names(void **state)
{
	(void)state;
	struct ha_cf *c =
		parse_as("bcast eth0\nucast eth0 10.0.0.1\nucast eth0 10.0.0.2\nucast eth1 10.0.0.3\n"
			 "mcast eth2 225.0.0.1 694 1 0\nmcast eth2 225.0.0.1 695 1 0\nping gw\nping_group g x y",
			NULL, NULL);
	static const char *const names[] = {"eth0", "eth0:10.0.0.1", "eth0:10.0.0.2", "eth1", "eth2:225.0.0.1:694",
		"eth2:225.0.0.1:695", "gw", "g"};
	assert_int_equal(c->media_count, 8);
	for (size_t i = 0; i < 8; i++)
		assert_string_equal(c->media[i].name, names[i]);
	assert_string_equal(c->media[1].interface, "eth0");
	assert_string_equal(c->media[1].address, "10.0.0.1");
	assert_int_equal(c->media[7].kind, MEDIUM_PING_GROUP);
	assert_int_equal(c->media[7].member_count, 2);
	assert_string_equal(c->media[7].members[1], "y");
	assert_string_equal(medium_kind_name(c->media[7].kind), "ping_group");
	assert_string_equal(medium_kind_name(MEDIUM_KINDS), "?");
	ha_cf_free(c);
}

static void program_lines_keep_the_rest_of_the_line(void **state)
{
	(void)state;
	struct ha_cf *c = parse(
		"respawn hacluster  /usr/lib/x  -a, b  # c\nfailfast root /bin/y\nenv A=1,B=2 A=3\n"
		"stonith_host B external/ipmi  b 10.0.0.9  secret \nstonith baytech /etc/f\nstonith_host * meatware b\n",
		"");
	assert_int_equal(c->child_count, 2);
	assert_string_equal(c->children[0].user, "hacluster");
	assert_string_equal(c->children[0].command, "/usr/lib/x  -a, b");
	assert_false(c->children[0].failfast);
	assert_true(c->children[1].failfast);
	assert_int_equal(c->children[1].line, 6);
	assert_int_equal(c->environment_count, 2);
	assert_string_equal(c->environment[0].value, "3");
	assert_string_equal(c->environment[1].name, "B");
	assert_int_equal(c->stonith_count, 3);
	assert_string_equal(c->stonith[0].host, "b");
	assert_string_equal(c->stonith[0].type, "external/ipmi");
	assert_string_equal(c->stonith[0].parameters, "b 10.0.0.9  secret");
	assert_false(c->stonith[0].from_file);
	assert_true(c->stonith[1].from_file);
	assert_string_equal(c->stonith[1].host, "*");
	assert_string_equal(c->stonith[1].parameters, "/etc/f");
	assert_string_equal(c->stonith[2].parameters, "b");
	ha_cf_free(c);
}

static void built_in_permissions_follow_those_of_the_file(void **state)
{
	(void)state;
	struct ha_cf *c = parse("apiauth ccm uid=root gid=a,b\n", "");
	static const struct {
		const char *client, *uids, *gids;
	} expected[] = {{"ccm", "root", "a,b"}, {"ipfail", "hacluster", NULL}, {"ping", NULL, "haclient"},
		{"lha-snmpagent", "root", NULL}, {"anon", "root", "haclient"}};
	assert_int_equal(c->apiauth_count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_string_equal(c->apiauth[i].client, expected[i].client);
		assert_int_equal(c->apiauth[i].uids != NULL, expected[i].uids != NULL);
		assert_int_equal(c->apiauth[i].gids != NULL, expected[i].gids != NULL);
		if (expected[i].uids)
			assert_string_equal(c->apiauth[i].uids, expected[i].uids);
		if (expected[i].gids)
			assert_string_equal(c->apiauth[i].gids, expected[i].gids);
	}
	ha_cf_free(c);
}

// --- limits ---

static char *many(const char *before, int count)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	assert_non_null(out);
	for (int i = 0; i < count; i++)
		(void)fprintf(out, "%s%d", before, i); // to memory
	assert_int_equal(fclose(out), 0);
	return text;
}

static void limits_are_those_of_the_reference(void **state)
{
	(void)state;
	char *text = many("\nbcast x", HA_CF_MEDIA_MAX - 2);
	ha_cf_free(parse(text, ""));
	free(text);
	text = many("\nbcast x", HA_CF_MEDIA_MAX - 1);
	ha_cf_free(parse(text, "ha.cf:68:7: error: bcast: \"x62\" is one medium too many; expected at most 64"));
	free(text);
	text = many("\nbcast x", HA_CF_MEDIA_MAX - 2);
	char lines[2048];
	(void)snprintf(lines, sizeof(lines), "%s\nping_group g h", text);
	ha_cf_free(
		parse(lines, "ha.cf:68:12: error: ping_group: \"g\" is one medium too many; expected at most 64"));
	free(text);
	text = many("\nnode x", HA_CF_NODES_MAX - 2);
	struct ha_cf *c = parse(text, "");
	assert_int_equal(c->node_count, HA_CF_NODES_MAX);
	ha_cf_free(c);
	free(text);
	text = many("\nnode x", HA_CF_NODES_MAX - 1);
	ha_cf_free(parse(text,
		"ha.cf:104:6: error: node: \"x98\" is one node too many; expected at most 100, ping hosts included"));
	free(text);
	char name[128] = "node ";
	memset(name + 5, 'n', 99);
	c = parse(name, "");
	assert_int_equal(strlen(c->nodes[2]), 99);
	ha_cf_free(c);
	name[104] = 'n';
	ha_cf_free(parse(name,
		"ha.cf:5:6: error: node: \"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn...\" is not a node name; expected what "
		"uname -n prints, at most 99 printable bytes"));
}

static void ping_hosts_count_as_nodes(void **state)
{
	(void)state;
	char *text = many("\nnode x", HA_CF_NODES_MAX - 2), *more = malloc(strlen(text) + 32);
	assert_non_null(more);
	(void)sprintf(more, "%s\nping gw", text); // fits
	ha_cf_free(parse(more, "ha.cf: error: 100 nodes and 1 ping hosts are too many; expected at most 100 in all"));
	free(more);
	free(text);
}

static void a_long_line_is_one_line(void **state)
{
	(void)state;
	char *text = many(" 9", 600), *line = malloc(8000);
	assert_non_null(line);
	// the reference cuts the line at 5120 bytes; our limit is 512 words
	(void)snprintf(line, 8000, "respawn a /b%s", text);
	ha_cf_free(parse(line, "ha.cf:5: error: more than 512 words in one line"));
	free(line);
	free(text);
}

static void a_nul_byte_is_an_error(void **state)
{
	(void)state;
	struct diags diags;
	diags_init(&diags, "ha.cf");
	ha_cf_free(ha_cf_parse(
		(struct bytes){(const uint8_t *)"node a\0b\nbcast eth0 eth1\nauto_failback on\n", 42}, NULL, &diags));
	expect_diags(&diags, "", "ha.cf: error: the file contains NUL bytes: it is damaged or not a text file");
	diags_free(&diags);
}

// --- files ---

static void the_files_of_2008_work_unchanged(void **state)
{
	(void)state;
	static const char *const paths[] = {"tests/data/pairs/web/ha.cf", "tests/data/pairs/mutual/ha.cf"};
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		char *text = read_text(paths[i]);
		struct ha_cf *c = parse_as(text, "node1.magedu.com",
			"ha.cf:9: warning: bcast eth0 is the only medium: when it fails, every node starts all resources; add a second "
			"medium on another cable");
		assert_int_equal(c->node_count, 2);
		assert_string_equal(c->nodes[0], "node1.magedu.com");
		assert_string_equal(c->nodes[1], "node2.magedu.com");
		assert_string_equal(c->logfile, "/var/log/ha-log");
		assert_int_equal(span_to_ms(c->keepalive), 2000);
		assert_int_equal(span_to_ms(c->deadtime), 30000);
		assert_int_equal(span_to_ms(c->warntime), 10000);
		assert_int_equal(span_to_ms(c->initdead), 120000);
		assert_int_equal(c->failback, FAILBACK_ON);
		assert_string_equal(c->compression, "bz2");
		assert_int_equal(c->compression_threshold_kib, 2);
		assert_int_equal(c->media_count, 2);
		assert_int_equal(c->media[0].kind, MEDIUM_BCAST);
		assert_string_equal(c->media[0].name, "eth0");
		assert_int_equal(c->media[0].port, 694);
		assert_int_equal(c->media[1].kind, MEDIUM_PING);
		assert_string_equal(c->media[1].address, "192.168.1.254");
		expect_parameter(c, "autojoin", "none");
		ha_cf_free(c);
		free(text);
	}
}

static void the_sample_parses_without_a_diagnostic(void **state)
{
	(void)state;
	char *text = read_text("ha.d/ha.cf");
	ha_cf_free(parse_as(text, "node1", ""));
	ha_cf_free(parse_as(text, "node2", ""));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_read_as_the_reference_reads_them),
		cmocka_unit_test(booleans_have_ten_spellings_in_any_case),
		cmocka_unit_test(the_grammar_is_that_of_the_reference),
		cmocka_unit_test(defaults_are_those_of_the_reference),
		cmocka_unit_test(numbers_are_read_exactly_up_to_the_limit),
		cmocka_unit_test(every_value_reaches_its_field),
		cmocka_unit_test(failback_has_three_values),
		cmocka_unit_test(parameters_have_the_value_of_the_file),
		cmocka_unit_test(a_medium_takes_the_port_above_it_or_else_the_one_below),
		cmocka_unit_test(a_serial_line_that_is_too_slow_for_keepalive_is_named),
		cmocka_unit_test(links_of_one_interface_have_different_names),
		cmocka_unit_test(program_lines_keep_the_rest_of_the_line),
		cmocka_unit_test(built_in_permissions_follow_those_of_the_file),
		cmocka_unit_test(limits_are_those_of_the_reference),
		cmocka_unit_test(ping_hosts_count_as_nodes),
		cmocka_unit_test(a_long_line_is_one_line),
		cmocka_unit_test(a_nul_byte_is_an_error),
		cmocka_unit_test(the_files_of_2008_work_unchanged),
		cmocka_unit_test(the_sample_parses_without_a_diagnostic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
