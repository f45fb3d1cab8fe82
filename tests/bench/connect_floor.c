// SPDX-License-Identifier: MIT
/* Measures the lowest cost of a connect check on this machine: only the necessary system calls, on loopback, where the
 * caller pays for both sides of the handshake.  It measures checks without a pause, and checks at a fixed rate, where
 * each one also pays for a sleep and a wake-up.
 *
 * usage: connect_floor [CHECKS-A-SECOND, default 500]      prints two figures, in us of processor time */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CHECKS = 3000, PACED_S = 3, BACKLOG = 4096 };

static void need(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static double processor_us(void)
{
	struct rusage r;
	need(getrusage(RUSAGE_SELF, &r) == 0, "getrusage");
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1e6 +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec);
}

static void check(int epoll, const struct sockaddr_in *to)
{
	struct epoll_event event = {.events = EPOLLOUT};
	int error = -1;
	socklen_t len = sizeof error;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	need(fd >= 0, "socket");
	(void)connect(fd, (const struct sockaddr *)to, sizeof *to); // EINPROGRESS; the result is read below
	need(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
	need(epoll_wait(epoll, &event, 1, 1000) == 1, "epoll_wait");
	need(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0, "connect");
	(void)close(fd); // nothing was written, so nothing can be lost
}

static double measure(int epoll, const struct sockaddr_in *to, long checks, long pause_us)
{
	struct timespec pause = {.tv_sec = pause_us / 1000000, .tv_nsec = pause_us % 1000000 * 1000};
	double before = processor_us();
	for (long i = 0; i < checks; i++) {
		if (pause_us > 0)
			(void)nanosleep(&pause, NULL);
		check(epoll, to);
	}
	return (processor_us() - before) / (double)checks;
}

int main(int argc, char **argv)
{
	long pace = argc > 1 ? strtol(argv[1], NULL, 10) : 500;
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), epoll = epoll_create1(EPOLL_CLOEXEC);
	need(pace > 0 && pace <= 1000000, "the pace");
	need(listener >= 0 && epoll >= 0 && bind(listener, (struct sockaddr *)&at, sizeof at) == 0 &&
			listen(listener, BACKLOG) == 0 && getsockname(listener, (struct sockaddr *)&at, &len) == 0,
		"the listener");
	pid_t server = fork();
	need(server >= 0, "fork");
	if (server == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			(void)close(accept(listener, NULL, NULL));
	}
	double bare = measure(epoll, &at, CHECKS, 0), paced = measure(epoll, &at, pace * PACED_S, 1000000 / pace);
	printf("%.0f us back to back, %.0f us at %ld a second\n", bare, paced, pace);
	return 0;
}
