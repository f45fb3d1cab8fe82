// SPDX-License-Identifier: MIT
/* doc/status.schema.json against the tables of the program: a state or a field that is new must be documented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "heartbeat/conf/monitor.h"
#include "heartbeat/core/core.h"
#include "heartbeat/core/watch.h"
#include "heartbeat/exec/client_reports.h"
#include "heartbeat/ipc/status_fields.h"

static json_t *defs;

static int load(void **state)
{
	(void)state;
	json_error_t error;
	json_t *schema = json_load_file("doc/status.schema.json", 0, &error);
	if (!schema)
		print_error("doc/status.schema.json:%d: %s\n", error.line, error.text);
	defs = json_incref(json_object_get(schema, "$defs"));
	json_decref(schema);
	return defs == NULL;
}

static int unload(void **state)
{
	(void)state;
	json_decref(defs);
	return 0;
}

static json_t *property(const char *what, const char *field)
{
	return json_object_get(json_object_get(json_object_get(defs, what), "properties"), field);
}

static bool in_list(const json_t *list, const char *name)
{
	size_t i;
	json_t *at;
	json_array_foreach(list, i, at)
		if (strcmp(json_string_value(at), name) == 0)
			return true;
	return false;
}

/* Each field that is a state, and the states of the core that it may have; more: values beside them. */
static const struct {
	const char *what, *field, *kind;
	size_t more;
} states[] = {
	{"group", "state", "group", 0},
	{"group", "peer", "peer", 0},
	{"node", "status", "node", 0},
	{"daemon", "phase", "phase", 0},
	{"daemon", "proof", "proof", 0},
	{"daemon", "dialect", "dialect", 0},
	{"decision", "from", "group", 0},
	{"decision", "to", "group", 0},
	{"decision", "peer", "peer", 0},
	{"decision", "phase", "phase", 0},
	{"decision", "proof", "proof", 0},
	{"decision", "peer_status", "node", 1}, /* "": no other node */
};

static void every_state_of_the_core_is_in_the_schema_and_no_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		const json_t *names = json_object_get(property(states[i].what, states[i].field), "enum");
		const char *name;
		size_t count = 0;
		for (; (name = core_state_name(states[i].kind, count)); count++)
			if (!in_list(names, name))
				fail_msg("%s.%s does not name the state \"%s\"", states[i].what, states[i].field, name);
		assert_true(count > 0);
		assert_int_equal(json_array_size(names), count + states[i].more);
	}
}

static void every_state_of_a_program_is_in_the_schema_and_no_other(void **state)
{
	(void)state;
	const json_t *names = json_object_get(property("program", "state"), "enum");
	const char *name;
	size_t count = 0;
	for (; (name = client_state_name(count)); count++)
		if (!in_list(names, name))
			fail_msg("program.state does not name the state \"%s\"", name);
	assert_int_equal(json_array_size(names), count);
}

static const char *type_of(const json_t *property_of)
{
	const json_t *type = json_object_get(property_of, "type");
	const char *name = json_string_value(json_is_array(type) ? json_array_get(type, 0) : type);
	return name ? name : "";
}

static void every_field_of_an_answer_is_in_the_schema_with_its_type(void **state)
{
	(void)state;
	static const char *const types[] = {
		[STATUS_TEXT] = "string", [STATUS_NUMBER] = "integer", [STATUS_SWITCH] = "boolean", [STATUS_LIST] = "array"};
	const struct status_kind *kind;
	for (size_t i = 0; (kind = status_kind_at(i)); i++) {
		if (strcmp(kind->what, "doubt") == 0 || strcmp(kind->what, "datagram") == 0)
			continue; /* a list of texts; only in a report, which is for people */
		size_t expected = kind->count;
		for (size_t k = 0; k < kind->count; k++) {
			const struct status_field *f = &kind->fields[k];
			if ((strcmp(kind->what, "link") == 0 && strcmp(f->name, "node") == 0) ||
				(strcmp(kind->what, "monitor") == 0 && strcmp(f->name, "group") == 0)) {
				expected--; /* a link is listed under its node, a watched resource under its group */
				continue;
			}
			if (strcmp(type_of(property(kind->what, f->name)), types[f->type]) != 0)
				fail_msg("%s.%s: \"%s\", expected \"%s\"", kind->what, f->name,
					type_of(property(kind->what, f->name)), types[f->type]);
		}
		expected += strcmp(kind->what, "node") == 0 || strcmp(kind->what, "group") == 0; /* links, monitors */
		const json_t *def = json_object_get(defs, kind->what);
		assert_int_equal(json_object_size(json_object_get(def, "properties")), expected);
		assert_int_equal(json_array_size(json_object_get(def, "required")), expected);
	}
}

static void every_answer_and_action_of_a_monitor_is_in_the_schema(void **state)
{
	(void)state;
	const json_t *answers = json_object_get(property("monitor", "answer"), "enum");
	const json_t *actions = json_object_get(property("monitor", "on_fail"), "enum");
	for (int i = 0; i < WATCH_ANSWERS; i++)
		assert_true(in_list(answers, watch_answer_name((enum watch_answer)i)));
	for (int i = 0; i < MONITOR_ON_FAILS; i++)
		assert_true(in_list(actions, monitor_on_fail_name((enum monitor_on_fail)i)));
	assert_int_equal(json_array_size(answers), WATCH_ANSWERS);
	assert_int_equal(json_array_size(actions), MONITOR_ON_FAILS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_of_the_core_is_in_the_schema_and_no_other),
		cmocka_unit_test(every_answer_and_action_of_a_monitor_is_in_the_schema),
		cmocka_unit_test(every_state_of_a_program_is_in_the_schema_and_no_other),
		cmocka_unit_test(every_field_of_an_answer_is_in_the_schema_with_its_type),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
