// SPDX-License-Identifier: MIT
#include "heartbeat/ipc/api_client.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "heartbeat/core/codec.h"
#include "heartbeat/ipc/frame.h"

enum { REQUEST_MAX = 8192, PARAMETERS_MAX = 4096, NODE_MAX = 256, CONNECT_RETRY_MS = 20 };

/* A message with the memory of its fields. */
struct kept {
	struct message message;
	uint8_t arena[CODEC_DATAGRAM_MAX];
};

struct api_client {
	int fd;
	struct frame_buffer in;
	char node[NODE_MAX]; /* the value of "dest" */
	struct kept signon, reply;
};

const char *api_client_path(void)
{
	const char *path = secure_getenv("HA_API_SOCKET"); /* set-gid tools ignore the variable */
	return path && path[0] ? path : RUNDIR "/heartbeat/register";
}

/* --- bytes with a deadline -------------------------------------------------------------------- */

static enum api_result wait_for(int fd, short events, struct mono deadline)
{
	for (;;) {
		int64_t left = span_to_ms(mono_since(deadline, mono_now()));
		struct pollfd p = {.fd = fd, .events = events};
		if (left < 0)
			return API_TIMEOUT;
		int ready = poll(&p, 1, left > 3600000 ? 3600000 : (int)left + 1);
		if (ready > 0)
			return API_OK;
		if (ready < 0 && errno != EINTR)
			return API_PROTOCOL;
	}
}

static enum api_result send_all(struct api_client *c, struct bytes data, struct mono deadline)
{
	struct reader r = reader_over(data);
	while (reader_left(&r) > 0) {
		struct reader ahead = r;
		struct bytes rest = reader_take(&ahead, reader_left(&ahead));
		ssize_t sent = send(c->fd, rest.at, rest.len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent > 0) {
			(void)reader_take(&r, (size_t)sent);
			continue;
		}
		if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			return API_PROTOCOL;
		enum api_result ready = wait_for(c->fd, POLLOUT, deadline);
		if (ready != API_OK)
			return ready;
	}
	return API_OK;
}

/* Read the next frame into k, whatever message it contains. */
static enum api_result receive(struct api_client *c, struct kept *k, struct mono deadline)
{
	uint8_t buffer[4096];
	for (;;) {
		struct bytes body;
		struct decoded decoded;
		enum frame_verdict verdict = frame_next(&c->in, FRAME_BODY_MAX, &body);
		if (verdict == FRAME_READY) {
			message_init(&k->message, k->arena, sizeof k->arena);
			return codec_decode(body, NULL, false, &k->message, &decoded) == CODEC_OK ? API_OK
			                                                                          : API_PROTOCOL;
		}
		if (verdict != FRAME_PARTIAL)
			return API_PROTOCOL;
		enum api_result ready = wait_for(c->fd, POLLIN, deadline);
		if (ready != API_OK)
			return ready;
		ssize_t got = recv(c->fd, buffer, sizeof buffer, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
			return API_PROTOCOL;
		if (got > 0 &&
			!frame_buffer_append(&c->in, (struct bytes){buffer, (size_t)got}, 2 * (size_t)FRAME_BODY_MAX))
			return API_PROTOCOL;
	}
}

/* Read the next answer, and skip the messages of the cluster before it.  The daemon of another node answers
 * clientstatus with a message of a different type. */
static enum api_result receive_answer(struct api_client *c, struct kept *k, struct mono deadline)
{
	enum api_result result;
	do
		result = receive(c, k, deadline);
	while (result == API_OK && !message_is(&k->message, "t", "hbapi-resp") &&
		!message_is(&k->message, "t", "respond-cstatus"));
	return result;
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static enum api_result send_request(
	struct api_client *c, const char *reqtype, const char *const *pairs, struct mono deadline)
{
	uint8_t arena[REQUEST_MAX], rendered[REQUEST_MAX];
	struct message m;
	struct writer text = writer_over(rendered, sizeof rendered);
	char pid[24];
	message_init(&m, arena, sizeof arena);
	(void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
	message_add(&m, "t", "hbapi-req");
	message_add(&m, "reqtype", reqtype);
	message_add(&m, "dest", c->node);
	message_add(&m, "pid", pid);
	message_add(&m, "from_id", pid);
	for (; pairs && pairs[0] && pairs[1]; pairs += 2)
		message_add(&m, pairs[0], pairs[1]);
	struct frame_buffer out = {0};
	enum api_result result = API_PROTOCOL;
	if (codec_text(&m, NULL, &text) && frame_put(&out, writer_done(&text)))
		result = send_all(c, frame_buffer_waiting(&out), deadline);
	frame_buffer_free(&out);
	return result;
}

enum api_result api_client_more(struct api_client *c, struct span deadline, const struct message **reply)
{
	enum api_result result = receive_answer(c, &c->reply, mono_add(mono_now(), deadline));
	*reply = result == API_OK ? &c->reply.message : NULL;
	return result;
}

enum api_result api_client_ask(struct api_client *c, struct span deadline, const char *reqtype,
	const char *const *pairs, const struct message **reply)
{
	struct mono until = mono_add(mono_now(), deadline);
	*reply = NULL;
	enum api_result result = send_request(c, reqtype, pairs, until);
	if (result == API_OK)
		result = receive_answer(c, &c->reply, until);
	if (result == API_OK)
		*reply = &c->reply.message;
	return result;
}

/* --- sign-on ------------------------------------------------------------------------------------------------------ */

static enum api_result connect_failed(int error, const char *path, char text[256])
{
	if (error == EACCES || error == EPERM) {
		(void)snprintf(text, 256, "%s: you may not open it (member of group haclient?)", path);
		return API_DENIED;
	}
	(void)snprintf(text, 256, "hb_api_signon: Can't initiate connection to heartbeat");
	return API_DOWN;
}

/* Connect until the deadline: when the queue of the listener is full (EAGAIN), the daemon is busy but not dead. */
static enum api_result connect_to(int fd, const char *path, struct mono deadline, char error[256])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (!bytes_to_text(bytes_of(path), address.sun_path, sizeof address.sun_path)) {
		(void)snprintf(error, 256, "socket path of more than %zu bytes", sizeof address.sun_path - 1);
		return API_DOWN;
	}
	for (;;) {
		if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
			return API_OK;
		if (errno != EAGAIN && errno != EINTR)
			return connect_failed(errno, path, error);
		if (mono_reached(mono_now(), deadline))
			return API_TIMEOUT;
		(void)poll(NULL, 0, CONNECT_RETRY_MS);
	}
}

/* Use the host name as the node name until the sign-on reply gives the node name. */
static void guess_node(struct api_client *c)
{
	struct utsname host;
	if (uname(&host) < 0)
		host.nodename[0] = '\0';
	(void)bytes_to_text(bytes_of(host.nodename), c->node, sizeof c->node); /* a long name is cut */
}

static enum api_result sign_on(struct api_client *c, struct mono deadline, char error[256])
{
	char uid[24], gid[24];
	(void)snprintf(uid, sizeof uid, "%lu", (unsigned long)geteuid());
	(void)snprintf(gid, sizeof gid, "%lu", (unsigned long)getegid());
	const char *const pairs[] = {"uid", uid, "gid", gid, NULL};
	enum api_result result = send_request(c, "signon", pairs, deadline);
	if (result == API_OK)
		result = receive_answer(c, &c->signon, deadline);
	if (result == API_PROTOCOL)
		(void)snprintf(error, 256, "heartbeat hung up during sign-on, or its answer is not understood");
	if (result != API_OK)
		return result;
	const struct message *m = &c->signon.message;
	if (!message_is(m, "result", "OK")) {
		(void)bytes_to_text(message_string(m, "info"), error, 256); /* a long text is cut */
		return API_REFUSED;
	}
	if (message_string(m, "node").len > 0)
		/* a name has at most 99 bytes */
		(void)bytes_to_text(message_string(m, "node"), c->node, sizeof c->node);
	return API_OK;
}

enum api_result api_client_open(const char *path, struct span deadline, struct api_client **client, char error[256])
{
	struct mono until = mono_add(mono_now(), deadline);
	enum api_result result = API_PROTOCOL;
	*client = NULL;
	(void)snprintf(error, 256, "%s", "out of memory or descriptors");
	struct api_client *c = calloc(1, sizeof *c);
	if (!c)
		return result;
	guess_node(c);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0) {
		free(c);
		return result;
	}
	result = connect_to(c->fd, path, until, error);
	if (result == API_OK)
		result = sign_on(c, until, error);
	if (result == API_TIMEOUT)
		(void)snprintf(error, 256, "heartbeat does not answer");
	if (result == API_OK) {
		error[0] = '\0';
		*client = c;
	} else {
		frame_buffer_free(&c->in);
		close(c->fd);
		free(c);
	}
	return result;
}

void api_client_close(struct api_client *c)
{
	if (!c)
		return;
	/* The daemon also sees the end of the connection, so a failure of this request has no effect. */
	(void)send_request(c, "signoff", NULL, mono_add(mono_now(), span_ms(100)));
	frame_buffer_free(&c->in);
	close(c->fd);
	free(c);
}

const struct message *api_client_signon(const struct api_client *c)
{
	return &c->signon.message;
}
