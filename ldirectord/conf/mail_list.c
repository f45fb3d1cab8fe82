// SPDX-License-Identifier: MIT
#include "ldirectord/conf/mail_list.h"

enum { ADDRESS_MAX = 254 }; // RFC 5321

static struct bytes slice(struct bytes b, size_t from, size_t to)
{
	return (struct bytes){b.at + from, to - from};
}

static bool is_separator(uint8_t c)
{
	return c == ',' || c == ';';
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Returns true when the word is printable and has no character with a meaning in a header or in SMTP. */
static bool is_address(struct bytes word)
{
	static const char special[] = "<>(),;\\\"";
	if (word.len == 0 || word.len > ADDRESS_MAX || word.at[0] == '-')
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (word.at[i] <= ' ' || word.at[i] >= 0x7f || strchr(special, word.at[i]))
			return false;
	return true;
}

/* Returns the end of a word: of a quoted text its last quote, of <...> its bracket, otherwise the next blank or
 * separator. */
static size_t word_end(struct bytes text)
{
	uint8_t close = text.at[0] == '"' ? '"' : text.at[0] == '<' ? '>' : 0;
	size_t i = 1;
	while (close && i < text.len && text.at[i] != close)
		i++;
	if (close && i < text.len)
		return i + 1;
	for (i = 0; i < text.len && !is_separator(text.at[i]) && !is_blank(text.at[i]);)
		i++;
	return i;
}

/* Returns true when "<...>" follows in this item: the words before it are then a name. */
static bool names_an_address(struct bytes rest)
{
	for (size_t i = 0; i < rest.len && !is_separator(rest.at[i]); i++)
		if (rest.at[i] == '<')
			return true;
	return false;
}

// Returns the address in "Mail Team <a@b>", when the whole text is in quotes.
static struct bytes within_brackets(struct bytes word)
{
	struct reader r = reader_over(word);
	(void)reader_until(&r, '<');
	struct bytes address = reader_until(&r, '>');
	return r.failed ? word : address;
}

bool lb_mail_next(struct bytes *rest, struct bytes *address, bool *good)
{
	for (;;) {
		size_t skip = 0;
		while (skip < rest->len && (is_separator(rest->at[skip]) || is_blank(rest->at[skip])))
			skip++;
		*rest = slice(*rest, skip, rest->len);
		if (rest->len == 0)
			return false;
		size_t end = word_end(*rest);
		struct bytes word = slice(*rest, 0, end);
		*rest = slice(*rest, end, rest->len);
		bool in_brackets = word.len > 2 && word.at[0] == '<' && word.at[word.len - 1] == '>',
		     in_quotes = word.len > 2 && word.at[0] == '"' && word.at[word.len - 1] == '"';
		if (in_brackets || (in_quotes && !names_an_address(*rest)))
			word = within_brackets(slice(word, 1, word.len - 1));
		else if (names_an_address(*rest) && !bytes_have(word, '@'))
			continue; // this word is part of a name
		else if (in_quotes)
			continue; // a name that contains an @
		*address = word;
		*good = is_address(word);
		return true;
	}
}
