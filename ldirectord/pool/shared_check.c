// SPDX-License-Identifier: MIT
/* Which reals share a check: those whose checks would say the same to the same server, as often.  How many failures
 * count is not part of it: each virtual judges the one count by its own failurecount.
 * doc/ldirectord.md 6: "The check for one real is shared" */
#include <string.h>

#include "ldirectord/pool/pool_private.h"

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_numbers(const struct lb_virtual *a, const struct lb_virtual *b)
{
	return a->check_type == b->check_type && a->service == b->service && a->id.protocol == b->id.protocol &&
	       a->connects_per_negotiate == b->connects_per_negotiate && a->check_port == b->check_port &&
	       a->http_method == b->http_method && a->check_timeout_ms == b->check_timeout_ms &&
	       a->negotiate_timeout_ms == b->negotiate_timeout_ms && a->check_interval_ms == b->check_interval_ms &&
	       a->retry_interval_ms == b->retry_interval_ms && a->check_count == b->check_count &&
	       a->redirect_follow == b->redirect_follow && a->sslverify == b->sslverify;
}

static bool same_texts(const struct lb_virtual *a, const struct lb_virtual *b)
{
	return same_text(a->check_command, b->check_command) && same_text(a->virtualhost, b->virtualhost) &&
	       same_text(a->login, b->login) && same_text(a->passwd, b->passwd) &&
	       same_text(a->database, b->database) && same_text(a->secret, b->secret) && same_text(a->sni, b->sni) &&
	       same_text(a->sslca, b->sslca) && same_text(a->monitor_file, b->monitor_file);
}

static bool same_status(const struct lb_virtual *a, const struct lb_virtual *b)
{
	if (a->status_count != b->status_count)
		return false;
	for (size_t i = 0; i < a->status_count; i++)
		if (a->status[i].first != b->status[i].first || a->status[i].last != b->status[i].last)
			return false;
	return true;
}

/* Commands are told the virtual's address, so only its own reals share them. */
static bool is_told_the_virtual(const struct lb_virtual *v)
{
	return v->check_type == LB_CHECK_EXTERNAL || v->check_type == LB_CHECK_EXTERNAL_PERL;
}

bool shared_check_same(
	const struct lb_virtual *va, const struct lb_real *ra, const struct lb_virtual *vb, const struct lb_real *rb)
{
	if (key_order(&ra->address, &rb->address) || ra->weight != rb->weight || ra->forward != rb->forward ||
	    !same_text(ra->request, rb->request) || !same_text(ra->receive, rb->receive))
		return false;
	if (va == vb)
		return true;
	if (!same_numbers(va, vb) || !same_texts(va, vb) || !same_status(va, vb))
		return false;
	return !is_told_the_virtual(va) || lb_service_id_equal(&va->id, &vb->id);
}

bool shared_check_runs(const struct lb_virtual *v)
{
	return v->check_type != LB_CHECK_ON && v->check_type != LB_CHECK_OFF;
}
