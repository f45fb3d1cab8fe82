// SPDX-License-Identifier: MIT
/* Measures a director.  One epoll loop serves many addresses on loopback, and a director is started for them.  The
 * times come from the connections that arrive and from the file of the table (IPVSADM_TABLE).  Start it as process 1 of
 * a PID namespace, in a network namespace.  It knows only the argv of the director.
 *
 * usage: reals [-n SERVERS] [-b PERCENT] [-w WINDOW s] [-f FLIPS] [-m FLIPS] [-l LIMIT s] -- DIRECTOR...
 *        reals -c [-n SERVERS]     prints the address of each server, one in a line
 *
 *   -b  so many servers never answer a SYN: sockets with a full backlog
 *   -f  servers that go down and come back one after the other
 *   -m  servers that go down and come back at the same time
 *
 * Prints one line of key=value.  A value that is not known within the limit is "over".  Times are in ms, except cpu_us
 * (for one check); period_pct is in percent.  The exit status is 0 when something could be measured, good or bad.
 * Server i is 127.0.(1+i/250).(1+i%250):80. */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { A_NET = 250, TIMES = 64, EVENTS = 64, STILL_MS = 1000, SERVER_TAG = 1 << 20, TABLE_TAG = 1 << 21 };
/* The time between two flips.  It differs from the distance of the checks, so that each flip meets another phase. */
enum { APART_MS = 370 };

struct server {
	int fd; /* -1: it refuses */
	bool black, there; /* there: in the table with a weight */
	int64_t times[TIMES]; /* of the last checks, ns */
	uint64_t checks;
	int64_t event, seen; /* times of the flip, and of the table that shows it; 0: not yet */
};

static struct {
	struct server *servers;
	int count, black, epoll, watch;
	const char *table;
	int64_t changed, complete, limit; /* complete: since then the table is correct; 0: it is not */
	uint64_t checks;
	pid_t director;
} lab = {.count = 10};

static int64_t now_ns(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "reals: %s: %s\n", what, strerror(errno));
	exit(1);
}

// --- servers ---

static struct sockaddr_in address_of(int i)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons(80),
		.sin_addr.s_addr = htonl(0x7f000000U | (uint32_t)(1 + i / A_NET) << 8 | (uint32_t)(1 + i % A_NET))};
}

static void server_open(int i)
{
	struct server *s = &lab.servers[i];
	struct sockaddr_in at = address_of(i);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) != 0 ||
	    bind(s->fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(s->fd, s->black ? 0 : 64) != 0)
		die("a server cannot listen");
	for (int k = 0; s->black && k < 2; k++) { // never accepted, so from now on the kernel drops each SYN
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (fd < 0 || (connect(fd, (struct sockaddr *)&at, sizeof at) != 0 && errno != EINPROGRESS))
			die("a server that answers no SYN cannot be made");
	}
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = (uint64_t)(SERVER_TAG + i)};
	if (!s->black && epoll_ctl(lab.epoll, EPOLL_CTL_ADD, s->fd, &e) != 0)
		die("epoll_ctl");
}

static void server_close(int i)
{
	(void)close(lab.servers[i].fd); // a listening socket: nothing can be lost
	lab.servers[i].fd = -1;
}

static void server_accept(int i)
{
	struct server *s = &lab.servers[i];
	for (int fd; s->fd >= 0 && (fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
		s->times[s->checks++ % TIMES] = now_ns();
		lab.checks++;
		struct epoll_event e = {.events = EPOLLIN, .data.u64 = (uint64_t)fd};
		if (epoll_ctl(lab.epoll, EPOLL_CTL_ADD, fd, &e) != 0)
			die("epoll_ctl");
	}
}

static void answer(int fd)
{
	static const char page[] =
		"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\nConnection: close\r\n\r\nTest Page\n";
	char request[4096];
	ssize_t n = read(fd, request, sizeof request);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0)
		(void)!write(fd, page, sizeof page - 1); // the director notices an incomplete page
	(void)close(fd);
}

// --- the table ---

static void look_at_table(void)
{
	FILE *in = fopen(lab.table, "re");
	char line[256];
	if (in == NULL)
		return;
	if (flock(fileno(in), LOCK_SH) != 0)
		die("the table cannot be locked");
	for (int i = 0; i < lab.count; i++)
		lab.servers[i].there = false;
	while (fgets(line, sizeof line, in)) {
		const char *real = strstr(line, "-r 127.0."), *weight = strstr(line, "-w ");
		unsigned net, host;
		if (real == NULL || sscanf(real, "-r 127.0.%u.%u:", &net, &host) != 2 ||
			(weight && atoi(weight + 3) == 0))
			continue;
		int i = (int)(net - 1) * A_NET + (int)host - 1;
		if (i >= 0 && i < lab.count)
			lab.servers[i].there = true;
	}
	fclose(in);
	bool complete = true;
	lab.changed = now_ns();
	for (int i = 0; i < lab.count; i++) {
		struct server *s = &lab.servers[i];
		complete = complete && s->there == (s->fd >= 0 && !s->black);
		if (s->event && !s->seen && s->there == (s->fd >= 0))
			s->seen = lab.changed;
	}
	lab.complete = !complete ? 0 : lab.complete ? lab.complete : lab.changed;
}

static void drain_watch(void)
{
	char buffer[4096];
	while (read(lab.watch, buffer, sizeof buffer) > 0)
		;
	look_at_table();
}

// --- the loop ---

static void turn(int ms)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(lab.epoll, events, EVENTS, ms);
	for (int i = 0; i < n; i++) {
		uint64_t tag = events[i].data.u64;
		if (tag == TABLE_TAG)
			drain_watch();
		else if (tag >= SERVER_TAG)
			server_accept((int)(tag - SERVER_TAG));
		else
			answer((int)tag);
	}
	if (lab.director > 0 && waitpid(lab.director, NULL, WNOHANG) == lab.director) {
		fprintf(stderr, "reals: the director has ended\n");
		exit(1);
	}
}

static void run_for(int64_t ms)
{
	int64_t end = now_ns() + ms * 1000000;
	for (int64_t left; (left = end - now_ns()) > 0;)
		turn((int)(left / 1000000) + 1);
}

static bool over(void)
{
	return now_ns() > lab.limit;
}

// --- what is measured ---

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static void print_ms(const char *name, int64_t ns)
{
	printf(" %s=%.1f", name, (double)ns / 1e6);
}

static void print_over(const char *const *names)
{
	for (; *names; names++)
		printf(" %s=over", *names);
}

static int processes(void)
{
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		die("fork");
	return (int)pid;
}

/* The threads of the director take numbers from the same sequence as processes. */
static int director_threads(void)
{
	char path[64];
	int count = -2; /* "." and ".." */
	(void)snprintf(path, sizeof path, "/proc/%d/task", lab.director);
	DIR *d = opendir(path);
	if (!d)
		die(path);
	while (readdir(d))
		count++;
	(void)closedir(d);
	return count;
}

/* The CPU time of all threads of the director, and of its reaped children (measured in clock ticks only). */
static int64_t cpu_ns(void)
{
	char path[64], line[1024] = "";
	long long ns = 0, user = 0, system = 0;
	(void)snprintf(path, sizeof path, "/proc/%d/schedstat", (int)lab.director);
	FILE *in = fopen(path, "re");
	if (in == NULL || fscanf(in, "%lld", &ns) != 1)
		die(path);
	fclose(in);
	(void)snprintf(path, sizeof path, "/proc/%d/stat", (int)lab.director);
	in = fopen(path, "re");
	const char *rest = in && fgets(line, sizeof line, in) ? strrchr(line, ')') : NULL;
	if (rest == NULL ||
		sscanf(rest, ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld %lld", &user, &system) != 2)
		die(path);
	fclose(in);
	return ns + (user + system) * (1000000000 / sysconf(_SC_CLK_TCK));
}

static long memory_kb(const char *what)
{
	char path[64], line[256];
	long kb = -1;
	(void)snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)lab.director);
	FILE *in = fopen(path, "re");
	while (in && fgets(line, sizeof line, in))
		if (strncmp(line, what, strlen(what)) == 0)
			kb = strtol(line + strlen(what), NULL, 10);
	if (in)
		fclose(in);
	return kb;
}

static long log_lines(void)
{
	const char *path = getenv("IPVSADM_LOG");
	FILE *in = path ? fopen(path, "re") : NULL;
	long lines = 0;
	for (int c; in && (c = getc(in)) != EOF;)
		lines += c == '\n';
	if (in)
		fclose(in);
	return lines;
}

/* Print the times between two checks of the same server, since `from`. */
static void print_period(int64_t from)
{
	int64_t *gaps = calloc((size_t)lab.count * TIMES, sizeof *gaps);
	size_t count = 0;
	if (gaps == NULL)
		die("calloc");
	for (int i = 0; i < lab.count; i++) {
		const struct server *s = &lab.servers[i];
		uint64_t first = s->checks > TIMES ? s->checks - TIMES : 0;
		for (uint64_t k = first; k + 1 < s->checks; k++)
			if (s->times[k % TIMES] >= from)
				gaps[count++] = s->times[(k + 1) % TIMES] - s->times[k % TIMES];
	}
	qsort(gaps, count, sizeof *gaps, by_size);
	if (count == 0)
		print_over((const char *const[]){"period_pct", "period_low", "period_high", NULL});
	else // in percent of an interval of one second
		printf(" period_pct=%.1f period_low=%.1f period_high=%.1f", (double)gaps[count / 2] / 1e7,
			(double)gaps[count / 100] / 1e7, (double)gaps[count - 1 - count / 100] / 1e7);
	free(gaps);
}

static void flip(int i, bool up)
{
	struct server *s = &lab.servers[i];
	if (up)
		server_open(i);
	else
		server_close(i);
	s->event = now_ns();
	s->seen = 0;
}

/* The k-th server that answers; the chosen ones are spread over the whole list. */
static int chosen(int k, int of)
{
	int i = (int)((int64_t)k * lab.count / of);
	while (lab.servers[i].black)
		i++;
	return i;
}

static void print_flips(const char *name, int flips, int apart_ms, bool up)
{
	int64_t took[1024];
	char key[32];
	int known = 0;
	for (int k = 0; k < flips; k++) {
		flip(chosen(k, flips), up);
		if (apart_ms)
			run_for(apart_ms);
	}
	while (known < flips && !over()) {
		turn(20);
		for (known = 0; known < flips && lab.servers[chosen(known, flips)].seen; known++)
			;
	}
	for (int k = 0; k < known; k++)
		took[k] = lab.servers[chosen(k, flips)].seen - lab.servers[chosen(k, flips)].event;
	qsort(took, (size_t)known, sizeof *took, by_size);
	(void)snprintf(key, sizeof key, "%s_max", name);
	if (known < flips) {
		print_over((const char *const[]){name, key, NULL});
		return;
	}
	print_ms(name, took[known / 2]);
	print_ms(key, took[known - 1]);
	for (int k = 0; k < flips; k++)
		lab.servers[chosen(k, flips)].event = 0;
}

static void start_director(char *const argv[])
{
	lab.director = fork();
	if (lab.director < 0)
		die("fork");
	if (lab.director == 0) {
		(void)dup2(2, 1); // the log goes to standard error: standard output has only the figures
		(void)execv(argv[0], argv);
		die(argv[0]);
	}
}

static void measure(char *const argv[], int window_s, int flips, int mass)
{
	int before = processes();
	int64_t started = now_ns();
	start_director(argv);
	while (!over() && !(lab.complete && now_ns() - lab.complete > (int64_t)STILL_MS * 1000000))
		turn(20);
	bool late = lab.complete == 0;
	if (late)
		print_over((const char *const[]){"start", NULL});
	else
		print_ms("start", lab.complete - started);
	printf(" processes=%d", processes() - before - director_threads());
	int64_t from = now_ns(), cpu = cpu_ns();
	uint64_t checks = lab.checks;
	do
		run_for(late ? 100 : window_s * INT64_C(1000));
	while (!over() && lab.checks - checks < (uint64_t)(lab.count - lab.black) * 2);
	cpu = cpu_ns() - cpu;
	checks = lab.checks - checks;
	print_period(late ? started : from);
	if (checks == 0)
		print_over((const char *const[]){"cpu_us", NULL});
	else
		printf(" checks=%" PRIu64 " cpu_us=%.1f", checks, (double)cpu / 1e3 / (double)(checks));
	printf(" rss_kb=%ld pss_kb=%ld", memory_kb("Rss:"), memory_kb("Pss:"));
	if (flips > 0) {
		print_flips("detect", flips, APART_MS, false);
		print_flips("restore", flips, APART_MS, true);
	}
	if (mass > 0) {
		long lines = log_lines();
		print_flips("mass_down", mass, 0, false);
		printf(" mass_down_batches=%ld", log_lines() - lines);
		lines = log_lines();
		print_flips("mass_up", mass, 0, true);
		printf(" mass_up_batches=%ld", log_lines() - lines);
	}
	int64_t asked = now_ns();
	(void)kill(lab.director, SIGTERM);
	while (waitpid(lab.director, NULL, WNOHANG) == 0 && now_ns() - asked < INT64_C(5000000000))
		(void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	print_ms("stop", now_ns() - asked);
	putchar('\n');
}

static void prepare(int black_pct)
{
	struct rlimit files = {.rlim_cur = 65536, .rlim_max = 65536};
	(void)setrlimit(RLIMIT_NOFILE, &files); // a failure shows when the servers are opened
	lab.table = getenv("IPVSADM_TABLE");
	lab.epoll = epoll_create1(EPOLL_CLOEXEC);
	lab.watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	int made = lab.table ? open(lab.table, O_CREAT | O_RDWR | O_CLOEXEC, 0644) : -1;
	if (lab.epoll < 0 || made < 0 || inotify_add_watch(lab.watch, lab.table, IN_CLOSE_WRITE) < 0)
		die("IPVSADM_TABLE");
	(void)close(made);
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = TABLE_TAG};
	if (epoll_ctl(lab.epoll, EPOLL_CTL_ADD, lab.watch, &e) != 0)
		die("epoll_ctl");
	for (int i = 0; i < lab.count; i++) {
		lab.servers[i].black = i * black_pct / 100 != (i + 1) * black_pct / 100;
		lab.black += lab.servers[i].black;
		server_open(i);
	}
}

int main(int argc, char **argv)
{
	int black = 0, window = 5, flips = 5, mass = 0, limit = 60;
	bool names = false;
	for (int o; (o = getopt(argc, argv, "cn:b:w:f:m:l:")) != -1;) {
		int value = optarg ? atoi(optarg) : 0;
		switch (o) {
		case 'c': names = true; break;
		case 'n': lab.count = value; break;
		case 'b': black = value; break;
		case 'w': window = value; break;
		case 'f': flips = value; break;
		case 'm': mass = value; break;
		case 'l': limit = value; break;
		default: return 2;
		}
	}
	if (lab.count < 1 || lab.count > 20000 || black < 0 || black > 99 || flips > 1024 || mass > 1024 ||
		(!names && optind >= argc))
		return 2;
	for (int i = 0; names && i < lab.count; i++) {
		struct sockaddr_in at = address_of(i);
		printf("%s\n", inet_ntoa(at.sin_addr));
	}
	if (names)
		return 0;
	lab.servers = calloc((size_t)lab.count, sizeof *lab.servers);
	if (lab.servers == NULL)
		die("calloc");
	prepare(black);
	lab.limit = now_ns() + limit * INT64_C(1000000000);
	measure(&argv[optind], window, flips, mass);
	return 0;
}
