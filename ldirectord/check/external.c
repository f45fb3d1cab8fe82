// SPDX-License-Identifier: MIT
/* checktype=external and external-perl: a program decides whether the real server is up.  Its arguments are the address
 * or mark of the virtual, the port of the virtual (0 for a mark), the address of the real and the port of the real.
 * doc/ldirectord.md 6 */
#include <stdio.h>
#include <string.h>

#include "ldirectord/check/external.h"
#include "ldirectord/check/running.h"

enum { ADDED = 4 };

struct external_check {
	struct check c;
	struct running *program;    /* NULL: it does not run */
	bool dynamic;
	char line[CHECK_PRINTABLE]; /* the first line of output */
};

static void on_line(struct check *c, const char *line)
{
	struct external_check *k = (struct external_check *)c;
	if (!*k->line)
		(void)check_printable(line, strlen(line), k->line, sizeof(k->line));
}

/* With dynamicweight, 3 to 102 are 1 % to 100 %.  2 is a usual status of programs that were called wrongly, 126 and
 * above are those of the shell: they must not count as a weight.  doc/ldirectord.md 11.16 */
static unsigned share_of(int status)
{
	enum { OFFSET = 2 };
	int percent = status == 0 ? LB_SHARE_FULL : status - OFFSET;
	return percent >= 1 && percent <= LB_SHARE_FULL ? (unsigned)percent : LB_SHARE_NONE;
}

static void on_done(struct check *c, const struct spawn_result *r)
{
	struct external_check *k = (struct external_check *)c;
	const char *colon = *k->line ? ": " : "";
	k->program = NULL;
	switch (r->end) {
	case SPAWN_EXITED:
		c->share = k->dynamic ? share_of(r->code) : LB_SHARE_NONE;
		check_verdict(c, r->code == 0 || c->share != LB_SHARE_NONE, "exit status %d%s%s", r->code, colon, k->line);
		break;
	case SPAWN_SIGNALED:
		check_verdict(c, false, "killed by signal %d%s%s", r->code, colon, k->line);
		break;
	case SPAWN_TIMED_OUT:
		check_verdict(c, false, "killed%s%s", colon, k->line);
		break;
	case SPAWN_FAILED:
		check_failed(c, "checkcommand cannot be started", r->code);
		break;
	}
}

/* Split checkcommand as a shell does, and find the program.  Returns false with the reason in why. */
bool external_prepare(const struct check_plan *plan, struct program *out, char *why, size_t cap)
{
	char **words = NULL;
	GError *failed = NULL;
	int count;
	*out = (struct program){NULL, NULL};
	if (!g_shell_parse_argv(plan->v->check_command, &count, &words, &failed)) {
		(void)snprintf(why, cap, "%s", failed->message);
		g_error_free(failed);
		return false;
	}
	bool good = plan->type == LB_CHECK_EXTERNAL_PERL ? program_prepare_perl(words, out, why, cap)
							  : program_prepare(words, out, why, cap);
	g_strfreev(words);
	return good;
}

/* Returns argv with the four arguments of every check command appended. */
static char **with_server(char **argv, const struct check_plan *plan)
{
	const struct lb_virtual *v = plan->v;
	guint count = g_strv_length(argv);
	char **all = g_new0(char *, (size_t)count + ADDED + 1), host[INET6_ADDRSTRLEN];
	for (guint i = 0; i < count; i++)
		all[i] = g_strdup(argv[i]);
	if (v->id.protocol == LB_FWM) { // a mark has no port; the argument is 0, as in ldirectord 4
		all[count] = g_strdup_printf("%u", v->id.mark);
		all[count + 1] = g_strdup("0");
	} else {
		check_host_text(&v->id.address, host, sizeof(host));
		all[count] = g_strdup(host);
		all[count + 1] = g_strdup_printf("%u", v->id.address.port);
	}
	check_host_text(&plan->r->address, host, sizeof(host));
	all[count + 2] = g_strdup(host);
	all[count + 3] = g_strdup_printf("%u", plan->r->address.port);
	return all;
}

static void external_start(struct check *c, const struct check_plan *plan)
{
	struct external_check *k = (struct external_check *)c;
	struct program program;
	char why[CHECK_WHY_MAX];
	k->dynamic = plan->v->dynamic_weight;
	check_stage(c, "checkcommand");
	if (!external_prepare(plan, &program, why, sizeof(why))) {
		check_verdict(c, false, "checkcommand cannot run: %s", why);
		return;
	}
	char *path = g_strdup_printf("PATH=%s", program_search_path()), **argv = with_server(program.argv, plan);
	char *const environment[] = {path, (char *)"LC_ALL=C", (char *)"HOME=/", NULL};
	static const struct running_events events = {.line = on_line, .done = on_done};
	k->program = running_start(c, program.path, argv, environment, NULL, &events);
	g_strfreev(argv);
	g_free(path);
	program_free(&program);
}

static void external_stop(struct check *c)
{
	struct external_check *k = (struct external_check *)c;
	if (k->program)
		running_end(k->program);
}

const struct check_kind check_kind_external = {
	.size = sizeof(struct external_check), .start = external_start, .stop = external_stop};
