// SPDX-License-Identifier: MIT
/* A null-modem cable: two pseudo-terminals, and what is written to one comes out of the other.
 *     null_modem CONTROL END1 END2
 * END1 and END2 become files with the names of the two devices.  CONTROL is a FIFO from which commands are read:
 *     cut        what is written is lost
 *     stall      nothing is taken: flow control without a peer
 *     plug       the cable works (as at the beginning)
 *     noise N    N random bytes come out of both ends
 *     baud N     the cable carries N bits a second; 0: as fast as it can (as at the beginning)
 *     hangup N   the device of end N disappears and a new one is there; its file gets the new name
 * It ends by a signal. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 256, BITS_PER_BYTE = 10, TICK_MS = 2 };

struct end {
	const char *file;
	int master, slave; /* the slave is kept open: otherwise reading the master fails until a program opens it */
	/* Read from this end, on the way to the other one. */
	char bytes[BUFFER];
	size_t len;
	double budget; /* bytes that may go out now */
};

static struct end ends[2];
static bool is_cut, is_stalled;
static long baud;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void end_open(struct end *e)
{
	char name[64], draft[512];
	struct termios raw;

	e->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (e->master < 0 || grantpt(e->master) != 0 || unlockpt(e->master) != 0 ||
		ptsname_r(e->master, name, sizeof name) != 0)
		die("pseudo-terminal");
	e->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (e->slave < 0 || tcgetattr(e->slave, &raw) != 0)
		die(name);
	cfmakeraw(&raw); /* a line that no program uses does not echo */
	if (tcsetattr(e->slave, TCSANOW, &raw) != 0)
		die(name);
	e->len = 0;
	(void)snprintf(draft, sizeof draft, "%s.new", e->file);
	FILE *f = fopen(draft, "we");
	if (!f || fprintf(f, "%s\n", name) < 0 || fclose(f) != 0 || rename(draft, e->file) != 0)
		die(draft);
}

static void end_hang_up(struct end *e)
{
	int master = e->master, slave = e->slave;

	end_open(e); /* first, so that the new device does not get the name of the old one */
	(void)close(master);
	(void)close(slave);
}

static void noise(long count)
{
	for (long i = 0; i < count; i++) {
		char bytes[2] = {(char)rand(), (char)rand()};
		for (int n = 0; n < 2; n++)
			if (write(ends[n].master, &bytes[n], 1) < 0 && errno != EAGAIN)
				die("noise");
	}
}

static void obey(const char *line)
{
	char what[16] = "";
	long n = 0;

	(void)sscanf(line, "%15s %ld", what, &n);
	if (strcmp(what, "cut") == 0 || strcmp(what, "stall") == 0 || strcmp(what, "plug") == 0) {
		is_cut = what[0] == 'c';
		is_stalled = what[0] == 's';
	} else if (strcmp(what, "noise") == 0) {
		noise(n);
	} else if (strcmp(what, "baud") == 0) {
		baud = n;
	} else if (strcmp(what, "hangup") == 0 && (n == 1 || n == 2)) {
		end_hang_up(&ends[n - 1]);
	} else {
		fprintf(stderr, "null_modem: unknown command: %s\n", line);
	}
}

static void take(struct end *e)
{
	ssize_t got = read(e->master, &e->bytes[e->len], sizeof e->bytes - e->len);

	if (got > 0)
		e->len += (size_t)got;
}

static void give(struct end *from, struct end *to)
{
	size_t may = !baud || from->budget > (double)from->len ? from->len : (size_t)from->budget;
	ssize_t done = is_cut ? (ssize_t)may : write(to->master, from->bytes, may);

	if (done <= 0)
		return;
	from->budget -= (double)done;
	from->len -= (size_t)done;
	memmove(from->bytes, &from->bytes[done], from->len);
}

static double seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void earn(double passed)
{
	for (int n = 0; n < 2; n++) {
		/* What waits does not come out in one burst.  But a busy machine, where this program often waits for a
		 * processor, does not make the line slower. */
		double most = (double)baud / BITS_PER_BYTE / 5;
		ends[n].budget += passed * (double)baud / BITS_PER_BYTE;
		ends[n].budget = ends[n].budget < most ? ends[n].budget : most < 1 ? 1 : most;
	}
}

int main(int argc, char **argv)
{
	char line[128];

	if (argc != 4) {
		fprintf(stderr, "usage: null_modem CONTROL END1 END2\n");
		return 2;
	}
	int control = open(argv[1], O_RDWR | O_CLOEXEC); /* also for writing: it never ends */
	FILE *orders = control < 0 ? NULL : fdopen(control, "r+");
	if (!orders)
		die(argv[1]);
	(void)setvbuf(orders, NULL, _IONBF, 0); /* poll must see what was not read yet */
	for (int n = 0; n < 2; n++) {
		ends[n].file = argv[2 + n];
		end_open(&ends[n]);
	}
	for (double last = seconds(), now;; last = now) {
		struct pollfd fds[3] = {{.fd = control, .events = POLLIN}};
		bool waits = false;
		for (int n = 0; n < 2; n++) {
			bool may = !is_stalled && ends[n].len < sizeof ends[n].bytes;
			fds[1 + n] = (struct pollfd){.fd = may ? ends[n].master : -1, .events = POLLIN};
			waits |= ends[n].len > 0;
		}
		if (poll(fds, 3, waits ? TICK_MS : -1) < 0 && errno != EINTR)
			die("poll");
		if (fds[0].revents && fgets(line, sizeof line, orders))
			obey(line);
		now = seconds();
		earn(now - last);
		for (int n = 0; n < 2; n++) {
			if (fds[1 + n].revents)
				take(&ends[n]);
			if (!is_stalled)
				give(&ends[n], &ends[1 - n]);
		}
	}
}
