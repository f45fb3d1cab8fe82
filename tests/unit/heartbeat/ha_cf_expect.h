// SPDX-License-Identifier: MIT
/* What both tests of ha.cf share. */
#ifndef TESTS_UNIT_HA_CF_EXPECT_H
#define TESTS_UNIT_HA_CF_EXPECT_H

#include "heartbeat/conf/ha_cf.h"

#include "tests/unit/heartbeat/conf_expect.h"

// Four lines without a complaint; what a case adds starts on line 5.
#define GOOD "node a b\nbcast eth0 eth1\nauto_failback off\nlogfile /var/log/ha-log\n"

// The caller frees it.  expected NULL: not looked at.
static inline struct ha_cf *parse_as(const char *text, const char *local_node, const char *expected)
{
	struct diags diags;
	diags_init(&diags, "ha.cf");
	struct ha_cf *conf = ha_cf_parse(bytes_of(text), local_node, &diags);
	assert_non_null(conf);
	if (expected)
		expect_diags(&diags, text, expected);
	diags_free(&diags);
	return conf;
}

static inline struct ha_cf *parse(const char *line, const char *expected)
{
	char text[16384];
	assert_true((size_t)snprintf(text, sizeof(text), "%s%s", GOOD, line) < sizeof(text));
	return parse_as(text, "a", expected);
}

#endif
