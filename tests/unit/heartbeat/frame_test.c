// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "heartbeat/ipc/frame.h"

static struct bytes raw(const void *at, size_t len)
{
	return (struct bytes){at, len};
}

/* The head that was captured from the reference: cli, section 7. */
static const uint8_t captured_head[] = {0x51, 0x00, 0x00, 0x00, 0xcd, 0xab, 0x00, 0x00};
static const char body81[] = ">>>\nt=hbapi-req\nreqtype=nodelist\ndest=cfa\npid=12345\nfrom_id=12345\nfiller=12\n<<<\n";

static void an_81_byte_body_has_the_captured_head(void **state)
{
	(void)state;
	struct frame_buffer out = {0};
	assert_int_equal(sizeof body81, 81); /* the closing NUL is one of them */
	assert_true(frame_put(&out, bytes_of(body81)));
	struct bytes all = frame_buffer_waiting(&out);
	assert_int_equal(all.len, FRAME_HEAD + 81);
	assert_memory_equal(all.at, captured_head, sizeof captured_head);
	assert_memory_equal(&all.at[FRAME_HEAD], body81, 81);
	frame_buffer_free(&out);
}

static void a_frame_that_comes_byte_by_byte_is_ready_with_its_last_byte(void **state)
{
	(void)state;
	struct frame_buffer out = {0}, in = {0};
	struct bytes body;
	assert_true(frame_put(&out, bytes_of(body81)));
	struct bytes all = frame_buffer_waiting(&out);
	for (size_t i = 0; i < all.len; i++) {
		assert_int_equal(frame_next(&in, FRAME_BODY_MAX, &body), FRAME_PARTIAL);
		assert_true(frame_buffer_append(&in, raw(&all.at[i], 1), FRAME_BODY_MAX));
	}
	assert_int_equal(frame_next(&in, FRAME_BODY_MAX, &body), FRAME_READY);
	assert_true(bytes_equal_text(body, body81));
	assert_int_equal(frame_next(&in, FRAME_BODY_MAX, &body), FRAME_PARTIAL);
	frame_buffer_free(&in);
	frame_buffer_free(&out);
}

static void several_frames_in_one_read_come_one_by_one(void **state)
{
	(void)state;
	struct frame_buffer out = {0}, in = {0};
	struct bytes body;
	for (int i = 0; i < 100; i++)
		assert_true(frame_put(&out, bytes_of(i % 2 ? "odd" : body81)));
	assert_true(frame_buffer_append(&in, frame_buffer_waiting(&out), FRAME_BODY_MAX));
	for (int i = 0; i < 100; i++) {
		assert_int_equal(frame_next(&in, FRAME_BODY_MAX, &body), FRAME_READY);
		assert_true(bytes_equal_text(body, i % 2 ? "odd" : body81));
	}
	assert_int_equal(frame_next(&in, FRAME_BODY_MAX, &body), FRAME_PARTIAL);
	frame_buffer_free(&in);
	frame_buffer_free(&out);
}

static enum frame_verdict judge(uint32_t len, uint32_t magic, const void *rest, size_t rest_len, size_t limit)
{
	struct frame_buffer in = {0};
	struct bytes body;
	uint32_t head[2] = {len, magic};
	assert_true(frame_buffer_append(&in, raw(head, sizeof head), FRAME_BODY_MAX));
	assert_true(frame_buffer_append(&in, raw(rest, rest_len), FRAME_BODY_MAX));
	enum frame_verdict v = frame_next(&in, limit, &body);
	frame_buffer_free(&in);
	return v;
}

static void a_head_that_announces_64_mib_is_refused_before_any_body(void **state)
{
	(void)state;
	assert_int_equal(judge(64U << 20, FRAME_MAGIC, "", 0, FRAME_BODY_MAX), FRAME_TOO_LONG);
	assert_int_equal(judge(UINT32_MAX, FRAME_MAGIC, "", 0, SIZE_MAX), FRAME_TOO_LONG);
	assert_int_equal(judge(FRAME_BODY_MAX + 1, FRAME_MAGIC, "", 0, FRAME_BODY_MAX), FRAME_TOO_LONG);
	assert_int_equal(judge(FRAME_BODY_MAX, FRAME_MAGIC, "", 0, FRAME_BODY_MAX), FRAME_PARTIAL);
	assert_int_equal(judge(11, FRAME_MAGIC, "", 0, 10), FRAME_TOO_LONG);
	assert_int_equal(judge(10, FRAME_MAGIC, "", 0, 10), FRAME_PARTIAL);
}

static void a_wrong_constant_is_refused(void **state)
{
	(void)state;
	assert_int_equal(judge(4, 0xabce, "abc", 4, FRAME_BODY_MAX), FRAME_BAD_MAGIC);
	assert_int_equal(judge(4, FRAME_MAGIC, "abc", 4, FRAME_BODY_MAX), FRAME_READY);
}

static void a_body_ends_in_its_only_nul(void **state)
{
	(void)state;
	assert_int_equal(judge(0, FRAME_MAGIC, "", 0, FRAME_BODY_MAX), FRAME_NO_NUL);
	assert_int_equal(judge(3, FRAME_MAGIC, "abc", 3, FRAME_BODY_MAX), FRAME_NO_NUL);
	assert_int_equal(judge(5, FRAME_MAGIC, "ab\0c", 5, FRAME_BODY_MAX), FRAME_NO_NUL);
	assert_int_equal(judge(1, FRAME_MAGIC, "", 1, FRAME_BODY_MAX), FRAME_READY);
}

static void the_queue_is_bounded_and_keeps_what_it_has(void **state)
{
	(void)state;
	struct frame_buffer out = {0};
	static char big[1000];
	memset(big, 'x', sizeof big - 1);
	size_t frames = 0;
	while (frame_put(&out, bytes_of(big)))
		assert_true(++frames < 2000);
	size_t waiting = frame_buffer_waiting(&out).len;
	assert_int_equal(waiting, frames * (FRAME_HEAD + 1000));
	assert_true(waiting <= FRAME_QUEUE_MAX && waiting + FRAME_HEAD + 1000 > FRAME_QUEUE_MAX);
	frame_buffer_drop(&out, FRAME_HEAD + 1000);
	assert_true(frame_put(&out, bytes_of(big)));
	assert_int_equal(frame_buffer_waiting(&out).len, waiting);
	frame_buffer_drop(&out, SIZE_MAX);
	assert_int_equal(frame_buffer_waiting(&out).len, 0);
	frame_buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_81_byte_body_has_the_captured_head),
		cmocka_unit_test(a_frame_that_comes_byte_by_byte_is_ready_with_its_last_byte),
		cmocka_unit_test(several_frames_in_one_read_come_one_by_one),
		cmocka_unit_test(a_head_that_announces_64_mib_is_refused_before_any_body),
		cmocka_unit_test(a_wrong_constant_is_refused),
		cmocka_unit_test(a_body_ends_in_its_only_nul),
		cmocka_unit_test(the_queue_is_bounded_and_keeps_what_it_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
