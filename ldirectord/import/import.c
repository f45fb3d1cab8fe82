// SPDX-License-Identifier: MIT
#include "ldirectord/import/import.h"

#include <string.h>

#include "ldirectord/import/private.h"

/* The first byte that is neither blank nor part of a comment: a line of ipvsadm starts with a dash. */
static bool is_ipvsadm(struct bytes text)
{
	struct reader r = reader_over(text);
	for (int c; (c = reader_byte(&r)) >= 0;) {
		if (c == '#' || c == '!')
			(void)reader_until(&r, '\n');
		else if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return c == '-';
	}
	return false;
}

size_t import_text(struct bytes text, GString *out, struct diags *d)
{
	struct arena *memory = arena_new();
	if (!memory || arena_exhausted(memory)) {
		arena_free(memory);
		diag_add(d, DIAG_ERROR, 0, 0, "out of memory");
		return 0;
	}
	struct import *i = arena_take(memory, sizeof(*i));
	*i = (struct import){.memory = memory, .diags = d};
	if (is_ipvsadm(text))
		import_ipvsadm(i, text);
	else
		import_keepalived(i, text);
	import_put(i, out);
	size_t count = i->virtual_count;
	if (count == 0)
		diag_add(d, DIAG_ERROR, 0, 0,
			"there is no virtual service; expected what ipvsadm -S -n prints, or a keepalived.conf");
	arena_free(memory);
	return count;
}
