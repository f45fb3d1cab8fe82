// SPDX-License-Identifier: MIT
/* IPaddr and IPaddr2 as a resource script: the code of the daemon, for people and for other cluster managers.
 * doc/resources.md 6, 8 and 9. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "heartbeat/exec/ipaddr.h"
#include "lib/facility.h"
#include "lib/log.h"
#include "lib/streams.h"

/* The exit codes of OCF that occur here. */
enum { EXIT_OK = 0, EXIT_GENERIC = 1, EXIT_ARGS = 2, EXIT_NOT_RUNNING = 7 };

static const struct {
	int code;
	const char *text;
} outcomes[] = {
	{EXIT_OK, "INFO:  Success"},
	{EXIT_GENERIC, "ERROR:  Generic error"},
	{EXIT_ARGS, "ERROR:  Illegal argument"},
	{EXIT_NOT_RUNNING, "INFO:  Resource is stopped"},
};

static int end(int code)
{
	for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
		if (outcomes[i].code == code)
			puts(outcomes[i].text);
	return code;
}

static int failed(const char *argument, const char *error, int code)
{
	log_at(LOG_LEVEL_ERROR, "%s: %s", argument, error);
	return end(code);
}

/* A separate process sends the other announcements, because the group must not wait for them.
 * The process ends by itself when the address is gone. */
static void announce_in_background(const struct ipaddr *ip)
{
	pid_t child = fork();
	if (child != 0)
		return; /* also when fork failed: the first announcement has been sent already */
	if (setsid() < 0 || chdir("/") < 0)
		_exit(EXIT_GENERIC);
	/* The caller waits for the end of our output, so close it here. */
	(void)streams_release(-1); /* if this fails, the caller waits a second longer */
	struct address_table *table = address_table_new();
	unsigned sent = 0, pause_ms = ipaddr_announce_pause_ms(0);
	for (int tried = 0; table != NULL && pause_ms > 0 && tried < IPADDR_ANNOUNCE_TRIES; tried++) {
		struct timespec pause = {.tv_sec = pause_ms / 1000, .tv_nsec = pause_ms % 1000 * 1000000L};
		while (nanosleep(&pause, &pause) < 0 && errno == EINTR)
			continue;
		(void)address_announce_prepare(); /* ipaddr_announce logs why this failed */
		int result = ipaddr_announce(table, ip);
		if (result == -ENOENT)
			break;
		sent += result == 0;
		pause_ms = result == 0 ? ipaddr_announce_pause_ms(sent) : IPADDR_ANNOUNCE_INTERVAL_MS;
	}
	_exit(EXIT_OK);
}

static int start(struct address_table *table, const char *argument, struct ipaddr *ip)
{
	char error[IPADDR_ERROR_MAX];
	(void)address_announce_prepare(); /* ipaddr_announce logs why this failed */
	int result = ipaddr_start(table, ip, error);
	if (result < 0)
		return failed(argument, error, result == -EINVAL ? EXIT_ARGS : EXIT_GENERIC);
	if (result == 1)
		(void)ipaddr_announce(table, ip); /* if this fails, the process in the background notices it too */
	announce_in_background(ip);
	return end(EXIT_OK);
}

static int stop(struct address_table *table, const char *argument, struct ipaddr *ip)
{
	char error[IPADDR_ERROR_MAX];
	return ipaddr_stop(table, ip, error) < 0 ? failed(argument, error, EXIT_GENERIC) : end(EXIT_OK);
}

static int status(struct address_table *table, const char *argument, struct ipaddr *ip)
{
	int result = ipaddr_status(table, ip);
	if (result < 0)
		return failed(argument, strerror(-result), EXIT_GENERIC);
	if (result == 0)
		return end(EXIT_NOT_RUNNING);
	puts("INFO:  Running OK");
	return EXIT_OK;
}

static void print_usage(const char *name)
{
	printf("usage: %s IP[/MASK[/IF[:LABEL][/BROADCAST]]] start|stop|status|monitor|usage|meta-data\n"
	       "  MASK is a prefix like 24 or a mask like 255.255.255.0\n"
	       "  without MASK or IF, the values of the connected network that contains IP are used\n",
	       name);
}

static void print_meta_data(const char *name)
{
	printf("<?xml version=\"1.0\"?>\n"
	       "<!DOCTYPE resource-agent SYSTEM \"ra-api-1.dtd\">\n"
	       "<resource-agent name=\"%s\" version=\"%s\">\n"
	       "<version>1.0</version>\n"
	       "<longdesc lang=\"en\">A service address of IPv4, announced by gratuitous ARP.</longdesc>\n"
	       "<shortdesc lang=\"en\">IPv4 service address</shortdesc>\n"
	       "<parameters>\n"
	       "<parameter name=\"1\" required=\"1\" unique=\"1\">\n"
	       "<longdesc lang=\"en\">IP[/MASK[/IF[:LABEL][/BROADCAST]]]</longdesc>\n"
	       "<shortdesc lang=\"en\">address</shortdesc>\n"
	       "<content type=\"string\"/>\n"
	       "</parameter>\n"
	       "</parameters>\n"
	       "<actions>\n"
	       "<action name=\"start\" timeout=\"20s\"/>\n"
	       "<action name=\"stop\" timeout=\"20s\"/>\n"
	       "<action name=\"status\" timeout=\"20s\" interval=\"10s\"/>\n"
	       "<action name=\"monitor\" timeout=\"20s\" interval=\"10s\"/>\n"
	       "<action name=\"meta-data\" timeout=\"5s\"/>\n"
	       "</actions>\n"
	       "</resource-agent>\n",
	       name, VERSION);
}

static const struct {
	const char *name;
	int (*run)(struct address_table *table, const char *argument, struct ipaddr *ip);
	void (*print)(const char *name);
} actions[] = {
	{"start", start, NULL},
	{"stop", stop, NULL},
	{"status", status, NULL},
	{"monitor", status, NULL},
	{"usage", NULL, print_usage},
	{"meta-data", NULL, print_meta_data},
};

/* Log to the places that the daemon passes in the environment; without them, to standard error. */
static void open_log(const char *name)
{
	const char *host = getenv("HA_CURHOST"), *facility = getenv("HA_LOGFACILITY"), *file = getenv("HA_LOGFILE");
	int number = facility != NULL ? facility_number(bytes_of(facility)) : -1;
	struct log_config config = {
		.entity = name,
		.host = host != NULL ? host : "localhost",
		.logfile = file,
		.debugfile = getenv("HA_DEBUGLOG"),
		.facility = number >= 0 ? number : -1,
		.to_stderr = file == NULL && number < 0,
		.syslog_layout = true,
	};
	/* a log file that cannot be opened is left out; the exit code still reports the result */
	(void)log_open(&config);
}

static int run(const char *argument, int (*action)(struct address_table *, const char *, struct ipaddr *))
{
	struct ipaddr ip;
	char error[IPADDR_ERROR_MAX];
	if (ipaddr_parse(AF_INET, argument, &ip, error) != 0)
		return failed(argument, error, EXIT_ARGS);
	struct address_table *table = address_table_new();
	if (table == NULL)
		return failed(argument, strerror(errno), EXIT_GENERIC);
	int code = action(table, argument, &ip);
	address_table_free(table);
	address_announce_close();
	return code;
}

int main(int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "IPaddr";
	for (size_t i = 0; argc == 3 && i < sizeof actions / sizeof actions[0]; i++) {
		if (strcmp(argv[2], actions[i].name) != 0)
			continue;
		if (actions[i].print != NULL) {
			actions[i].print(name);
			return EXIT_OK;
		}
		open_log(name);
		int code = run(argv[1], actions[i].run);
		log_close();
		return code;
	}
	print_usage(name);
	return EXIT_GENERIC;
}
