// SPDX-License-Identifier: MIT
/* Makes a failing plan smaller: fewer faults, a shorter storm, simpler settings, round numbers.  It first tries to
 * leave out half of the faults, then a quarter, and at last one fault at a time.
 * Each fault is one line with its start and its end.  Therefore a cut and its end, a crash and the boot stay
 * together. */
#include "tests/sim/sim.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUN_SECONDS_MAX = 60 };

static void died(struct verdict *verdict, int status)
{
	memset(verdict, 0, sizeof *verdict);
	(void)snprintf(verdict->invariant, sizeof verdict->invariant, "S12 no-crash");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		(void)snprintf(verdict->text, sizeof verdict->text, "the run did not end within %d s of real time",
			RUN_SECONDS_MAX);
	else if (WIFSIGNALED(status))
		(void)snprintf(verdict->text, sizeof verdict->text, "ended by signal %d", WTERMSIG(status));
	else
		(void)snprintf(verdict->text, sizeof verdict->text, "ended with status %d", WEXITSTATUS(status));
}

void run_apart(const struct plan *p, bool hashing, struct verdict *verdict)
{
	int pipe_ends[2];
	(void)fflush(NULL);
	if (pipe(pipe_ends) != 0)
		abort();
	pid_t child = fork();
	if (child < 0)
		abort();
	if (child == 0) {
		(void)alarm(RUN_SECONDS_MAX);
		world_run(p, NULL, hashing, verdict);
		_exit(write(pipe_ends[1], verdict, sizeof *verdict) == (ssize_t)sizeof *verdict ? 0 : 1);
	}
	(void)close(pipe_ends[1]);
	ssize_t got = read(pipe_ends[0], verdict, sizeof *verdict);
	(void)close(pipe_ends[0]);
	int status = 0;
	while (waitpid(child, &status, 0) != child)
		continue;
	if (got != (ssize_t)sizeof *verdict || status != 0)
		died(verdict, status);
}

/* --- what the shrinker tries ---------------------------------------------------------------- */

struct shrinker {
	struct plan best;
	char invariant[32];
	unsigned runs;
};

/* Keep the candidate when it breaks the same rule. */
static bool try_plan(struct shrinker *s, const struct plan *candidate)
{
	struct verdict verdict;
	s->runs++;
	run_apart(candidate, false, &verdict);
	if (strcmp(verdict.invariant, s->invariant) != 0)
		return false;
	s->best = *candidate;
	return true;
}

static bool try_without(struct shrinker *s, size_t first, size_t count)
{
	struct plan candidate = s->best;
	memmove(&candidate.faults[first], &candidate.faults[first + count],
		(candidate.count - first - count) * sizeof *candidate.faults);
	candidate.count -= count;
	return try_plan(s, &candidate);
}

static void drop_faults(struct shrinker *s)
{
	for (size_t chunk = (s->best.count + 1) / 2; chunk > 0; chunk /= 2) {
		for (size_t first = 0; first < s->best.count;) {
			size_t count = first + chunk <= s->best.count ? chunk : s->best.count - first;
			if (!try_without(s, first, count))
				first += count;
		}
	}
}

static void try_setting(struct shrinker *s, enum setting what, int64_t value)
{
	if (s->best.set[what] == value)
		return;
	struct plan candidate = s->best;
	candidate.set[what] = value;
	(void)try_plan(s, &candidate);
}

static void drop_groups(struct shrinker *s)
{
	while (s->best.set[SET_GROUPS] > 1) {
		struct plan candidate = s->best;
		candidate.set[SET_GROUPS]--;
		for (size_t i = 0; i < candidate.count; i++)
			if (candidate.faults[i].group >= candidate.set[SET_GROUPS])
				candidate.faults[i].group = -1;
		if (!try_plan(s, &candidate))
			return;
	}
}

static void simplify_settings(struct shrinker *s)
{
	static const struct {
		enum setting what;
		int64_t value;
	} simple[] = {{SET_MEDIA, 1}, {SET_LOOP, 0}, {SET_PING, 0}, {SET_SHA1, 0}, {SET_NETSTRING, 0}, {SET_BURY, -1},
		{SET_PPM0, 0}, {SET_PPM1, 0}, {SET_BOOT0, 0}, {SET_BOOT1, 0}, {SET_BOOT1, 1000}, {SET_START_MAX, 20},
		{SET_STOP_MAX, 20}, {SET_HOMES, 0}};
	for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
		if (simple[i].what != SET_MEDIA || s->best.set[SET_MEDIA] > 1)
			try_setting(s, simple[i].what, simple[i].value);
	drop_groups(s);
	for (int64_t storm = 10000; storm < s->best.set[SET_STORM]; storm *= 2)
		try_setting(s, SET_STORM, storm);
}

static void round_times(struct shrinker *s, int64_t unit)
{
	for (size_t i = 0; i < s->best.count; i++) {
		struct plan candidate = s->best;
		candidate.faults[i].at_ms -= candidate.faults[i].at_ms % unit;
		if (candidate.faults[i].at_ms != s->best.faults[i].at_ms)
			(void)try_plan(s, &candidate);
		candidate = s->best;
		candidate.faults[i].span_ms -= candidate.faults[i].span_ms % unit;
		if (candidate.faults[i].span_ms != s->best.faults[i].span_ms)
			(void)try_plan(s, &candidate);
	}
}

unsigned shrink(struct plan *p, const struct verdict *verdict)
{
	static struct shrinker s;
	s = (struct shrinker){.best = *p};
	(void)snprintf(s.invariant, sizeof s.invariant, "%s", verdict->invariant);
	size_t before;
	do {
		before = s.best.count;
		drop_faults(&s);
	} while (s.best.count < before);
	simplify_settings(&s);
	drop_faults(&s);
	round_times(&s, 1000);
	round_times(&s, 100);
	*p = s.best;
	return s.runs;
}
