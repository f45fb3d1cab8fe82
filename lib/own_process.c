// SPDX-License-Identifier: MIT
#include "lib/own_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOCKET = STDERR_FILENO + 1 };

/* Close all descriptors of the daemon except the socket.  Otherwise another socket, a lock or a pipe would stay open
 * when the daemon has ended. */
static void keep_socket(int fd, bool keep_output)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int standard = 0; null >= 0 && standard < 3; standard++)
		if (standard != fd && !(keep_output && standard == STDOUT_FILENO))
			(void)dup2(null, standard); // both descriptors are valid
	if (fd != SOCKET)
		(void)dup2(fd, SOCKET); // as above
	closefrom(SOCKET + 1);
}

/* Ignore signals, because the process ends when all its senders have ended.  A signal to the whole group or service
 * must not end it earlier. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE};
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
}

int own_process_start(const struct own_process_job *job, pid_t *pid)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	*pid = fork();
	int error = errno;
	if (*pid == 0) {
		ignore_signals();
		keep_socket(ends[1], job->keep_output);
		(void)prctl(PR_SET_NAME, job->name); // the name that ps shows
		job->run(job->context, SOCKET);
		_exit(0);
	}
	(void)close(ends[1]); // nothing was written through it
	if (*pid > 0)
		return ends[0];
	(void)close(ends[0]);
	return -error;
}
