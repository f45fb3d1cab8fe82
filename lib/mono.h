// SPDX-License-Identifier: MIT
/* Typed monotonic time and durations; never the wall clock.
 * A point in time and a span are different types: the compiler refuses to mix them with each other or with an integer.
 */
#ifndef LIB_MONO_H
#define LIB_MONO_H

#include <stdbool.h>
#include <stdint.h>

/* A point in time on the monotonic clock, in nanoseconds since an arbitrary origin.  0 means "never". */
struct mono {
	int64_t ns;
};

/* A span of time in nanoseconds; may be negative. */
struct span {
	int64_t ns;
};

#define MONO_NEVER ((struct mono){0})
#define MONO_FAR ((struct mono){INT64_MAX})

static inline struct span span_ms(int64_t ms)
{
	return (struct span){ms * 1000000};
}

static inline int64_t span_to_ms(struct span s)
{
	return s.ns / 1000000;
}

static inline struct mono mono_add(struct mono t, struct span s)
{
	return (struct mono){t.ns + s.ns};
}

/* Returns a - b: positive when a is later. */
static inline struct span mono_since(struct mono a, struct mono b)
{
	return (struct span){a.ns - b.ns};
}

static inline bool mono_reached(struct mono now, struct mono deadline)
{
	return now.ns >= deadline.ns;
}

static inline struct mono mono_min(struct mono a, struct mono b)
{
	return a.ns < b.ns ? a : b;
}

static inline bool mono_is_never(struct mono t)
{
	return t.ns == 0;
}

/* Read CLOCK_MONOTONIC.  This function is the only one here that is not pure; core and conf never call it. */
struct mono mono_now(void);

#endif
