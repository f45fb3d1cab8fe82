// SPDX-License-Identifier: MIT
/* Host names: asked in other processes, remembered in a file, never waited for.  The resolver of these tests looks at
 * a file for each name: it has the addresses; without a file the name is not known; "silent" means no answer at all,
 * "busy4" or "busy6" that nobody knows at present whether there are addresses of that family. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/names.h"

enum { WAIT_MS = 60000, QUIET_MS = 300 };

static char directory[] = "/tmp/heartbeat-names-test-XXXXXX";
static char file[64];

/* What was reported. */
static struct {
	size_t found, troubles, recoveries;
	int family; /* of the last one */
	char last[NAMES_HOST_MAX], why[NAMES_WHY_MAX];
} reports;

static void on_found(void *context, const char *host, int family)
{
	(void)context;
	reports.family = family;
	reports.found++;
	(void)g_strlcpy(reports.last, host, sizeof reports.last);
}

static void on_trouble(void *context, const char *host, int family, const char *why)
{
	(void)context;
	reports.family = family;
	if (why)
		reports.troubles++;
	else
		reports.recoveries++;
	(void)g_strlcpy(reports.last, host, sizeof reports.last);
	(void)g_strlcpy(reports.why, why ? why : "", sizeof reports.why);
}

/* --- the resolver of the tests ------------------------------------------------------------------------------------ */

__attribute__((format(printf, 2, 3))) static void answers(const char *host, const char *format, ...)
{
	char path[512], text[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args);
	va_end(args);
	(void)snprintf(path, sizeof path, "%s/answer.%s", directory, host);
	assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void forget_host(const char *host)
{
	char path[512];

	(void)snprintf(path, sizeof path, "%s/answer.%s", directory, host);
	assert_int_equal(unlink(path), 0);
}

static int resolve(const char *host, int family, struct ip_address list[NAMES_ANSWERS], char why[NAMES_WHY_MAX])
{
	char path[512], *text, *rest = NULL;
	int count = 0;

	(void)snprintf(path, sizeof path, "%s/answer.%s", directory, host);
	if (!g_file_get_contents(path, &text, NULL, NULL)) {
		(void)g_strlcpy(why, "not in the test's list", NAMES_WHY_MAX);
		return 0;
	}
	if (strcmp(text, "silent") == 0)
		for (;;)
			(void)pause();
	for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (strcmp(word, family == AF_INET ? "busy4" : "busy6") == 0) {
			(void)g_strlcpy(why, "the server is busy", NAMES_WHY_MAX);
			return -1;
		}
		count += ip_address_parse(family, word, &list[count]);
	}
	if (count == 0)
		(void)g_strlcpy(why, "none of this family", NAMES_WHY_MAX);
	return count;
}

/* --- a life of the module ----------------------------------------------------------------------------------------- */

static struct names *n;

static void open_names(const char *path)
{
	const struct names_config config = {.path = path, .found = on_found, .trouble = on_trouble, .resolve = resolve};

	n = names_new(&config);
	memset(&reports, 0, sizeof reports);
}

static int close_names(void **state)
{
	(void)state;
	names_free(n);
	n = NULL;
	(void)unlink(file);
	return 0;
}

static void turn(void)
{
	if (!g_main_context_iteration(NULL, FALSE))
		g_usleep(500);
}

static void wait_for(const size_t *count, size_t wanted)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;

	while (*count < wanted && g_get_monotonic_time() < end)
		turn();
	assert_int_equal(*count, wanted);
}

static void settle(void)
{
	gint64 end = g_get_monotonic_time() + QUIET_MS * 1000;

	while (g_get_monotonic_time() < end)
		turn();
}

static void check_address_of(const char *host, int family, const char *expected)
{
	struct ip_address address;

	assert_true(names_address(n, host, family, &address));
	assert_string_equal(ip_address_text(&address).at, expected);
}

static void check_address(const char *host, const char *expected)
{
	check_address_of(host, AF_INET, expected);
}

static bool file_says(const char *line)
{
	char *text = NULL;
	bool found = g_file_get_contents(file, &text, NULL, NULL) && strstr(text, line);

	g_free(text);
	return found;
}

static void wait_until_file_says(const char *line)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;

	while (!file_says(line) && g_get_monotonic_time() < end)
		turn();
	assert_true(file_says(line));
}

/* The one child of this process. */
static pid_t the_process(void)
{
	char path[64], *text;

	(void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)gettid());
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	pid_t pid = (pid_t)strtol(text, NULL, 10);
	g_free(text);
	return pid;
}

/* --- cases -------------------------------------------------------------------------------------------------------- */

static void an_answer_is_reported_once_and_goes_to_the_file(void **state)
{
	struct ip_address address;

	(void)state;
	answers("one.test", "10.0.0.1");
	open_names(file);
	names_watch(n, "one.test", AF_INET);
	assert_false(names_address(n, "one.test", AF_INET, &address)); /* not yet, and nothing waited */
	wait_for(&reports.found, 1);
	assert_string_equal(reports.last, "one.test");
	check_address("one.test", "10.0.0.1");
	wait_until_file_says("\none.test 10.0.0.1\n");
	settle();
	assert_int_equal(reports.found, 1);
	assert_int_equal(reports.troubles, 0);
	assert_int_equal(names_unsaved(n), 0);
	assert_null(names_trouble(n, "one.test", AF_INET));
}

static void the_file_answers_while_the_resolver_is_silent(void **state)
{
	(void)state;
	assert_true(g_file_set_contents(file, "# comment\ntwo.test 10.0.0.2\n", -1, NULL));
	answers("two.test", "silent");
	open_names(file);
	names_watch(n, "two.test", AF_INET);
	check_address("two.test", "10.0.0.2");
	settle();
	assert_int_equal(reports.found + reports.troubles, 0);
}

static void a_broken_file_does_no_harm(void **state)
{
	struct ip_address address;
	static const char broken[] = "one\ntwo 10.0.0\n three\n\nfour 10.0.0.4 x\n 10.0.0.5\nsix.test 10.0.0.6\nseven ";

	(void)state;
	assert_true(g_file_set_contents(file, broken, -1, NULL));
	open_names(file);
	check_address("six.test", "10.0.0.6");
	assert_false(names_address(n, "two", AF_INET, &address));
	assert_false(names_address(n, "four", AF_INET, &address));
	assert_false(names_address(n, "seven", AF_INET, &address));
}

static void a_silent_server_holds_up_no_other_name(void **state)
{
	(void)state;
	answers("silent1.test", "silent");
	answers("silent2.test", "silent");
	answers("quick.test", "10.0.0.3");
	open_names(NULL);
	names_watch(n, "silent1.test", AF_INET);
	names_watch(n, "silent2.test", AF_INET);
	names_watch(n, "quick.test", AF_INET);
	wait_for(&reports.found, 1);
	check_address("quick.test", "10.0.0.3");
}

static void a_changed_answer_is_reported_and_an_address_in_use_is_kept(void **state)
{
	(void)state;
	answers("many.test", "10.0.0.1 10.0.0.2");
	open_names(file);
	names_watch(n, "many.test", AF_INET);
	wait_for(&reports.found, 1);
	check_address("many.test", "10.0.0.1");
	answers("many.test", "10.0.0.3 10.0.0.2 10.0.0.1"); /* the order of such an answer changes */
	names_unwatch(n, "many.test", AF_INET);
	names_watch(n, "many.test", AF_INET); /* asks at once */
	settle();
	assert_int_equal(reports.found, 1);
	check_address("many.test", "10.0.0.1");
	answers("many.test", "10.0.0.3 10.0.0.2");
	names_unwatch(n, "many.test", AF_INET);
	names_watch(n, "many.test", AF_INET);
	wait_for(&reports.found, 2);
	check_address("many.test", "10.0.0.3");
	wait_until_file_says("\nmany.test 10.0.0.3\n");
}

static void a_failure_is_reported_once_and_asked_again_until_it_ends(void **state)
{
	(void)state;
	open_names(NULL);
	names_watch(n, "late.test", AF_INET);
	wait_for(&reports.troubles, 1);
	assert_string_equal(reports.why, "not in the test's list");
	assert_string_equal(names_trouble(n, "late.test", AF_INET), "not in the test's list");
	answers("late.test", "10.0.0.4");
	wait_for(&reports.found, 1);
	assert_int_equal(reports.recoveries, 1);
	assert_int_equal(reports.troubles, 1);
	assert_null(names_trouble(n, "late.test", AF_INET));
	check_address("late.test", "10.0.0.4");
}

static void a_name_that_is_lost_keeps_its_address(void **state)
{
	(void)state;
	answers("lost.test", "10.0.0.5");
	open_names(NULL);
	names_watch(n, "lost.test", AF_INET);
	wait_for(&reports.found, 1);
	forget_host("lost.test");
	names_unwatch(n, "lost.test", AF_INET);
	names_watch(n, "lost.test", AF_INET);
	wait_for(&reports.troubles, 1);
	check_address("lost.test", "10.0.0.5");
}

static void a_name_that_nobody_watches_is_neither_asked_nor_reported(void **state)
{
	(void)state;
	answers("three.test", "10.0.0.6");
	open_names(NULL);
	names_watch(n, "three.test", AF_INET);
	names_unwatch(n, "three.test", AF_INET);
	settle();
	assert_int_equal(reports.found, 0);
	assert_int_equal(the_process(), 0);
	names_unwatch(n, "three.test", AF_INET); /* once too often, or never watched: nothing */
	names_unwatch(n, "four.test", AF_INET);
}

static void the_process_may_be_killed(void **state)
{
	(void)state;
	answers("five.test", "silent");
	open_names(NULL);
	names_watch(n, "five.test", AF_INET);
	settle();
	assert_int_equal(reports.troubles, 0);
	answers("five.test", "10.0.0.7");
	assert_int_equal(kill(the_process(), SIGKILL), 0);
	wait_for(&reports.troubles, 1);
	wait_for(&reports.found, 1); /* a new process */
	check_address("five.test", "10.0.0.7");
}

static void a_file_that_cannot_be_written_is_reported_and_the_address_is_used(void **state)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
	char nowhere[128];

	(void)state;
	(void)snprintf(nowhere, sizeof nowhere, "%s/no/such/directory/names", directory);
	answers("six.test", "10.0.0.8");
	open_names(nowhere);
	names_watch(n, "six.test", AF_INET);
	wait_for(&reports.found, 1);
	while (names_unsaved(n) == 0 && g_get_monotonic_time() < end)
		turn();
	assert_int_equal(names_unsaved(n), ENOENT);
	check_address("six.test", "10.0.0.8");
}

static void many_names_are_all_resolved_and_a_long_one_is_refused(void **state)
{
	enum { MANY = 100 };
	char host[NAMES_HOST_MAX + 10];

	(void)state;
	open_names(file);
	for (unsigned i = 0; i < MANY; i++) {
		(void)snprintf(host, sizeof host, "host%u.test", i);
		answers(host, "10.1.0.%u", i);
		names_watch(n, host, AF_INET);
	}
	memset(host, 'x', sizeof host - 1);
	host[sizeof host - 1] = '\0';
	names_watch(n, host, AF_INET);
	wait_for(&reports.found, MANY);
	wait_for(&reports.troubles, 1);
	assert_string_equal(reports.why, "longer than a host name can be");
	check_address("host99.test", "10.1.0.99");
	wait_until_file_says("\nhost99.test 10.1.0.99\n");
}

/* As if the time had come to ask again. */
static void ask_again(const char *host, int family)
{
	names_unwatch(n, host, family);
	names_watch(n, host, family);
}

static void a_name_may_be_asked_for_both_families(void **state)
{
	struct ip_address address;

	(void)state;
	answers("both.test", "fd00::1 10.0.0.1");
	open_names(file);
	names_watch(n, "both.test", AF_INET6);
	wait_for(&reports.found, 1);
	assert_int_equal(reports.family, AF_INET6);
	check_address_of("both.test", AF_INET6, "fd00::1");
	assert_false(names_address(n, "both.test", AF_INET, &address));
	names_watch(n, "both.test", AF_INET);
	wait_for(&reports.found, 2);
	assert_int_equal(reports.family, AF_INET);
	check_address_of("both.test", AF_INET6, "fd00::1");
	check_address_of("both.test", AF_INET, "10.0.0.1");
	wait_until_file_says("\nboth.test fd00::1\n");
	wait_until_file_says("\nboth.test 10.0.0.1\n");
	answers("both.test", "10.0.0.1"); /* the loss of one family is no trouble of the other */
	ask_again("both.test", AF_INET6);
	wait_for(&reports.troubles, 1);
	assert_int_equal(reports.family, AF_INET6);
	assert_string_equal(names_trouble(n, "both.test", AF_INET6), "none of this family");
	assert_null(names_trouble(n, "both.test", AF_INET));

	names_free(n);
	open_names(file);
	answers("both.test", "silent");
	names_watch(n, "both.test", AF_INET6);
	names_watch(n, "both.test", AF_INET);
	check_address_of("both.test", AF_INET6, "fd00::1");
	check_address_of("both.test", AF_INET, "10.0.0.1");
}

static void any_family_is_ipv4_and_ipv6_of_a_host_without_it(void **state)
{
	struct ip_address address;

	(void)state;
	answers("four.test", "fd00::4 10.0.0.4");
	answers("six.test", "fd00::6");
	answers("late.test", "busy4 fd00::7"); /* it may have an IPv4 address: nobody knows */
	answers("none.test", "busy4");
	open_names(file);
	names_watch(n, "four.test", AF_UNSPEC);
	names_watch(n, "six.test", AF_UNSPEC);
	names_watch(n, "late.test", AF_UNSPEC);
	names_watch(n, "none.test", AF_UNSPEC);
	wait_for(&reports.found, 3);
	check_address_of("four.test", AF_UNSPEC, "10.0.0.4");
	check_address_of("six.test", AF_UNSPEC, "fd00::6");
	check_address_of("late.test", AF_UNSPEC, "fd00::7");
	wait_for(&reports.troubles, 1);
	assert_string_equal(reports.why, "the server is busy");
	assert_false(names_address(n, "none.test", AF_UNSPEC, &address));
	wait_until_file_says("\nfour.test 10.0.0.4\n");
	wait_until_file_says("\nsix.test fd00::6\n");

	answers("late.test", "10.0.0.7 fd00::7");
	ask_again("late.test", AF_UNSPEC);
	wait_for(&reports.found, 4);
	check_address_of("late.test", AF_UNSPEC, "10.0.0.7");

	answers("four.test", "busy4 fd00::4"); /* a server that is away for a while moves nothing */
	ask_again("four.test", AF_UNSPEC);
	wait_for(&reports.troubles, 2);
	check_address_of("four.test", AF_UNSPEC, "10.0.0.4");

	names_free(n);
	answers("four.test", "silent");
	answers("six.test", "silent");
	open_names(file);
	names_watch(n, "four.test", AF_UNSPEC);
	names_watch(n, "six.test", AF_UNSPEC);
	check_address_of("four.test", AF_UNSPEC, "10.0.0.4");
	check_address_of("six.test", AF_UNSPEC, "fd00::6");
}

/* The next question may come a minute later: a defunct process must not be there until then. */
static void a_helper_that_has_answered_is_gone(void **state)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
	char path[64], text[256] = "", *content;

	(void)state;
	answers("eight.test", "10.0.0.9");
	open_names(NULL);
	names_watch(n, "eight.test", AF_INET);
	wait_for(&reports.found, 1);
	(void)snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)the_process(), (int)the_process());
	do {
		turn();
		assert_true(g_file_get_contents(path, &content, NULL, NULL));
		(void)g_strlcpy(text, content, sizeof text);
		g_free(content);
	} while (text[0] != '\0' && g_get_monotonic_time() < end);
	assert_string_equal(text, "");
}

static void the_end_leaves_no_process(void **state)
{
	(void)state;
	answers("seven.test", "silent");
	open_names(NULL);
	names_watch(n, "seven.test", AF_INET);
	settle();
	assert_true(the_process() > 0);
	names_free(n);
	n = NULL;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void the_resolver_of_the_system_knows_localhost(void **state)
{
	const struct names_config config = {.found = on_found, .trouble = on_trouble};

	(void)state;
	memset(&reports, 0, sizeof reports);
	n = names_new(&config);
	names_watch(n, "localhost", AF_INET);
	wait_for(&reports.found, 1);
	check_address("localhost", "127.0.0.1");
}

static int begin(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(file, sizeof file, "%s/names", directory);
	return 0;
}

static int end(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof command, "rm -r %s", directory);
	return system(command);
}

#define TEST(name) cmocka_unit_test_teardown(name, close_names)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(an_answer_is_reported_once_and_goes_to_the_file),
		TEST(the_file_answers_while_the_resolver_is_silent),
		TEST(a_broken_file_does_no_harm),
		TEST(a_silent_server_holds_up_no_other_name),
		TEST(a_changed_answer_is_reported_and_an_address_in_use_is_kept),
		TEST(a_failure_is_reported_once_and_asked_again_until_it_ends),
		TEST(a_name_that_is_lost_keeps_its_address),
		TEST(a_name_that_nobody_watches_is_neither_asked_nor_reported),
		TEST(the_process_may_be_killed),
		TEST(a_file_that_cannot_be_written_is_reported_and_the_address_is_used),
		TEST(many_names_are_all_resolved_and_a_long_one_is_refused),
		TEST(a_name_may_be_asked_for_both_families),
		TEST(any_family_is_ipv4_and_ipv6_of_a_host_without_it),
		TEST(a_helper_that_has_answered_is_gone),
		TEST(the_end_leaves_no_process),
		TEST(the_resolver_of_the_system_knows_localhost),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
