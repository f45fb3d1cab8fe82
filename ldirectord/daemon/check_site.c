// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/check_site.h"

#include <errno.h>
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ldirectord/check/check.h"
#include "ldirectord/check/external.h"
#include "ldirectord/check/oracle.h"
#include "ldirectord/daemon/instance.h"
#include "ldirectord/daemon/mail/mail.h"

struct site {
	const struct lb_config *config;
	struct diags *diags;
	bool strict;
};

/* Returns the line of a value of v, or the line of v itself. */
static unsigned line_of(const struct site *s, const struct lb_virtual *v, const char *directive)
{
	unsigned own = lb_section_line(v, directive), all = lb_file_line(s->config, directive);
	return own ? own : all ? all : v->line;
}

__attribute__((format(printf, 3, 4))) static void mistake(struct site *s, unsigned line, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args); // a long sentence is cut
	va_end(args);
	diag_add(s->diags, s->strict ? DIAG_ERROR : DIAG_WARNING, line, 0, "%s", text);
}

// --- checks ---

static bool negotiates(const struct lb_virtual *v)
{
	return v->check_type == LB_CHECK_NEGOTIATE || v->check_type == LB_CHECK_COMBINED;
}

static void check_service(struct site *s, const struct lb_virtual *v)
{
	if (!negotiates(v) || check_is_built_in(v->service))
		return;
	diag_add(s->diags, DIAG_ERROR, line_of(s, v, "service"), 0,
		"service: \"%s\" is not built in, as its library was missing at the build, so every server would be down; expected another build (README.md), or checktype = connect or external",
		lb_service_name(v->service));
}

static void check_sqlplus(struct site *s, const struct lb_virtual *v)
{
	struct program program;
	char why[512];
	if (!negotiates(v) || v->service != LB_ORACLE)
		return;
	if (oracle_prepare(&program, why, sizeof why))
		program_free(&program);
	else
		diag_add(s->diags, DIAG_ERROR, line_of(s, v, "service"), 0,
			"service: \"oracle\" is checked with sqlplus of Oracle Instant Client, which cannot run: %s; expected sqlplus in PATH, or checktype = connect or external",
			why);
}

static void check_command(struct site *s, const struct lb_virtual *v)
{
	struct program program;
	char why[512];
	struct check_plan plan = {.type = v->check_type, .v = v};
	if (v->check_type != LB_CHECK_EXTERNAL && v->check_type != LB_CHECK_EXTERNAL_PERL)
		return;
	if (external_prepare(&plan, &program, why, sizeof why))
		program_free(&program);
	else
		diag_add(s->diags, DIAG_ERROR, line_of(s, v, "checkcommand"), 0,
			"checkcommand: \"%s\" cannot run: %s", v->check_command, why);
}

static bool uses_tls(const struct lb_virtual *v)
{
	return negotiates(v) && (v->service == LB_HTTPS || v->service == LB_IMAPS || v->service == LB_LDAPS ||
					v->service == LB_PGSQL || v->service == LB_POPS);
}

/* Check that the user nobody can read the authorities, because network checks run as nobody (worker.h). */
static void check_authorities(struct site *s, const struct lb_virtual *v)
{
	struct stat st;
	if (!v->sslca || v->sslverify == LB_SSL_NO || !uses_tls(v))
		return;
	if (stat(v->sslca, &st) != 0)
		mistake(s, line_of(s, v, "sslca"), "sslca: \"%s\" cannot be read, so every server would be down: %s", v->sslca,
			g_strerror(errno));
	else if (!(st.st_mode & S_IROTH))
		mistake(s, line_of(s, v, "sslca"),
			"sslca: \"%s\" cannot be read by nobody, the user of the checks, so every server would be down; expected mode 0644",
			v->sslca);
}

// --- programs and files ---

/* Check the first word of a shell command, when it is a path.  The further effects of the command are not checked. */
static void check_shell_command(struct site *s, const char *name, const char *command, unsigned line)
{
	char **words = NULL, why[512];
	struct program program;
	GError *failed = NULL;
	if (!g_shell_parse_argv(command, NULL, &words, &failed)) {
		mistake(s, line, "%s: \"%s\" is not a command for the shell: %s", name, command, failed->message);
		g_error_free(failed);
		return;
	}
	if (words[0][0] == '/' && !program_prepare((char *[]){words[0], NULL}, &program, why, sizeof why))
		mistake(s, line, "%s: \"%s\" cannot run: %s", name, command, why);
	else if (words[0][0] == '/')
		program_free(&program);
	g_strfreev(words);
}

/* Check a program with its arguments, which runs without a shell. */
static void check_alert_command(struct site *s, const char *command, unsigned line)
{
	char **words = NULL, why[512] = "";
	struct program program;
	GError *failed = NULL;
	if (!command || line == 0)
		return;
	if (!g_shell_parse_argv(command, NULL, &words, &failed)) {
		(void)snprintf(why, sizeof why, "%s", failed->message);
		g_error_free(failed);
	} else if (program_prepare(words, &program, why, sizeof why)) {
		program_free(&program);
		why[0] = '\0';
	}
	if (why[0])
		mistake(s, line, "alertcommand: \"%s\" cannot run: %s", command, why);
	g_strfreev(words);
}

static void check_callback(struct site *s, const struct lb_config *c)
{
	char why[512];
	struct program program;
	if (!c->callback)
		return;
	if (program_prepare((char *[]){c->callback, NULL}, &program, why, sizeof why))
		program_free(&program);
	else
		mistake(s, lb_file_line(c, "callback"), "callback: \"%s\" cannot run: %s", c->callback, why);
}

static void check_relative(struct site *s, const char *name, const char *path, unsigned line)
{
	if (path && path[0] != '/')
		mistake(s, line, "%s: \"%s\" is a relative path, and the daemon runs in /; expected an absolute path", name,
			path);
}

static void check_execute(struct site *s, const struct lb_config *c)
{
	for (size_t i = 0; i < c->execute_count; i++) {
		struct instance other;
		instance_of(&other, c->execute[i]);
		if (!other.found)
			mistake(s, lb_file_line(c, "execute"), "execute: \"%s\" has no configuration file; expected the name of one", c->execute[i]);
	}
}

// --- mail ---

static void check_mailer(struct site *s, const struct lb_config *c)
{
	const char *mailer = mail_local_mailer();
	for (size_t i = 0; i < c->virtual_count; i++) {
		const struct lb_virtual *v = &c->virtuals[i];
		if (!v->email_alert || v->smtp || v->email_alert_status == 0 || access(mailer, X_OK) == 0)
			continue;
		mistake(s, line_of(s, v, "emailalert"), "emailalert: without smtp mails need %s, which cannot be run; expected smtp, or a mailer", mailer);
		return;
	}
}

// --- all ---

static void check_virtual(struct site *s, const struct lb_virtual *v)
{
	check_service(s, v);
	check_sqlplus(s, v);
	check_command(s, v);
	check_authorities(s, v);
	check_relative(s, "sslca", v->sslca, line_of(s, v, "sslca"));
	check_relative(s, "monitorfile", v->monitor_file, line_of(s, v, "monitorfile"));
	check_alert_command(s, v->alert_command, lb_section_line(v, "alertcommand"));
	unsigned line = lb_section_line(v, "fallbackcommand");
	if (line > 0 && v->fallback_command)
		check_shell_command(s, "fallbackcommand", v->fallback_command, line);
}

void lb_check_site(const struct lb_config *c, bool strict, struct diags *d)
{
	struct site s = {c, d, strict};
	if (c->virtual_count == 0)
		diag_add(d, DIAG_WARNING, 0, 0, "there is no virtual service; expected a line virtual = HOST:PORT");
	check_callback(&s, c);
	if (c->globals.fallback_command)
		check_shell_command(&s, "fallbackcommand", c->globals.fallback_command, lb_file_line(c, "fallbackcommand"));
	check_alert_command(&s, c->globals.alert_command, lb_file_line(c, "alertcommand"));
	check_execute(&s, c);
	check_relative(&s, "maintenancedir", c->maintenance_dir, lb_file_line(c, "maintenancedir"));
	check_mailer(&s, c);
	for (size_t i = 0; i < c->virtual_count; i++)
		check_virtual(&s, &c->virtuals[i]);
}
