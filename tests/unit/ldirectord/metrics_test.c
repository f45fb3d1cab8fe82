// SPDX-License-Identifier: MIT
/* The metrics of a status: names, values, and the rules of the text format that a reader depends on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ldirectord/daemon/metrics.h"

#define REAL(address, up) \
	"{\"address\":\"" address "\",\"configured_weight\":3,\"weight\":2,\"up\":" up ",\"checked\":true,\"maintenance\":false," \
	"\"in_table\":true,\"difference\":\"weight 2, should be 3\",\"order\":\"drained\",\"failures\":0,\"successes\":7," \
	"\"since_seconds\":12.5}"
#define STATUS(id) \
	"{\"table_error\":\"\",\"last_reload_error\":\"x.cf:1: error\",\"started\":1700000000,\"reloaded\":1700000001,\"checks_running\":0," \
	"\"batches\":5,\"operations\":6,\"failed_operations\":1,\"corrections\":0,\"mails\":{\"waiting\":1,\"sent\":2,\"dropped\":3}," \
	"\"virtuals\":[{\"virtual\":\"" id "\",\"in_table\":null,\"strangers\":[\"10.0.0.9:80\"],\"reals\":[" REAL("10.0.0.2:80", "true") \
	"," REAL("10.0.0.3:80", "false") "],\"fallbacks\":[" REAL("127.0.0.1:80", "true") "]}," \
	"{\"virtual\":\"fwm:7\",\"in_table\":true,\"strangers\":[],\"reals\":[],\"fallbacks\":[]}]}"

static char *text_of(const char *status)
{
	GString *out = g_string_new(NULL);
	assert_true(metrics_put(status, out));
	return g_string_free(out, FALSE);
}

static void assert_line(const char *text, const char *line)
{
	char *whole = g_strdup_printf("\n%s\n", line);
	if (!strstr(text, whole))
		fail_msg("there is no line %s in:\n%s", line, text);
	g_free(whole);
}

static void each_place_has_its_labels_and_values(void **state)
{
	static const char *const lines[] = {
		"ldirectord_start_time_seconds 1700000000",
		"ldirectord_reload_failed 1",
		"ldirectord_table_readable 1",
		"# TYPE ldirectord_table_operations gauge",
		"ldirectord_table_operations 6",
		"ldirectord_mails_dropped 3",
		"ldirectord_virtual_reals{virtual=\"tcp:10.9.0.1:80\"} 2",
		"ldirectord_virtual_reals_up{virtual=\"tcp:10.9.0.1:80\"} 1",
		"ldirectord_virtual_strangers{virtual=\"tcp:10.9.0.1:80\"} 1",
		"ldirectord_virtual_in_table{virtual=\"fwm:7\"} 1",
		"ldirectord_virtual_reals{virtual=\"fwm:7\"} 0",
		"ldirectord_real_up{virtual=\"tcp:10.9.0.1:80\",real=\"10.0.0.2:80\"} 1",
		"ldirectord_real_up{virtual=\"tcp:10.9.0.1:80\",real=\"10.0.0.3:80\"} 0",
		"ldirectord_real_enabled{virtual=\"tcp:10.9.0.1:80\",real=\"10.0.0.2:80\"} 0",
		"ldirectord_real_as_wanted{virtual=\"tcp:10.9.0.1:80\",real=\"10.0.0.2:80\"} 0",
		"ldirectord_real_weight{virtual=\"tcp:10.9.0.1:80\",real=\"10.0.0.2:80\"} 2",
		"ldirectord_real_state_age_seconds{virtual=\"tcp:10.9.0.1:80\",real=\"10.0.0.2:80\"} 12.5",
		"ldirectord_fallback_up{virtual=\"tcp:10.9.0.1:80\",real=\"127.0.0.1:80\"} 1",
	};
	(void)state;
	char *text = text_of(STATUS("tcp:10.9.0.1:80"));
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_line(text, lines[i]);
	// null: the table cannot be read
	assert_null(strstr(text, "ldirectord_virtual_in_table{virtual=\"tcp"));
	g_free(text);
}

/* What a reader of the format relies on: type, help, then all samples of this name and no others; an end mark. */
static void every_metric_is_one_block_and_the_text_has_an_end(void **state)
{
	(void)state;
	char *text = text_of(STATUS("tcp:10.9.0.1:80")), **lines = g_strsplit(text, "\n", -1), name[128] = "";
	size_t len = strlen(text), at = 0;
	GHashTable *seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	assert_string_equal(&text[len - 6], "# EOF\n");
	for (; strcmp(lines[at], "# EOF") != 0; at++) {
		if (g_str_has_prefix(lines[at], "# TYPE ")) {
			char type[16];
			assert_int_equal(sscanf(lines[at], "# TYPE %127s %15s", name, type), 2);
			assert_string_equal(type, "gauge");
			assert_true(g_hash_table_add(seen, g_strdup(name)));
			char *help = g_strdup_printf("# HELP %s ", name);
			assert_true(g_str_has_prefix(lines[++at], help));
			g_free(help);
			continue;
		}
		assert_true(g_str_has_prefix(lines[at], name));
		assert_true(lines[at][strlen(name)] == '{' || lines[at][strlen(name)] == ' ');
	}
	assert_string_equal(lines[at + 1], "");
	g_hash_table_destroy(seen);
	g_strfreev(lines);
	g_free(text);
}

static void labels_are_escaped(void **state)
{
	(void)state;
	char *text = text_of(STATUS("a\\\\b\\\"c\\nd"));
	assert_line(text, "ldirectord_virtual_reals{virtual=\"a\\\\b\\\"c\\nd\"} 2");
	g_free(text);
}

static void what_is_no_status_has_no_metrics(void **state)
{
	static const char *const bad[] = {"", "{}", "[]", "{\"virtuals\":{}}", "nonsense"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		GString *out = g_string_new(NULL);
		assert_false(metrics_put(bad[i], out));
		assert_int_equal(out->len, 0);
		(void)g_string_free(out, TRUE);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_place_has_its_labels_and_values),
		cmocka_unit_test(every_metric_is_one_block_and_the_text_has_an_end),
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(what_is_no_status_has_no_metrics),
	};
	if (argc == 2 && strcmp(argv[1], "--print") == 0) { // for promtool check metrics
		char *text = text_of(STATUS("tcp:10.9.0.1:80"));
		int printed = fputs(text, stdout);
		g_free(text);
		return printed < 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
