// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/address_private.h"

enum {
	/* the number of requests for one dump, when the kernel marks each answer as inconsistent */
	DUMP_TRIES = 4,
	RECEIVE_BYTES = 32768, /* the largest amount of data that the kernel returns in one read of a dump */
};

/* The state of an exchange with the kernel. */
struct exchange {
	bool over;
	bool torn;
	int error; /* 0 or -errno as the kernel reported it */
	void (*each)(void *context, struct nlmsghdr *header);
	void *context;
};

struct address_table {
	struct nl_sock *socket;
	struct nl_cb *callbacks;
	struct exchange *now; /* the current exchange */
	bool spoilt;          /* an answer was lost, so the socket must be opened again */
	uint32_t sequence;
};

/* --- one request, its answers, its end ---------------------------------------------------------------------------- */

static int on_sequence(struct nl_msg *message, void *context)
{
	/* A late answer to an abandoned request does not belong to this request. */
	const struct address_table *t = context;
	return nlmsg_hdr(message)->nlmsg_seq == t->sequence ? NL_OK : NL_SKIP;
}

static int on_answer(struct nl_msg *message, void *context)
{
	struct exchange *x = ((struct address_table *)context)->now;
	if (x->each != NULL)
		x->each(x->context, nlmsg_hdr(message));
	return NL_OK;
}

static int on_torn(struct nl_msg *message, void *context)
{
	(void)message;
	((struct address_table *)context)->now->torn = true;
	return NL_OK;
}

static int on_end(struct nl_msg *message, void *context)
{
	(void)message;
	((struct address_table *)context)->now->over = true;
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *peer, struct nlmsgerr *error, void *context)
{
	struct exchange *x = ((struct address_table *)context)->now;
	(void)peer;
	x->error = error->error;
	x->over = true;
	return NL_STOP;
}

static int connect_socket(struct address_table *t)
{
	errno = 0;
	if (nl_connect(t->socket, NETLINK_ROUTE) < 0)
		return errno != 0 ? -errno : -ENOMEM;
	(void)fcntl(nl_socket_get_fd(t->socket), F_SETFD, FD_CLOEXEC);
	nl_socket_disable_auto_ack(t->socket);
	/* one system call for each read instead of two; the buffer is large enough */
	nl_socket_disable_msg_peek(t->socket);
	nl_socket_set_msg_buf_size(t->socket, RECEIVE_BYTES);
	t->spoilt = false;
	return 0;
}

/* Open the socket again after a lost answer.  The kernel has then not finished its dump, and refuses every other dump
 * on this socket with EBUSY, so no address could be released any more. */
static int mend(struct address_table *t)
{
	if (!t->spoilt)
		return 0;
	nl_close(t->socket);
	return connect_socket(t);
}

/* Send message, which this function frees, and call each for every answer until the kernel has sent all of them.
 * Returns 0 or -errno. */
static int exchange(struct address_table *t, struct nl_msg *message, void (*each)(void *, struct nlmsghdr *),
	void *context, bool *torn)
{
	struct exchange x = {.each = each, .context = context};
	int mended = mend(t);
	if (mended != 0) {
		nlmsg_free(message);
		return mended;
	}
	nlmsg_hdr(message)->nlmsg_seq = ++t->sequence;
	nlmsg_hdr(message)->nlmsg_flags |= NLM_F_REQUEST;
	int sent = nl_send_auto(t->socket, message);
	nlmsg_free(message);
	if (sent < 0)
		return errno != 0 ? -errno : -EIO;
	t->now = &x;
	while (!x.over) {
		int got = nl_recvmsgs(t->socket, t->callbacks);
		if (got < 0 && !x.over) { /* when x.over is set, on_error has stored the exact error already */
			x.error = got == -NLE_NOMEM ? -ENOBUFS : -EIO;
			t->spoilt = true;
			break;
		}
	}
	t->now = NULL;
	if (torn != NULL)
		*torn = x.torn;
	return x.error;
}

int address_exchange(
	struct address_table *t, struct nl_msg *message, void (*each)(void *, struct nlmsghdr *), void *context)
{
	return exchange(t, message, each, context, NULL);
}

int address_dump(struct address_table *t, int type, void *body, size_t len, void (*each)(void *, struct nlmsghdr *),
                 void *context)
{
	for (int i = 0; i < DUMP_TRIES; i++) {
		struct nl_msg *message = nlmsg_alloc_simple(type, NLM_F_DUMP);
		if (message == NULL)
			return -ENOMEM;
		bool torn = false;
		int error = nlmsg_append(message, body, len, NLMSG_ALIGNTO) < 0 ? -ENOMEM : 0;
		if (error != 0)
			nlmsg_free(message);
		else
			error = exchange(t, message, each, context, &torn);
		if (error != 0 || !torn)
			return error;
	}
	return 0; /* every dump was inconsistent, so there is no better answer */
}

struct address_table *address_table_new(void)
{
	struct address_table *t = calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	t->socket = nl_socket_alloc();
	t->callbacks = nl_cb_alloc(NL_CB_CUSTOM);
	int failed = t->socket == NULL || t->callbacks == NULL ? -ENOMEM : connect_socket(t);
	if (failed != 0) {
		address_table_free(t);
		errno = -failed;
		return NULL;
	}
	nl_cb_set(t->callbacks, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_sequence, t);
	nl_cb_set(t->callbacks, NL_CB_VALID, NL_CB_CUSTOM, on_answer, t);
	nl_cb_set(t->callbacks, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_torn, t);
	nl_cb_set(t->callbacks, NL_CB_FINISH, NL_CB_CUSTOM, on_end, t);
	nl_cb_set(t->callbacks, NL_CB_ACK, NL_CB_CUSTOM, on_end, t);
	nl_cb_err(t->callbacks, NL_CB_CUSTOM, on_error, t);
	return t;
}

void address_table_free(struct address_table *t)
{
	if (t == NULL)
		return;
	if (t->callbacks != NULL)
		nl_cb_put(t->callbacks);
	if (t->socket != NULL)
		nl_socket_free(t->socket);
	free(t);
}
