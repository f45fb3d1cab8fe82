// SPDX-License-Identifier: MIT
#include "lib/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Returns a descriptor on /dev/null, or -errno. */
static int open_null(void)
{
	int fd = open("/dev/null", O_RDWR);
	return fd < 0 ? -errno : fd;
}

int streams_fill(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		int null = open_null(); // open returns the lowest free number, which is fd
		if (null < 0)
			return null;
	}
	return 0;
}

int streams_release(int keep)
{
	int null = open_null();
	if (null < 0)
		return null;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fd != keep)
			(void)dup2(null, fd); // cannot fail: both are valid
	if (null > STDERR_FILENO)
		(void)close(null);
	return 0;
}
