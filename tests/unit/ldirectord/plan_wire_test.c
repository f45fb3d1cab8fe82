// SPDX-License-Identifier: MIT
/* A check on its way to the process that runs it: every setting of a check arrives, and no bytes can confuse the
 * reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ldirectord/check/plan_wire.h"
#include "ldirectord/conf/parse.h"
#include "tests/unit/ldirectord/parse.h"

static uint8_t wire[PLAN_WIRE_MAX];

static struct bytes put(const struct lb_virtual *v, const struct lb_real *r)
{
	struct writer w = writer_over(wire, sizeof(wire));
	struct check_plan plan = {.type = LB_CHECK_NEGOTIATE, .v = v, .r = r};
	assert_true(plan_wire_put(&w, &plan));
	return writer_done(&w);
}

/* Settings that no check has by default.  A directive that is missing here has no influence on a check. */
#define SETTINGS \
	"\tchecktype=3\n\tcheckcommand=/bin/x\n\tcheckport=81\n\trequest=\"a\"\n\treceive=\"b\"\n\thttpmethod=HEAD\n" \
	"\tvirtualhost=c\n\tlogin=\"d\"\n\tpasswd=\"e\"\n\tdatabase=\"f\"\n\tsecret=\"g\"\n\tstatus=201,301-302\n\tredirect=follow\n" \
	"\tsni=h\n\tsslverify=full\n\tsslca=/i\n\tchecktimeout=7\n\tnegotiatetimeout=8\n\tcheckcount=9\n\tservice=https\n" \
	"\tdynamicweight=yes\n\tagentport=99\n"

static void every_setting_of_a_check_arrives(void **state)
{
	static const char *const files[] = {
		"virtual=10.9.0.1:80\n\treal=10.9.0.2:82 masq\n" SETTINGS,
		"virtual6=[fd00::1]:80\n\treal6=[fd00::2] gate 5 \"https://x/y\",\"z\"\n\tprotocol=udp\n" SETTINGS,
		"virtual=7\n\treal=10.9.0.2 gate\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct diags d;
		struct lb_config *c = parse_bytes(files[i], strlen(files[i]), false, &d);
		assert_non_null(c);
		const struct lb_virtual *v = &c->virtuals[0];
		struct plan_taken *t = malloc(sizeof(*t));
		assert_true(plan_wire_take(put(v, &v->reals[0]), t));
		assert_int_equal(t->plan.type, LB_CHECK_NEGOTIATE);
		// These decide whether two checks are one, but no check reads them.
		t->v.connects_per_negotiate = v->connects_per_negotiate;
		t->v.check_interval_ms = v->check_interval_ms;
		t->v.retry_interval_ms = v->retry_interval_ms;
		t->v.monitor_file = v->monitor_file;
		t->r.weight = v->reals[0].weight;
		t->r.forward = v->reals[0].forward;
		assert_true(lb_check_identity_equal(v, &v->reals[0], &t->v, &t->r));
		assert_true(lb_service_id_equal(&v->id, &t->v.id));
		free(t);
		lb_config_free(c);
		diags_free(&d);
	}
}

/* A directive that changes a check is a row of the wire, or is named above. */
static void every_directive_of_a_check_was_set(void **state)
{
	static const char *const elsewhere[] = {
		"real", "real6", "protocol", "checkinterval", "retryinterval", "monitorfile"};
	(void)state;
	for (size_t i = 0; lb_directive_at(i); i++) {
		const struct lb_directive *row = lb_directive_at(i);
		char line[64];
		bool named = false;
		(void)snprintf(line, sizeof(line), "\t%s=", row->name);
		for (size_t k = 0; k < sizeof(elsewhere) / sizeof(*elsewhere); k++)
			named = named || strcmp(elsewhere[k], row->name) == 0;
		if (row->identity == LB_IDENTITY && !named && !strstr(SETTINGS, line))
			fail_msg("%s changes a check, but no test sends it to the worker", row->name);
	}
}

static void bytes_that_are_no_plan_are_refused(void **state)
{
	static const char file[] = "virtual=10.9.0.1:80\n\treal=10.9.0.2:82 masq\n" SETTINGS;
	struct diags d;
	(void)state;
	struct lb_config *c = parse_bytes(file, strlen(file), false, &d);
	struct bytes good = put(&c->virtuals[0], &c->virtuals[0].reals[0]);
	struct plan_taken *t = malloc(sizeof(*t));
	uint8_t *copy = malloc(good.len + 1);
	for (size_t len = 0; len < good.len; len++) { // exactly as many bytes: a sanitizer sees each one too many
		uint8_t *part = malloc(len ? len : 1);
		memcpy(part, good.at, len);
		assert_false(plan_wire_take((struct bytes){part, len}, t));
		free(part);
	}
	memcpy(copy, good.at, good.len);
	copy[good.len] = 0;
	assert_false(plan_wire_take((struct bytes){copy, good.len + 1}, t));
	for (size_t i = 0; i < good.len; i++) { // no byte makes it read elsewhere
		memcpy(copy, good.at, good.len);
		copy[i] = 0xff;
		if (plan_wire_take((struct bytes){copy, good.len}, t)) {
			assert_true(t->v.service < LB_SERVICES && t->plan.type < LB_CHECK_COMBINED);
			assert_true(strlen(t->v.login) < good.len && strlen(t->r.receive) < good.len);
		}
	}
	free(copy);
	free(t);
	lb_config_free(c);
	diags_free(&d);
}

static void what_does_not_fit_is_said(void **state)
{
	(void)state;
	static char none[] = "";
	struct lb_virtual v = {
		.check_command = none, .login = none, .passwd = none, .database = none, .secret = none};
	char *text = malloc(PLAN_WIRE_MAX + 1);
	memset(text, 'x', PLAN_WIRE_MAX);
	text[PLAN_WIRE_MAX] = '\0';
	struct lb_real r = {.request = text, .receive = none};
	struct writer w = writer_over(wire, sizeof(wire));
	assert_false(plan_wire_put(&w, &(struct check_plan){.type = LB_CHECK_CONNECT, .v = &v, .r = &r}));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_of_a_check_arrives),
		cmocka_unit_test(every_directive_of_a_check_was_set),
		cmocka_unit_test(bytes_that_are_no_plan_are_refused),
		cmocka_unit_test(what_does_not_fit_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
