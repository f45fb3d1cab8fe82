// SPDX-License-Identifier: MIT
#include "heartbeat/media/text_frames.h"

#include <string.h>

static const char start_mark[] = ">>>\n", end_mark[] = "<<<\n";
enum { MARK = sizeof start_mark - 1 };

static bool line_is(const struct text_frames *f, const char *mark)
{
	return f->len - f->line == MARK && memcmp(&f->kept[f->line], mark, MARK) == 0;
}

static bool line_ends_with_start(const struct text_frames *f)
{
	return f->len - f->line >= MARK && memcmp(&f->kept[f->len - MARK], start_mark, MARK) == 0;
}

static void drop(struct text_frames *f)
{
	f->inside = f->complete = false;
	f->line = f->len = 0;
}

static void begin(struct text_frames *f)
{
	memcpy(f->kept, start_mark, MARK);
	f->inside = true;
	f->line = f->len = MARK;
}

/* Returns true when the line can be a part of a message: it is blank, or NAME=VALUE without a NUL.  Noise inside a
 * message is detected here.  Otherwise it would be detected only by the signature, after everything up to the next end
 * mark is lost. */
static bool line_is_field(const struct text_frames *f)
{
	const uint8_t *line = &f->kept[f->line];
	size_t len = f->len - f->line;

	return len == 1 || (memchr(line, '=', len) && !memchr(line, '\0', len));
}

/* Handle a line outside of a message.  Noise may come directly before a start mark, on the same line. */
static void outside(struct text_frames *f)
{
	bool starts = line_ends_with_start(f);

	f->noise += f->len > (starts ? MARK : 1); /* a blank line is not noise */
	drop(f);
	if (starts)
		begin(f);
}

bool text_frames_take(struct text_frames *f, uint8_t byte)
{
	if (f->complete)
		drop(f);
	if (f->len == sizeof f->kept) {
		f->noise++;
		drop(f);
	}
	f->kept[f->len++] = byte;
	if (byte != '\n')
		return false;
	if (!f->inside) {
		outside(f);
		return false;
	}
	if (line_is(f, end_mark)) {
		f->complete = true;
		return true;
	}
	bool starts = line_is(f, start_mark); /* true: the previous message has no end */
	if (starts || !line_is_field(f)) {
		f->noise++;
		drop(f);
	}
	if (starts)
		begin(f);
	f->line = f->len;
	return false;
}

struct bytes text_frames_message(const struct text_frames *f)
{
	return (struct bytes){f->kept, f->len};
}
