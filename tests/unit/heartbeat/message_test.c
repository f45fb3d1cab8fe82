// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/core/message.h"

#define RUN(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

static uint8_t arena[65536];

static struct message *fresh(void)
{
	static struct message m;

	message_init(&m, arena, sizeof arena);
	return &m;
}

static void fields_keep_their_order_types_and_duplicates(void **state)
{
	(void)state;
	struct message *m = fresh();

	message_add(m, "t", "status");
	message_add_bytes(m, FIELD_BINARY, RUN("srcuuid"), RUN("\0\1\n="));
	message_add(m, "t", "second");
	message_add(m, "empty", "");
	assert_false(m->broken);
	assert_int_equal(m->count, 4);
	assert_true(message_is(m, "t", "status"));
	assert_int_equal(message_occurs(m, "t"), 2);
	assert_int_equal(message_occurs(m, "T"), 0);
	assert_int_equal(message_find(m, "srcuuid")->type, FIELD_BINARY);
	assert_true(bytes_equal(message_find(m, "srcuuid")->value, RUN("\0\1\n=")));
	assert_true(bytes_equal_text(m->fields[2].value, "second"));
	assert_true(message_is(m, "empty", ""));
}

static void an_absent_field_is_not_an_empty_one(void **state)
{
	(void)state;
	struct message *m = fresh();

	message_add(m, "info", "");
	assert_non_null(message_string(m, "info").at);
	assert_null(message_string(m, "inf").at);
	assert_null(message_string(m, "infox").at);
	assert_null(message_find(m, "inf"));
	assert_false(message_is(m, "absent", ""));
}

static void a_binary_field_is_no_string_even_when_it_comes_first(void **state)
{
	(void)state;
	struct message *m = fresh();

	message_add_bytes(m, FIELD_BINARY, RUN("src"), RUN("forged"));
	assert_null(message_string(m, "src").at);
	message_add(m, "src", "node1");
	assert_true(message_is(m, "src", "node1"));
	assert_int_equal(message_occurs(m, "src"), 2);
}

static void numbers_are_written_without_leading_zeros_and_read_in_their_base(void **state)
{
	(void)state;
	struct message *m = fresh();
	uint64_t value = 7;

	message_add_hex(m, "seq", 0x6b03911f);
	message_add_hex(m, "zero", 0);
	message_add_hex(m, "hg", UINT64_MAX);
	message_add_decimal(m, "firstseq", UINT64_MAX);
	message_add(m, "word", "12x");
	assert_true(message_is(m, "seq", "6b03911f"));
	assert_true(message_is(m, "zero", "0"));
	assert_true(message_is(m, "hg", "ffffffffffffffff"));
	assert_true(message_is(m, "firstseq", "18446744073709551615"));
	assert_true(message_number(m, "seq", 16, &value));
	assert_int_equal(value, 0x6b03911f);
	assert_false(message_number(m, "seq", 10, &value));
	assert_true(message_number(m, "firstseq", 10, &value));
	assert_true(value == UINT64_MAX);
	assert_false(message_number(m, "word", 16, &value));
	assert_false(message_number(m, "absent", 10, &value));
}

static void values_are_copied_into_the_arena(void **state)
{
	(void)state;
	struct message *m = fresh();
	char name[] = "info", value[] = "me";

	message_add(m, name, value);
	memset(name, 'x', sizeof name - 1);
	memset(value, 'x', sizeof value - 1);
	assert_true(message_is(m, "info", "me"));
}

static void names_that_would_read_as_something_else_break_the_message(void **state)
{
	(void)state;
	static const char *const bad[] = {"", "a=b", "a\nb", "=", "(1)t", "(", ">>>", ">>>x", "<<<", "<<<x"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct message *m = fresh();
		message_add(m, bad[i], "v");
		assert_true(m->broken);
		assert_int_equal(m->count, 0);
	}
	struct message *m = fresh();
	message_add_bytes(m, FIELD_STRING, RUN("a\0b"), RUN("v"));
	assert_true(m->broken);
}

static void a_string_with_a_nul_breaks_the_message_and_a_binary_does_not(void **state)
{
	(void)state;
	struct message *m = fresh();

	message_add_bytes(m, FIELD_BINARY, RUN("b"), RUN("a\0b"));
	assert_false(m->broken);
	message_add_bytes(m, FIELD_STRING, RUN("s"), RUN("a\0b"));
	assert_true(m->broken);
	m = fresh();
	message_add_bytes(m, (enum field_type)5, RUN("s"), RUN("a"));
	assert_true(m->broken);
}

static void names_of_255_bytes_are_the_longest(void **state)
{
	(void)state;
	char name[MESSAGE_NAME_MAX + 2];
	struct message *m = fresh();

	memset(name, 'n', sizeof name);
	name[MESSAGE_NAME_MAX] = '\0';
	message_add(m, name, "v");
	assert_false(m->broken);
	name[MESSAGE_NAME_MAX] = 'n';
	name[MESSAGE_NAME_MAX + 1] = '\0';
	message_add(m, name, "v");
	assert_true(m->broken);
}

static void the_field_that_does_not_fit_breaks_the_message_and_stays_out(void **state)
{
	(void)state;
	struct message m;
	char name[16];

	message_init(&m, arena, 8);
	message_add(&m, "four", "1234");
	assert_false(m.broken);
	message_add(&m, "a", "");
	assert_true(m.broken);
	assert_int_equal(m.count, 1);
	struct message *full = fresh();
	for (unsigned i = 0; i < MESSAGE_FIELDS_MAX; i++) {
		(void)snprintf(name, sizeof name, "f%u", i);
		message_add(full, name, "v");
	}
	assert_false(full->broken);
	message_add(full, "onemore", "v");
	assert_true(full->broken);
	assert_int_equal(full->count, MESSAGE_FIELDS_MAX);
}

static void a_cleared_message_is_empty_and_has_its_arena_back(void **state)
{
	(void)state;
	struct message m;

	message_init(&m, arena, 8);
	message_add(&m, "longname", "longvalue");
	assert_true(m.broken);
	message_clear(&m);
	assert_int_equal(m.count, 0);
	message_add(&m, "four", "1234");
	assert_false(m.broken);
}

static void a_message_without_arena_breaks_on_the_first_field(void **state)
{
	(void)state;
	struct message m;

	message_init(&m, NULL, 0);
	message_add(&m, "t", "");
	assert_true(m.broken);
	assert_null(message_find(&m, "t"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_keep_their_order_types_and_duplicates),
		cmocka_unit_test(an_absent_field_is_not_an_empty_one),
		cmocka_unit_test(a_binary_field_is_no_string_even_when_it_comes_first),
		cmocka_unit_test(numbers_are_written_without_leading_zeros_and_read_in_their_base),
		cmocka_unit_test(values_are_copied_into_the_arena),
		cmocka_unit_test(names_that_would_read_as_something_else_break_the_message),
		cmocka_unit_test(a_string_with_a_nul_breaks_the_message_and_a_binary_does_not),
		cmocka_unit_test(names_of_255_bytes_are_the_longest),
		cmocka_unit_test(the_field_that_does_not_fit_breaks_the_message_and_stays_out),
		cmocka_unit_test(a_cleared_message_is_empty_and_has_its_arena_back),
		cmocka_unit_test(a_message_without_arena_breaks_on_the_first_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
