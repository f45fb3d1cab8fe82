// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ldirectord/check/plan_wire.h"
#include "ldirectord/daemon/channel.h"
#include "ldirectord/daemon/log/ldlog.h"
#include "ldirectord/daemon/process_tree.h"
#include "lib/mono.h"

enum {
	/* the first pause before a process that died at once is started again; doubled each time */
	PAUSE_FIRST_MS = 500,
	PAUSE_LAST_MS = 30000,
	GOOD_MS = 10000, /* a process that ran for this time did not die at once */
	END_MS = 1000,
};

/* One process. */
struct process {
	struct workers *owner;
	enum worker_kind kind;
	pid_t pid; /* 0: none */
	bool ready;
	int pidfd;
	guint watch;
	struct channel *channel;
	struct mono started, not_before;
	unsigned deaths; /* consecutive deaths */
	struct rate_limit trouble;
};

struct workers {
	struct workers_events events;
	struct process processes[WORKER_KINDS];
};

static const char *const duties[WORKER_KINDS] = {
	[WORKER_NETWORK] = "network checks", [WORKER_PROGRAMS] = "check commands"};

// --- verdicts ---

/* Handle a message of a worker.  The worker parses bytes from other machines, so its messages are not trusted: their
 * form is checked. */
static void on_message(void *context, struct bytes message)
{
	struct process *p = context;
	struct worker_verdict v;
	if (message.len != sizeof v)
		return;
	memcpy(&v, message.at, sizeof v);
	v.why[sizeof v.why - 1] = '\0';
	for (char *c = v.why; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	if (v.id != WORKER_ITSELF) {
		bool known = v.share <= LB_SHARE_FULL || v.share == LB_SHARE_DRAIN;
		struct check_outcome o = {.up = v.up == 1, .share = known ? v.share : LB_SHARE_NONE, .why = v.why};
		p->owner->events.verdict(p->owner->events.context, v.id, &o);
		return;
	}
	if (*v.why)
		ldlog("The process for %s: %s", duties[p->kind], v.why);
	p->ready = v.up == 1;
	if (p->ready)
		p->owner->events.ready(p->owner->events.context);
}

// --- the end of a process ---

static void say_death(struct process *p, int status)
{
	char line[200], how[64];
	if (WIFSIGNALED(status))
		(void)snprintf(how, sizeof how, "killed by signal %d", WTERMSIG(status));
	else
		(void)snprintf(how, sizeof how, "exit status %d", WEXITSTATUS(status));
	(void)snprintf(line, sizeof line,
		"The process for %s has died: %s; another one is started, its checks count as neither good nor bad",
		duties[p->kind], how);
	if (p->deaths <= 1)
		ldlog("%s", line);
	else
		ldlog_rarely(&p->trouble, line);
}

/* End the processes that the commands of a worker have started, because their worker has ended. */
static void end_session(const struct process *p)
{
	if (p->kind == WORKER_PROGRAMS)
		(void)process_tree_signal(0, p->pid, SIGKILL);
}

static void plan_restart(struct process *p)
{
	struct mono now = mono_now();
	int64_t ms = PAUSE_FIRST_MS;
	if (mono_since(now, p->started).ns >= span_ms(GOOD_MS).ns)
		p->deaths = 0;
	for (unsigned i = 0; i < p->deaths && ms < PAUSE_LAST_MS; i++)
		ms *= 2;
	p->not_before = p->deaths == 0 ? now : mono_add(now, span_ms(MIN(ms, PAUSE_LAST_MS)));
	p->deaths++;
}

static void forget(struct process *p)
{
	if (p->watch)
		g_source_remove(p->watch);
	p->watch = 0;
	channel_free(p->channel);
	p->channel = NULL;
	if (p->pidfd >= 0)
		(void)close(p->pidfd);
	p->pidfd = -1;
	p->pid = 0;
	p->ready = false;
}

static gboolean on_death(gint fd, GIOCondition condition, gpointer data)
{
	struct process *p = data;
	int status = 0;
	(void)fd, (void)condition;
	if (waitpid(p->pid, &status, WNOHANG) == 0)
		return G_SOURCE_CONTINUE;
	p->watch = 0; // GLib removes the source after this return
	end_session(p);
	plan_restart(p);
	say_death(p, status);
	forget(p);
	p->owner->events.lost(p->owner->events.context, p->kind);
	return G_SOURCE_REMOVE;
}

/* The worker has closed its end, so it cannot answer any more: kill it.  on_death follows. */
static void on_closed(void *context)
{
	struct process *p = context;
	if (p->pid > 0)
		(void)kill(p->pid, SIGKILL);
}

// --- start ---

/* Returns the environment of a worker: the variables that its libraries and the name resolution need. */
static char **environment(void)
{
	static const char *const names[] = {"PATH", "HOSTNAME", "TZ", "LOCALDOMAIN", "RES_OPTIONS", "SSL_CERT_FILE",
		"SSL_CERT_DIR", "OPENSSL_CONF", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH", "ORACLE_HOME",
		"TNS_ADMIN"};
	char **list = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_getenv(names[i]))
			list = g_environ_setenv(list, names[i], g_getenv(names[i]), TRUE);
	// no library may read settings or passwords of a user
	return g_environ_setenv(list, "HOME", "/nonexistent", TRUE);
}

/* Start a worker in its own session, so that the processes that its commands leave behind can be found, and with
 * default signal handling. */
static int run(pid_t *pid, enum worker_kind kind, int fd)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	char *argv[] = {(char *)"ldirectord", (char *)WORKER_ARGUMENT, (char *)worker_names[kind], NULL};
	char **envp = environment();
	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawn_file_actions_init(&actions); // these fail only without memory, and then the spawn fails too
	(void)posix_spawnattr_init(&attributes);
	int failed = posix_spawn_file_actions_adddup2(&actions, fd, WORKER_SOCKET);
	if (!failed)
		failed = posix_spawn_file_actions_addclosefrom_np(&actions, WORKER_SOCKET + 1);
	if (!failed)
		failed = posix_spawn_file_actions_addchdir_np(&actions, "/");
	if (!failed)
		failed = posix_spawnattr_setflags(
			&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (!failed)
		failed = posix_spawnattr_setsigmask(&attributes, &none);
	if (!failed)
		failed = posix_spawnattr_setsigdefault(&attributes, &all);
	if (!failed)
		failed = posix_spawn(pid, "/proc/self/exe", &actions, &attributes, argv, envp);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	g_strfreev(envp);
	return failed;
}

/* Returns 0 or an errno. */
static int launch(struct process *p)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return errno;
	/* The descriptor must not have the number of the worker's socket, because exec would then close it. */
	int high = ends[1] > WORKER_SOCKET ? ends[1] : fcntl(ends[1], F_DUPFD_CLOEXEC, WORKER_SOCKET + 1);
	int failed = high < 0 ? errno : run(&p->pid, p->kind, high);
	if (!failed) {
		p->pidfd = (int)syscall(SYS_pidfd_open, p->pid, 0); // pidfd_open sets close-on-exec
		failed = p->pidfd < 0 ? errno : 0;
		if (failed) { // a process that cannot be watched must not continue to run
			(void)kill(p->pid, SIGKILL);
			(void)waitpid(p->pid, NULL, 0);
		}
	}
	if (high >= 0 && high != ends[1])
		(void)close(high);
	(void)close(ends[1]);
	if (failed) {
		p->pid = 0;
		(void)close(ends[0]);
		return failed;
	}
	p->watch = g_unix_fd_add(p->pidfd, G_IO_IN, on_death, p);
	p->channel = channel_new(
		ends[0], &(struct channel_ends){.message = on_message, .closed = on_closed, .context = p});
	return 0;
}

/* Returns true when the process runs. */
static bool ensure(struct process *p)
{
	struct mono now = mono_now();
	if (p->pid > 0)
		return true;
	if (!mono_reached(now, p->not_before))
		return false;
	p->started = now;
	int failed = launch(p);
	if (!failed)
		return true;
	char line[200];
	(void)snprintf(line, sizeof line, "The process for %s cannot be started: %s", duties[p->kind], strerror(failed));
	ldlog_rarely(&p->trouble, line);
	plan_restart(p);
	p->not_before = mono_add(now, span_ms(PAUSE_FIRST_MS));
	return false;
}

// --- orders ---

enum worker_kind workers_kind(enum lb_check_type type, enum lb_service service)
{
	bool program = type == LB_CHECK_EXTERNAL || type == LB_CHECK_EXTERNAL_PERL ||
		       (type == LB_CHECK_NEGOTIATE && service == LB_ORACLE);
	return program ? WORKER_PROGRAMS : WORKER_NETWORK;
}

void workers_prepare(struct workers *w, enum worker_kind kind)
{
	(void)ensure(&w->processes[kind]); // a failure is logged, and the first check tries again
}

bool workers_starting(const struct workers *w)
{
	for (int kind = 0; kind < WORKER_KINDS; kind++)
		if (w->processes[kind].pid > 0 && !w->processes[kind].ready)
			return true;
	return false;
}

bool workers_start(struct workers *w, uint32_t id, const struct check_plan *plan)
{
	struct process *p = &w->processes[workers_kind(plan->type, plan->v->service)];
	struct worker_order order = {.id = id};
	static uint8_t message[CHANNEL_MESSAGE_MAX];
	struct writer out = writer_over(message, sizeof order + PLAN_WIRE_MAX);
	if (!ensure(p))
		return false;
	writer_bytes(&out, (struct bytes){(const uint8_t *)&order, sizeof order});
	if (plan_wire_put(&out, plan))
		channel_send(p->channel, writer_done(&out));
	else // the plan is too long: the worker reports that
		channel_send(p->channel, (struct bytes){message, sizeof order});
	return true;
}

void workers_cancel(struct workers *w, uint32_t id, enum worker_kind kind)
{
	struct worker_order order = {.id = id, .stop = 1};
	if (w->processes[kind].channel)
		channel_send(w->processes[kind].channel, (struct bytes){(const uint8_t *)&order, sizeof order});
}

void workers_kill(struct workers *w, enum worker_kind kind, const char *why)
{
	struct process *p = &w->processes[kind];
	if (p->pid <= 0)
		return;
	ldlog("The process for %s is ended: %s", duties[kind], why);
	(void)kill(p->pid, SIGKILL);
}

// --- life ---

struct workers *workers_new(const struct workers_events *events)
{
	struct workers *w = g_new0(struct workers, 1);
	w->events = *events;
	for (int kind = 0; kind < WORKER_KINDS; kind++)
		w->processes[kind] = (struct process){.owner = w, .kind = (enum worker_kind)kind, .pidfd = -1};
	return w;
}

/* Wait for a worker, which has seen the end of its socket and now ends the processes that it has started. */
static void end(struct process *p, struct mono deadline)
{
	if (p->pid <= 0)
		return;
	struct pollfd ended = {.fd = p->pidfd, .events = POLLIN};
	int64_t left = span_to_ms(mono_since(deadline, mono_now()));
	if (poll(&ended, 1, left > 0 ? (int)left : 0) <= 0) {
		(void)kill(p->pid, SIGKILL);
		end_session(p);
	}
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	forget(p);
}

void workers_free(struct workers *w)
{
	if (!w)
		return;
	struct mono deadline = mono_add(mono_now(), span_ms(END_MS));
	for (int kind = 0; kind < WORKER_KINDS; kind++) {
		struct process *p = &w->processes[kind];
		channel_free(p->channel);
		p->channel = NULL;
		if (kind == WORKER_NETWORK && p->pid > 0) // this worker has started no processes
			(void)kill(p->pid, SIGKILL);
	}
	for (int kind = 0; kind < WORKER_KINDS; kind++)
		end(&w->processes[kind], deadline);
	g_free(w);
}
