// SPDX-License-Identifier: MIT
/* Starts checks: selects the kind of a check, its address and its deadline. */
#include "ldirectord/check/check.h"

#include <ares.h>
#include <signal.h>

#include "ldirectord/check/private.h"

// --- kinds that need no conversation ---

static void always_up(struct check *c, const struct check_plan *plan)
{
	check_verdict(c, true, "%s", plan->type == LB_CHECK_ON ? "checktype=on" : "service=none");
}

static void never_up(struct check *c, const struct check_plan *plan)
{
	(void)plan;
	check_verdict(c, false, "checktype=off");
}

static void not_built_in(struct check *c, const struct check_plan *plan)
{
	check_verdict(c, false, "not built in: service=%s", lb_service_name(plan->v->service));
}

#define INSTANT(name, how) static const struct check_kind name = {.size = sizeof(struct check), .start = how}
INSTANT(kind_on, always_up);
INSTANT(kind_off, never_up);
INSTANT(kind_absent, not_built_in);

// --- which kind ---

/* Checks that need an optional library: the Makefile defines WITH_... */
#ifdef WITH_ldap
#define LDAP &check_kind_ldap
#else
#define LDAP &kind_absent
#endif
#ifdef WITH_mysql
#define MYSQL &check_kind_mysql
#else
#define MYSQL &kind_absent
#endif
#ifdef WITH_pgsql
#define PGSQL &check_kind_pgsql
#else
#define PGSQL &kind_absent
#endif

static const struct check_kind *const services[LB_SERVICES] = {
	[LB_DNS] = &check_kind_dns,
	[LB_FTP] = &check_kind_line,
	[LB_HTTP] = &check_kind_http,
	[LB_HTTPS] = &check_kind_http,
	[LB_HTTP_PROXY] = &check_kind_http,
	[LB_IMAP] = &check_kind_line,
	[LB_IMAPS] = &check_kind_line,
	[LB_LDAP] = LDAP,
	[LB_LDAPS] = LDAP,
	[LB_MYSQL] = MYSQL,
	[LB_NNTP] = &check_kind_line,
	[LB_NONE] = &kind_on,
	[LB_ORACLE] = &check_kind_oracle,
	[LB_PGSQL] = PGSQL,
	[LB_POP] = &check_kind_line,
	[LB_POPS] = &check_kind_line,
	[LB_RADIUS] = &check_kind_radius,
	[LB_SIMPLETCP] = &check_kind_line,
	[LB_SIP] = &check_kind_line,
	[LB_SMTP] = &check_kind_line,
	[LB_SUBMISSION] = &check_kind_line,
};

/* NULL: the service selects the kind. */
static const struct check_kind *const types[] = {
	[LB_CHECK_CONNECT] = &check_kind_connect,
	[LB_CHECK_NEGOTIATE] = NULL,
	[LB_CHECK_PING] = &check_kind_ping,
	[LB_CHECK_EXTERNAL] = &check_kind_external,
	[LB_CHECK_EXTERNAL_PERL] = &check_kind_external,
	[LB_CHECK_ON] = &kind_on,
	[LB_CHECK_OFF] = &kind_off,
	[LB_CHECK_COMBINED] = NULL,
};

static const struct check_kind *choose(const struct check_plan *plan)
{
	bool udp = plan->v->id.protocol == LB_UDP;
	const struct check_kind *kind = types[plan->type];
	if (kind == &check_kind_connect && udp)
		return &check_kind_ping;
	if (kind)
		return kind;
	return plan->v->service == LB_SIP && udp ? &check_kind_sip_udp : services[plan->v->service];
}

bool check_is_built_in(enum lb_service service)
{
	return services[service] != &kind_absent;
}

void check_names(GString *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (types[i])
			g_string_append_printf(out, "%s%s", out->len ? " " : "", lb_check_type_name((enum lb_check_type)i));
	for (size_t i = 0; i < G_N_ELEMENTS(services); i++)
		if (services[i] != &kind_absent)
			g_string_append_printf(out, "%s%s", out->len ? " " : "", lb_service_name((enum lb_service)i));
}

// --- life ---

struct check *check_start(GMainContext *context, const struct check_plan *plan, check_done *done, void *user)
{
	return check_run(context, choose(plan), plan, done, user);
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
