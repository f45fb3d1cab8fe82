// SPDX-License-Identifier: MIT
/* A listening Unix socket in the main loop.  Never reads or writes a connection. */
#ifndef LIB_UNIX_LISTENER_H
#define LIB_UNIX_LISTENER_H

#include <sys/types.h>

struct unix_listener;

struct unix_listener_config {
	const char *path; /* copied */
	mode_t mode;      /* of the socket, from the first moment */
	int queue;        /* connections that may wait */
	/* A connection, non-blocking and closed on exec; the callee owns it.  Must not close the listener. */
	void (*connected)(void *context, int fd);
	/* No connection can be accepted, usually because no descriptor is free.  The connections wait; the next try is
	 * a second later.  error: errno.  May be NULL. */
	void (*failed)(void *context, int error);
	void *context;
};

/* Listen at the path, in the default main context.  A socket that an earlier daemon left there is replaced: the caller
 * must know that none runs.  Any other file stays, and is an error.  Returns NULL with errno: EEXIST another file is
 * there, ENAMETOOLONG, or what the system reports. */
struct unix_listener *unix_listener_open(const struct unix_listener_config *config);
/* Stop listening, and remove the socket unless a later daemon has replaced it.  Accepted connections stay.  l may be
 * NULL. */
void unix_listener_close(struct unix_listener *l);

#endif
