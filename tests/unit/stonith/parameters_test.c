// SPDX-License-Identifier: MIT
/* Parameters by position, by name, and what is refused; hosts; messages without secrets. */
#include "stonith/parameters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "stonith/say.h"

static const struct parameter_row rows[] = {
	{.name = "hostlist", .flags = PARAMETER_REQUIRED},
	{.name = "user"},
	{.name = "passwd", .flags = PARAMETER_REQUIRED | PARAMETER_SECRET},
	{.name = "port", .flags = PARAMETER_NAMED, .kind = PARAMETER_NUMBER, .preset = "623"},
	{.name = "ssl", .flags = PARAMETER_NAMED, .kind = PARAMETER_BOOLEAN},
	{.name = "mode", .flags = PARAMETER_NAMED, .kind = PARAMETER_CHOICE, .choices = "lan lanplus"},
	{0},
};
static const struct device_type plain = {.name = "test", .parameters = rows};
static const struct device_type named = {.name = "test", .parameters = rows, .by_name_only = true};

struct lab {
	struct device *d;
	GString *why;
};

static struct lab lab_new(const struct device_type *type)
{
	return (struct lab){device_new(type, "test"), g_string_new(NULL)};
}

static void lab_free(struct lab *l)
{
	device_free(l->d);
	g_string_free(l->why, TRUE);
}

static void expect(struct lab *l, const char *hostlist, const char *user, const char *passwd)
{
	assert_string_equal(device_value(l->d, "hostlist"), hostlist);
	assert_string_equal(device_value(l->d, "user"), user);
	assert_string_equal(device_value(l->d, "passwd"), passwd);
}

static void by_position_the_last_takes_the_rest(void **state)
{
	(void)state;
	struct lab l = lab_new(&plain);
	assert_true(parameters_from_text(l.d, "  a,b\troot  open  sesame ", l.why));
	expect(&l, "a,b", "root", "open  sesame ");
	assert_true(parameters_check(l.d, l.why));
	assert_string_equal(device_value(l.d, "port"), "623");
	lab_free(&l);
}

static void too_few_values_name_what_is_expected(void **state)
{
	(void)state;
	struct lab l = lab_new(&plain);
	assert_false(parameters_from_text(l.d, "a root", l.why));
	assert_string_equal(l.why->str, "Invalid STONITH parameters: test needs 3 values hostlist user passwd; 2 given");
	lab_free(&l);
}

static void by_name_a_value_extends_to_the_next_name(void **state)
{
	(void)state;
	struct lab l = lab_new(&plain);
	assert_true(parameters_from_text(l.d, "passwd=open sesame  hostlist=a b user= ssl=yes port=7", l.why));
	expect(&l, "a b", "", "open sesame");
	assert_true(parameters_check(l.d, l.why));
	lab_free(&l);
}

static void a_word_with_an_unknown_name_belongs_to_the_value(void **state)
{
	(void)state;
	struct lab l = lab_new(&plain);
	assert_true(parameters_from_text(l.d, "hostlist=a passwd=x=y z=1 user=u", l.why));
	expect(&l, "a", "u", "x=y z=1");
	lab_free(&l);
}

static void a_type_without_an_order_takes_names_only(void **state)
{
	(void)state;
	struct lab l = lab_new(&named);
	assert_false(parameters_from_text(l.d, "a root secret", l.why));
	assert_non_null(strstr(l.why->str, "takes NAME=VALUE only"));
	assert_true(parameters_from_text(l.d, "hostlist=a", l.why));
	lab_free(&l);
}

static void an_unknown_name_is_refused_with_the_nearest(void **state)
{
	(void)state;
	struct lab l = lab_new(&plain);
	assert_false(parameters_set(l.d, "paswd", "secret", l.why));
	assert_non_null(strstr(l.why->str, "there is no parameter \"paswd\"; did you mean \"passwd\"?"));
	assert_null(strstr(l.why->str, "secret"));
	lab_free(&l);
}

static void values_of_the_wrong_kind_are_all_reported(void **state)
{
	(void)state;
	struct lab l = lab_new(&plain);
	assert_true(parameters_from_text(l.d, "user=u port=http ssl=perhaps mode=wan", l.why));
	assert_false(parameters_check(l.d, l.why));
	assert_string_equal(l.why->str,
		"Invalid config info for test device: port=http; expected a whole number\n"
		"Invalid config info for test device: ssl=perhaps; expected yes no true false on off 1 0\n"
		"Invalid config info for test device: mode=wan; expected lan lanplus\n"
		"Invalid config info for test device: missing: hostlist, passwd");
	lab_free(&l);
}

static void a_list_of_hosts_has_names_and_plugs(void **state)
{
	(void)state;
	struct lab l = lab_new(&plain);
	assert_true(parameters_set(l.d, "hostlist", "Node1, node2:3;node3:a:b  node4:,", l.why));
	assert_true(device_load_hosts(l.d));
	assert_int_equal(l.d->hosts->len, 4);
	assert_null(device_host(l.d, "node1")->plug);
	assert_string_equal(device_host(l.d, "NODE2")->plug, "3");
	assert_string_equal(device_host(l.d, "node3")->plug, "a:b");
	assert_null(device_host(l.d, "node4")->plug);
	assert_null(device_host(l.d, "node"));
	assert_null(device_host(l.d, ""));
	lab_free(&l);
}

/* What a function prints to standard error. */
static void captured(char *out, size_t cap, const char *format, const char *text)
{
	char path[] = "/tmp/say-XXXXXX";
	int file = mkstemp(path), saved = dup(STDERR_FILENO);
	assert_true(file >= 0 && saved >= 0);
	(void)unlink(path);
	(void)dup2(file, STDERR_FILENO);
	say(LOG_LEVEL_INFO, "%s%s", format, text);
	(void)dup2(saved, STDERR_FILENO);
	ssize_t n = pread(file, out, cap - 1, 0);
	out[n > 0 ? n : 0] = '\0';
	(void)close(file);
	(void)close(saved);
}

static void no_message_shows_a_secret(void **state)
{
	(void)state;
	char out[256];
	struct lab l = lab_new(&plain);
	assert_true(parameters_from_text(l.d, "hostlist=a user=root passwd=open sesame", l.why));
	assert_true(parameters_check(l.d, l.why));
	say_open(true, 0);
	captured(out, sizeof(out), "the script prints: ", "root, open sesame");
	assert_string_equal(out, "info: the script prints: root, ***\n");
	captured(out, sizeof(out), "control bytes: ", "a\033[2Jb");
	assert_string_equal(out, "info: control bytes: a\\x1b[2Jb\n");
	lab_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_position_the_last_takes_the_rest),
		cmocka_unit_test(too_few_values_name_what_is_expected),
		cmocka_unit_test(by_name_a_value_extends_to_the_next_name),
		cmocka_unit_test(a_word_with_an_unknown_name_belongs_to_the_value),
		cmocka_unit_test(a_type_without_an_order_takes_names_only),
		cmocka_unit_test(an_unknown_name_is_refused_with_the_nearest),
		cmocka_unit_test(values_of_the_wrong_kind_are_all_reported),
		cmocka_unit_test(a_list_of_hosts_has_names_and_plugs),
		cmocka_unit_test(no_message_shows_a_secret),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
