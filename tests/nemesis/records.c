// SPDX-License-Identifier: MIT
/* The service of the nemesis: keeps numbered records in a file on a disk that both nodes share.
 * It reads the file when it starts and then writes each record to the place that it counted itself, as a database does.
 * So a second instance on the other node overwrites records.  An instance that finds the file locked by another one
 * writes this down every few milliseconds and goes on: the judge must see the violation, nothing may hide it.
 *
 * usage: records PORT FILE NAME       goes to the background when it listens; NAME is its process name
 * requests, one in a line:  "write N" is answered by "ok N",  "read N" by "have N" or "none N"
 * FILE.double gets lines "double FROM-MS TO-MS NAME HOST" (wall clock) while two instances run. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "tests/live/clock.h"

enum { CLIENTS_MAX = 16, RECORD_LEN = 16, NUMBER_MAX = 1 << 22, LOOK_MS = 20 };

struct client {
	int fd; /* -1: free */
	size_t len;
	char line[64];
};

struct service {
	const char *name, *path;
	int listener, file;
	bool alone; /* this instance has the lock */
	int64_t looked_ms;
	off_t records;
	uint8_t have[NUMBER_MAX / 8];
	struct client clients[CLIENTS_MAX];
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "records: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool number_ok(long n)
{
	return n >= 0 && n < NUMBER_MAX;
}

static void note_have(struct service *s, long n)
{
	s->have[n / 8] |= (uint8_t)(1U << n % 8);
}

static void write_double(const struct service *s, int64_t from_ms, int64_t to_ms)
{
	char path[512], host[65] = "", line[256];
	(void)gethostname(host, sizeof host - 1);
	(void)snprintf(path, sizeof path, "%s.double", s->path);
	int len = snprintf(line, sizeof line, "double %" PRId64 " %" PRId64 " %s %s\n", from_ms, to_ms, s->name, host);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, line, (size_t)len) != len)
		die(path);
	(void)close(fd);
}

/* The other instance may end at any time: then the lock is ours. */
static void look_for_another(struct service *s)
{
	int64_t now = wall_ms();
	if (s->alone || (s->looked_ms != 0 && now - s->looked_ms < LOOK_MS))
		return;
	if (flock(s->file, LOCK_EX | LOCK_NB) == 0)
		s->alone = true;
	else
		write_double(s, s->looked_ms ? s->looked_ms : now, now);
	s->looked_ms = now;
}

static void load(struct service *s)
{
	char record[RECORD_LEN];
	while (pread(s->file, record, sizeof record, s->records * RECORD_LEN) == (ssize_t)sizeof record) {
		record[RECORD_LEN - 1] = '\0';
		long n = strtol(record, NULL, 10);
		if (number_ok(n))
			note_have(s, n);
		s->records++;
	}
}

static bool store(struct service *s, long n)
{
	char record[RECORD_LEN + 1];
	(void)snprintf(record, sizeof record, "%0*ld\n", RECORD_LEN - 1, n);
	if (pwrite(s->file, record, RECORD_LEN, s->records * RECORD_LEN) != RECORD_LEN || fdatasync(s->file) != 0)
		return false;
	s->records++;
	note_have(s, n);
	return true;
}

static void answer(struct service *s, struct client *c)
{
	char reply[64] = "error\n";
	long n;
	if (sscanf(c->line, "write %ld", &n) == 1 && number_ok(n) && store(s, n))
		(void)snprintf(reply, sizeof reply, "ok %ld\n", n);
	else if (sscanf(c->line, "read %ld", &n) == 1 && number_ok(n))
		(void)snprintf(reply, sizeof reply, "%s %ld\n", s->have[n / 8] >> n % 8 & 1 ? "have" : "none", n);
	(void)send(c->fd, reply, strlen(reply), MSG_NOSIGNAL | MSG_DONTWAIT); /* a client that is gone asks again */
}

static void client_close(struct client *c)
{
	(void)close(c->fd);
	*c = (struct client){.fd = -1};
}

static void client_read(struct service *s, struct client *c)
{
	ssize_t n = recv(c->fd, c->line + c->len, sizeof c->line - 1 - c->len, MSG_DONTWAIT);
	if (n <= 0) {
		client_close(c);
		return;
	}
	c->len += (size_t)n;
	c->line[c->len] = '\0';
	for (char *end; (end = strchr(c->line, '\n'));) {
		answer(s, c);
		c->len -= (size_t)(end + 1 - c->line);
		memmove(c->line, end + 1, c->len + 1);
	}
	if (c->len == sizeof c->line - 1)
		client_close(c);
}

static void client_accept(struct service *s)
{
	static unsigned oldest; /* clients whose address moved away never close: the oldest one makes place */
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	struct client *place = NULL;
	for (size_t i = 0; i < CLIENTS_MAX && !place; i++)
		if (s->clients[i].fd < 0)
			place = &s->clients[i];
	if (!place) {
		place = &s->clients[oldest++ % CLIENTS_MAX];
		client_close(place);
	}
	place->fd = fd;
}

static void serve(struct service *s)
{
	while (!stop_asked) {
		struct pollfd fds[CLIENTS_MAX + 1] = {{.fd = s->listener, .events = POLLIN}};
		for (size_t i = 0; i < CLIENTS_MAX; i++)
			fds[i + 1] = (struct pollfd){.fd = s->clients[i].fd, .events = POLLIN};
		look_for_another(s);
		if (poll(fds, CLIENTS_MAX + 1, s->alone ? -1 : LOOK_MS) <= 0)
			continue;
		for (size_t i = 0; i < CLIENTS_MAX; i++)
			if (fds[i + 1].revents)
				client_read(s, &s->clients[i]);
		if (fds[0].revents)
			client_accept(s);
	}
}

static int listen_at(const char *port)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1;
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
		bind(fd, (struct sockaddr *)&any, sizeof any) != 0 || listen(fd, 16) != 0)
		die(port);
	return fd;
}

int main(int argc, char **argv)
{
	static struct service s; /* too large for the stack */
	if (argc != 4) {
		fputs("usage: records PORT FILE NAME\n", stderr);
		return 2;
	}
	s.path = argv[2];
	s.name = argv[3];
	s.listener = listen_at(argv[1]);
	s.file = open(s.path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (s.file < 0)
		die(s.path);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		s.clients[i].fd = -1;
	look_for_another(&s);
	load(&s);
	if (daemon(0, 0) != 0 || prctl(PR_SET_NAME, s.name) != 0)
		die("background");
	stop_on_signals();
	serve(&s);
	return 0;
}
