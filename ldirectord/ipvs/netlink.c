// SPDX-License-Identifier: MIT
/* The back end for generic netlink.  It reads all services, then the destinations of each one.  It writes a batch as
 * datagrams of up to WINDOW requests; the sequence number of an answer shows to which request the answer belongs. */
#include "ldirectord/ipvs/private.h"

#include <errno.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#ifndef NETLINK_CAP_ACK
#define NETLINK_CAP_ACK 10
#endif

enum {
	/* The largest number of requests without an answer.  The kernel answers each one at once, and an answer that
	 * does not fit into the socket's buffer (208 KiB; an answer takes some 770 bytes) is lost. */
	WINDOW = 64,
	REQUEST_MAX = 512,    /* a full service takes some 160 bytes */
	RECEIVE_MAX = 32768,  /* the largest part of a dump that the kernel sends at once */
	ANSWER_SECONDS = 5,   /* the kernel answers within the call, but may have to load the module of a scheduler */
	MODPROBE_SECONDS = 10,
};

struct netlink {
	struct ipvs base;
	struct nl_sock *socket;
	int family;
	uint32_t sequence;
	char why[160];
};

/* Convert an error of libnl, which has its own error numbers. */
static int system_error(int nl_error)
{
	switch (-nl_error) {
	case NLE_OBJ_NOTFOUND: return -ENOENT;
	case NLE_NOMEM: return -ENOMEM;
	case NLE_AGAIN: return -ETIMEDOUT;
	case NLE_PERM: return -EPERM;
	default: return -EIO;
	}
}

// --- reading ---

/* Accept every sequence number.  libnl would accept only the answer to its last request; our callbacks check the number
 * themselves. */
static int any_sequence(struct nl_msg *message, void *context)
{
	(void)message, (void)context;
	return NL_OK;
}

struct reading {
	struct table *table;
	struct table_service *service; /* we read the destinations of this service; NULL: we read the services */
	/* The sequence number of the request.  A late answer to an earlier request must not end this one. */
	uint32_t sequence;
	bool finished;
	int error;
};

static int read_one(struct nl_msg *message, void *context)
{
	struct reading *r = context;
	struct table_service service;
	struct table_real real;
	struct nlmsghdr *header = nlmsg_hdr(message);
	if (header->nlmsg_seq != r->sequence)
		return NL_SKIP;
	int error =
		r->service ? wire_real(header, r->service->id.address.family, &real) : wire_service(header, &service);
	if (error == 0)
		error = r->service ? memory_append_real(r->service, &real) : memory_append_service(r->table, &service);
	if (error != 0 && error != -ENOTSUP && r->error == 0)
		r->error = error;
	return NL_OK;
}

static int read_finished(struct nl_msg *message, void *context)
{
	struct reading *r = context;
	r->finished |= nlmsg_hdr(message)->nlmsg_seq == r->sequence;
	return NL_STOP;
}

static int read_error(struct sockaddr_nl *from, struct nlmsgerr *answer, void *context)
{
	struct reading *r = context;
	(void)from; // the sender is the kernel
	if (answer->msg.nlmsg_seq != r->sequence)
		return NL_SKIP;
	r->finished = true;
	/* A service that another program deleted between the two dumps has no destinations. */
	if (r->service == NULL || answer->error != -ESRCH)
		r->error = answer->error;
	return NL_STOP;
}

static int dump(struct netlink *n, int command, struct reading *r)
{
	struct nl_msg *message = nlmsg_alloc();
	struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);
	int error = -ENOMEM;
	if (message && callbacks &&
		genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, n->family, 0, NLM_F_DUMP, (uint8_t)command,
			IPVS_GENL_VERSION) &&
		(r->service == NULL || wire_put_id(message, &r->service->id) == 0)) {
		(void)nl_cb_set(callbacks, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, any_sequence, NULL); // see any_sequence
		(void)nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, read_one, r);
		(void)nl_cb_set(callbacks, NL_CB_FINISH, NL_CB_CUSTOM, read_finished, r);
		(void)nl_cb_err(callbacks, NL_CB_CUSTOM, read_error, r);
		error = nl_send_auto(n->socket, message);
		r->sequence = nlmsg_hdr(message)->nlmsg_seq;
		r->finished = false;
		while (error >= 0 && !r->finished)
			error = nl_recvmsgs(n->socket, callbacks);
		error = r->error != 0 ? r->error : error < 0 ? system_error(error) : 0;
	}
	nl_cb_put(callbacks);
	nlmsg_free(message);
	return error;
}

static int netlink_read(struct ipvs *i, struct table *out, const char **why)
{
	struct netlink *n = (struct netlink *)i;
	struct reading r = {.table = out};
	int error = dump(n, IPVS_CMD_GET_SERVICE, &r);
	for (size_t k = 0; error == 0 && k < out->service_count; k++) {
		r.service = &out->services[k];
		error = dump(n, IPVS_CMD_GET_DEST, &r);
	}
	if (error != 0) {
		(void)snprintf(n->why, sizeof n->why, "the kernel's IPVS table cannot be read: %s",
			error == -EPERM ? "this needs CAP_NET_ADMIN" : strerror(-error));
		*why = n->why;
	}
	return error;
}

// --- writing ---

struct window {
	const struct table_op *ops;
	struct ipvs_result *results;
	size_t count;
	uint32_t first; /* sequence number of ops[0] */
	bool answered[WINDOW];
	size_t waiting, failed;
	uint8_t request[WINDOW * REQUEST_MAX];
	size_t len;
};

static void answer(struct window *w, uint32_t sequence, int error)
{
	size_t at = sequence - w->first; // this is correct also when the sequence number wraps
	if (at >= w->count || w->answered[at])
		return;
	w->answered[at] = true;
	w->waiting--;
	w->failed += ipvs_result_set(&w->results[at], w->ops[at].kind, error, NULL);
}

static int on_ack(struct nl_msg *message, void *context)
{
	answer(context, nlmsg_hdr(message)->nlmsg_seq, 0);
	return NL_OK;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *message, void *context)
{
	(void)from; // the sender is the kernel
	answer(context, message->msg.nlmsg_seq, message->error);
	return NL_SKIP;
}

/* Append the request for ops[at].  An operation that cannot be encoded fails at once. */
static void ask(struct netlink *n, struct window *w, size_t at)
{
	const struct table_op *op = &w->ops[at];
	const char *why = NULL;
	struct nl_msg *message = nlmsg_alloc();
	int error = -ENOMEM;
	if (message && genlmsg_put(message, nl_socket_get_local_port(n->socket), w->first + (uint32_t)at, n->family, 0,
			       NLM_F_REQUEST | NLM_F_ACK, (uint8_t)wire_command(op->kind), IPVS_GENL_VERSION))
		error = wire_put(message, op, &why);
	size_t len = message ? NLMSG_ALIGN(nlmsg_hdr(message)->nlmsg_len) : 0;
	struct writer room = writer_over(w->request, sizeof w->request);
	room.len = w->len;
	if (error == 0) {
		writer_bytes(&room, (struct bytes){(const uint8_t *)nlmsg_hdr(message), len});
		error = room.overflowed ? -EMSGSIZE : 0;
	}
	nlmsg_free(message);
	w->len = room.len;
	if (error == 0) {
		w->waiting++;
		return;
	}
	w->answered[at] = true;
	w->failed += ipvs_result_set(&w->results[at], op->kind, error, why);
}

static void exchange(struct netlink *n, struct window *w, struct nl_cb *callbacks)
{
	int error = w->len > 0 ? nl_sendto(n->socket, w->request, w->len) : 0;
	while (error >= 0 && w->waiting > 0)
		error = nl_recvmsgs(n->socket, callbacks);
	for (size_t k = 0; k < w->count; k++)
		if (!w->answered[k])
			w->failed += ipvs_result_set(
				&w->results[k], w->ops[k].kind, system_error(error), "the kernel did not answer");
}

static size_t netlink_apply(struct ipvs *i, const struct table_op *ops, size_t count, struct ipvs_result *results)
{
	struct netlink *n = (struct netlink *)i;
	struct window *w = malloc(sizeof *w);
	struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);
	size_t failed = 0;
	if (callbacks) {
		(void)nl_cb_set(callbacks, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, any_sequence, NULL);
		(void)nl_cb_set(callbacks, NL_CB_ACK, NL_CB_CUSTOM, on_ack, w);
		(void)nl_cb_err(callbacks, NL_CB_CUSTOM, on_error, w);
	}
	for (size_t done = 0; done < count; done += WINDOW) {
		size_t part = count - done < WINDOW ? count - done : WINDOW;
		if (w == NULL || callbacks == NULL) {
			for (size_t k = 0; k < part; k++)
				failed += ipvs_result_set(&results[done + k], ops[done + k].kind, -ENOMEM, NULL);
			continue;
		}
		*w = (struct window){.ops = ops + done, .results = results + done, .count = part, .first = n->sequence};
		n->sequence += WINDOW;
		for (size_t k = 0; k < part; k++)
			ask(n, w, k);
		exchange(n, w, callbacks);
		failed += w->failed;
	}
	nl_cb_put(callbacks);
	free(w);
	return failed;
}

// --- opening ---

static void netlink_free(struct ipvs *i)
{
	struct netlink *n = (struct netlink *)i;
	nl_socket_free(n->socket);
	free(n);
}

static const struct ipvs_backend backend = {"netlink", netlink_read, netlink_apply, netlink_free};

/* Get the number of the family.  The kernel does not load its module when a program queries this family by name, so we
 * load it. */
static int resolve(struct nl_sock *socket)
{
	static char *const argv[] = {"/sbin/modprobe", "-q", "ip_vs", NULL};
	struct run_result r;
	int family = genl_ctrl_resolve(socket, IPVS_GENL_NAME);
	if (family >= 0)
		return family;
	run_program(argv, bytes_of(""), span_ms(MODPROBE_SECONDS * 1000), &r);
	run_free(&r); // the next call shows whether it worked
	return genl_ctrl_resolve(socket, IPVS_GENL_NAME);
}

static int set_up(struct nl_sock *socket)
{
	struct timeval limit = {.tv_sec = ANSWER_SECONDS};
	int on = 1;
	int error = genl_connect(socket);
	if (error < 0)
		return error;
	int fd = nl_socket_get_fd(socket);
	// an old kernel that refuses this option sends the whole request back, which does no harm
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
		nl_socket_set_msg_buf_size(socket, RECEIVE_MAX) < 0)
		return -NLE_FAILURE;
	nl_socket_disable_msg_peek(socket);
	return 0;
}

struct ipvs *ipvs_netlink(const char **why)
{
	struct netlink *n = calloc(1, sizeof *n);
	struct nl_sock *socket = nl_socket_alloc();
	*why = "no memory for the netlink socket";
	if (n == NULL || socket == NULL)
		goto failed;
	*why = "no generic netlink socket can be opened";
	if (set_up(socket) < 0)
		goto failed;
	*why = "this kernel has no IPVS: load the module (modprobe ip_vs), or set IPVSADM=/PATH to use a command";
	int family = resolve(socket);
	if (family < 0)
		goto failed;
	nl_socket_disable_seq_check(socket);
	*n = (struct netlink){.base = {&backend}, .socket = socket, .family = family, .sequence = 1};
	*why = "";
	return &n->base;
failed:
	nl_socket_free(socket);
	free(n);
	return NULL;
}
