// SPDX-License-Identifier: MIT
/* The command line of the simulator.  It runs one seed, a range of seeds or a plan, and can print a trace, save the
 * plan and shrink it. */
#include "tests/sim/sim.h"

#include <getopt.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { JOBS_MAX = 64, TWICE_EVERY = 50, REPORTED_MAX = 12 };

struct options {
	const char *profile, *plan, *save, *program;
	uint64_t seed, from, count, seconds;
	unsigned jobs;
	bool one, trace, shrink, first, explain;
};

/* What the workers share with their parent. */
struct board {
	uint64_t current[JOBS_MAX]; /* the seed that the worker runs; also known after the worker has died */
	bool busy[JOBS_MAX];
	uint64_t seeds[JOBS_MAX], failed[JOBS_MAX];
	struct statistics statistics[JOBS_MAX];
};

static const char usage[] =
	"usage: sim --seed N | --from N --count M [--jobs J] [--seconds S] [--stop-at-first] | --plan FILE\n"
	"           [--profile NAME] [--trace] [--explain] [--save FILE] [--shrink]\n"
	"profiles: %s\n";

static void print_plan_origin(FILE *out, const struct options *o, const struct plan *p)
{
	if (o->plan != NULL)
		fprintf(out, "replay: %s --plan %s --trace\n", o->program, o->plan);
	else
		fprintf(out, "replay: %s --seed %lld --profile %s --trace\n", o->program, (long long)p->set[SET_SEED],
			p->profile);
}

/* Print everything that a reader needs if there is no other output. */
static void print_failure(FILE *out, const struct options *o, const struct plan *p, const struct verdict *v)
{
	fprintf(out, "FAILED seed %lld profile %s version %s: %s at %.6f s: %s\n", (long long)p->set[SET_SEED],
		p->profile, VERSION, v->invariant, (double)v->at / 1e9, v->text);
	if (strcmp(v->invariant, "S12 no-crash") != 0 || v->at != 0) {
		struct trace *t = trace_new(false, NULL);
		struct verdict again;
		world_run(p, t, false, &again);
		trace_dump(t, out);
		trace_free(t);
	}
	print_plan_origin(out, o, p);
}

/* Run a plan once, or twice: two runs of the same plan must take the same actions. */
static void run_seed(const struct plan *p, bool twice, struct verdict *v)
{
	world_run(p, NULL, twice, v);
	if (!twice || v->invariant[0] != '\0')
		return;
	struct verdict again;
	world_run(p, NULL, true, &again);
	if (again.hash != v->hash) {
		(void)snprintf(v->invariant, sizeof v->invariant, "D1 determinism");
		(void)snprintf(v->text, sizeof v->text, "two runs took different actions: %016llx and %016llx",
			(unsigned long long)v->hash, (unsigned long long)again.hash);
	}
}

static void add(struct statistics *sum, const struct statistics *s)
{
	sum->events += s->events;
	sum->datagrams += s->datagrams;
	sum->starts += s->starts;
	sum->stops += s->stops;
	sum->moves += s->moves;
	sum->boots += s->boots;
	sum->excused += s->excused;
	sum->simulated += s->simulated;
}

static double seconds_now(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- one plan --------------------------------------------------------------------------------- */

static int run_one(const struct options *o, struct plan *p)
{
	struct verdict v;
	run_apart(p, true, &v);
	if (o->explain) {
		static struct explainer e = {.observer.see = explain_row};
		struct verdict again;
		e.out = stdout;
		p->observer = &e.observer;
		world_run(p, NULL, false, &again);
		p->observer = NULL;
	}
	if (o->trace) {
		struct trace *t = trace_new(true, stdout);
		struct verdict again;
		world_run(p, t, false, &again);
		trace_free(t);
	}
	if (v.invariant[0] == '\0') {
		printf("ok: %.0f s simulated, %llu datagrams, %llu starts, %llu stops, %llu moves, hash %016llx\n",
			(double)v.statistics.simulated / 1e9, (unsigned long long)v.statistics.datagrams,
			(unsigned long long)v.statistics.starts, (unsigned long long)v.statistics.stops,
			(unsigned long long)v.statistics.moves, (unsigned long long)v.hash);
		return 0;
	}
	if (o->shrink) {
		size_t before = p->count;
		unsigned runs = shrink(p, &v);
		run_apart(p, true, &v);
		printf("# shrunk from %zu faults to %zu in %u runs\n# %s: %s\n", before, p->count, runs, v.invariant,
			v.text);
		plan_print(p, stdout);
	}
	if (o->save != NULL) {
		int status = plan_save(p, o->save);
		if (status != 0)
			fprintf(stderr, "%s: %s\n", o->save, strerror(-status));
	}
	if (!o->trace)
		print_failure(stdout, o, p, &v);
	else
		printf("FAILED: %s at %.6f s: %s\n", v.invariant, (double)v.at / 1e9, v.text);
	return 1;
}

/* --- many seeds --------------------------------------------------------------------------------- */

static void report(const struct options *o, const struct plan *p, const struct verdict *v)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	if (out == NULL)
		abort();
	print_failure(out, o, p, v);
	(void)fclose(out);
	for (size_t done = 0; done < len;) { /* in one write if possible, so that two workers do not mix their lines */
		ssize_t put = write(STDOUT_FILENO, text + done, len - done);
		if (put <= 0)
			break;
		done += (size_t)put;
	}
	free(text);
}

static void work(const struct options *o, struct board *b, unsigned job, uint64_t first, double until)
{
	static struct plan p;
	for (uint64_t seed = first; seed < o->from + o->count && seconds_now() < until; seed += o->jobs) {
		struct verdict v;
		b->current[job] = seed;
		b->busy[job] = true;
		(void)alarm(60);
		(void)plan_draw(&p, seed, o->profile);
		run_seed(&p, seed % TWICE_EVERY == 0, &v);
		b->busy[job] = false;
		b->seeds[job]++;
		add(&b->statistics[job], &v.statistics);
		if (v.invariant[0] != '\0') {
			if (b->failed[job]++ < REPORTED_MAX)
				report(o, &p, &v);
			else
				printf("FAILED seed %llu: %s\n", (unsigned long long)seed, v.invariant);
			if (o->first)
				break;
		}
	}
	(void)fflush(stdout);
}

static pid_t start_worker(const struct options *o, struct board *b, unsigned job, uint64_t first, double until)
{
	(void)fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		abort();
	if (pid == 0) {
		work(o, b, job, first, until);
		_exit(0);
	}
	return pid;
}

/* When a worker aborts, start another worker, which continues after the seed of the failure. */
static void watch_workers(const struct options *o, struct board *b, pid_t *pids, double until)
{
	unsigned running = o->jobs;
	while (running > 0) {
		int status;
		pid_t pid = wait(&status);
		unsigned job = 0;
		while (job < o->jobs && pids[job] != pid)
			job++;
		if (pid < 0)
			break;
		if (job == o->jobs)
			continue;
		if (status == 0 || !b->busy[job]) {
			running--;
			continue;
		}
		printf("FAILED seed %llu: S12 no-crash: the run was ended by %s %d\nreplay: %s --seed %llu --profile %s --trace\n",
			(unsigned long long)b->current[job], WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), o->program,
			(unsigned long long)b->current[job], o->profile);
		b->seeds[job]++;
		b->failed[job]++;
		if (o->first) {
			running--;
			continue;
		}
		pids[job] = start_worker(o, b, job, b->current[job] + o->jobs, until);
	}
}

static int run_many(const struct options *o)
{
	struct board *b = mmap(NULL, sizeof *b, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (b == MAP_FAILED)
		abort();
	double started = seconds_now(), until = o->seconds > 0 ? started + (double)o->seconds : started + 1e9;
	pid_t pids[JOBS_MAX];
	for (unsigned job = 0; job < o->jobs; job++)
		pids[job] = start_worker(o, b, job, o->from + job, until);
	watch_workers(o, b, pids, until);
	struct statistics sum = {0};
	uint64_t seeds = 0, failed = 0;
	for (unsigned job = 0; job < o->jobs; job++) {
		add(&sum, &b->statistics[job]);
		seeds += b->seeds[job];
		failed += b->failed[job];
	}
	double hours = (double)sum.simulated / 3600e9, took = seconds_now() - started;
	printf("%llu seeds, %.1f cluster-hours in %.1f s: %.1f cluster-hours per second on %u jobs; %llu events, %llu datagrams, %llu starts, %llu stops, "
	       "%llu moves, %llu boots, %llu groups excused\n",
		(unsigned long long)seeds, hours, took, hours / took, o->jobs, (unsigned long long)sum.events,
		(unsigned long long)sum.datagrams, (unsigned long long)sum.starts, (unsigned long long)sum.stops,
		(unsigned long long)sum.moves, (unsigned long long)sum.boots, (unsigned long long)sum.excused);
	printf("%llu passed, %llu failed\n", (unsigned long long)(seeds - failed), (unsigned long long)failed);
	return failed == 0 ? 0 : 1;
}

/* --- options ---------------------------------------------------------------------------------------- */

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);
	if (*text == '\0' || *end != '\0') {
		fprintf(stderr, "sim: \"%s\" is not a number\n", text);
		exit(2);
	}
	return value;
}

static void parse_options(struct options *o, int argc, char **argv)
{
	static const struct option known[] = {{"seed", 1, NULL, 's'}, {"from", 1, NULL, 'f'}, {"count", 1, NULL, 'c'},
		{"jobs", 1, NULL, 'j'}, {"seconds", 1, NULL, 'S'}, {"plan", 1, NULL, 'p'}, {"profile", 1, NULL, 'P'},
		{"trace", 0, NULL, 't'}, {"save", 1, NULL, 'w'}, {"shrink", 0, NULL, 'k'},
		{"stop-at-first", 0, NULL, '1'}, {"explain", 0, NULL, 'e'}, {NULL, 0, NULL, 0}};
	*o = (struct options){.profile = "two-node", .program = argv[0], .jobs = 1, .count = 1};
	int letter;
	while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (letter) {
		case 's': o->seed = number(optarg); o->one = true; break;
		case 'f': o->from = number(optarg); break;
		case 'c': o->count = number(optarg); break;
		case 'j': o->jobs = (unsigned)number(optarg); break;
		case 'S': o->seconds = number(optarg); break;
		case 'p': o->plan = optarg; break;
		case 'P': o->profile = optarg; break;
		case 't': o->trace = true; break;
		case 'e': o->explain = true; break;
		case 'w': o->save = optarg; break;
		case 'k': o->shrink = true; break;
		case '1': o->first = true; break; /* each worker ends at its first failure */
		default: fprintf(stderr, usage, plan_profiles()); exit(2);
		}
	}
	if (optind != argc || o->jobs < 1 || o->jobs > JOBS_MAX) {
		fprintf(stderr, usage, plan_profiles());
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static struct plan p;
	struct options o;
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 30); /* a boot allocates and frees 3 MiB: keep this memory, */
	(void)mallopt(M_TRIM_THRESHOLD, 1 << 30); /* or page faults take half of the time */
	parse_options(&o, argc, argv);
	if (!plan_draw(&p, o.seed, o.profile)) {
		fprintf(stderr, "sim: no profile \"%s\"; there are: %s\n", o.profile, plan_profiles());
		return 2;
	}
	if (o.plan != NULL) {
		int status = plan_load(&p, o.plan);
		if (status != 0) {
			fprintf(stderr, "sim: %s: %s\n", o.plan, strerror(-status));
			return 2;
		}
	}
	if (o.plan == NULL && !o.one)
		return run_many(&o);
	if (o.save != NULL && !o.shrink) {
		int status = plan_save(&p, o.save);
		if (status != 0) {
			fprintf(stderr, "sim: %s: %s\n", o.save, strerror(-status));
			return 2;
		}
	}
	return run_one(&o, &p);
}
