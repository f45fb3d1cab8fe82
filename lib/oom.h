// SPDX-License-Identifier: MIT
/* Protects this process, but not the programs that it starts, from the kernel's OOM killer, which ends a process when
 * memory runs out. */
#ifndef LIB_OOM_H
#define LIB_OOM_H

/* From now on the kernel does not choose this process, or the children that it forks, when memory runs out.  Returns 0,
 * or -errno when this is not permitted (a container without CAP_SYS_RESOURCE) or /proc is missing. */
int oom_protect(void);
/* For a child that is about to execute a program: the program gets the value that this process had before oom_protect,
 * or 0 when that value was a protection too.  Does nothing in a process without protection.  Allocates nothing. */
void oom_unprotect_child(void);

#endif
