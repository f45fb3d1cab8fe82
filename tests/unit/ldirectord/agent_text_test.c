// SPDX-License-Identifier: MIT
/* The line of an agent: each word, their priority, and values that are out of range.  doc/ldirectord.md 11.16 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldirectord/check/agent_text.h"
#include "ldirectord/conf/config.h"

static void each_line_has_its_meaning(void **state)
{
	static const struct {
		const char *line;
		bool good, down;
		unsigned share;
	} lines[] = {
		{"75%\n", true, false, 75},
		{"75%", true, false, 75},
		{" up 40%\r\nignored down", true, false, 40},
		{"up,40%,maxconn:30\n", true, false, 40},
		{"ready\n", true, false, LB_SHARE_FULL},
		{"0%\n", true, false, 1}, /* an agent that computes may come to 0: only drain means it */
		{"100%\n", true, false, 100},
		{"250%\n", true, false, 100},
		{"99999999999999999999%\n", false, false, LB_SHARE_FULL},
		{"-5%\n", false, false, LB_SHARE_FULL},
		{"75\n", false, false, LB_SHARE_FULL},
		{"%\n", false, false, LB_SHARE_FULL},
		{"drain\n", true, false, LB_SHARE_DRAIN},
		{"ready drain 50%\n", true, false, LB_SHARE_DRAIN},
		{"down\n", true, true, LB_SHARE_NONE},
		{"down#no disk\n", true, true, LB_SHARE_NONE},
		{"failed", true, true, LB_SHARE_NONE},
		{"stopped", true, true, LB_SHARE_NONE},
		{"maint drain", true, true, LB_SHARE_NONE},
		{"up # down", true, false, LB_SHARE_FULL},
		{"UP\n", false, false, LB_SHARE_FULL},
		{"upwards\n", false, false, LB_SHARE_FULL},
		{"\ndown\n", false, false, LB_SHARE_FULL},
		{"", false, false, LB_SHARE_FULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct agent_answer a;
		bool good = agent_text_read(lines[i].line, strlen(lines[i].line), &a);
		if (good != lines[i].good || a.down != lines[i].down || a.share != lines[i].share)
			fail_msg("\"%s\": %d %d %u", lines[i].line, good, a.down, a.share);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_line_has_its_meaning)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
