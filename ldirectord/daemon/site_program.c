// SPDX-License-Identifier: MIT
/* Programs that the configuration names, in the background. */
#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/ldlog.h"

enum { SITE_PROGRAM_MS = 60000 };

/* Nothing waits for the program, but a failure is logged. */
static void on_end(void *context, const struct spawn_result *r)
{
	char *path = context;
	if (r->end == SPAWN_FAILED)
		ldlog("%s cannot be started: %s", path, g_strerror(r->code));
	else if (r->end == SPAWN_TIMED_OUT)
		ldlog("%s took longer than %d s: ended", path, SITE_PROGRAM_MS / 1000);
	else if (r->code != 0)
		ldlog("%s %s %d", path, r->end == SPAWN_EXITED ? "ended with status" : "was ended by signal", r->code);
	g_free(path);
}

void run_site_program(const char *path, char *const argv[])
{
	feed_site_program(path, argv, NULL, on_end, g_strdup(path));
}

void feed_site_program(const char *path, char *const argv[], const char *input,
	void (*done)(void *context, const struct spawn_result *result), void *context)
{
	static char *const envp[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL};
	(void)spawn_start(&(struct spawn_request){.path = path,
		.argv = argv,
		.envp = envp,
		.input = input,
		.deadline = span_ms(SITE_PROGRAM_MS),
		.done = done,
		.context = context});
}
