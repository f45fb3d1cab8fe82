// SPDX-License-Identifier: MIT
/* Memory of one configuration: taken piece by piece, freed as a whole.  Private to this room.
 * Running out of memory ends the program: a configuration is read at start or beside a running one, and a half is worth nothing. */
#ifndef HEARTBEAT_CONF_POOL_H
#define HEARTBEAT_CONF_POOL_H

#include <stddef.h>

#include "lib/bytes.h"

struct pool;

struct pool *pool_new(void);
void pool_free(struct pool *pool);
/* size bytes, zeroed, aligned for any type.  Lives as long as the pool. */
void *pool_take(struct pool *pool, size_t size);
/* A copy as C string; lower: A-Z folded (node names, spec: config section 1). */
char *pool_text(struct pool *pool, struct bytes text);
char *pool_lower(struct pool *pool, struct bytes text);
char *pool_format(struct pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Make room for element number count of an array that grows one by one.  Returns the array, moved when it was full;
 * start with (NULL, 0). */
void *pool_grow(struct pool *pool, void *array, size_t count, size_t element);

#endif
