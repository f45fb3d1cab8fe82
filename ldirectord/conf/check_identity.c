// SPDX-License-Identifier: MIT
/* Compares settings, for the rows of directives.c with LB_IDENTITY: checks with different values of such a directive
 * are different checks.
 * doc/ldirectord.md 6: "The check for one real is shared" */
#include <string.h>

#include "ldirectord/conf/parse.h"

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static const void *effective(const struct lb_directive *row, const struct lb_checked *c)
{
	return (const unsigned char *)c->v + row->effective;
}

bool lb_same_number(const struct lb_directive *row, const struct lb_checked *a, const struct lb_checked *b)
{
	return memcmp(effective(row, a), effective(row, b), row->effective_size) == 0;
}

bool lb_same_text(const struct lb_directive *row, const struct lb_checked *a, const struct lb_checked *b)
{
	char *x, *y;
	memcpy(&x, effective(row, a), sizeof(x));
	memcpy(&y, effective(row, b), sizeof(y));
	return same_text(x, y);
}

/* Compares the values that the line of a real sets.  Thresholds are not compared, because they do not change a
 * check. */
bool lb_same_server(const struct lb_directive *row, const struct lb_checked *a, const struct lb_checked *b)
{
	(void)row;
	return lb_address_equal(&a->r->address, &b->r->address) && a->r->weight == b->r->weight &&
	       a->r->forward == b->r->forward;
}

bool lb_same_check_type(const struct lb_directive *row, const struct lb_checked *a, const struct lb_checked *b)
{
	(void)row;
	return a->v->check_type == b->v->check_type && a->v->connects_per_negotiate == b->v->connects_per_negotiate;
}

/* Compares request and receive, which a real can have itself. */
bool lb_same_request(const struct lb_directive *row, const struct lb_checked *a, const struct lb_checked *b)
{
	(void)row;
	return a->r->elsewhere == b->r->elsewhere && same_text(a->r->request, b->r->request);
}

bool lb_same_receive(const struct lb_directive *row, const struct lb_checked *a, const struct lb_checked *b)
{
	(void)row;
	return same_text(a->r->receive, b->r->receive);
}

bool lb_same_status(const struct lb_directive *row, const struct lb_checked *a, const struct lb_checked *b)
{
	(void)row;
	if (a->v->status_count != b->v->status_count)
		return false;
	for (size_t i = 0; i < a->v->status_count; i++) {
		if (a->v->status[i].first != b->v->status[i].first || a->v->status[i].last != b->v->status[i].last)
			return false;
	}
	return true;
}
