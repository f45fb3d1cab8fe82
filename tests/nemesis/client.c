// SPDX-License-Identifier: MIT
/* The client of the nemesis: writes numbered records through the service address, and reads them back.
 * It writes record N again until "ok N" comes; then N is acknowledged and must never be lost.
 *
 * usage: client ADDRESS PORT      until SIGTERM; then it reads every acknowledged record and ends
 * prints, wall clock in ms since 1970:
 *   ack N MS                  record N is acknowledged
 *   missing N ACK-MS NOW-MS   a record that was acknowledged at ACK-MS is not there
 *   outage FROM TO            no answer for longer than OUTAGE_MS
 *   stall FROM TO             this program got no processor for longer than STALL_MS: the machine is overloaded
 *   end ACKNOWLEDGED MISSING  the last line; "end unreachable" when the service does not answer */
#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>

#include "tests/live/clock.h"

enum { ANSWER_MS = 300, PAUSE_MS = 20, STALL_MS = 500, OUTAGE_MS = 1000, VERIFY_MS = 20000, NUMBER_MAX = 1 << 22 };

static struct sockaddr_in service;
static int64_t acknowledged_ms[NUMBER_MAX];

static int64_t mono_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Wait for the descriptor or the time.  A wait that takes much longer than asked is a stall. */
static bool wait_fd(int fd, short events, int limit_ms)
{
	struct pollfd p = {.fd = fd, .events = events};
	int64_t begin = mono_ms();
	int n = poll(&p, fd < 0 ? 0 : 1, limit_ms);
	int64_t late = mono_ms() - begin - limit_ms;
	if (late > STALL_MS)
		printf("stall %" PRId64 " %" PRId64 "\n", wall_ms() - late, wall_ms());
	return n == 1;
}

static int open_connection(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), error = 0;
	socklen_t len = sizeof error;
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&service, sizeof service) != 0 &&
		(errno != EINPROGRESS || !wait_fd(fd, POLLOUT, ANSWER_MS) ||
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error != 0)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* One request.  True with the answer in word; after false the connection is closed. */
static bool ask(int *fd, const char *verb, long n, char word[16])
{
	char line[64];
	size_t len = 0;
	long got;
	if (*fd < 0 && (*fd = open_connection()) < 0)
		return false;
	(void)snprintf(line, sizeof line, "%s %ld\n", verb, n);
	bool ok = send(*fd, line, strlen(line), MSG_NOSIGNAL) == (ssize_t)strlen(line);
	while (ok && (len == 0 || line[len - 1] != '\n')) {
		ssize_t part = -1;
		if (len < sizeof line - 1 && wait_fd(*fd, POLLIN, ANSWER_MS))
			part = recv(*fd, line + len, sizeof line - 1 - len, 0);
		if ((ok = part > 0))
			len += (size_t)part;
	}
	line[len] = '\0';
	if (ok && sscanf(line, "%15s %ld", word, &got) == 2 && got == n)
		return true;
	(void)close(*fd);
	*fd = -1;
	return false;
}

/* Write record n and read an earlier one.  False when the service did not answer. */
static bool step(int *fd, long n)
{
	char word[16];
	if (!ask(fd, "write", n, word) || strcmp(word, "ok") != 0)
		return false;
	acknowledged_ms[n] = wall_ms();
	printf("ack %ld %" PRId64 "\n", n, acknowledged_ms[n]);
	long earlier = n * 7919 % (n + 1); /* any fixed choice that reaches old records too */
	if (ask(fd, "read", earlier, word) && strcmp(word, "none") == 0)
		printf("missing %ld %" PRId64 " %" PRId64 "\n", earlier, acknowledged_ms[earlier], wall_ms());
	return true;
}

static int verify(int *fd, long count)
{
	char word[16];
	long missing = 0;
	int64_t end = mono_ms() + VERIFY_MS;
	for (long n = 0; n < count; n++) {
		while (!ask(fd, "read", n, word)) {
			if (mono_ms() > end) {
				puts("end unreachable");
				return 1;
			}
			(void)wait_fd(-1, 0, PAUSE_MS);
		}
		if (strcmp(word, "have") != 0) {
			printf("missing %ld %" PRId64 " %" PRId64 "\n", n, acknowledged_ms[n], wall_ms());
			missing++;
		}
	}
	printf("end %ld %ld\n", count, missing);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 3 || inet_pton(AF_INET, argv[1], &service.sin_addr) != 1) {
		fputs("usage: client ADDRESS PORT\n", stderr);
		return 2;
	}
	service.sin_family = AF_INET;
	service.sin_port = htons((uint16_t)atoi(argv[2]));
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	stop_on_signals();
	int fd = -1;
	long next = 0;
	int64_t answered_ms = wall_ms();
	while (!stop_asked && next < NUMBER_MAX) {
		if (step(&fd, next)) {
			if (acknowledged_ms[next] - answered_ms > OUTAGE_MS)
				printf("outage %" PRId64 " %" PRId64 "\n", answered_ms, acknowledged_ms[next]);
			answered_ms = acknowledged_ms[next++];
		}
		if (!stop_asked)
			(void)wait_fd(-1, 0, PAUSE_MS);
	}
	return verify(&fd, next);
}
