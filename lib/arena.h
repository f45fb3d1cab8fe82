// SPDX-License-Identifier: MIT
/* Memory of one configuration: taken piece by piece, freed as a whole.
 * Running out of memory ends the parse, wherever it is, by one long jump to whoever made the arena: half a
 * configuration is worth nothing, and the process that reads it anew (guardian, ldirectord) must not die of it. */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include <setjmp.h>
#include <stddef.h>

#include "lib/bytes.h"

struct arena;

/* NULL without memory.  Whoever makes one sets arena_exhausted at once: there it comes back to when a later piece is
 * not to be had. */
struct arena *arena_new(void);
#define arena_exhausted(arena) (setjmp(*arena_exit(arena)) != 0)
jmp_buf *arena_exit(struct arena *arena);
void arena_free(struct arena *arena);
/* size bytes, zeroed, aligned for any type.  Lives as long as the arena. */
void *arena_take(struct arena *arena, size_t size);
/* A copy as C string; lower: A-Z folded (node names, doc/configuration.md 1). */
char *arena_text(struct arena *arena, struct bytes text);
char *arena_lower(struct arena *arena, struct bytes text);
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Make room for element number count of an array that grows one by one.  Returns the array, moved when it was full;
 * start with (NULL, 0). */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t element);

#endif
