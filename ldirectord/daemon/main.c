// SPDX-License-Identifier: MIT
/* ldirectord: the command line.  doc/ldirectord.md 1 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/check/check.h"
#include "ldirectord/daemon/check_file.h"
#include "ldirectord/daemon/control.h"
#include "ldirectord/daemon/director.h"
#include "ldirectord/daemon/execute.h"
#include "ldirectord/daemon/instance.h"
#include "ldirectord/daemon/print.h"

enum { EXIT_GOOD = 0, EXIT_INIT = 1, EXIT_CONFIG = 2, EXIT_STOPPED = 3, EXIT_USAGE = 255, RESTART_PATIENCE_S = 60 };

static int usage(FILE *to, int code)
{
	print_to(to,
		"usage: ldirectord [-d] [CONFIG] start|stop|restart|try-restart|reload|force-reload|status [--json]\n"
		"       ldirectord [CONFIG] drain|disable|enable VIRTUAL REAL\n"
		"       ldirectord check FILE [--strict] [--json]\n"
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

/* --- start --- */

/* "Error [PID] reading file PATH at line N: TEXT", the form that scripts know. */
static void print_diags(const struct diags *diags)
{
	for (size_t i = 0; i < diags->count; i++) {
		const struct diag *d = &diags->list[i];
		print_error("%s [%d] reading file %s at line %u: %s\n",
			d->severity == DIAG_ERROR ? "Error" : "Warning", (int)getpid(), diags->file, d->line,
			d->text);
	}
}

static struct lb_config *load(const struct instance *instance, int *code)
{
	struct diags diags;
	if (!instance->found) {
		print_error("ldirectord: the configuration file %s is not there, nor in " SYSCONFDIR "/ha.d or " SYSCONFDIR
			"/ha.d/conf\n",
			instance->file);
		*code = EXIT_INIT;
		return NULL;
	}
	diags_init(&diags, instance->file);
	struct lb_config *config = lb_load_file(instance->file, false, &diags);
	if (config)
		lb_check_paths(config, &diags);
	if (config && diags.errors > 0) {
		lb_config_free(config);
		config = NULL;
	}
	print_diags(&diags);
	diags_free(&diags);
	*code = config ? EXIT_GOOD : EXIT_CONFIG;
	return config;
}

/* Type=notify of systemd: send a datagram to $NOTIFY_SOCKET, if it is set. */
static void notify_systemd(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	if (!path || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof to.sun_path)
		return;
	memcpy(to.sun_path, path, strlen(path));
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
		     /* if nothing listens, systemd reports its own time-out */
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)));
	close(fd);
}

struct starter {
	int fd; /* to the waiting command; -1: none waits */
};

static void on_ready(void *context, bool ok, const char *why)
{
	struct starter *s = context;
	if (ok)
		notify_systemd("READY=1\n");
	if (!ok && s->fd < 0)
		print_error("ldirectord: the IPVS table cannot be used: %s\n", why);
	if (s->fd < 0)
		return;
	char line[256];
	int len = snprintf(line, sizeof line, ok ? "ok" : "the IPVS table cannot be used: %s", why);
	if (len > 0)
		(void)!write(s->fd, line, strnlen(line, sizeof line)); /* fails if the command has ended */
	close(s->fd);
	s->fd = -1;
}

/* Run the daemon in this process. */
static int run(const struct instance *instance, struct lb_config *config, bool debug, struct starter *starter)
{
	struct director_options options = {.instance = instance, .debug = debug, .ready = on_ready, .context = starter};
	return director_run(&options, config);
}

static void to_background(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	(void)setsid();
	if (chdir("/") < 0 || null < 0)
		_exit(EXIT_INIT);
	for (int fd = 0; fd <= 2; fd++)
		(void)dup2(null, fd);
}

/* The command waits until the table is written: after exit code 0 a cluster manager relies on it. */
static int wait_for_daemon(const struct instance *instance, int fd)
{
	char line[256] = "";
	size_t len = 0;
	int deaf = 0;
	for (ssize_t n; !deaf && len < sizeof line - 1 && (n = read(fd, line + len, sizeof line - 1 - len)) != 0;) {
		if (n < 0 && errno != EINTR)
			deaf = errno;
		len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (strcmp(line, "ok") == 0)
		return EXIT_GOOD;
	pid_t pid;
	if (!line[0] && (deaf || instance_state(instance, &pid) == INSTANCE_RUNS))
		(void)snprintf(line, sizeof line,
			"the daemon does not report whether its table is written%s%s; see its status and log",
			deaf ? ": " : "", deaf ? strerror(deaf) : "");
	print_error("ldirectord: %s\n", line[0] ? line : "the daemon ended before it was ready; see its log");
	return EXIT_INIT;
}

static int start_background(const struct instance *instance, struct lb_config *config)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0) {
		perror("ldirectord: pipe");
		return EXIT_INIT;
	}
	pid_t pid = fork();
	if (pid < 0) {
		perror("ldirectord: fork");
		return EXIT_INIT;
	}
	if (pid > 0) {
		close(ends[1]);
		lb_config_free(config);
		return wait_for_daemon(instance, ends[0]);
	}
	to_background();
	if (fork() != 0)
		_exit(EXIT_GOOD);
	int claim = instance_claim(instance);
	if (claim < 0) {
		char line[256];
		int len = snprintf(line, sizeof line, "pid file %s: %s", instance->pid_file,
				   claim == -EWOULDBLOCK ? "another one runs" : strerror(-claim));
		/* fails if the command has ended */
		(void)!write(ends[1], line, len > 0 ? strnlen(line, sizeof line) : 0);
		_exit(EXIT_INIT);
	}
	struct starter starter = {.fd = ends[1]};
	int code = run(instance, config, false, &starter);
	instance_leave(instance);
	_exit(code);
}

/* A daemon in the foreground has no pid file; a second one would take over its socket and its table. */
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
	struct lb_config *config = load(instance, &code);
	if (config == NULL)
		return code;
	struct starter none = {.fd = -1};
	return debug || config->supervised ? run(instance, config, debug, &none) : start_background(instance, config);
}

/* --- other commands: they need no valid file --- */

static int command_stop(const struct instance *instance)
{
	pid_t pid;
	char *answer = NULL;
	if (instance_state(instance, &pid) == INSTANCE_RUNS) {
		if (kill(pid, SIGTERM) == 0)
			return EXIT_GOOD;
		print_error("ldirectord: cannot signal process %d: %s\n", (int)pid, strerror(errno));
		return EXIT_INIT;
	}
	(void)control_ask(instance->socket, "stop", &answer); /* supervised or -d; no answer: nothing to stop */
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
	config = load(instance, &code); /* check the file before the old daemon is stopped */
	if (config == NULL)
		return code;
	lb_config_free(config);
	if (runs && command_stop(instance) != EXIT_GOOD)
		return EXIT_INIT;
	for (int i = 0; runs && i < RESTART_PATIENCE_S * 20 &&
			(instance_state(instance, &pid) == INSTANCE_RUNS || answers(instance));
		i++)
		(void)nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* interrupted: we look again earlier */
	return command_start(instance, false);
}

/* The control socket gave no answer; error: -errno. */
static int unheard(const struct instance *instance, int error, FILE *out, int code)
{
	pid_t pid;
	if (instance_state(instance, &pid) != INSTANCE_RUNS) {
		print_to(out, "ldirectord is stopped for %s\n", instance->file);
		return code;
	}
	print_error("ldirectord for %s is running with pid: %d, but is not heard at %s: %s; see its log\n",
		instance->file, (int)pid, instance->socket, strerror(-error));
	return EXIT_INIT;
}

static int command_reload(const struct instance *instance)
{
	char *answer = NULL;
	int result = control_ask(instance->socket, "reload", &answer);
	if (result == 1)
		print_error("ldirectord: not reloaded, the old configuration goes on: %s", answer);
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
	if (json && (heard || state == INSTANCE_RUNS)) /* without JSON on standard output it is a failure */
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
	if ((strcmp(c, "drain") == 0 || strcmp(c, "disable") == 0 || strcmp(c, "enable") == 0) && w->operand_count == 2)
		return command_order(instance, c, w->operands);
	print_error("ldirectord: \"%s\" is no command\n", c);
	return usage(stdout, EXIT_USAGE);
}

/* True: the instances of execute get this command too. */
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
		"status", "drain", "disable", "enable"};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(word, commands[i]) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct words w = {0};
	int at = 1;
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
	if (at >= argc)
		return usage(stdout, EXIT_USAGE);
	/* One operand is the command; of two the first is the file, unless it is a command with operands of its own. */
	bool named = argc - at >= 2 && !is_command(argv[at]);
	w.config = named ? argv[at++] : NULL;
	w.command = argv[at++];
	w.operands = &argv[at];
	w.operand_count = argc - at;
	w.json = w.operand_count > 0 && strcmp(argv[at], "--json") == 0;
	return run_command(&w);
}
