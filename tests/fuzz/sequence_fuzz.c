// SPDX-License-Identifier: MIT
/* Bytes as operations on the numbers of one sender, beside a slow model.
 * Invariants: nothing is delivered twice, no acknowledgement passes a hole or goes back, the list of what is missing is
 * bounded, ascending and below the last number. */
#include <string.h>

#include "heartbeat/core/sequence.h"
#include "tests/fuzz/fuzz.h"

enum { NUMBERS = 1024 };

struct model {
	struct sequence s;
	struct mono now;
	uint64_t base;           /* first number since the tracking was last reset, 0: none */
	bool delivered[NUMBERS]; /* since then */
	bool settled[NUMBERS];   /* delivered, or given up */
	uint64_t acked;
};

static void reset(struct model *m, uint64_t base)
{
	memset(m->delivered, 0, sizeof m->delivered);
	memset(m->settled, 0, sizeof m->settled);
	m->base = base;
	m->acked = 0;
}

static void deliver(struct model *m, uint64_t seq)
{
	MUST(!m->delivered[seq]);
	m->delivered[seq] = m->settled[seq] = true;
}

static void check_missing(const struct model *m)
{
	const struct sequence *s = &m->s;

	MUST(s->missing_count <= SEQUENCE_MISSING_MAX);
	for (size_t i = 0; i < s->missing_count; i++) {
		MUST(s->missing[i].seq < s->last && s->missing[i].seq > m->base);
		MUST(i == 0 || s->missing[i - 1].seq < s->missing[i].seq);
		MUST(!m->settled[s->missing[i].seq]);
	}
	/* and every hole is on the list */
	size_t holes = 0;
	for (uint64_t seq = m->base; m->base > 0 && seq <= s->last; seq++)
		holes += !m->settled[seq];
	MUST(holes == s->missing_count);
}

static void check_ack(struct model *m)
{
	uint64_t ack = sequence_ack_due(&m->s);

	if (ack == 0)
		return;
	MUST(ack % SEQUENCE_ACK_EVERY == m->s.ack_residue && ack > m->acked && ack >= m->base && ack <= m->s.last);
	for (uint64_t seq = m->base; seq <= ack; seq++)
		MUST(m->settled[seq]);
	m->acked = ack;
	MUST(sequence_ack_due(&m->s) == 0);
}

static void accept(struct model *m, uint64_t generation, uint64_t seq)
{
	uint64_t last = m->s.last;

	switch (sequence_accept(&m->s, generation, seq, m->now, span_ms(100))) {
	case SEQ_NEW:
		if (last == 0)
			reset(m, seq);
		deliver(m, seq);
		MUST(m->s.last == seq);
		break;
	case SEQ_GAP:
		MUST(seq > last + 1 && m->s.gap_first == last && m->s.gap_last == seq);
		deliver(m, seq);
		break;
	case SEQ_LOST_MANY:
		MUST(seq > last + 1);
		reset(m, seq);
		deliver(m, seq);
		break;
	case SEQ_FILLED:
		MUST(seq < last);
		deliver(m, seq);
		break;
	case SEQ_DUPLICATE:
		MUST(seq == last);
		break;
	case SEQ_OLD:
		MUST(seq == 0 || seq < m->base || m->settled[seq]);
		break;
	case SEQ_OLD_GENERATION:
		MUST(generation < m->s.generation);
		break;
	}
}

static void request(struct model *m)
{
	unsigned asked = 0;
	uint64_t seq;

	while ((seq = sequence_request_due(&m->s, m->now, span_ms(250))) != 0) {
		MUST(!m->settled[seq] && seq < m->s.last);
		MUST(++asked <= SEQUENCE_MISSING_MAX);
	}
	MUST(m->s.missing_count == 0 || sequence_deadline(&m->s).ns > m->now.ns);
}

static void give_up(struct model *m, struct mono before)
{
	bool was[NUMBERS] = {false};
	uint64_t first = 0;
	size_t had = m->s.missing_count;

	for (size_t i = 0; i < had; i++)
		was[m->s.missing[i].seq] = true;
	size_t lost = sequence_give_up(&m->s, before, &first);
	MUST(m->s.missing_count + lost == had && (lost == 0 || was[first]));
	for (size_t i = 0; i < m->s.missing_count; i++)
		was[m->s.missing[i].seq] = false;
	for (size_t seq = 0; seq < NUMBERS; seq++)
		if (was[seq])
			m->settled[seq] = true;
}

static void step(struct model *m, uint8_t operation, uint64_t argument)
{
	switch (operation % 8) {
	case 0: /* near the last one */
		accept(m, m->s.generation, (m->s.last + argument % 16 + NUMBERS - 6) % NUMBERS);
		break;
	case 1:
		accept(m, m->s.generation, argument % NUMBERS);
		break;
	case 2:
		accept(m, argument % 4, (m->s.last + 1) % NUMBERS);
		break;
	case 3:
		m->now = mono_add(m->now, span_ms((int64_t)(argument % 1024)));
		request(m);
		break;
	case 4:
		if (sequence_lost(&m->s, argument % NUMBERS)) {
			MUST(!m->settled[argument % NUMBERS]);
			m->settled[argument % NUMBERS] = true;
		}
		break;
	case 5:
		give_up(m, mono_add(m->now, span_ms(-(int64_t)(argument % 2048))));
		break;
	case 6:
		if (argument % 8 == 0) {
			sequence_restart(&m->s, argument / 8 % 4);
			reset(m, 0);
		} else if (argument % 8 == 1) {
			sequence_forget(&m->s);
			reset(m, 0);
		}
		break;
	default:
		accept(m, m->s.generation, (m->s.last + 1) % NUMBERS);
		break;
	}
	check_missing(m);
	check_ack(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct model m;

	if (size < 1 || size > 8192)
		return 0;
	memset(&m, 0, sizeof m);
	m.now = (struct mono){1000000000};
	sequence_init(&m.s, data[0] % 10U);
	for (size_t i = 1; i + 2 < size; i += 3)
		step(&m, data[i], data[i + 1] | (uint64_t)data[i + 2] << 8);
	return 0;
}
