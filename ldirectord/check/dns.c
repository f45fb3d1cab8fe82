// SPDX-License-Identifier: MIT
/* service=dns with c-ares: queries the A record of the request, or the PTR record when the request is an address.  Each
 * check has its own channel of c-ares.  The only name server of the channel is the real server, and its sockets are
 * closed with it.  doc/ldirectord.md 6 */
#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "ldirectord/check/pattern.h"
#include "ldirectord/check/private.h"

enum { TRIES = 3, BACKOFF = 7 /* c-ares waits 1, 2 and 4 times the given time limit, which is 7 times in total */ };

struct dns_check;

struct dns_socket {
	struct watch watch;
	struct dns_check *owner;
	struct dns_socket *next;
};

struct dns_check {
	struct check c;
	ares_channel channel;
	struct dns_socket *sockets;
	struct timer timer;
	struct pattern *pattern;
	/* answered: there is a result, but the channel must not be destroyed from inside a callback of c-ares */
	bool reverse, answered, up;
	char why[CHECK_WHY_MAX];
};

/* Call this after each call of c-ares: gives the verdict, or sets the timer for the next call. */
static void dns_after(struct dns_check *k)
{
	struct timeval t;
	if (k->answered)
		check_verdict(&k->c, k->up, "%s", k->why);
	else if (ares_timeout(k->channel, NULL, &t))
		timer_set(&k->timer, mono_add(mono_now(), (struct span){(int64_t)t.tv_sec * 1000000000 +
									(int64_t)t.tv_usec * 1000}));
}

static void dns_fired(struct timer *t)
{
	struct dns_check *k = (struct dns_check *)((char *)t - offsetof(struct dns_check, timer));
	ares_process_fd(k->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	dns_after(k);
}

static void dns_ready(struct watch *w, uint32_t events)
{
	struct dns_check *k = ((struct dns_socket *)w)->owner;
	bool in = events & (EPOLLIN | EPOLLHUP | EPOLLERR);
	ares_process_fd(k->channel, in ? w->fd : ARES_SOCKET_BAD, events & EPOLLOUT ? w->fd : ARES_SOCKET_BAD);
	dns_after(k);
}

static void on_socket(void *user, ares_socket_t fd, int readable, int writable)
{
	struct dns_check *k = user;
	struct dns_socket **at = &k->sockets;
	while (*at && (*at)->watch.fd != fd)
		at = &(*at)->next;
	if (!readable && !writable) {
		struct dns_socket *s = *at;
		if (!s)
			return;
		watch_clear(&s->watch);
		*at = s->next;
		g_free(s);
		return;
	}
	if (!*at) {
		*at = g_new0(struct dns_socket, 1);
		(*at)->watch = (struct watch){.fd = -1, .ready = dns_ready};
		(*at)->owner = k;
	}
	if (watch_set(&(*at)->watch, fd, (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u)) != 0)
		(*at)->watch.fd = fd; // the socket cannot be watched, so the check ends at its deadline
}

// --- the answer ---

static void dns_result(struct dns_check *k, bool up, const char *what, const char *more)
{
	k->answered = true;
	k->up = up;
	(void)snprintf(k->why, sizeof(k->why), "%s%s%s", what, *more ? ": " : "", more);
}

/* Returns true when receive matches this text.  Appends the text to seen. */
static bool dns_try(struct dns_check *k, const char *text, char *seen, size_t cap)
{
	char shown[CHECK_PRINTABLE];
	size_t used = strlen(seen);
	(void)check_printable(text, strlen(text), shown, sizeof(shown));
	(void)snprintf(seen + used, cap - used, "%s%s", used ? " " : "", shown); // cut when there are too many
	return pattern_search(k->pattern, text, strlen(text)) == PATTERN_YES;
}

static void dns_match(struct dns_check *k, const unsigned char *answer, int len)
{
	struct hostent *host = NULL;
	char seen[160] = "", text[INET_ADDRSTRLEN];
	static const unsigned char nobody[4];
	int failed = k->reverse ? ares_parse_ptr_reply(answer, len, nobody, sizeof(nobody), AF_INET, &host)
	                        : ares_parse_a_reply(answer, len, &host, NULL, NULL);
	if (failed) {
		dns_result(k, false, ares_strerror(failed), "");
		return;
	}
	bool found = false;
	if (k->reverse) {
		for (char **alias = host->h_aliases; alias && *alias && !found; alias++)
			found = dns_try(k, *alias, seen, sizeof(seen));
		if (!found && host->h_name && !*seen)
			found = dns_try(k, host->h_name, seen, sizeof(seen));
	} else {
		for (char **address = host->h_addr_list; *address && !found; address++)
			found = inet_ntop(AF_INET, *address, text, sizeof(text)) &&
			        dns_try(k, text, seen, sizeof(seen));
	}
	ares_free_hostent(host);
	dns_result(k, found, found ? "answer" : "receive does not match", seen);
}

static void dns_answered(void *user, int status, int timeouts, unsigned char *answer, int len)
{
	struct dns_check *k = user;
	(void)timeouts;
	if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED || status == ARES_ETIMEOUT)
		return; // c-ares does not try again, but the check still waits until its own deadline
	// Without receive, every answer without an error is good, even an empty one.
	if (!k->pattern && (status == ARES_SUCCESS || status == ARES_ENODATA))
		dns_result(k, true, "answer", "");
	else if (status == ARES_SUCCESS)
		dns_match(k, answer, len);
	else
		dns_result(k, false, status == ARES_ECONNREFUSED ? "connection refused" : ares_strerror(status), "");
}

// --- the question ---

/* Converts "192.0.2.7" to "7.2.0.192.in-addr.arpa", and an IPv6 address in the same way.  Returns false when request is
 * a name. */
static bool reverse_name(const char *request, char *out, size_t cap)
{
	unsigned char a[16];
	if (inet_pton(AF_INET, request, a) == 1) {
		(void)snprintf(out, cap, "%u.%u.%u.%u.in-addr.arpa", a[3], a[2], a[1], a[0]);
		return true;
	}
	if (inet_pton(AF_INET6, request, a) != 1)
		return false;
	size_t n = 0;
	for (int i = 15; i >= 0 && n < cap; i--)
		n += (size_t)snprintf(out + n, cap - n, "%x.%x.", a[i] & 15u, (unsigned)a[i] >> 4);
	(void)g_strlcat(out, "ip6.arpa", cap);
	return true;
}

static int dns_open(struct dns_check *k, const struct check_plan *plan)
{
	bool tcp = plan->v->id.protocol == LB_TCP;
	int64_t each_ms = k->c.timeout_ms / BACKOFF;
	struct ares_options o = {
		.flags = ARES_FLAG_NOCHECKRESP | (tcp ? ARES_FLAG_USEVC : 0), // an answer with an error is the verdict
		.timeout = each_ms > INT_MAX ? INT_MAX : each_ms < 1 ? 1 : (int)each_ms,
		.tries = TRIES,
		.sock_state_cb = on_socket,
		.sock_state_cb_data = k,
		.lookups = (char[]){"b"},
	};
	struct ares_addr_port_node server = {.family = k->c.address.family == LB_INET6 ? AF_INET6 : AF_INET,
		.udp_port = k->c.address.port,
		.tcp_port = k->c.address.port};
	memcpy(&server.addr, k->c.address.bytes, server.family == AF_INET6 ? 16 : 4);
	int failed = ares_init_options(&k->channel, &o,
		ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS);
	if (failed) {
		k->channel = NULL;
		return failed;
	}
	return ares_set_servers_ports(k->channel, &server);
}

static void dns_start(struct check *c, const struct check_plan *plan)
{
	struct dns_check *k = (struct dns_check *)c;
	const char *request = plan->r->request + (*plan->r->request == '/');
	char why[CHECK_WHY_MAX], name[80];
	k->timer.fired = dns_fired;
	check_stage(c, "answer");
	if (*plan->r->receive && !(k->pattern = pattern_new(plan->r->receive, why, sizeof(why)))) {
		check_verdict(c, false, "%s", why);
		return;
	}
	if (!c->address.port) {
		check_failed(c, "", EDESTADDRREQ);
		return;
	}
	int failed = dns_open(k, plan);
	if (failed) {
		check_verdict(c, false, "c-ares: %s", ares_strerror(failed));
		return;
	}
	k->reverse = reverse_name(request, name, sizeof(name));
	// Use the search list of the system only for names without a dot: a name with a dot must not be looked for in
	// another domain.
	if (k->reverse)
		ares_query(k->channel, name, ns_c_in, ns_t_ptr, dns_answered, k);
	else if (strchr(request, '.') || !*request)
		ares_query(k->channel, request, ns_c_in, ns_t_a, dns_answered, k);
	else
		ares_search(k->channel, request, ns_c_in, ns_t_a, dns_answered, k);
	dns_after(k);
}

static void dns_stop(struct check *c)
{
	struct dns_check *k = (struct dns_check *)c;
	timer_clear(&k->timer);
	if (k->channel)
		ares_destroy(k->channel);
	while (k->sockets)
		on_socket(k, k->sockets->watch.fd, 0, 0);
	pattern_free(k->pattern);
}

const struct check_kind check_kind_dns = {
	.size = sizeof(struct dns_check), .negotiates = true, .start = dns_start, .stop = dns_stop};
