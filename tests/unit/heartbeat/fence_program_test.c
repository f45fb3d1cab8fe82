// SPDX-License-Identifier: MIT
/* One call of the command stonith: who releases its slot, and its times.  The functions of lib/spawn are
 * replaced: a test decides when a program ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "heartbeat/daemon/fence_program.h"
#include "heartbeat/daemon/load.h"
#include "heartbeat/daemon/shared.h"

/* What was asked of lib/spawn. */
struct spawn {
	struct spawn_request request;
	unsigned cancelled;
	int64_t grace_ms; /* of the end in a hurry */
};
static struct spawn started[4];
static size_t starts;

struct spawn *spawn_start(const struct spawn_request *request)
{
	assert_true(starts < sizeof started / sizeof *started);
	started[starts] = (struct spawn){.request = *request};
	return &started[starts++];
}

void spawn_cancel(struct spawn *s) { s->cancelled++; }

void spawn_cancel_within(struct spawn *s, struct span grace) { s->grace_ms = span_to_ms(grace); }

static void end(size_t i, enum spawn_end how)
{
	started[i].request.done(started[i].request.context, &(struct spawn_result){.end = how});
}

static struct shared shared;
static struct ha_cf conf;
static struct configuration files = {.conf = &conf};
static struct engine engine = {.shared = &shared, .files = &files};
static char type[] = "null", parameters[] = "hostlist=a";
static const struct stonith_conf device = {.type = type, .parameters = parameters};
static unsigned ends;

static void on_line(void *context, bool is_stderr, const char *line) { (void)context, (void)is_stderr, (void)line; }

static void on_done(void *context, const struct spawn_result *result, bool cancelled)
{
	(void)context, (void)result, (void)cancelled;
	ends++;
}

static int set_up(void **state)
{
	(void)state;
	memset(&shared, 0, sizeof shared);
	memset(started, 0, sizeof started);
	starts = ends = 0;
	conf.fence_timeout = span_ms(20000);
	return 0;
}

static struct fence_program *start(enum fence_program_kind kind)
{
	static const char *const what[] = {"-S", "-l", NULL};
	return fence_program_start(
		&engine, kind, &device, what, &(struct fence_program_handlers){.line = on_line, .done = on_done});
}

static void a_program_that_cannot_be_killed_keeps_its_slot(void **state)
{
	(void)state;
	(void)start(FENCE_PROGRAM_CHECK);
	const struct process_group *slot = started[0].request.group;
	assert_non_null(slot);
	end(0, SPAWN_TIMED_OUT); /* lib/spawn has given it up, and releases the slot when the process has ended */
	assert_int_equal(ends, 1);
	assert_int_equal(slot->taken, 1);
	assert_ptr_not_equal(process_groups_take(shared.scripts, SHARED_SCRIPTS), slot);
}

static void a_shot_waits_half_a_second_for_a_check_that_does_not_end(void **state)
{
	(void)state;
	(void)start(FENCE_PROGRAM_CHECK);
	(void)start(FENCE_PROGRAM_SHOT);
	assert_int_equal(starts, 1);
	assert_int_equal(started[0].grace_ms, 500);
	end(0, SPAWN_TIMED_OUT);
	assert_int_equal(starts, 2);
	end(1, SPAWN_EXITED);
}

static void a_shot_hurries_a_check_that_was_cancelled_before(void **state)
{
	(void)state;
	fence_program_cancel(start(FENCE_PROGRAM_CHECK)); /* by a reload */
	assert_int_equal(started[0].cancelled, 1);
	(void)start(FENCE_PROGRAM_SHOT);
	assert_int_equal(started[0].grace_ms, 500);
	end(0, SPAWN_TIMED_OUT);
	end(1, SPAWN_EXITED);
}

static void each_part_of_a_check_has_the_time_of_a_shot(void **state)
{
	(void)state;
	(void)start(FENCE_PROGRAM_CHECK); /* description, status and list */
	assert_true(span_to_ms(started[0].request.deadline) > 3 * 20000);
	end(0, SPAWN_EXITED);
	(void)start(FENCE_PROGRAM_SHOT);
	assert_int_equal(span_to_ms(started[1].request.deadline), 25000);
	end(1, SPAWN_EXITED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_program_that_cannot_be_killed_keeps_its_slot, set_up),
		cmocka_unit_test_setup(a_shot_waits_half_a_second_for_a_check_that_does_not_end, set_up),
		cmocka_unit_test_setup(each_part_of_a_check_has_the_time_of_a_shot, set_up),
		cmocka_unit_test_setup(a_shot_hurries_a_check_that_was_cancelled_before, set_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
