// SPDX-License-Identifier: MIT
/* A binary heap of due times; the place of each check in the heap is stored. */
#include "ldirectord/daemon/schedule.h"

#include <stdint.h>
#include <stdlib.h>

enum { ABSENT = -1, SPREAD_TURNS = 50 };

struct schedule {
	size_t count, used;
	size_t *heap;      /* checks, the earliest first */
	ptrdiff_t *place;  /* the place of each check in the heap, or ABSENT */
	struct mono *due;
};

struct schedule *schedule_new(size_t count)
{
	struct schedule *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	s->count = count;
	s->heap = calloc(count + 1, sizeof *s->heap);
	s->place = calloc(count + 1, sizeof *s->place);
	s->due = calloc(count + 1, sizeof *s->due);
	if (s->heap == NULL || s->place == NULL || s->due == NULL) {
		schedule_free(s);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		s->place[i] = ABSENT;
	return s;
}

void schedule_free(struct schedule *s)
{
	if (s == NULL)
		return;
	free(s->heap);
	free(s->place);
	free(s->due);
	free(s);
}

static void put(struct schedule *s, size_t at, size_t check)
{
	s->heap[at] = check;
	s->place[check] = (ptrdiff_t)at;
}

static bool earlier(const struct schedule *s, size_t a, size_t b)
{
	return s->due[a].ns < s->due[b].ns || (s->due[a].ns == s->due[b].ns && a < b);
}

static void rise(struct schedule *s, size_t at)
{
	size_t check = s->heap[at];
	for (; at > 0 && earlier(s, check, s->heap[(at - 1) / 2]); at = (at - 1) / 2)
		put(s, at, s->heap[(at - 1) / 2]);
	put(s, at, check);
}

static void sink(struct schedule *s, size_t at)
{
	size_t check = s->heap[at];
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= s->used)
			break;
		if (child + 1 < s->used && earlier(s, s->heap[child + 1], s->heap[child]))
			child++;
		if (!earlier(s, s->heap[child], check))
			break;
		put(s, at, s->heap[child]);
		at = child;
	}
	put(s, at, check);
}

static void take_off(struct schedule *s, size_t at)
{
	size_t last = s->heap[--s->used];
	s->place[s->heap[at]] = ABSENT;
	if (at == s->used)
		return;
	put(s, at, last);
	sink(s, at);
	rise(s, (size_t)s->place[last]);
}

void schedule_at(struct schedule *s, size_t index, struct mono when)
{
	if (index >= s->count)
		return;
	if (s->place[index] != ABSENT)
		take_off(s, (size_t)s->place[index]);
	s->due[index] = when;
	put(s, s->used++, index);
	rise(s, s->used - 1);
}

struct mono schedule_spread(struct mono now, struct span period, size_t k, size_t n)
{
	if (n == 0)
		return now;
	struct mono when = mono_add(now, (struct span){period.ns / (int64_t)n * (int64_t)k});
	int64_t step = period.ns / SPREAD_TURNS;
	if (n > SPREAD_TURNS && step > 0)
		when.ns -= when.ns % step;
	return when;
}

struct mono schedule_next(struct mono due, struct span period, struct mono now)
{
	if (period.ns <= 0)
		return now;
	int64_t turns = mono_reached(now, due) ? mono_since(now, due).ns / period.ns + 1 : 1;
	return mono_add(due, (struct span){turns * period.ns});
}

size_t schedule_take(struct schedule *s, struct mono now, struct mono *due)
{
	if (s->used == 0 || !mono_reached(now, s->due[s->heap[0]]))
		return SIZE_MAX;
	size_t check = s->heap[0];
	*due = s->due[check];
	take_off(s, 0);
	return check;
}

struct mono schedule_deadline(const struct schedule *s)
{
	return s->used == 0 ? MONO_FAR : s->due[s->heap[0]];
}
