// SPDX-License-Identifier: MIT
#include "ldirectord/check/stream.h"

#include <errno.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/epoll.h>

#include "ldirectord/check/tls.h"

// --- bytes ---

static int tls_result(struct stream *s, int got)
{
	int then = errno;
	int error = SSL_get_error(s->ssl, got);
	switch (error) {
	case SSL_ERROR_WANT_READ:
		return STREAM_AGAIN;
	case SSL_ERROR_WANT_WRITE:
		return STREAM_WRITE_FIRST;
	case SSL_ERROR_ZERO_RETURN:
		return STREAM_CLOSED;
	default:
		tls_why(s->ssl, error, then, s->why, sizeof(s->why));
		return STREAM_BROKEN;
	}
}

int stream_errno(char *why, size_t cap)
{
	if (errno == EAGAIN || errno == EINTR)
		return STREAM_AGAIN;
	(void)g_strlcpy(why, g_strerror(errno), cap);
	why[0] = g_ascii_tolower(why[0]);
	return STREAM_BROKEN;
}

int stream_read(struct stream *s, char *to, size_t cap)
{
	if (s->ssl) {
		ERR_clear_error();
		int n = SSL_read(s->ssl, to, (int)cap);
		return n > 0 ? n : tls_result(s, n);
	}
	ssize_t n = recv(s->fd, to, cap, 0);
	return n > 0 ? (int)n : n == 0 ? STREAM_CLOSED : stream_errno(s->why, sizeof(s->why));
}

int stream_write(struct stream *s, const char *from, size_t len)
{
	if (s->ssl) {
		ERR_clear_error();
		int n = SSL_write(s->ssl, from, (int)len);
		return n > 0 ? n : tls_result(s, n);
	}
	ssize_t n = send(s->fd, from, len, MSG_NOSIGNAL);
	return n >= 0 ? (int)n : stream_errno(s->why, sizeof(s->why));
}

// --- the way to it ---

bool stream_wait(struct stream *s, struct check *c, uint32_t events)
{
	int failed = watch_set(&s->watch, s->fd, events);
	if (failed)
		check_failed(c, "epoll", -failed);
	return false;
}

static bool secure(struct stream *s, struct check *c)
{
	ERR_clear_error();
	int done = SSL_connect(s->ssl);
	if (done == 1) {
		s->secured = true;
		return true;
	}
	switch (tls_result(s, done)) {
	case STREAM_AGAIN:
		return stream_wait(s, c, EPOLLIN);
	case STREAM_WRITE_FIRST:
		return stream_wait(s, c, EPOLLOUT);
	case STREAM_CLOSED:
		check_verdict(c, false, "TLS: closed by the server");
		return false;
	default:
		check_verdict(c, false, "%s", s->why);
		return false;
	}
}

bool stream_open(struct stream *s, struct check *c)
{
	int error = 0;
	socklen_t len = sizeof(error);
	if (!s->connected) {
		if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
			error = errno;
		if (error) {
			check_failed(c, "", error);
			return false;
		}
		s->connected = true;
		check_stage(c, "TLS handshake");
	}
	return !s->ssl || s->secured || secure(s, c);
}

bool stream_start(struct stream *s, struct check *c, const struct check_plan *plan, bool tls,
	void (*ready)(struct watch *w, uint32_t events))
{
	*s = (struct stream){.watch = {.fd = -1, .ready = ready}};
	check_stage(c, "connection");
	s->fd = check_connect(&c->address, SOCK_STREAM);
	int failed = s->fd < 0 ? s->fd : watch_set(&s->watch, s->fd, EPOLLOUT);
	if (failed) {
		check_failed(c, "", -failed);
		return false;
	}
	const char *name = plan->v->sni ? plan->v->sni : plan->v->virtualhost;
	if (tls)
		s->ssl = tls_new(
			plan->v->sslverify, plan->v->sslca, name, &c->address, s->fd, s->why, sizeof(s->why));
	if (!tls || s->ssl)
		return true;
	check_verdict(c, false, "%s", s->why);
	return false;
}

void stream_close(struct stream *s)
{
	SSL_free(s->ssl); // this sends no close_notify, which is not needed because the connection is closed
	s->ssl = NULL;
	watch_close(&s->watch, s->fd);
	s->fd = -1;
}
