// SPDX-License-Identifier: MIT
/* Reads text messages from a stream to which several scripts write line by line, and skips garbage.  Takes bytes and
 * returns whole messages; opens no file.  doc/protocol.md 1.4, 4.1. */
#ifndef HEARTBEAT_IPC_FIFO_TEXT_H
#define HEARTBEAT_IPC_FIFO_TEXT_H

#include "lib/bytes.h"

enum {
	FIFO_LINE_MAX = 511,      /* its newline included: the reference's reader has 512 bytes */
	FIFO_MESSAGE_MAX = 32768, /* all lines of one message */
};

struct fifo_text {
	void (*message)(void *context, struct bytes whole); /* ">>>\n" to "<<<\n"; valid during the call */
	void (*garbage)(void *context, const char *why);    /* one line for the log, once a run of garbage */
	void *context;
	uint8_t line[FIFO_LINE_MAX];
	size_t line_len;
	bool line_bad; /* too long or with a NUL: the rest of it is skipped */
	uint8_t whole[FIFO_MESSAGE_MAX];
	size_t whole_len;
	bool inside;  /* after ">>>" */
	bool complained; /* this run of garbage has been reported */
	uint64_t skipped; /* lines */
};

void fifo_text_init(struct fifo_text *t, void (*message)(void *context, struct bytes whole),
		    void (*garbage)(void *context, const char *why), void *context);
void fifo_text_take(struct fifo_text *t, struct bytes data);

#endif
