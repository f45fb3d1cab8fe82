// SPDX-License-Identifier: MIT
/* Manages the standard streams of a daemon, descriptors 0 to 2.  Changes no other descriptor. */
#ifndef LIB_STREAMS_H
#define LIB_STREAMS_H

/* Open /dev/null on each of the descriptors 0 to 2 that is closed.  A daemon calls this first in main.  Otherwise its
 * lock file or a socket could get such a number: the daemon would print into it, and streams_release would close it.
 * Returns 0, or -errno when a descriptor could not be opened. */
int streams_fill(void);

/* Replace descriptors 0 to 2 by /dev/null.  Otherwise the daemon would keep a terminal open, or a pipe, and a process
 * that reads the pipe would never see its end.  keep: the descriptor that is not replaced; -1: none.  Returns 0, or
 * -errno when nothing was replaced. */
int streams_release(int keep);

#endif
