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
	TRIES = 10,    /* other programs may take and leave the lock meanwhile; not without end */
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

/* Which process has the lock?  Returns 0 and *holder (0: the file has no number), or -errno.  The directory may be
 * writable for every user: the file is not followed when it is a link, and opening it never waits. */
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

/* A file with our number, complete before it gets the name of the lock: nobody reads half a number. */
static int write_own(const char *path, char draft[UUCP_LOCK_PATH])
{
	int len = snprintf(draft, UUCP_LOCK_PATH, "%s.%d", path, (int)getpid());
	if (len < 0 || len >= UUCP_LOCK_PATH)
		return -ENAMETOOLONG;
	(void)unlink(draft); /* of a process with our number that was killed here */
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

/* One try: 0, -EEXIST: somebody has it. */
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
			(void)unlink(path); /* the next try shows whether that helped */
	}
	return -EBUSY;
}

void uucp_lock_release(const char *path)
{
	pid_t holder;

	if (read_holder(path, &holder) == 0 && holder == getpid())
		(void)unlink(path); /* what remains has the number of a dead process */
}
