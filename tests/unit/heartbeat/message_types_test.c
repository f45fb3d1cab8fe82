// SPDX-License-Identifier: MIT
/* The table of message types: its rows do not contradict each other, and a type without a row is recognized. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/core/message_types.h"

static const struct message_type *row_of(const char *name)
{
	return message_type_of(bytes_of(name));
}

static void each_type_has_one_row(void **state)
{
	(void)state;
	const struct message_type *row;
	for (size_t i = 0; (row = message_type_row(i)); i++)
		assert_ptr_equal(row_of(row->name), row);
	assert_null(message_type_row(SIZE_MAX));
}

static void types_are_unnumbered_by_their_name(void **state)
{
	(void)state;
	const struct message_type *row;
	for (size_t i = 0; (row = message_type_row(i)); i++)
		assert_int_equal(row->numbered, strncmp(row->name, "NS_", 3) != 0);
}

static void clients_never_send_or_receive_what_daemons_report_about_themselves(void **state)
{
	(void)state;
	const struct message_type *row;
	for (size_t i = 0; (row = message_type_row(i)); i++) {
		bool inner = row->owner == MESSAGE_OF_TRANSPORT || row->owner == MESSAGE_OF_MEMBERSHIP;
		assert_false(inner && (row->sender != MESSAGE_BY_DAEMON || row->clients_receive));
	}
	assert_int_equal(row_of("ask_resources")->sender, MESSAGE_BY_CLIENTS);
	assert_int_equal(row_of("hb_takeover")->sender, MESSAGE_BY_ROOT);
	assert_int_equal(row_of("ifstat")->sender, MESSAGE_BY_DAEMON);
	assert_int_equal(row_of("query-cstatus")->sender, MESSAGE_BY_CLIENTS);
	assert_int_equal(row_of("respond-cstatus")->sender, MESSAGE_BY_API);
}

/* The other types with a row concern the daemons only, or are never on the wire. */
static void clients_receive_exactly_these_types(void **state)
{
	(void)state;
	static const char *const received[] = {"starting", "resource", "ip-request", "ip-request-resp", "shutdone",
		"hb_takeover", "ask_resources", "num_ping_nodes", "you_are_dead", "abort_giveup", "stonith", "hbapi-clstat", "query-cstatus", "respond-cstatus", "addnode",
		"delnode", "setweight", "setsite", NULL};
	const struct message_type *row;
	for (size_t i = 0; (row = message_type_row(i)); i++) {
		bool listed = false;
		for (size_t k = 0; received[k]; k++)
			listed |= strcmp(received[k], row->name) == 0;
		assert_int_equal(row->clients_receive, listed);
	}
	assert_true(row_of("")->clients_receive && row_of("")->numbered);
	assert_false(row_of("NS_new")->clients_receive);
}

static void a_type_without_a_row_belongs_to_clients(void **state)
{
	(void)state;
	static const char *const names[] = {"num_ping", "Status", "statuses", "ns_st"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(row_of(names[i])->owner, MESSAGE_OF_CLIENTS);
		assert_int_equal(row_of(names[i])->sender, MESSAGE_BY_CLIENTS);
		assert_true(row_of(names[i])->clients_receive && row_of(names[i])->numbered);
	}
}

static void an_empty_type_and_an_unknown_ns_type_are_sent_by_nobody_else(void **state)
{
	(void)state;
	assert_int_equal(row_of("")->sender, MESSAGE_BY_DAEMON);
	assert_int_equal(row_of("NS_new")->sender, MESSAGE_BY_DAEMON);
	assert_false(row_of("NS_new")->numbered);
	assert_false(row_of("NS_")->numbered);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_has_one_row),
		cmocka_unit_test(types_are_unnumbered_by_their_name),
		cmocka_unit_test(clients_never_send_or_receive_what_daemons_report_about_themselves),
		cmocka_unit_test(clients_receive_exactly_these_types),
		cmocka_unit_test(a_type_without_a_row_belongs_to_clients),
		cmocka_unit_test(an_empty_type_and_an_unknown_ns_type_are_sent_by_nobody_else),
	};
	return cmocka_run_group_tests_name("message_types", tests, NULL, NULL);
}
