// SPDX-License-Identifier: MIT
#include "lib/log_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

struct log_writer {
	int fd;
	pid_t pid, owner; /* the process, and the one that started it */
};

// --- in the process ---

enum { SOCKET = STDERR_FILENO + 1 };

/* Close all descriptors of the daemon except the socket.  Otherwise another socket, a lock or a pipe would stay open
 * after the end of the daemon. */
static void keep_socket(int fd, bool keep_output)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int standard = 0; null >= 0 && standard < 3; standard++)
		if (standard != fd && !(keep_output && standard == STDOUT_FILENO))
			(void)dup2(null, standard); // both are valid
	if (fd != SOCKET)
		(void)dup2(fd, SOCKET); // as above
	closefrom(SOCKET + 1);
}

/* The process ends when all its senders have ended.  A signal to the whole group or service must not end it earlier. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE};
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
}

static void report(int error, void *data, size_t len)
{
	struct iovec parts[] = {{&error, sizeof(error)}, {data, len}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	(void)sendmsg(SOCKET, &message, MSG_DONTWAIT | MSG_NOSIGNAL); // too many reports wait: drop this one
}

/* Uses no malloc and no stdio: another thread of the daemon may have held their locks at the fork. */
static _Noreturn void work(int fd, const struct log_writer_job *job)
{
	char data[LOG_WRITER_MESSAGE_MAX];
	ssize_t len;
	ignore_signals();
	keep_socket(fd, job->keep_output);
	(void)prctl(PR_SET_NAME, job->name); // the name that ps shows
	if (job->begin)
		job->begin(job->context);
	while ((len = recv(SOCKET, data, sizeof(data), 0)) > 0 || (len < 0 && errno == EINTR)) {
		int error = len > 0 ? job->message(job->context, data, (size_t)len) : 0;
		if (error)
			report(error, data, (size_t)len);
	}
	_exit(0);
}

// --- in the daemon ---

static void allow_queue(int fd)
{
	const int size = LOG_WRITER_QUEUE;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0)
		// as much as the system allows without privilege
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

struct log_writer *log_writer_start(const struct log_writer_job *job)
{
	int ends[2];
	struct log_writer *w = malloc(sizeof(*w));
	if (!w)
		return NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		free(w);
		return NULL;
	}
	allow_queue(ends[0]);
	*w = (struct log_writer){.fd = ends[0], .owner = getpid(), .pid = fork()};
	if (w->pid == 0)
		work(ends[1], job);
	int error = errno;
	(void)close(ends[1]); // nothing was written through it
	if (w->pid > 0)
		return w;
	(void)close(ends[0]);
	free(w);
	errno = error;
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
	(void)close(w->fd); // the process reads what waits, and then the end
	struct pollfd end = {
		.fd = w->owner == getpid() ? (int)syscall(SYS_pidfd_open, w->pid, 0) : -1, .events = POLLIN};
	if (end.fd >= 0 && poll(&end, 1, (int)span_to_ms(patience)) > 0)
		(void)waitpid(w->pid, NULL, 0); // ECHILD: the daemon reaps all its children
	if (end.fd >= 0)
		(void)close(end.fd);
	free(w);
}
