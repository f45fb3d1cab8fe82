// SPDX-License-Identifier: MIT
/* Acts as a user: requests the page of the service every few milliseconds, each time with a new connection that does
 * not wait for the others.
 *
 * usage: service ADDRESS [PORT, default 80]      until SIGTERM
 * prints, with times in ms since 1970:
 *   first MS                     the time of the first request that got an answer
 *   outage START END LENGTH      from the first request without an answer to the next one with an answer
 *   outage START open LENGTH     an outage that lasts until the end
 *   summary asked N answered N longest MS
 * An answer is a page with status 200, at most LATE_MS after the request: a user does not wait until the kernel tries
 * again. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>

#include "tests/live/clock.h"

enum { PERIOD_US = 5000, LATE_MS = 200, OPEN_MAX = LATE_MS * 1000 / PERIOD_US + 8 };

enum outcome { CONNECTING, ASKED, ANSWERED, FAILED };

struct request {
	int socket; /* -1: the outcome is known */
	enum outcome outcome;
	int64_t asked_ms;
};

/* The open requests, oldest first.  They are judged in the order in which they were sent. */
struct user {
	struct sockaddr_in address;
	struct request open[OPEN_MAX];
	size_t open_count;
	uint32_t asked, answered;
	int64_t outage_ms; /* time of the first request without an answer; 0: none */
	int64_t last_ms;   /* time of the last request that was judged */
	int64_t longest_ms;
};

static void request_end(struct request *q, enum outcome outcome)
{
	if (q->socket >= 0)
		(void)close(q->socket); /* a failure loses nothing: the page was read */
	q->socket = -1;
	q->outcome = outcome;
}

static void user_ask(struct user *u)
{
	if (u->open_count == OPEN_MAX)
		return;
	struct request *q = &u->open[u->open_count++];
	u->asked++;
	*q = (struct request){
		.socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), .asked_ms = wall_ms()};
	if (q->socket < 0 ||
		(connect(q->socket, (struct sockaddr *)&u->address, sizeof u->address) != 0 && errno != EINPROGRESS))
		request_end(q, FAILED);
}

/* The socket of q is ready, or has an error that the next call returns. */
static void request_go_on(struct request *q)
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n", good[] = "HTTP/1.1 200 ";
	char page[512];
	if (q->outcome == CONNECTING) {
		if (send(q->socket, request, sizeof request - 1, MSG_NOSIGNAL) == (ssize_t)(sizeof request - 1))
			q->outcome = ASKED;
		else
			request_end(q, FAILED);
		return;
	}
	ssize_t n = recv(q->socket, page, sizeof page, MSG_DONTWAIT);
	request_end(q, n >= (ssize_t)sizeof good && memcmp(page, good, sizeof good - 1) == 0 ? ANSWERED : FAILED);
}

static void user_outage(struct user *u, int64_t end_ms, bool open)
{
	int64_t length = end_ms - u->outage_ms;
	if (length > u->longest_ms)
		u->longest_ms = length;
	if (open)
		printf("outage %" PRId64 " open %" PRId64 "\n", u->outage_ms, length);
	else
		printf("outage %" PRId64 " %" PRId64 " %" PRId64 "\n", u->outage_ms, end_ms, length);
	u->outage_ms = 0;
}

static void user_judge(struct user *u)
{
	size_t known = 0;
	for (; known < u->open_count && u->open[known].socket < 0; known++) {
		const struct request *q = &u->open[known];
		u->last_ms = q->asked_ms;
		if (q->outcome == ANSWERED) {
			if (u->answered++ == 0)
				printf("first %" PRId64 "\n", q->asked_ms);
			if (u->outage_ms != 0)
				user_outage(u, q->asked_ms, false);
		} else if (u->outage_ms == 0) {
			u->outage_ms = q->asked_ms;
		}
	}
	u->open_count -= known;
	memmove(u->open, u->open + known, u->open_count * sizeof *u->open);
}

/* Wait for the tick or an answer; at the tick send a new request. */
static void user_turn(struct user *u, int tick)
{
	struct pollfd fds[OPEN_MAX + 1] = {{.fd = tick, .events = POLLIN}};
	size_t count = u->open_count;
	for (size_t i = 0; i < count; i++)
		fds[i + 1] = (struct pollfd){
			.fd = u->open[i].socket, .events = u->open[i].outcome == CONNECTING ? POLLOUT : POLLIN};
	if (poll(fds, count + 1, -1) <= 0)
		return;
	int64_t now = wall_ms();
	for (size_t i = 0; i < count; i++) {
		if (fds[i + 1].revents != 0)
			request_go_on(&u->open[i]);
		else if (u->open[i].socket >= 0 && now - u->open[i].asked_ms > LATE_MS)
			request_end(&u->open[i], FAILED);
	}
	user_judge(u);
	uint64_t missed;
	if ((fds[0].revents & POLLIN) && read(tick, &missed, sizeof missed) == (ssize_t)sizeof missed)
		user_ask(u);
}

int main(int argc, char **argv)
{
	struct user u = {
		.address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(argc > 2 ? atoi(argv[2]) : 80))}};
	if (argc < 2 || argc > 3 || inet_pton(AF_INET, argv[1], &u.address.sin_addr) != 1) {
		fputs("usage: service ADDRESS [PORT]\n", stderr);
		return 2;
	}
	int tick = tick_open(PERIOD_US);
	if (tick < 0) {
		fprintf(stderr, "service: timer: %s\n", strerror(errno));
		return 1;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	stop_on_signals();
	while (!stop_asked)
		user_turn(&u, tick);
	if (u.outage_ms != 0)
		user_outage(&u, u.last_ms, true);
	printf("summary asked %" PRIu32 " answered %" PRIu32 " longest %" PRId64 "\n", u.asked, u.answered,
		u.longest_ms);
	return 0;
}
