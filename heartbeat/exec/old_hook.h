// SPDX-License-Identifier: MIT
/* Recognizes hooks that belong to the resource manager of Heartbeat 3. */
#ifndef HEARTBEAT_EXEC_OLD_HOOK_H
#define HEARTBEAT_EXEC_OLD_HOOK_H

/* Returns the program of the old resource manager that the script at path calls (comments do not count): a constant.
 * NULL: the script calls none, or the file cannot be read. */
const char *old_hook_program(const char *path);

#endif
