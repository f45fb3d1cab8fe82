// SPDX-License-Identifier: MIT
/* Runs programs that the configuration names, in the background. */
#include "ldirectord/check/program.h"
#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/log/ldlog.h"

enum { SITE_PROGRAM_MS = 60000 };

/* Nothing waits for the program, but a failure is logged. */
static void on_end(void *context, const struct spawn_result *r)
{
	char *name = context;
	if (r->end == SPAWN_FAILED)
		ldlog("%s cannot be started: %s", name, g_strerror(r->code));
	else if (r->end == SPAWN_TIMED_OUT)
		ldlog("%s took longer than %d s and was killed", name, SITE_PROGRAM_MS / 1000);
	else if (r->code != 0)
		ldlog("%s %s %d", name, r->end == SPAWN_EXITED ? "ended with status" : "was ended by signal", r->code);
	g_free(name);
}

void run_site_program(const char *name, char *const words[])
{
	struct program program;
	char why[512];
	if (!program_prepare(words, &program, why, sizeof why)) {
		ldlog("%s cannot be started: %s", name, why);
		return;
	}
	feed_site_program(program.path, program.argv, NULL, on_end, g_strdup(name));
	program_free(&program);
}

void feed_site_program(const char *path, char *const argv[], const char *input,
	void (*done)(void *context, const struct spawn_result *result), void *context)
{
	char *search = g_strdup_printf("PATH=%s", program_search_path());
	char *const envp[] = {search, NULL};
	(void)spawn_start(&(struct spawn_request){.path = path,
		.argv = argv,
		.envp = envp,
		.input = input,
		.deadline = span_ms(SITE_PROGRAM_MS),
		.done = done,
		.context = context});
	g_free(search);
}
