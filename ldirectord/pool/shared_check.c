// SPDX-License-Identifier: MIT
/* Decides which reals share a check: those that have the same address and the same settings for the check.
 * failurecount and risecount may differ, because each virtual compares the common count with its own limits.
 * doc/ldirectord.md 6: "The check for one real is shared" */
#include "ldirectord/pool/pool_private.h"

/* Returns true for a check command, which gets the address of the virtual as an argument, so that two virtuals cannot
 * share it. */
static bool passes_the_virtual(const struct lb_virtual *v)
{
	return v->check_type == LB_CHECK_EXTERNAL || v->check_type == LB_CHECK_EXTERNAL_PERL;
}

bool shared_check_same(
	const struct lb_virtual *va, const struct lb_real *ra, const struct lb_virtual *vb, const struct lb_real *rb)
{
	return lb_check_identity_equal(va, ra, vb, rb) &&
	       (!passes_the_virtual(va) || lb_service_id_equal(&va->id, &vb->id));
}

bool shared_check_runs(const struct lb_virtual *v)
{
	return v->check_type != LB_CHECK_ON && v->check_type != LB_CHECK_OFF;
}
