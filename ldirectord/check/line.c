// SPDX-License-Identifier: MIT
/* A line-based conversation over TCP, with or without TLS: connects the sockets of a check with talk.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "ldirectord/check/private.h"
#include "ldirectord/check/stream.h"
#include "ldirectord/check/talk.h"

enum {
	TURN_READS = 4,
	GOODBYE_MS = 500, /* the time limit for an answer to our quit command */
};

struct line_check {
	struct check c;
	struct talk *talk;
	struct stream stream;
	int data_fd;
	struct watch data_watch;
	struct timer goodbye;
	bool begun, half_closed;
};

#define OWNER(pointer, member) ((struct line_check *)((char *)(pointer) - offsetof(struct line_check, member)))

static void line_finish(struct line_check *k)
{
	check_verdict(&k->c, k->talk->up, "%s", k->talk->why);
}

/* Handle a failure of the socket.  A conversation that already has a verdict keeps it. */
static void line_broken(struct line_check *k, const char *why)
{
	if (k->talk->decided)
		line_finish(k);
	else
		check_verdict(&k->c, false, "%s: %s", k->talk->stage, why);
}

// --- steps of the socket; each returns false when the check is over or must wait ---

static void data_ready(struct watch *w, uint32_t events);

static bool line_open_data(struct line_check *k)
{
	struct lb_address to = k->c.address;
	to.port = k->talk->data_port;
	k->talk->data_port = 0;
	if (k->data_fd >= 0) // at most one data connection
		return true;
	k->data_watch = (struct watch){.fd = -1, .ready = data_ready};
	k->data_fd = check_connect(&to, SOCK_STREAM);
	int failed = k->data_fd < 0 ? k->data_fd : watch_set(&k->data_watch, k->data_fd, EPOLLOUT);
	if (failed) {
		check_failed(&k->c, "data connection", -failed);
		return false;
	}
	return true;
}

/* Send everything in out, then close the sending side or open the data connection if the conversation requires it. */
static bool line_flush(struct line_check *k)
{
	GString *out = k->talk->out;
	while (out->len) {
		int n = stream_write(&k->stream, out->str, out->len);
		if (n == STREAM_AGAIN || n == STREAM_WRITE_FIRST)
			return stream_wait(&k->stream, &k->c, EPOLLIN | EPOLLOUT);
		if (n < 0) {
			line_broken(k, n == STREAM_CLOSED ? "closed by the server" : k->stream.why);
			return false;
		}
		(void)g_string_erase(out, 0, n);
	}
	if (k->talk->half_close && !k->half_closed) {
		k->half_closed = true;
		(void)shutdown(k->stream.fd, SHUT_WR); // ENOTCONN: the next read returns the error
	}
	if (k->talk->decided && !k->goodbye.place)
		timer_set(&k->goodbye, mono_add(mono_now(), span_ms(GOODBYE_MS)));
	return k->talk->data_port ? line_open_data(k) : true;
}

/* Read once.  Returns true when more bytes may be available. */
static bool line_hear(struct line_check *k)
{
	char bytes[STREAM_READ_BYTES];
	int n = stream_read(&k->stream, bytes, sizeof(bytes));
	if (n == STREAM_AGAIN)
		return stream_wait(&k->stream, &k->c, EPOLLIN);
	if (n == STREAM_WRITE_FIRST)
		return stream_wait(&k->stream, &k->c, EPOLLIN | EPOLLOUT);
	if (n == STREAM_BROKEN) {
		line_broken(k, k->stream.why);
		return false;
	}
	if (n == STREAM_CLOSED)
		talk_closed(k->talk);
	else
		talk_take(k->talk, bytes, (size_t)n);
	if (k->talk->over) {
		line_finish(k);
		return false;
	}
	return true;
}

static void line_pump(struct line_check *k)
{
	if (!line_flush(k))
		return;
	for (int i = 0; i < TURN_READS; i++)
		if (!line_hear(k) || !line_flush(k))
			return;
	(void)stream_wait(&k->stream, &k->c, EPOLLIN); // other bytes are read in the next iteration of the loop
}

static void line_begin(struct line_check *k)
{
	struct sockaddr_storage me;
	socklen_t len = sizeof(me);
	char local[64] = "";
	k->begun = true;
	if (getsockname(k->stream.fd, (struct sockaddr *)&me, &len) == 0)
		check_local_text(&me, local, sizeof(local));
	talk_connected(k->talk, local);
}

static void line_ready(struct watch *w, uint32_t events)
{
	struct line_check *k = OWNER(w, stream.watch);
	(void)events;
	if (!stream_open(&k->stream, &k->c))
		return;
	if (!k->begun)
		line_begin(k);
	line_pump(k);
}

static void goodbye_fired(struct timer *t)
{
	line_finish(OWNER(t, goodbye));
}

// --- the data connection of ftp ---

static void data_end(struct line_check *k)
{
	watch_clear(&k->data_watch);
	talk_data_closed(k->talk);
}

static void data_read(struct line_check *k)
{
	char bytes[STREAM_READ_BYTES], why[CHECK_WHY_MAX];
	ssize_t n = recv(k->data_fd, bytes, sizeof(bytes), 0);
	if (n < 0 && stream_errno(why, sizeof(why)) == STREAM_AGAIN)
		return;
	if (n < 0) {
		check_verdict(&k->c, false, "data connection: %s", why);
		return;
	}
	if (n == 0)
		data_end(k);
	else
		talk_data_take(k->talk, bytes, (size_t)n);
	if (k->talk->over)
		line_finish(k);
	else if (k->talk->decided) {
		watch_clear(&k->data_watch);
		(void)line_flush(k);
	}
}

static void data_ready(struct watch *w, uint32_t events)
{
	struct line_check *k = OWNER(w, data_watch);
	int error = 0;
	socklen_t len = sizeof(error);
	if (w->events == EPOLLIN) {
		data_read(k);
		return;
	}
	(void)events;
	if (getsockopt(k->data_fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (!error)
		error = -watch_set(w, k->data_fd, EPOLLIN);
	if (error) {
		check_failed(&k->c, "data connection", error);
		return;
	}
	talk_data_connected(k->talk);
	(void)line_flush(k);
}

// --- life ---

static void line_start(struct check *c, const struct check_plan *plan)
{
	struct line_check *k = (struct line_check *)c;
	struct talk_settings s;
	char defaults[300], why[CHECK_WHY_MAX];
	bool tls = plan->v->service == LB_IMAPS || plan->v->service == LB_POPS;
	k->stream = STREAM_NONE;
	k->data_watch = (struct watch){.fd = -1, .ready = data_ready};
	k->goodbye.fired = goodbye_fired;
	k->data_fd = -1;
	check_talk_settings(&s, plan, defaults, sizeof(defaults));
	k->talk = talk_new(&s, why, sizeof(why));
	if (!k->talk) {
		check_verdict(c, false, "%s", why);
		return;
	}
	(void)stream_start(&k->stream, c, plan, tls, line_ready);
}

static void line_stop(struct check *c)
{
	struct line_check *k = (struct line_check *)c;
	timer_clear(&k->goodbye);
	stream_close(&k->stream);
	watch_close(&k->data_watch, k->data_fd);
	talk_free(k->talk);
}

static void line_late(struct check *c)
{
	struct line_check *k = (struct line_check *)c;
	if (k->talk->decided)
		line_finish(k);
	else if (k->begun)
		check_stage(c, k->talk->stage);
}

const struct check_kind check_kind_line = {.size = sizeof(struct line_check),
	.negotiates = true,
	.start = line_start,
	.stop = line_stop,
	.late = line_late};
