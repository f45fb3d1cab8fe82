// SPDX-License-Identifier: MIT
/* The engine watches its guardian and starts a new one when the guardian ends, because without a guardian no process
 * would release the addresses if the engine died.  The new guardian is executed and not only forked: a forked copy of
 * the engine would also have its main loop. */
#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/daemon/engine_private.h"
#include "heartbeat/daemon/guardian.h"
#include "heartbeat/supervisor/policy.h"
#include "lib/log.h"

enum { RETRY_MS = 1000, STILL_MIN_MS = 5000 };

struct guardian_watch {
	const struct engine_config *config;
	pid_t pid;
	int pidfd; /* -1: there is no guardian now */
	bool ours; /* this engine started the guardian and must reap it */
	guint source, retry;
};

static void start_guardian(struct guardian_watch *w);

static gboolean on_retry(gpointer data)
{
	struct guardian_watch *w = data;
	w->retry = 0;
	start_guardian(w);
	return G_SOURCE_REMOVE;
}

static void retry_later(struct guardian_watch *w)
{
	if (w->retry == 0)
		w->retry = g_timeout_add(RETRY_MS, on_retry, w);
}

static gboolean on_end(gint fd, GIOCondition condition, gpointer data)
{
	struct guardian_watch *w = data;
	(void)condition;
	log_at(LOG_LEVEL_CRIT,
		"the guardian process has ended unexpectedly: another one is started; the resources keep running");
	if (w->ours)
		(void)waitpid(w->pid, NULL, WNOHANG);
	(void)close(fd);
	w->pidfd = -1;
	w->source = 0;
	if (w->ours && w->config->shared->guardian_pid != w->pid)
		retry_later(w); /* the guardian ended before it was ready, so the next start waits */
	else
		start_guardian(w);
	return G_SOURCE_REMOVE;
}

static bool watch(struct guardian_watch *w, pid_t pid, bool ours)
{
	w->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (w->pidfd < 0)
		return false;
	w->pid = pid;
	w->ours = ours;
	w->source = g_unix_fd_add(w->pidfd, G_IO_IN, on_end, w);
	return true;
}

static _Noreturn void become_guardian(const struct engine_config *config)
{
	sigset_t none;
	sigemptyset(&none);
	(void)setsid();
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)guardian_exec("/proc/self/exe", config->shared_fd, config->accepted_fd, false);
	_exit(127);
}

static void start_guardian(struct guardian_watch *w)
{
	log_flush();
	pid_t pid = fork();
	if (pid == 0)
		become_guardian(w->config);
	if (pid > 0 && watch(w, pid, true))
		return;
	log_at(LOG_LEVEL_CRIT,
		"cannot start a guardian: %s; tried again every second. "
		"If this process dies before, no process releases the addresses",
		strerror(errno));
	if (pid > 0) {
		(void)kill(pid, SIGKILL); /* safe: the number of our unreaped child cannot be used again */
		(void)waitpid(pid, NULL, 0);
	}
	retry_later(w);
}

struct guardian_watch *guardian_watch_new(const struct engine_config *config)
{
	struct guardian_watch *w = g_new0(struct guardian_watch, 1);
	w->config = config;
	w->pidfd = -1;
	/* The guardian may have died before we could watch it; then its number may already belong to another
	 * process. */
	if (!watch(w, config->guardian, false) || getppid() != config->guardian) {
		if (w->source != 0)
			(void)g_source_remove(w->source);
		if (w->pidfd >= 0)
			(void)close(w->pidfd);
		w->source = 0;
		start_guardian(w);
	}
	return w;
}

void guardian_watch_free(struct guardian_watch *w)
{
	if (!w)
		return;
	if (w->source != 0)
		(void)g_source_remove(w->source);
	if (w->retry != 0)
		(void)g_source_remove(w->retry);
	if (w->pidfd >= 0)
		(void)close(w->pidfd);
	g_free(w);
}

void guardian_watch_check(struct guardian_watch *w)
{
	const struct shared *s = w->config->shared;
	struct span silence = supervisor_silence((struct span){s->keepalive_ns}, (struct span){s->deadtime_ns});
	int64_t limit = 4 * silence.ns, least = span_ms(STILL_MIN_MS).ns;
	struct span age = mono_since(mono_now(), (struct mono){s->guardian_beat_ns});
	if (w->pidfd < 0 || s->guardian_pid != w->pid || age.ns < (limit < least ? least : limit))
		return;
	log_at(LOG_LEVEL_CRIT,
		"the guardian process stands still for %lld ms: it is killed, and another one is started",
		(long long)span_to_ms(age));
	(void)syscall(SYS_pidfd_send_signal, w->pidfd, SIGKILL, NULL, 0); /* on_end is called when it has ended */
}
