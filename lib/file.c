// SPDX-License-Identifier: MIT
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_all(int fd, size_t max, char **out, size_t *len)
{
	size_t cap = 4096, have = 0;
	char *data = malloc(cap + 1);
	// The size from fstat may be 0 (/proc) or out of date, so read until the end.
	while (data) {
		ssize_t n = read(fd, data + have, cap - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || (size_t)n > max - have) {
			int failed = n < 0 ? -errno : -EFBIG;
			free(data);
			return failed;
		}
		have += (size_t)n;
		if (n == 0) {
			data[have] = '\0';
			*out = data;
			*len = have;
			return 0;
		}
		if (have == cap) {
			cap *= 2; // at most twice max, because have <= max
			char *more = realloc(data, cap + 1);
			if (!more)
				free(data);
			data = more;
		}
	}
	return -ENOMEM;
}

int file_read(const char *path, size_t max, char **out, size_t *len, struct stat *st)
{
	// O_NONBLOCK: open must not block when path is a FIFO.  Links are followed, because the administrator may have
	// put links into /etc.
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	struct stat status;
	int result = 0;
	if (fstat(fd, &status) != 0)
		result = -errno;
	else if (!S_ISREG(status.st_mode))
		result = -EINVAL;
	else
		result = read_all(fd, max, out, len);
	if (result == 0 && st)
		*st = status;
	(void)close(fd); // only read
	return result;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

// Without this a crash may undo the rename, because the name belongs to the data of the directory, not to those of the
// file.
static int sync_directory(const char *path)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int n = slash ? snprintf(directory, sizeof(directory), "%.*s", (int)(slash - path) + 1, path)
		      : snprintf(directory, sizeof(directory), ".");
	if (n < 0 || (size_t)n >= sizeof(directory))
		return -ENAMETOOLONG;
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	// Some file systems cannot sync a directory and return EINVAL; they need no sync.
	int result = fsync(fd) != 0 && errno != EINVAL ? -errno : 0;
	(void)close(fd);
	return result;
}

static int fill_temporary(int fd, const void *data, size_t len, mode_t mode)
{
	// fchmod: mkostemp makes 0600, but other users must be able to read state files, whatever the umask.
	int result = fchmod(fd, mode) != 0 ? -errno : 0;
	if (result == 0)
		result = write_all(fd, data, len);
	if (result == 0 && fsync(fd) != 0)
		result = -errno;
	if (close(fd) != 0 && result == 0)
		result = -errno;
	return result;
}

int file_replace(const char *path, const void *data, size_t len, mode_t mode)
{
	char temporary[PATH_MAX];
	int n = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	if (n < 0 || (size_t)n >= sizeof(temporary))
		return -ENAMETOOLONG;
	int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int result = fill_temporary(fd, data, len, mode);
	if (result == 0 && rename(temporary, path) != 0)
		result = -errno;
	if (result != 0) {
		(void)unlink(temporary); // report the first error, not one of unlink
		return result;
	}
	return sync_directory(path);
}

// The umask must not change the mode.  fchmod on a descriptor is needed because the name may already belong to another
// directory.
static int set_mode(const char *path, mode_t mode)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int result = fchmod(fd, mode) != 0 ? -errno : 0;
	(void)close(fd);
	return result;
}

static int make_one(const char *path, mode_t mode)
{
	if (mkdir(path, mode) == 0)
		return set_mode(path, mode);
	if (errno != EEXIST)
		return -errno;
	struct stat status;
	if (stat(path, &status) != 0)
		return -errno;
	return S_ISDIR(status.st_mode) ? 0 : -ENOTDIR;
}

int file_make_directory(const char *path, mode_t mode)
{
	char part[PATH_MAX];
	size_t len = strlen(path);
	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len == 0)
		return -ENOENT;
	if (len >= sizeof(part))
		return -ENAMETOOLONG;
	memcpy(part, path, len);
	part[len] = '\0';
	for (size_t i = 1; i < len; i++) {
		if (part[i] != '/' || part[i - 1] == '/')
			continue;
		part[i] = '\0';
		int result = make_one(part, 0755);
		part[i] = '/';
		if (result != 0)
			return result;
	}
	return make_one(part, mode);
}
