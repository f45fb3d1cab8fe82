// SPDX-License-Identifier: MIT
#include "ldirectord/check/datagram.h"

#include <errno.h>
#include <sys/epoll.h>

enum { SLOWEST_MS = 4000 };

#define OWNER(pointer, member) ((struct datagram *)((char *)(pointer) - offsetof(struct datagram, member)))

/* Send the request.  An ICMP error for the previous datagram is returned by this send. */
static void send_again(struct datagram *d)
{
	if (send(d->fd, d->request.at, d->request.len, MSG_NOSIGNAL) < 0 && errno != EAGAIN) {
		check_failed(d->check, "", errno);
		return;
	}
	timer_set(&d->again, mono_add(mono_now(), span_ms(d->wait_ms)));
	d->wait_ms = d->wait_ms * 2 < SLOWEST_MS ? d->wait_ms * 2 : SLOWEST_MS;
}

static void on_again(struct timer *t)
{
	send_again(OWNER(t, again));
}

static void on_answer(struct watch *w, uint32_t events)
{
	struct datagram *d = OWNER(w, watch);
	uint8_t bytes[DATAGRAM_ANSWER_MAX];
	(void)events;
	ssize_t n = recv(d->fd, bytes, sizeof(bytes), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0)
		check_failed(d->check, "", errno);
	else
		d->answer(d->check, (struct bytes){bytes, (size_t)n});
}

bool datagram_open(struct datagram *d, struct check *c, void (*answer)(struct check *c, struct bytes answer))
{
	d->check = c;
	d->answer = answer;
	d->watch = (struct watch){.fd = -1, .ready = on_answer};
	d->again.fired = on_again;
	d->fd = check_connect(&c->address, SOCK_DGRAM);
	int failed = d->fd < 0 ? d->fd : watch_set(&d->watch, d->fd, EPOLLIN);
	if (failed)
		check_failed(c, "", -failed);
	return !failed;
}

void datagram_ask(struct datagram *d, struct bytes request, int64_t first_ms)
{
	d->request = request;
	d->wait_ms = first_ms;
	send_again(d);
}

void datagram_close(struct datagram *d)
{
	timer_clear(&d->again);
	watch_close(&d->watch, d->fd);
}
