// SPDX-License-Identifier: MIT
/* Users, groups and programs that ha.cf names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/exec/client_account.h"

#define FILES "node a\nbcast eth0\nauto_failback on\nlogfile /x\n"

/* The diagnostics of client_check for a line, joined by newlines; free with g_free. */
static char *checked(const char *line)
{
	char *text = g_strdup_printf(FILES "%s\n", line);
	struct diags d;
	diags_init(&d, "ha.cf");
	struct ha_cf *conf = ha_cf_parse(bytes_of(text), "a", &d);
	if (d.errors > 0)
		fail_msg("%s: %s", line, d.list[0].text);
	diags_free(&d);
	diags_init(&d, "ha.cf");
	client_check(conf, &d);
	GString *out = g_string_new("");
	for (size_t i = 0; i < d.count; i++) {
		char one[1024];
		diag_format(&d, i, one, sizeof one);
		g_string_append_printf(out, "%s%s", i > 0 ? "\n" : "", one);
	}
	diags_free(&d);
	ha_cf_free(conf);
	g_free(text);
	return g_string_free(out, FALSE);
}

static void what_does_not_exist_is_an_error_with_its_place(void **state)
{
	static const struct {
		const char *line, *expected;
	} rows[] = {
		{"respawn root /bin/sh", ""},
		{"respawn nobody /bin/sh -c true", ""},
		{"failfast  no-user-x   /bin/sh", "ha.cf:5:11: error: failfast: there is no user \"no-user-x\" on this machine; "
			"expected a name of /etc/passwd"},
		{"respawn 0 /bin/sh", "ha.cf:5:9: error: respawn: there is no user \"0\" on this machine; expected a name of /etc/passwd"},
		{"respawn nobody /no/such", "ha.cf:5:16: error: respawn: /no/such: No such file or directory"},
		{"respawn nobody /etc", "ha.cf:5:16: error: respawn: /etc is not an executable file (chmod +x)"},
		{"respawn nobody /etc/passwd x", "ha.cf:5:16: error: respawn: /etc/passwd is not an executable file (chmod +x)"},
		{"respawn no-user-x /no/such", "ha.cf:5:9: error: respawn: there is no user \"no-user-x\" on this machine; expected a "
			"name of /etc/passwd\nha.cf:5:19: error: respawn: /no/such: No such file or directory"},
		{"apiauth x uid=root,4711 gid=0,root", ""},
		{"apiauth x uid=root,no-user-x", "ha.cf:5:20: error: apiauth: there is no user \"no-user-x\" on this machine; expected a "
			"name or a number"},
		{"apiauth x gid=no-group-x uid=root", "ha.cf:5:15: error: apiauth: there is no group \"no-group-x\" on this machine; "
			"expected a name or a number"},
		{"apiauth x gid=root,a-,root,b-", "ha.cf:5:20: error: apiauth: there is no group \"a-\" on this machine; expected a name "
			"or a number\nha.cf:5:28: error: apiauth: there is no group \"b-\" on this machine; expected a name or a number"},
		{"", ""}, /* the built-in entries may name users that are not there */
	};
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		char *found = checked(rows[i].line);
		if (strcmp(found, rows[i].expected) != 0)
			fail_msg("%s:\n%s\nexpected:\n%s", rows[i].line, found, rows[i].expected);
		g_free(found);
	}
}

static void a_program_of_root_that_others_can_change_is_refused(void **state)
{
	char *path = g_strdup_printf("/run/client_account_test.%d", (int)getpid());
	(void)state;
	assert_true(g_file_set_contents(path, "#!/bin/sh\n", -1, NULL));
	assert_int_equal(chmod(path, 0777), 0);
	char *as_root = g_strdup_printf("respawn root %s", path), *as_nobody = g_strdup_printf("respawn nobody %s", path);
	char *root = checked(as_root),
	     *user = checked(as_nobody);
	(void)remove(path);
	g_free(path);
	g_free(as_root);
	g_free(as_nobody);
	assert_non_null(strstr(root, "ha.cf:5:14: error: respawn: "));
	assert_non_null(strstr(root, "mode 0777"));
	assert_string_equal(user, "");
	g_free(root);
	g_free(user);
}

static void old_programs_that_are_not_there_are_a_warning(void **state)
{
	static const char *const gone[] = {"/usr/libexec/heartbeat/pingd", "/usr/libexec/heartbeat/ccm", "/opt/x/crmd -v"};
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(gone); i++) {
		char *line = g_strdup_printf("respawn no-user-x %s", gone[i]), *found = checked(line);
		if (!strstr(found, "ha.cf:5:19: warning: respawn: ") || !strstr(found, "is not run") || strstr(found, "error"))
			fail_msg("%s: %s", line, found);
		g_free(line);
		g_free(found);
	}
	char *found = checked("respawn root /no/ccm2");
	assert_non_null(strstr(found, "error"));
	g_free(found);
}

static void a_user_has_all_its_groups(void **state)
{
	struct spawn_account account;
	(void)state;
	assert_int_equal(client_account("nobody", &account), 0);
	assert_int_equal(account.uid, 65534);
	assert_true(account.group_count >= 1);
	assert_int_equal(account.groups[0], account.gid);
	g_free((gpointer)account.groups);
	assert_int_equal(client_account("no-user-x", &account), -ENOENT);
}

static void words_are_separated_by_any_blanks(void **state)
{
	const struct child_conf child = {.command = "/bin/x  -a,\tb "};
	(void)state;
	char **words = client_words(&child);
	char *joined = g_strjoinv("|", words);
	assert_string_equal(joined, "/bin/x|-a,|b");
	g_free(joined);
	g_strfreev(words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_exist_is_an_error_with_its_place),
		cmocka_unit_test(a_program_of_root_that_others_can_change_is_refused),
		cmocka_unit_test(old_programs_that_are_not_there_are_a_warning),
		cmocka_unit_test(a_user_has_all_its_groups),
		cmocka_unit_test(words_are_separated_by_any_blanks),
	};
	return cmocka_run_group_tests_name("client_account", tests, NULL, NULL);
}
