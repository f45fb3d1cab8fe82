// SPDX-License-Identifier: MIT
/* Linked by `make coverage` only, with --wrap=_exit: the workers of the simulator and of some unit tests end with
 * _exit, which runs no exit handler, and so what they have counted would be lost. */
#include <sys/resource.h>

void __gcov_dump(void);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

void __wrap__exit(int status)
{
	struct rlimit size;
	// A test may have made files small: a count that is cut in its middle would spoil the file for all the others.
	if (getrlimit(RLIMIT_FSIZE, &size) == 0) {
		size.rlim_cur = size.rlim_max;
		(void)setrlimit(RLIMIT_FSIZE, &size); // raising up to the hard limit is always allowed
	}
	__gcov_dump();
	__real__exit(status);
}
