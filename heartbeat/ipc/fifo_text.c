// SPDX-License-Identifier: MIT
#include "heartbeat/ipc/fifo_text.h"

#include <string.h>

void fifo_text_init(struct fifo_text *t, void (*message)(void *context, struct bytes whole),
		    void (*garbage)(void *context, const char *why), void *context)
{
	*t = (struct fifo_text){.message = message, .garbage = garbage, .context = context};
}

static void complain(struct fifo_text *t, const char *why)
{
	t->skipped++;
	if (!t->complained)
		t->garbage(t->context, why);
	t->complained = true;
}

static bool keep_line(struct fifo_text *t, struct bytes line)
{
	if (line.len > sizeof t->whole - t->whole_len)
		return false;
	memcpy(&t->whole[t->whole_len], line.at, line.len);
	t->whole_len += line.len;
	return true;
}

/* Handle a line, with its newline. */
static void take_line(struct fifo_text *t, struct bytes line)
{
	if (bytes_equal_text(line, ">>>\n")) {
		if (t->inside) {
			t->complained = false;
			complain(t, "a message without its end (<<<) is skipped, because another one starts");
		}
		t->inside = true;
		t->whole_len = 0;
		(void)keep_line(t, line); /* the first line always fits */
	} else if (!t->inside) {
		if (line.len > 1) /* blank lines between messages are not an error */
			complain(t, "text outside of a message (>>> ... <<<) is skipped");
	} else if (!keep_line(t, line)) {
		t->inside = false;
		complain(t, "a message of more than 32768 bytes is skipped");
	} else if (bytes_equal_text(line, "<<<\n")) {
		t->inside = t->complained = false;
		t->message(t->context, (struct bytes){t->whole, t->whole_len});
	}
}

void fifo_text_take(struct fifo_text *t, struct bytes data)
{
	struct reader r = reader_over(data);
	while (reader_left(&r) > 0) {
		int byte = reader_byte(&r);
		if (byte == 0 && t->line_len == 0)
			continue; /* a C program may send the NUL at the end of its string */
		if (byte == 0 || t->line_len == sizeof t->line)
			t->line_bad = true;
		if (!t->line_bad)
			t->line[t->line_len++] = (uint8_t)byte;
		if (byte != '\n')
			continue;
		if (t->line_bad) {
			t->inside = t->complained = false;
			complain(t,
				"a line of more than 511 bytes, or with a NUL, is refused together with its message");
		} else
			take_line(t, (struct bytes){t->line, t->line_len});
		t->line_len = 0;
		t->line_bad = false;
	}
}
