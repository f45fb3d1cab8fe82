// SPDX-License-Identifier: MIT
/* Memory of one configuration: taken piece by piece, freed as a whole.
 * When memory runs out, one long jump ends the parse and returns to the function that made the arena.  Half a
 * configuration is useless, and a process that reads its file again (guardian, ldirectord) must not end because of it.
 */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include <setjmp.h>
#include <stddef.h>

#include "lib/bytes.h"

struct arena;

/* NULL without memory.  The caller sets arena_exhausted at once: execution returns to that place when there is no
 * memory for a later piece. */
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
/* Make space for element number count of an array that grows one by one.  Returns the array, moved when it was full;
 * start with (NULL, 0). */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t element);

#endif
