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

static size_t resolve_by_system(const char *host, struct in_addr list[NAMES_ANSWERS], char why[NAMES_WHY_MAX])
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM};
	struct addrinfo *found = NULL;
	size_t count = 0;

	int rc = getaddrinfo(host, NULL, &hints, &found);
	if (rc != 0) {
		/* a long text is cut */
		(void)snprintf(why, NAMES_WHY_MAX, "%s", rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
		return 0;
	}
	for (const struct addrinfo *a = found; a && count < NAMES_ANSWERS; a = a->ai_next) {
		struct sockaddr_in address;
		memcpy(&address, a->ai_addr, sizeof address); /* the result has the family that was requested */
		list[count++] = address.sin_addr;
	}
	freeaddrinfo(found);
	return count;
}

/* A name may have several addresses in a changing order: keep the address that is in use. */
static struct in_addr choose(const struct in_addr *list, size_t count, struct in_addr current)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].s_addr == current.s_addr)
			return current;
	return list[0];
}

static void ask(const struct names_config *config, const struct names_request *r, struct names_answer *a)
{
	struct in_addr list[NAMES_ANSWERS];
	size_t (*resolve)(const char *, struct in_addr *, char *) =
		config->resolve ? config->resolve : resolve_by_system;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a resolver that hangs must not outlive the daemon, */
	(void)alarm(NAMES_LIFE_S);              /* and must not run longer than the daemon waits */
	/* it fits, because the daemon has checked the length */
	(void)bytes_to_text(bytes_of(r->text), a->host, sizeof a->host);
	size_t count = resolve(a->host, list, a->why);
	a->kind = count > 0 ? NAMES_ADDRESS : NAMES_NONE;
	if (count > 0)
		a->address = choose(list, count, r->current);
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
