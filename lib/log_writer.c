// SPDX-License-Identifier: MIT
#include "lib/log_writer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/own_process.h"

struct log_writer {
	int fd;
	pid_t pid, owner; /* the writer, and the process that started it */
};

// --- in the process ---

static void report(int socket, int error, void *data, size_t len)
{
	struct iovec parts[] = {{&error, sizeof(error)}, {data, len}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	(void)sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL); // when too many reports wait, drop this one
}

/* The main function of the writer.  It uses no malloc and no stdio, because another thread of the daemon may have held
 * their locks at the fork. */
static void work(void *context, int socket)
{
	const struct log_writer_job *job = context;
	char data[LOG_WRITER_MESSAGE_MAX];
	ssize_t len;
	if (job->begin)
		job->begin(job->context);
	while ((len = recv(socket, data, sizeof(data), 0)) > 0 || (len < 0 && errno == EINTR)) {
		int error = len > 0 ? job->message(job->context, data, (size_t)len) : 0;
		if (error)
			report(socket, error, data, (size_t)len);
	}
}

// --- in the daemon ---

static void allow_queue(int fd)
{
	const int size = LOG_WRITER_QUEUE;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0)
		// without privilege, set as much as the system allows
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

struct log_writer *log_writer_start(const struct log_writer_job *job)
{
	struct log_writer_job copy = *job; // a copy, because own_process_job has no const
	const struct own_process_job process = {
		.name = job->name, .keep_output = job->keep_output, .run = work, .context = &copy};
	struct log_writer *w = malloc(sizeof(*w));
	if (!w)
		return NULL;
	w->owner = getpid();
	w->fd = own_process_start(&process, &w->pid);
	if (w->fd >= 0) {
		allow_queue(w->fd);
		return w;
	}
	errno = -w->fd;
	free(w);
	return NULL;
}

int log_writer_send(struct log_writer *w, const void *data, size_t len)
{
	return send(w->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

size_t log_writer_failed(struct log_writer *w, int *error, void *data, size_t cap)
{
	struct iovec parts[] = {{error, sizeof(*error)}, {data, cap}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	ssize_t len = recvmsg(w->fd, &message, MSG_DONTWAIT);
	return len > (ssize_t)sizeof(*error) ? (size_t)len - sizeof(*error) : 0;
}

int log_writer_fd(const struct log_writer *w)
{
	return w->fd;
}

void log_writer_stop(struct log_writer *w, struct span patience)
{
	if (!w)
		return;
	(void)close(w->fd); // the writer reads the waiting messages, and then the end of the stream
	struct pollfd end = {
		.fd = w->owner == getpid() ? (int)syscall(SYS_pidfd_open, w->pid, 0) : -1, .events = POLLIN};
	if (end.fd >= 0 && poll(&end, 1, (int)span_to_ms(patience)) > 0)
		(void)waitpid(w->pid, NULL, 0); // ECHILD when the daemon reaps all its children elsewhere
	if (end.fd >= 0)
		(void)close(end.fd);
	free(w);
}
