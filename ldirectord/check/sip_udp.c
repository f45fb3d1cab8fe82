// SPDX-License-Identifier: MIT
/* service=sip with protocol=udp: sends OPTIONS in a datagram, and again after growing pauses (RFC 3261), until a final
 * answer arrives. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#include "ldirectord/check/private.h"
#include "ldirectord/check/talk.h"

enum { FIRST_MS = 500, SLOWEST_MS = 4000 }; /* T1 and T2 of RFC 3261 */

struct sip_check {
	struct check c;
	struct watch watch;
	struct timer again;
	int64_t wait_ms;
	int fd;
	GString *request;
};

#define OWNER(pointer, member) ((struct sip_check *)((char *)(pointer) - offsetof(struct sip_check, member)))

/* An ICMP error for the previous datagram is returned by this send. */
static void sip_send(struct sip_check *k)
{
	if (send(k->fd, k->request->str, k->request->len, MSG_NOSIGNAL) < 0 && errno != EAGAIN) {
		check_failed(&k->c, "", errno);
		return;
	}
	timer_set(&k->again, mono_add(mono_now(), span_ms(k->wait_ms)));
	k->wait_ms = k->wait_ms * 2 < SLOWEST_MS ? k->wait_ms * 2 : SLOWEST_MS;
}

static void sip_again(struct timer *t)
{
	sip_send(OWNER(t, again));
}

static void sip_ready(struct watch *w, uint32_t events)
{
	struct sip_check *k = OWNER(w, watch);
	char bytes[2048], text[CHECK_PRINTABLE];
	(void)events;
	ssize_t n = recv(k->fd, bytes, sizeof(bytes), 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		check_failed(&k->c, "", errno);
		return;
	}
	const char *end = memchr(bytes, '\n', (size_t)n);
	size_t len = end ? (size_t)(end - bytes) : (size_t)n;
	len -= len && bytes[len - 1] == '\r';
	int status = talk_sip_status(bytes, len);
	if (status >= 0)
		check_verdict(&k->c, status == 1, "%s%s",
			status ? "" : "answer to OPTIONS: ", check_printable(bytes, len, text, sizeof(text)));
}

static void sip_start(struct check *c, const struct check_plan *plan)
{
	struct sip_check *k = (struct sip_check *)c;
	struct talk_settings s;
	struct sockaddr_storage me;
	socklen_t len = sizeof(me);
	char defaults[300], local[64] = "";
	k->watch = (struct watch){.fd = -1, .ready = sip_ready};
	k->again.fired = sip_again;
	k->wait_ms = FIRST_MS;
	k->request = g_string_new(NULL);
	check_stage(c, "answer to OPTIONS");
	k->fd = check_connect(&c->address, SOCK_DGRAM);
	int failed = k->fd < 0 ? k->fd : watch_set(&k->watch, k->fd, EPOLLIN);
	if (failed) {
		check_failed(c, "", -failed);
		return;
	}
	if (getsockname(k->fd, (struct sockaddr *)&me, &len) == 0)
		check_local_text(&me, local, sizeof(local));
	check_talk_settings(&s, plan, defaults, sizeof(defaults));
	talk_sip_request(&s, local, k->request);
	sip_send(k);
}

static void sip_stop(struct check *c)
{
	struct sip_check *k = (struct sip_check *)c;
	timer_clear(&k->again);
	watch_close(&k->watch, k->fd);
	(void)g_string_free(k->request, TRUE);
}

const struct check_kind check_kind_sip_udp = {
	.size = sizeof(struct sip_check), .negotiates = true, .start = sip_start, .stop = sip_stop};
