// SPDX-License-Identifier: MIT
/* monitor in ha.cf: its grammar, and which line counts for which resource. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/conf/monitor.h"

static struct ha_cf *conf;
static struct haresources *resources;

static void parse(const char *lines, const char *groups, struct diags *diags)
{
	static const char *const nodes[] = {"a", "b"};
	struct diags d;
	char text[1024];
	(void)snprintf(text, sizeof text, "node a b\nbcast eth0 eth1\nauto_failback on\n%s", lines);
	diags_init(diags, "ha.cf");
	conf = ha_cf_parse(bytes_of(text), NULL, diags);
	diags_init(&d, "haresources");
	resources = haresources_parse(bytes_of(groups), nodes, 2, &d);
	assert_int_equal(d.errors, 0);
	diags_free(&d);
}

static int tear_down(void **state)
{
	(void)state;
	ha_cf_free(conf);
	haresources_free(resources);
	return 0;
}

static const struct monitor_conf *line_for(size_t resource)
{
	return monitor_of(conf, &resources->groups[0].resources[resource]);
}

static const char *diagnostic(const struct diags *d, size_t i)
{
	static char text[1024];
	const struct diag *at = &d->list[i];
	(void)snprintf(text, sizeof text, "%u:%u: %s: %s", at->line, at->column,
		at->severity == DIAG_ERROR ? "error" : "warning", at->text);
	return text;
}

static void a_line_has_documented_defaults(void **state)
{
	struct diags d;
	(void)state;
	parse("monitor web 10s\n", "a web\n", &d);
	const struct monitor_conf *m = line_for(0);
	assert_non_null(m);
	assert_int_equal(span_to_ms(m->interval), 10000);
	assert_int_equal(m->timeout.ns, 0); /* that of script_deadline */
	assert_int_equal(m->restarts, 3);
	assert_int_equal(span_to_ms(m->within), 600000);
	assert_int_equal(m->on_fail, MONITOR_ON_FAIL_RESTART);
	assert_int_equal(d.count, 0);
	diags_free(&d);
}

static void options_come_in_any_order(void **state)
{
	struct diags d;
	(void)state;
	parse("monitor web 500s on-fail move restarts 20 within 1min timeout 1.5\n", "a web\n", &d);
	const struct monitor_conf *m = line_for(0);
	assert_int_equal(span_to_ms(m->interval), 500000);
	assert_int_equal(span_to_ms(m->timeout), 1500);
	assert_int_equal(m->restarts, 20);
	assert_int_equal(span_to_ms(m->within), 60000);
	assert_int_equal(m->on_fail, MONITOR_ON_FAIL_MOVE);
	diags_free(&d);
}

static void the_line_that_names_the_most_counts_and_then_the_last(void **state)
{
	static const unsigned lines[] = {8, 6, 0, 7};
	struct diags d;
	(void)state;
	parse("monitor web::x 9\nmonitor web 9\nmonitor web 9\nmonitor * 9\nmonitor web::x 9\n",
		"a web::x web 10.0.0.1 db\n", &d);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(line_for(i) ? line_for(i)->line : 0, lines[i]);
	diags_free(&d);
}

static void a_line_that_watches_nothing_is_a_warning(void **state)
{
	static const char *const expected[] = {
		("4:9: warning: monitor: \"web\" has no effect: for each of its resources another line names more, or comes later; "
		 "delete one of them"),
		"6:9: warning: monitor: \"IPaddr\" is an address, which heartbeat always watches; delete the line",
		"7:9: warning: monitor: \"wbe\" is no resource of haresources; expected the name of a script there, or a whole resource",
	};
	struct diags d, found;
	(void)state;
	parse("monitor web 9\nmonitor web::x 9\nmonitor IPaddr 9\nmonitor wbe 9\nmonitor * 9\n", "a 10.0.0.1 web::x db\n", &d);
	diags_free(&d);
	diags_init(&found, "ha.cf");
	monitor_check(conf, resources, &found);
	assert_int_equal(found.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(diagnostic(&found, i), expected[i]);
	diags_free(&found);
	tear_down(NULL);
	parse("monitor * 9\n", "a 10.0.0.1\n", &d);
	diags_free(&d);
	diags_init(&found, "ha.cf");
	monitor_check(conf, resources, &found);
	assert_string_equal(diagnostic(&found, 0),
		"4:9: warning: monitor: \"*\" has no effect: haresources has only addresses, which heartbeat always watches");
	diags_free(&found);
}

static void what_is_wrong_is_named_with_line_and_column(void **state)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{"monitor web", "4:1: error: monitor: INTERVAL is missing; expected \"monitor RESOURCE INTERVAL [timeout TIME] [restarts NUMBER "
			"within TIME] [on-fail restart|move|stop|ignore]\""},
		{"monitor web often", "4:13: error: monitor: \"often\" is not accepted; expected a time of at least 1s, like 30s"},
		{"monitor web 10ms", "4:13: error: monitor: \"10ms\" is not accepted; expected a time of at least 1s, like 30s"},
		{"monitor web 9 timeout", "4:15: error: monitor: \"timeout\" has no time behind it; expected a time of at least 1s, like 30s"},
		{"monitor web 9 timeout 0", "4:23: error: monitor: \"0\" is not accepted; expected a time of at least 1s, like 30s"},
		{"monitor web 9 restarts", "4:15: error: monitor: \"restarts\" has no number behind it; expected \"restarts NUMBER within TIME\""},
		{"monitor web 9 restarts 21 within 9", "4:24: error: monitor: \"21\" is out of range; expected a whole number from 0 to 20"},
		{"monitor web 9 restarts -1 within 9", "4:24: error: monitor: \"-1\" is out of range; expected a whole number from 0 to 20"},
		{"monitor web 9 restarts 3", "4:24: error: monitor: \"3\" has no time behind it; expected \"restarts NUMBER within TIME\""},
		{"monitor web 9 restarts 3 in 9", "4:26: error: monitor: \"in\" is not accepted here; expected \"restarts NUMBER within TIME\""},
		{"monitor web 9 on-fail", "4:15: error: monitor: \"on-fail\" has no action behind it; expected restart, move, stop or ignore"},
		{"monitor web 9 on-fail fence", "4:23: error: monitor: \"fence\" is not available: a failed service does not fence its node; "
			"expected restart, move, stop or ignore"},
		{"monitor web 9 retries 3", "4:15: error: monitor: \"retries\" is not an option; expected timeout, restarts or on-fail"},
		{"monitor web 9 timeout 5 timeout 6", "4:25: error: monitor: \"timeout\" is given twice on this line; keep one of them"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct diags d;
		parse(cases[i].line, "a web\n", &d);
		assert_int_equal(d.errors, 1);
		assert_string_equal(diagnostic(&d, 0), cases[i].expected);
		assert_int_equal(conf->monitor_count, 0);
		diags_free(&d);
		tear_down(NULL);
		conf = NULL;
		resources = NULL;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_line_has_documented_defaults, tear_down),
		cmocka_unit_test_teardown(options_come_in_any_order, tear_down),
		cmocka_unit_test_teardown(the_line_that_names_the_most_counts_and_then_the_last, tear_down),
		cmocka_unit_test_teardown(a_line_that_watches_nothing_is_a_warning, tear_down),
		cmocka_unit_test_teardown(what_is_wrong_is_named_with_line_and_column, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
