// SPDX-License-Identifier: MIT
/* The processes that the guardian starts, watches and kills: the engine and the release process. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/daemon/engine.h"
#include "heartbeat/daemon/guardian_private.h"
#include "heartbeat/daemon/logging.h"
#include "heartbeat/daemon/process.h"
#include "heartbeat/daemon/release.h"
#include "lib/log.h"

enum { KILL_PATIENCE_MS = 100 };

/* --- the configuration in use --- */

/* The engine can change the texts while this process parses them; then they are parsed again. */
void guardian_follow_configuration(struct guardian *g)
{
	const struct accepted *a = g->config->accepted;
	uint32_t number;
	if (g->files && g->files_number == a->number)
		return;
	struct configuration *fresh = NULL;
	do {
		number = a->number;
		configuration_free(fresh);
		fresh = configuration_parse(&config_files_here, accepted_texts(a), NULL, NULL);
	} while (number != a->number);
	if (!fresh)
		/* this can only be a lack of memory, because the engine has parsed the same texts without errors */
		return;
	bool reopen = !g->files || logging_differs(g->files->conf, fresh->conf);
	configuration_free(g->files);
	g->files = fresh;
	g->files_number = number;
	if (reopen)
		/* the next engine inherits this log */
		logging_open(fresh, a->debug, g->report_fd >= 0 || a->foreground, true);
}

/* --- processes --- */

void child_forget(struct child *c)
{
	if (c->pidfd >= 0)
		(void)close(c->pidfd);
	*c = (struct child){.pidfd = -1};
}

void child_kill(struct child *c, const char *what)
{
	if (c->pid <= 0)
		return;
	struct pollfd end = {.fd = c->pidfd, .events = POLLIN};
	(void)syscall(SYS_pidfd_send_signal, c->pidfd, SIGKILL, NULL, 0); /* ESRCH: the process has ended */
	if (poll(&end, 1, KILL_PATIENCE_MS) == 0)
		log_at(LOG_LEVEL_CRIT,
			"the %s process does not end: it hangs in the kernel. It can do nothing any more", what);
	(void)waitpid(c->pid, NULL, WNOHANG); /* ECHILD: it is the child of an earlier guardian */
	child_forget(c);
}

bool child_watch(struct child *c, pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return false;
	*c = (struct child){pid, fd};
	return true;
}

void guardian_leave(const struct guardian *g)
{
	const int fds[] = {g->ready_fd, g->report_fd, g->signals, g->engine.pidfd, g->release.pidfd, g->clients.pidfd};
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
}

static _Noreturn void run_engine(struct guardian *g, bool keep, int ready_fd, pid_t guardian)
{
	guardian_leave(g);
	process_title("heartbeat: engine");
	struct engine_config config = {.configuration = g->files,
		.shared = g->shared,
		.accepted = g->config->accepted,
		.shared_fd = g->config->shared_fd,
		.accepted_fd = g->config->accepted_fd,
		.keep = keep,
		.guardian = guardian,
		.ready_fd = ready_fd};
	int code = engine_run(&config);
	log_flush();
	_exit(code);
}

bool guardian_start_engine(struct guardian *g, bool keep)
{
	int ready[2];
	guardian_follow_configuration(g);
	if (pipe2(ready, O_CLOEXEC) != 0) {
		log_at(LOG_LEVEL_CRIT, "cannot start the engine: pipe: %s", strerror(errno));
		return false;
	}
	log_flush();
	if (g->ready_fd >= 0)
		(void)close(g->ready_fd); /* the pipe of an engine that was killed in its start */
	g->ready_fd = -1;
	g->shared->engine_clean = false;
	pid_t guardian = getpid(), pid = fork();
	if (pid == 0) {
		(void)close(ready[0]);
		run_engine(g, keep, ready[1], guardian);
	}
	int why = errno;
	(void)close(ready[1]);
	if (pid < 0 || !child_watch(&g->engine, pid)) {
		log_at(LOG_LEVEL_CRIT, "cannot start the engine: %s", strerror(pid < 0 ? why : errno));
		(void)close(ready[0]);
		if (pid > 0) {
			(void)kill(pid, SIGKILL); /* safe: the number of our unreaped child cannot be used again */
			(void)waitpid(pid, NULL, 0);
		}
		return false;
	}
	g->ready_fd = ready[0];
	g->shared->engine_pid = pid;
	return true;
}

bool guardian_start_release(struct guardian *g)
{
	guardian_follow_configuration(g);
	log_flush();
	pid_t pid = fork();
	if (pid == 0) {
		guardian_leave(g);
		process_title("heartbeat: release");
		_exit(release_run(g->shared, g->files));
	}
	if (pid > 0 && child_watch(&g->release, pid))
		return true;
	log_at(LOG_LEVEL_CRIT, "cannot start the process that runs the stop scripts: %s", strerror(errno));
	return false;
}
