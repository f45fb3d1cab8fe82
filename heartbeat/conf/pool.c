// SPDX-License-Identifier: MIT
#include "heartbeat/conf/pool.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 8192 }; // a usual ha.cf fits into one

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char memory[];
};

struct pool {
	struct block *blocks; // newest first
};

static struct block *block_new(size_t size)
{
	if (size > SIZE_MAX - sizeof(struct block))
		abort();
	struct block *b = calloc(1, sizeof(*b) + size);
	if (!b)
		abort();
	b->size = size;
	return b;
}

struct pool *pool_new(void)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	if (!pool)
		abort();
	return pool;
}

void pool_free(struct pool *pool)
{
	if (!pool)
		return;
	while (pool->blocks) {
		struct block *b = pool->blocks;
		pool->blocks = b->next;
		free(b);
	}
	free(pool);
}

void *pool_take(struct pool *pool, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > SIZE_MAX - align)
		abort();
	size = (size + align - 1) / align * align;
	struct block *b = pool->blocks;
	if (!b || b->size - b->used < size) {
		b = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE);
		b->next = pool->blocks;
		pool->blocks = b;
	}
	void *piece = &b->memory[b->used];
	b->used += size;
	return piece;
}

char *pool_text(struct pool *pool, struct bytes text)
{
	char *copy = pool_take(pool, text.len + 1);
	(void)bytes_to_text(text, copy, text.len + 1); // fits by construction
	return copy;
}

char *pool_lower(struct pool *pool, struct bytes text)
{
	char *copy = pool_text(pool, text);
	for (char *c = copy; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
	return copy;
}

char *pool_format(struct pool *pool, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		abort();
	char *text = pool_take(pool, (size_t)len + 1);
	va_start(args, format);
	(void)vsnprintf(text, (size_t)len + 1, format, args); // measured above
	va_end(args);
	return text;
}

void *pool_grow(struct pool *pool, void *array, size_t count, size_t element)
{
	if (array && (count & (count - 1)) != 0) // full at every power of two
		return array;
	if (count > SIZE_MAX / 2 / element - 1)
		abort();
	void *larger = pool_take(pool, (count ? count * 2 : 1) * element);
	if (count > 0)
		memcpy(larger, array, count * element);
	return larger;
}
