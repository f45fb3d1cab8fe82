// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "heartbeat/exec/environment.h"

static struct ha_cf *conf;
static char **built;

static int set_up(void **state)
{
	static const char text[] =
		"node cfa cfb\nbcast eth0\ndeadtime 3\nauto_failback on\nlogfacility local3\nlogfile /var/log/ha-log\n"
		"debug 1\nenv SITE=east\n";
	struct diags diags;
	(void)state;
	diags_init(&diags, "ha.cf");
	conf = ha_cf_parse(bytes_of(text), NULL, &diags);
	diags_free(&diags);
	return conf == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	ha_cf_free(conf);
	return 0;
}

static int forget(void **state)
{
	(void)state;
	g_strfreev(built);
	built = NULL;
	return 0;
}

static const char *get(const char *name)
{
	return g_environ_getenv(built, name);
}

static unsigned count(const char *name)
{
	unsigned n = 0;
	size_t len = strlen(name);
	for (size_t i = 0; built[i] != NULL; i++)
		n += strncmp(built[i], name, len) == 0 && built[i][len] == '=';
	return n;
}

static void scripts_get_what_the_reference_gives(void **state)
{
	(void)state;
	built = environment_build(conf, "cfa", NULL);
	assert_string_equal(get("HA_CURHOST"), "cfa");
	assert_string_equal(get("PATH"), "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	assert_string_equal(get("LC_ALL"), "C");
	assert_string_equal(get("HA_NICEFAILBACK"), "yes");
	assert_string_equal(get("HA_LOGFILE"), "/var/log/ha-log");
	assert_string_equal(get("HA_LOGFACILITY"), "local3");
	assert_string_equal(get("HA_DATEFMT"), "%Y/%m/%d_%T\t");
	assert_string_equal(get("HA_debug"), "1");
	assert_string_equal(get("HA_deadtime"), "3");
	assert_string_equal(get("HA_auto_failback"), "on");
	assert_string_equal(get("HA_SITE"), "east");
	assert_string_equal(get("OCF_ROOT"), "/usr/lib/ocf");
	for (size_t i = 0; i < 6; i++) {
		static const char *const needed[] = {
			"HA_DIR", "HA_RCDIR", "HA_RESOURCEDIR", "HA_FUNCS", "HA_FIFO", "HA_LOGD"};
		assert_non_null(get(needed[i]));
	}
}

static void nothing_is_inherited(void **state)
{
	(void)state;
	setenv("LD_PRELOAD", "evil.so", 1);
	setenv("HA_SMUGGLED", "1", 1);
	built = environment_build(conf, "cfa", NULL);
	unsetenv("LD_PRELOAD");
	assert_null(get("LD_PRELOAD"));
	assert_null(get("HA_SMUGGLED"));
	assert_null(get("IFS"));
}

static void a_message_cannot_replace_what_is_set(void **state)
{
	static const char *const extra[] = {"HA_CURHOST=evil", "HA_deadtime=0", "PATH=/tmp", "LD_PRELOAD=x",
		"HA_st=dead", "HA_src=cfb", "HA_st=up", "HA_bad name=1", "HA_=2", "HA_noequals", NULL};
	(void)state;
	built = environment_build(conf, "cfa", extra);
	assert_string_equal(get("HA_CURHOST"), "cfa");
	assert_string_equal(get("HA_deadtime"), "3");
	assert_int_equal(count("PATH"), 1);
	assert_int_equal(count("HA_st"), 1);
	assert_int_equal(count("HA_debug"), 1);
	assert_string_equal(get("HA_st"), "dead");
	assert_string_equal(get("HA_src"), "cfb");
	assert_null(get("LD_PRELOAD"));
	assert_null(get("HA_bad name"));
	assert_null(get("HA_noequals"));
}

static void values_are_printable_and_bounded(void **state)
{
	char *large = g_strnfill(5000, 'a');
	char *extra[] = {g_strdup("HA_a=x\ny\x1b[31m\x80"), g_strconcat("HA_b=", large, NULL), NULL};
	(void)state;
	built = environment_build(conf, "cfa", (const char *const *)extra);
	assert_string_equal(get("HA_a"), "x?y?[31m?");
	assert_int_equal(strlen(get("HA_b")), ENVIRONMENT_VALUE_MAX);
	g_free(large);
	g_free(extra[0]);
	g_free(extra[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(scripts_get_what_the_reference_gives, forget),
		cmocka_unit_test_teardown(nothing_is_inherited, forget),
		cmocka_unit_test_teardown(a_message_cannot_replace_what_is_set, forget),
		cmocka_unit_test_teardown(values_are_printable_and_bounded, forget),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
