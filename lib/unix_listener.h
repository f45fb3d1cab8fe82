// SPDX-License-Identifier: MIT
/* A listening Unix socket in the main loop.  Does not read or write a connection. */
#ifndef LIB_UNIX_LISTENER_H
#define LIB_UNIX_LISTENER_H

#include <sys/types.h>

struct unix_listener;

struct unix_listener_config {
	const char *path; /* copied */
	mode_t mode;      /* the mode of the socket, from its creation on */
	int queue;        /* connections that may wait */
	/* Called with a new connection, non-blocking and closed on exec, which the callee owns.  Must not close the
	 * listener. */
	void (*connected)(void *context, int fd);
	/* Called when no connection can be accepted, usually because no descriptor is free.  The connections wait in
	 * the queue; the next attempt follows after a second.  error: errno.  May be NULL. */
	void (*failed)(void *context, int error);
	void *context;
};

/* Listen at the path, in the default main context.  Replaces a socket that an earlier daemon left there: the caller
 * must know that no other daemon runs.  Any other file at the path is not touched, and is an error.  Returns NULL with
 * errno: EEXIST when another file is there, ENAMETOOLONG, or the error of the system. */
struct unix_listener *unix_listener_open(const struct unix_listener_config *config);
/* Stop listening, and remove the socket unless another daemon has replaced it.  Accepted connections stay open.  l may
 * be NULL. */
void unix_listener_close(struct unix_listener *l);

#endif
