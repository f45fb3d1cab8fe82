// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/check/check.h"
#include "ldirectord/check/plan_wire.h"
#include "ldirectord/daemon/channel.h"
#include "ldirectord/daemon/process_tree.h"

/* The user "nobody" of every Linux; the kernel itself uses this number for users that cannot be mapped. */
enum { NOBODY = 65534, GRACE_MS = 200, KILL_ROUNDS = 50 };

const char *const worker_names[WORKER_KINDS] = {[WORKER_NETWORK] = "network", [WORKER_PROGRAMS] = "programs"};

struct worker {
	struct channel *channel;
	GMainLoop *loop;
	GHashTable *running; /* id to struct task */
	GArray *zombies;     /* the zombies that were found a second ago; NULL: none */
};

struct task {
	struct worker *worker;
	uint32_t id;
	struct check *check;
};

// --- checks ---

static void answer(struct worker *w, uint32_t id, const struct check_outcome *o)
{
	struct worker_verdict v = {.id = id, .up = o->up, .share = o->share};
	(void)g_strlcpy(v.why, o->why, sizeof v.why); // cut when it is long
	channel_send(w->channel, (struct bytes){(const uint8_t *)&v, sizeof v});
}

static void on_done(void *context, const struct check_outcome *o)
{
	struct task *t = context;
	answer(t->worker, t->id, o);
	(void)g_hash_table_remove(t->worker->running, GUINT_TO_POINTER(t->id)); // frees it
}

static void start(struct worker *w, uint32_t id, struct bytes bytes)
{
	struct plan_taken *taken = g_new(struct plan_taken, 1);
	if (plan_wire_take(bytes, taken)) {
		struct task *t = g_new0(struct task, 1);
		*t = (struct task){.worker = w, .id = id};
		(void)g_hash_table_insert(w->running, GUINT_TO_POINTER(id), t);
		t->check = check_start(NULL, &taken->plan, on_done, t);
	} else {
		const char *why = bytes.len == 0 ? "the texts of this check have more than 60000 bytes"
						 : "the worker process cannot read a check that the daemon sent; restart ldirectord";
		answer(w, id, &(struct check_outcome){.why = why});
	}
	g_free(taken);
}

static void cancel(struct worker *w, uint32_t id)
{
	struct task *t = g_hash_table_lookup(w->running, GUINT_TO_POINTER(id));
	if (!t)
		return; // the check has just ended
	check_cancel(t->check);
	(void)g_hash_table_remove(w->running, GUINT_TO_POINTER(id));
}

static void on_message(void *context, struct bytes message)
{
	struct worker *w = context;
	struct worker_order order;
	if (message.len < sizeof order)
		return;
	memcpy(&order, message.at, sizeof order);
	if (order.stop)
		cancel(w, order.id);
	else
		start(w, order.id, (struct bytes){message.at + sizeof order, message.len - sizeof order});
}

static void on_closed(void *context)
{
	struct worker *w = context;
	g_main_loop_quit(w->loop);
}

// --- rights ---

/* Drop all capabilities from the bounding set, so that no program that we start can get one.  This must be called
 * before the process loses the right to do so. */
static void forbid_capabilities(void)
{
	for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++)
		; // fails after the last capability, or without the right to drop it
}

/* Returns 0 or -errno. */
static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {{0}, {0}};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_capset, &head, none) != 0)
		return -errno;
	return 0;
}

/* Returns 0 or -errno. */
static int become_nobody(void)
{
	if (geteuid() != 0) // the daemon itself has no rights
		return 0;
	bool done = setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
		    setresuid(NOBODY, NOBODY, NOBODY) == 0;
	return done ? 0 : -errno;
}

/* Let the kernel kill this process when the daemon ends, even if this process is busy.  The setting is lost when the
 * user of the process changes. */
static bool end_with_parent(pid_t parent)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

/* Limit the rights of the worker for the network.  Returns false with the reason in why when that is not possible.
 * Returns true with a reason when the worker runs, but with more rights than it should have. */
static bool limit_network(pid_t parent, char *why, size_t cap)
{
	check_open_sockets();
	forbid_capabilities();
	int user = become_nobody(), capabilities = drop_capabilities();
	if (user < 0) // a container may have no such user
		(void)snprintf(why, cap, "it runs as root without capabilities, as it cannot become nobody: %s",
			strerror(-user));
	if (capabilities < 0)
		(void)snprintf(why, cap, "the capabilities cannot be given up: %s", strerror(-capabilities));
	return capabilities == 0 && end_with_parent(parent);
}

static bool prepare(enum worker_kind kind, pid_t parent, char *why, size_t cap)
{
	const char *failed = "";
	(void)prctl(PR_SET_NAME, kind == WORKER_NETWORK ? "ldirectord net" : "ldirectord run");
	if (kind == WORKER_NETWORK) {
		if (!limit_network(parent, why, cap))
			return false;
	} else if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
		/* Orphans of check commands become our children; otherwise we could not find them. */
		(void)snprintf(why, cap, "what check commands leave behind cannot be found: %s", strerror(errno));
		return false;
	}
	if (check_init(&failed))
		return true;
	(void)snprintf(why, cap, "%s", failed);
	return false;
}

// --- orphans ---

static bool contains(const GArray *pids, pid_t pid)
{
	for (guint i = 0; pids && i < pids->len; i++)
		if (g_array_index(pids, pid_t, i) == pid)
			return true;
	return false;
}

/* Reap the orphans of check commands, which became our children.  lib/spawn reaps the command itself at once, because
 * it needs the exit status; so only a process that has been dead for a second is an orphan. */
static gboolean reap_orphans(gpointer data)
{
	struct worker *w = data;
	siginfo_t one = {0};
	bool any = waitid(P_ALL, 0, &one, WEXITED | WNOHANG | WNOWAIT) == 0 && one.si_pid != 0;
	GArray *now = any ? process_tree_zombies(getpid()) : NULL;
	for (guint i = 0; now && i < now->len; i++) {
		pid_t pid = g_array_index(now, pid_t, i);
		if (contains(w->zombies, pid))
			(void)waitpid(pid, NULL, WNOHANG); // the process has ended
	}
	if (w->zombies)
		g_array_free(w->zombies, TRUE);
	w->zombies = now;
	return G_SOURCE_CONTINUE;
}

// --- the end ---

/* Ignore signals to the whole group or service, which are meant for the daemon: this process ends when the daemon
 * ends. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE};
	for (size_t i = 0; i < G_N_ELEMENTS(ignored); i++)
		(void)signal(ignored[i], SIG_IGN);
}

static void reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* End the processes that check commands have left behind: first with SIGTERM, then with SIGKILL. */
static void end_descendants(void)
{
	const struct timespec pause = {.tv_nsec = 10 * 1000000};
	size_t left = process_tree_signal(getpid(), 0, SIGTERM);
	for (int ms = 0; left > 0 && ms < GRACE_MS; ms += 10) {
		(void)nanosleep(&pause, NULL);
		reap();
		left = process_tree_signal(getpid(), 0, 0);
	}
	for (int i = 0; left > 0 && i < KILL_ROUNDS; i++) { // a process may fork during this loop
		left = process_tree_signal(getpid(), 0, SIGKILL);
		(void)nanosleep(&pause, NULL);
		reap();
	}
}

int worker_main(const char *name)
{
	enum worker_kind kind = strcmp(name, worker_names[WORKER_PROGRAMS]) == 0 ? WORKER_PROGRAMS : WORKER_NETWORK;
	pid_t parent = getppid();
	struct worker w = {.loop = g_main_loop_new(NULL, FALSE),
		.running = g_hash_table_new_full(NULL, NULL, NULL, g_free)};
	char why[WORKER_WHY_MAX] = "";
	(void)fcntl(WORKER_SOCKET, F_SETFD, FD_CLOEXEC); // no program may inherit the socket
	ignore_signals();
	w.channel = channel_new(WORKER_SOCKET,
		&(struct channel_ends){.message = on_message, .closed = on_closed, .context = &w});
	bool good = prepare(kind, parent, why, sizeof why);
	answer(&w, WORKER_ITSELF, &(struct check_outcome){.up = good, .why = why});
	if (!good)
		return EXIT_FAILURE;
	if (kind == WORKER_PROGRAMS)
		(void)g_timeout_add_seconds(1, reap_orphans, &w);
	g_main_loop_run(w.loop);
	if (kind == WORKER_PROGRAMS)
		end_descendants();
	return EXIT_SUCCESS; // the process ends, so nothing need be released
}
