// SPDX-License-Identifier: MIT
#include "ldirectord/ipvs/private.h"

#include <stdio.h>

void ipvs_free(struct ipvs *i)
{
	if (i)
		i->backend->free(i);
}

const char *ipvs_name(const struct ipvs *i)
{
	return i->backend->name;
}

int ipvs_read(struct ipvs *i, struct table *out, const char **why)
{
	*out = (struct table){NULL, 0};
	*why = "";
	int error = i->backend->read(i, out, why);
	if (error != 0)
		table_free(out);
	return error;
}

size_t ipvs_apply(struct ipvs *i, const struct table_op *ops, size_t count, struct ipvs_result *results)
{
	return count == 0 ? 0 : i->backend->apply(i, ops, count, results);
}

size_t ipvs_result_set(struct ipvs_result *r, enum table_op_kind kind, int error, const char *why)
{
	r->error = error;
	if (error == 0)
		why = "";
	else if (why == NULL)
		why = ipvs_error_text(kind, error);
	(void)snprintf(r->why, sizeof r->why, "%s", why); // cut when it is long
	return error != 0;
}
