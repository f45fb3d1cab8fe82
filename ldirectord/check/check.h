// SPDX-License-Identifier: MIT
/* Checks real servers.  Each check is a small state machine over non-blocking sockets in the caller's GLib main
 * context.
 * Nothing here blocks, not even name lookups, TLS, mail or scripts.  Each check has one deadline that always holds.
 * doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_CHECK_H
#define LDIRECTORD_CHECK_CHECK_H

#include <glib.h>

#include "ldirectord/conf/config.h"

struct check_plan {
	enum lb_check_type type; /* the caller has replaced LB_CHECK_COMBINED by CONNECT or NEGOTIATE */
	const struct lb_virtual *v;
	const struct lb_real *r;
};

/* The result of a check.  why: "connection refused", "timed out after 3 s while waiting for the greeting", "200 OK". */
struct check_outcome {
	bool up;
	unsigned share; /* of the weight: 1 to 100, or LB_SHARE_... */
	const char *why;
};
typedef void check_done(void *context, const struct check_outcome *o);

struct check;
/* Start one check.  done is called exactly once, and only after check_start has returned.
 * The check is freed before done runs.
 * v and r are only read before check_start returns: a reload may free them while the check runs.
 * All checks of a process share one context (NULL: the default one, which external programs need).
 * done may start and cancel checks, but must not run the context itself. */
struct check *check_start(GMainContext *context, const struct check_plan *plan, check_done *done, void *user);
/* Cancel the check without calling done. */
void check_cancel(struct check *c);
/* Returns false when checks of this service are not built in; each such check is down with the reason "not built
 * in". */
bool check_is_built_in(enum lb_service service);
/* Append the names of all checks that are built in, separated by blanks: first the values of checktype that are
 * separate checks, then the values of service.  "connect ping ... dns ftp ..." */
void check_names(GString *out);
/* Initialise OpenSSL, libcurl and c-ares, and ignore SIGPIPE from now on.  Call this once per process.  Returns false
 * with the reason in *why. */
bool check_init(const char **why);
/* Open the raw sockets of pings now, while the process still has the rights.  Each ping tries again to open a socket
 * that could not be opened. */
void check_open_sockets(void);
/* Release everything.  No check may be running. */
void check_exit(void);

#endif
