// SPDX-License-Identifier: MIT
#include "lib/lasting_output.h"

#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/lasting_output_private.h"
#include "lib/own_process.h"

enum { RETRY_MS = 1000 };

/* A pipe that was handed over to the reader; our descriptor keeps it open until no process can write to it. */
struct kept {
	int fd;
	bool sent;
	guint source; /* watches for the end of all writers */
	struct lasting_order order;
};

static struct {
	void (*begin)(void);
	int socket; /* -1: there is no reader */
	pid_t pid;
	guint source, retry;
	uint32_t next_id;
	GPtrArray *kept;
} output = {.socket = -1};

void lasting_output_set_begin(void (*own_process)(void))
{
	output.begin = own_process;
}

bool lasting_output_is_held(int fd)
{
	struct pollfd p = {.fd = fd};
	return poll(&p, 1, 0) == 0 || !(p.revents & POLLHUP);
}

// --- the process ---

static void send_all(void);

static gboolean on_retry(gpointer data)
{
	(void)data;
	output.retry = 0;
	send_all();
	return G_SOURCE_REMOVE;
}

static void retry_later(void)
{
	if (output.retry == 0)
		output.retry = g_timeout_add(RETRY_MS, on_retry, NULL);
}

static void leave_process(void)
{
	if (output.socket < 0)
		return;
	(void)g_source_remove(output.source);
	(void)close(output.socket);
	output.socket = -1;
}

static gboolean on_left_process_end(gint pidfd, GIOCondition condition, gpointer pid)
{
	(void)condition;
	(void)waitpid(GPOINTER_TO_INT(pid), NULL, WNOHANG); // the pidfd shows that it has ended
	(void)close(pidfd);
	return G_SOURCE_REMOVE;
}

/* Close the socket to the reader, which then ends when it has no pipe left, and reap it later. */
static void leave_and_reap_process(void)
{
	// pidfd_open sets close-on-exec
	int pidfd = output.socket >= 0 ? (int)syscall(SYS_pidfd_open, output.pid, 0) : -1;
	leave_process();
	if (pidfd >= 0)
		(void)g_unix_fd_add(pidfd, G_IO_IN, on_left_process_end, GINT_TO_POINTER(output.pid));
}

static gboolean on_process_end(gint fd, GIOCondition condition, gpointer data)
{
	(void)condition;
	(void)data;
	output.source = 0; // GLib removes the source after this return
	(void)close(fd);
	output.socket = -1;
	(void)waitpid(output.pid, NULL, 0); // the reader never sends anything, so the event means that it has ended
	log_at(LOG_LEVEL_WARN, "the process that logs the output of services has ended: another one is started");
	for (guint i = 0; i < output.kept->len; i++)
		((struct kept *)g_ptr_array_index(output.kept, i))->sent = false;
	if (output.kept->len > 0)
		retry_later(); // not at once, because it may end again
	return G_SOURCE_REMOVE;
}

static int start_process(void)
{
	const struct own_process_job job = {
		.name = "output", .run = lasting_output_process, .context = &output.begin};
	if (output.socket >= 0)
		return 0;
	log_flush();
	int fd = own_process_start(&job, &output.pid);
	if (fd < 0)
		return fd;
	output.socket = fd;
	output.source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_process_end, NULL);
	return 0;
}

/* Send a message to the reader.  fd -1: without a descriptor.  Returns 0 or -errno. */
static int send_order(const struct lasting_order *order, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec part = {(void *)(uintptr_t)order, sizeof(*order)}; // sendmsg only reads it, but iovec has no const
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.space);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	}
	return sendmsg(output.socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Hand over the pipes that the reader does not have yet.  A pipe that cannot be sent now stays open and is sent
 * later. */
static void send_all(void)
{
	int failed = output.kept->len > 0 ? start_process() : 0;
	for (guint i = 0; i < output.kept->len && !failed; i++) {
		struct kept *k = g_ptr_array_index(output.kept, i);
		failed = k->sent ? 0 : send_order(&k->order, k->fd);
		k->sent = !failed;
	}
	if (failed)
		retry_later();
}

// --- pipes ---

static void kept_free(gpointer data)
{
	struct kept *k = data;
	if (k->source != 0)
		(void)g_source_remove(k->source);
	(void)close(k->fd); // only read
	g_free(k);
}

static gboolean on_writers_gone(gint fd, GIOCondition condition, gpointer data)
{
	struct kept *k = data;
	(void)fd;
	(void)condition;
	k->source = 0; // GLib removes the source after this return
	(void)g_ptr_array_remove_fast(output.kept, k);
	if (output.kept->len == 0)
		leave_and_reap_process();
	return G_SOURCE_REMOVE;
}

void lasting_output_take(int fd, const char *name, enum log_level level)
{
	if (!output.kept)
		output.kept = g_ptr_array_new_with_free_func(kept_free);
	struct kept *k = g_new0(struct kept, 1);
	k->fd = fd;
	k->order = (struct lasting_order){.kind = LASTING_TAKE, .id = output.next_id++, .level = (uint32_t)level};
	(void)bytes_to_text(bytes_of(name), k->order.name, sizeof(k->order.name)); // a long name is cut
	k->source = g_unix_fd_add(fd, G_IO_HUP, on_writers_gone, k);
	g_ptr_array_add(output.kept, k);
	send_all();
}

void lasting_output_restart(void)
{
	if (output.socket < 0)
		return;
	for (guint i = 0; i < output.kept->len; i++) {
		struct kept *k = g_ptr_array_index(output.kept, i);
		struct lasting_order forget = {.kind = LASTING_FORGET, .id = k->order.id};
		if (k->sent && send_order(&forget, -1) != 0)
			continue; // the old reader keeps this pipe
		k->sent = false;
	}
	leave_and_reap_process();
	send_all();
}

void lasting_output_close(struct span patience)
{
	bool waits = output.socket >= 0 && output.kept->len == 0;
	struct pollfd end = {.fd = waits ? (int)syscall(SYS_pidfd_open, output.pid, 0) : -1, .events = POLLIN};
	if (output.retry != 0)
		(void)g_source_remove(output.retry);
	output.retry = 0;
	leave_process();
	if (output.kept)
		(void)g_ptr_array_free(output.kept, TRUE);
	output.kept = NULL;
	if (end.fd >= 0 && poll(&end, 1, (int)span_to_ms(patience)) > 0)
		(void)waitpid(output.pid, NULL, 0);
	if (end.fd >= 0)
		(void)close(end.fd);
}
