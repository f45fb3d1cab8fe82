// SPDX-License-Identifier: MIT
/* Finds processes in /proc: the descendants of a process, and a session.  A check command may have started processes
 * that left its process group; none of them may outlive the daemon. */
#ifndef LDIRECTORD_DAEMON_PROCESS_TREE_H
#define LDIRECTORD_DAEMON_PROCESS_TREE_H

#include <glib.h>
#include <stddef.h>
#include <sys/types.h>

/* Send a signal (0: none) to each living descendant of root, but not to root, and to each process of the session (0: no
 * session).  Returns the number of these processes. */
size_t process_tree_signal(pid_t root, pid_t session, int number);
/* The children of parent that have ended and are not reaped: an array of pid_t.  The caller frees it with
 * g_array_free(). */
GArray *process_tree_zombies(pid_t parent);

#endif
