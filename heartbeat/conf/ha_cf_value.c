// SPDX-License-Identifier: MIT
// Setters for directives with one value in each word: times, booleans, numbers, texts and choices from a list.
// doc/configuration.md 3.
#include "heartbeat/conf/ha_cf_parse.h"

#include <limits.h>
#include <string.h>

#include "lib/facility.h"

void ha_cf_complain(struct ha_cf_parser *p, enum diag_severity severity, const struct directive *row, struct word word,
                    const char *what)
{
	diag_add(p->diags, severity, word.line, word.column, "%s: \"%s\" %s", row->name, show(word.text).text, what);
}

#define QUOTED "%s: \"%s\" "

static void *field_of(struct ha_cf_parser *p, const struct directive *row)
{
	return (unsigned char *)p->conf + row->field;
}

static void refuse(struct ha_cf_parser *p, const struct directive *row, struct word word, const char *right)
{
	diag_add(p->diags, DIAG_ERROR, word.line, word.column, QUOTED "is not accepted; expected %s", row->name,
		 show(word.text).text, right);
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

bool bytes_fold_equal(struct bytes word, const char *text)
{
	struct bytes other = bytes_of(text);
	if (word.len != other.len)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (lower(word.at[i]) != other.at[i])
			return false;
	}
	return true;
}

// --- times ---

/* Returns the nanoseconds of a unit; 0: unknown unit.  Heartbeat 3.0.6 compares only the first two letters with ms and
 * us, and accepts any letters after them.  s, sec and min are our extensions, so no letters may follow them.
 * *odd: other letters follow. */
static int64_t unit_read(struct bytes unit, bool *odd)
{
	*odd = false;
	if (unit.len == 0 || bytes_fold_equal(unit, "s") || bytes_fold_equal(unit, "sec"))
		return 1000000000;
	if (bytes_fold_equal(unit, "min"))
		return 60 * INT64_C(1000000000);
	if (unit.len < 2 || lower(unit.at[1]) != 's')
		return 0;
	uint8_t first = lower(unit.at[0]);
	*odd = unit.len > 2 && !bytes_fold_equal(unit, "msec") && !bytes_fold_equal(unit, "usec");
	return first == 'm' ? 1000000 : first == 'u' ? 1000 : 0;
}

enum { NANO = 1000000000 };
static const int64_t TIME_MAX_NS = INT64_C(1000000000) * NANO; // 30 years; twice this value still fits into 64 bits

static bool time_read(struct bytes word, struct span *value, bool *odd)
{
	struct reader r = reader_over(word);
	int64_t whole = 0, fraction = 0, place = NANO; // fraction is in units of 1e-9; later digits are dropped
	unsigned digits = 0;
	bool dot = false;
	for (int c = reader_peek(&r); c == '.' || (c >= '0' && c <= '9'); c = reader_peek(&r)) {
		(void)reader_byte(&r); // the byte c
		if (c == '.') {
			if (dot)
				return false;
			dot = true;
			continue;
		}
		digits++;
		if (!dot && whole > TIME_MAX_NS / 1000)
			return false;
		if (!dot)
			whole = whole * 10 + (c - '0');
		else if (place > 1)
			fraction += (c - '0') * (place /= 10);
	}
	int64_t unit = unit_read(reader_take(&r, reader_left(&r)), odd);
	if (digits == 0 || unit == 0 || whole > TIME_MAX_NS / unit)
		return false;
	// both factors are divided by 1000, because a minute in ns times 1e9 would not fit into 64 bits
	int64_t ns = whole * unit + fraction * (unit / 1000) / (NANO / 1000);
	*value = span_ms((ns + 500000) / 1000000); // round to a millisecond, the resolution of Heartbeat 3.0.6
	return true;
}

bool ha_cf_time(struct bytes word, struct span *value)
{
	bool odd;
	return time_read(word, value, &odd);
}

bool value_time(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	struct span value;
	bool odd;
	if (!time_read(word.text, &value, &odd)) {
		diag_add(p->diags, DIAG_ERROR, word.line, word.column,
			QUOTED
			"is not a time; expected a number of seconds, or a number with us, ms, s or min, such as 2, 1.5, 500ms or 2min",
			row->name, show(word.text).text);
		return false;
	}
	if (span_to_ms(value) < row->low) {
		diag_add(p->diags, DIAG_ERROR, word.line, word.column, QUOTED "is too short; expected at least %ldms",
			row->name, show(word.text).text, row->low);
		return false;
	}
	if (odd)
		diag_add(p->diags, DIAG_WARNING, word.line, word.column, QUOTED "is read as %lldms; write it that way",
			row->name, show(word.text).text, (long long)span_to_ms(value));
	if (row->field != NO_FIELD)
		memcpy(field_of(p, row), &value, sizeof(value));
	return true;
}

// --- booleans ---

bool ha_cf_boolean(struct bytes word, bool *value)
{
	static const char *const words[] = {"true", "on", "yes", "y", "1", "false", "off", "no", "n", "0"};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (bytes_fold_equal(word, words[i])) {
			*value = i < 5;
			return true;
		}
	}
	return false;
}

bool value_boolean(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	bool value;
	if (!ha_cf_boolean(word.text, &value)) {
		refuse(p, row, word, "on (true yes y 1) or off (false no n 0)");
		return false;
	}
	if (row->field != NO_FIELD)
		memcpy(field_of(p, row), &value, sizeof(value));
	return true;
}

// --- numbers ---

long integer_read(struct bytes word, bool *garbage)
{
	struct reader r = reader_over(word);
	bool minus = reader_skip(&r, "-");
	if (!minus)
		(void)reader_skip(&r, "+"); // the sign is optional
	long value = 0;
	bool digits = false;
	for (int c = reader_peek(&r); c >= '0' && c <= '9'; c = reader_peek(&r)) {
		(void)reader_byte(&r); // the byte c
		digits = true;
		value = value > (INT_MAX - (c - '0')) / 10 ? INT_MAX : value * 10 + (c - '0');
	}
	*garbage = !digits || reader_left(&r) > 0;
	return minus ? -value : value;
}

static void warn_garbage(struct ha_cf_parser *p, const struct directive *row, struct word word, long value)
{
	diag_add(p->diags, DIAG_WARNING, word.line, word.column, QUOTED "is read as %ld; write a plain number",
		row->name, show(word.text).text, value);
}

bool value_integer(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	bool garbage;
	long value = integer_read(word.text, &garbage);
	if (value < row->low || value > row->high || value == INT_MAX) {
		struct shown shown = show(word.text);
		if (row->high == INT_MAX)
			diag_add(p->diags, DIAG_ERROR, word.line, word.column,
				QUOTED "is out of range; expected a whole number, at least %ld", row->name, shown.text,
				row->low);
		else
			diag_add(p->diags, DIAG_ERROR, word.line, word.column,
				QUOTED "is out of range; expected a whole number from %ld to %ld", row->name,
				shown.text, row->low, row->high);
		return false;
	}
	if (garbage)
		warn_garbage(p, row, word, value);
	if (row->field != NO_FIELD) {
		int number = (int)value; // this works for unsigned fields too: low is never negative
		memcpy(field_of(p, row), &number, sizeof(number));
	}
	return true;
}

bool port_read(struct ha_cf_parser *p, const struct directive *row, struct word word, uint16_t *port)
{
	bool garbage;
	long value = integer_read(word.text, &garbage);
	// Heartbeat 3.0.6 cuts a larger number to 16 bits.  We do the same, so that an old file keeps its port.
	uint16_t cut = (uint16_t)(value & 0xffff);
	if (value <= 0 || value == INT_MAX || cut == 0) {
		diag_add(p->diags, DIAG_ERROR, word.line, word.column,
			QUOTED "is not a port; expected a number from 1 to 65535", row->name, show(word.text).text);
		return false;
	}
	if (value > 65535)
		diag_add(p->diags, DIAG_WARNING, word.line, word.column,
			QUOTED "is over 65535: port %u is used, as in Heartbeat 3; write a port from 1 to 65535",
			row->name, show(word.text).text, (unsigned)cut);
	else if (garbage)
		warn_garbage(p, row, word, value);
	*port = cut;
	return true;
}

bool value_udpport(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	return port_read(p, row, word, &p->conf->udpport);
}

bool value_baud(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	static const unsigned rates[] = {9600, 19200, 38400, 57600, 115200, 230400, 460800};
	uint64_t value = 0;
	if (bytes_to_u64(word.text, 10, &value)) {
		for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
			if (value == rates[i]) {
				p->conf->baud = rates[i];
				return true;
			}
		}
	}
	refuse(p, row, word, "9600, 19200, 38400, 57600, 115200, 230400 or 460800");
	return false;
}

// --- texts ---

bool value_text(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	if (row->field != NO_FIELD) {
		const char *text = arena_text(p->arena, word.text);
		memcpy(field_of(p, row), &text, sizeof(text));
	}
	return true;
}

bool value_path(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	if (word.text.at[0] != '/')
		diag_add(p->diags, DIAG_WARNING, word.line, word.column,
			QUOTED "is not a full path: it depends on the directory in which heartbeat runs; start the path with /",
			row->name, show(word.text).text);
	return value_text(p, row, word);
}

bool value_choice(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	for (size_t i = 0; row->choices[i]; i++) {
		if (bytes_equal_text(word.text, row->choices[i])) {
			bool later = i > 0;
			if (row->field != NO_FIELD)
				memcpy(field_of(p, row), &later, sizeof(later));
			return true;
		}
	}
	struct name_list right = {{0}};
	struct writer w = writer_over(right.text, sizeof(right.text) - 1);
	for (size_t i = 0; row->choices[i]; i++)
		writer_format(&w, "%s%s", i == 0 ? "" : row->choices[i + 1] ? ", " : " or ", row->choices[i]);
	refuse(p, row, word, right.text);
	return false;
}

bool value_facility(struct ha_cf_parser *p, const struct directive *row, struct word word)
{
	int number = facility_number(word.text);
	if (number == FACILITY_UNKNOWN) {
		refuse(p, row, word, "a syslog facility in lower case such as local0 or daemon, or none");
		return false;
	}
	p->conf->logfacility = number;
	return true;
}
