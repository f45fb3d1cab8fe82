// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/daemon/paths.h"
#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/log.h"

static int lock_fd = -1;
static char *title_start;
static size_t title_room;

int process_lock(void)
{
	int fd = file_lock(PATH_PID);
	if (fd < 0)
		return fd;
	lock_fd = fd;
	return 0;
}

bool process_write_pid(void)
{
	char line[32];
	int len = snprintf(line, sizeof line, "%10d\n", (int)getpid());
	errno = 0;
	if (ftruncate(lock_fd, 0) == 0 && pwrite(lock_fd, line, (size_t)len, 0) == len)
		return true;
	log_at(LOG_LEVEL_ERROR, "cannot write %s: %s", PATH_PID, errno != 0 ? strerror(errno) : "the disk is full");
	return false;
}

void process_remove_pid(void)
{
	(void)unlink(PATH_PID); /* while the lock is still held: a starter makes a new file */
}

/* Do not answer "not running" when we do not know: a script could act on it. */
static pid_t cannot_know(void)
{
	fprintf(stderr, "heartbeat: %s cannot be read, so nobody knows whether heartbeat runs: %s\n", PATH_PID,
		strerror(errno));
	return -1;
}

pid_t process_running(bool *stale)
{
	*stale = false;
	int fd = open(PATH_PID, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return 0;
	pid_t pid = 0;
	if (fd < 0) {
		return cannot_know();
	} else if (flock(fd, LOCK_SH | LOCK_NB) == 0) {
		*stale = true; /* nobody holds it: whatever number it names is not ours */
	} else if (errno != EWOULDBLOCK) {
		pid = cannot_know();
	} else {
		char text[32];
		ssize_t len = pread(fd, text, sizeof text, 0);
		if (len < 0)
			pid = cannot_know();
		size_t from = 0;
		while (len > 0 && from < (size_t)len && text[from] == ' ')
			from++;
		uint64_t number = 0;
		if (len > 1 &&
			bytes_to_u64((struct bytes){(const uint8_t *)text + from, (size_t)len - from - 1}, 10, &number))
			pid = (pid_t)number;
	}
	(void)close(fd);
	return pid;
}

void process_title_init(int argc, char **argv)
{
	if (argc < 1)
		return;
	title_start = argv[0];
	char *end = argv[0] + strlen(argv[0]) + 1;
	for (int i = 1; i < argc && argv[i] == end; i++)
		end += strlen(argv[i]) + 1;
	/* The environment follows the arguments in memory.  Copy it before the title overwrites it. */
	for (char **env = environ; *env; env++) {
		if (*env == end)
			end += strlen(*env) + 1;
		char *copy = strdup(*env);
		if (copy)
			*env = copy;
	}
	title_room = (size_t)(end - title_start);
}

void process_title(const char *title)
{
	(void)prctl(PR_SET_NAME, title); /* at most 15 characters; for top and pgrep */
	if (title_room == 0)
		return;
	memset(title_start, 0, title_room);
	(void)snprintf(title_start, title_room, "%s", title);
}

void process_release_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		(void)dup2(null, fd); /* cannot fail: both are valid */
	if (null > 2)
		(void)close(null);
}

void process_realtime(const struct ha_cf *conf)
{
	if (!conf->realtime)
		return;
	struct sched_param param = {.sched_priority = conf->rtprio ? conf->rtprio : sched_get_priority_min(SCHED_RR)};
	/* Children must not inherit it: a script that spins would starve the machine. */
	if (sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &param) != 0)
		log_at(LOG_LEVEL_INFO, "no real-time priority: %s. Beats may be late on a loaded machine",
			strerror(errno));
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0)
		log_at(LOG_LEVEL_INFO, "memory is not locked: %s. Beats may be late when the machine swaps",
			strerror(errno));
}
