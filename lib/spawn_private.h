// SPDX-License-Identifier: MIT
/* For the tests of lib/spawn only. */
#ifndef LIB_SPAWN_PRIVATE_H
#define LIB_SPAWN_PRIVATE_H

/* Milliseconds from SIGTERM to SIGKILL, and again from SIGKILL until the wait for the child is given up.
 * Usually SPAWN_KILL_GRACE_MS; a test that needs all stages sets a shorter time. */
extern unsigned spawn_grace_ms;

#endif
