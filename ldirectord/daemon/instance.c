// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/instance.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/lock_file.h"
#include "lib/process_stat.h"

enum { END_MS = 200, END_STEP_MS = 10 };

static const char default_config[] = "ldirectord.cf";

static bool is_file(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* Make the path of the file absolute, because the daemon leaves the directory in which the command was given, and must
 * find the file later. */
static void make_absolute(struct instance *i)
{
	char directory[PATH_MAX], path[sizeof i->file];
	if (i->file[0] == '/' || !getcwd(directory, sizeof directory))
		return;
	/* "/" already ends with a slash */
	int len = snprintf(path, sizeof path, "%s/%s", directory[1] ? directory : "", i->file);
	if (len > 0 && (size_t)len < sizeof path)
		memcpy(i->file, path, (size_t)len + 1);
}

void instance_of(struct instance *i, const char *config)
{
	static const char *const directories[] = {SYSCONFDIR "/ha.d/", SYSCONFDIR "/ha.d/conf/", ""};
	memset(i, 0, sizeof *i);
	const char *given = config ? config : default_config;
	for (size_t k = 0; k < sizeof directories / sizeof *directories && !i->found; k++) {
		(void)snprintf(i->file, sizeof i->file, "%s%s", directories[k], given);
		i->found = is_file(i->file);
	}
	if (i->found)
		make_absolute(i);
	const char *slash = strrchr(given, '/');
	(void)snprintf(i->name, sizeof i->name, "%s", config ? (slash ? slash + 1 : given) : "ldirectord");
	(void)snprintf(i->pid_file, sizeof i->pid_file, RUNDIR "/ldirectord.%s.pid", i->name);
	if (!config)
		(void)snprintf(i->other, sizeof i->other, RUNDIR "/ldirectord.%s.pid", default_config);
	else if (strcmp(i->name, default_config) == 0)
		(void)snprintf(i->other, sizeof i->other, RUNDIR "/ldirectord.ldirectord.pid");
	/* Both names have the same lock and the same socket. */
	const char *both = i->other[0] ? "ldirectord" : i->name;
	(void)snprintf(i->lock, sizeof i->lock, RUNDIR "/ldirectord.%s.lock", both);
	(void)snprintf(i->socket, sizeof i->socket, RUNDIR "/ldirectord.%s.sock", both);
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* Returns true when the command line names the program.  Only its first words count, not the arguments of the
 * program. */
static bool command_names_it(const char *directory)
{
	enum { WORDS = 3 }; /* perl -w /usr/sbin/ldirectord */
	char path[64], text[4096];
	(void)snprintf(path, sizeof path, "%s/cmdline", directory);
	ssize_t len = process_file_read(path, text, sizeof text - 1);
	text[len > 0 ? len : 0] = '\0';
	const char *word = text;
	for (int i = 0; i < WORDS && word < text + len; i++, word += strlen(word) + 1)
		if (strcmp(last_part(word), "ldirectord") == 0)
			return true;
	return false;
}

/* Returns true when the process is a daemon of root with our name.  Users other than root cannot see which program it
 * is. */
static bool is_ldirectord(pid_t pid, bool must_be_perl)
{
	char directory[32], path[64], program[4096];
	struct stat st;
	(void)snprintf(directory, sizeof directory, "/proc/%d", (int)pid);
	if (stat(directory, &st) != 0 || st.st_uid != 0)
		return false;
	(void)snprintf(path, sizeof path, "%s/exe", directory);
	ssize_t len = readlink(path, program, sizeof program - 1);
	program[len > 0 ? len : 0] = '\0';
	bool perl = strncmp(last_part(program), "perl", 4) == 0;
	return (perl || !must_be_perl) && command_names_it(directory);
}

/* Returns the number in a pid file; 0: there is none; -1: no file. */
static pid_t number_in(const char *path)
{
	char text[32];
	if (access(path, F_OK) != 0)
		return -1;
	ssize_t len = process_file_read(path, text, sizeof text - 1);
	text[len > 0 ? len : 0] = '\0';
	long number = strtol(text, NULL, 10);
	return number > 0 && number <= INT_MAX ? (pid_t)number : 0;
}

/* Find out the state without the lock: ldirectord 4 has only a pid file.  Users other than root cannot see the lock
 * either; for them this result is enough, because they can send no signal. */
static enum instance_state state_by_pid_file(const char *path, bool must_be_perl, pid_t *pid)
{
	*pid = number_in(path);
	if (*pid > 0 && is_ldirectord(*pid, must_be_perl))
		return INSTANCE_RUNS;
	return *pid < 0 ? INSTANCE_STOPPED : INSTANCE_STALE;
}

static enum instance_state state_without_lock(const struct instance *i, bool must_be_perl, pid_t *pid)
{
	enum instance_state s = state_by_pid_file(i->pid_file, must_be_perl, pid);
	if (s == INSTANCE_RUNS || !i->other[0])
		return s;
	pid_t of_other = 0;
	enum instance_state other = state_by_pid_file(i->other, must_be_perl, &of_other);
	if (other == INSTANCE_RUNS || s == INSTANCE_STOPPED) {
		*pid = of_other;
		return other;
	}
	return s;
}

/* Find out the state.  *started: 0 for a process without a lock. */
static enum instance_state find(const struct instance *i, pid_t *pid, uint64_t *started)
{
	struct lock_holder holder;
	int held = lock_file_holder(i->lock, &holder);
	*pid = holder.pid;
	*started = holder.started;
	return held > 0 ? INSTANCE_RUNS : state_without_lock(i, held == 0, pid);
}

enum instance_state instance_state(const struct instance *i, pid_t *pid)
{
	uint64_t started;
	return find(i, pid, &started);
}

/* Open a pidfd of the running process.  Returns a descriptor or -errno. */
static int open_running(const struct instance *i)
{
	pid_t pid, again;
	uint64_t started;
	struct process_stat st;
	char text[16];
	if (find(i, &pid, &started) != INSTANCE_RUNS)
		return -ESRCH;
	/* a process of ldirectord 4: read its start time first, then check that the pid file still names it */
	if (started == 0) {
		(void)snprintf(text, sizeof text, "%d", (int)pid);
		if (!process_stat_read(text, &st) || find(i, &again, &started) != INSTANCE_RUNS || again != pid)
			return -ESRCH;
		started = st.started;
	}
	return process_open(pid, started);
}

int instance_end(const struct instance *i)
{
	int process = open_running(i);
	if (process < 0)
		return process;
	int failed = syscall(SYS_pidfd_send_signal, process, SIGTERM, NULL, 0) == 0 ? 0 : -errno;
	(void)close(process);
	return failed;
}

void instance_leave(const struct instance *i)
{
	(void)unlink(i->pid_file); /* if this fails, the missing lock shows that the file is stale */
}

/* Take the lock, and wait a moment for it: a daemon that ends removes its pid file shortly before it releases the
 * lock. */
static int take_lock(const struct instance *i)
{
	int fd;
	for (int waited = 0; (fd = lock_file_take(i->lock)) == -EWOULDBLOCK && waited < END_MS; waited += END_STEP_MS)
		(void)poll(NULL, 0, END_STEP_MS); /* a signal only shortens the pause */
	return fd;
}

int instance_claim(const struct instance *i)
{
	char text[32];
	pid_t reference;
	int fd = take_lock(i);
	if (fd < 0)
		return fd;
	int failed = state_without_lock(i, true, &reference) == INSTANCE_RUNS ? -EWOULDBLOCK : lock_file_sign(fd);
	if (!failed) {
		int len = snprintf(text, sizeof text, "%d\n", (int)getpid());
		failed = file_replace(i->pid_file, text, (size_t)len, 0644);
	}
	if (!failed)
		return fd;
	(void)close(fd);
	return failed;
}
