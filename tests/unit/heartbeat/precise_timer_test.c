// SPDX-License-Identifier: MIT
/* lib/precise_timer: fires once, never early, and keeps the last time that was set. */
#include "lib/precise_timer.h"

#include <glib.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <cmocka.h>

struct seen {
	struct precise_timer *timer;
	unsigned times;
	struct mono last, again; /* the time that the callback sets next; 0: none */
	bool free;
};

static void on_fired(void *context)
{
	struct seen *s = context;
	s->times++;
	s->last = mono_now();
	if (!mono_is_never(s->again))
		precise_timer_set(s->timer, s->again);
	s->again = MONO_NEVER;
	if (s->free)
		precise_timer_free(s->timer);
}

static gboolean on_end(gpointer data)
{
	*(bool *)data = true;
	return G_SOURCE_REMOVE;
}

/* The main loop until some time after a moment that is ms from now. */
static void loop_for(unsigned ms)
{
	bool over = false;
	(void)g_timeout_add(ms, on_end, &over);
	while (!over)
		(void)g_main_context_iteration(NULL, TRUE);
}

static void loop_until_fired(const struct seen *s, unsigned times)
{
	while (s->times < times)
		(void)g_main_context_iteration(NULL, TRUE);
}

static struct mono in_ms(int64_t ms)
{
	return mono_add(mono_now(), span_ms(ms));
}

static void fires_once_and_never_before_its_time(void **state)
{
	(void)state;
	struct seen s = {0};
	s.timer = precise_timer_new(G_PRIORITY_DEFAULT, on_fired, &s);
	for (unsigned i = 1; i <= 20; i++) {
		struct mono when = mono_add(in_ms(1), (struct span){i * 12345});
		precise_timer_set(s.timer, when);
		loop_until_fired(&s, i);
		assert_true(mono_reached(s.last, when));
	}
	loop_for(20);
	assert_int_equal(s.times, 20);
	precise_timer_free(s.timer);
}

static void a_time_that_has_passed_fires_at_once(void **state)
{
	(void)state;
	struct seen s = {0};
	s.timer = precise_timer_new(G_PRIORITY_DEFAULT, on_fired, &s);
	precise_timer_set(s.timer, (struct mono){1});
	loop_until_fired(&s, 1);
	precise_timer_set(s.timer, MONO_NEVER);
	loop_until_fired(&s, 2);
	precise_timer_free(s.timer);
}

static void the_same_time_can_be_set_again_from_the_callback(void **state)
{
	(void)state;
	struct seen s = {0};
	s.timer = precise_timer_new(G_PRIORITY_DEFAULT, on_fired, &s);
	s.again = in_ms(1);
	precise_timer_set(s.timer, s.again);
	loop_until_fired(&s, 2);
	loop_for(20);
	assert_int_equal(s.times, 2);
	precise_timer_free(s.timer);
}

static void a_later_time_replaces_an_earlier_one_that_is_due(void **state)
{
	(void)state;
	struct seen s = {0};
	s.timer = precise_timer_new(G_PRIORITY_DEFAULT, on_fired, &s);
	precise_timer_set(s.timer, (struct mono){1});
	precise_timer_set(s.timer, MONO_FAR);
	loop_for(20);
	assert_int_equal(s.times, 0);
	struct mono when = in_ms(30);
	precise_timer_set(s.timer, (struct mono){1});
	precise_timer_set(s.timer, when);
	loop_until_fired(&s, 1);
	assert_true(mono_reached(s.last, when));
	precise_timer_free(s.timer);
}

static struct precise_timer *timer_to_delay;
static gboolean on_delay(gpointer data)
{
	precise_timer_set(timer_to_delay, *(struct mono *)data);
	return G_SOURCE_REMOVE;
}

static void a_source_of_the_same_turn_can_set_a_later_time(void **state)
{
	(void)state;
	struct seen s = {0};
	s.timer = timer_to_delay = precise_timer_new(G_PRIORITY_DEFAULT, on_fired, &s);
	struct mono later = in_ms(50);
	for (int i = 0; i < 2; i++) { /* in any order of the two sources */
		precise_timer_set(s.timer, (struct mono){1});
		(void)g_idle_add_full(G_PRIORITY_DEFAULT, on_delay, &later, NULL);
		(void)g_main_context_iteration(NULL, TRUE);
		if (s.times)
			break;
		loop_until_fired(&s, 1);
		assert_true(mono_reached(s.last, later));
		s.times = 0;
	}
	precise_timer_free(s.timer);
}

static void the_callback_can_free_the_timer(void **state)
{
	(void)state;
	struct seen s = {.free = true};
	s.timer = precise_timer_new(G_PRIORITY_DEFAULT, on_fired, &s);
	precise_timer_set(s.timer, in_ms(1));
	loop_until_fired(&s, 1);
	precise_timer_free(NULL);
}

static void works_without_a_descriptor(void **state)
{
	(void)state;
	struct seen s = {0};
	struct rlimit limit, none;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = (struct rlimit){.rlim_cur = 3, .rlim_max = limit.rlim_max};
	(void)g_main_context_iteration(NULL, FALSE); /* GLib opens its own descriptor */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	s.timer = precise_timer_new(G_PRIORITY_DEFAULT, on_fired, &s);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	s.again = in_ms(10);
	struct mono second = s.again;
	precise_timer_set(s.timer, in_ms(5));
	loop_until_fired(&s, 2);
	assert_true(mono_reached(s.last, second));
	loop_for(20);
	assert_int_equal(s.times, 2);
	precise_timer_set(s.timer, in_ms(5));
	precise_timer_set(s.timer, MONO_FAR);
	loop_for(20);
	assert_int_equal(s.times, 2);
	precise_timer_free(s.timer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fires_once_and_never_before_its_time),
		cmocka_unit_test(a_time_that_has_passed_fires_at_once),
		cmocka_unit_test(the_same_time_can_be_set_again_from_the_callback),
		cmocka_unit_test(a_later_time_replaces_an_earlier_one_that_is_due),
		cmocka_unit_test(a_source_of_the_same_turn_can_set_a_later_time),
		cmocka_unit_test(the_callback_can_free_the_timer),
		cmocka_unit_test(works_without_a_descriptor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
