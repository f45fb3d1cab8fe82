// SPDX-License-Identifier: MIT
/* A process of a daemon for work that may block: a disk, a FIFO, a resolver.  The daemon itself never waits for it.
 * A thread is no solution: a process cannot end while one of its threads hangs in the kernel, for example on a frozen
 * file system.
 * Knows nothing of the work.  Both sides exchange messages over a socket (SOCK_SEQPACKET). */
#ifndef LIB_OWN_PROCESS_H
#define LIB_OWN_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct own_process_job {
	const char *name; /* of the process in ps and top, which show 15 characters */
	bool keep_output; /* standard output stays; otherwise all three streams are /dev/null */
	/* Runs in the process, which has no other descriptor than its end of the socket, and ignores the signals that
	 * end or change a daemon.  The process ends when this returns.  When all holders of the other end have closed
	 * it, recv returns 0. */
	void (*run)(void *context, int socket);
	void *context;
};

/* Start it.  Returns the daemon's end of the socket (close-on-exec), and *pid for waitpid; or -errno. */
int own_process_start(const struct own_process_job *job, pid_t *pid);

#endif
