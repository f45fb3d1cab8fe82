// SPDX-License-Identifier: MIT
/* For the tests of lib/spawn only. */
#ifndef LIB_SPAWN_PRIVATE_H
#define LIB_SPAWN_PRIVATE_H

/* Milliseconds from SIGTERM to SIGKILL, and again from SIGKILL until a child that cannot die is given up.
 * SPAWN_KILL_GRACE_MS; a test that has to see all of it makes it shorter. */
extern unsigned spawn_grace_ms;

#endif
