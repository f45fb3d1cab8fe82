// SPDX-License-Identifier: MIT
#include "heartbeat/core/sequence.h"

#include <string.h>

void sequence_init(struct sequence *s, unsigned ack_residue)
{
	memset(s, 0, sizeof *s);
	s->ack_residue = ack_residue % SEQUENCE_ACK_EVERY;
}

void sequence_forget(struct sequence *s)
{
	s->last = 0;
	s->missing_count = 0;
	s->acked = 0;
}

void sequence_restart(struct sequence *s, uint64_t generation)
{
	sequence_forget(s);
	s->generation = generation;
}

/* --- judging ---------------------------------------------------------------------------------- */

/* Start again at seq.  The numbers before it count as acknowledged, so that no acknowledgement is sent for them. */
static void set_base(struct sequence *s, uint64_t seq)
{
	s->last = seq;
	s->missing_count = 0;
	s->acked = seq - 1;
}

static void remove_missing(struct sequence *s, size_t index)
{
	s->missing_count--;
	memmove(&s->missing[index], &s->missing[index + 1], (s->missing_count - index) * sizeof s->missing[0]);
}

static bool take_missing(struct sequence *s, uint64_t seq)
{
	for (size_t i = 0; i < s->missing_count; i++)
		if (s->missing[i].seq == seq) {
			remove_missing(s, i);
			return true;
		}
	return false;
}

static enum seq_verdict open_gap(struct sequence *s, uint64_t seq, struct mono now, struct span first_request)
{
	uint64_t lost = seq - s->last - 1;

	s->gap_first = s->last;
	s->gap_last = seq;
	if (lost > SEQUENCE_MISSING_MAX - s->missing_count) {
		set_base(s, seq);
		return SEQ_LOST_MANY;
	}
	for (uint64_t missing = s->last + 1; missing < seq; missing++)
		s->missing[s->missing_count++] =
			(struct missing){.seq = missing, .since = now, .ask_at = mono_add(now, first_request)};
	s->last = seq;
	return SEQ_GAP;
}

enum seq_verdict sequence_accept(
	struct sequence *s, uint64_t generation, uint64_t seq, struct mono now, struct span first_request)
{
	if (generation < s->generation)
		return SEQ_OLD_GENERATION;
	if (seq == 0)
		return SEQ_OLD;
	if (s->last == 0) {
		set_base(s, seq);
		return SEQ_NEW;
	}
	if (seq == s->last)
		return SEQ_DUPLICATE;
	if (seq < s->last)
		return take_missing(s, seq) ? SEQ_FILLED : SEQ_OLD;
	if (seq - s->last > 1)
		return open_gap(s, seq, now, first_request);
	s->last = seq;
	return SEQ_NEW;
}

/* --- answering -------------------------------------------------------------------------------- */

uint64_t sequence_ack_due(struct sequence *s)
{
	uint64_t complete = s->missing_count > 0 ? s->missing[0].seq - 1 : s->last;

	/* Find the highest number up to complete that has our residue. */
	uint64_t back = (complete % SEQUENCE_ACK_EVERY + SEQUENCE_ACK_EVERY - s->ack_residue) % SEQUENCE_ACK_EVERY;
	if (back >= complete || complete - back <= s->acked)
		return 0;
	s->acked = complete - back;
	return s->acked;
}

uint64_t sequence_request_due(struct sequence *s, struct mono now, struct span repeat)
{
	struct missing *due = NULL;

	for (size_t i = 0; i < s->missing_count; i++)
		if (mono_reached(now, s->missing[i].ask_at) && (!due || s->missing[i].ask_at.ns < due->ask_at.ns))
			due = &s->missing[i];
	if (!due)
		return 0;
	/* The pause must not be 0, or the loop of the caller over due requests would not end.  The pause grows while no
	 * answer comes, because the sender may not hear us. */
	struct span half_its_age = {mono_since(now, due->since).ns / 2};
	struct span pause = repeat.ns < span_ms(1).ns ? span_ms(1) : repeat;
	due->ask_at = mono_add(now, half_its_age.ns > pause.ns ? half_its_age : pause);
	return due->seq;
}

void sequence_postpone(struct sequence *s, struct mono now, struct span repeat)
{
	for (size_t i = 0; i < s->missing_count; i++)
		if (mono_reached(now, s->missing[i].ask_at))
			s->missing[i].ask_at = mono_add(now, repeat);
}

size_t sequence_give_up(struct sequence *s, struct mono before, uint64_t *first)
{
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < s->missing_count; i++) {
		if (s->missing[i].since.ns >= before.ns)
			s->missing[kept++] = s->missing[i];
		else if (count++ == 0)
			*first = s->missing[i].seq;
	}
	s->missing_count = kept;
	return count;
}

bool sequence_lost(struct sequence *s, uint64_t seq)
{
	return take_missing(s, seq);
}

bool sequence_missing_after(const struct sequence *s, uint64_t seq)
{
	return s->missing_count > 0 && s->missing[s->missing_count - 1].seq > seq;
}

struct mono sequence_deadline(const struct sequence *s)
{
	struct mono next = MONO_FAR;

	for (size_t i = 0; i < s->missing_count; i++)
		next = mono_min(next, s->missing[i].ask_at);
	return next;
}
