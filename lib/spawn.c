// SPDX-License-Identifier: MIT
#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/spawn_output.h"
#include "lib/spawn_private.h"

enum {
	/* Output is read in small parts and at a lower priority than everything else in the main loop: a script that
	 * prints without end must not make the engine late. */
	TURN_BYTES = 4096,
	STREAM_PRIORITY = G_PRIORITY_DEFAULT + 10,
};

unsigned spawn_grace_ms = SPAWN_KILL_GRACE_MS;

/* One of the two pipes. */
struct stream {
	struct spawn *owner;
	int fd; /* read end, -1: closed */
	guint source;
	bool is_stderr;
	struct spawn_lines lines;
};

enum stage {
	STAGE_RUNNING,
	STAGE_TERMINATING, /* SIGTERM sent */
	STAGE_KILLED,      /* SIGKILL sent */
	STAGE_GIVEN_UP,    /* it did not end after SIGKILL: reported already, must still be reaped */
};

struct spawn {
	void (*line)(void *context, bool is_stderr, const char *line);
	void (*done)(void *context, const struct spawn_result *result);
	void *context;
	enum stage stage;
	pid_t pid;
	int pidfd;
	guint exit_source;
	guint timer;
	struct stream out, err;
	struct mono started;
	size_t captured;
	struct spawn_result result;
};

// --- output ---

static void stream_line(void *context, const char *line)
{
	const struct stream *t = context;
	if (t->owner->line)
		t->owner->line(t->owner->context, t->is_stderr, line);
}

/* Read once, at most max bytes.  Returns how many, 0 at the end of the stream, -1 when there is nothing now. */
static ssize_t stream_read(struct stream *t, size_t max)
{
	char data[TURN_BYTES];
	ssize_t n = read(t->fd, data, max < sizeof(data) ? max : sizeof(data));
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? -1 : 0;
	struct bytes got = {(const uint8_t *)data, (size_t)n};
	if (!t->is_stderr)
		spawn_capture(t->owner->result.output, sizeof(t->owner->result.output), &t->owner->captured, got);
	spawn_lines_take(&t->lines, got, stream_line, t);
	return n;
}

static void stream_close(struct stream *t)
{
	spawn_lines_end(&t->lines, stream_line, t);
	if (t->source)
		(void)g_source_remove(t->source);
	t->source = 0;
	if (t->fd >= 0)
		(void)close(t->fd); // only read
	t->fd = -1;
}

static gboolean stream_ready(gint fd, GIOCondition condition, gpointer data)
{
	struct stream *t = data;
	(void)fd;
	(void)condition;
	if (stream_read(t, TURN_BYTES) != 0)
		return G_SOURCE_CONTINUE;
	t->source = 0; // goes with the return
	stream_close(t);
	return G_SOURCE_REMOVE;
}

/* After the exit of the child: read only what is in the pipe now.  A daemon that the child started may still hold the
 * other end, and may write without end. */
static void stream_drain(struct stream *t)
{
	int left = 0;
	if (t->fd >= 0 && ioctl(t->fd, FIONREAD, &left) == 0) {
		while (left > 0) {
			ssize_t n = stream_read(t, (size_t)left);
			if (n <= 0)
				break;
			left -= (int)n;
		}
	}
	stream_close(t);
}

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

static void spawn_report(struct spawn *s, enum spawn_end end, int code)
{
	spawn_stop_timer(s);
	stream_drain(&s->out);
	stream_drain(&s->err);
	s->result.end = end;
	s->result.code = code;
	s->result.took = mono_since(mono_now(), s->started);
	s->result.output[s->captured] = '\0';
	s->done(s->context, &s->result);
}

/* Has the child ended?  It is not reaped yet, so that no other process can get its number, which is also the group's.
 * 1: yes, 0: not yet, -1 with errno: unknown. */
static int spawn_ended(const struct spawn *s, siginfo_t *info)
{
	memset(info, 0, sizeof(*info)); // POSIX allows si_pid to be unchanged when no child has ended
	if (waitid(P_PIDFD, (id_t)s->pidfd, info, WEXITED | WNOHANG | WNOWAIT) != 0)
		return -1;
	return info->si_pid != 0;
}

static void spawn_signal(const struct spawn *s, int signal)
{
	(void)kill(-s->pid, signal); // ESRCH: all processes of the group are gone already
}

static gboolean child_ready(gint fd, GIOCondition condition, gpointer data)
{
	struct spawn *s = data;
	siginfo_t info;
	(void)fd;
	(void)condition;
	int ended = spawn_ended(s, &info);
	if (ended == 0)
		return G_SOURCE_CONTINUE; // held by a debugger
	int why = errno;
	s->exit_source = 0; // goes with the return
	if (ended > 0) {
		// Before the child is reaped: afterwards another group may have this number.
		if (s->stage != STAGE_RUNNING)
			spawn_signal(s, SIGKILL);
		siginfo_t reaped;
		(void)waitid(P_PIDFD, (id_t)s->pidfd, &reaped, WEXITED | WNOHANG); // known to be there
		s->pid = 0;
	}
	if (s->stage == STAGE_GIVEN_UP) {
		spawn_free(s);
		return G_SOURCE_REMOVE;
	}
	if (ended < 0) // reaped elsewhere, or SIGCHLD is ignored: its exit status is lost
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

static void spawn_enter(struct spawn *s, enum stage stage)
{
	s->stage = stage;
	spawn_stop_timer(s);
	s->timer = g_timeout_add(spawn_grace_ms, timer_fired, s);
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
	s->timer = 0; // goes with the return
	switch (s->stage) {
	case STAGE_RUNNING:
		// When it has ended in time and we are late, its exit status counts: child_ready runs in this turn or
		// the next.
		if (spawn_ended(s, &info) == 0)
			spawn_terminate(s);
		break;
	case STAGE_TERMINATING:
		spawn_enter(s, STAGE_KILLED);
		spawn_signal(s, SIGKILL);
		break;
	case STAGE_KILLED:
		// It hangs in the kernel (a dead disk or file server).  The cluster does not wait for it.
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

// --- start ---

/* Move a descriptor above the standard ones.  A process that was started without those could get the number of one, and
 * the child's dup2 would overwrite it.  Returns 0 or errno; after an error *fd is closed. */
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
	// Only our end: the child must block on output when we are slow.
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
		int why = errno;
		(void)close(ends[0]);
		(void)close(ends[1]);
		return why;
	}
	return 0;
}

/* Put the whole text into a file in memory before the child starts: we need not wait for a program that does not read.
 * *fd -1: no text. */
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

/* The child's descriptors 0, 1 and 2; in -1: /dev/null. */
struct standard {
	int in, out, err;
};

static int set_up_actions(posix_spawn_file_actions_t *actions, const struct spawn_request *request, struct standard fds)
{
	int failed = posix_spawn_file_actions_adddup2(actions, fds.out, STDOUT_FILENO);
	if (!failed)
		failed = posix_spawn_file_actions_adddup2(actions, fds.err, STDERR_FILENO);
	if (!failed)
		failed = fds.in >= 0
		                 ? posix_spawn_file_actions_adddup2(actions, fds.in, STDIN_FILENO)
		                 : posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!failed)
		failed = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	if (!failed)
		failed = posix_spawn_file_actions_addchdir_np(actions, request->directory ? request->directory : "/");
	return failed;
}

/* The child gets its own group, and no signal is blocked or ignored: a script must not inherit the signal settings of
 * the engine. */
static int set_up_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	int failed = posix_spawnattr_setflags(
		attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (!failed)
		failed = posix_spawnattr_setpgroup(attributes, 0);
	if (!failed)
		failed = posix_spawnattr_setsigmask(attributes, &none);
	if (!failed)
		failed = posix_spawnattr_setsigdefault(attributes, &all);
	return failed;
}

static int run(pid_t *pid, const struct spawn_request *request, struct standard fds)
{
	static char *const nothing[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int failed = posix_spawn_file_actions_init(&actions);
	if (failed)
		return failed;
	failed = posix_spawnattr_init(&attributes);
	if (failed)
		goto out_actions;
	failed = set_up_actions(&actions, request, fds);
	if (!failed)
		failed = set_up_attributes(&attributes);
	if (!failed)
		failed = posix_spawn(pid, request->path, &actions, &attributes, request->argv,
			request->envp ? request->envp : nothing);
	(void)posix_spawnattr_destroy(&attributes);
out_actions:
	(void)posix_spawn_file_actions_destroy(&actions);
	return failed;
}

/* Start the child and get hold of it.  Returns 0 or errno; the descriptors are the caller's. */
static int start(struct spawn *s, const struct spawn_request *request, struct standard fds)
{
	pid_t pid = 0;
	int failed = run(&pid, request, fds);
	if (failed)
		return failed;
	s->pidfd = (int)syscall(SYS_pidfd_open, pid, 0); // close-on-exec by itself
	if (s->pidfd < 0) {
		// A child that cannot be watched must not go on by itself.
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
		failed = start(s, request, (struct standard){in, out[1], err[1]});
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
	s->timer = 0; // goes with the return
	spawn_report(s, SPAWN_FAILED, s->result.code);
	spawn_free(s);
	return G_SOURCE_REMOVE;
}

static void watch(struct spawn *s, struct span deadline)
{
	s->out.source = g_unix_fd_add_full(STREAM_PRIORITY, s->out.fd, G_IO_IN, stream_ready, &s->out, NULL);
	s->err.source = g_unix_fd_add_full(STREAM_PRIORITY, s->err.fd, G_IO_IN, stream_ready, &s->err, NULL);
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
	s->pidfd = -1;
	s->out = (struct stream){.owner = s, .fd = -1};
	s->err = (struct stream){.owner = s, .fd = -1, .is_stderr = true};
	s->started = mono_now();
	s->result.code = open_and_start(s, request);
	if (s->result.code == 0)
		watch(s, request->deadline);
	else
		s->timer = g_idle_add_full(G_PRIORITY_DEFAULT, report_failure, s, NULL);
	return s;
}
