// SPDX-License-Identifier: MIT
/* Which directives make two checks different.  Every directive of a section has a case here: two virtuals that differ
 * only in this directive share a check, or have one each.  Run from the top of the source tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ldirectord/conf/parse.h"
#include "ldirectord/pool/pool.h"
#include "lib/file.h"
#include "tests/unit/ldirectord/parse.h"

/* The lines that both virtuals have. */
#define COMMON "\tchecktype=negotiate\n\tservice=http\n"
#define REAL "\treal=10.9.0.2:80 masq 3\n"
#define REAL6 "\treal6=[fd00::2]:80 masq 3\n"

/* The lines of the first and the second virtual below COMMON.  A directive with two cases has two rows. */
static const struct difference {
	const char *name;
	enum { SHARED = 1, APART } checks; /* how many */
	bool six;
	const char *first, *second;
} differences[] = {
	{"checktimeout", APART, false, REAL "\tnegotiatetimeout=9\n\tchecktimeout=3\n",
		REAL "\tnegotiatetimeout=9\n\tchecktimeout=4\n"},
	{"negotiatetimeout", APART, false, REAL "\tchecktimeout=9\n\tnegotiatetimeout=3\n",
		REAL "\tchecktimeout=9\n\tnegotiatetimeout=4\n"},
	{"checkinterval", APART, false, REAL "\tretryinterval=9\n\tcheckinterval=3\n",
		REAL "\tretryinterval=9\n\tcheckinterval=4\n"},
	{"retryinterval", APART, false, REAL "\tretryinterval=3\n", REAL "\tretryinterval=4\n"},
	{"checkcount", APART, false, REAL "\tcheckcount=3\n", REAL "\tcheckcount=4\n"},
	{"failurecount", SHARED, false, REAL "\tfailurecount=3\n", REAL "\tfailurecount=4\n"},
	{"risecount", SHARED, false, REAL "\trisecount=3\n", REAL "\trisecount=4\n"},
	{"quorum", SHARED, false, REAL "\tquorum=1\n", REAL "\tquorum=2\n"},
	{"quorumhysteresis", SHARED, false, REAL "\tquorumhysteresis=0\n", REAL "\tquorumhysteresis=1\n"},
	{"maxdown", SHARED, false, REAL "\tmaxdown=1\n", REAL "\tmaxdown=50%\n"},
	{"fallback", SHARED, false, REAL "\tfallback=127.0.0.1:80\n", REAL "\tfallback=127.0.0.2:80\n"},
	{"fallback6", SHARED, true, REAL6 "\tfallback6=[fd00::8]:80\n", REAL6 "\tfallback6=[fd00::9]:80\n"},
	{"fallbackcommand", SHARED, false, REAL "\tfallbackcommand=/bin/a\n", REAL "\tfallbackcommand=/bin/b\n"},
	{"alertcommand", SHARED, false, REAL "\talertcommand=/bin/a\n", REAL "\talertcommand=/bin/b\n"},
	{"quiescent", SHARED, false, REAL "\tquiescent=no\n", REAL "\tquiescent=yes\n"},
	{"cleanstop", SHARED, false, REAL "\tcleanstop=no\n", REAL "\tcleanstop=yes\n"},
	{"emailalert", SHARED, false, REAL "\temailalert=a@example.com\n", REAL "\temailalert=b@example.com\n"},
	{"emailalertfreq", SHARED, false, REAL "\temailalertfreq=3\n", REAL "\temailalertfreq=4\n"},
	{"emailalertstatus", SHARED, false, REAL "\temailalertstatus=all\n", REAL "\temailalertstatus=none\n"},
	{"smtp", SHARED, false, REAL "\tsmtp=a.example\n", REAL "\tsmtp=b.example\n"},
	{"real", APART, false, "\treal=10.9.0.2:80 masq 3\n", "\treal=10.9.0.3:80 masq 3\n"},
	{"real", APART, false, "\treal=10.9.0.2:80 masq 3\n", "\treal=10.9.0.2:81 masq 3\n"},
	{"real", APART, false, "\treal=10.9.0.2:80 masq 3\n", "\treal=10.9.0.2:80 masq 4\n"},
	{"real", APART, false, "\treal=10.9.0.2:80 masq 3\n", "\treal=10.9.0.2:80 gate 3\n"},
	{"real6", APART, true, "\treal6=[fd00::2]:80 masq 3\n", "\treal6=[fd00::3]:80 masq 3\n"},
	{"real6", APART, true, "\treal6=[fd00::2]:80 masq 3\n", "\treal6=[fd00::2]:80 masq 4\n"},
	{"checktype", APART, false, REAL "\tchecktype=connect\n", REAL "\tchecktype=ping\n"},
	{"checktype", APART, false, REAL "\tchecktype=3\n", REAL "\tchecktype=4\n"},
	{"service", APART, false, REAL "\tservice=http\n", REAL "\tservice=https\n"},
	{"checkcommand", APART, false, REAL "\tcheckcommand=/bin/true\n", REAL "\tcheckcommand=/bin/false\n"},
	{"dynamicweight", APART, false, REAL "\tdynamicweight=no\n", REAL "\tdynamicweight=yes\n"},
	{"agentport", APART, false, REAL "\tagentport=81\n", REAL "\tagentport=82\n"},
	{"checkport", APART, false, REAL "\tcheckport=81\n", REAL "\tcheckport=82\n"},
	{"request", APART, false, REAL "\trequest=\"a\"\n", REAL "\trequest=\"b\"\n"},
	{"request", APART, false, "\treal=10.9.0.2:80 masq 3 \"a\", \"x\"\n", "\treal=10.9.0.2:80 masq 3 \"b\", \"x\"\n"},
	{"receive", APART, false, REAL "\treceive=\"a\"\n", REAL "\treceive=\"b\"\n"},
	{"receive", APART, false, "\treal=10.9.0.2:80 masq 3 \"a\", \"x\"\n", "\treal=10.9.0.2:80 masq 3 \"a\", \"y\"\n"},
	{"httpmethod", APART, false, REAL "\thttpmethod=GET\n", REAL "\thttpmethod=HEAD\n"},
	{"virtualhost", APART, false, REAL "\tvirtualhost=a.example\n", REAL "\tvirtualhost=b.example\n"},
	{"virtualhost", APART, false, REAL, REAL "\tvirtualhost=b.example\n"},
	{"login", APART, false, REAL "\tlogin=a\n", REAL "\tlogin=b\n"},
	{"passwd", APART, false, REAL "\tpasswd=a\n", REAL "\tpasswd=b\n"},
	{"database", APART, false, REAL "\tdatabase=a\n", REAL "\tdatabase=b\n"},
	{"secret", APART, false, REAL "\tsecret=a\n", REAL "\tsecret=b\n"},
	{"scheduler", SHARED, false, REAL "\tscheduler=rr\n", REAL "\tscheduler=wlc\n"},
	{"persistent", SHARED, false, REAL "\tpersistent=60\n", REAL "\tpersistent=61\n"},
	{"netmask", SHARED, false, REAL "\tpersistent=60\n\tnetmask=255.0.0.0\n",
		REAL "\tpersistent=60\n\tnetmask=255.255.0.0\n"},
	{"schedflags", SHARED, false, REAL "\tschedflags=sh-port\n", REAL "\tschedflags=sh-fallback\n"},
	{"protocol", APART, false, REAL "\tprotocol=tcp\n", REAL "\tprotocol=udp\n"},
	{"ops", SHARED, false, REAL "\tprotocol=udp\n\tops=no\n", REAL "\tprotocol=udp\n\tops=yes\n"},
	{"load", SHARED, false, REAL "\tload=a\n", REAL "\tload=b\n"},
	{"monitorfile", APART, false, REAL "\tmonitorfile=/tmp/a\n", REAL "\tmonitorfile=/tmp/b\n"},
	{"servicename", SHARED, false, REAL "\tservicename=a\n", REAL "\tservicename=b\n"},
	{"comment", SHARED, false, REAL "\tcomment=a\n", REAL "\tcomment=b\n"},
	{"status", APART, false, REAL "\tstatus=200-299\n", REAL "\tstatus=200-298\n"},
	{"status", APART, false, REAL "\tstatus=200\n", REAL "\tstatus=200,301\n"},
	{"redirect", APART, false, REAL "\tredirect=follow\n", REAL "\tredirect=no\n"},
	{"sni", APART, false, REAL "\tsni=a.example\n", REAL "\tsni=b.example\n"},
	{"sslverify", APART, false, REAL "\tsslverify=no\n", REAL "\tsslverify=chain\n"},
	{"sslca", APART, false, REAL "\tsslca=/etc/a.pem\n", REAL "\tsslca=/etc/b.pem\n"},
};

/* How many checks two virtuals with these lines have. */
static size_t checks_of(bool six, const char *first, const char *second)
{
	char text[1024];
	struct diags d;
	struct table empty = {0};
	(void)snprintf(text, sizeof(text), "%s:8080\n" COMMON "%s%s:8081\n" COMMON "%s",
		six ? "virtual6=[fd00::1]" : "virtual=10.9.0.1", first, six ? "virtual6=[fd00::1]" : "virtual=10.9.0.1",
		second);
	struct lb_config *c = parse_bytes(text, strlen(text), false, &d);
	for (size_t i = 0; !c && i < d.count; i++)
		print_error("line %u: %s\n", d.list[i].line, d.list[i].text);
	assert_non_null(c);
	diags_free(&d);
	struct pool *p = pool_new(c, &empty, (struct mono){1});
	assert_non_null(p);
	size_t count = pool_check_count(p);
	pool_free(p);
	lb_config_free(c);
	return count;
}

static void every_row_decides_whether_it_is_served_and_whether_it_changes_a_check(void **state)
{
	(void)state;
	const struct lb_directive *row;
	for (size_t i = 0; (row = lb_directive_at(i)) != NULL; i++) {
		bool bad = row->served == LB_SERVED_UNDECIDED || row->identity == LB_IDENTITY_UNDECIDED;
		bad |= (row->served == LB_REMOVED) != (row->place == LB_NOWHERE);
		bad |= (row->identity == LB_IDENTITY) != (row->same != NULL);
		bad |= row->identity == LB_IDENTITY && (row->place == LB_IN_FILE || row->place == LB_NOWHERE);
		if (bad)
			fail_msg("the row of %s is not complete", row->name);
	}
}

static void virtuals_that_differ_in_one_directive_share_a_check_unless_it_is_part_of_the_identity(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(differences) / sizeof(*differences); i++) {
		const struct difference *t = &differences[i];
		const struct lb_directive *row = lb_directive_find(bytes_of(t->name));
		if (!row || (row->identity == LB_IDENTITY) != (t->checks == APART))
			fail_msg("the row of %s in the table of directives does not agree with this test", t->name);
		assert_int_equal(checks_of(t->six, t->first, t->first), 1);
		assert_int_equal(checks_of(t->six, t->second, t->second), 1);
		size_t count = checks_of(t->six, t->first, t->second);
		if (count != (size_t)t->checks)
			fail_msg("%s: %zu checks, expected %d", t->name, count, (int)t->checks);
	}
}

static void every_directive_of_a_section_has_a_case_above(void **state)
{
	(void)state;
	const struct lb_directive *row;
	for (size_t i = 0; (row = lb_directive_at(i)) != NULL; i++) {
		bool there = row->place == LB_IN_FILE || row->place == LB_NOWHERE;
		for (size_t k = 0; k < sizeof(differences) / sizeof(*differences); k++)
			there |= strcmp(differences[k].name, row->name) == 0;
		if (!there)
			fail_msg("%s has no case", row->name);
	}
}

static void two_virtuals_with_check_commands_have_two_checks(void **state)
{
	(void)state;
	static const char external[] = REAL "\tchecktype=external\n\tcheckcommand=/bin/true\n";
	assert_int_equal(checks_of(false, external, external), 2);
}

/* Looks at the paragraph of the manual about each directive. */
static void the_manual_says_which_directives_are_not_served(void **state)
{
	(void)state;
	char *page, item[64];
	size_t len;
	const struct lb_directive *row;
	assert_int_equal(file_read("man/ldirectord.cf.5", 1 << 20, &page, &len, NULL), 0);
	for (size_t i = 0; (row = lb_directive_at(i)) != NULL; i++) {
		(void)snprintf(item, sizeof(item), "\n.It Ic %s", row->name);
		const char *from = strstr(page, item);
		assert_non_null(from);
		const char *to = strstr(&from[1], "\n.It ");
		char *paragraph = strndup(from, to ? (size_t)(to - from) : strlen(from));
		assert_non_null(paragraph);
		bool idle = strstr(paragraph, "without effect") != NULL;
		bool gone = strstr(paragraph, "is now an error") != NULL;
		if (idle != (row->served == LB_WITHOUT_EFFECT) || gone != (row->served == LB_REMOVED))
			fail_msg("the manual and the row of %s disagree", row->name);
		free(paragraph);
	}
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_decides_whether_it_is_served_and_whether_it_changes_a_check),
		cmocka_unit_test(virtuals_that_differ_in_one_directive_share_a_check_unless_it_is_part_of_the_identity),
		cmocka_unit_test(every_directive_of_a_section_has_a_case_above),
		cmocka_unit_test(two_virtuals_with_check_commands_have_two_checks),
		cmocka_unit_test(the_manual_says_which_directives_are_not_served),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
