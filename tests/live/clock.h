// SPDX-License-Identifier: MIT
/* Shared by the measuring programs of the live tests: a steady tick, and the wall clock in ms as in the logs. */
#ifndef TESTS_LIVE_CLOCK_H
#define TESTS_LIVE_CLOCK_H

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static inline int64_t wall_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_REALTIME, &t); /* cannot fail with this clock */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A timer descriptor that becomes readable every period_us.  -1 with errno. */
static inline int tick_open(long period_us)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	struct timespec period = {period_us / 1000000, period_us % 1000000 * 1000};
	struct itimerspec every = {period, period};
	if (fd >= 0 && timerfd_settime(fd, 0, &every, NULL) != 0)
		return -1;
	return fd;
}

/* Wait for the tick or for a packet.  True when the tick came (missed ticks are dropped). */
static inline int tick_or_packet(int tick, int packets)
{
	struct pollfd fds[2] = {{.fd = tick, .events = POLLIN}, {.fd = packets, .events = POLLIN}};
	if (poll(fds, 2, -1) <= 0)
		return 0;
	uint64_t missed;
	return (fds[0].revents & POLLIN) && read(tick, &missed, sizeof missed) == (ssize_t)sizeof missed;
}

static volatile sig_atomic_t stop_asked;

static inline void on_stop(int signal_number)
{
	(void)signal_number;
	stop_asked = 1;
}

/* SIGTERM and SIGINT end the measuring loop (the poll is interrupted). */
static inline void stop_on_signals(void)
{
	struct sigaction action = {.sa_handler = on_stop};
	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
}

#endif
