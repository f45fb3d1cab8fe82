// SPDX-License-Identifier: MIT
/* checktype=external and external-perl: a program decides whether the real server is up.  Arguments: address or mark of
 * the virtual, its port, address of the real, its port.  It runs on the default main context, as lib/spawn.h does.
 * doc/ldirectord.md 6 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ldirectord/check/private.h"
#include "lib/spawn.h"

enum { ADDED = 4 };

/* Outlives the check: a killed child must still be reaped. */
struct program {
	struct check *owner; /* NULL: the check is gone */
	struct spawn *spawn;
	char said[CHECK_PRINTABLE]; /* the first line of output */
};

struct external_check {
	struct check c;
	struct program *program;
};

static void on_line(void *context, bool is_stderr, const char *line)
{
	struct program *p = context;
	(void)is_stderr;
	if (!*p->said)
		(void)check_printable(line, strlen(line), p->said, sizeof(p->said));
}

static void on_done(void *context, const struct spawn_result *r)
{
	struct program *p = context;
	struct check *c = p->owner;
	if (!c) {
		g_free(p);
		return;
	}
	char said[CHECK_PRINTABLE];
	const char *colon = *p->said ? ": " : "";
	(void)g_strlcpy(said, p->said, sizeof(said));
	((struct external_check *)c)->program = NULL;
	g_free(p);
	switch (r->end) {
	case SPAWN_EXITED:
		check_verdict(c, r->code == 0, "exit status %d%s%s", r->code, colon, said);
		break;
	case SPAWN_SIGNALED:
		check_verdict(c, false, "killed by signal %d%s%s", r->code, colon, said);
		break;
	case SPAWN_TIMED_OUT:
		check_verdict(c, false, "killed%s%s", colon, said);
		break;
	case SPAWN_FAILED:
		check_failed(c, "checkcommand cannot be started", r->code);
		break;
	}
}

/* Split checkcommand into arguments as a shell does.  For external-perl, put the interpreter in front, because the
 * script need not be executable. */
static char **words(const struct check_plan *plan, int *count, GError **failed)
{
	static const char *const perl = "/usr/bin/perl";
	char **argv = NULL;
	if (!g_shell_parse_argv(plan->v->check_command, count, &argv, failed))
		return NULL;
	bool through_perl = plan->type == LB_CHECK_EXTERNAL_PERL && access(perl, X_OK) == 0;
	char **all = g_new0(char *, (size_t)*count + 1 + ADDED + 1);
	int n = 0;
	if (through_perl)
		all[n++] = g_strdup(perl);
	for (int i = 0; i < *count; i++)
		all[n++] = argv[i];
	g_free(argv);
	*count = n;
	return all;
}

static void add_server(char **argv, int at, const struct check_plan *plan)
{
	const struct lb_virtual *v = plan->v;
	char host[INET6_ADDRSTRLEN];
	if (v->id.protocol == LB_FWM) {
		argv[at] = g_strdup_printf("%u", v->id.mark);
		argv[at + 1] = g_strdup(""); // a mark has no port; the other arguments keep their positions
	} else {
		check_host_text(&v->id.address, host, sizeof(host));
		argv[at] = g_strdup(host);
		argv[at + 1] = g_strdup_printf("%u", v->id.address.port);
	}
	check_host_text(&plan->r->address, host, sizeof(host));
	argv[at + 2] = g_strdup(host);
	argv[at + 3] = g_strdup_printf("%u", plan->r->address.port);
}

static void external_start(struct check *c, const struct check_plan *plan)
{
	static char *const environment[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/", NULL};
	struct external_check *k = (struct external_check *)c;
	GError *failed = NULL;
	int count = 0;
	char **argv = words(plan, &count, &failed);
	check_stage(c, "checkcommand");
	if (!argv) {
		check_verdict(c, false, "checkcommand: %s", failed->message);
		g_error_free(failed);
		return;
	}
	if (argv[0][0] != '/') {
		check_verdict(c, false, "checkcommand is not an absolute path: %s", argv[0]);
	} else {
		add_server(argv, count, plan);
		k->program = g_new0(struct program, 1);
		k->program->owner = c;
		struct spawn_request request = {.path = argv[0],
			.argv = argv,
			.envp = environment,
			.line = on_line,
			.done = on_done,
			.context = k->program};
		k->program->spawn = spawn_start(&request); // no deadline here: external_stop ends it with the check
	}
	g_strfreev(argv);
}

/* Send TERM to its process group now; KILL follows after the grace time. */
static void external_stop(struct check *c)
{
	struct external_check *k = (struct external_check *)c;
	if (!k->program)
		return;
	k->program->owner = NULL;
	spawn_cancel(k->program->spawn);
	k->program = NULL;
}

const struct check_kind check_kind_external = {
	.size = sizeof(struct external_check), .start = external_start, .stop = external_stop};
