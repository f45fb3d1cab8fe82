// SPDX-License-Identifier: MIT
/* checktype=connect: opens a TCP connection and closes it. */
#include <errno.h>
#include <sys/epoll.h>

#include "ldirectord/check/private.h"

struct connect_check {
	struct check c;
	struct watch watch;
	int fd;
};

static void connect_ready(struct watch *w, uint32_t events)
{
	struct connect_check *k = (struct connect_check *)((char *)w - offsetof(struct connect_check, watch));
	int error = 0;
	socklen_t len = sizeof(error);
	bool bad = events & (EPOLLERR | EPOLLHUP); // otherwise the socket has no error
	if (bad && getsockopt(k->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (error)
		check_failed(&k->c, "", error);
	else
		check_verdict(&k->c, true, "connected");
}

static void connect_start(struct check *c, const struct check_plan *plan)
{
	struct connect_check *k = (struct connect_check *)c;
	(void)plan;
	k->watch = (struct watch){.fd = -1, .ready = connect_ready};
	check_stage(c, "connection");
	k->fd = check_connect(&c->address, SOCK_STREAM);
	int failed = k->fd < 0 ? k->fd : watch_set(&k->watch, k->fd, EPOLLOUT);
	if (failed)
		check_failed(c, "", -failed);
}

static void connect_stop(struct check *c)
{
	struct connect_check *k = (struct connect_check *)c;
	watch_close(&k->watch, k->fd);
}

const struct check_kind check_kind_connect = {
	.size = sizeof(struct connect_check), .start = connect_start, .stop = connect_stop};
