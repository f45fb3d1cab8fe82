// SPDX-License-Identifier: MIT
/* The table by which --diff compares values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/core/native/settings.h"
#include "heartbeat/daemon/compare.h"

static bool is_setting(const char *name)
{
	const char *row;
	char value[SETTING_VALUE_MAX];
	struct diags d;
	diags_init(&d, "ha.cf");
	struct ha_cf *conf = ha_cf_parse(bytes_of("node a b\nbcast eth0\n"), NULL, &d);
	bool found = false;
	for (size_t i = 0; settings_row(i, conf, &row, value); i++)
		found |= strcmp(row, name) == 0;
	ha_cf_free(conf);
	diags_free(&d);
	return found;
}

/* What is compared in another way, or has only one value that is accepted. */
static bool is_compared_otherwise(const char *name)
{
	static const char *const names[] = {"node", "autojoin", "udpport", "baud", "script_deadline", "monitor", "stonith",
		"stonith_host", "stonith_also", "respawn", "failfast", "env", "crm", "pacemaker", "nice_failback",
		/* each node names who may ask it, and its own devices; stale_start follows from these */
		"apiauth", "watchdog", "stale_start"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void every_directive_is_compared_in_exactly_one_way(void **state)
{
	(void)state;
	struct directive_info row;
	enum diag_severity severity;
	for (size_t i = 0; ha_cf_directive(i, &row); i++) {
		bool has_effect = row.served == SERVED || row.served == NOT_SERVED;
		int ways = row.is_medium + is_setting(row.name) + is_compared_otherwise(row.name) +
			   compare_directive(row.name, &severity);
		if (ways != has_effect && row.served != NOT_ACCEPTED)
			fail_msg("%s is compared in %d ways, expected %d", row.name, ways, has_effect);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_directive_is_compared_in_exactly_one_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
