// SPDX-License-Identifier: MIT
/* Words, numbers and addresses of the import, and the virtuals that it finds. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ldirectord/import/private.h"

bool import_address(struct bytes text, struct lb_address *out)
{
	char copy[INET6_ADDRSTRLEN];
	if (!bytes_to_text(text, copy, sizeof(copy)) || memchr(copy, '\0', text.len))
		return false;
	out->family = bytes_have(text, ':') ? LB_INET6 : LB_INET;
	memset(out->bytes, 0, sizeof(out->bytes));
	return inet_pton(out->family == LB_INET6 ? AF_INET6 : AF_INET, copy, out->bytes) == 1;
}

bool import_address_port(struct bytes text, struct lb_address *out)
{
	size_t colon = text.len;
	while (colon > 0 && text.at[colon - 1] != ':')
		colon--;
	uint64_t port;
	if (colon < 2 || !import_number((struct bytes){text.at + colon, text.len - colon}, UINT16_MAX, &port))
		return false;
	struct bytes host = {text.at, colon - 1};
	bool six = host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']';
	if (six)
		host = (struct bytes){host.at + 1, host.len - 2};
	out->port = (uint16_t)port;
	return import_address(host, out) && six == (out->family == LB_INET6);
}

bool import_number(struct bytes text, uint64_t most, uint64_t *out)
{
	return bytes_to_u64(text, 10, out) && *out <= most;
}

bool import_is_text(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < ' ' || text.at[i] == 0x7f || text.at[i] == '"')
			return false;
	return text.len > 0;
}

bool import_is_name(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!g_ascii_isalnum(text.at[i]) && (text.at[i] == '\0' || !strchr("._-,", text.at[i])))
			return false;
	return text.len > 0;
}

void import_lost(struct import *i, unsigned line, struct bytes what, const char *why, ...)
{
	char text[400], shown[120];
	va_list args;
	struct writer w = writer_over(shown, sizeof(shown) - 1);
	enum { SHOWN = 24 };
	writer_escaped(&w, what, SHOWN);
	shown[w.len] = '\0';
	va_start(args, why);
	(void)vsnprintf(text, sizeof(text), why, args); // cut when it is long
	va_end(args);
	diag_add(i->diags, DIAG_WARNING, line, 0, "%s: %s", shown, text);
}

struct lb_virtual *import_find_virtual(const struct import *i, const struct lb_service_id *id)
{
	for (size_t n = 0; n < i->virtual_count; n++)
		if (lb_service_id_equal(&i->virtuals[n]->id, id))
			return i->virtuals[n];
	return NULL;
}

struct lb_virtual *import_add_virtual(struct import *i, const struct lb_service_id *id, unsigned line)
{
	const struct lb_virtual *earlier = import_find_virtual(i, id);
	if (earlier || i->virtual_count == IMPORT_VIRTUALS_MAX) {
		char text[64];
		lb_service_id_text(id, text, sizeof(text));
		if (earlier)
			import_lost(i, line, bytes_of(text), "not carried over: line %u has the same service", earlier->line);
		else
			import_lost(i, line, bytes_of(text), "not carried over: more than %d services", IMPORT_VIRTUALS_MAX);
		return NULL;
	}
	struct lb_virtual *v = arena_take(i->memory, sizeof(*v));
	v->id = *id;
	v->line = line;
	v->check_type = LB_CHECK_ON;
	v->service = LB_NONE;
	i->virtuals = arena_grow(i->memory, i->virtuals, i->virtual_count, sizeof(struct lb_virtual *));
	i->virtuals[i->virtual_count++] = v;
	return v;
}

struct lb_real *import_add_real(struct import *i, struct lb_virtual *v, const struct lb_address *a, unsigned line)
{
	if (i->real_total == IMPORT_REALS_MAX) {
		import_lost(i, line, bytes_of("server"), "not carried over: more than %d servers", IMPORT_REALS_MAX);
		return NULL;
	}
	i->real_total++;
	v->reals = arena_grow(i->memory, v->reals, v->real_count, sizeof(*v->reals));
	struct lb_real *r = &v->reals[v->real_count++];
	*r = (struct lb_real){.address = *a, .weight = 1, .line = line};
	return r;
}
