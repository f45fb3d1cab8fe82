// SPDX-License-Identifier: MIT
/* The command line of ldirectord.  doc/ldirectord.md 1 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/check/check.h"
#include "ldirectord/daemon/check_file.h"
#include "ldirectord/daemon/control.h"
#include "ldirectord/daemon/execute.h"
#include "ldirectord/daemon/import_file.h"
#include "ldirectord/daemon/instance.h"
#include "ldirectord/daemon/metrics.h"
#include "ldirectord/daemon/print.h"
#include "ldirectord/daemon/start.h"
#include "ldirectord/daemon/worker.h"
#include "lib/streams.h"

enum { RESTART_PATIENCE_S = 60 };

static int usage(FILE *to, int code)
{
	print_to(to,
		"usage: ldirectord [-d] [CONFIG] start|stop|restart|try-restart|reload|force-reload|status [--json]\n"
		"       ldirectord [CONFIG] metrics\n"
		"       ldirectord [CONFIG] drain|disable|enable VIRTUAL REAL\n"
		"       ldirectord check FILE [--strict] [--json]\n"
		"       ldirectord import [FILE]\n"
		"       ldirectord -v | -h\n");
	return code;
}

static int print_version(void)
{
	GString *checks = g_string_new(NULL);
	check_names(checks);
	int written = printf(
		"ldirectord %s (heartbeat)\nchecks: %s\nback ends: netlink, IPVSADM=PATH\n", VERSION, checks->str);
	(void)g_string_free(checks, TRUE);
	return written > 0 ? EXIT_GOOD : EXIT_INIT;
}

/* Returns true when a daemon answers at the control socket.  A daemon in the foreground has no pid file, but a second
 * daemon would take over its socket and its table. */
static bool answers(const struct instance *instance)
{
	char *answer = NULL;
	bool yes = control_ask(instance->socket, "status", &answer) == 0;
	free(answer);
	return yes;
}

static int command_start(const struct instance *instance, bool debug)
{
	int code;
	pid_t pid;
	if (!debug && (instance_state(instance, &pid) == INSTANCE_RUNS || answers(instance)))
		return EXIT_GOOD;
	struct lb_config *config = start_load(instance, !debug, &code);
	if (config == NULL)
		return code;
	return start_director(instance, config, debug);
}

/* --- other commands: they need no valid file --- */

static int command_stop(const struct instance *instance)
{
	char *answer = NULL;
	int error = instance_end(instance);
	if (error == 0)
		return EXIT_GOOD;
	if (error != -ESRCH) {
		print_error("ldirectord: cannot signal the daemon for %s: %s\n", instance->file, strerror(-error));
		return EXIT_INIT;
	}
	/* for a daemon with supervised or -d; without an answer no daemon runs */
	(void)control_ask(instance->socket, "stop", &answer);
	free(answer);
	return EXIT_GOOD;
}

static int command_restart(const struct instance *instance, bool only_running)
{
	pid_t pid;
	bool runs = instance_state(instance, &pid) == INSTANCE_RUNS || answers(instance);
	int code;
	struct lb_config *config;
	if (!runs && only_running)
		return EXIT_GOOD;
	config = start_load(instance, true, &code); /* check the file before the old daemon is stopped */
	if (config == NULL)
		return code;
	lb_config_free(config);
	if (runs && command_stop(instance) != EXIT_GOOD)
		return EXIT_INIT;
	for (int i = 0; runs && i < RESTART_PATIENCE_S * 20 &&
			(instance_state(instance, &pid) == INSTANCE_RUNS || answers(instance));
		i++)
		(void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* a signal only shortens the pause */
	return command_start(instance, false);
}

/* Handle a control socket without an answer; error: -errno. */
static int unheard(const struct instance *instance, int error, FILE *out, int code)
{
	pid_t pid;
	if (instance_state(instance, &pid) != INSTANCE_RUNS) {
		print_to(out, "ldirectord is stopped for %s\n", instance->file);
		return code;
	}
	print_error("ldirectord for %s is running with pid: %d, but does not answer at %s: %s; see its log\n",
		instance->file, (int)pid, instance->socket, strerror(-error));
	return EXIT_INIT;
}

static int command_reload(const struct instance *instance)
{
	char *answer = NULL;
	int result = control_ask(instance->socket, "reload", &answer);
	if (result == 1)
		print_error("ldirectord: not reloaded, the old configuration stays in use: %s", answer);
	free(answer);
	return result == 0 ? EXIT_GOOD : result == 1 ? EXIT_CONFIG : unheard(instance, result, stderr, EXIT_INIT);
}

static int command_status(const struct instance *instance, bool json)
{
	pid_t pid = 0;
	char *answer = NULL;
	enum instance_state state = instance_state(instance, &pid);
	int error = control_ask(instance->socket, "status", &answer);
	bool heard = error == 0;
	if (json && heard)
		print_to(stdout, "%s", answer);
	free(answer);
	if (json && (heard || state == INSTANCE_RUNS)) /* without JSON on standard output the command has failed */
		return heard ? EXIT_GOOD : unheard(instance, error, stdout, EXIT_STOPPED);
	if (state == INSTANCE_RUNS) {
		print_error("ldirectord for %s is running with pid: %d\n", instance->file, (int)pid);
		return EXIT_GOOD;
	}
	if (heard) {
		print_error("ldirectord for %s is running in the foreground\n", instance->file);
		return EXIT_GOOD;
	}
	if (state == INSTANCE_STALE) {
		print_error("ldirectord stale pid file %s for %s\n", instance->pid_file, instance->file);
		return EXIT_INIT;
	}
	print_to(stdout, "ldirectord is stopped for %s\n", instance->file);
	return EXIT_STOPPED;
}

static int command_metrics(const struct instance *instance)
{
	char *answer = NULL;
	GString *text = g_string_new(NULL);
	int error = control_ask(instance->socket, "status", &answer);
	bool good = error == 0 && metrics_put(answer, text);
	if (good)
		print_to(stdout, "%s", text->str);
	free(answer);
	(void)g_string_free(text, TRUE);
	if (good)
		return EXIT_GOOD;
	return unheard(instance, error == 0 ? -EPROTO : error, stderr, EXIT_STOPPED);
}

static int command_order(const struct instance *instance, const char *word, char **operands)
{
	char line[256], *answer = NULL;
	int len = snprintf(line, sizeof line, "%s %s %s", word, operands[0], operands[1]);
	if (len < 0 || (size_t)len >= sizeof line)
		return usage(stdout, EXIT_USAGE);
	int result = control_ask(instance->socket, line, &answer);
	if (result == 1)
		print_error("ldirectord: %s: %s", word, answer);
	free(answer);
	return result == 0 ? EXIT_GOOD : result == 1 ? EXIT_INIT : unheard(instance, result, stdout, EXIT_STOPPED);
}

/* --- arguments --- */

static int run_check(int count, char **words)
{
	bool strict = false, json = false;
	const char *file = NULL;
	for (int i = 0; i < count; i++) {
		if (strcmp(words[i], "--strict") == 0) {
			strict = true;
		} else if (strcmp(words[i], "--json") == 0) {
			json = true;
		} else if (words[i][0] == '-' || file) {
			print_error("ldirectord: check: \"%s\" is not accepted\n", words[i]);
			return usage(stdout, EXIT_USAGE);
		} else {
			file = words[i];
		}
	}
	return file ? lb_check_file(file, strict, json) : usage(stdout, EXIT_USAGE);
}

/* FILE NULL: standard input. */
static int run_import(int count, char **words)
{
	if (count > 1 || (count == 1 && words[0][0] == '-' && words[0][1] != '\0')) {
		print_error("ldirectord: import: \"%s\" is not accepted\n", words[count - 1]);
		return usage(stdout, EXIT_USAGE);
	}
	return lb_import_file(count == 1 && strcmp(words[0], "-") != 0 ? words[0] : NULL);
}

struct words {
	bool debug, json;
	const char *config, *command;
	char **operands;
	int operand_count;
};

static int run_own(const struct words *w, const struct instance *instance)
{
	const char *c = w->command;
	if (strcmp(c, "start") == 0)
		return command_start(instance, w->debug);
	if (strcmp(c, "stop") == 0)
		return command_stop(instance);
	if (strcmp(c, "restart") == 0 || strcmp(c, "try-restart") == 0)
		return command_restart(instance, c[0] == 't');
	if (strcmp(c, "reload") == 0 || strcmp(c, "force-reload") == 0)
		return command_reload(instance);
	if (strcmp(c, "status") == 0)
		return command_status(instance, w->json);
	if (strcmp(c, "metrics") == 0)
		return command_metrics(instance);
	if ((strcmp(c, "drain") == 0 || strcmp(c, "disable") == 0 || strcmp(c, "enable") == 0) && w->operand_count == 2)
		return command_order(instance, c, w->operands);
	print_error("ldirectord: \"%s\" is not a command\n", c);
	return usage(stdout, EXIT_USAGE);
}

/* Returns true when the instances of execute get this command too. */
static bool is_for_others(const struct words *w)
{
	static const char *const commands[] = {
		"start", "stop", "restart", "try-restart", "reload", "force-reload", "status"};
	for (size_t i = 0; !w->debug && !w->json && i < sizeof commands / sizeof *commands; i++)
		if (strcmp(w->command, commands[i]) == 0)
			return true;
	return false;
}

static int run_command(const struct words *w)
{
	struct instance instance;
	instance_of(&instance, w->config);
	int code = run_own(w, &instance), others = is_for_others(w) ? execute_others(&instance, w->command) : 0;
	return code ? code : others;
}

static bool is_command(const char *word)
{
	static const char *const commands[] = {"start", "stop", "restart", "try-restart", "reload", "force-reload",
		"status", "metrics", "drain", "disable", "enable"};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(word, commands[i]) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct words w = {0};
	int at = 1;
	if (streams_fill() != 0) /* this comes first, so that no file of ours gets the number of a standard stream */
		return EXIT_INIT;
	if (argc == 3 && strcmp(argv[1], WORKER_ARGUMENT) == 0)
		return worker_main(argv[2]);
	for (; at < argc && argv[at][0] == '-' && argv[at][1] != '\0'; at++) {
		const char *o = argv[at];
		if (strcmp(o, "--") == 0) {
			at++;
			break;
		}
		if (strcmp(o, "-v") == 0 || strcmp(o, "--version") == 0)
			return print_version();
		if (strcmp(o, "-h") == 0 || strcmp(o, "-?") == 0 || strcmp(o, "--help") == 0)
			return usage(stdout, EXIT_GOOD);
		if (strcmp(o, "-d") != 0 && strcmp(o, "--debug") != 0) {
			print_error("Unknown option: %s\n", o);
			return usage(stdout, EXIT_USAGE);
		}
		w.debug = true;
	}
	if (at < argc && strcmp(argv[at], "check") == 0)
		return run_check(argc - at - 1, &argv[at + 1]);
	if (at < argc && strcmp(argv[at], "import") == 0)
		return run_import(argc - at - 1, &argv[at + 1]);
	if (at >= argc)
		return usage(stdout, EXIT_USAGE);
	/* A single operand is the command.  Of two operands the first is the file, unless it is a command that has
	 * operands. */
	bool named = argc - at >= 2 && !is_command(argv[at]);
	w.config = named ? argv[at++] : NULL;
	w.command = argv[at++];
	w.operands = &argv[at];
	w.operand_count = argc - at;
	w.json = w.operand_count > 0 && strcmp(argv[at], "--json") == 0;
	return run_command(&w);
}
