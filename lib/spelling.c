// SPDX-License-Identifier: MIT
#include "lib/spelling.h"

static unsigned lesser(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* The number of letters to add, drop, change or swap.  As soon as the number must exceed most, the function returns
 * most + 1. */
static unsigned distance(struct bytes word, struct bytes name, unsigned most)
{
	unsigned rows[3][SPELLING_MAX + 1];
	size_t longer = word.len > name.len ? word.len - name.len : name.len - word.len;
	if (longer > most || name.len > SPELLING_MAX)
		return most + 1;
	for (size_t j = 0; j <= name.len; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= word.len; i++) {
		unsigned *row = rows[i % 3], least = row[0] = (unsigned)i;
		const unsigned *before = rows[(i + 2) % 3], *two_before = rows[(i + 1) % 3];
		uint8_t c = lower(word.at[i - 1]);
		for (size_t j = 1; j <= name.len; j++) {
			row[j] = lesser(
				lesser(before[j], row[j - 1]) + 1, before[j - 1] + (c == name.at[j - 1] ? 0 : 1));
			if (i > 1 && j > 1 && c == name.at[j - 2] && lower(word.at[i - 2]) == name.at[j - 1])
				row[j] = lesser(row[j], two_before[j - 2] + 1);
			least = lesser(least, row[j]);
		}
		if (least > most) // it cannot decrease any more, not even by a swap
			return most + 1;
	}
	return rows[word.len % 3][name.len];
}

const char *spelling_nearest(struct bytes word, const char *(*name_at)(size_t index))
{
	enum { SHORT = 6 };
	const char *nearest = NULL, *name;
	unsigned most = word.len < SHORT ? 1 : 2;
	if (word.len > SPELLING_MAX)
		return NULL;
	for (size_t i = 0; (name = name_at(i)) != NULL; i++) {
		unsigned d = distance(word, bytes_of(name), most);
		if (d > most || (d == most && nearest != NULL))
			continue;
		most = d;
		nearest = name;
	}
	return nearest;
}
