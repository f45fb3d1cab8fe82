// SPDX-License-Identifier: MIT
/* A separate process, the writer, that writes messages for a daemon, so that the daemon never waits for a disk or a
 * FIFO (lib/own_process.h).
 * The daemon hands messages over in order and without blocking.
 * The writer runs until all senders have ended and every message is written, so a crash of the daemon loses no message
 * that was handed over before. */
#ifndef LIB_LOG_WRITER_H
#define LIB_LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/mono.h"

enum {
	LOG_WRITER_MESSAGE_MAX = 8192,
	/* bytes that may wait, with the overhead of the kernel; some thousand messages */
	LOG_WRITER_QUEUE = 4 * 1024 * 1024,
};

struct log_writer;

struct log_writer_job {
	const char *name;     /* of the writer in ps and top, which show 15 characters */
	bool keep_output;     /* true: message writes to standard output; false: all three streams are /dev/null */
	/* begin and message run in the writer, may block, and have only the descriptors that they open.  begin may be
	 * NULL. */
	void (*begin)(void *context);
	/* Returns 0, or an errno to report to the sender. */
	int (*message)(void *context, const void *data, size_t len);
	void *context;
};

/* Start the writer.  Returns NULL with errno when that fails. */
struct log_writer *log_writer_start(const struct log_writer_job *job);
/* Hand over a message of 1 to LOG_WRITER_MESSAGE_MAX bytes.  Returns 0 or -errno: -EAGAIN when too many bytes wait
 * already, another error when the writer has ended.  A child of fork may send too. */
int log_writer_send(struct log_writer *w, const void *data, size_t len);
/* Take the next report about a message that could not be written: copies the message itself into data, and its errno
 * into *error.
 * Returns the length of the message, or 0 when there is no report. */
size_t log_writer_failed(struct log_writer *w, int *error, void *data, size_t cap);
/* A descriptor that is readable when a report waits or the writer has ended. */
int log_writer_fd(const struct log_writer *w);
/* Stop sending from this process.  The process that started w also waits until everything is written, but no longer
 * than patience; the writer writes the remaining messages afterwards.  w may be NULL. */
void log_writer_stop(struct log_writer *w, struct span patience);

#endif
