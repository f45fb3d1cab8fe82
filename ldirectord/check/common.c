// SPDX-License-Identifier: MIT
/* Small functions that the kinds share: addresses, sockets, printable text, the settings of a conversation. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ldirectord/check/private.h"
#include "ldirectord/check/talk.h"

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

static const char *hostname(void)
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

/* Fill in the defaults for login and passwd.  When `service` is written in the section, the parser does this; this
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
	(void)snprintf(defaults, cap, "ldirectord@%s", hostname());
	if (v->service == LB_FTP && !*v->login) {
		s->login = "anonymous";
		s->passwd = *v->passwd ? v->passwd : defaults;
	}
	if (v->service == LB_SIP && !*v->login)
		s->login = defaults;
}
