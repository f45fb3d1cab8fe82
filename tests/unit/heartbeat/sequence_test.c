// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "heartbeat/core/sequence.h"

enum { RESIDUE = 3, GENERATION = 7 };

static struct sequence s;

static struct mono at_ms(int64_t ms)
{
	return mono_add((struct mono){1000000000}, span_ms(ms));
}

static void fresh(void)
{
	sequence_init(&s, RESIDUE);
	sequence_restart(&s, GENERATION);
}

static enum seq_verdict accept_at(uint64_t seq, int64_t ms)
{
	return sequence_accept(&s, GENERATION, seq, at_ms(ms), span_ms(100));
}

static enum seq_verdict accept(uint64_t seq)
{
	return accept_at(seq, 0);
}

static void numbers_in_order_are_new(void **state)
{
	(void)state;
	fresh();
	for (uint64_t seq = 1; seq < 1000; seq++)
		assert_int_equal(accept(seq), SEQ_NEW);
	assert_int_equal(s.missing_count, 0);
	assert_true(sequence_deadline(&s).ns == MONO_FAR.ns);
}

static void the_first_number_sets_the_base_and_nothing_before_it_is_asked_for(void **state)
{
	(void)state;
	fresh();
	assert_int_equal(accept(57), SEQ_NEW);
	assert_int_equal(s.missing_count, 0);
	assert_int_equal(accept(56), SEQ_OLD);
	assert_int_equal(accept(58), SEQ_NEW);
	assert_int_equal(sequence_ack_due(&s), 0); /* 53 was never here */
}

static void the_same_number_again_is_a_duplicate_and_an_older_one_is_old(void **state)
{
	(void)state;
	fresh();
	assert_int_equal(accept(1), SEQ_NEW);
	assert_int_equal(accept(1), SEQ_DUPLICATE);
	assert_int_equal(accept(2), SEQ_NEW);
	assert_int_equal(accept(1), SEQ_OLD);
	assert_int_equal(accept(2), SEQ_DUPLICATE);
	assert_int_equal(accept(0), SEQ_OLD);
}

static void no_number_0_sets_the_base(void **state)
{
	(void)state;
	fresh();
	assert_int_equal(accept(0), SEQ_OLD);
	assert_int_equal(s.last, 0);
	assert_int_equal(accept(5), SEQ_NEW);
}

static void a_gap_is_remembered_and_filled_in_any_order(void **state)
{
	(void)state;
	fresh();
	(void)accept(10);
	assert_int_equal(accept(14), SEQ_GAP);
	assert_int_equal(s.missing_count, 3);
	assert_int_equal(s.gap_first, 10);
	assert_int_equal(s.gap_last, 14);
	assert_int_equal(accept(12), SEQ_FILLED);
	assert_int_equal(accept(12), SEQ_OLD);
	assert_int_equal(accept(15), SEQ_NEW);
	assert_int_equal(accept(11), SEQ_FILLED);
	assert_int_equal(accept(13), SEQ_FILLED);
	assert_int_equal(s.missing_count, 0);
	assert_int_equal(s.last, 15);
}

static void a_lower_generation_is_refused_and_a_higher_one_is_judged_as_equal(void **state)
{
	(void)state;
	fresh();
	(void)accept(10);
	assert_int_equal(sequence_accept(&s, GENERATION - 1, 11, at_ms(0), span_ms(100)), SEQ_OLD_GENERATION);
	assert_int_equal(s.last, 10);
	assert_int_equal(sequence_accept(&s, GENERATION + 1, 11, at_ms(0), span_ms(100)), SEQ_NEW);
	assert_int_equal(s.generation, GENERATION);
}

static void a_restart_drops_old_generation_and_old_numbers(void **state)
{
	(void)state;
	fresh();
	(void)accept(100);
	(void)accept(103);
	sequence_restart(&s, GENERATION + 1);
	assert_int_equal(s.missing_count, 0);
	assert_int_equal(accept(104), SEQ_OLD_GENERATION);
	assert_int_equal(sequence_accept(&s, GENERATION + 1, 1, at_ms(0), span_ms(100)), SEQ_NEW);
	assert_int_equal(sequence_accept(&s, GENERATION + 1, 2, at_ms(0), span_ms(100)), SEQ_NEW);
}

static void forgetting_keeps_the_generation(void **state)
{
	(void)state;
	fresh();
	(void)accept(100);
	(void)accept(103);
	sequence_forget(&s);
	assert_int_equal(s.generation, GENERATION);
	assert_int_equal(s.missing_count, 0);
	assert_int_equal(accept(20), SEQ_NEW);
}

static void a_gap_of_250_is_asked_for_and_one_of_251_resets(void **state)
{
	(void)state;
	fresh();
	(void)accept(1);
	assert_int_equal(accept(252), SEQ_GAP);
	assert_int_equal(s.missing_count, 250);
	fresh();
	(void)accept(1);
	assert_int_equal(accept(253), SEQ_LOST_MANY);
	assert_int_equal(s.missing_count, 0);
	assert_int_equal(s.gap_first, 1);
	assert_int_equal(s.gap_last, 253);
	assert_int_equal(accept(254), SEQ_NEW);
	assert_int_equal(accept(200), SEQ_OLD);
}

static void many_gaps_that_miss_more_than_250_in_all_reset(void **state)
{
	(void)state;
	fresh();
	(void)accept(1);
	for (uint64_t i = 1; i <= 250; i++)
		assert_int_equal(accept(1 + 2 * i), SEQ_GAP);
	assert_int_equal(s.missing_count, 250);
	assert_int_equal(accept(504), SEQ_LOST_MANY);
	assert_int_equal(s.missing_count, 0);
}

static void the_largest_number_does_no_harm(void **state)
{
	(void)state;
	fresh();
	(void)accept(1);
	assert_int_equal(accept(UINT64_MAX), SEQ_LOST_MANY);
	assert_int_equal(accept(UINT64_MAX), SEQ_DUPLICATE);
	assert_int_equal(accept(UINT64_MAX - 1), SEQ_OLD);
	(void)sequence_ack_due(&s);
	fresh();
	(void)accept(UINT64_MAX - 2);
	assert_int_equal(accept(UINT64_MAX), SEQ_GAP);
	assert_int_equal(accept(UINT64_MAX - 1), SEQ_FILLED);
}

/* --- acknowledgement -------------------------------------------------------------------------- */

static void each_tenth_number_is_acknowledged_once(void **state)
{
	(void)state;
	fresh();
	for (uint64_t seq = 1; seq <= 40; seq++) {
		(void)accept(seq);
		assert_int_equal(sequence_ack_due(&s), seq % 10 == RESIDUE ? seq : 0);
		assert_int_equal(sequence_ack_due(&s), 0);
	}
}

static void an_acknowledgement_never_passes_a_hole_and_catches_up_when_it_closes(void **state)
{
	(void)state;
	fresh();
	(void)accept(1);
	(void)accept(2); /* 3, 4 missing */
	for (uint64_t seq = 5; seq <= 25; seq++) {
		(void)accept(seq);
		assert_int_equal(sequence_ack_due(&s), 0);
	}
	assert_int_equal(accept(4), SEQ_FILLED);
	assert_int_equal(sequence_ack_due(&s), 0);
	assert_int_equal(accept(3), SEQ_FILLED);
	assert_int_equal(sequence_ack_due(&s), 23);
	assert_int_equal(sequence_ack_due(&s), 0);
}

static void an_acknowledgement_reaches_up_to_the_next_hole(void **state)
{
	(void)state;
	fresh();
	(void)accept(1);
	(void)accept(3);  /* 2 missing */
	(void)accept(30); /* 4..29 missing */
	for (uint64_t seq = 4; seq <= 29; seq++)
		if (seq != 20)
			(void)accept(seq);
	assert_int_equal(sequence_ack_due(&s), 0);
	(void)accept(2);
	assert_int_equal(sequence_ack_due(&s), 13);
}

static void a_number_given_up_is_no_hole_any_more(void **state)
{
	(void)state;
	fresh();
	(void)accept(1);
	for (uint64_t seq = 3; seq <= 14; seq++)
		(void)accept(seq);
	assert_int_equal(sequence_ack_due(&s), 0);
	assert_true(sequence_lost(&s, 2));
	assert_false(sequence_lost(&s, 2));
	assert_false(sequence_lost(&s, 5));
	assert_int_equal(sequence_ack_due(&s), 13);
}

static void what_is_missing_after_a_number_is_known(void **state)
{
	(void)state;
	fresh();
	(void)accept(1);
	assert_false(sequence_missing_after(&s, 0));
	(void)accept(5);
	assert_true(sequence_missing_after(&s, 3));
	assert_false(sequence_missing_after(&s, 4));
	(void)accept(4);
	assert_true(sequence_missing_after(&s, 2));
	assert_false(sequence_missing_after(&s, 3));
}

static void what_is_postponed_is_asked_for_later_the_lowest_first(void **state)
{
	(void)state;
	fresh();
	(void)accept(1);
	(void)accept(4);
	assert_int_equal(sequence_request_due(&s, at_ms(200), span_ms(250)), 2);
	sequence_postpone(&s, at_ms(200), span_ms(250));
	assert_int_equal(sequence_request_due(&s, at_ms(449), span_ms(250)), 0);
	assert_int_equal(sequence_request_due(&s, at_ms(450), span_ms(250)), 2);
	assert_int_equal(sequence_request_due(&s, at_ms(450), span_ms(250)), 3);
}

static void requests_without_an_answer_become_rarer(void **state)
{
	(void)state;
	fresh();
	(void)accept(1);
	(void)accept(3);
	unsigned asked = 0;
	for (int64_t ms = 0; ms < 20000; ms += 10)
		asked += sequence_request_due(&s, at_ms(ms), span_ms(250)) != 0;
	assert_in_range(asked, 8, 14);
}

static void residue_0_and_residues_over_9_work(void **state)
{
	(void)state;
	sequence_init(&s, 10);
	for (uint64_t seq = 1; seq <= 30; seq++) {
		(void)sequence_accept(&s, 0, seq, at_ms(0), span_ms(100));
		assert_int_equal(sequence_ack_due(&s), seq % 10 == 0 ? seq : 0);
	}
}

static void nothing_is_acknowledged_before_anything_came(void **state)
{
	(void)state;
	fresh();
	assert_int_equal(sequence_ack_due(&s), 0);
}

/* --- retransmission requests ------------------------------------------------------------------ */

static void a_request_waits_for_its_time_and_is_repeated(void **state)
{
	(void)state;
	fresh();
	(void)accept_at(1, 0);
	(void)accept_at(4, 0);
	assert_true(sequence_deadline(&s).ns == at_ms(100).ns);
	assert_int_equal(sequence_request_due(&s, at_ms(99), span_ms(250)), 0);
	assert_int_equal(sequence_request_due(&s, at_ms(100), span_ms(250)), 2);
	assert_int_equal(sequence_request_due(&s, at_ms(100), span_ms(250)), 3);
	assert_int_equal(sequence_request_due(&s, at_ms(100), span_ms(250)), 0);
	assert_true(sequence_deadline(&s).ns == at_ms(350).ns);
	(void)accept_at(2, 200);
	assert_int_equal(sequence_request_due(&s, at_ms(350), span_ms(250)), 3);
	assert_int_equal(sequence_request_due(&s, at_ms(350), span_ms(250)), 0);
	(void)accept_at(3, 360);
	assert_true(sequence_deadline(&s).ns == MONO_FAR.ns);
}

static void requests_without_a_pause_end(void **state)
{
	(void)state;
	unsigned asked = 0;

	fresh();
	(void)accept_at(1, 0);
	(void)accept_at(252, 0);
	while (sequence_request_due(&s, at_ms(100), span_ms(-5)) != 0)
		assert_true(++asked <= SEQUENCE_MISSING_MAX);
	assert_int_equal(asked, SEQUENCE_MISSING_MAX);
}

static void old_gaps_are_given_up_and_young_ones_stay(void **state)
{
	(void)state;
	uint64_t first = 0;

	fresh();
	(void)accept_at(1, 0);
	(void)accept_at(4, 0);     /* 2, 3 */
	(void)accept_at(6, 5000);  /* 5 */
	/* asking again does not make it younger */
	assert_int_equal(sequence_request_due(&s, at_ms(100), span_ms(250)), 2);
	assert_int_equal(sequence_give_up(&s, at_ms(0), &first), 0);
	assert_int_equal(sequence_give_up(&s, at_ms(1), &first), 2);
	assert_int_equal(first, 2);
	assert_int_equal(s.missing_count, 1);
	assert_int_equal(accept_at(3, 6000), SEQ_OLD);
	assert_int_equal(accept_at(5, 6000), SEQ_FILLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_in_order_are_new),
		cmocka_unit_test(the_first_number_sets_the_base_and_nothing_before_it_is_asked_for),
		cmocka_unit_test(the_same_number_again_is_a_duplicate_and_an_older_one_is_old),
		cmocka_unit_test(no_number_0_sets_the_base),
		cmocka_unit_test(a_gap_is_remembered_and_filled_in_any_order),
		cmocka_unit_test(a_lower_generation_is_refused_and_a_higher_one_is_judged_as_equal),
		cmocka_unit_test(a_restart_drops_old_generation_and_old_numbers),
		cmocka_unit_test(forgetting_keeps_the_generation),
		cmocka_unit_test(a_gap_of_250_is_asked_for_and_one_of_251_resets),
		cmocka_unit_test(many_gaps_that_miss_more_than_250_in_all_reset),
		cmocka_unit_test(the_largest_number_does_no_harm),
		cmocka_unit_test(each_tenth_number_is_acknowledged_once),
		cmocka_unit_test(an_acknowledgement_never_passes_a_hole_and_catches_up_when_it_closes),
		cmocka_unit_test(an_acknowledgement_reaches_up_to_the_next_hole),
		cmocka_unit_test(a_number_given_up_is_no_hole_any_more),
		cmocka_unit_test(what_is_missing_after_a_number_is_known),
		cmocka_unit_test(what_is_postponed_is_asked_for_later_the_lowest_first),
		cmocka_unit_test(requests_without_an_answer_become_rarer),
		cmocka_unit_test(residue_0_and_residues_over_9_work),
		cmocka_unit_test(nothing_is_acknowledged_before_anything_came),
		cmocka_unit_test(a_request_waits_for_its_time_and_is_repeated),
		cmocka_unit_test(requests_without_a_pause_end),
		cmocka_unit_test(old_gaps_are_given_up_and_young_ones_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
