// SPDX-License-Identifier: MIT
/* service=oracle with sqlplus, the program of Oracle, because there is no free library.  It connects and runs the
 * request as a query.  The server is up when the query prints a line and no error.  The password is passed on standard
 * input, because every user can read the arguments of a program.  doc/ldirectord.md 6 */
#include "ldirectord/check/oracle.h"

#include <stdio.h>
#include <string.h>

#include "ldirectord/check/running.h"
#include "ldirectord/check/sql.h"

struct oracle_check {
	struct check c;
	struct running *program; /* NULL: the program does not run */
	bool printed;            /* a line that is not an error */
	char error[CHECK_PRINTABLE];
};

bool oracle_prepare(struct program *out, char *why, size_t cap)
{
	char *words[] = {(char[]){"sqlplus"}, (char[]){"-S"}, (char[]){"-L"}, (char[]){"/nolog"}, NULL};
	return program_prepare(words, out, why, cap);
}

// --- what it prints ---

static void on_line(struct check *c, const char *line)
{
	struct oracle_check *k = (struct oracle_check *)c;
	/* ORA: an error of the database; TNS: of the connection; SP2: of sqlplus itself.  They come after a line
	 * "ERROR". */
	bool error = g_str_has_prefix(line, "ORA-") || g_str_has_prefix(line, "TNS-") || g_str_has_prefix(line, "SP2-");
	if (error && !*k->error)
		(void)check_printable(line, strlen(line), k->error, sizeof(k->error));
	else if (!error && *line && !g_str_has_prefix(line, "ERROR"))
		k->printed = true;
}

static void on_done(struct check *c, const struct spawn_result *r)
{
	struct oracle_check *k = (struct oracle_check *)c;
	k->program = NULL;
	if (r->end == SPAWN_FAILED)
		check_failed(c, "sqlplus cannot be started", r->code);
	else if (r->end != SPAWN_EXITED)
		check_verdict(c, false, "sqlplus was killed by signal %d", r->code);
	else if (*k->error)
		check_verdict(c, false, "%s", k->error);
	else if (r->code != 0)
		check_verdict(c, false, "sqlplus: exit status %d", r->code);
	else
		check_verdict(c, k->printed, "the query returned %s row", k->printed ? "a" : "no");
}

// --- what it reads ---

/* Returns the script for sqlplus; NULL when a text cannot be passed, with the reason in why. */
static char *script_of(const struct check *c, const struct check_plan *plan, const char **why)
{
	const struct lb_virtual *v = plan->v;
	const char *request = sql_request(plan);
	char to[64];
	size_t len = strlen(request);
	if (strchr(v->login, '"') || strchr(v->passwd, '"')) {
		*why = "login and passwd cannot have double quotes";
		return NULL;
	}
	lb_address_text(&c->address, to, sizeof(to));
	return g_strdup_printf("WHENEVER OSERROR EXIT FAILURE\nWHENEVER SQLERROR EXIT FAILURE\n"
			       "SET HEADING OFF FEEDBACK OFF PAGESIZE 0 VERIFY OFF ECHO OFF DEFINE OFF NULL NULL\n"
			       "CONNECT \"%s\"/\"%s\"@//%s/%s\n%s%s\nEXIT SUCCESS\n",
		v->login, v->passwd, to, v->database, request, len && request[len - 1] == ';' ? "" : ";");
}

/* Returns the environment that sqlplus needs to find its installation. */
static char **environment(void)
{
	static const char *const names[] = {"LD_LIBRARY_PATH", "ORACLE_HOME", "TNS_ADMIN"};
	char **list = g_environ_setenv(NULL, "PATH", program_search_path(), TRUE);
	list = g_environ_setenv(list, "HOME", "/", TRUE);
	list = g_environ_setenv(list, "NLS_LANG", "AMERICAN_AMERICA.AL32UTF8", TRUE);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_getenv(names[i]))
			list = g_environ_setenv(list, names[i], g_getenv(names[i]), TRUE);
	return list;
}

static void oracle_start(struct check *c, const struct check_plan *plan)
{
	static const struct running_events events = {.line = on_line, .done = on_done};
	struct oracle_check *k = (struct oracle_check *)c;
	struct program program;
	char why[CHECK_WHY_MAX];
	const char *wrong = "";
	check_stage(c, "end of sqlplus");
	if (!sql_is_complete(c, plan))
		return;
	char *script = script_of(c, plan, &wrong);
	if (!script) {
		check_verdict(c, false, "%s", wrong);
		return;
	}
	if (oracle_prepare(&program, why, sizeof(why))) {
		char **variables = environment();
		k->program = running_start(c, program.path, program.argv, variables, script, &events);
		g_strfreev(variables);
		program_free(&program);
	} else {
		check_verdict(c, false, "sqlplus cannot run: %s", why);
	}
	g_free(script);
}

static void oracle_stop(struct check *c)
{
	struct oracle_check *k = (struct oracle_check *)c;
	if (k->program)
		running_end(k->program);
}

const struct check_kind check_kind_oracle = {
	.size = sizeof(struct oracle_check), .negotiates = true, .start = oracle_start, .stop = oracle_stop};
