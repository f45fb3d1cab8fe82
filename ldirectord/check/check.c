// SPDX-License-Identifier: MIT
/* What every check needs: its kind, its address, its deadline and its end. */
#include "ldirectord/check/check.h"

#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ldirectord/check/private.h"
#include "ldirectord/check/talk.h"

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

#define INSTANT(name, begin) static const struct check_kind name = {.size = sizeof(struct check), .start = begin}
INSTANT(kind_on, always_up);
INSTANT(kind_off, never_up);
INSTANT(kind_absent, not_built_in);

// --- which kind ---

static const struct check_kind *const services[LB_SERVICES] = {
	[LB_DNS] = &check_kind_dns,
	[LB_FTP] = &check_kind_line,
	[LB_HTTP] = &check_kind_http,
	[LB_HTTPS] = &check_kind_http,
	[LB_HTTP_PROXY] = &check_kind_http,
	[LB_IMAP] = &check_kind_line,
	[LB_IMAPS] = &check_kind_line,
	[LB_LDAP] = &kind_absent,
	[LB_LDAPS] = &kind_absent,
	[LB_MYSQL] = &kind_absent,
	[LB_NNTP] = &check_kind_line,
	[LB_NONE] = &kind_on,
	[LB_ORACLE] = &kind_absent,
	[LB_PGSQL] = &kind_absent,
	[LB_POP] = &check_kind_line,
	[LB_POPS] = &check_kind_line,
	[LB_RADIUS] = &kind_absent,
	[LB_SIMPLETCP] = &check_kind_line,
	[LB_SIP] = &check_kind_line,
	[LB_SMTP] = &check_kind_line,
	[LB_SUBMISSION] = &check_kind_line,
};

/* NULL: the service decides. */
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

/* Free the check and close its sockets before done is called: done may start the next check. */
static void check_end(struct check *c)
{
	check_done *done = c->done;
	void *user = c->user;
	char why[CHECK_WHY_MAX];
	bool up = c->up;
	memcpy(why, c->why, sizeof(why));
	check_cancel(c);
	done(user, up, why);
}

static void check_stop(struct check *c)
{
	if (!c->stopped && c->kind->stop)
		c->kind->stop(c);
	c->stopped = true;
}

static void deadline_fired(struct timer *t)
{
	struct check *c = (struct check *)((char *)t - offsetof(struct check, deadline));
	c->starting = true; // late may call check_verdict, which must not free c here
	if (!c->decided && c->kind->late)
		c->kind->late(c);
	if (!c->decided) {
		char seconds[32];
		(void)snprintf(
			seconds, sizeof(seconds), c->timeout_ms % 1000 ? "%.3f" : "%.0f", (double)c->timeout_ms / 1000);
		check_verdict(c, false, "timed out after %s s%s%s", seconds, *c->stage ? " while waiting for the " : "",
			c->stage);
	}
	check_end(c);
}

void check_verdict(struct check *c, bool up, const char *format, ...)
{
	va_list ap;
	if (c->decided)
		return;
	c->decided = true;
	c->up = up;
	va_start(ap, format);
	(void)vsnprintf(c->why, sizeof(c->why), format, ap);
	va_end(ap);
	if (!c->starting)
		check_end(c);
}

void check_failed(struct check *c, const char *what, int error)
{
	char text[128];
	(void)g_strlcpy(text, g_strerror(error), sizeof(text));
	text[0] = g_ascii_tolower(text[0]);
	check_verdict(c, false, "%s%s%s", what, *what ? ": " : "", text);
}

void check_stage(struct check *c, const char *stage)
{
	(void)g_strlcpy(c->stage, stage, sizeof(c->stage));
}

struct check *check_start(GMainContext *context, const struct check_plan *plan, check_done *done, void *user)
{
	reactor_attach(context);
	const struct check_kind *kind = choose(plan);
	// if there is no memory, GLib prints a message and ends the process
	struct check *c = g_malloc0(kind->size);
	c->kind = kind;
	c->done = done;
	c->user = user;
	c->deadline.fired = deadline_fired;
	c->timeout_ms = kind->negotiates ? plan->v->negotiate_timeout_ms : plan->v->check_timeout_ms;
	c->address = plan->r->address;
	if (plan->v->check_port)
		c->address.port = plan->v->check_port;
	else if (!c->address.port)
		c->address.port = lb_service_port(plan->v->service);
	c->starting = true;
	struct mono now = mono_now();
	kind->start(c, plan);
	c->starting = false;
	if (c->decided)
		check_stop(c);
	// An immediate verdict is reported in the next turn of the loop: done never runs inside check_start.
	timer_set(&c->deadline, c->decided ? now : mono_add(now, span_ms(c->timeout_ms)));
	return c;
}

void check_cancel(struct check *c)
{
	timer_clear(&c->deadline);
	check_stop(c);
	g_free(c);
}

bool check_init(const char **why)
{
	int failed = ares_library_init(ARES_LIB_INIT_ALL);
	if (failed) {
		*why = ares_strerror(failed);
		return false;
	}
	// OpenSSL writes with write(2): a server that hangs up must not end the process.  doc/ldirectord.md 1
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

// --- small things that kinds share ---

const char *check_printable(const char *text, size_t len, char *out, size_t cap)
{
	size_t n = 0;
	for (; n < len && n + 1 < cap; n++)
		out[n] = text[n] >= ' ' && text[n] < 127 ? text[n] : '?';
	out[n] = '\0';
	return out;
}

socklen_t check_sockaddr(const struct lb_address *a, struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (a->family == LB_INET6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(a->port);
		memcpy(&in6->sin6_addr, a->bytes, 16);
		return sizeof(*in6);
	}
	struct sockaddr_in *in = (struct sockaddr_in *)out;
	in->sin_family = AF_INET;
	in->sin_port = htons(a->port);
	memcpy(&in->sin_addr, a->bytes, 4);
	return sizeof(*in);
}

int check_connect(const struct lb_address *a, int type)
{
	struct sockaddr_storage to;
	if (!a->port)
		return -EDESTADDRREQ;
	socklen_t len = check_sockaddr(a, &to);
	int fd = socket(to.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&to, len) != 0 && errno != EINPROGRESS) {
		int why = errno;
		(void)close(fd); // nothing was written
		return -why;
	}
	return fd;
}

void check_host_text(const struct lb_address *a, char *out, size_t cap)
{
	if (!inet_ntop(a->family == LB_INET6 ? AF_INET6 : AF_INET, a->bytes, out, (socklen_t)cap))
		out[0] = '\0';
}

const char *check_hostname(void)
{
	static char name[256];
	const char *set = g_getenv("HOSTNAME"); // doc/ldirectord.md 5: "$HOSTNAME if it is set, else the node name"
	if (set && *set)
		return set;
	if (gethostname(name, sizeof(name) - 1) != 0)
		(void)g_strlcpy(name, "localhost", sizeof(name));
	return name;
}

void check_local_text(const struct sockaddr_storage *me, char *out, size_t cap)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)me;
	const struct sockaddr_in *in = (const struct sockaddr_in *)me;
	char host[INET6_ADDRSTRLEN] = "";
	if (me->ss_family == AF_INET6) {
		(void)inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host)); // host is long enough
		(void)snprintf(out, cap, "[%s]:%u", host, ntohs(in6->sin6_port));
	} else {
		(void)inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host)); // host is long enough
		(void)snprintf(out, cap, "%s:%u", host, ntohs(in->sin_port));
	}
}

/* Fill in the defaults for login and passwd.  The parser does it when `service` is written in the section; this
 * function also covers a service that follows from the port.  doc/ldirectord.md 5 */
void check_talk_settings(struct talk_settings *s, const struct check_plan *plan, char *defaults, size_t cap)
{
	static uint64_t nonce;
	const struct lb_virtual *v = plan->v;
	nonce = nonce ? nonce + 1 : (uint64_t)g_random_int() << 32 | g_random_int();
	*s = (struct talk_settings){.service = v->service,
		.family = plan->r->address.family,
		.login = v->login,
		.passwd = v->passwd,
		.request = plan->r->request,
		.receive = plan->r->receive,
		.nonce = nonce};
	(void)snprintf(defaults, cap, "ldirectord@%s", check_hostname());
	if (v->service == LB_FTP && !*v->login) {
		s->login = "anonymous";
		s->passwd = *v->passwd ? v->passwd : defaults;
	}
	if (v->service == LB_SIP && !*v->login)
		s->login = defaults;
}
