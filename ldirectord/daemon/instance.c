// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"

static const char default_config[] = "ldirectord.cf";

static bool is_file(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && !S_ISDIR(st.st_mode);
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
	const char *slash = strrchr(given, '/');
	(void)snprintf(i->name, sizeof i->name, "%s", config ? (slash ? slash + 1 : given) : "ldirectord");
	(void)snprintf(i->pid_file, sizeof i->pid_file, RUNDIR "/ldirectord.%s.pid", i->name);
	if (!config)
		(void)snprintf(i->other, sizeof i->other, RUNDIR "/ldirectord.%s.pid", default_config);
	else if (strcmp(i->name, default_config) == 0)
		(void)snprintf(i->other, sizeof i->other, RUNDIR "/ldirectord.ldirectord.pid");
	/* One socket for both names. */
	(void)snprintf(i->socket, sizeof i->socket, RUNDIR "/ldirectord.%s.sock", i->other[0] ? "ldirectord" : i->name);
}

static bool is_ldirectord(pid_t pid)
{
	char path[64], *text = NULL;
	size_t len = 0;
	(void)snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	text = calloc(1, 4096);
	ssize_t got = text ? read(fd, text, 4095) : -1;
	close(fd);
	len = got > 0 ? (size_t)got : 0;
	bool yes = len > 0 && memmem(text, len, "ldirectord", strlen("ldirectord")) != NULL;
	free(text);
	return yes;
}

/* Held by a process that lives: the lock tells it from a number that an editor has got since (doc/ldirectord.md 1). */
static enum instance_state state_of(const char *path, pid_t *pid)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return INSTANCE_STOPPED;
	ssize_t got = read(fd, text, sizeof text - 1);
	bool ours = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	close(fd);
	long number = got > 0 ? strtol(text, NULL, 10) : 0;
	*pid = (pid_t)number;
	if (number <= 0)
		return INSTANCE_STALE;
	bool alive = kill((pid_t)number, 0) == 0 || errno == EPERM;
	/* A process of the reference holds no lock: compare its name. */
	return alive && (ours || is_ldirectord((pid_t)number)) ? INSTANCE_RUNS : INSTANCE_STALE;
}

enum instance_state instance_state(const struct instance *i, pid_t *pid)
{
	enum instance_state s = state_of(i->pid_file, pid);
	if (s == INSTANCE_RUNS || !i->other[0])
		return s;
	pid_t of_other = 0;
	enum instance_state other = state_of(i->other, &of_other);
	if (other == INSTANCE_RUNS || s == INSTANCE_STOPPED) {
		*pid = of_other;
		return other;
	}
	return s;
}

void instance_leave(const struct instance *i)
{
	(void)unlink(i->pid_file); /* if this fails, the missing lock shows that the file is stale */
}

int instance_claim(const struct instance *i)
{
	char text[32];
	int fd = file_lock(i->pid_file);
	if (fd < 0)
		return fd;
	int len = snprintf(text, sizeof text, "%d\n", (int)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) != len) {
		int error = errno;
		instance_leave(i); /* our own file, without content */
		close(fd);
		return -error;
	}
	/* Write our file before we look for the other one: if two start at once under both names, both may exit, but
	 * never both run. */
	pid_t other = 0;
	if (i->other[0] && state_of(i->other, &other) == INSTANCE_RUNS) {
		instance_leave(i);
		close(fd);
		return -EWOULDBLOCK;
	}
	return fd;
}
