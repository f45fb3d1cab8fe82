// SPDX-License-Identifier: MIT
/* The separate processes of lib/names.  One process takes the requests and forks a child for each, so that a name
 * server that does not answer delays no other name.  A fork of the daemon itself would copy its locked memory. */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/names_private.h"

/* While a child runs, this process checks at this interval whether it has ended: the next request may come a minute
 * later, and meanwhile an operator would see a defunct process. */
enum { REAP_MS = 200 };

/* A names_resolver. */
static int resolve_by_system(
	const char *host, int family, struct ip_address list[NAMES_ANSWERS], char why[NAMES_WHY_MAX])
{
	const struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found = NULL;
	int count = 0;

	int rc = getaddrinfo(host, NULL, &hints, &found);
	if (rc != 0) {
		/* a long text is cut */
		(void)snprintf(why, NAMES_WHY_MAX, "%s", rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
		return rc == EAI_NONAME || rc == EAI_NODATA || rc == EAI_ADDRFAMILY ? 0 : -1;
	}
	for (const struct addrinfo *a = found; a && count < NAMES_ANSWERS; a = a->ai_next) {
		union {
			struct sockaddr_in v4;
			struct sockaddr_in6 v6;
		} at = {0};
		memcpy(&at, a->ai_addr, a->ai_addrlen < sizeof at ? a->ai_addrlen : sizeof at);
		list[count] = (struct ip_address){.family = family}; /* the result has the requested family */
		if (family == AF_INET)
			list[count++].v4 = at.v4.sin_addr;
		else
			list[count++].v6 = at.v6.sin6_addr;
	}
	freeaddrinfo(found);
	return count;
}

/* AF_UNSPEC: IPv6 only after IPv4, because a server that never answers questions for IPv6 must not delay a host that
 * has IPv4.  A server that is away for a while must not move a host to its other address; but /etc/hosts may have the
 * IPv6 address of a host of which IPv4 was never known. */
static int resolve(names_resolver *resolver, const struct names_request *r, const char *host,
	struct ip_address list[NAMES_ANSWERS], char why[NAMES_WHY_MAX])
{
	char why6[NAMES_WHY_MAX] = "";
	int count = resolver(host, r->family == AF_UNSPEC ? AF_INET : r->family, list, why);

	if (count > 0 || r->family != AF_UNSPEC || (count < 0 && r->current.family == AF_INET))
		return count;
	int count6 = resolver(host, AF_INET6, list, why6);
	if (count6 <= 0 && count == 0)
		memcpy(why, why6, sizeof why6); /* otherwise the first reason is the better one */
	return count6;
}

/* A name with several addresses, in an order that changes: keep the address that is in use. */
static struct ip_address choose(const struct ip_address *list, int count, const struct ip_address *current)
{
	for (int i = 0; i < count; i++)
		if (ip_address_equal(&list[i], current))
			return *current;
	return list[0];
}

static void ask(const struct names_config *config, const struct names_request *r, struct names_answer *a)
{
	struct ip_address list[NAMES_ANSWERS];

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a resolver that hangs must not outlive the daemon ... */
	(void)alarm(NAMES_LIFE_S);              /* ... nor hang for longer than the daemon waits */
	(void)bytes_to_text(bytes_of(r->text), a->host, sizeof a->host); /* it fits: the daemon has checked it */
	a->family = r->family;
	int count = resolve(config->resolve ? config->resolve : resolve_by_system, r, a->host, list, a->why);
	a->kind = count > 0 ? NAMES_ADDRESS : NAMES_NONE;
	if (count > 0)
		a->address = choose(list, count, &r->current);
}

static void handle(const struct names_config *config, const struct names_request *r, size_t len, int socket)
{
	struct names_answer answer = {.kind = NAMES_SAVED};

	if (r->kind == NAMES_ASK)
		ask(config, r, &answer);
	else
		answer.error = -file_replace(config->path, r->text, len, 0644);
	(void)send(socket, &answer, sizeof answer, MSG_NOSIGNAL); /* the daemon may have ended */
	_exit(0);
}

void names_process(void *context, int socket)
{
	const struct names_config *config = context;
	static struct names_request request;
	unsigned children = 0;

	/* PR_SET_PDEATHSIG is needed because another process of the daemon may hold a copy of the socket, so the end of
	 * file may not arrive. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (config->own_process)
		config->own_process();
	for (;;) {
		struct pollfd question = {.fd = socket, .events = POLLIN};
		int ready = poll(&question, 1, children > 0 ? REAP_MS : -1);
		while (children > 0 && waitpid(-1, NULL, WNOHANG) > 0)
			children--;
		if (ready <= 0)
			continue;
		ssize_t got = recv(socket, &request, sizeof request, 0);
		if (got == 0 || (got < 0 && errno != EINTR))
			return;
		if (got < (ssize_t)offsetof(struct names_request, text) || children >= NAMES_PROCESSES)
			continue; /* without an answer the daemon asks again later */
		pid_t pid = fork();
		if (pid == 0)
			handle(config, &request, (size_t)got - offsetof(struct names_request, text), socket);
		children += pid > 0;
	}
}
