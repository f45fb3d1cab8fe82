// SPDX-License-Identifier: MIT
/* Failure injection in one process.  Every life of lives.c runs once with a failure of the first call of a family, once
 * with a failure of the second call, and so on, until it has no more calls.  Each time it must return an error with a
 * text, or the same result as without a failure.  It must never crash, hang, return an error without a text, or lose
 * memory or descriptors.
 * When an allocation of GLib fails, GLib prints a message and ends the process: this is by design, and the guardian
 * handles it.
 * Each try is a separate process.  Prints TAP. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/fault/fault.h"
#include "tests/fault/lives.h"

enum { TRIES_MAX = 20000, HANG_S = 120, COMPLAINTS_MAX = 10 };

/* The result of a try, in shared memory. */
struct report {
	bool fired, ended;
	enum life_end end;
	uint64_t result;
	long memory;
	int files;
	char call[32], caller[64];
};

static struct report *report;

static int open_files(void)
{
	int count = 0;
	DIR *d = opendir("/proc/self/fd");
	while (d && readdir(d))
		count++;
	if (d)
		(void)closedir(d);
	return count;
}

static _Noreturn void try(const struct life *life, enum fault_family family, unsigned n)
{
	uint64_t result = 0, unused = 0;
	(void)alarm(HANG_S);
	if (!freopen("/dev/null", "w", stdout) || (n > 0 && !freopen("/dev/null", "w", stderr)))
		_exit(9);
	(void)life->run(&unused); /* libraries take their permanent memory now */
	int files = open_files();
	fault_by_place(life->by_place);
	fault_arm(family, n);
	enum life_end end = life->run(&result);
	fault_pause(false);
	report->memory = fault_memory();
	report->fired = fault_disarm();
	report->end = end;
	report->result = result;
	report->files = open_files() - files;
	report->ended = true;
	_exit(0);
}

/* Run one try; returns its wait status. */
static int play(const struct life *life, enum fault_family family, unsigned n)
{
	int status = 0;
	memset(report, 0, sizeof *report);
	(void)fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		fault_report_to(
			&report->fired, report->call, sizeof report->call, report->caller, sizeof report->caller);
		try(life, family, n);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("core_fault");
		exit(1);
	}
	return status;
}

/* Returns what is wrong with the report; NULL: nothing. */
static const char *judge(int status, const struct report *plain)
{
	static char text[160];
	bool glib = strstr(report->caller, "libglib") != NULL;
	if (!report->ended) {
		glib = glib && WIFSIGNALED(status) && (WTERMSIG(status) == SIGTRAP || WTERMSIG(status) == SIGABRT);
		if (glib)
			return NULL;
		(void)snprintf(text, sizeof text, WIFSIGNALED(status) ? "killed by signal %d" : "exit status %d",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		return text;
	}
	if (report->memory != 0 && !glib) /* the first warning of GLib allocates memory that GLib keeps */
		(void)snprintf(text, sizeof text, "%ld pieces of memory are not freed", report->memory);
	else if (report->files != 0)
		(void)snprintf(text, sizeof text, "%d descriptors are not closed", report->files);
	else if (report->end == LIFE_SILENT)
		return "an error without a text";
	else if (report->end == LIFE_DONE && report->result != plain->result)
		return "it reports success, but the result is not the same as without the failure";
	else
		return NULL;
	return text;
}

static bool sweep(const struct life *life, enum fault_family family)
{
	struct report plain;
	unsigned bad = 0, refused = 0, deaths = 0, n;
	int status = play(life, family, 0);
	plain = *report;
	if (status != 0 || !plain.ended || plain.end != LIFE_DONE || plain.memory != 0 || plain.files != 0) {
		printf("not ok - %s, without a failure: status %d, end %d; %ld pieces of memory and %d descriptors are lost\n",
			life->name, status, (int)plain.end, plain.memory, plain.files);
		return false;
	}
	for (n = 1; n <= TRIES_MAX; n++) {
		status = play(life, family, n);
		if (report->ended && !report->fired)
			break;
		const char *wrong = judge(status, &plain);
		refused += report->ended && report->end == LIFE_REFUSED;
		deaths += !report->ended;
		if (wrong && bad++ < COMPLAINTS_MAX)
			printf("# %s: %s number %u (%s, called by %s): %s\n", life->name, fault_family_name(family), n,
				report->call, report->caller, wrong);
	}
	bad += n == 1; /* there was no call that could fail: the table of lives is wrong */
	printf("%s - %s: each of %u calls of the family %s fails once: %u refused, %u the end of the process (GLib), %u made no difference\n",
		bad || n > TRIES_MAX ? "not ok" : "ok", life->name, n - 1, fault_family_name(family), refused, deaths,
		n - 1 - refused - deaths);
	return bad == 0 && n <= TRIES_MAX;
}

int main(int argc, char **argv)
{
	bool good = true;
	unsigned count = 0;
	report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	(void)snprintf(life_directory, sizeof life_directory, "/tmp/heartbeat-fault-XXXXXX");
	if (report == MAP_FAILED || !mkdtemp(life_directory)) {
		perror("core_fault");
		return 1;
	}
	tzset(); /* now the C library allocates the time zone, which would look like a leak in a life */
	for (unsigned i = 0; i < life_count; i++)
		for (unsigned family = 0; family < FAULT_FAMILIES; family++)
			if (lives[i].families & (1u << family) && (argc < 2 || strstr(lives[i].name, argv[1]))) {
				good &= sweep(&lives[i], (enum fault_family)family);
				count++;
			}
	char command[128];
	(void)snprintf(command, sizeof command, "rm -rf '%s'", life_directory);
	good &= system(command) == 0 && count > 0;
	return good ? 0 : 1;
}
