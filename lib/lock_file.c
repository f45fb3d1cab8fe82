// SPDX-License-Identifier: MIT
#include "lib/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/process_stat.h"

enum {
	TEXT = 40,   /* the size of the text in the file; always the same, so one write replaces it */
	TRIES = 100, /* the file may be replaced while we lock it; the number of attempts has a limit */
};

/* A lock of the open file description: it stays when one of several processes that share the descriptor ends.  flock()
 * has this property too, but a process cannot query such a lock without taking it. */
static struct flock whole_file(void)
{
	return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

bool lock_file_has_name(int fd, const char *path)
{
	struct stat opened, named;
	return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino &&
	       opened.st_dev == named.st_dev;
}

/* Check that the file belongs to our user and has one hard link, and set its mode to 0600.  Returns 0 or -errno. */
static int make_private(int fd)
{
	struct stat st;
	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_nlink > 1)
		return -EPERM;
	return fchmod(fd, 0600) == 0 ? 0 : -errno;
}

static int open_and_lock(const char *path)
{
	struct flock lock = whole_file();
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
	if (fd < 0)
		return -errno;
	int failed = make_private(fd);
	if (!failed && fcntl(fd, F_OFD_SETLK, &lock) != 0)
		failed = errno == EACCES ? -EWOULDBLOCK : -errno; /* POSIX allows both values */
	if (!failed)
		return fd;
	(void)close(fd);
	return failed;
}

int lock_file_take(const char *path)
{
	for (int i = 0; i < TRIES; i++) {
		int fd = open_and_lock(path);
		if (fd < 0)
			return fd;
		int failed = ftruncate(fd, 0) != 0 ? -errno : 0; /* remove the number of an earlier holder */
		if (!failed && lock_file_has_name(fd, path))
			return fd;
		(void)close(fd);
		if (failed)
			return failed;
	}
	return -EBUSY;
}

int lock_file_sign(int fd)
{
	char text[TEXT + 1];
	struct process_stat own;
	if (!process_stat_read("self", &own))
		return -errno;
	(void)snprintf(text, sizeof text, "%*d %*" PRIu64 "\n", 10, (int)getpid(), TEXT - 12, own.started);
	ssize_t written = pwrite(fd, text, TEXT, 0);
	return written == TEXT ? 0 : written < 0 ? -errno : -ENOSPC;
}

static struct lock_holder holder_in(int fd)
{
	char text[TEXT + 1];
	struct lock_holder h = {0};
	int pid, end = 0;
	ssize_t len = pread(fd, text, TEXT, 0);
	text[len > 0 ? len : 0] = '\0';
	if (len == TEXT && sscanf(text, "%d %" SCNu64 "%n", &pid, &h.started, &end) == 2 &&
		strcmp(&text[end], "\n") == 0 && pid > 0)
		h.pid = pid;
	return h;
}

int lock_file_holder(const char *path, struct lock_holder *holder)
{
	struct flock lock = whole_file();
	*holder = (struct lock_holder){0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	int result = fcntl(fd, F_OFD_GETLK, &lock) != 0 ? -errno : lock.l_type != F_UNLCK;
	if (result > 0)
		*holder = holder_in(fd);
	(void)close(fd);
	return result;
}
