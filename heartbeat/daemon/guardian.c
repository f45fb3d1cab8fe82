// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/guardian.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/daemon/guardian_private.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/process.h"
#include "heartbeat/daemon/record.h"
#include "lib/background.h"
#include "lib/log.h"

enum { SCRIPTS_PATIENCE_MS = 100, RESEND_MS = 100 };

static const int watched[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};

static void watched_signals(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
		sigaddset(set, watched[i]);
}

/* --- actions --- */

static void handle(struct guardian *g, const struct supervisor_event *event);

static void report_start(struct guardian *g, int code)
{
	if (g->report_fd >= 0) {
		log_flush();
		int failed = background_report(g->report_fd, code, NULL);
		if (failed)
			log_at(LOG_LEVEL_WARN, "cannot report the result of the start to the starting process: %s",
				strerror(-failed));
	}
	g->report_fd = -1;
	if (code == 0 && !g->config->accepted->foreground)
		process_release_terminal();
}

/* An event that follows from an action at once; it is handled in the next step. */
struct outcome {
	bool any;
	struct supervisor_event event;
};

/* Pass the order to stop to the engine.  The order must not get lost, so a failed send is repeated later. */
static void terminate_engine(struct guardian *g)
{
	g->order_unsent = g->engine.pidfd >= 0 &&
	                  syscall(SYS_pidfd_send_signal, g->engine.pidfd, SIGTERM, NULL, 0) != 0 && errno != ESRCH;
	if (g->order_unsent)
		log_at(LOG_LEVEL_ERROR, "cannot pass the order to stop on to the engine: %s; tried again", strerror(errno));
}

static void carry_out(struct guardian *g, const struct supervisor_action *a, struct outcome *next)
{
	if (a->why)
		log_at(LOG_LEVEL_CRIT, "%s", a->why);
	switch (a->kind) {
	case SUPERVISOR_START_ENGINE:
		if (!guardian_start_engine(g, a->keep))
			*next = (struct outcome){true, {.kind = SUPERVISOR_FAILED, .code = EXIT_OTHER}};
		break;
	case SUPERVISOR_TERMINATE_ENGINE:
		terminate_engine(g);
		break;
	case SUPERVISOR_KILL_ENGINE: child_kill(&g->engine, "engine"); break;
	case SUPERVISOR_END_SCRIPTS:
		if (process_groups_kill(g->shared->scripts, SHARED_SCRIPTS, span_ms(SCRIPTS_PATIENCE_MS)) > 0)
			log_at(LOG_LEVEL_CRIT,
				"a script hangs in the kernel and cannot be killed now; it ends as soon as it wakes up");
		break;
	case SUPERVISOR_REMOVE_ADDRESSES:
		guardian_follow_configuration(g);
		(void)holdings_release_addresses(holdings_now(&g->shared->holdings), g->files->resources);
		break;
	case SUPERVISOR_START_RELEASE:
		if (!guardian_start_release(g))
			*next = (struct outcome){true, {.kind = SUPERVISOR_RELEASED}};
		break;
	case SUPERVISOR_KILL_RELEASE: child_kill(&g->release, "release"); break;
	case SUPERVISOR_REPORT_START: report_start(g, a->code); break;
	case SUPERVISOR_EXIT:
		g->exits = true;
		g->code = a->code;
		break;
	case SUPERVISOR_ACTIONS: break;
	}
}

static struct supervisor_view view(struct guardian *g)
{
	struct shared *s = g->shared;
	struct supervisor_view v = {.now = mono_now(),
		.beat = {s->beat_ns},
		.sent = {s->sent_ns},
		.keepalive = {s->keepalive_ns},
		.deadtime = {s->deadtime_ns},
		.groups = holdings_now(&s->holdings)->count};
	return v;
}

static void carry_out_all(struct guardian *g, struct outcome *next)
{
	/* Use a copy, because the next step writes a new list. */
	const struct supervisor list = g->policy;
	for (size_t i = 0; i < list.action_count; i++)
		carry_out(g, &list.actions[i], next);
}

static void handle(struct guardian *g, const struct supervisor_event *event)
{
	struct outcome next = {true, *event};
	for (unsigned step = 0; next.any && !g->exits && step < SUPERVISOR_STATES; step++) {
		struct supervisor_view v = view(g);
		bool looks =
			next.event.kind != SUPERVISOR_TIMER || mono_reached(v.now, supervisor_deadline(&g->policy, &v));
		v.scripts = looks ? (unsigned)process_groups_alive(g->shared->scripts, SHARED_SCRIPTS) : 0;
		const struct supervisor_event e = next.event;
		next.any = false;
		supervisor_step(&g->policy, &v, &e);
		carry_out_all(g, &next);
	}
}

/* --- what happens --- */

/* Called when the engine has ended.  Its exit status is known only if it is our child. */
static void on_engine_end(struct guardian *g)
{
	int status = 0;
	bool known = waitpid(g->engine.pid, &status, WNOHANG) == g->engine.pid, clean = g->shared->engine_clean;
	child_forget(&g->engine);
	if (g->ready_fd >= 0) { /* it ended before it was ready; a report in the pipe would have been read before */
		(void)close(g->ready_fd);
		g->ready_fd = -1;
	}
	if (!clean)
		log_at(LOG_LEVEL_CRIT,
			"Emergency: the engine process ended unexpectedly (%s %d) while %u group(s) ran here",
			!known                ? "status unknown,"
			: WIFSIGNALED(status) ? "signal"
					      : "exit code",
			!known                ? 0
			: WIFSIGNALED(status) ? WTERMSIG(status)
					      : WEXITSTATUS(status),
			holdings_now(&g->shared->holdings)->count);
	handle(g, &(struct supervisor_event){.kind = SUPERVISOR_GONE,
			  .clean = clean,
			  .code = known && WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_OTHER});
}

static void on_ready(struct guardian *g)
{
	int code = background_wait(g->ready_fd, mono_now(), NULL);
	g->ready_fd = -1;
	if (code == 0) {
		handle(g, &(struct supervisor_event){.kind = SUPERVISOR_READY});
		guardian_clients_begin(g);
		return;
	}
	if (code < 0)
		log_at(LOG_LEVEL_CRIT,
			"the engine process did not report the result of its start: it died (out of memory?)");
	child_kill(&g->engine, "engine"); /* it ends by itself, or has ended already */
	handle(g, &(struct supervisor_event){.kind = SUPERVISOR_FAILED, .code = code < 0 ? EXIT_OTHER : code});
}

static void on_release_end(struct guardian *g)
{
	int status = 0;
	bool clean = waitpid(g->release.pid, &status, WNOHANG) == g->release.pid && WIFEXITED(status) &&
	             WEXITSTATUS(status) == 0;
	child_forget(&g->release);
	handle(g, &(struct supervisor_event){.kind = SUPERVISOR_RELEASED, .clean = clean});
}

/* Reap other children: the log writer, and engines that were given up. */
static void reap_others(struct guardian *g)
{
	siginfo_t info = {0};
	while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
		if (info.si_pid == g->engine.pid || info.si_pid == g->release.pid || info.si_pid == g->clients.pid)
			return; /* the handler of its descriptor reads the status */
		(void)waitpid(info.si_pid, NULL, WNOHANG);
		info = (siginfo_t){0};
	}
}

/* Execute the new binary in this process.  The engine runs until the new binary replaces it. */
static void reexec(struct guardian *g)
{
	if (g->policy.state != SUPERVISOR_RUNNING) {
		log_at(LOG_LEVEL_WARN, "not changed to the new binary: the state is \"%s\"; ask again later",
			supervisor_state_name(g->policy.state));
		return;
	}
	log_at(LOG_LEVEL_INFO, "restarting heartbeat with the program file %s; the resources keep running", PATH_DAEMON);
	log_flush();
	int rc = guardian_exec(PATH_DAEMON, g->config->shared_fd, g->config->accepted_fd, true);
	log_at(LOG_LEVEL_ERROR, "cannot execute %s: %s; the old binary stays in use", PATH_DAEMON, strerror(-rc));
}

static void on_signal(struct guardian *g)
{
	struct signalfd_siginfo info;
	while (read(g->signals, &info, sizeof info) == sizeof info) {
		int number = (int)info.ssi_signo;
		if (number == SIGCHLD) {
			reap_others(g);
		} else if (number == SIGTERM || number == SIGINT) {
			g->shared->stop = true;
			guardian_clients_pass(g, SIGTERM);
			handle(g, &(struct supervisor_event){.kind = SUPERVISOR_STOP});
		} else if (number == SIGUSR1 && info.ssi_int == GUARDIAN_REEXEC && info.ssi_code == SI_QUEUE) {
			reexec(g);
		} else {
			if (number == SIGHUP) { /* reopen the logs, because they may have been rotated */
				log_reopen();
				guardian_clients_pass(g, SIGHUP);
			}
			if (g->engine.pid > 0)
				(void)syscall(SYS_pidfd_send_signal, g->engine.pidfd, number, NULL, 0);
		}
	}
}

static int wait_ms(struct guardian *g)
{
	struct supervisor_view v = view(g);
	struct mono deadline = supervisor_deadline(&g->policy, &v);
	if (g->order_unsent)
		deadline = mono_min(deadline, mono_add(v.now, span_ms(RESEND_MS)));
	deadline = mono_min(deadline, g->clients_at);
	if (deadline.ns == MONO_FAR.ns)
		return -1;
	int64_t ns = mono_since(deadline, v.now).ns;
	return ns <= 0 ? 0 : ns / 1000000 >= INT_MAX ? INT_MAX : (int)(ns / 1000000 + 1);
}

static void watch(struct guardian *g)
{
	while (!g->exits) {
		struct pollfd fds[] = {{g->signals, POLLIN, 0}, {g->ready_fd, POLLIN, 0}, {g->engine.pidfd, POLLIN, 0},
			{g->release.pidfd, POLLIN, 0}, {g->clients.pidfd, POLLIN, 0}};
		int n = poll(fds, sizeof fds / sizeof *fds, wait_ms(g));
		g->shared->guardian_beat_ns = mono_now().ns;
		if (n < 0)
			continue; /* EINTR, or a short lack of memory */
		process_keep_files();
		guardian_follow_configuration(g);
		if (g->order_unsent)
			terminate_engine(g);
		guardian_clients_tick(g);
		/* Handle only one descriptor in each turn, because a handler may close the others.  Orders come first,
		 * and the report of an engine before its end. */
		if (fds[0].revents)
			on_signal(g);
		else if (fds[1].revents)
			on_ready(g);
		else if (fds[2].revents)
			on_engine_end(g);
		else if (fds[3].revents)
			on_release_end(g);
		else if (fds[4].revents)
			guardian_clients_ended(g);
		else
			handle(g, &(struct supervisor_event){.kind = SUPERVISOR_TIMER});
	}
}

/* --- start and end --- */

static bool prepare(struct guardian *g)
{
	sigset_t set;
	watched_signals(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	g->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (g->signals < 0) {
		log_at(LOG_LEVEL_ERROR, "cannot prepare the guardian: %s", strerror(errno));
		return false;
	}
	if (!process_write_pid()) {
		process_unlock(); /* without our number in the file, heartbeat -k could not stop us */
		return false;
	}
	process_protect();
	process_title("heartbeat: guardian");
	/* monitoring looks for this name, and "killall heartbeat" must cause a normal stop */
	process_name(PROCESS_NAME);
	record_to(g->config->accepted->record);
	g->shared->guardian_pid = getpid();
	g->shared->guardian_beat_ns = mono_now().ns;
	guardian_follow_configuration(g);
	if (!g->files) {
		log_at(LOG_LEVEL_ERROR, "cannot prepare the guardian: the configuration cannot be parsed");
		return false;
	}
	g->shared->keepalive_ns = g->files->conf->keepalive.ns;
	g->shared->deadtime_ns = g->files->conf->deadtime.ns;
	process_realtime(g->files->conf, g->config->accepted);
	return true;
}

/* Clean up what an earlier daemon of this machine left behind when all its processes were killed. */
static void put_in_order(struct guardian *g)
{
	const struct holdings *h = holdings_now(&g->shared->holdings);
	if (process_groups_kill(g->shared->scripts, SHARED_SCRIPTS, span_ms(SCRIPTS_PATIENCE_MS)) > 0)
		log_at(LOG_LEVEL_CRIT, "a script that a killed daemon left behind hangs in the kernel");
	guardian_clients_clear(g);
	if (h->count == 0)
		return;
	log_at(LOG_LEVEL_WARN,
		"%s lists %u group(s) that a killed daemon left behind: they are released before we join the cluster",
		PATH_STATE, h->count);
	(void)holdings_release_addresses(h, g->files->resources);
}

/* Watch the engine that already runs.  It is our parent (it has started this guardian), or our child (this process
 * executed a new binary).  Otherwise the engine has ended, and another process may have its number now; that process is
 * not watched and not killed. */
static bool watch_engine(struct guardian *g)
{
	pid_t pid = g->shared->engine_pid;
	siginfo_t info;
	if (!child_watch(&g->engine, pid))
		return false;
	if (getppid() == pid || waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
		return true;
	child_forget(&g->engine);
	return false;
}

static void resume(struct guardian *g)
{
	supervisor_resume(&g->policy, g->shared->stop, mono_now());
	guardian_clients_resume(g);
	if (!watch_engine(g)) {
		handle(g, &(struct supervisor_event){.kind = SUPERVISOR_GONE, .clean = g->shared->engine_clean});
		return;
	}
	if (g->config->reexec) {
		handle(g, &(struct supervisor_event){.kind = SUPERVISOR_REEXEC});
		return;
	}
	log_at(LOG_LEVEL_WARN, "a new guardian watches the engine%s",
		g->shared->stop ? ", and passes the order to stop on again" : "");
	carry_out_all(g, &(struct outcome){.any = false});
	guardian_clients_begin(g);
}

int guardian_run(const struct guardian_config *config)
{
	struct guardian g = {.config = config,
		.shared = config->shared,
		.engine = {.pidfd = -1},
		.release = {.pidfd = -1},
		.clients = {.pidfd = -1},
		.clients_at = MONO_FAR,
		.ready_fd = -1,
		.report_fd = config->report_fd,
		.signals = -1};
	if (!prepare(&g))
		return EXIT_OTHER;
	if (config->resume) {
		resume(&g);
	} else {
		put_in_order(&g);
		supervisor_init(&g.policy);
		handle(&g, &(struct supervisor_event){.kind = SUPERVISOR_TIMER});
	}
	watch(&g);
	guardian_clients_finish(&g);
	shared_end(g.shared);
	process_unlock();
	configuration_free(g.files);
	log_close();
	return g.code;
}
