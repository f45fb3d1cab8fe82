// SPDX-License-Identifier: MIT
/* What only the start needed is given back: a daemon that lives for years does not keep what a dozen libraries touch once. */
#ifndef LDIRECTORD_DAEMON_TRIM_H
#define LDIRECTORD_DAEMON_TRIM_H

/* Freed memory goes back to the kernel, and the pages of programs and libraries that cannot be written are let go of: those that are
 * used come back from the page cache when they are touched, some hundreds of them, once.  Takes a millisecond or two. */
void trim_start(void);

#endif
