// SPDX-License-Identifier: MIT
/* A sender without a key: datagrams to the heartbeat port.  Some are random bytes, some start like a message without a
 * signature, others are complete messages with a wrong digest.  Sent at a fixed rate, for a limited time.
 * usage: flood ADDRESS PORT RATE SECONDS        prints "sent N in M ms" */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BURST = 50, LONGEST = 1200, RATE_MAX = 50000, SECONDS_MAX = 600 };

static int64_t now_ns(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static size_t make_datagram(uint8_t *out, unsigned kind)
{
	static const char forged[] =
		"###\n11:(0)t=status,11:(0)st=active,10:(0)dt=3e8,13:(0)protocol=1,23:(0)src=node1.magedu.com,9:(0)seq=ff,"
		"16:(0)hg=ffffffff,14:(0)ts=6b03911e,%%%\n10:1 deadbeef,";
	if (kind == 2) {
		memcpy(out, forged, sizeof forged - 1);
		return sizeof forged - 1;
	}
	size_t len = 1 + (size_t)random() % LONGEST;
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)random();
	if (kind == 1 && len > 4)
		memcpy(out, "###\n", 4);
	return len;
}

static void pause_until(int64_t due)
{
	struct timespec t = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};
	(void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	int yes = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	long rate = argc == 5 ? strtol(argv[3], NULL, 10) : 0, seconds = argc == 5 ? strtol(argv[4], NULL, 10) : 0;
	if (argc != 5 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1 || rate < BURST || rate > RATE_MAX ||
		seconds < 1 || seconds > SECONDS_MAX) {
		fprintf(stderr, "usage: flood ADDRESS PORT RATE(%d..%d) SECONDS(1..%d)\n", BURST, RATE_MAX,
			SECONDS_MAX);
		return 2;
	}
	to.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes) != 0) {
		fprintf(stderr, "flood: %s\n", strerror(errno));
		return 1;
	}
	uint8_t datagram[LONGEST + 1];
	int64_t begin = now_ns(), step = 1000000000LL * BURST / rate;
	long total = rate * seconds, sent = 0;
	for (long i = 0; i < total; i++) {
		size_t len = make_datagram(datagram, (unsigned)(i % 3));
		sent += sendto(fd, datagram, len, 0, (struct sockaddr *)&to, sizeof to) == (ssize_t)len;
		if (i % BURST == BURST - 1)
			pause_until(begin + (i / BURST + 1) * step);
	}
	printf("sent %ld in %lld ms\n", sent, (long long)((now_ns() - begin) / 1000000));
	return 0;
}
