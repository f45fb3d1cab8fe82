// SPDX-License-Identifier: MIT
/* Starts a separate process of a daemon for work that may block on a disk, a FIFO or a resolver.  The daemon itself
 * never waits for this process.
 * A thread would not be enough: a process cannot end while one of its threads hangs in the kernel, for example on a
 * file system that does not respond.
 * This module does not know what the work is.  Daemon and process exchange messages over a socket (SOCK_SEQPACKET). */
#ifndef LIB_OWN_PROCESS_H
#define LIB_OWN_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct own_process_job {
	const char *name; /* of the process in ps and top, which show 15 characters */
	bool keep_output; /* true: standard output stays open; false: all three streams are /dev/null */
	/* The main function of the process.  The process has no descriptor except its end of the socket, and ignores
	 * the signals that end or reconfigure a daemon.  It ends when run returns.  When all holders of the daemon's
	 * end have closed it, recv returns 0. */
	void (*run)(void *context, int socket);
	void *context;
};

/* Start the process.  Returns the daemon's end of the socket (close-on-exec), and sets *pid for waitpid; or -errno. */
int own_process_start(const struct own_process_job *job, pid_t *pid);

#endif
