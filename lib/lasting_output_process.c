// SPDX-License-Identifier: MIT
/* The reader of lib/lasting_output.  It may block on a disk; then the services block too, as they do when they write to
 * a file. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/bounded_output.h"
#include "lib/lasting_output_private.h"

enum {
	PIPES_MAX = 256,
	TURN_BYTES = 4096,
	FLUSH_MS = 1000,   /* the longest delay of a repeated line, or of a report about dropped lines */
	/* log files are opened again at this interval, because no process reports a rotation when the daemon has
	 * ended */
	REOPEN_MS = 60000,
};

static struct pipe {
	bool used;
	int fd;
	uint32_t id;
	enum log_level level;
	char name[LASTING_OUTPUT_NAME_MAX];
	struct bounded_output output;
	struct output_budget budget;
	struct mono resume; /* the pipe is not read before this time, because its budget is full */
} pipes[PIPES_MAX];

static struct {
	int socket; /* -1: no process can hand over more pipes */
	bool written; /* something was written since the last flush */
	struct mono flushed, reopened;
} process;

// --- pipes ---

static void on_line(void *context, const char *line)
{
	const struct pipe *p = context;
	log_output(p->level, p->name, line);
	process.written = true;
}

static void report(struct pipe *p, struct mono now, bool at_end)
{
	char text[OUTPUT_TEXT_MAX];
	if (!output_budget_report(&p->budget, now, at_end, text))
		return;
	log_at(LOG_LEVEL_WARN, "%s: %s", p->name, text);
	process.written = true;
}

static void end(struct pipe *p, struct mono now)
{
	bounded_output_end(&p->output, now, on_line, p);
	report(p, now, true);
	(void)close(p->fd); // only read
	p->used = false;
}

static void read_pipe(struct pipe *p, struct mono now)
{
	char data[OUTPUT_PACE_BYTES];
	ssize_t n = read(p->fd, data, output_budget_is_full(&p->budget, now) ? sizeof(data) : TURN_BYTES);
	if (n > 0)
		bounded_output_take(
			&p->output, (struct bytes){(const uint8_t *)data, (size_t)n}, now, on_line, p);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		end(p, now);
	if (p->used && output_budget_is_full(&p->budget, now))
		p->resume = mono_add(now, span_ms(OUTPUT_PACE_MS));
}

static struct pipe *free_slot(void)
{
	for (size_t i = 0; i < PIPES_MAX; i++)
		if (!pipes[i].used)
			return &pipes[i];
	return NULL;
}

// --- orders ---

static void take(const struct lasting_order *order, int fd)
{
	struct pipe *p = free_slot();
	if (!p) {
		log_at(LOG_LEVEL_ERROR, "%s: its output cannot be read, because %d services print already: it may end by SIGPIPE",
			order->name, PIPES_MAX);
		(void)close(fd);
		return;
	}
	*p = (struct pipe){.used = true, .fd = fd, .id = order->id, .level = (enum log_level)order->level};
	memcpy(p->name, order->name, sizeof(p->name));
	p->output.budget = &p->budget;
}

static void forget(uint32_t id, struct mono now)
{
	for (size_t i = 0; i < PIPES_MAX; i++)
		if (pipes[i].used && pipes[i].id == id)
			end(&pipes[i], now);
}

/* Returns the descriptor that the message carries, or -1. */
static int received(struct msghdr *message)
{
	int fd = -1;
	const struct cmsghdr *c = CMSG_FIRSTHDR(message);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static void read_order(struct mono now)
{
	struct lasting_order order;
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = {&order, sizeof(order)};
	struct msghdr message = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(process.socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		(void)close(process.socket);
		process.socket = -1;
		return;
	}
	int fd = received(&message);
	order.name[sizeof(order.name) - 1] = '\0';
	if (n != sizeof(order))
		return; // not a message of this version
	if (order.kind == LASTING_TAKE && fd >= 0)
		take(&order, fd);
	else if (order.kind == LASTING_FORGET)
		forget(order.id, now);
}

// --- the loop ---

static void now_and_then(struct mono now)
{
	if (mono_since(now, process.flushed).ns < span_ms(FLUSH_MS).ns)
		return;
	process.flushed = now;
	for (size_t i = 0; i < PIPES_MAX; i++)
		if (pipes[i].used)
			report(&pipes[i], now, false);
	log_flush();
	process.written = false;
	if (mono_since(now, process.reopened).ns < span_ms(REOPEN_MS).ns)
		return;
	process.reopened = now;
	log_reopen();
}

/* Fill the list for poll and return the number of entries.  which: the pipe of each entry, NULL for the socket.
 * *wait_ms: the time limit for poll. */
static size_t entries(
	struct pollfd fds[PIPES_MAX + 1], struct pipe *which[PIPES_MAX + 1], struct mono now, int *wait_ms)
{
	size_t n = 0;
	*wait_ms = process.written ? FLUSH_MS : -1;
	if (process.socket >= 0) {
		which[n] = NULL;
		fds[n++] = (struct pollfd){.fd = process.socket, .events = POLLIN};
	}
	for (size_t i = 0; i < PIPES_MAX; i++) {
		struct pipe *p = &pipes[i];
		if (!p->used)
			continue;
		if (p->budget.dropped_bytes > 0 && *wait_ms < 0)
			*wait_ms = FLUSH_MS;
		if (mono_reached(now, p->resume)) {
			which[n] = p;
			fds[n++] = (struct pollfd){.fd = p->fd, .events = POLLIN};
		} else {
			*wait_ms = OUTPUT_PACE_MS;
		}
	}
	return n;
}

static bool has_work(void)
{
	if (process.socket >= 0)
		return true;
	for (size_t i = 0; i < PIPES_MAX; i++)
		if (pipes[i].used)
			return true;
	return false;
}

void lasting_output_process(void *context, int socket)
{
	struct pollfd fds[PIPES_MAX + 1];
	struct pipe *which[PIPES_MAX + 1];
	void (*begin)(void) = *(void (**)(void))context;
	process.socket = socket;
	process.reopened = process.flushed = mono_now();
	log_in_own_process();
	if (begin)
		begin();
	while (has_work()) {
		int wait_ms;
		size_t n = entries(fds, which, mono_now(), &wait_ms);
		(void)poll(fds, n, wait_ms); // after EINTR or a lack of memory the loop continues
		struct mono now = mono_now();
		for (size_t i = 0; i < n; i++) {
			if (fds[i].revents != 0 && which[i] && which[i]->used)
				read_pipe(which[i], now);
			else if (fds[i].revents != 0 && !which[i])
				read_order(now);
		}
		now_and_then(now);
	}
	log_close();
}
