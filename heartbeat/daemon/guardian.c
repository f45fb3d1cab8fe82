// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/guardian.h"

#include <errno.h>
#include <fcntl.h>
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

enum { RESTARTS_MAX = 5, RESTARTS_WINDOW_MS = 60000, BACKOFF_MS = 1000 };

struct guardian {
	struct configuration *files;
	struct holdings *holdings;
	int debug;
	bool foreground;
	pid_t engine;
	int alive[2]; /* the engine holds the reading end: end of file there is our death */
	bool ending;  /* an operator asked for the end: do not start again */
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
	process_title("heartbeat: engine");
	struct engine_config config = {.configuration = g->files, .holdings = g->holdings, .adopt_in_time = in_time, .guardian_fd = g->alive[0],
	                               .ready_fd = ready_fd, .debug = g->debug, .foreground = g->foreground};
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

/* --- its death --- */

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

static void pause_ms(int64_t ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	(void)nanosleep(&t, NULL); /* a signal cuts it short: as good */
}

/* The engine is gone and must not be: start a new one. */
static bool recover(struct guardian *g, const char *how, int number)
{
	struct mono now = mono_now();
	bool too_often = dies_too_often(g, now), in_time = is_in_time(g, now) && !too_often;
	log_at(LOG_LEVEL_CRIT, "Emergency: the engine process ended unexpectedly (%s %d) while %u group(s) ran here; %s", how, number, g->holdings->count,
	       in_time ? "a new one goes on with them at once"
	       : too_often ? "it died too often: everything is released before a new one starts"
	                   : "too late to be sure that the other node has not taken over: everything is released first");
	if (!in_time) {
		(void)holdings_release_addresses(g->holdings, g->files->resources);
		pause_ms(BACKOFF_MS);
	}
	return start_engine(g, in_time, -1);
}

/* Start an engine and wait for its word: the exit code of its start, 0 when it runs.  EXIT_OTHER: it died without a word. */
static int start_engine_and_wait(struct guardian *g, bool in_time)
{
	int ready[2];
	uint8_t byte = EXIT_OTHER;
	if (pipe2(ready, O_CLOEXEC) != 0 || !start_engine(g, in_time, ready[1]))
		return EXIT_OTHER;
	(void)close(ready[1]);
	while (read(ready[0], &byte, 1) < 0 && errno == EINTR)
		;
	(void)close(ready[0]);
	return byte;
}

/* New files, or the old ones when the new do not work here: a medium that cannot be opened is found out by opening it. */
static bool reload(struct guardian *g)
{
	struct configuration *old = g->files, *fresh = configuration_load();
	if (!fresh)
		return start_engine(g, true, -1);
	g->files = fresh;
	logging_open(fresh, g->debug, g->foreground);
	configuration_tell_unserved(fresh);
	if (start_engine_and_wait(g, true) == 0) {
		configuration_free(old);
		return true;
	}
	int status;
	while (waitpid(g->engine, &status, 0) < 0 && errno == EINTR)
		;
	g->files = old;
	configuration_free(fresh);
	logging_open(old, g->debug, g->foreground);
	log_at(LOG_LEVEL_ERROR, "the new files cannot be used on this machine (see above): the old ones stay in use");
	return start_engine(g, true, -1);
}

/* What follows the end of the engine.  True: it runs again; false: *code is ours. */
static bool engine_ended(struct guardian *g, int status, int *code)
{
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_OTHER;
	if (WIFEXITED(status) && *code == ENGINE_STOPPED)
		return false;
	if (WIFEXITED(status) && *code == ENGINE_RELOAD)
		return reload(g);
	if (g->ending) {
		(void)holdings_release_addresses(g->holdings, g->files->resources);
		return false;
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
			(void)kill(g->engine, number); /* our child until we reap it: the number cannot be another's */
		}
	}
}

/* The first engine decides whether the start succeeded; a later one is restarted whatever happens. */
static int first_start(struct guardian *g, int ready_fd)
{
	bool left = holdings_recall(g->holdings);
	if (left) {
		log_at(LOG_LEVEL_WARN, "%s says that a killed daemon left %u group(s) behind: released before we join", PATH_HOLDINGS, g->holdings->count);
		(void)holdings_release_addresses(g->holdings, g->files->resources);
	}
	uint8_t byte = (uint8_t)start_engine_and_wait(g, false);
	if (ready_fd >= 0) {
		if (write(ready_fd, &byte, 1) != 1)
			log_at(LOG_LEVEL_WARN, "the starting process is gone");
		(void)close(ready_fd);
	}
	return byte;
}

int guardian_run(const struct guardian_config *config)
{
	struct guardian g = {.files = config->files, .debug = config->debug, .foreground = config->foreground};
	sigset_t set;
	watched_signals(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	g.holdings = holdings_new();
	if (!g.holdings || pipe2(g.alive, O_CLOEXEC) != 0) {
		log_at(LOG_LEVEL_ERROR, "cannot prepare the guardian: %s", strerror(errno));
		return EXIT_OTHER;
	}
	process_write_pid();
	process_title("heartbeat: guardian");
	int code = first_start(&g, config->ready_fd);
	if (code == 0) {
		if (!g.foreground)
			process_release_terminal();
		logging_open(g.files, g.debug, g.foreground);
		code = watch(&g);
	}
	process_remove_pid();
	configuration_free(g.files);
	return code;
}
