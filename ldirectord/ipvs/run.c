// SPDX-License-Identifier: MIT
/* Runs a program and waits for its end.  lib/spawn cannot do this: it reports from the GLib main loop, which would
 * handle other events in the middle of a batch, and it keeps only 4 kB of output, but a table has megabytes.
 * Input and output are files in memory, so neither side can block the other. */
#include "ldirectord/ipvs/private.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 64 << 20 }; /* a table of a hundred thousand reals has 10 MB */

static int input_file(struct bytes input)
{
	int fd = memfd_create("ipvsadm-input", MFD_CLOEXEC);
	size_t done = 0;
	while (fd >= 0 && done < input.len) {
		ssize_t n = write(fd, input.at + done, input.len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			(void)close(fd); // errno is that of write
			return -1;
		}
		done += (size_t)n;
	}
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET); // cannot fail for a plain file
	return fd;
}

/* Returns the content of the file; NULL with errno. */
static char *contents(int fd)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return NULL;
	if (st.st_size > OUTPUT_MAX) {
		errno = EFBIG;
		return NULL;
	}
	size_t len = (size_t)st.st_size, done = 0;
	char *text = malloc(len + 1);
	while (text && done < len) {
		ssize_t n = pread(fd, text + done, len - done, (off_t)done);
		if (n < 0) {
			int error = errno;
			free(text);
			errno = error;
			return NULL;
		}
		if (n == 0)
			break;
		done += (size_t)n;
	}
	if (text)
		text[done] = '\0';
	return text;
}

static int start(char *const argv[], const int fds[3], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	if (posix_spawn_file_actions_init(&actions) != 0)
		return -ENOMEM;
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return -ENOMEM;
	}
	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	int error = 0;
	for (int k = 0; k < 3; k++)
		error |= posix_spawn_file_actions_adddup2(&actions, fds[k], k);
	error |= posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	error |= posix_spawnattr_setsigmask(&attributes, &none);
	error |= posix_spawnattr_setsigdefault(&attributes, &all);
	error |= posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	/* The program gets our environment, because the program that IPVSADM names may read its settings from there. */
	error = error != 0 ? -ENOMEM : -posix_spawn(pid, argv[0], &actions, &attributes, argv, environ);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Wait until the program ends; kill it at the deadline. */
static int wait_for(pid_t pid, struct span deadline, int *status)
{
	struct mono end = mono_add(mono_now(), deadline);
	struct pollfd p = {.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN};
	int wait_status, error = 0, ready = 0;
	while (p.fd >= 0 && ready == 0) {
		/* Round up, so that poll does not end before the deadline. */
		int64_t left = (mono_since(end, mono_now()).ns + 999999) / 1000000;
		ready = left > 0 ? poll(&p, 1, (int)left) : -1;
		if (ready < 0 && left > 0 && errno == EINTR)
			ready = 0;
	}
	if (p.fd < 0 || ready < 0) {
		(void)kill(pid, SIGKILL); // cannot fail: the process exists until waitpid
		error = p.fd < 0 ? -EMFILE : -ETIMEDOUT;
	}
	while (waitpid(pid, &wait_status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (p.fd >= 0)
		(void)close(p.fd); // a failure has no effect
	*status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
	return error;
}

void run_program(char *const argv[], struct bytes input, struct span deadline, struct run_result *out)
{
	int fds[3] = {input_file(input), memfd_create("ipvsadm-output", MFD_CLOEXEC),
		memfd_create("ipvsadm-errors", MFD_CLOEXEC)};
	pid_t pid = 0;
	*out = (struct run_result){.status = -1};
	if (fds[0] < 0 || fds[1] < 0 || fds[2] < 0)
		out->error = -EMFILE;
	else
		out->error = start(argv, fds, &pid);
	if (pid > 0 && out->error == 0)
		out->error = wait_for(pid, deadline, &out->status);
	if (pid > 0) {
		out->out = contents(fds[1]);
		out->err = out->out ? contents(fds[2]) : NULL;
		if (out->error == 0 && out->err == NULL)
			out->error = -errno;
	}
	for (int k = 0; k < 3; k++)
		if (fds[k] >= 0)
			(void)close(fds[k]); // closing a file in memory loses nothing
}

void run_free(struct run_result *r)
{
	free(r->out);
	free(r->err);
	*r = (struct run_result){.status = -1};
}
