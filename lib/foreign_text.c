// SPDX-License-Identifier: MIT
#include "lib/foreign_text.h"

static const char blank[] = "type an ordinary blank", quote[] = "type the double quote \"", none[] = "delete it",
		  minus[] = "type the minus sign -", ascii[] = "type the ordinary character",
		  full_width[] = "full-width character";

/* Ranges of Unicode, in ascending order. */
static const struct {
	uint32_t first, last;
	enum foreign_kind kind;
	const char *name, *instead;
} table[] = {
	{0x00a0, 0x00a0, FOREIGN_BLANK, "no-break space", blank},
	{0x00ab, 0x00ab, FOREIGN_QUOTE, "typographic quote", quote},
	{0x00ad, 0x00ad, FOREIGN_INVISIBLE, "soft hyphen, which is invisible", none},
	{0x00b4, 0x00b4, FOREIGN_QUOTE, "acute accent", quote},
	{0x00bb, 0x00bb, FOREIGN_QUOTE, "typographic quote", quote},
	{0x1680, 0x1680, FOREIGN_BLANK, "wide blank", blank},
	{0x2000, 0x200a, FOREIGN_BLANK, "typographic blank", blank},
	{0x200b, 0x200f, FOREIGN_INVISIBLE, "zero-width character, which is invisible", none},
	{0x2010, 0x2015, FOREIGN_SIGN, "typographic dash", minus},
	{0x2018, 0x201f, FOREIGN_QUOTE, "typographic quote", quote},
	{0x2028, 0x2029, FOREIGN_BLANK, "Unicode line separator", "type an ordinary line break"},
	{0x202a, 0x202e, FOREIGN_INVISIBLE, "change of direction, which is invisible", none},
	{0x202f, 0x202f, FOREIGN_BLANK, "narrow no-break space", blank},
	{0x2032, 0x2036, FOREIGN_QUOTE, "prime mark", quote},
	{0x2039, 0x203a, FOREIGN_QUOTE, "typographic quote", quote},
	{0x205f, 0x205f, FOREIGN_BLANK, "typographic blank", blank},
	{0x2060, 0x2064, FOREIGN_INVISIBLE, "zero-width character, which is invisible", none},
	{0x2066, 0x2069, FOREIGN_INVISIBLE, "change of direction, which is invisible", none},
	{0x2190, 0x21ff, FOREIGN_SIGN, "arrow", "type -> as two characters"},
	{0x2212, 0x2212, FOREIGN_SIGN, "mathematical minus", minus},
	{0x3000, 0x3000, FOREIGN_BLANK, "full-width blank", blank},
	{0x300c, 0x300f, FOREIGN_QUOTE, "corner bracket", quote},
	{0x301d, 0x301f, FOREIGN_QUOTE, "typographic quote", quote},
	{0xfe50, 0xfe6b, FOREIGN_SIGN, "small variant of a sign", ascii},
	{0xfeff, 0xfeff, FOREIGN_INVISIBLE, "byte order mark", "save the file as UTF-8 without it"},
	{0xff02, 0xff02, FOREIGN_QUOTE, "full-width quote", quote},
	{0xff01, 0xff5e, FOREIGN_SIGN, full_width, ascii},
};

/* Bytes of Windows-1252 and Latin-1 that are not part of a UTF-8 sequence. */
static const struct {
	uint8_t byte;
	enum foreign_kind kind;
	const char *name, *instead;
} bytes_of_windows[] = {
	{0x82, FOREIGN_QUOTE, "quote of Windows-1252", quote},
	{0x84, FOREIGN_QUOTE, "quote of Windows-1252", quote},
	{0x85, FOREIGN_SIGN, "ellipsis of Windows-1252", "type ..."},
	{0x91, FOREIGN_QUOTE, "quote of Windows-1252", quote},
	{0x92, FOREIGN_QUOTE, "quote of Windows-1252", quote},
	{0x93, FOREIGN_QUOTE, "quote of Windows-1252", quote},
	{0x94, FOREIGN_QUOTE, "quote of Windows-1252", quote},
	{0x96, FOREIGN_SIGN, "dash of Windows-1252", minus},
	{0x97, FOREIGN_SIGN, "dash of Windows-1252", minus},
	{0xa0, FOREIGN_BLANK, "no-break space of Latin-1", blank},
};

enum { REPLACEMENT = 0xfffd, FULL_WIDTH_FIRST = 0xff01, FULL_WIDTH_LAST = 0xff5e };

/* Decode the character at text[i]; *len is its length.  Returns false, with length 1, when it is not UTF-8. */
static bool decode(struct bytes text, size_t i, uint32_t *code, size_t *len)
{
	static const struct {
		uint8_t mask, bits;
		uint32_t least;
	} forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
	uint8_t head = text.at[i];
	size_t n = 0;
	*code = head;
	*len = 1;
	while (n < 4 && (head & forms[n].mask) != forms[n].bits)
		n++;
	if (n == 4 || i + n >= text.len)
		return false;
	uint32_t sum = head & (uint8_t)~forms[n].mask;
	for (size_t k = 1; k <= n; k++) {
		if ((text.at[i + k] & 0xc0) != 0x80)
			return false;
		sum = sum << 6 | (text.at[i + k] & 0x3f);
	}
	if (sum < forms[n].least || sum > 0x10ffff || (sum >= 0xd800 && sum <= 0xdfff))
		return false;
	*code = sum;
	*len = n + 1;
	return true;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool look_up_byte(uint8_t byte, struct foreign *out)
{
	*out = (struct foreign){.kind = FOREIGN_BYTE,
		.code = byte,
		.name = "byte that is not UTF-8",
		.instead = "save the file as UTF-8"};
	for (size_t i = 0; i < sizeof(bytes_of_windows) / sizeof(*bytes_of_windows); i++) {
		if (bytes_of_windows[i].byte == byte) {
			out->kind = bytes_of_windows[i].kind;
			out->name = bytes_of_windows[i].name;
			out->instead = bytes_of_windows[i].instead;
		}
	}
	return true;
}

static bool look_up(uint32_t code, struct foreign *out)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (code < table[i].first || code > table[i].last)
			continue;
		*out = (struct foreign){.kind = table[i].kind,
			.code = code,
			.unicode = true,
			.name = table[i].name,
			.instead = table[i].instead};
		return true;
	}
	if (code == REPLACEMENT) { // an editor has replaced a character that it could not show
		*out = (struct foreign){.kind = FOREIGN_SIGN,
			.code = code,
			.unicode = true,
			.name = "replacement character",
			.instead = "type the character that was here"};
		return true;
	}
	return false;
}

// Examine the character at text[i]; *len is its length in bytes.
static bool look_at(struct bytes text, size_t i, struct foreign *out, size_t *len)
{
	uint32_t code;
	bool unicode = decode(text, i, &code, len), ends = i + 1 == text.len || is_blank(text.at[i + 1]);
	if (code == '\\' && ends) {
		*out = (struct foreign){.kind = FOREIGN_BACKSLASH,
			.code = code,
			.name = i + 1 == text.len ? "backslash at the end, which joins no lines"
						  : "backslash before a blank, which joins no words",
			.instead = none};
		return true;
	}
	if (code < 0x80)
		return false;
	return unicode ? look_up(code, out) : look_up_byte((uint8_t)code, out);
}

bool foreign_find(struct bytes text, unsigned kinds, struct foreign *out)
{
	for (size_t i = 0, len; i < text.len; i += len) {
		if (!look_at(text, i, out, &len) || !(out->kind & kinds))
			continue;
		out->at = i;
		out->len = len;
		return true;
	}
	return false;
}

void foreign_say(const struct foreign *f, char *out, size_t cap)
{
	struct writer w = writer_over(out, cap > 0 ? cap - 1 : 0);
	bool generic = f->name == full_width;
	if (generic && f->code >= FULL_WIDTH_FIRST && f->code <= FULL_WIDTH_LAST) {
		char ordinary = (char)(f->code - FULL_WIDTH_FIRST + '!');
		writer_format(&w, "a full-width %c (U+%04X): type the ordinary %c", ordinary, (unsigned)f->code, ordinary);
		if (cap > 0)
			out[w.len] = '\0';
		return;
	}
	writer_format(&w, "%s %s", f->name[0] == 'a' || f->name[0] == 'e' ? "an" : "a", f->name);
	if (f->unicode)
		writer_format(&w, " (U+%04X)", (unsigned)f->code);
	else if (f->code >= 0x80)
		writer_format(&w, " (byte %02X)", (unsigned)f->code);
	writer_format(&w, ": %s", f->instead);
	if (cap > 0)
		out[w.len] = '\0';
}

const char *foreign_encoding(struct bytes file)
{
	if (file.len < 2)
		return NULL;
	if ((file.at[0] == 0xff && file.at[1] == 0xfe) || (file.at[0] == 0xfe && file.at[1] == 0xff))
		return "UTF-16 text: save it as UTF-8";
	/* UTF-16 without a byte order mark: every second byte of an English line is NUL. */
	size_t looked = file.len < 64 ? file.len & ~(size_t)1 : 64, nul[2] = {0, 0};
	for (size_t i = 0; i < looked; i++)
		nul[i & 1] += file.at[i] == '\0';
	bool wide = looked >= 8 && (nul[0] == 0) != (nul[1] == 0) && (nul[0] + nul[1]) * 4 >= looked;
	return wide ? "UTF-16 text: save it as UTF-8" : NULL;
}
