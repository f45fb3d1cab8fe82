// SPDX-License-Identifier: MIT
/* script_deadline in ha.cf: the line that names the most counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heartbeat/conf/ha_cf.h"

static struct ha_cf *parse(const char *text)
{
	struct diags d;
	diags_init(&d, "ha.cf");
	struct ha_cf *conf = ha_cf_parse(bytes_of(text), NULL, &d);
	assert_int_equal(d.errors, 0);
	diags_free(&d);
	return conf;
}

static int64_t seconds(const struct ha_cf *conf, const char *script, enum script_action action)
{
	return span_to_ms(ha_cf_deadline(conf, script, action)) / 1000;
}

static void without_a_line_each_action_has_its_default(void **state)
{
	(void)state;
	struct ha_cf *conf = parse("node a b\nbcast eth0\n");
	assert_int_equal(seconds(conf, "db", SCRIPT_START), 600);
	assert_int_equal(seconds(conf, "db", SCRIPT_STOP), 120);
	assert_int_equal(seconds(conf, "db", SCRIPT_STATUS), 30);
	ha_cf_free(conf);
}

static void the_line_that_names_the_most_counts_and_then_the_last(void **state)
{
	(void)state;
	struct ha_cf *conf = parse("node a b\nbcast eth0\nscript_deadline 3600s db start\nscript_deadline 300s db\n"
				   "script_deadline 120s\nscript_deadline 60s\nscript_deadline 90s web stop\n");
	assert_int_equal(seconds(conf, "db", SCRIPT_START), 3600);
	assert_int_equal(seconds(conf, "db", SCRIPT_STOP), 300);
	assert_int_equal(seconds(conf, "web", SCRIPT_STOP), 90);
	assert_int_equal(seconds(conf, "web", SCRIPT_START), 60);
	ha_cf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_line_each_action_has_its_default),
		cmocka_unit_test(the_line_that_names_the_most_counts_and_then_the_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
