// SPDX-License-Identifier: MIT
/* Recognizes hooks that belong to the resource manager of Heartbeat 3. */
#ifndef HEARTBEAT_EXEC_OLD_HOOK_H
#define HEARTBEAT_EXEC_OLD_HOOK_H

/* The program of the old manager that the script at path calls, outside of its remarks: a constant.  NULL: none, or the
 * file cannot be read. */
const char *old_hook_program(const char *path);

#endif
