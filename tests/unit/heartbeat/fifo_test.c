// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/ipc/fifo.h"

struct got {
	unsigned count;
	char type[64], hold[600];
};

struct fixture {
	char directory[64], path[96];
	struct fifo *fifo;
	int writer;
	struct got got;
};

static void on_message(void *context, const struct message *m)
{
	struct got *got = context;
	got->count++;
	assert_true(bytes_to_text(message_string(m, "t"), got->type, sizeof got->type));
	assert_true(bytes_to_text(message_string(m, "rsc_hold"), got->hold, sizeof got->hold));
}

static int set_up(void **state)
{
	struct fixture *r = calloc(1, sizeof *r);
	assert_non_null(r);
	strcpy(r->directory, "/tmp/fifo_test.XXXXXX");
	assert_non_null(mkdtemp(r->directory));
	(void)snprintf(r->path, sizeof r->path, "%s/fifo", r->directory);
	r->fifo = fifo_open(r->path, on_message, &r->got);
	assert_non_null(r->fifo);
	r->writer = open(r->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(r->writer >= 0);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *r = *state;
	close(r->writer);
	fifo_close(r->fifo);
	(void)unlink(r->path);
	assert_int_equal(rmdir(r->directory), 0);
	free(r);
	return 0;
}

static void put(struct fixture *r, const char *text, size_t len)
{
	assert_int_equal(write(r->writer, text, len), (ssize_t)len);
	while (g_main_context_iteration(NULL, FALSE))
		;
}

static void say(struct fixture *r, const char *text)
{
	put(r, text, strlen(text));
}

static const char standby[] = ">>>\nt=ask_resources\nrsc_hold=local\ninfo=me\n<<<\n";

static void a_message_arrives_whole(void **state)
{
	struct fixture *r = *state;
	say(r, standby);
	assert_int_equal(r->got.count, 1);
	assert_string_equal(r->got.type, "ask_resources");
	assert_string_equal(r->got.hold, "local");
}

static void a_message_written_byte_by_byte_is_put_together(void **state)
{
	struct fixture *r = *state;
	for (size_t i = 0; standby[i]; i++) {
		assert_int_equal(r->got.count, 0);
		put(r, &standby[i], 1);
	}
	assert_int_equal(r->got.count, 1);
}

static void several_messages_in_one_write_all_arrive(void **state)
{
	struct fixture *r = *state;
	char all[10 * sizeof standby] = "";
	for (int i = 0; i < 10; i++)
		strcat(all, standby);
	say(r, all);
	assert_int_equal(r->got.count, 10);
}

static void garbage_is_skipped_up_to_the_next_message(void **state)
{
	struct fixture *r = *state;
	say(r, "nonsense\n\xff\xfe\n<<<\n=\n>>\n\n");
	say(r, standby);
	say(r, ">>>\nline without the sign\n<<<\n");
	say(r, ">>>\nrsc_hold=no type\n<<<\n");
	assert_int_equal(r->got.count, 1);
	say(r, standby);
	assert_int_equal(r->got.count, 2);
}

static void a_writer_that_died_in_the_middle_spoils_only_its_own(void **state)
{
	struct fixture *r = *state;
	say(r, ">>>\nt=hb_takeover\nrsc_hold=all\n");
	say(r, standby);
	assert_int_equal(r->got.count, 1);
	assert_string_equal(r->got.hold, "local");
}

static void a_nul_after_a_message_does_no_harm(void **state)
{
	struct fixture *r = *state;
	put(r, standby, sizeof standby);
	put(r, standby, sizeof standby);
	assert_int_equal(r->got.count, 2);
	put(r, ">>>\nt=a\0b\n<<<\n", 14);
	assert_int_equal(r->got.count, 2);
}

/* A line of len bytes, its newline included, within a message. */
static void say_line_of(struct fixture *r, size_t len)
{
	char text[700] = ">>>\nt=x\nrsc_hold=";
	size_t head = strlen("rsc_hold=");
	for (size_t i = head; i + 1 < len; i++)
		strcat(text, "y");
	strcat(text, "\n<<<\n");
	say(r, text);
}

static void a_line_over_511_bytes_is_refused_with_its_message(void **state)
{
	struct fixture *r = *state;
	say_line_of(r, 511);
	assert_int_equal(r->got.count, 1);
	assert_int_equal(strlen(r->got.hold), 511 - 1 - strlen("rsc_hold="));
	say_line_of(r, 512);
	assert_int_equal(r->got.count, 1);
	say(r, standby);
	assert_int_equal(r->got.count, 2);
}

static void a_message_without_end_is_bounded(void **state)
{
	struct fixture *r = *state;
	char line[128];
	say(r, ">>>\nt=x\n");
	for (int i = 0; i < 2000; i++) {
		(void)snprintf(line, sizeof line, "field%d=abcdefghijklmnopqrstuvwxyz\n", i);
		say(r, line);
	}
	say(r, "<<<\n");
	assert_int_equal(r->got.count, 0);
	say(r, standby);
	assert_int_equal(r->got.count, 1);
}

static void the_end_of_a_writer_is_not_the_end_of_the_fifo(void **state)
{
	struct fixture *r = *state;
	for (int i = 0; i < 3; i++) {
		close(r->writer);
		while (g_main_context_iteration(NULL, FALSE))
			;
		r->writer = open(r->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		assert_true(r->writer >= 0);
		say(r, standby);
	}
	assert_int_equal(r->got.count, 3);
}

static void what_is_no_fifo_is_replaced_and_the_mode_is_0600(void **state)
{
	struct fixture *r = *state;
	char plain[128], dangling[128];
	struct stat st;
	(void)snprintf(plain, sizeof plain, "%s/plain", r->directory);
	(void)snprintf(dangling, sizeof dangling, "%s/link", r->directory);
	int fd = open(plain, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(symlink(r->path, dangling), 0);
	struct fifo *one = fifo_open(plain, on_message, &r->got), *two = fifo_open(dangling, on_message, &r->got);
	assert_non_null(one);
	assert_non_null(two);
	assert_int_equal(lstat(plain, &st), 0);
	assert_true(S_ISFIFO(st.st_mode) && (st.st_mode & 07777) == 0600);
	assert_int_equal(lstat(dangling, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	fifo_close(one);
	fifo_close(two);
	assert_int_equal(lstat(plain, &st), -1);
}

static void a_fifo_of_an_earlier_life_is_used_with_mode_0600(void **state)
{
	struct fixture *r = *state;
	char path[128];
	struct stat st;
	(void)snprintf(path, sizeof path, "%s/old", r->directory);
	assert_int_equal(mkfifo(path, 0666), 0);
	assert_int_equal(chmod(path, 0666), 0);
	struct fifo *f = fifo_open(path, on_message, &r->got);
	assert_non_null(f);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	fifo_close(f);
}

static void a_path_that_cannot_be_made_is_reported_and_does_no_harm(void **state)
{
	struct fixture *r = *state;
	struct fifo *f = fifo_open("/nonexistent/directory/fifo", on_message, &r->got);
	assert_int_equal(fifo_trouble(f), ENOENT);
	fifo_close(f);
	f = fifo_open(r->directory, on_message, &r->got);
	assert_int_equal(fifo_trouble(f), EISDIR);
	fifo_close(f);
	assert_int_equal(fifo_trouble(r->fifo), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_message_arrives_whole),
		CASE(a_message_written_byte_by_byte_is_put_together),
		CASE(several_messages_in_one_write_all_arrive),
		CASE(garbage_is_skipped_up_to_the_next_message),
		CASE(a_writer_that_died_in_the_middle_spoils_only_its_own),
		CASE(a_nul_after_a_message_does_no_harm),
		CASE(a_line_over_511_bytes_is_refused_with_its_message),
		CASE(a_message_without_end_is_bounded),
		CASE(the_end_of_a_writer_is_not_the_end_of_the_fifo),
		CASE(what_is_no_fifo_is_replaced_and_the_mode_is_0600),
		CASE(a_fifo_of_an_earlier_life_is_used_with_mode_0600),
		CASE(a_path_that_cannot_be_made_is_reported_and_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
