// SPDX-License-Identifier: MIT
/* The start of a check, and what all checks of a process share. */
#include "ldirectord/check/check.h"

#include <ares.h>
#include <signal.h>

#include "ldirectord/check/private.h"

struct check *check_start(GMainContext *context, const struct check_plan *plan, check_done *done, void *user)
{
	const struct check_kind *kind = plan->v->agent_port ? &check_kind_with_agent : check_kind_of(plan);
	return check_run(context, kind, plan, done, user);
}

bool check_init(const char **why)
{
	int failed = ares_library_init(ARES_LIB_INIT_ALL);
	if (failed) {
		*why = ares_strerror(failed);
		return false;
	}
	// OpenSSL writes with write(2): when a server closes the connection, SIGPIPE must not end this process.
	// doc/ldirectord.md 1
	(void)signal(SIGPIPE, SIG_IGN);
	return http_init(why);
}

void check_exit(void)
{
	http_exit();
	ares_library_cleanup();
	ping_exit();
	tls_exit();
	reactor_exit();
}
