// SPDX-License-Identifier: MIT
// Removes what users write around a value and ldirectord 4 skips: quotes, a semicolon, a remark.  doc/ldirectord.md 2.
#include "ldirectord/conf/parse.h"

#include "lib/foreign_text.h"

enum { SHOW_BYTES = 60 };

bool lb_is_word(uint8_t c)
{
	return lb_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

struct lb_value lb_token(struct lb_value *rest)
{
	size_t from = 0, to;
	while (from < rest->text.len && !lb_is_word(rest->text.at[from]))
		from++;
	for (to = from; to < rest->text.len && lb_is_word(rest->text.at[to]);)
		to++;
	struct lb_value token = lb_slice(*rest, from, to);
	*rest = lb_slice(*rest, to, rest->text.len);
	return token;
}

struct lb_value lb_digits(struct lb_value v)
{
	size_t from = 0, to;
	while (from < v.text.len && !lb_is_digit(v.text.at[from]))
		from++;
	for (to = from; to < v.text.len && lb_is_digit(v.text.at[to]);)
		to++;
	return lb_slice(v, from, to);
}

void lb_report_read_as(struct lb_parser *p, const char *name, struct lb_value v, struct lb_value word)
{
	char shown[SHOW_BYTES * 4 + 4];
	struct writer w = writer_over(shown, sizeof(shown) - 1);
	if (word.text.len == v.text.len)
		return;
	writer_escaped(&w, word.text, SHOW_BYTES);
	shown[w.len] = '\0';
	lb_report(p, LB_MISTAKE, name, v, "is read as %s; expected only this", shown);
}

static size_t quotes_in(struct bytes text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += text.at[i] == '"';
	return count;
}

struct lb_value lb_tidy(struct lb_parser *p, const char *name, struct lb_value v)
{
	struct lb_value tidy = v;
	while (tidy.text.len > 0 &&
		(tidy.text.at[tidy.text.len - 1] == ';' || tidy.text.at[tidy.text.len - 1] == ',' ||
			lb_is_blank(tidy.text.at[tidy.text.len - 1])))
		tidy.text.len--;
	size_t len = tidy.text.len;
	if (len > 1 && tidy.text.at[0] == '"' && tidy.text.at[len - 1] == '"' && quotes_in(tidy.text) == 2)
		tidy = lb_trim(lb_slice(tidy, 1, len - 1));
	if (tidy.text.len > 0 && tidy.text.len != v.text.len)
		lb_report_read_as(p, name, v, tidy);
	return tidy.text.len > 0 ? tidy : v;
}

// Returns the last character of a text; it may have several bytes.
static struct bytes last_character(struct bytes text)
{
	size_t from = text.len > 0 ? text.len - 1 : 0;
	while (from > 0 && text.len - from < 4 && (text.at[from] & 0xc0) == 0x80)
		from--;
	return (struct bytes){text.at + from, text.len - from};
}

bool lb_plain_text(struct lb_parser *p, const char *name, struct lb_value v)
{
	enum { HIDDEN = FOREIGN_BLANK | FOREIGN_INVISIBLE };
	struct foreign f;
	bool opens = foreign_find(v.text, FOREIGN_QUOTE, &f) && f.at == 0,
	     closes = foreign_find(last_character(v.text), FOREIGN_QUOTE, &f);
	if (v.text.len > 0 && (opens || closes || v.text.at[0] == '\'')) {
		lb_report_text(p, LB_ERROR, name, v, "is not in double quotes; expected \"TEXT\", without other quotes");
		return false;
	}
	if (foreign_find(v.text, HIDDEN, &f))
		lb_report_text(p, LB_MISTAKE, name, v, "has a character that cannot be seen; expected it in double quotes if it is meant");
	if (v.text.len > 1 && v.text.at[v.text.len - 1] == ';')
		lb_report_text(p, LB_MISTAKE, name, v, "has a ; at its end, which is part of the text; expected none, or the text in double quotes");
	return true;
}
