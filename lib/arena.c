// SPDX-License-Identifier: MIT
#include "lib/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 8192 }; // enough for most ha.cf files

struct block {
	struct block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char memory[];
};

struct arena {
	struct block *blocks; // newest first
	jmp_buf exit;
};

jmp_buf *arena_exit(struct arena *arena)
{
	return &arena->exit;
}

static struct block *block_new(struct arena *arena, size_t size)
{
	struct block *b = size > SIZE_MAX - sizeof(struct block) ? NULL : calloc(1, sizeof(*b) + size);
	if (!b)
		longjmp(arena->exit, 1);
	b->size = size;
	return b;
}

struct arena *arena_new(void)
{
	return calloc(1, sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	while (arena->blocks) {
		struct block *b = arena->blocks;
		arena->blocks = b->next;
		free(b);
	}
	free(arena);
}

void *arena_take(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	if (size > SIZE_MAX - align)
		longjmp(arena->exit, 1);
	size = (size + align - 1) / align * align;
	struct block *b = arena->blocks;
	if (!b || b->size - b->used < size) {
		b = block_new(arena, size > BLOCK_SIZE ? size : BLOCK_SIZE);
		b->next = arena->blocks;
		arena->blocks = b;
	}
	void *piece = &b->memory[b->used];
	b->used += size;
	return piece;
}

char *arena_text(struct arena *arena, struct bytes text)
{
	char *copy = arena_take(arena, text.len + 1);
	(void)bytes_to_text(text, copy, text.len + 1); // it fits: the length was computed above
	return copy;
}

char *arena_lower(struct arena *arena, struct bytes text)
{
	char *copy = arena_text(arena, text);
	for (char *c = copy; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	}
	return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		longjmp(arena->exit, 1);
	char *text = arena_take(arena, (size_t)len + 1);
	va_start(args, format);
	(void)vsnprintf(text, (size_t)len + 1, format, args); // measured above
	va_end(args);
	return text;
}

void *arena_grow(struct arena *arena, void *array, size_t count, size_t element)
{
	if (array && (count & (count - 1)) != 0) // the array is full when count is a power of two
		return array;
	if (count > SIZE_MAX / 2 / element - 1)
		longjmp(arena->exit, 1);
	void *larger = arena_take(arena, (count ? count * 2 : 1) * element);
	if (count > 0)
		memcpy(larger, array, count * element);
	return larger;
}
