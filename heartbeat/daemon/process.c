// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "heartbeat/daemon/paths.h"
#include "lib/file.h"
#include "lib/lock_file.h"
#include "lib/log.h"
#include "lib/mono.h"
#include "lib/oom.h"
#include "lib/process_stat.h"
#include "lib/streams.h"

enum { KEEP_FILES_MS = 1000 };

static int lock_fd = -1;
static char *title_start;
static size_t title_room;

int process_lock(void)
{
	int fd = lock_file_take(PATH_LOCK);
	if (fd < 0)
		return fd;
	lock_fd = fd;
	return 0;
}

int process_lock_descriptor(void)
{
	return lock_fd;
}

void process_take_lock(int fd)
{
	lock_fd = fd;
}

/* --- the pid file: for people and scripts; nothing depends on it --- */

enum { PID_LINE = 11 };

static void pid_line(char line[PID_LINE + 1])
{
	(void)snprintf(line, PID_LINE + 1, "%10d\n", (int)getpid());
}

static int write_pid_file(void)
{
	char line[PID_LINE + 1];
	pid_line(line);
	return file_replace(PATH_PID, line, PID_LINE, 0644);
}

bool process_write_pid(void)
{
	int failed = lock_file_sign(lock_fd);
	const char *path = PATH_LOCK;
	if (!failed) {
		path = PATH_PID;
		failed = write_pid_file();
	}
	if (failed)
		log_at(LOG_LEVEL_ERROR, "cannot write %s: %s", path, strerror(-failed));
	return !failed;
}

/* Returns true if the pid file has the number of this process. */
static bool pid_file_is_ours(void)
{
	char expected[PID_LINE + 1], found[PID_LINE + 1];
	pid_line(expected);
	return process_file_read(PATH_PID, found, sizeof found) == PID_LINE && memcmp(found, expected, PID_LINE) == 0;
}

static void keep_pid_file(void)
{
	static bool failed; /* the failure is already logged */
	if (pid_file_is_ours())
		return;
	int rc = write_pid_file();
	if (rc == 0)
		log_at(LOG_LEVEL_WARN, "%s was removed or changed: written again", PATH_PID);
	else if (!failed)
		log_at(LOG_LEVEL_ERROR, "%s was removed or changed, and cannot be written: %s", PATH_PID,
			strerror(-rc));
	failed = rc != 0;
}

static void keep_lock(void)
{
	static bool failed; /* the failure is already logged */
	if (lock_file_has_name(lock_fd, PATH_LOCK))
		return;
	int fd = lock_file_take(PATH_LOCK), rc = fd < 0 ? fd : lock_file_sign(fd);
	if (fd >= 0) {
		(void)dup3(fd, lock_fd, O_CLOEXEC); /* this cannot fail: both descriptors are valid */
		(void)close(fd);
	}
	if (rc == 0)
		log_at(LOG_LEVEL_WARN, "%s was removed: locked again", PATH_LOCK);
	else if (!failed)
		log_at(LOG_LEVEL_CRIT, "%s was removed and could not be locked again: %s. A second heartbeat daemon could start on this machine: restart heartbeat",
			PATH_LOCK, strerror(-rc));
	failed = rc != 0;
}

void process_keep_files(void)
{
	static struct mono looked;
	struct mono now = mono_now();
	if (mono_since(now, looked).ns < span_ms(KEEP_FILES_MS).ns)
		return;
	looked = now;
	keep_lock();
	keep_pid_file();
}

void process_unlock(void)
{
	(void)unlink(PATH_PID);  /* before the lock is released: after that, it may be the file of the next daemon */
	/* close it now: a script that waits until the pid file is gone may start heartbeat again at once */
	(void)close(lock_fd);
	lock_fd = -1;
}

/* --- whether heartbeat runs --- */

/* Report that the state is not known.  The answer "not running" would be dangerous, because a script could act on
 * it. */
static enum process_running cannot_know(const char *path, int error)
{
	fprintf(stderr, "heartbeat: cannot read %s, so it is unknown whether heartbeat runs: %s\n", path,
		strerror(error));
	return PROCESS_UNKNOWN;
}

/* Returns true for a process of root with the name of the guardian. */
static bool is_guardian(pid_t pid)
{
	char path[64], name[32];
	struct stat st;
	(void)snprintf(path, sizeof path, "/proc/%d", (int)pid);
	if (stat(path, &st) != 0 || st.st_uid != 0)
		return false;
	(void)snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
	ssize_t len = process_file_read(path, name, sizeof name);
	return len == sizeof PROCESS_NAME && memcmp(name, PROCESS_NAME "\n", sizeof PROCESS_NAME) == 0;
}

/* Decide by the pid file.  Only root can write this file, so its number belongs to the guardian, or belonged to an
 * earlier guardian.  Without the lock, this is good enough for an answer, but not for a signal. */
static enum process_running running_by_pid_file(pid_t *pid, bool *stale)
{
	char text[PID_LINE + 1];
	int fd = open(PATH_PID, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? PROCESS_STOPPED : cannot_know(PATH_PID, errno);
	ssize_t len = read(fd, text, PID_LINE);
	int error = errno;
	(void)close(fd);
	if (len < 0)
		return cannot_know(PATH_PID, error);
	text[len] = '\0';
	*pid = (pid_t)strtol(text, NULL, 10);
	if (*pid > 0 && is_guardian(*pid))
		return PROCESS_RUNS;
	*pid = 0;
	*stale = true;
	return PROCESS_STOPPED;
}

enum process_running process_running(pid_t *pid, int *pidfd, bool *stale)
{
	struct lock_holder holder;
	*pid = 0;
	*stale = false;
	if (pidfd)
		*pidfd = -1;
	int held = lock_file_holder(PATH_LOCK, &holder);
	if (held == -EACCES)
		return running_by_pid_file(pid, stale);
	if (held < 0)
		return cannot_know(PATH_LOCK, -held);
	if (held == 0) {
		*stale = access(PATH_PID, F_OK) == 0;
		return PROCESS_STOPPED;
	}
	int fd = process_open(holder.pid, holder.started);
	if (fd < 0)
		return PROCESS_CHANGES;
	*pid = holder.pid;
	if (pidfd)
		*pidfd = fd;
	else
		(void)close(fd);
	return PROCESS_RUNS;
}

void process_title_init(int argc, char **argv)
{
	if (argc < 1)
		return;
	title_start = argv[0];
	char *end = argv[0] + strlen(argv[0]) + 1;
	for (int i = 1; i < argc && argv[i] == end; i++)
		end += strlen(argv[i]) + 1;
	/* The environment follows the arguments in memory, so copy it before the title overwrites it. */
	for (char **env = environ; *env; env++) {
		if (*env == end)
			end += strlen(*env) + 1;
		char *copy = strdup(*env);
		if (copy)
			*env = copy;
	}
	title_room = (size_t)(end - title_start);
}

void process_name(const char *name)
{
	(void)prctl(PR_SET_NAME, name); /* this cannot fail; the kernel keeps 15 characters */
}

void process_title(const char *title)
{
	process_name(title);
	if (title_room == 0)
		return;
	memset(title_start, 0, title_room);
	(void)snprintf(title_start, title_room, "%s", title);
}

void process_release_terminal(void)
{
	int failed = streams_release(-1);
	log_to_stderr(false);
	if (failed)
		log_at(LOG_LEVEL_WARN, "cannot open /dev/null: %s; the daemon keeps the terminal open",
			strerror(-failed));
}

void process_protect(void)
{
	int failed = oom_protect();
	if (failed)
		log_at(LOG_LEVEL_INFO, "no protection when memory runs out: %s. The kernel may kill this process then",
			strerror(-failed));
}

void process_realtime(const struct ha_cf *conf, const struct accepted *accepted)
{
	if (!conf->realtime || accepted->ordinary)
		return;
	struct sched_param param = {.sched_priority = conf->rtprio ? conf->rtprio : sched_get_priority_min(SCHED_RR)};
	/* Children must not inherit the priority: a script in an endless loop would leave no CPU for the machine. */
	if (sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &param) != 0)
		log_at(LOG_LEVEL_INFO, "no real-time priority: %s. Beats may be late on a loaded machine",
			strerror(errno));
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0)
		log_at(LOG_LEVEL_INFO, "memory is not locked: %s. Beats may be late when the machine swaps",
			strerror(errno));
}
