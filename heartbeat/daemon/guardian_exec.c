// SPDX-License-Identifier: MIT
/* A binary becomes the guardian of a running engine by execve, with the descriptors of the lock, of the shared memory
 * and of the configuration. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "heartbeat/daemon/guardian.h"
#include "heartbeat/daemon/process.h"

bool guardian_parse_resume(const char *text, struct guardian_config *out)
{
	int lock, shared_fd, accepted_fd, end = 0;
	if (sscanf(text, "%d,%d,%d%n", &lock, &shared_fd, &accepted_fd, &end) != 3 || text[end] != '\0')
		return false;
	const int fds[] = {lock, shared_fd, accepted_fd};
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fds[i] < 3 || fcntl(fds[i], F_SETFD, FD_CLOEXEC) != 0)
			return false;
	process_take_lock(lock);
	*out = (struct guardian_config){.shared = shared_map(shared_fd),
		.accepted = accepted_map(accepted_fd),
		.shared_fd = shared_fd,
		.accepted_fd = accepted_fd,
		.report_fd = -1,
		.resume = true};
	return out->shared && out->accepted;
}

int guardian_exec(const char *path, int shared_fd, int accepted_fd, bool replace_engine)
{
	char resume[64];
	int lock = process_lock_descriptor();
	const int fds[] = {lock, shared_fd, accepted_fd};
	(void)snprintf(resume, sizeof resume, "--resume=%d,%d,%d", lock, shared_fd, accepted_fd);
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fcntl(fds[i], F_SETFD, 0) != 0)
			return -errno;
	(void)execl(path, "heartbeat", resume, replace_engine ? "--reexec-engine" : (char *)NULL, (char *)NULL);
	int why = errno;
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		(void)fcntl(fds[i], F_SETFD, FD_CLOEXEC);
	return -why;
}
