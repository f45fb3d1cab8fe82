// SPDX-License-Identifier: MIT
/* heartbeat: options, then composition: files -> lock -> background -> guardian -> engine.
 * doc/commands.md 1, doc/configuration.md 7. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "heartbeat/daemon/control.h"
#include "heartbeat/daemon/guardian.h"
#include "heartbeat/daemon/load.h"
#include "heartbeat/daemon/logging.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/process.h"
#include "heartbeat/daemon/record.h"
#include "lib/file.h"
#include "lib/log.h"

struct options {
	bool foreground, stop, status, reload, version;
	int debug;
	const char *record;
};

/* One row an option: letter, what it sets, help. */
static void set_foreground(struct options *o) { o->foreground = true; }
static void set_debug(struct options *o) { o->debug++; }
static void set_stop(struct options *o) { o->stop = true; }
static void set_status(struct options *o) { o->status = true; }
static void set_reload(struct options *o) { o->reload = true; }
static void set_version(struct options *o) { o->version = true; }

static const struct {
	char letter;
	void (*set)(struct options *o);
	const char *help;
} rows[] = {
	{'f', set_foreground, "stay in the foreground, log to standard error too"},
	{'d', set_debug, "debug level + 1 (may be repeated)"},
	{'k', set_stop, "stop the heartbeat that runs: release everything, tell the other node"},
	{'s', set_status, "say whether heartbeat runs (exit 0; 3 stopped, 1 stopped with a stale pid file)"},
	{'r', set_reload, "check the files, then have them read again; what runs goes on"},
	{'V', set_version, "print the version"},
};
enum { ROWS = sizeof rows / sizeof *rows };

static int usage(void)
{
	fputs("usage: heartbeat [-", stderr);
	for (size_t i = 0; i < ROWS; i++)
		fputc(rows[i].letter, stderr);
	fputs("]\n", stderr);
	for (size_t i = 0; i < ROWS; i++)
		fprintf(stderr, "  -%c  %s\n", rows[i].letter, rows[i].help);
	fputs("  --record FILE  append all that the engine hears and is told to FILE, for replay; an absolute path\n",
		stderr);
	return EXIT_USAGE;
}

static bool parse(int argc, char **argv, struct options *o)
{
	char letters[ROWS + 1] = "";
	for (size_t i = 0; i < ROWS; i++)
		letters[i] = rows[i].letter;
	static const struct option words[] = {{"record", required_argument, NULL, 0}, {0}};
	for (int letter; (letter = getopt_long(argc, argv, letters, words, NULL)) != -1;) {
		if (letter == '?' || (letter == 0 && (*optarg != '/' || strlen(optarg) >= PATH_MAX)))
			return false;
		if (letter == 0)
			o->record = optarg;
		for (size_t i = 0; i < ROWS; i++)
			if (rows[i].letter == letter)
				rows[i].set(o);
	}
	return true; /* further arguments are ignored, as in the reference */
}

/* Directories that may have vanished with /run. */
static bool make_directories(void)
{
	static const struct {
		const char *path;
		mode_t mode;
	} needed[] = {{PATH_RUN, 0750}, {PATH_RSCTMP, 01755}, {PATH_LIB, 0755}, {PATH_CORES, 0700}};
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
		int rc = file_make_directory(needed[i].path, needed[i].mode);
		if (rc != 0) {
			log_at(LOG_LEVEL_ERROR, "cannot make %s: %s", needed[i].path, strerror(-rc));
			return false;
		}
	}
	return true;
}

/* Go to the background.  Returns true in the child.  In the parent: waits for the start result of the engine, sets
 * *code to it and returns false. */
static bool detach(int *ready_fd, int *code)
{
	int ready[2];
	uint8_t byte = EXIT_OTHER;
	*code = EXIT_OTHER;
	if (pipe2(ready, O_CLOEXEC) != 0) {
		log_at(LOG_LEVEL_ERROR, "pipe: %s", strerror(errno));
		return false;
	}
	pid_t pid = fork();
	if (pid == 0) {
		(void)close(ready[0]);
		(void)setsid(); /* the child of a fork is no group leader: cannot fail */
		*ready_fd = ready[1];
		return true;
	}
	(void)close(ready[1]);
	if (pid < 0)
		log_at(LOG_LEVEL_ERROR, "fork: %s", strerror(errno));
	else if (read(ready[0], &byte, 1) == 1)
		*code = byte;
	return false;
}

static int start(const struct options *o)
{
	struct configuration *files = configuration_load();
	if (!files) {
		log_at(LOG_LEVEL_ERROR, "Configuration error, heartbeat not started.");
		return EXIT_CONFIG;
	}
	if (!make_directories()) {
		configuration_free(files);
		return EXIT_OTHER;
	}
	int rc = process_lock();
	if (rc != 0) {
		bool stale;
		if (rc == -EWOULDBLOCK)
			log_at(LOG_LEVEL_INFO, "heartbeat: already running [pid %d].", (int)process_running(&stale));
		else
			log_at(LOG_LEVEL_ERROR, "cannot lock %s: %s", PATH_PID, strerror(-rc));
		configuration_free(files);
		return rc == -EWOULDBLOCK ? EXIT_OK : rc == -EACCES || rc == -EPERM ? EXIT_PERMISSION : EXIT_OTHER;
	}
	logging_open(files, o->debug, true, false);
	log_at(LOG_LEVEL_INFO, "Configuration validated. Starting heartbeat " VERSION);
	configuration_tell_unserved(files);
	if (o->record)
		record_to(o->record);
	int ready_fd = -1, code;
	if (!o->foreground && !detach(&ready_fd, &code)) {
		configuration_free(files);
		return code;
	}
	return guardian_run(&(struct guardian_config){
		.files = files, .ready_fd = ready_fd, .debug = o->debug, .foreground = o->foreground});
}

int main(int argc, char **argv)
{
	struct options o = {0};
	process_title_init(argc, argv);
	(void)signal(SIGPIPE, SIG_IGN); /* a client that hangs up is an error of one write */
	if (!parse(argc, argv, &o))
		return usage();
	logging_early(o.debug);
	if (o.version) {
		puts(VERSION);
		return EXIT_OK;
	}
	if (o.status)
		return control_status();
	if (geteuid() != 0) {
		fputs("heartbeat: must be run by root: it changes addresses and opens raw sockets\n", stderr);
		return EXIT_PERMISSION;
	}
	if (o.stop)
		return control_stop();
	if (o.reload) {
		int running;
		int code = control_reload(&running);
		if (running)
			return code;
	}
	return start(&o);
}
