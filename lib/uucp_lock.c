// SPDX-License-Identifier: MIT
#include "lib/uucp_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	TRIES = 10,    /* other programs may take and release the lock meanwhile; the number of attempts has a limit */
	TEXT_MAX = 16, /* "      1234\n" */
};

int uucp_lock_path(const char *directory, const char *device, char path[UUCP_LOCK_PATH])
{
	char real[PATH_MAX];

	if (!realpath(device, real))
		return -errno;
	const char *slash = strrchr(real, '/');
	int len = snprintf(path, UUCP_LOCK_PATH, "%s/LCK..%s", directory, slash ? slash + 1 : real);
	return len > 0 && len < UUCP_LOCK_PATH ? 0 : -ENAMETOOLONG;
}

/* Find out which process has the lock.  Returns 0 and *holder (0: the file has no number), or -errno.  Every user may
 * be able to write in the directory, so links are not followed, and open does not block. */
static int read_holder(const char *path, pid_t *holder)
{
	char text[TEXT_MAX + 1], *end;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	ssize_t len = read(fd, text, TEXT_MAX);
	int rc = len < 0 ? -errno : 0;
	(void)close(fd);
	if (rc < 0)
		return rc;
	text[len] = '\0';
	long number = strtol(text, &end, 10);
	*holder = end != text && number > 0 && number <= INT_MAX ? (pid_t)number : 0;
	return 0;
}

static bool is_alive(pid_t pid)
{
	return kill(pid, 0) == 0 || errno != ESRCH;
}

/* Create a complete file with our number before it gets the name of the lock, so that no process reads an incomplete
 * number. */
static int write_own(const char *path, char draft[UUCP_LOCK_PATH])
{
	int len = snprintf(draft, UUCP_LOCK_PATH, "%s.%d", path, (int)getpid());
	if (len < 0 || len >= UUCP_LOCK_PATH)
		return -ENAMETOOLONG;
	(void)unlink(draft); /* left by a killed process with our number */
	int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	int written = dprintf(fd, "%10d\n", (int)getpid());
	int rc = fchmod(fd, 0644) != 0 || written < 0 ? -errno : 0; /* others must be able to read it */
	(void)close(fd);
	if (rc < 0)
		(void)unlink(draft);
	return rc;
}

/* Try once to take the lock.  Returns 0, or -EEXIST when another process has it. */
static int try_to_take(const char *path)
{
	char draft[UUCP_LOCK_PATH];
	int rc = write_own(path, draft);

	if (rc < 0)
		return rc;
	rc = link(draft, path) == 0 ? 0 : -errno;
	(void)unlink(draft);
	return rc;
}

int uucp_lock_take(const char *path, pid_t *holder)
{
	int rc = -EEXIST;

	*holder = 0;
	for (int i = 0; rc == -EEXIST && i < TRIES; i++) {
		rc = try_to_take(path);
		if (rc != -EEXIST)
			return rc;
		int failed = read_holder(path, holder);
		if (failed && failed != -ENOENT)
			return failed;
		if (!failed && *holder == getpid())
			return 0;
		if (!failed && (*holder == 0 || is_alive(*holder)))
			return -EBUSY;
		if (!failed)
			(void)unlink(path); /* the next attempt shows whether the lock is free now */
	}
	return -EBUSY;
}

void uucp_lock_release(const char *path)
{
	pid_t holder;

	if (read_holder(path, &holder) == 0 && holder == getpid())
		(void)unlink(path); /* a lock that remains has the number of a dead process */
}
