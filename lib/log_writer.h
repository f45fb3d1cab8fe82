// SPDX-License-Identifier: MIT
/* A process that writes for a daemon, so that the daemon never waits for a disk or a FIFO (lib/own_process.h).
 * Messages are handed over in order and without blocking.
 * The process runs until all senders are gone and everything is written.  So a crash of the daemon loses no message
 * that was handed over before. */
#ifndef LIB_LOG_WRITER_H
#define LIB_LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/mono.h"

enum {
	LOG_WRITER_MESSAGE_MAX = 8192,
	/* bytes that may wait, with the kernel's own share; some thousand messages */
	LOG_WRITER_QUEUE = 4 * 1024 * 1024,
};

struct log_writer;

struct log_writer_job {
	const char *name;     /* of the process in ps and top, which show 15 characters */
	bool keep_output;     /* message writes to standard output; otherwise all three streams are /dev/null */
	/* Both run in the process, may block, and have only the descriptors that they open.  begin may be NULL. */
	void (*begin)(void *context);
	/* Returns 0, or an errno to report to the sender. */
	int (*message)(void *context, const void *data, size_t len);
	void *context;
};

/* Start the process.  NULL with errno. */
struct log_writer *log_writer_start(const struct log_writer_job *job);
/* Hand over a message of 1 to LOG_WRITER_MESSAGE_MAX bytes.  Returns 0 or -errno: -EAGAIN when too much waits already,
 * another error when the process is gone.  A child of fork may send, too. */
int log_writer_send(struct log_writer *w, const void *data, size_t len);
/* Take the next report of a message that could not be written: the message itself, into data, and its errno.
 * Returns its length, or 0 when there is none. */
size_t log_writer_failed(struct log_writer *w, int *error, void *data, size_t cap);
/* Readable when a report waits, or the process is gone. */
int log_writer_fd(const struct log_writer *w);
/* End the sending of this process.  The process that started w also waits until everything is written, but no longer
 * than patience; the writer still writes the rest afterwards.  w may be NULL. */
void log_writer_stop(struct log_writer *w, struct span patience);

#endif
