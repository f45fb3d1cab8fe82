// SPDX-License-Identifier: MIT
/* Checks of real servers: each is a small state machine over non-blocking sockets in the caller's GLib main context.
 * Nothing here blocks: names, TLS, mail and scripts included.  One hard deadline per check.  doc/ldirectord.md 6 */
#ifndef LDIRECTORD_CHECK_CHECK_H
#define LDIRECTORD_CHECK_CHECK_H

#include <glib.h>

#include "ldirectord/conf/config.h"

struct check_plan {
	enum lb_check_type type; /* LB_CHECK_COMBINED has been resolved to CONNECT or NEGOTIATE by the caller */
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
/* Start one check.  done is called exactly once, never before check_start returns.
 * The check is freed before done runs.
 * v and r are read only before check_start returns: a reload may free them while the check runs.
 * All checks of a process share one context (NULL: the default one, which external programs need).
 * done may start and cancel checks, but must not run the context itself. */
struct check *check_start(GMainContext *context, const struct check_plan *plan, check_done *done, void *user);
/* Cancel the check without calling done. */
void check_cancel(struct check *c);
/* False: every check of this service is down, "not built in". */
bool check_is_built_in(enum lb_service service);
/* Append the names of all checks that are built in, separated by blanks: values of checktype that are checks of their
 * own, then values of service.  "connect ping ... dns ftp ..." */
void check_names(GString *out);
/* Once per process: OpenSSL, libcurl, c-ares; from then on SIGPIPE is ignored.  Returns false with the reason in
 * *why. */
bool check_init(const char **why);
/* Open the raw sockets of pings now, while there are the rights to do so.  What cannot be opened is tried again by each
 * ping. */
void check_open_sockets(void);
/* When no check is running any more. */
void check_exit(void);

#endif
