// SPDX-License-Identifier: MIT
#include "lib/process_stat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/bytes.h"

enum { STAT_MAX = 1024, PATH_CAP = 288 };

ssize_t process_file_read(const char *path, char *out, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	size_t len = 0;
	ssize_t n;
	while (len < cap && (n = read(fd, out + len, cap - len)) != 0) {
		if (n < 0 && errno != EINTR)
			break;
		len += n > 0 ? (size_t)n : 0;
	}
	(void)close(fd);
	return (ssize_t)len;
}

/* Read the fields 3, 5 and 22 of /proc/PID/stat.  The name in field 2 may contain any character, so the last ')' ends
 * it. */
static bool parse_stat(const char *text, size_t len, struct process_stat *out)
{
	const char *end = memrchr(text, ')', len);
	if (!end || end + 4 > text + len)
		return false;
	struct reader r = reader_over((struct bytes){(const uint8_t *)end + 2, (size_t)(text + len - end - 2)});
	struct bytes word = {0};
	uint64_t value = 0;
	for (unsigned field = 3; field <= 22; field++) {
		word = reader_until(&r, ' ');
		if (r.failed || word.len == 0)
			return false;
		if (field == 3)
			out->state = (char)word.at[0];
		else if (field == 5 && bytes_to_u64(word, 10, &value))
			out->group = (int64_t)value;
	}
	return bytes_to_u64(word, 10, &out->started);
}

bool process_stat_read(const char *process, struct process_stat *out)
{
	char path[PATH_CAP], text[STAT_MAX];
	(void)snprintf(path, sizeof(path), "/proc/%s/stat", process);
	*out = (struct process_stat){0};
	ssize_t len = process_file_read(path, text, sizeof(text));
	if (len < 0)
		return false;
	if (parse_stat(text, (size_t)len, out))
		return true;
	errno = ESRCH; /* the process ended while its file was read */
	return false;
}

int process_open(pid_t pid, uint64_t started)
{
	char process[16];
	struct process_stat st;
	if (pid <= 0)
		return -ESRCH;
	int fd = (int)syscall(SYS_pidfd_open, pid, 0); /* pidfd_open sets close-on-exec */
	if (fd < 0)
		return -errno;
	/* Compare after pidfd_open: if the number has this start time now, the pidfd belongs to the right process. */
	(void)snprintf(process, sizeof(process), "%d", (int)pid);
	int failed = 0;
	if (!process_stat_read(process, &st))
		failed = errno == ENOENT ? ESRCH : errno;
	else if (st.started != started || st.state == 'Z' || st.state == 'X')
		failed = ESRCH;
	if (!failed)
		return fd;
	(void)close(fd);
	return -failed;
}
