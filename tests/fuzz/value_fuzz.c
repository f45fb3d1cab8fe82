// SPDX-License-Identifier: MIT
/* Any bytes as one word of a file or a message: times, numbers, booleans, base64, printable form.  Each is compared
 * with a slow way to the same value; what is read and written again must be the same word. */
#include <limits.h>
#include <math.h>
#include <string.h>

#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/ha_cf_parse.h"
#include "tests/fuzz/fuzz.h"

enum { WORD_MAX = 256 };

/* As text with a NUL, for the functions of C. */
static char text[WORD_MAX + 1];

/* --- numbers --- */

static bool all_digits(struct bytes b, unsigned base)
{
	for (size_t i = 0; i < b.len; i++)
		if (!memchr("0123456789abcdefABCDEF", b.at[i], base == 10 ? 10 : 22))
			return false;
	return b.len > 0;
}

static void check_u64(struct bytes b, unsigned base)
{
	uint64_t value = 0;
	bool good = bytes_to_u64(b, base, &value), wanted = all_digits(b, base);
	unsigned __int128 sum = 0;
	for (size_t i = 0; wanted && i < b.len; i++) {
		sum = sum * base + (unsigned)strtoul((const char[]){(char)b.at[i], '\0'}, NULL, (int)base);
		wanted = sum <= UINT64_MAX;
	}
	MUST(good == wanted && (!good || value == sum));
}

static void check_decimal(struct bytes b)
{
	struct reader r = reader_over(b);
	size_t digits = strspn(text, "0123456789");
	uint64_t value = reader_decimal(&r, 6, 262144),
		 wanted = digits > 0 && digits <= 6 ? strtoul(text, NULL, 10) : UINT64_MAX;
	MUST(r.failed == (wanted > 262144));
	MUST(r.failed || (value == wanted && reader_left(&r) == b.len - digits));
}

static void check_integer(struct bytes b)
{
	bool garbage;
	long value = integer_read(b, &garbage), wanted = 0;
	size_t sign = text[0] == '-' || text[0] == '+', digits = strspn(text + sign, "0123456789");
	if (digits > 0) /* strtol alone would skip blanks in front */
		wanted = strtol(text + sign, NULL, 10);
	wanted = wanted > INT_MAX ? INT_MAX : wanted;
	MUST(value == (text[0] == '-' ? -wanted : wanted));
	MUST(garbage == (digits == 0 || sign + digits != b.len));
}

/* --- times --- */

/* In milliseconds.  whole: the word has no NUL, the unit is all of its end. */
static double unit_of(const char *unit, bool whole)
{
	if (whole && (!*unit || !strcasecmp(unit, "s") || !strcasecmp(unit, "sec")))
		return 1000;
	return !strncasecmp(unit, "ms", 2) ? 1 : !strncasecmp(unit, "us", 2) ? 0.001 : 0;
}

static void check_time(struct bytes b)
{
	struct span span = {-1};
	bool good = ha_cf_time(b, &span);
	size_t digits = strspn(text, "0123456789.");
	char number[WORD_MAX + 1];
	memcpy(number, text, digits);
	number[digits] = '\0';
	const char *dot = strchr(number, '.');
	double unit = unit_of(text + digits, strlen(text) == b.len), ms = strtod(number, NULL) * unit;
	bool wanted = strpbrk(number, "0123456789") && (!dot || !strchr(dot + 1, '.')) && unit > 0;
	MUST(!good || wanted);
	MUST(good || !wanted || ms > 0.9e11); /* 30 years and more may be refused, depending on the unit */
	if (!good)
		return;
	MUST(span.ns >= 0 && span.ns % 1000000 == 0 && ms < 1.1e12);
	MUST(fabs((double)span_to_ms(span) - ms) <= 0.5001 + ms * 1e-12);
}

/* --- booleans --- */

static void check_boolean(struct bytes b)
{
	bool value = false, yes = false, no = false;
	if (strlen(text) == b.len) {
		yes = !strcasecmp(text, "on") || !strcasecmp(text, "true") || !strcasecmp(text, "yes") ||
		      !strcasecmp(text, "y") || !strcmp(text, "1");
		no = !strcasecmp(text, "off") || !strcasecmp(text, "false") || !strcasecmp(text, "no") ||
		     !strcasecmp(text, "n") || !strcmp(text, "0");
	}
	MUST(ha_cf_boolean(b, &value) == (yes || no));
	MUST(value == yes);
}

/* --- other spellings --- */

static void check_base64(struct bytes b)
{
	static uint8_t coded[2 * WORD_MAX], plain[2 * WORD_MAX], again[2 * WORD_MAX];
	struct writer w = writer_over(coded, sizeof coded), back = writer_over(plain, sizeof plain);
	writer_base64(&w, b);
	MUST(!w.overflowed && w.len == (b.len + 2) / 3 * 4);
	MUST(writer_unbase64(&back, writer_done(&w)) && bytes_equal(writer_done(&back), b));
	/* what is accepted has one spelling */
	back = writer_over(plain, sizeof plain);
	w = writer_over(again, sizeof again);
	if (!writer_unbase64(&back, b))
		return;
	writer_base64(&w, writer_done(&back));
	MUST(bytes_equal(writer_done(&w), b));
}

static void check_escaped(struct bytes b)
{
	static uint8_t shown[4 * WORD_MAX + 4];
	struct writer w = writer_over(shown, sizeof shown);
	writer_escaped(&w, b, WORD_MAX);
	MUST(!w.overflowed && w.len >= b.len);
	for (size_t i = 0; i < w.len; i++)
		MUST(shown[i] >= 0x20 && shown[i] <= 0x7e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = {data, size};
	if (size > WORD_MAX)
		return 0;
	(void)bytes_to_text(b, text, sizeof text); /* fits */
	check_u64(b, 10);
	check_u64(b, 16);
	check_decimal(b);
	check_integer(b);
	check_time(b);
	check_boolean(b);
	check_base64(b);
	check_escaped(b);
	return 0;
}
