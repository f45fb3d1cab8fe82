// SPDX-License-Identifier: MIT
#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/spawn_private.h"

unsigned spawn_grace_ms = SPAWN_KILL_GRACE_MS;

// --- end ---

static void spawn_stop_timer(struct spawn *s)
{
	if (s->timer)
		(void)g_source_remove(s->timer);
	s->timer = 0;
}

static void spawn_free(struct spawn *s)
{
	if (s->exit_source)
		(void)g_source_remove(s->exit_source);
	if (s->pidfd >= 0)
		(void)close(s->pidfd);
	g_free(s);
}

/* Release the slot.  It stays taken while a process of a killed group may still run, so that a later process can kill
 * the group again. */
static void forget_group(struct spawn *s)
{
	if (s->group && s->stage != STAGE_GIVEN_UP)
		process_groups_release(s->group);
	if (s->stage != STAGE_GIVEN_UP)
		s->group = NULL;
}

static void spawn_report(struct spawn *s, enum spawn_end end, int code)
{
	forget_group(s);
	spawn_stop_timer(s);
	spawn_stream_drain(&s->out);
	spawn_stream_drain(&s->err);
	spawn_report_dropped(s, true);
	s->result.end = end;
	s->result.code = code;
	s->result.took = mono_since(mono_now(), s->started);
	s->result.output[s->captured] = '\0';
	s->done(s->context, &s->result);
}

/* Checks whether the child has ended.  Does not reap it, so that no other process can get its number, which is also the
 * number of the group.
 * Returns 1: it has ended; 0: it runs; -1 with errno: unknown. */
static int spawn_ended(const struct spawn *s, siginfo_t *info)
{
	memset(info, 0, sizeof(*info)); // POSIX allows si_pid to be unchanged when no child has ended
	if (waitid(P_PIDFD, (id_t)s->pidfd, info, WEXITED | WNOHANG | WNOWAIT) != 0)
		return -1;
	return info->si_pid != 0;
}

static void spawn_signal(const struct spawn *s, int signal)
{
	(void)kill(-s->pid, signal); // ESRCH: all processes of the group have ended already
}

static gboolean child_ready(gint fd, GIOCondition condition, gpointer data)
{
	struct spawn *s = data;
	siginfo_t info;
	(void)fd;
	(void)condition;
	int ended = spawn_ended(s, &info);
	if (ended == 0)
		return G_SOURCE_CONTINUE; // a debugger holds the child
	int why = errno;
	s->exit_source = 0; // GLib removes the source after this return
	if (ended > 0) {
		// Kill the group before the child is reaped: afterwards another group may have this number.
		if (s->stage != STAGE_RUNNING || s->kills_rest)
			spawn_signal(s, SIGKILL);
		siginfo_t reaped;
		// spawn_ended has shown that it can be reaped
		(void)waitid(P_PIDFD, (id_t)s->pidfd, &reaped, WEXITED | WNOHANG);
		s->pid = 0;
	}
	if (s->stage == STAGE_GIVEN_UP) {
		if (s->group)
			process_groups_release(s->group);
		spawn_free(s);
		return G_SOURCE_REMOVE;
	}
	if (ended < 0) // another function has reaped it, or SIGCHLD is ignored: its exit status is lost
		spawn_report(s, SPAWN_FAILED, why);
	else if (s->stage != STAGE_RUNNING)
		spawn_report(s, SPAWN_TIMED_OUT, 0);
	else
		spawn_report(s, info.si_code == CLD_EXITED ? SPAWN_EXITED : SPAWN_SIGNALED, info.si_status);
	spawn_free(s);
	return G_SOURCE_REMOVE;
}

// --- deadline ---

static gboolean timer_fired(gpointer data);

static void spawn_enter(struct spawn *s, enum spawn_stage stage)
{
	s->stage = stage;
	spawn_stop_timer(s);
	s->timer = g_timeout_add(s->grace_ms, timer_fired, s);
}

static void spawn_terminate(struct spawn *s)
{
	spawn_enter(s, STAGE_TERMINATING);
	spawn_signal(s, SIGTERM);
	spawn_signal(s, SIGCONT); // a stopped process gets SIGTERM only after SIGCONT
}

static gboolean timer_fired(gpointer data)
{
	struct spawn *s = data;
	siginfo_t info;
	s->timer = 0; // GLib removes the source after this return
	switch (s->stage) {
	case STAGE_RUNNING:
		// When the child has ended in time and this timer is late, its exit status counts: child_ready runs in
		// this iteration or the next.
		if (spawn_ended(s, &info) == 0)
			spawn_terminate(s);
		break;
	case STAGE_TERMINATING:
		spawn_enter(s, STAGE_KILLED);
		spawn_signal(s, SIGKILL);
		break;
	case STAGE_KILLED:
		// The child hangs in the kernel (a dead disk or file server).  The cluster does not wait for it.
		s->stage = STAGE_GIVEN_UP;
		spawn_report(s, SPAWN_TIMED_OUT, 0);
		break;
	case STAGE_GIVEN_UP:
		break;
	}
	return G_SOURCE_REMOVE;
}

void spawn_cancel(struct spawn *s)
{
	if (s->pid > 0 && s->stage == STAGE_RUNNING)
		spawn_terminate(s);
}

void spawn_cancel_within(struct spawn *s, struct span grace)
{
	if (s->pid <= 0 || s->stage == STAGE_GIVEN_UP)
		return;
	s->grace_ms = (guint)span_to_ms(grace);
	if (s->stage == STAGE_KILLED)
		spawn_enter(s, STAGE_KILLED);
	else
		spawn_terminate(s);
}

// --- start ---

/* Move a descriptor above the standard ones.  If this process was started without them, a new descriptor could get the
 * number of a standard one, and the child's dup2 would overwrite it.  Returns 0 or errno; after an error *fd is
 * closed. */
static int lift(int *fd)
{
	if (*fd > STDERR_FILENO)
		return 0;
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), why = errno;
	(void)close(*fd);
	*fd = high;
	return high < 0 ? why : 0;
}

static int make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) != 0)
		return errno;
	int failed = lift(&ends[1]);
	if (failed) {
		(void)close(ends[0]);
		return failed;
	}
	// Only our end is non-blocking: the child must block on output when we read slowly.
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
		int why = errno;
		(void)close(ends[0]);
		(void)close(ends[1]);
		return why;
	}
	return 0;
}

/* Write the whole text to a file in memory before the child starts, so that we need not wait for a program that does
 * not read.
 * *fd -1: there is no text. */
static int make_input(const char *text, int *fd)
{
	*fd = -1;
	if (!text)
		return 0;
	*fd = memfd_create("stdin", MFD_CLOEXEC);
	if (*fd < 0)
		return errno;
	int failed = lift(fd);
	if (failed)
		return failed;
	for (size_t len = strlen(text), done = 0; done < len;) {
		ssize_t n = write(*fd, &text[done], len - done);
		if (n < 0 && errno != EINTR) {
			failed = errno;
			(void)close(*fd);
			return failed;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	(void)lseek(*fd, 0, SEEK_SET); // cannot fail on a file in memory
	return 0;
}

/* Start the child and open its pidfd.  Returns 0 or errno; the caller owns the descriptors. */
static int start(struct spawn *s, const struct spawn_request *request, struct spawn_standard fds)
{
	pid_t pid = 0;
	int failed = spawn_child(&pid, request, fds);
	if (failed)
		return failed;
	s->pidfd = (int)syscall(SYS_pidfd_open, pid, 0); // pidfd_open sets close-on-exec
	if (s->pidfd < 0) {
		// A child that cannot be watched must not continue to run.
		failed = errno;
		(void)kill(-pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		return failed;
	}
	s->pid = pid;
	return 0;
}

static int open_and_start(struct spawn *s, const struct spawn_request *request)
{
	int in, out[2], err[2];
	int failed = make_pipe(out);
	if (failed)
		return failed;
	failed = make_pipe(err);
	if (failed) {
		(void)close(out[0]);
		(void)close(out[1]);
		return failed;
	}
	s->out.fd = out[0];
	s->err.fd = err[0];
	failed = make_input(request->input, &in);
	if (!failed)
		failed = start(s, request, (struct spawn_standard){in, out[1], err[1]});
	else
		in = -1;
	if (in >= 0)
		(void)close(in);
	(void)close(out[1]); // nothing was written through them
	(void)close(err[1]);
	return failed;
}

static gboolean report_failure(gpointer data)
{
	struct spawn *s = data;
	s->timer = 0; // GLib removes the source after this return
	spawn_report(s, SPAWN_FAILED, s->result.code);
	spawn_free(s);
	return G_SOURCE_REMOVE;
}

static void watch(struct spawn *s, struct span deadline)
{
	spawn_stream_watch(&s->out);
	spawn_stream_watch(&s->err);
	s->exit_source = g_unix_fd_add(s->pidfd, G_IO_IN, child_ready, s);
	if (deadline.ns > 0) {
		int64_t ms = span_to_ms((struct span){deadline.ns - 1}) + 1; // rounded up: never early
		s->timer = g_timeout_add(ms < INT_MAX ? (guint)ms : INT_MAX, timer_fired, s);
	}
}

struct spawn *spawn_start(const struct spawn_request *request)
{
	// without memory GLib prints a message and ends the process, as everywhere in the main loop
	struct spawn *s = g_new0(struct spawn, 1);
	s->line = request->line;
	s->done = request->done;
	s->context = request->context;
	s->group = request->group;
	s->kills_rest = request->bound && !request->leaves_rest;
	s->pidfd = -1;
	s->grace_ms = request->grace.ns > 0 ? (guint)span_to_ms(request->grace) : spawn_grace_ms;
	s->dropped = request->dropped;
	if (request->lasting_name) // a long one is cut
		(void)bytes_to_text(bytes_of(request->lasting_name), s->lasting_name, sizeof(s->lasting_name));
	struct output_budget *budget = request->dropped ? &s->budget : NULL;
	s->out = (struct spawn_stream){.owner = s, .fd = -1, .output = {.budget = budget}};
	s->err = (struct spawn_stream){.owner = s, .fd = -1, .is_stderr = true, .output = {.budget = budget}};
	s->started = mono_now();
	s->result.code = open_and_start(s, request);
	if (s->result.code == 0)
		watch(s, request->deadline);
	else
		s->timer = g_idle_add_full(G_PRIORITY_DEFAULT, report_failure, s, NULL);
	return s;
}
