// SPDX-License-Identifier: MIT
/* The memory of one configuration: it is allocated piece by piece and freed as a whole.
 * When memory runs out, one longjmp ends the parse and returns to the function that created the arena.  An incomplete
 * configuration is useless, and a process that reads its file again (guardian, ldirectord) must not end because of a
 * lack of memory. */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include <setjmp.h>
#include <stddef.h>

#include "lib/bytes.h"

struct arena;

/* Returns NULL without memory.  The caller calls arena_exhausted immediately afterwards: when there is no memory for a
 * later piece, execution returns to that call, which is then true. */
struct arena *arena_new(void);
#define arena_exhausted(arena) (setjmp(*arena_exit(arena)) != 0)
jmp_buf *arena_exit(struct arena *arena);
void arena_free(struct arena *arena);
/* Returns size zeroed bytes, aligned for any type.  They live as long as the arena. */
void *arena_take(struct arena *arena, size_t size);
/* Both return a copy of text as a C string.  arena_lower also changes A-Z to lower case (node names,
 * doc/configuration.md 1). */
char *arena_text(struct arena *arena, struct bytes text);
char *arena_lower(struct arena *arena, struct bytes text);
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Make space for one more element at index count of an array that grows one by one.  Returns the array, which has a new
 * address when it was full.  Start with (NULL, 0). */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t element);

#endif
