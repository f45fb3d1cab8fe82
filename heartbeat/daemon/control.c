// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/control.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "heartbeat/daemon/holdings.h"
#include "heartbeat/daemon/load.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/process.h"
#include "heartbeat/ipc/api_client.h"
#include "lib/log.h"
#include "lib/mono.h"

enum { EXIT_STATUS_UNKNOWN = 4 /* LSB */ };
enum { SAY_EVERY_MS = 5000, STOP_BOUND_MS = 600000, API_MS = 1000 };

int control_status(void)
{
	bool stale;
	pid_t pid = process_running(&stale);
	if (pid < 0)
		return EXIT_STATUS_UNKNOWN;
	if (pid == 0) {
		puts("heartbeat is stopped. No process");
		return stale ? 1 : 3;
	}
	struct utsname host;
	char node[HA_CF_NAME_MAX];
	if (uname(&host) != 0 || !load_node_name(node))
		return EXIT_OTHER;
	printf("heartbeat OK [pid %d et al] is running on %s [%s]...\n", (int)pid, host.nodename, node);
	return 0;
}

/* Signal the process that holds the lock by descriptor, because another process may get the same pid in between. */
static int signal_running(pid_t pid, int number, int *pidfd)
{
	bool stale;
	*pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (*pidfd < 0)
		return errno == ESRCH ? 0 : -errno;
	pid_t again = process_running(&stale);
	if (again != pid)
		return again < 0 ? -EIO : 0;
	return syscall(SYS_pidfd_send_signal, *pidfd, number, NULL, 0) == 0 ? 0 : -errno;
}

/* Print the groups that the daemon has not released yet. */
static void say_what_holds_it(void)
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
	fprintf(stderr, "heartbeat: still stopping:%s\n", w.len ? line : " the other node is told");
	api_client_close(client);
}

static int wait_for_end(int pidfd, pid_t pid)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	for (int waited = 0; waited < STOP_BOUND_MS; waited += SAY_EVERY_MS) {
		if (poll(&p, 1, SAY_EVERY_MS) > 0)
			return 0;
		say_what_holds_it();
	}
	fprintf(stderr, "heartbeat: pid %d has not ended after %d s; its log says why. It goes on stopping\n", (int)pid,
		STOP_BOUND_MS / 1000);
	return EXIT_OTHER;
}

/* The daemon has ended.  Check whether it stopped all resources. */
static int judge_left(void)
{
	int left = holdings_left();
	if (left < 0)
		fprintf(stderr,
			"heartbeat: stopped, but %s cannot be read, so nobody knows whether everything could be stopped; the log says it: %s\n",
			PATH_HOLDINGS, strerror(-left));
	if (left > 0)
		fprintf(stderr,
			"heartbeat: stopped, but not everything that ran here could be stopped; the log says what. The other node takes over after "
			"deadtime all the same: stop it by hand now, or switch this machine off\n");
	return left != 0 ? EXIT_OTHER : 0;
}

int control_stop(void)
{
	bool stale;
	int pidfd;
	pid_t pid = process_running(&stale);
	if (pid < 0)
		return EXIT_OTHER;
	if (pid == 0) {
		fprintf(stderr, "INFO: Heartbeat already stopped.\n");
		return 0;
	}
	int rc = signal_running(pid, SIGTERM, &pidfd);
	if (rc != 0) {
		fprintf(stderr, "heartbeat: cannot signal pid %d: %s\n", (int)pid, strerror(-rc));
		return rc == -EPERM ? EXIT_PERMISSION : EXIT_OTHER;
	}
	rc = pidfd < 0 ? 0 : wait_for_end(pidfd, pid);
	if (pidfd >= 0)
		(void)close(pidfd);
	return rc == 0 ? judge_left() : rc;
}

int control_reload(int *running)
{
	bool stale;
	int pidfd;
	pid_t pid = process_running(&stale);
	*running = pid != 0;
	if (pid <= 0)
		return pid < 0 ? EXIT_OTHER : 0;
	struct configuration *files = configuration_load();
	if (!files) {
		log_at(LOG_LEVEL_ERROR, "Config errors: Heartbeat pid %d NOT restarted", (int)pid);
		return EXIT_OTHER;
	}
	configuration_free(files);
	fprintf(stderr, "Signalling heartbeat pid %d to reread config files\n", (int)pid);
	int rc = signal_running(pid, SIGHUP, &pidfd);
	if (pidfd >= 0)
		(void)close(pidfd);
	if (rc != 0)
		fprintf(stderr, "heartbeat: cannot signal pid %d: %s; the old files stay in use\n", (int)pid,
			strerror(-rc));
	return rc == 0 ? 0 : rc == -EPERM ? EXIT_PERMISSION : EXIT_OTHER;
}
