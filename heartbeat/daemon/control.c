// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/control.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "heartbeat/daemon/guardian.h"
#include "heartbeat/daemon/shared.h"
#include "heartbeat/daemon/load.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/process.h"
#include "heartbeat/ipc/api_client.h"
#include "lib/log.h"
#include "lib/mono.h"

enum { EXIT_STATUS_UNKNOWN = 4 /* LSB */ };
enum { PRINT_EVERY_MS = 5000, RELOAD_MS = 90000, STOP_BOUND_MS = 600000, API_MS = 1000 };
enum {
	/* a guardian that is starting, or that is started again every second, takes orders within this time */
	CHANGE_MS = 10000,
	CHANGE_STEP_MS = 20,
};

/* The same as process_running, but waits while there is no guardian. */
static enum process_running find_guardian(pid_t *pid, int *pidfd, bool *stale)
{
	enum process_running running;
	for (int waited = 0; (running = process_running(pid, pidfd, stale)) == PROCESS_CHANGES && waited < CHANGE_MS;
		waited += CHANGE_STEP_MS)
		(void)poll(NULL, 0, CHANGE_STEP_MS); /* when a signal interrupts this, we only look again earlier */
	return running;
}

static int no_guardian(void)
{
	fprintf(stderr,
		"heartbeat: it runs, but since %d s no guardian process takes orders; the engine starts one every second, see the log\n",
		CHANGE_MS / 1000);
	return EXIT_OTHER;
}

int control_status(void)
{
	bool stale;
	pid_t pid;
	struct utsname host;
	char node[HA_CF_NAME_MAX];
	enum process_running running = find_guardian(&pid, NULL, &stale);
	if (running == PROCESS_UNKNOWN)
		return EXIT_STATUS_UNKNOWN;
	if (running == PROCESS_CHANGES) {
		(void)no_guardian();
		return EXIT_STATUS_UNKNOWN;
	}
	if (running == PROCESS_STOPPED) {
		puts("heartbeat is stopped. No process");
		return stale ? 1 : 3;
	}
	if (uname(&host) != 0 || !load_node_name(node, configuration_log, NULL))
		return EXIT_OTHER;
	printf("heartbeat OK [pid %d et al] is running on %s [%s]...\n", (int)pid, host.nodename, node);
	return 0;
}

static int send_signal(int pidfd, int number, siginfo_t *info)
{
	/* the process has ended by itself */
	if (syscall(SYS_pidfd_send_signal, pidfd, number, info, 0) == 0 || errno == ESRCH)
		return 0;
	return -errno;
}

static int cannot_signal(pid_t pid, int error)
{
	fprintf(stderr, "heartbeat: cannot signal pid %d: %s\n", (int)pid, strerror(error));
	return error == EPERM ? EXIT_PERMISSION : EXIT_OTHER;
}

/* Print the groups that the daemon has not released yet. */
static void print_unreleased_groups(void)
{
	struct api_client *client;
	char error[256], line[512];
	struct writer w = writer_over(line, sizeof line - 1);
	if (api_client_open(PATH_API, span_ms(API_MS), &client, error) != API_OK)
		return;
	const struct message *reply;
	enum api_result rc = api_client_ask(client, span_ms(API_MS), "getgroups", NULL, &reply);
	while (rc == API_OK && message_find(reply, "key")) {
		struct bytes key = message_string(reply, "key"), state = message_string(reply, "state");
		if (!bytes_equal_text(state, "none"))
			writer_format(&w, " %.*s (%.*s)", (int)key.len, (const char *)key.at, (int)state.len,
				(const char *)state.at);
		if (!message_is(reply, "result", "ok/more"))
			break;
		rc = api_client_more(client, span_ms(API_MS), &reply);
	}
	line[w.len] = 0;
	fprintf(stderr, "heartbeat: still stopping:%s\n", w.len ? line : " all groups are released, informing the other node");
	api_client_close(client);
}

static int wait_for_end(int pidfd, pid_t pid)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	for (int waited = 0; waited < STOP_BOUND_MS; waited += PRINT_EVERY_MS) {
		if (poll(&p, 1, PRINT_EVERY_MS) > 0)
			return 0;
		print_unreleased_groups();
	}
	fprintf(stderr, "heartbeat: pid %d has not ended after %d s and continues to stop; the log has the reason\n", (int)pid,
		STOP_BOUND_MS / 1000);
	return EXIT_OTHER;
}

/* Called when the daemon has ended: find out whether it stopped all resources. */
static int judge_left(void)
{
	int left = shared_left();
	if (left < 0)
		fprintf(stderr,
			"heartbeat: stopped, but %s cannot be read: look in the log whether all resources were stopped (%s)\n",
			PATH_STATE, strerror(-left));
	if (left > 0)
		fprintf(stderr,
			"heartbeat: stopped, but some resources that ran here could not be stopped; the log names them. The other node takes "
			"over after deadtime all the same: stop them by hand now, or switch this machine off\n");
	return left != 0 ? EXIT_OTHER : 0;
}

static int stop_guardian(pid_t pid, int pidfd)
{
	int rc = send_signal(pidfd, SIGTERM, NULL);
	int code = rc == 0 ? wait_for_end(pidfd, pid) : cannot_signal(pid, -rc);
	(void)close(pidfd);
	return code;
}

int control_stop(void)
{
	bool stale, stopped = false;
	int pidfd;
	pid_t pid;
	enum process_running running;
	/* If a guardian was killed, it may not have passed the order to the engine, so send the order to the next
	 * guardian too. */
	while ((running = find_guardian(&pid, &pidfd, &stale)) == PROCESS_RUNS) {
		int code = stop_guardian(pid, pidfd);
		if (code != 0)
			return code;
		stopped = true;
	}
	if (running == PROCESS_UNKNOWN)
		return EXIT_OTHER;
	if (running == PROCESS_CHANGES)
		return no_guardian();
	if (stopped)
		return judge_left();
	fprintf(stderr, "INFO: Heartbeat already stopped.\n");
	return 0;
}

int control_reexec(void)
{
	bool stale;
	int pidfd;
	pid_t pid;
	enum process_running running = find_guardian(&pid, &pidfd, &stale);
	if (running == PROCESS_CHANGES)
		return no_guardian();
	if (running != PROCESS_RUNS) {
		fprintf(stderr, "heartbeat: not running\n");
		return EXIT_OTHER;
	}
	/* The value shows that the signal is an order; other senders of SIGUSR1 do not send this value. */
	siginfo_t info = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};
	info.si_pid = getpid();
	info.si_uid = getuid();
	info.si_value.sival_int = GUARDIAN_REEXEC;
	int rc = send_signal(pidfd, SIGUSR1, &info);
	(void)close(pidfd);
	return rc == 0 ? 0 : cannot_signal(pid, -rc);
}

/* Report that a new binary has no effect on the running daemon. */
static void report_old_binary(pid_t pid)
{
	char path[64];
	struct stat running, installed;
	(void)snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
	if (stat(path, &running) == 0 && stat("/proc/self/exe", &installed) == 0 &&
		(running.st_ino != installed.st_ino || running.st_dev != installed.st_dev))
		fprintf(stderr,
			"heartbeat: another binary is installed; the old one stays in use until heartbeat --reexec\n");
}

/* Request a reload from the engine, and print its answer line by line.  Returns an exit code, or -1 when the engine
 * cannot be reached. */
static int request_reload(void)
{
	struct api_client *client;
	char error[256];
	const struct message *reply;
	if (api_client_open(PATH_API, span_ms(API_MS), &client, error) != API_OK)
		return -1;
	enum api_result rc = api_client_ask(client, span_ms(RELOAD_MS), "reload", NULL, &reply);
	bool more = true, good = false;
	while (rc == API_OK && more) {
		struct bytes line = message_string(reply, "info");
		fprintf(stderr, "heartbeat: %.*s\n", (int)line.len, (const char *)line.at);
		more = message_is(reply, "result", "ok/more");
		good = message_is(reply, "result", "OK");
		if (more)
			rc = api_client_more(client, span_ms(RELOAD_MS), &reply);
	}
	if (rc != API_OK)
		fprintf(stderr, "heartbeat: no answer about the reload (%s); see its result in the log\n",
			rc == API_TIMEOUT ? "it takes longer than expected" : "the engine closed the connection");
	api_client_close(client);
	return rc == API_OK && good ? 0 : EXIT_OTHER;
}

/* Request a reload by a signal, if the client socket does not work.  Then the result is only in the log. */
static int signal_reload(pid_t pid, int pidfd)
{
	int rc = send_signal(pidfd, SIGHUP, NULL);
	if (rc != 0)
		return cannot_signal(pid, -rc);
	fprintf(stderr, "heartbeat: the client socket does not answer; see the result of the reload in the log\n");
	return EXIT_OTHER;
}

static int reload_running(pid_t pid, int pidfd)
{
	struct config_texts *texts = calloc(1, sizeof *texts);
	struct configuration *files = NULL;
	if (texts)
		files = configuration_load(texts);
	else
		fprintf(stderr, "heartbeat: out of memory\n");
	free(texts);
	if (!files) {
		log_at(LOG_LEVEL_ERROR, "Config errors: Heartbeat pid %d NOT restarted", (int)pid);
		return EXIT_OTHER;
	}
	configuration_free(files);
	fprintf(stderr, "Signalling heartbeat pid %d to reread config files\n", (int)pid);
	report_old_binary(pid);
	int code = request_reload();
	return code >= 0 ? code : signal_reload(pid, pidfd);
}

int control_reload(int *running)
{
	bool stale;
	pid_t pid;
	int pidfd, code = EXIT_OTHER;
	enum process_running state = find_guardian(&pid, &pidfd, &stale);
	*running = state != PROCESS_STOPPED;
	if (state == PROCESS_CHANGES)
		return no_guardian();
	if (state == PROCESS_RUNS) {
		code = reload_running(pid, pidfd);
		(void)close(pidfd);
	}
	return code;
}
