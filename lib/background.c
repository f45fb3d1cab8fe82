// SPDX-License-Identifier: MIT
#include "lib/background.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/bytes.h"

struct report {
	uint8_t code;
	char text[BACKGROUND_TEXT_MAX];
};

int background_fork(bool *is_daemon)
{
	int ends[2];
	*is_daemon = false;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	pid_t pid = fork();
	int failed = pid < 0 ? -errno : 0;
	*is_daemon = pid == 0;
	if (*is_daemon)
		(void)setsid(); // cannot fail, because a new process leads no process group
	int mine = *is_daemon ? 1 : 0;
	(void)close(ends[1 - mine]);
	if (!failed)
		return ends[mine];
	(void)close(ends[mine]);
	return failed;
}

int background_report(int fd, int code, const char *text)
{
	struct report report = {.code = (uint8_t)code};
	// A long text is cut.
	(void)bytes_to_text(bytes_of(text ? text : ""), report.text, sizeof report.text);
	size_t len = offsetof(struct report, text) + strlen(report.text);
	ssize_t written;
	do
		written = write(fd, &report, len);
	while (written < 0 && errno == EINTR);
	int failed = written < 0 ? -errno : 0;
	(void)close(fd);
	return failed;
}

/* Returns 0 when fd is readable, or when reading may wait without limit; -ETIMEDOUT or -errno. */
static int wait_readable(int fd, struct mono until)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	while (until.ns != MONO_FAR.ns) {
		int64_t left = mono_since(until, mono_now()).ns;
		if (left < 0)
			left = 0;
		struct timespec limit = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
		int ready = ppoll(&p, 1, &limit, NULL);
		if (ready > 0)
			return 0;
		if (ready == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

int background_wait(int fd, struct mono until, char text[BACKGROUND_TEXT_MAX])
{
	struct report report = {0};
	int failed = wait_readable(fd, until);
	ssize_t got = 0;
	if (!failed) {
		do
			got = read(fd, &report, sizeof report - 1);
		while (got < 0 && errno == EINTR);
		failed = got < 0 ? -errno : got == 0 ? -ENODATA : 0;
	}
	(void)close(fd);
	if (text)
		// the text ends with a NUL, because the last byte is never read
		(void)memcpy(text, report.text, sizeof report.text);
	return failed ? failed : report.code;
}
