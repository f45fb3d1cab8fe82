// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/start.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ldirectord/daemon/check_file.h"
#include "ldirectord/daemon/director.h"
#include "ldirectord/daemon/log/ldlog.h"
#include "ldirectord/daemon/print.h"
#include "lib/background.h"
#include "lib/streams.h"

/* --- the file --- */

/* Print "Error [PID] reading file PATH at line N: TEXT", a form that existing scripts parse. */
static void print_diags(const struct diags *diags)
{
	for (size_t i = 0; i < diags->count; i++) {
		const struct diag *d = &diags->list[i];
		print_error("%s [%d] reading file %s at line %u: %s\n",
			d->severity == DIAG_ERROR ? "Error" : "Warning", (int)getpid(), diags->file, d->line,
			d->text);
	}
}

/* Write the errors to the log too, because a cluster manager hides standard error. */
static void log_diags(const struct instance *instance, const struct diags *diags, const char *log_file)
{
	ldlog_open(LDLOG_CONFIGURED, instance->name, log_file);
	for (size_t i = 0; i < diags->count; i++)
		if (diags->list[i].severity == DIAG_ERROR)
			ldlog("Error reading file %s at line %u: %s", diags->file, diags->list[i].line,
				diags->list[i].text);
	ldlog("Not started: the configuration file has errors");
	ldlog_close();
}

struct lb_config *start_load(const struct instance *instance, bool logs, int *code)
{
	char log_file[4096];
	struct diags diags;
	if (!instance->found) {
		print_error("ldirectord: cannot find the configuration file %s, neither at this path nor in " SYSCONFDIR "/ha.d or " SYSCONFDIR
			"/ha.d/conf\n",
			instance->file);
		*code = EXIT_INIT;
		return NULL;
	}
	diags_init(&diags, instance->file);
	struct lb_config *config = lb_load_file(
		instance->file, &(struct lb_load){.log_file = log_file, .cap = sizeof log_file}, &diags);
	print_diags(&diags);
	if (config == NULL && logs)
		log_diags(instance, &diags, log_file);
	diags_free(&diags);
	*code = config ? EXIT_GOOD : EXIT_CONFIG;
	return config;
}

/* --- the result of the start --- */

/* For Type=notify of systemd: send a datagram to $NOTIFY_SOCKET, if it is set. */
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
		     /* if no process listens, systemd reports its own time-out */
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)));
	close(fd);
}

struct starter {
	int fd; /* the pipe to the waiting command; -1: no command waits */
};

static void on_ready(void *context, bool ok, const char *why)
{
	struct starter *s = context;
	char line[BACKGROUND_TEXT_MAX] = "";
	if (ok)
		notify_systemd("READY=1\n");
	if (!ok || *why)
		(void)snprintf(line, sizeof line, "%s%s", ok ? "the daemon runs, but " : "the IPVS table cannot be used: ", why);
	if (s->fd < 0 && line[0])
		print_error("ldirectord: %s\n", line);
	if (s->fd < 0)
		return;
	(void)background_report(s->fd, line[0] ? EXIT_INIT : EXIT_GOOD, line); /* fails if the command has ended */
	s->fd = -1;
}

/* --- the director --- */

/* Run the director in this process. */
static int run(const struct instance *instance, struct lb_config *config, bool debug, struct starter *starter)
{
	struct director_options options = {.instance = instance, .debug = debug, .ready = on_ready, .context = starter};
	return director_run(&options, config);
}

/* Refuse the start and report why to the waiting command. */
static int refuse(int fd, const char *what, const char *why)
{
	char line[BACKGROUND_TEXT_MAX];
	(void)snprintf(line, sizeof line, "%s: %s", what, why); // a long path is cut
	(void)background_report(fd, EXIT_INIT, line); /* fails if the command has ended */
	return EXIT_INIT;
}

/* The main function of the daemon process.  fd: the pipe to the waiting command.  Returns its exit code. */
static int run_background(const struct instance *instance, struct lb_config *config, int fd)
{
	int failed = streams_release(-1);
	if (failed)
		return refuse(fd, "/dev/null", strerror(-failed));
	if (chdir("/") < 0)
		return refuse(fd, "/", strerror(errno));
	int claim = instance_claim(instance);
	if (claim < 0)
		return refuse(fd, instance->pid_file, claim == -EWOULDBLOCK ? "another one runs" : strerror(-claim));
	struct starter starter = {.fd = fd};
	int code = run(instance, config, false, &starter);
	instance_leave(instance);
	return code;
}

/* Wait in the command until the table is written, because a cluster manager relies on the table after exit code 0. */
static int wait_for_daemon(const struct instance *instance, int fd)
{
	char line[BACKGROUND_TEXT_MAX];
	pid_t pid;
	int code = background_wait(fd, MONO_FAR, line);
	if (code >= 0 && line[0])
		print_error("ldirectord: %s\n", line);
	else if (code < 0 && code != -ENODATA)
		print_error("ldirectord: the daemon does not report whether its table is written: %s; see its status and log\n",
			strerror(-code));
	else if (code < 0 && instance_state(instance, &pid) == INSTANCE_RUNS)
		print_error("ldirectord: the daemon does not report whether its table is written; see its status and log\n");
	else if (code < 0)
		print_error("ldirectord: the daemon ended before it was ready; see its log\n");
	return code < 0 ? EXIT_INIT : code;
}

static int start_background(const struct instance *instance, struct lb_config *config)
{
	bool is_daemon;
	int fd = background_fork(&is_daemon);
	if (fd < 0)
		print_error("ldirectord: cannot start the daemon in the background: %s\n", strerror(-fd));
	if (is_daemon)
		_exit(run_background(instance, config, fd));
	lb_config_free(config);
	return fd < 0 ? EXIT_INIT : wait_for_daemon(instance, fd);
}

int start_director(const struct instance *instance, struct lb_config *config, bool debug)
{
	struct starter none = {.fd = -1};
	return debug || config->supervised ? run(instance, config, debug, &none) : start_background(instance, config);
}
