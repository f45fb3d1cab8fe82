// SPDX-License-Identifier: MIT
/* A line-based conversation over TCP, with or without TLS: the sockets for talk.h. */
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "ldirectord/check/private.h"
#include "ldirectord/check/talk.h"
#include "ldirectord/check/tls.h"

enum {
	READ_BYTES = 16384, /* a whole TLS record: bytes that stay in OpenSSL are not reported by epoll */
	TURN_READS = 4,
	GOODBYE_MS = 500, /* for a server that does not answer our goodbye */
};

struct line_check {
	struct check c;
	struct talk *talk;
	int fd, data_fd;
	struct watch watch, data_watch;
	struct timer goodbye;
	SSL *ssl;
	bool connected, secured, begun, half_closed;
};

#define OWNER(pointer, member) ((struct line_check *)((char *)(pointer) - offsetof(struct line_check, member)))

/* Results of read and write other than a number of bytes. */
enum { IO_AGAIN = -1, IO_WRITE_FIRST = -2, IO_CLOSED = -3, IO_BROKEN = -4 };

static void line_finish(struct line_check *k)
{
	check_verdict(&k->c, k->talk->up, "%s", k->talk->why);
}

/* The socket failed.  A conversation that already has a verdict keeps it. */
static void line_broken(struct line_check *k, const char *why)
{
	if (k->talk->decided)
		line_finish(k);
	else
		check_verdict(&k->c, false, "%s: %s", k->talk->stage, why);
}

// --- bytes ---

static int tls_result(struct line_check *k, int got, char *why, size_t cap)
{
	int then = errno;
	int error = SSL_get_error(k->ssl, got);
	switch (error) {
	case SSL_ERROR_WANT_READ:
		return IO_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		return IO_WRITE_FIRST;
	case SSL_ERROR_ZERO_RETURN:
		return IO_CLOSED;
	default:
		tls_why(k->ssl, error, then, why, cap);
		return IO_BROKEN;
	}
}

static int plain_result(char *why, size_t cap)
{
	if (errno == EAGAIN || errno == EINTR)
		return IO_AGAIN;
	(void)g_strlcpy(why, g_strerror(errno), cap);
	why[0] = g_ascii_tolower(why[0]);
	return IO_BROKEN;
}

static int line_read(struct line_check *k, char *to, size_t cap, char why[CHECK_WHY_MAX])
{
	if (k->ssl) {
		ERR_clear_error();
		int n = SSL_read(k->ssl, to, (int)cap);
		return n > 0 ? n : tls_result(k, n, why, CHECK_WHY_MAX);
	}
	ssize_t n = recv(k->fd, to, cap, 0);
	return n > 0 ? (int)n : n == 0 ? IO_CLOSED : plain_result(why, CHECK_WHY_MAX);
}

static int line_write(struct line_check *k, const char *from, size_t len, char why[CHECK_WHY_MAX])
{
	if (k->ssl) {
		ERR_clear_error();
		int n = SSL_write(k->ssl, from, (int)len);
		return n > 0 ? n : tls_result(k, n, why, CHECK_WHY_MAX);
	}
	ssize_t n = send(k->fd, from, len, MSG_NOSIGNAL);
	return n >= 0 ? (int)n : plain_result(why, CHECK_WHY_MAX);
}

// --- steps of the socket; each returns false when the check is over or must wait ---

static bool line_wait(struct line_check *k, uint32_t events)
{
	int failed = watch_set(&k->watch, k->fd, events);
	if (failed)
		check_failed(&k->c, "epoll", -failed);
	return false;
}

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

/* Send everything in out, then close the sending side or open the data connection if the conversation asks for it. */
static bool line_flush(struct line_check *k)
{
	char why[CHECK_WHY_MAX];
	GString *out = k->talk->out;
	while (out->len) {
		int n = line_write(k, out->str, out->len, why);
		if (n == IO_AGAIN || n == IO_WRITE_FIRST)
			return line_wait(k, EPOLLIN | EPOLLOUT);
		if (n < 0) {
			line_broken(k, n == IO_CLOSED ? "closed by the server" : why);
			return false;
		}
		(void)g_string_erase(out, 0, n);
	}
	if (k->talk->half_close && !k->half_closed) {
		k->half_closed = true;
		(void)shutdown(k->fd, SHUT_WR); // ENOTCONN: the next read returns the error
	}
	if (k->talk->decided && !k->goodbye.place)
		timer_set(&k->goodbye, mono_add(mono_now(), span_ms(GOODBYE_MS)));
	return k->talk->data_port ? line_open_data(k) : true;
}

/* Read once.  True: more bytes may be available. */
static bool line_hear(struct line_check *k)
{
	char bytes[READ_BYTES], why[CHECK_WHY_MAX];
	int n = line_read(k, bytes, sizeof(bytes), why);
	if (n == IO_AGAIN)
		return line_wait(k, EPOLLIN);
	if (n == IO_WRITE_FIRST)
		return line_wait(k, EPOLLIN | EPOLLOUT);
	if (n == IO_BROKEN) {
		line_broken(k, why);
		return false;
	}
	if (n == IO_CLOSED)
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
	(void)line_wait(k, EPOLLIN); // the rest in the next turn
}

static bool line_secure(struct line_check *k)
{
	char why[CHECK_WHY_MAX];
	ERR_clear_error();
	int done = SSL_connect(k->ssl);
	if (done == 1) {
		k->secured = true;
		return true;
	}
	switch (tls_result(k, done, why, sizeof(why))) {
	case IO_AGAIN:
		return line_wait(k, EPOLLIN);
	case IO_WRITE_FIRST:
		return line_wait(k, EPOLLOUT);
	case IO_CLOSED:
		check_verdict(&k->c, false, "TLS: closed by the server");
		return false;
	default:
		check_verdict(&k->c, false, "%s", why);
		return false;
	}
}

static void line_begin(struct line_check *k)
{
	struct sockaddr_storage me;
	socklen_t len = sizeof(me);
	char local[64] = "";
	k->begun = true;
	if (getsockname(k->fd, (struct sockaddr *)&me, &len) == 0)
		check_local_text(&me, local, sizeof(local));
	talk_connected(k->talk, local);
}

static void line_ready(struct watch *w, uint32_t events)
{
	struct line_check *k = OWNER(w, watch);
	int error = 0;
	socklen_t len = sizeof(error);
	(void)events;
	if (!k->connected) {
		if (getsockopt(k->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
			error = errno;
		if (error) {
			check_failed(&k->c, "", error);
			return;
		}
		k->connected = true;
		check_stage(&k->c, "TLS handshake");
	}
	if (k->ssl && !k->secured && !line_secure(k))
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
	char bytes[READ_BYTES], why[CHECK_WHY_MAX];
	ssize_t n = recv(k->data_fd, bytes, sizeof(bytes), 0);
	if (n < 0 && plain_result(why, sizeof(why)) == IO_AGAIN)
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
	k->watch = (struct watch){.fd = -1, .ready = line_ready};
	k->data_watch = (struct watch){.fd = -1, .ready = data_ready};
	k->goodbye.fired = goodbye_fired;
	k->fd = k->data_fd = -1;
	check_talk_settings(&s, plan, defaults, sizeof(defaults));
	k->talk = talk_new(&s, why, sizeof(why));
	if (!k->talk) {
		check_verdict(c, false, "%s", why);
		return;
	}
	check_stage(c, "connection");
	k->fd = check_connect(&c->address, SOCK_STREAM);
	int failed = k->fd < 0 ? k->fd : watch_set(&k->watch, k->fd, EPOLLOUT);
	if (failed) {
		check_failed(c, "", -failed);
		return;
	}
	const char *name = plan->v->sni ? plan->v->sni : plan->v->virtualhost;
	if (tls) {
		k->ssl = tls_new(plan->v->sslverify, plan->v->sslca, name, &c->address, k->fd, why, sizeof(why));
		if (!k->ssl)
			check_verdict(c, false, "%s", why);
	}
}

static void line_stop(struct check *c)
{
	struct line_check *k = (struct line_check *)c;
	timer_clear(&k->goodbye);
	SSL_free(k->ssl); // sends no close_notify: the connection is closed anyway
	watch_close(&k->watch, k->fd);
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
