// SPDX-License-Identifier: MIT
/* resource.d/IPaddr as people and other cluster managers call it: exit codes and texts.  It runs in a network namespace
 * of this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static char *program;

/* Run "IPaddr ARGUMENTS" (blank-separated); its output must contain text. */
static void expect(const char *arguments, int code, const char *text)
{
	char *command = g_strdup_printf("%s %s", program, arguments), *output = NULL, *errors = NULL;
	int status = 0;
	assert_true(g_spawn_command_line_sync(command, &output, &errors, &status, NULL));
	if (!WIFEXITED(status) || WEXITSTATUS(status) != code || strstr(output, text) == NULL)
		fail_msg("%s: status %d, \"%s\" \"%s\"; expected exit code %d and \"%s\"", command, status, output,
			errors, code, text);
	g_free(command);
	g_free(output);
	g_free(errors);
}

static void an_address_starts_and_stops_with_the_texts_of_the_reference(void **state)
{
	(void)state;
	expect("10.9.0.100 status", 7, "INFO:  Resource is stopped\n");
	expect("10.9.0.100 start", 0, "INFO:  Success\n");
	expect("10.9.0.100 status", 0, "INFO:  Running OK\n");
	expect("10.9.0.100 monitor", 0, "INFO:  Running OK\n");
	expect("10.9.0.100 start", 0, "INFO:  Success\n");
	expect("10.9.0.100 stop", 0, "INFO:  Success\n");
	expect("10.9.0.100 stop", 0, "INFO:  Success\n");
	expect("10.9.0.100 monitor", 7, "INFO:  Resource is stopped\n");
}

static void start_does_not_wait_for_its_announcements(void **state)
{
	(void)state;
	bool waits = true;
	/* The announcements take 5 seconds, or until the address is gone.  The process that sends them must not keep
	 * the pipe of the output open.  It becomes a child of this test and still runs when the start has ended.  On a
	 * busy machine it may have ended before we look. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	for (int i = 0; i < 20 && waits; i++) {
		expect("10.9.0.101/24/hbv0:x start", 0, "INFO:  Success\n");
		waits = waitpid(-1, NULL, WNOHANG) != 0;
		expect("10.9.0.101 stop", 0, "");
		while (waitpid(-1, NULL, 0) > 0)
			;
	}
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
	assert_false(waits);
}

static void wrong_calls_exit_with_usage_or_the_code_for_arguments(void **state)
{
	(void)state;
	expect("", 1, "usage: IPaddr IP[/MASK");
	expect("10.9.0.100", 1, "usage: ");
	expect("10.9.0.100 start now", 1, "usage: ");
	expect("10.9.0.100 dance", 1, "usage: ");
	expect("10.9.0.100 usage", 0, "usage: ");
	expect("10.9.0.100 meta-data", 0, "<resource-agent name=\"IPaddr\"");
	expect("10.9.0.300 start", 2, "ERROR:  Illegal argument\n");
	expect("10.9.0.100/24/10.9.0.254 start", 2, "ERROR:  Illegal argument\n");
	expect("172.31.0.1 start", 1, "ERROR:  Generic error\n");
	expect("172.31.0.1/24/hbv9 start", 1, "ERROR:  Generic error\n");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_starts_and_stops_with_the_texts_of_the_reference),
		cmocka_unit_test(start_does_not_wait_for_its_announcements),
		cmocka_unit_test(wrong_calls_exit_with_usage_or_the_code_for_arguments),
	};
	char *here = g_path_get_dirname(argc > 0 ? argv[0] : ".");
	program = g_build_filename(here, "..", "..", "..", "resource.d", "IPaddr", NULL);
	g_free(here);
	if (unshare(CLONE_NEWNET) < 0) {
		fprintf(stderr, "ipaddr_program_test: no network namespace of its own: %s; run it as root\n",
			strerror(errno));
		return 1;
	}
	if (system("ip link add hbv0 type veth peer name hbv1 && ip link set hbv0 up && ip link set hbv1 up && ip addr add 10.9.0.1/24 dev hbv0") !=
		0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	g_free(program);
	return failed;
}
