// SPDX-License-Identifier: MIT
/* The record of a pair: what happened, in order, and the functions with which a test reads it. */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/heartbeat/pair.h"

struct pair_record *pair_note(struct pair *p, int side, char *text)
{
	if (p->record_count == p->record_cap) {
		p->record_cap = p->record_cap ? 2 * p->record_cap : 256;
		p->records = g_renew(struct pair_record, p->records, p->record_cap);
	}
	struct pair_record *r = &p->records[p->record_count++];
	*r = (struct pair_record){.at = p->now, .side = side, .text = text};
	return r;
}

void pair_print(const struct pair *p)
{
	size_t first = p->record_count > 150 ? p->record_count - 150 : 0;
	for (size_t i = first; i < p->record_count; i++) {
		const struct pair_record *r = &p->records[i];
		print_error("%9.3f %-5s %s%.300s\n", (double)(r->at.ns - PAIR_ORIGIN_S * 1000000000LL) / 1e9,
			p->side[r->side].name, i == p->mark ? "(mark) " : "", r->text);
	}
}

void pair_mark(struct pair *p)
{
	p->mark = p->record_count;
}

size_t pair_count(const struct pair *p, int side, const char *text)
{
	size_t n = 0;
	for (size_t i = p->mark; i < p->record_count; i++)
		n += p->records[i].side == side && strstr(p->records[i].text, text);
	return n;
}

const struct pair_record *pair_find(const struct pair *p, int side, const char *text)
{
	for (size_t i = p->mark; i < p->record_count; i++)
		if (p->records[i].side == side && strstr(p->records[i].text, text))
			return &p->records[i];
	return NULL;
}

const struct pair_record *pair_last(const struct pair *p, int side, const char *text)
{
	for (size_t i = p->record_count; i-- > p->mark;)
		if (p->records[i].side == side && strstr(p->records[i].text, text))
			return &p->records[i];
	return NULL;
}

static int64_t ms_of(struct mono t)
{
	return (t.ns - PAIR_ORIGIN_S * 1000000000LL) / 1000000;
}

int64_t pair_ms(const struct pair *p)
{
	return ms_of(p->now);
}

int64_t pair_when(const struct pair *p, int side, const char *text)
{
	const struct pair_record *r = pair_find(p, side, text);
	return r ? ms_of(r->at) : -1;
}

size_t pair_group(const struct pair *p, const char *key)
{
	const struct haresources *resources = p->side[ALPHA].resources;
	for (size_t g = 0; g < resources->count; g++)
		if (strcmp(resources->groups[g].key, key) == 0)
			return g;
	fail_msg("no group %s", key);
	return 0;
}

enum group_state pair_state(const struct pair *p, int side, const char *key)
{
	struct group_view view;
	assert_non_null(p->side[side].core);
	core_group_view(p->side[side].core, pair_group(p, key), &view);
	return view.state;
}

bool pair_runs(const struct pair *p, int side, const char *key)
{
	const struct pair_script *s = &p->side[side].script[pair_group(p, key)];
	return s->runs && !s->busy;
}

const char *pair_sent(const struct pair *p, int side)
{
	static char text[4096];
	struct writer w = writer_over(text, sizeof text - 1);
	for (size_t i = p->mark; i < p->record_count; i++) {
		const struct pair_record *r = &p->records[i];
		if (r->side != side || !g_str_has_prefix(r->text, "send ") ||
			g_str_has_prefix(r->text, "send status") || g_str_has_prefix(r->text, "send NS_"))
			continue;
		writer_format(&w, "%s%s", w.len ? ", " : "", r->text + 5);
	}
	assert_false(w.overflowed);
	text[w.len] = 0;
	return text;
}

void pair_fails(const struct pair *p, const char *format, ...)
{
	va_list args;
	pair_print(p);
	va_start(args, format);
	vprint_error(format, args);
	va_end(args);
	fail();
}

void pair_assert_times(
	const struct pair *p, int side, const char *text, size_t low, size_t high, const char *file, int line)
{
	size_t n = pair_count(p, side, text);
	if (n < low || n > high)
		pair_fails(p, "%s:%d: %s \"%s\" %zu times\n", file, line, p->side[side].name, text, n);
}

void pair_assert_before(
	const struct pair *p, int a_side, const char *a, int b_side, const char *b, const char *file, int line)
{
	pair_assert_times(p, a_side, a, 1, SIZE_MAX, file, line);
	pair_assert_times(p, b_side, b, 1, SIZE_MAX, file, line);
	if (pair_find(p, a_side, a) >= pair_find(p, b_side, b))
		pair_fails(p, "%s:%d: in the wrong order: \"%s\", then \"%s\"\n", file, line, a, b);
}

void pair_assert_state(
	const struct pair *p, int side, const char *key, enum group_state wanted, const char *file, int line)
{
	enum group_state is = pair_state(p, side, key);
	if (is != wanted)
		pair_fails(p, "%s:%d: %s on %s is %s, not %s\n", file, line, key, p->side[side].name,
			group_state_name(is), group_state_name(wanted));
}

void pair_assert_sent(const struct pair *p, int side, const char *wanted, const char *file, int line)
{
	const char *sent = pair_sent(p, side);
	if (strcmp(sent, wanted) != 0)
		pair_fails(p, "%s:%d: %s\nsent:   %s\nwanted: %s\n", file, line, p->side[side].name, sent, wanted);
}
