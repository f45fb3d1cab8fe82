// SPDX-License-Identifier: MIT
/* The lines of monitorfile: their format, as recorded from the reference (tests/data/ldirectord/checks), and texts that
 * must not break a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <glib.h>

#include "ldirectord/daemon/log/monitor_text.h"

static char request[] = "/", receive[] = "Test";
static struct lb_real real = {.address = {.family = LB_INET, .bytes = {127, 0, 1, 1}, .port = 80},
	.forward = LB_MASQ,
	.weight = 1,
	.request = request,
	.receive = receive};
static struct lb_virtual http = {.check_type = LB_CHECK_NEGOTIATE, .service = LB_HTTP};

static void has(const struct lb_virtual *v, bool up, const char *why, const char *wanted)
{
	char *text = monitor_text(v, &real, up, why);
	assert_string_equal(text, wanted);
	g_free(text);
}

static void a_line_has_the_format_of_the_reference(void **state)
{
	(void)state;
	has(&http, true, "200 OK", "negotiate http tcp 127.0.1.1 80 1 masq / Test [up] 200 OK");
	has(&http, false, "", "negotiate http tcp 127.0.1.1 80 1 masq / Test [down] -");
}

static void virtualhost_and_checkport_are_in_the_line_when_they_are_given(void **state)
{
	struct lb_virtual v = http;
	char name[] = "www.example.com";
	(void)state;
	v.virtualhost = name;
	v.check_port = 8080;
	has(&v, true, "200 OK", "negotiate http tcp 127.0.1.1 80 www.example.com 8080 1 masq / Test [up] 200 OK");
}

static void the_answer_of_a_server_stays_on_one_line_and_is_cut(void **state)
{
	char *long_one = g_strnfill(1000, 'x');
	(void)state;
	has(&http, false, "50% | a\r\nb", "negotiate http tcp 127.0.1.1 80 1 masq / Test [down] 50%25 %7c a%0d%0ab");
	char *text = monitor_text(&http, &real, false, long_one);
	assert_int_equal(strlen(strstr(text, "[down] ")), strlen("[down] ") + 200);
	g_free(text);
	g_free(long_one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_the_format_of_the_reference),
		cmocka_unit_test(virtualhost_and_checkport_are_in_the_line_when_they_are_given),
		cmocka_unit_test(the_answer_of_a_server_stays_on_one_line_and_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
