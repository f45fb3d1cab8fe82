// SPDX-License-Identifier: MIT
/* Finds the text messages in a stream to which several scripts write line by line, and skips garbage.  Takes bytes and
 * returns whole messages; opens no file.  doc/protocol.md 1.4, 4.1. */
#ifndef HEARTBEAT_IPC_FIFO_TEXT_H
#define HEARTBEAT_IPC_FIFO_TEXT_H

#include "lib/bytes.h"

enum {
	FIFO_LINE_MAX = 511,      /* with its newline; the read buffer of Heartbeat 3.0.6 has 512 bytes */
	FIFO_MESSAGE_MAX = 32768, /* all lines of one message */
};

struct fifo_text {
	void (*message)(void *context, struct bytes whole); /* ">>>\n" to "<<<\n"; valid during the call */
	void (*garbage)(void *context, const char *why);    /* a line for the log, once for each sequence of garbage */
	void *context;
	uint8_t line[FIFO_LINE_MAX];
	size_t line_len;
	bool line_bad; /* the line is too long or contains a NUL: the remaining part is skipped */
	uint8_t whole[FIFO_MESSAGE_MAX];
	size_t whole_len;
	bool inside;  /* ">>>" has arrived, "<<<" has not */
	bool complained; /* this sequence of garbage was reported */
	uint64_t skipped; /* the number of skipped lines */
};

void fifo_text_init(struct fifo_text *t, void (*message)(void *context, struct bytes whole),
		    void (*garbage)(void *context, const char *why), void *context);
void fifo_text_take(struct fifo_text *t, struct bytes data);

#endif
