// SPDX-License-Identifier: MIT
// Lines of an ldirectord.cf: indentation, comments, name = value.  doc/ldirectord.md 2.
#include "ldirectord/conf/parse.h"

bool lb_is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

bool lb_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

struct lb_value lb_slice(struct lb_value v, size_t from, size_t to)
{
	return (struct lb_value){{v.text.at + from, to - from}, v.line, v.column + (unsigned)from};
}

struct lb_value lb_trim(struct lb_value v)
{
	size_t from = 0, to = v.text.len;
	while (to > 0 && lb_is_blank(v.text.at[to - 1]))
		to--;
	while (from < to && lb_is_blank(v.text.at[from]))
		from++;
	return lb_slice(v, from, to);
}

struct lb_value lb_word(struct lb_value *rest)
{
	size_t from = 0, to;
	while (from < rest->text.len && lb_is_blank(rest->text.at[from]))
		from++;
	for (to = from; to < rest->text.len && !lb_is_blank(rest->text.at[to]);)
		to++;
	struct lb_value word = lb_slice(*rest, from, to);
	*rest = lb_slice(*rest, to, rest->text.len);
	return word;
}

/* Returns the index of the start of the comment, or the length.  A # within quotes does not start a comment
 * (doc/ldirectord.md 13.4: in ldirectord 4 it does).  But if the quotes are never closed, as in "C:\" # drive, we do as
 * ldirectord 4 does.
 * Outside of a section, ldirectord 4 has no comments behind a value.  There only a # after a blank starts a comment, so
 * that a command that contains a#b keeps its meaning. */
static size_t comment_at(struct bytes text, bool global)
{
	bool quoted = false;
	size_t first = text.len;
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '"' && !(quoted && text.at[i - 1] == '\\'))
			quoted = !quoted;
		if (text.at[i] != '#' || (global && i > 0 && !lb_is_blank(text.at[i - 1])))
			continue;
		if (!quoted)
			return i;
		if (first == text.len)
			first = i;
	}
	return quoted ? first : text.len;
}

static void cut_name(struct lb_value all, struct lb_line *out)
{
	size_t at = 0;
	while (at < all.text.len && all.text.at[at] != '=' && !lb_is_blank(all.text.at[at]))
		at++;
	out->name = lb_slice(all, 0, at);
	while (at < all.text.len && lb_is_blank(all.text.at[at]))
		at++;
	out->equals = at < all.text.len && all.text.at[at] == '=';
	out->value = lb_trim(lb_slice(all, at + (out->equals ? 1 : 0), all.text.len));
}

bool lb_line_next(struct reader *r, unsigned *number, struct lb_line *out)
{
	if (reader_left(r) == 0)
		return false;
	struct reader ahead = *r;
	struct lb_value all = {reader_until(&ahead, '\n'), ++*number, 1};
	if (ahead.failed)
		all.text = reader_take(r, reader_left(r)); // the last line has no newline
	else
		*r = ahead;
	*out = (struct lb_line){.number = *number};
	size_t at = 0;
	for (; at < all.text.len && (all.text.at[at] == ' ' || all.text.at[at] == '\t'); at++)
		out->indent += all.text.at[at] == '\t' ? LB_INDENT : 1;
	size_t first = at;
	while (first < all.text.len && lb_is_blank(all.text.at[first]))
		first++;
	out->comment = first < all.text.len && all.text.at[first] == '#';
	out->blank = out->comment || first == all.text.len;
	if (out->blank)
		return true;
	all = lb_slice(all, at, all.text.len);
	cut_name(lb_trim(lb_slice(all, 0, comment_at(all.text, out->indent == 0))), out);
	return true;
}
