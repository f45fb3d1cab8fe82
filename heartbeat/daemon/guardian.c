// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/daemon/engine.h"
#include "heartbeat/daemon/holdings.h"
#include "heartbeat/daemon/logging.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/process.h"
#include "lib/log.h"
#include "lib/mono.h"

enum { START_SILENT = 78 }; /* beside the exit codes of paths.h and ENGINE_RELOAD */
enum { RESTARTS_MAX = 5, RESTARTS_WINDOW_MS = 60000, BACKOFF_MS = 1000 };

struct guardian {
	struct configuration *files;
	struct holdings *holdings;
	int debug;
	bool foreground;
	pid_t engine;
	int alive[2]; /* the engine holds the reading end: end of file there is our death */
	int ready_fd; /* to the starting process; -1: start result already sent */
	bool ending;  /* an operator requested the stop: do not start an engine again */
	struct mono deaths[RESTARTS_MAX];
	unsigned next_death;
};

static const int forwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2};

static void watched_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
		sigaddset(set, forwarded[i]);
}

/* --- the engine as a child --- */

static void run_engine(struct guardian *g, bool in_time, int ready_fd)
{
	(void)close(g->alive[1]); /* signals stay blocked until the engine can take them */
	if (g->ready_fd >= 0)
		/* else the starting process would wait for us after the guardian has died */
		(void)close(g->ready_fd);
	process_title("heartbeat: engine");
	struct engine_config config = {.configuration = g->files,
		.holdings = g->holdings,
		.adopt_in_time = in_time,
		.guardian_fd = g->alive[0],
		.ready_fd = ready_fd,
		.foreground = g->foreground};
	int code = engine_run(&config);
	log_flush();
	_exit(code);
}

static bool start_engine(struct guardian *g, bool in_time, int ready_fd)
{
	log_flush();
	g->engine = fork();
	if (g->engine == 0)
		run_engine(g, in_time, ready_fd);
	if (g->engine < 0)
		log_at(LOG_LEVEL_CRIT, "cannot start the engine: fork: %s", strerror(errno));
	return g->engine > 0;
}

/* Kill and reap the engine.  Does nothing when there is none. */
static void end_engine(struct guardian *g)
{
	int status;
	if (g->engine <= 0)
		return;
	(void)kill(g->engine, SIGKILL);
	while (waitpid(g->engine, &status, 0) < 0 && errno == EINTR)
		;
	g->engine = 0;
}

/* --- unexpected end of the engine --- */

static bool dies_too_often(struct guardian *g, struct mono now)
{
	struct mono oldest = g->deaths[g->next_death];
	g->deaths[g->next_death] = now;
	g->next_death = (g->next_death + 1) % RESTARTS_MAX;
	return !mono_is_never(oldest) && mono_since(now, oldest).ns < span_ms(RESTARTS_WINDOW_MS).ns;
}

static bool is_in_time(const struct guardian *g, struct mono now)
{
	struct mono beat = {g->holdings->last_beat_ns};
	return !mono_is_never(beat) && mono_since(now, beat).ns < g->files->conf->deadtime.ns / 2;
}

/* May a new engine keep the running groups? */
static bool may_go_on(const struct guardian *g)
{
	return g->holdings->count == 0 || is_in_time(g, mono_now());
}

/* Take pending signals.  True when one of them requests the stop. */
static bool asked_to_end(void)
{
	sigset_t set;
	struct timespec none = {0};
	int number;
	bool asked = false;
	watched_signals(&set);
	while ((number = sigtimedwait(&set, NULL, &none)) > 0)
		asked = asked || number == SIGTERM || number == SIGINT;
	return asked;
}

static void pause_ms(int64_t ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	(void)nanosleep(&t, NULL); /* a signal may end it early, which is harmless */
}

/* Time in which the peer certainly does not take over our groups.  A new engine that keeps them must run by then. */
static int ms_left(const struct guardian *g)
{
	struct mono until = {g->holdings->last_beat_ns + g->files->conf->deadtime.ns / 4 * 3};
	int64_t ms = span_to_ms(mono_since(until, mono_now()));
	return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

/* Read the start result of the engine, an exit code, into *byte.  False, after a log message, when the engine sends
 * nothing or is late. */
static bool hear_engine(const struct guardian *g, bool in_time, int fd, uint8_t *byte)
{
	struct pollfd word = {.fd = fd, .events = POLLIN};
	ssize_t got;
	if (in_time && g->holdings->count > 0 && poll(&word, 1, ms_left(g)) == 0) {
		log_at(LOG_LEVEL_CRIT,
			"the new engine is late (a slow machine?): the other node may take over what runs here, so it is released first");
		return false;
	}
	do
		got = read(fd, byte, 1);
	while (got < 0 && errno == EINTR);
	if (got != 1)
		log_at(LOG_LEVEL_CRIT, "the engine process did not report the result of its start: %s",
			got < 0 ? strerror(errno) : "it died (out of memory?)");
	return got == 1;
}

/* Start an engine and wait for the exit code of its start; 0: it runs.  With any other code no engine is left.
 * START_SILENT: it sent nothing, or was late. */
static int start_engine_and_wait(struct guardian *g, bool in_time)
{
	int ready[2];
	uint8_t byte = EXIT_OTHER;
	if (pipe2(ready, O_CLOEXEC) != 0) {
		log_at(LOG_LEVEL_CRIT, "cannot start the engine: pipe: %s", strerror(errno));
		return START_SILENT;
	}
	bool started = start_engine(g, in_time, ready[1]);
	(void)close(ready[1]);
	int code = started && hear_engine(g, in_time, ready[0], &byte) ? byte : START_SILENT;
	(void)close(ready[0]);
	if (code != 0)
		end_engine(g);
	return code;
}

/* Start an engine, and repeat until one runs: without an engine no process stops the groups that run here.  False only
 * when an operator requested the stop. */
static bool start_engine_at_last(struct guardian *g, bool in_time)
{
	if (in_time ? start_engine_and_wait(g, true) == 0 : start_engine(g, false, -1))
		return true;
	log_at(LOG_LEVEL_CRIT, "the addresses are released, and starting an engine is tried again every second");
	(void)holdings_release_addresses(g->holdings, g->files->resources);
	do {
		pause_ms(BACKOFF_MS);
		g->ending = g->ending || asked_to_end();
	} while (!g->ending && !start_engine(g, false, -1));
	return !g->ending;
}

/* The engine ended unexpectedly: start a new one. */
static bool recover(struct guardian *g, const char *how, int number)
{
	struct mono now = mono_now();
	bool too_often = dies_too_often(g, now), in_time = is_in_time(g, now) && !too_often;
	log_at(LOG_LEVEL_CRIT,
		"Emergency: the engine process ended unexpectedly (%s %d) while %u group(s) ran here; %s", how, number,
		g->holdings->count,
		in_time ? "a new one goes on with them at once"
		: too_often
			? "it died too often: everything is released before a new one starts"
			: "too late to be sure that the other node has not taken over: everything is released first");
	if (!in_time) {
		(void)holdings_release_addresses(g->holdings, g->files->resources);
		pause_ms(BACKOFF_MS);
	}
	return start_engine_at_last(g, in_time);
}

/* Continue with the old files.  When it is too late to keep the groups, release the addresses first, because the
 * scripts of an engine are slower and the other node does not wait. */
static bool go_back(struct guardian *g)
{
	bool in_time = may_go_on(g);
	if (!in_time)
		(void)holdings_release_addresses(g->holdings, g->files->resources);
	return start_engine_at_last(g, in_time);
}

/* Start an engine with the new files, or with the old ones when it fails: for example, only opening a medium shows that
 * it cannot be opened. */
static bool reload(struct guardian *g)
{
	struct configuration *old = g->files, *fresh = configuration_load();
	if (!fresh)
		return go_back(g);
	g->files = fresh;
	logging_open(fresh, g->debug, g->foreground, true);
	configuration_tell_unserved(fresh);
	int code = may_go_on(g) ? start_engine_and_wait(g, true) : START_SILENT;
	if (code == 0 || code == START_SILENT) { /* START_SILENT does not mean that the files are bad */
		configuration_free(old);
		if (code != 0)
			(void)holdings_release_addresses(g->holdings, fresh->resources);
		return code == 0 || start_engine_at_last(g, false);
	}
	g->files = old;
	configuration_free(fresh);
	logging_open(old, g->debug, g->foreground, true);
	log_at(LOG_LEVEL_ERROR, "the new files cannot be used on this machine (see above): the old ones stay in use");
	return go_back(g);
}

/* The engine died while it stopped the groups: a new one stops the rest. */
static bool finish(struct guardian *g)
{
	log_at(LOG_LEVEL_CRIT, "the engine process died while it was stopping; a new one stops what is left");
	if (!start_engine(g, false, -1))
		return false;
	(void)kill(g->engine, SIGTERM); /* blocked in the engine until it can handle it */
	return true;
}

/* React to the end of the engine.  True: an engine runs again; false: the guardian exits with *code. */
static bool engine_ended(struct guardian *g, int status, int *code)
{
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_OTHER;
	if (WIFEXITED(status) && *code == ENGINE_STOPPED)
		return false;
	if (WIFEXITED(status) && *code == ENGINE_RELOAD)
		return reload(g);
	if (g->ending) {
		(void)holdings_release_addresses(g->holdings, g->files->resources);
		return !dies_too_often(g, mono_now()) && finish(g);
	}
	return recover(g, WIFEXITED(status) ? "exit code" : "signal", WIFEXITED(status) ? *code : WTERMSIG(status));
}

/* --- the watch --- */

static bool reap(struct guardian *g, int *code)
{
	int status;
	pid_t pid;
	bool goes_on = true;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == g->engine)
			goes_on = engine_ended(g, status, code);
	return goes_on;
}

static int watch(struct guardian *g)
{
	sigset_t set;
	watched_signals(&set);
	int code = EXIT_OTHER;
	for (;;) {
		int number = sigwaitinfo(&set, NULL);
		if (number == SIGCHLD) {
			if (!reap(g, &code))
				return code;
		} else if (number > 0) {
			g->ending = g->ending || number == SIGTERM || number == SIGINT;
			if (number == SIGHUP)
				log_reopen(); /* as the engine does: logs may have been rotated */
			(void)kill(g->engine, number); /* unreaped child: the pid is still its own */
		}
	}
}

/* The first engine decides whether the start succeeded; a later one is restarted whatever happens. */
static int first_start(struct guardian *g)
{
	bool left = holdings_recall(g->holdings);
	if (left) {
		log_at(LOG_LEVEL_WARN, "%s says that a killed daemon left %u group(s) behind: released before we join",
			PATH_HOLDINGS, g->holdings->count);
		(void)holdings_release_addresses(g->holdings, g->files->resources);
	}
	int code = start_engine_and_wait(g, false);
	uint8_t byte = code == START_SILENT ? EXIT_OTHER : (uint8_t)code;
	if (byte != 0)
		/* it may have started groups before it failed */
		(void)holdings_release_addresses(g->holdings, g->files->resources);
	if (g->ready_fd >= 0) {
		if (write(g->ready_fd, &byte, 1) != 1)
			log_at(LOG_LEVEL_WARN, "cannot report the result of the start to the starting process: %s",
				strerror(errno));
		(void)close(g->ready_fd);
		g->ready_fd = -1;
	}
	return byte;
}

int guardian_run(const struct guardian_config *config)
{
	struct guardian g = {.files = config->files,
		.debug = config->debug,
		.foreground = config->foreground,
		.ready_fd = config->ready_fd};
	sigset_t set;
	watched_signals(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	g.holdings = holdings_new();
	if (!g.holdings || pipe2(g.alive, O_CLOEXEC) != 0) {
		log_at(LOG_LEVEL_ERROR, "cannot prepare the guardian: %s", strerror(errno));
		return EXIT_OTHER;
	}
	if (!process_write_pid()) {
		process_remove_pid(); /* without our pid in the file, -k cannot stop us */
		return EXIT_OTHER;
	}
	process_title("heartbeat: guardian");
	logging_open(g.files, g.debug, true, true); /* the engine shares it */
	int code = first_start(&g);
	if (code == 0) {
		if (!g.foreground) {
			process_release_terminal();
			log_to_stderr(false);
		}
		code = watch(&g);
	}
	process_remove_pid();
	configuration_free(g.files);
	log_close();
	return code;
}
