// SPDX-License-Identifier: MIT
/* Protects this process from the kernel's choice when memory runs out; programs it starts are not. */
#ifndef LIB_OOM_H
#define LIB_OOM_H

/* From now on the kernel does not kill this process, nor the children that it forks.  Returns 0 or -errno: not
 * permitted (a container without CAP_SYS_RESOURCE), or no /proc. */
int oom_protect(void);
/* In a child that executes a program: the program gets the value that this process had before oom_protect, or 0 when
 * that one was a protection, too.  Does nothing in a process without protection.  Allocates nothing. */
void oom_unprotect_child(void);

#endif
