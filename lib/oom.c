// SPDX-License-Identifier: MIT
#include "lib/oom.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char file[] = "/proc/self/oom_score_adj", never[] = "-1000";
static char usual[24] = "0";
static bool protected;

/* Write the value to /proc.  Returns 0 or -errno. */
static int set(const char *value)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n = write(fd, value, strlen(value));
	int failed = n < 0 ? -errno : 0;
	(void)close(fd);
	return failed;
}

int oom_protect(void)
{
	char text[24];
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	text[n > 0 ? n : 0] = '\0';
	long before = strtol(text, NULL, 10);
	int failed = set(never);
	if (!failed && before > 0)
		(void)snprintf(usual, sizeof(usual), "%ld", before);
	protected = protected || !failed;
	return failed;
}

void oom_unprotect_child(void)
{
	if (protected)
		(void)set(usual); /* a process without rights may raise the value */
}
