// SPDX-License-Identifier: MIT
/* Splits lines into words and compares words with patterns.  Reports the first word that fits no pattern, and what
 * would fit there. */
#include <stdlib.h>
#include <string.h>

#include "tests/cases/case.h"
#include "heartbeat/core/halves.h"

size_t words_split(char *line, struct word words[WORDS_MAX])
{
	size_t count = 0;
	for (char *at = line; *at != '\0' && count + 1 < WORDS_MAX;) {
		at += strspn(at, " \t");
		size_t len = strcspn(at, " \t");
		if (len == 0)
			break;
		char *end = at + len;
		bool more = *end != '\0', comma = len > 1 && end[-1] == ',';
		words[count++] = (struct word){at, (unsigned)(at - line) + 1};
		*end = '\0';
		if (comma) {
			end[-1] = '\0';
			words[count++] = (struct word){",", (unsigned)(end - line)};
		}
		at = more ? end + 1 : end;
	}
	return count;
}

size_t words_time(const struct word *words, size_t count, int64_t *ms)
{
	char *end;
	if (count < 2 || words[0].text[0] < '0' || words[0].text[0] > '9')
		return 0;
	double number = strtod(words[0].text, &end);
	if (*end != '\0' || number > 3600)
		return 0;
	if (strcmp(words[1].text, "s") == 0)
		*ms = (int64_t)(number * 1000 + 0.5);
	else if (strcmp(words[1].text, "ms") == 0)
		*ms = (int64_t)number;
	else
		return 0;
	return 2;
}

static int index_of_node(const char *text)
{
	return strcmp(text, "node1") == 0 ? 0 : strcmp(text, "node2") == 0 ? 1 : -1;
}

static int index_of_group(const struct decision_case *c, const char *text)
{
	for (int g = 0; g < c->plan.set[SET_GROUPS]; g++)
		if (strcmp(c->groups[g], text) == 0)
			return g;
	return -1;
}

static bool is_name(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz");
	return len > 0 && text[len] == '\0' && len < NAME_MAX_LEN;
}

static bool is(struct bytes slot, const char *name)
{
	return bytes_equal_text(slot, name);
}

/* The number of words that fit this place of a pattern; 0: they do not fit. */
static size_t fill(
	const struct decision_case *c, struct bytes slot, const struct word *words, size_t count, struct filled *f)
{
	const char *text = words[0].text;
	if (is(slot, "TIME"))
		return words_time(words, count, &f->time_ms);
	if (is(slot, "NODE"))
		return (f->node = index_of_node(text)) >= 0;
	if (is(slot, "GROUP"))
		return (f->group = index_of_group(c, text)) >= 0;
	if (is(slot, "NAME"))
		return is_name(f->name = text);
	if (is(slot, "NUMBER"))
		return (f->number = text[0] >= '1' && text[0] <= '9' && text[1] == '\0' ? text[0] - '0' : 0) > 0;
	if (is(slot, "HALF"))
		return half_parse(bytes_of(text), &f->half) && f->half != HALF_NONE;
	return is(slot, text);
}

/* The next place of a pattern; false at its end. */
static bool next_slot(const char **at, struct bytes *slot)
{
	*at += strspn(*at, " ");
	slot->at = (const uint8_t *)*at;
	slot->len = strcspn(*at, " ");
	*at += slot->len;
	return slot->len > 0;
}

/* The number of words that match the pattern from its start.  *whole: all words match the whole pattern.  Otherwise
 * *slot is the place where they differ. */
static size_t reach(const struct decision_case *c, const char *pattern, const struct word *words, size_t count,
	struct filled *f, bool *whole, struct bytes *slot)
{
	size_t used = 0;
	*whole = false;
	while (next_slot(&pattern, slot)) {
		size_t step = used < count ? fill(c, *slot, words + used, count - used, f) : 0;
		if (step == 0)
			return used;
		used += step;
	}
	*whole = used == count;
	*slot = bytes_of("the end of the sentence");
	return used;
}

/* Describe a place of a pattern for the author of a case. */
static void describe(const struct decision_case *c, struct bytes slot, char *out, size_t cap)
{
	static const char *const descriptions[][2] = {{"TIME", "a time (10 s)"}, {"NODE", "node1 or node2"},
		{"NAME", "a name in small letters"}, {"NUMBER", "a number"}, {"HALF", "all, local or foreign"}};
	(void)bytes_to_text(slot, out, cap);
	for (size_t i = 0; i < sizeof descriptions / sizeof *descriptions; i++)
		if (is(slot, descriptions[i][0]))
			(void)snprintf(out, cap, "%s", descriptions[i][1]);
	if (!is(slot, "GROUP"))
		return;
	struct writer names = writer_over(out, cap - 1);
	writer_text(&names, "a group that is named above:");
	for (int g = 0; g < c->plan.set[SET_GROUPS]; g++)
		writer_format(&names, " %s", c->groups[g]);
	out[names.len] = '\0';
}

static void report_misfit(const struct decision_case *c, const struct row *const *tables, const struct word *words,
	size_t count, size_t best, struct diags *d, unsigned line)
{
	char fitting[500];
	struct writer out = writer_over(fitting, sizeof fitting - 1);
	for (; *tables != NULL; tables++)
		for (const struct row *row = *tables; row->pattern != NULL; row++) {
			struct filled f = {0};
			bool whole;
			struct bytes slot;
			char word[120];
			if (reach(c, row->pattern, words, count, &f, &whole, &slot) != best)
				continue;
			describe(c, slot, word, sizeof word);
			fitting[out.len] = '\0';
			if (strstr(fitting, word) == NULL)
				writer_format(&out, "%s%s", out.len > 0 ? "; " : "", word);
		}
	fitting[out.len] = '\0';
	const struct word *at = best < count ? &words[best] : &words[count - 1];
	diag_add(d, DIAG_ERROR, line, at->column,
		best < count ? "\"%s\" does not fit here; expected: %s"
			     : "something is missing after \"%s\"; expected: %s",
		at->text, fitting);
}

const struct row *words_match(const struct decision_case *c, const struct row *const *tables, const struct word *words,
	size_t count, struct filled *f, struct diags *d, unsigned line)
{
	size_t best = 0;
	for (const struct row *const *table = tables; *table != NULL; table++)
		for (const struct row *row = *table; row->pattern != NULL; row++) {
			bool whole;
			struct bytes slot;
			*f = (struct filled){.node = -1, .group = -1};
			size_t far = reach(c, row->pattern, words, count, f, &whole, &slot);
			if (whole)
				return row;
			best = far > best ? far : best;
		}
	report_misfit(c, tables, words, count, best, d, line);
	return NULL;
}
