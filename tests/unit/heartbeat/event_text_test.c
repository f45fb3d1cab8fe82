// SPDX-License-Identifier: MIT
/* Events as text: each kind is read back unchanged, and other text is refused with the reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "heartbeat/core/event_text.h"

static const struct event_limits limits = {.media = 2, .groups = 3, .nodes = 2};
static struct event_memory memory;
static uint8_t text[2][sizeof memory.text];

static struct bytes encoded(const struct event *e, uint8_t *into)
{
	struct writer w = writer_over(into, sizeof text[0]);
	event_encode(&w, e);
	assert_false(w.overflowed);
	return writer_done(&w);
}

/* Encodes, decodes, encodes again. */
static struct event there_and_back(const struct event *e, const char *wanted)
{
	struct event back;
	struct bytes first = encoded(e, text[0]);
	assert_true(bytes_equal_text(first, wanted));
	memset(&memory, 0xa5, sizeof memory); /* nothing of an earlier event counts */
	assert_null(event_decode(first, &limits, &memory, &back));
	assert_int_equal(back.kind, e->kind);
	assert_true(bytes_equal(encoded(&back, text[1]), first));
	return back;
}

static void each_event_comes_back_as_it_was(void **state)
{
	(void)state;
	static uint8_t arena[256];
	struct message m;
	message_init(&m, arena, sizeof arena);
	message_add(&m, "t", "ask_resources");
	message_add(&m, "rsc_hold", "all");
	struct event e = {.kind = EVENT_START};
	there_and_back(&e, "start");
	e = (struct event){
		.kind = EVENT_DATAGRAM, .datagram = {.medium = 1, .data = {(const uint8_t *)"a\\ \n\0\xff", 6}}};
	struct event back = there_and_back(&e, "datagram 1 a\\x5c \\x0a\\x00\\xff");
	assert_memory_equal(back.datagram.data.at, e.datagram.data.at, 6);
	e = (struct event){.kind = EVENT_GROUP_DONE,
		.group_done = {
			.group = 2, .operation = GROUP_STOP, .still_active = true, .why = "httpd: exit status 1"}};
	back = there_and_back(&e, "done 2 stop 0 1 httpd: exit status 1");
	assert_string_equal(back.group_done.why, "httpd: exit status 1");
	e = (struct event){.kind = EVENT_GROUP_DONE, .group_done = {.operation = GROUP_START, .ok = true}};
	assert_null(there_and_back(&e, "done 0 start 1 0 ").group_done.why);
	e = (struct event){.kind = EVENT_GROUP_FAILED, .group_failed = {.group = 1, .why = "httpd: not running"}};
	assert_string_equal(there_and_back(&e, "failed 1 httpd: not running").group_failed.why, "httpd: not running");
	e = (struct event){.kind = EVENT_RELOADED};
	there_and_back(&e, "reloaded");
	e = (struct event){.kind = EVENT_GROUP_CLEAN, .group_clean = {.group = 2}};
	assert_int_equal(there_and_back(&e, "clean 2").group_clean.group, 2);
	e = (struct event){.kind = EVENT_GROUP_READY, .group_ready = {.group = 1, .why = "eth0 has no carrier"}};
	assert_string_equal(there_and_back(&e, "ready 1 0 eth0 has no carrier").group_ready.why, "eth0 has no carrier");
	e = (struct event){.kind = EVENT_GROUP_READY, .group_ready = {.group = 2, .ready = true}};
	there_and_back(&e, "ready 2 1 ");
	e = (struct event){.kind = EVENT_FENCE_DONE,
		.fence_done = {.node = 1, .attempt = 7, .result = FENCE_RESULT_FAILED, .text = "ipmi: no answer"}};
	there_and_back(&e, "fenced 1 7 1 ipmi: no answer");
	e = (struct event){.kind = EVENT_CONFIRM, .confirm = {.node = 1, .id = 9}};
	there_and_back(&e, "confirm 1 9");
	e = (struct event){.kind = EVENT_MOVE, .move = {.takeover = true, .half = HALF_FOREIGN, .id = 7}};
	there_and_back(&e, "move takeover foreign 7");
	e = (struct event){.kind = EVENT_MESSAGE, .message.message = &m};
	back = there_and_back(&e, "message >>>\\x0at=ask_resources\\x0arsc_hold=all\\x0a<<<\\x0a");
	assert_true(message_is(back.message.message, "rsc_hold", "all"));
	message_add_bytes(&m, FIELD_BINARY, bytes_of("b"), (struct bytes){(const uint8_t[]){1, 2, 3, 4}, 4});
	back = there_and_back(&e, "message >>>\\x0at=ask_resources\\x0arsc_hold=all\\x0a(1)b=AQIDBA==\\x0a<<<\\x0a");
	assert_int_equal(message_find(back.message.message, "b")->value.len, 4);
	e = (struct event){.kind = EVENT_SHUTDOWN};
	there_and_back(&e, "shutdown");
	e = (struct event){.kind = EVENT_STALLED, .stalled.gap = span_ms(5000)};
	there_and_back(&e, "stalled 5000000000");
	e = (struct event){.kind = EVENT_TO_SELF, .to_self = {.medium = 1, .on = true}};
	there_and_back(&e, "to-self 1 1");
	e = (struct event){.kind = EVENT_TIMER};
	assert_int_equal(encoded(&e, text[0]).len, 0);
}

static void what_is_no_event_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"", "no such event"},
		{"begin", "no such event"},
		{"datagram 2 x", "no such group, node or medium"},
		{"datagram x y", "not a number"},
		{"datagram 0 \\x0", "a malformed escape; expected \\xNN"},
		{"datagram 0 \\y00", "a malformed escape; expected \\xNN"},
		{"done 3 start 1 0 ", "no such group, node or medium"},
		{"done 0 start", "not a number"},
		{"failed 3 x", "no such group, node or medium"},
		{"ready 3 1 ", "no such group, node or medium"},
		{"ready 0", "not a number"},
		{"fenced 2 1 0", "no such group, node or medium"},
		{"move takeover most 1", "unknown half; expected all, local, foreign, none or failback"},
		{"message >>>", "a message that cannot be read"},
		{"stalled -1", "not a number"},
		{"to-self 2 1", "no such group, node or medium"},
		{"to-self 0", "not a number"},
	};
	struct event e;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const char *why = event_decode(bytes_of(bad[i].text), &limits, &memory, &e);
		assert_non_null(why);
		assert_string_equal(why, bad[i].why);
	}
	memset(text[0], 'x', sizeof text[0]);
	assert_string_equal(event_decode((struct bytes){text[0], sizeof text[0]}, &limits, &memory, &e), "too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_event_comes_back_as_it_was),
		cmocka_unit_test(what_is_no_event_is_refused),
	};
	return cmocka_run_group_tests_name("event_text", tests, NULL, NULL);
}
