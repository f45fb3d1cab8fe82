// SPDX-License-Identifier: MIT
#include "lib/mono.h"

#include <stdlib.h>
#include <time.h>

struct mono mono_now(void)
{
	struct timespec now;
	// clock_gettime fails only for a clock that does not exist.  Without a clock no decision would be right.
	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		abort();
	return (struct mono){(int64_t)now.tv_sec * 1000000000 + now.tv_nsec};
}
