// SPDX-License-Identifier: MIT
/* The standard streams of a daemon: descriptors 0 to 2.  Never touches another descriptor. */
#ifndef LIB_STREAMS_H
#define LIB_STREAMS_H

/* Open those of descriptors 0 to 2 that are closed, on /dev/null.  A daemon calls it first in main.  Otherwise its lock
 * file or a socket gets such a number: then the daemon prints into it, and streams_release closes it.
 * Returns 0, or -errno when a closed one could not be opened. */
int streams_fill(void);

/* Replace descriptors 0 to 2 by /dev/null, so that a daemon keeps no terminal open, and no pipe of a reader that waits
 * for its end.  keep: the descriptor that stays as it is; -1: none.  Returns 0, or -errno when nothing was replaced. */
int streams_release(int keep);

#endif
