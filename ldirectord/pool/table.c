// SPDX-License-Identifier: MIT
/* The table as data: frees and compares it, and creates the service that a virtual of the file describes. */
#include <stdlib.h>
#include <string.h>

#include "ldirectord/pool/pool_private.h"

void table_free(struct table *t)
{
	for (size_t i = 0; i < t->service_count; i++)
		free(t->services[i].reals);
	free(t->services);
	*t = (struct table){0};
}

void service_describe(const struct lb_virtual *v, struct table_service *out)
{
	memset(out, 0, sizeof *out);
	out->id = v->id;
	copy_text(out->scheduler, sizeof out->scheduler, v->scheduler ? v->scheduler : "");
	copy_text(out->schedflags, sizeof out->schedflags, v->schedflags ? v->schedflags : "");
	out->persistent = v->persistent;
	if (v->persistent && v->netmask)
		copy_text(out->netmask, sizeof out->netmask, v->netmask);
	out->ops = v->ops && v->id.protocol == LB_UDP;
}

/* Returns the mask.  When no mask was given, the kernel reports the mask of a single host. */
static const char *mask_of(const struct table_service *s)
{
	const char *host = s->id.address.family == LB_INET ? "255.255.255.255" : "128";

	return !s->persistent || strcmp(s->netmask, host) == 0 ? "" : s->netmask;
}

/* Convert a list of flags to bits.  The kernel has three flags, some with a special name for a scheduler; their order
 * in the list has no meaning.  Returns false when the list has other flags. */
static bool flags_of(const char *list, unsigned *bits)
{
	static const struct {
		const char *word;
		unsigned bit;
	} words[] = {{"flag-1", 1}, {"flag-2", 2}, {"flag-3", 4}, {"sh-fallback", 1}, {"sh-port", 2}, {"mh-fallback", 1},
		{"mh-port", 2}};
	*bits = 0;
	while (*list) {
		size_t len = strcspn(list, ","), i = 0;
		while (i < sizeof words / sizeof *words &&
			(strlen(words[i].word) != len || strncmp(words[i].word, list, len) != 0))
			i++;
		if (i == sizeof words / sizeof *words)
			return false;
		*bits |= words[i].bit;
		list += len + (list[len] == ',');
	}
	return true;
}

static bool same_flags(const char *a, const char *b)
{
	unsigned x, y;

	return strcmp(a, b) == 0 || (flags_of(a, &x) && flags_of(b, &y) && x == y);
}

bool table_service_same(const struct table_service *a, const struct table_service *b)
{
	return strcmp(a->scheduler, b->scheduler) == 0 && same_flags(a->schedflags, b->schedflags) &&
	       a->persistent == b->persistent && a->ops == b->ops && strcmp(mask_of(a), mask_of(b)) == 0;
}

bool table_real_same(const struct table_real *a, const struct table_real *b)
{
	return a->forward == b->forward && a->weight == b->weight && a->upper == b->upper && a->lower == b->lower;
}
