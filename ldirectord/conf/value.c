// SPDX-License-Identifier: MIT
// Setters of one value: numbers, times, yes and no, texts, choices, regular expressions.  doc/ldirectord.md 2.
#include "ldirectord/conf/parse.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "lib/foreign_text.h"

static void *field_of(const struct lb_directive *row, void *base)
{
	return (unsigned char *)base + row->field;
}

// --- numbers and times ---

static void put_number(const struct lb_directive *row, void *base, uint64_t value)
{
	uint16_t small = (uint16_t)value;
	uint32_t middle = (uint32_t)value;
	if (row->size == sizeof(small))
		memcpy(field_of(row, base), &small, sizeof(small));
	else if (row->size == sizeof(middle))
		memcpy(field_of(row, base), &middle, sizeof(middle));
	else
		// for int64_t too: the value is in the range of both types
		memcpy(field_of(row, base), &value, sizeof(value));
}

/* Get the digits in v as ldirectord 4 reads a number; *after: the remaining text.  Returns false after reporting an
 * error. */
static bool first_digits(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, const char *expected,
	struct lb_value *digits, struct lb_value *after)
{
	*digits = lb_digits(v);
	*after = lb_trim(lb_slice(v, digits->column - v.column + digits->text.len, v.text.len));
	if (digits->text.len == 0)
		lb_report(p, LB_ERROR, row->name, v, "is not accepted; expected %s", expected);
	return digits->text.len > 0;
}

// Check the range.  The bounds are in units of scale: ms for times, otherwise 1.
static bool in_range(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, struct lb_value digits,
	uint64_t scale, uint64_t *value)
{
	uint64_t n;
	bool fits = bytes_to_u64(digits.text, 10, &n) && n <= row->high / scale;
	if (fits && n * scale >= row->low) {
		*value = n * scale;
		return true;
	}
	if (!fits)
		lb_report(p, LB_ERROR, row->name, v, "is too large; expected at most %llu",
			(unsigned long long)(row->high / scale));
	else
		lb_report(p, LB_ERROR, row->name, v, "is too small; expected at least %llu",
			(unsigned long long)row->low);
	return false;
}

void lb_set_number(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_value digits, after;
	uint64_t value;
	if (!first_digits(p, row, v, "a number", &digits, &after) || !in_range(p, row, v, digits, 1, &value))
		return;
	if (digits.text.len != v.text.len)
		lb_report(p, LB_MISTAKE, row->name, v, "is read as %llu; expected digits only", (unsigned long long)value);
	put_number(row, base, value);
}

void lb_set_time(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_value digits, after;
	uint64_t value;
	if (!first_digits(p, row, v, "a number of seconds, or one with ms such as 500ms", &digits, &after))
		return;
	struct lb_value rest = after, unit = lb_token(&rest);
	bool ms = bytes_equal_text(unit.text, "ms"), clean = digits.column == v.column && unit.text.len == after.text.len;
	if (!in_range(p, row, v, digits, ms ? 1 : 1000, &value))
		return;
	if (ms && !clean)
		lb_report(p, LB_MISTAKE, row->name, v, "is read as %llu milliseconds; expected only this", (unsigned long long)value);
	else if (!clean || !(ms || after.text.len == 0 || bytes_equal_text(after.text, "s")))
		lb_report(p, LB_MISTAKE, row->name, v,
			"is read as %llu seconds; expected digits only, or milliseconds such as 1500ms",
			(unsigned long long)(value / 1000));
	put_number(row, base, value);
}

// --- yes and no ---

static bool yesno(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, bool *yes)
{
	struct lb_value rest = v, word = lb_token(&rest);
	*yes = bytes_equal_text(word.text, "yes");
	if (*yes || bytes_equal_text(word.text, "no")) {
		lb_report_read_as(p, row->name, v, word);
		return true;
	}
	lb_report(p, LB_ERROR, row->name, v, "is not accepted; expected yes or no");
	return false;
}

void lb_set_yesno(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	bool yes;
	if (yesno(p, row, v, &yes))
		memcpy(field_of(row, base), &yes, sizeof(yes));
}

void lb_set_yesno_maybe(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	bool yes;
	if (!yesno(p, row, v, &yes))
		return;
	int given = yes;
	memcpy(field_of(row, base), &given, sizeof(given));
}

// --- texts ---

static void put_text(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	char *text = arena_text(p->memory, v.text);
	memcpy(field_of(row, base), &text, sizeof(text));
}

bool lb_unquote(struct lb_parser *p, const char *name, struct lb_value v, struct lb_value *out)
{
	size_t end = v.text.len;
	const uint8_t *quote = end > 0 ? memchr(v.text.at, '"', end) : NULL;
	*out = v;
	if (quote && v.text.at[0] != '"') {
		lb_report_text(p, LB_ERROR, name, v, "has a quote inside the text; expected quotes around the whole text");
		return false;
	}
	if (!quote && !lb_plain_text(p, name, v))
		return false;
	if (quote) {
		while (v.text.at[end - 1] != '"')
			end--;
		if (end == 1) {
			lb_report_text(p, LB_ERROR, name, v, "has no closing quote; expected one at the end of the text");
			return false;
		}
		*out = lb_slice(v, 1, end - 1);
		if (end < v.text.len)
			lb_report(p, LB_MISTAKE, name, lb_trim(lb_slice(v, end, v.text.len)),
				"after the closing quote is ignored; delete it");
	}
	if (out->text.len > 0)
		return true;
	lb_report(p, LB_ERROR, name, *out, "is not accepted; expected a text in quotes");
	return false;
}

void lb_set_text(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_value text;
	if (lb_unquote(p, row->name, v, &text))
		put_text(p, row, text, base);
}

void lb_set_rest(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	if (v.text.len == 0)
		lb_report(p, LB_ERROR, row->name, v, "is not accepted; expected a text");
	else
		put_text(p, row, v, base);
}

void lb_set_rest_tidy(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	lb_set_rest(p, row, lb_tidy(p, row->name, v), base);
}

// Warn about characters that have an unexpected meaning for the shell.
static void judge_command(struct lb_parser *p, const char *name, struct lb_value v)
{
	struct foreign f;
	if (foreign_find(v.text, FOREIGN_QUOTE | FOREIGN_BLANK | FOREIGN_INVISIBLE, &f))
		lb_report_text(p, LB_MISTAKE, name, v, "has a character that the shell takes for a letter");
	if (v.text.len > 0 && v.text.at[v.text.len - 1] == ';')
		lb_report_text(p, LB_MISTAKE, name, v, "has a ; at its end, so the shell takes its arguments for another command; expected none");
}

// In a section ldirectord 4 removes the quotes.  Outside of a section it lets the shell do that.
void lb_set_rest_unquoted(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	size_t len = v.text.len;
	judge_command(p, row->name, v);
	if (p->open && len > 2 && v.text.at[0] == '"' && v.text.at[len - 1] == '"')
		v = lb_slice(v, 1, len - 1);
	lb_set_rest(p, row, v, base);
}

void lb_set_word(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	v = lb_tidy(p, row->name, v);
	struct lb_value rest = v, word = lb_word(&rest);
	if (word.text.len == 0) {
		lb_report(p, LB_ERROR, row->name, v, "is not accepted; expected one value without blanks");
		return;
	}
	rest = lb_trim(rest);
	if (rest.text.len > 0)
		lb_report(p, LB_MISTAKE, row->name, rest, "after the first value is ignored; delete it");
	put_text(p, row, word, base);
}

// --- choices ---

int lb_choice(const char *const *choices, struct bytes word)
{
	for (int i = 0; choices[i]; i++) {
		if (bytes_equal_text(word, choices[i]))
			return i;
	}
	return -1;
}

struct lb_list lb_list_of(const char *const *choices)
{
	struct lb_list out = {{0}};
	struct writer w = writer_over(out.text, sizeof(out.text) - 1);
	for (size_t i = 0; choices[i]; i++)
		writer_format(&w, "%s%s", i == 0 ? "" : choices[i + 1] ? ", " : " or ", choices[i]);
	return out;
}

// Returns the longest choice at v[from], unless a letter, digit or _ follows it: "external-perl", not "external".
static int choice_at(const char *const *choices, struct lb_value v, size_t from, size_t *len)
{
	int found = -1;
	*len = 0;
	for (int i = 0; choices[i]; i++) {
		size_t n = strlen(choices[i]), end = from + n;
		bool whole = end == v.text.len || (end < v.text.len && !lb_is_word(v.text.at[end]));
		if (n > *len && whole && memcmp(&v.text.at[from], choices[i], n) == 0) {
			found = i;
			*len = n;
		}
	}
	return found;
}

int lb_choice_of(const char *const *choices, struct lb_value v, struct lb_value *word)
{
	for (size_t i = 0; i < v.text.len; i++) {
		size_t len;
		if (i > 0 && lb_is_word(v.text.at[i - 1]))
			continue;
		int choice = choice_at(choices, v, i, &len);
		if (choice < 0)
			continue;
		if (word)
			*word = lb_slice(v, i, i + len);
		return choice;
	}
	return -1;
}

void lb_set_choice(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_value word;
	int choice = lb_choice_of(row->choices, v, &word);
	bool flag = choice > 0;
	if (choice >= 0)
		lb_report_read_as(p, row->name, v, word);
	if (choice < 0)
		lb_report(p, LB_ERROR, row->name, v, "is not accepted; expected %s", lb_list_of(row->choices).text);
	else if (row->size == sizeof(flag))
		memcpy(field_of(row, base), &flag, sizeof(flag));
	else if (row->size > 0)
		put_number(row, base, (uint64_t)choice);
}

// --- regular expressions ---

bool lb_regex_good(struct lb_parser *p, const char *name, struct lb_value pattern)
{
	int error;
	size_t offset;
	pcre2_code *code = pcre2_compile(
		pattern.text.at ? pattern.text.at : (const uint8_t *)"", pattern.text.len, 0, &error, &offset, NULL);
	pcre2_code_free(code);
	if (code)
		return true;
	unsigned char why[128] = "";
	(void)pcre2_get_error_message(error, why, sizeof(why)); // cut when it is longer
	struct lb_value place = pattern;
	place.column += (unsigned)(offset < pattern.text.len ? offset : pattern.text.len);
	lb_report_text(p, LB_ERROR, name, place, "is not a regular expression: %s, at its byte %zu", (const char *)why,
		offset + 1);
	return false;
}

void lb_set_regex(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_value text;
	if (lb_unquote(p, row->name, v, &text) && lb_regex_good(p, row->name, text))
		put_text(p, row, text, base);
}
