// SPDX-License-Identifier: MIT
/* Bytes as what scripts write into the command FIFO, in pieces.  First byte: how many come at a time (0: all).  What
 * comes out is compared with a slow reader that sees the whole text at once: so it cannot depend on where a piece ends.
 * Each whole message goes through the decoder, as the daemon does it. */
#include <string.h>

#include "heartbeat/core/codec.h"
#include "heartbeat/ipc/fifo_text.h"
#include "tests/fuzz/fuzz.h"

enum {
	TEXT_MAX = 65536, MESSAGES_MAX = TEXT_MAX / 8 + 1,
	/* Not fifo_text.h's own: the slow reader has them from the specification (protocol 1.4) and the text of the
	 * complaint. */
	LINE_LIMIT = 511, MESSAGE_LIMIT = 32768,
};

static struct fifo_text fifo;
static struct {
	uint8_t memory[TEXT_MAX];
	size_t ends[MESSAGES_MAX]; /* of the messages, one behind the other in memory */
	size_t count;
	unsigned lines;            /* refused or skipped, as the slow reader counts them */
} wanted;
static size_t seen, complaints;

static size_t begin_of(size_t message)
{
	return message > 0 ? wanted.ends[message - 1] : 0;
}

static void on_message(void *context, struct bytes whole)
{
	static uint8_t arena[MESSAGE_LIMIT];
	struct message m;
	struct decoded decoded;
	(void)context;
	MUST(seen < wanted.count && whole.len <= MESSAGE_LIMIT);
	MUST(bytes_equal(whole, (struct bytes){wanted.memory + begin_of(seen), wanted.ends[seen] - begin_of(seen)}));
	seen++;
	message_init(&m, arena, sizeof arena);
	enum codec_verdict v = codec_decode(whole, NULL, false, &m, &decoded);
	MUST(decoded.framing == FRAMING_TEXT && (v == CODEC_OK || decoded.why[0]));
	MUST(v == CODEC_OK || m.count == 0);
	MUST(!decoded.compressed || v != CODEC_OK || !message_find(&m, "_compressed_payload"));
}

static void on_garbage(void *context, const char *why)
{
	(void)context;
	MUST(why && why[0]);
	complaints++;
}

/* --- the slow reader --- */

/* One line with its newline, as it was written.  size: of the message under way, 0: outside of one. */
static size_t plain_line(const uint8_t *line, size_t len, size_t at, size_t size)
{
	while (len > 0 && line[0] == 0) /* NULs in front of a line are no harm */
		line++, len--;
	if (len > LINE_LIMIT || memchr(line, 0, len)) {
		wanted.lines++;
		return 0;
	}
	bool starts = len == 4 && memcmp(line, ">>>\n", 4) == 0, ends = len == 4 && memcmp(line, "<<<\n", 4) == 0;
	if (starts) {
		wanted.lines += size > 0;
		size = 0;
	} else if (size == 0) {
		wanted.lines += len > 1;
		return 0;
	} else if (size + len > MESSAGE_LIMIT) {
		wanted.lines++;
		return 0;
	}
	memcpy(wanted.memory + at + size, line, len);
	if (!ends)
		return size + len;
	wanted.ends[wanted.count++] = at + size + len;
	return 0;
}

static void plain_read(const uint8_t *text, size_t len)
{
	size_t size = 0;
	wanted.count = wanted.lines = 0;
	for (const uint8_t *end; len > 0 && (end = memchr(text, '\n', len)) != NULL;) {
		size_t line = (size_t)(end - text) + 1;
		size = plain_line(text, line, begin_of(wanted.count), size);
		text += line;
		len -= line;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_over((struct bytes){data, size});
	if (size == 0 || size > TEXT_MAX)
		return 0;
	size_t piece = (size_t)reader_byte(&r);
	plain_read(data + 1, size - 1);
	fifo_text_init(&fifo, on_message, on_garbage, NULL);
	seen = complaints = 0;
	while (reader_left(&r) > 0)
		fifo_text_take(&fifo, reader_take(&r, piece > 0 && piece < reader_left(&r) ? piece : reader_left(&r)));
	MUST(seen == wanted.count && fifo.skipped == wanted.lines);
	MUST(complaints <= fifo.skipped && (complaints > 0) == (fifo.skipped > 0));
	return 0;
}
