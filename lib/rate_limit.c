// SPDX-License-Identifier: MIT
#include "lib/rate_limit.h"

#include <stddef.h>

bool rate_limit_pass(struct rate_limit *r, unsigned most, struct span period, struct mono now, uint64_t *suppressed)
{
	if (r->passed == 0 || mono_reached(now, mono_add(r->since, period))) {
		r->since = now;
		r->passed = 0;
	}
	if (r->passed >= most) {
		r->suppressed++;
		return false;
	}
	r->passed++;
	if (suppressed)
		*suppressed = r->suppressed;
	r->suppressed = 0;
	return true;
}
