// SPDX-License-Identifier: MIT
/* The program heartbeat: parses the options, then starts the parts: files -> lock -> background -> guardian -> engine.
 * doc/commands.md 1, doc/configuration.md 7. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "heartbeat/daemon/check.h"
#include "heartbeat/daemon/control.h"
#include "heartbeat/daemon/file_trust.h"
#include "heartbeat/daemon/guardian.h"
#include "heartbeat/daemon/load.h"
#include "heartbeat/daemon/logging.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/print_config.h"
#include "heartbeat/daemon/process.h"
#include "heartbeat/daemon/report.h"
#include "heartbeat/daemon/status_command.h"
#include "lib/background.h"
#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/streams.h"

/* The requests that are long options and only print something. */
enum query { QUERY_NONE, QUERY_CHECK, QUERY_STATUS, QUERY_EXPLAIN, QUERY_REPORT };

struct options {
	bool foreground, stop, status, reload, version, defaults, wiki, verbose, ordinary, idle;
	int debug;
	const char *record;
	const char *resume; /* used by heartbeat itself only: guardian.h */
	bool reexec, reexec_engine;
	enum query query;
	bool json;
	const char *word; /* the first argument that is not an option: a directory or a group */
	const char *diff, *report;
	unsigned watch_s; /* 0: print only once */
};

/* The functions for the table of options below. */
static void set_foreground(struct options *o) { o->foreground = true; }
static void set_debug(struct options *o) { o->debug++; }
static void set_stop(struct options *o) { o->stop = true; }
static void set_status(struct options *o) { o->status = true; }
static void set_reload(struct options *o) { o->reload = true; }
static void set_version(struct options *o) { o->version = true; }
static void set_defaults(struct options *o) { o->defaults = true; }
static void set_wiki(struct options *o) { o->wiki = true; }
static void set_verbose(struct options *o) { o->verbose = true; }
static void set_idle(struct options *o) { o->idle = true; }
static void set_ordinary(struct options *o) { o->ordinary = true; }

static const struct {
	char letter;
	void (*set)(struct options *o);
	const char *help;
} rows[] = {
	{'f', set_foreground, "stay in the foreground, log to standard error too"},
	{'d', set_debug, "debug level + 1 (may be repeated)"},
	{'k', set_stop, "stop the running heartbeat: release all resources, inform the other node"},
	{'s', set_status, "report whether heartbeat runs (exit 0; 3 stopped, 1 stopped with a stale pid file)"},
	{'r', set_reload, "check the files, then apply them; running resources continue"},
	{'V', set_version, "print the version"},
	{'v', set_verbose, "print the configuration in use, then start"},
	{'D', set_defaults, "print the directives that have a default"},
	{'W', set_wiki, "with -D: in the markup of the wiki"},
	{'l', set_ordinary, "no real-time priority and no locked memory, whatever ha.cf says"},
	{'M', set_idle, "refused, with what to do instead: a start without resources"},
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
	fputs("  --record FILE  append every input of the engine to FILE, for replay; an absolute path\n",
		stderr);
	fputs("  --check [--json] [DIR]  check the files of DIR, or those in use, and this machine; exit 0 clean, 1 warnings, 2 errors\n",
		stderr);
	fputs("  --diff OTHER [--json] [DIR]  compare them with a copy of the other node's files; exit as --check\n", stderr);
	fputs("  --status [--json] [--watch[=SECONDS]]  what runs where, since when, why; exit 0 good, 1 needs attention, 3 stopped, 4 unknown\n",
		stderr);
	fputs("  --explain [--json] [GROUP]  the last decisions about the groups, with what they were based on\n", stderr);
	fputs("  --report DIR   make DIR: files, log, status and last datagrams of this node, without keys\n", stderr);
	fputs("  --reexec       change the running heartbeat to the installed binary; resources keep running\n", stderr);
	return EXIT_USAGE;
}

enum word {
	WORD_RECORD,
	WORD_RESUME,
	WORD_REEXEC_ENGINE,
	WORD_REEXEC,
	WORD_CHECK,
	WORD_DIFF,
	WORD_STATUS,
	WORD_WATCH,
	WORD_EXPLAIN,
	WORD_REPORT,
	WORD_JSON,
	WORDS
};

static bool take_interval(struct options *o)
{
	uint64_t seconds = 2;
	if (optarg && (!bytes_to_u64(bytes_of(optarg), 10, &seconds) || seconds == 0 || seconds > 3600))
		return false;
	o->watch_s = (unsigned)seconds;
	return true;
}

/* Process a long option.  Returns false when its argument is wrong. */
static bool take_word(struct options *o, enum word word)
{
	switch (word) {
	case WORD_RECORD:
		o->record = optarg;
		break;
	case WORD_RESUME:
		o->resume = optarg;
		break;
	case WORD_REEXEC_ENGINE:
		o->reexec_engine = true;
		break;
	case WORD_REEXEC:
		o->reexec = true;
		break;
	case WORD_CHECK:
		o->query = QUERY_CHECK;
		break;
	case WORD_DIFF:
		o->query = QUERY_CHECK;
		o->diff = optarg;
		break;
	case WORD_STATUS:
		o->query = QUERY_STATUS;
		break;
	case WORD_WATCH:
		return take_interval(o);
	case WORD_EXPLAIN:
		o->query = QUERY_EXPLAIN;
		break;
	case WORD_REPORT:
		o->query = QUERY_REPORT;
		o->report = optarg;
		break;
	case WORD_JSON:
		o->json = true;
		break;
	case WORDS:
		break;
	}
	return true;
}

/* Process the arguments after the options: at most one with a query option, any number otherwise, as in Heartbeat
 * 3.0.6. */
static bool take_words(struct options *o, int count, char **words)
{
	o->word = count > 0 ? words[0] : NULL;
	return o->query == QUERY_NONE || count <= (o->query == QUERY_CHECK || o->query == QUERY_EXPLAIN);
}

static bool parse(int argc, char **argv, struct options *o)
{
	char letters[ROWS + 1] = "";
	for (size_t i = 0; i < ROWS; i++)
		letters[i] = rows[i].letter;
	static const struct option words[] = {
		[WORD_RECORD] = {"record", required_argument, NULL, 0},
		[WORD_RESUME] = {"resume", required_argument, NULL, 0},
		[WORD_REEXEC_ENGINE] = {"reexec-engine", no_argument, NULL, 0},
		[WORD_REEXEC] = {"reexec", no_argument, NULL, 0},
		[WORD_CHECK] = {"check", no_argument, NULL, 0},
		[WORD_DIFF] = {"diff", required_argument, NULL, 0},
		[WORD_STATUS] = {"status", no_argument, NULL, 0},
		[WORD_WATCH] = {"watch", optional_argument, NULL, 0},
		[WORD_EXPLAIN] = {"explain", no_argument, NULL, 0},
		[WORD_REPORT] = {"report", required_argument, NULL, 0},
		[WORD_JSON] = {"json", no_argument, NULL, 0},
		[WORDS] = {0},
	};
	int word;
	for (int letter; (letter = getopt_long(argc, argv, letters, words, &word)) != -1;) {
		if (letter == '?')
			return false;
		if (letter == 0 && !take_word(o, (enum word)word))
			return false;
		for (size_t i = 0; i < ROWS; i++)
			if (rows[i].letter == letter)
				rows[i].set(o);
	}
	if (o->record && (*o->record != '/' || strlen(o->record) >= PATH_MAX))
		return false;
	return take_words(o, argc - optind, &argv[optind]);
}

/* Give a directory to the user hacluster: a client program of this user makes its socket there. */
static void give_to_clients(const char *path)
{
	const struct passwd *user = getpwnam("hacluster");
	if (user && geteuid() == 0 && chown(path, user->pw_uid, user->pw_gid) < 0)
		log_at(LOG_LEVEL_WARN, "cannot give %s to hacluster: %s", path, strerror(errno));
}

/* Make the directories that may be missing, because /run is empty after a boot.  The directories of /var may be on a
 * disk that is full or read-only; heartbeat works without them. */
static bool make_directories(void)
{
	static const struct {
		const char *path;
		mode_t mode;
		bool needed;
	} directories[] = {
		{PATH_RUN, 0750, true}, {PATH_RSCTMP, 01755, true}, {PATH_DOPD, 0750, false}, {PATH_LIB, 0755, false},
		{PATH_CORES, 0700, false}};
	bool good = true;
	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
		int rc = file_make_directory(directories[i].path, directories[i].mode);
		if (rc != 0)
			log_at(directories[i].needed ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "cannot make %s: %s", directories[i].path,
				strerror(-rc));
		good = good && (rc == 0 || !directories[i].needed);
	}
	give_to_clients(PATH_DOPD);
	if (good)
		file_trust_check_state(PATH_LIB, configuration_log, NULL);
	return good;
}

/* Go to the background.  Returns true in the daemon; *ready_fd is the pipe for the result of the start.  In the process
 * of the command, this waits for that result, stores it in *code and returns false. */
static bool detach(int *ready_fd, int *code)
{
	bool is_daemon;
	int fd = background_fork(&is_daemon);
	*code = EXIT_OTHER;
	*ready_fd = fd;
	if (fd < 0)
		log_at(LOG_LEVEL_ERROR, "cannot start the daemon in the background: %s", strerror(-fd));
	if (fd < 0 || is_daemon)
		return is_daemon;
	int result = background_wait(fd, MONO_FAR, NULL);
	if (result >= 0)
		*code = result;
	else
		log_at(LOG_LEVEL_ERROR, "the daemon did not report the result of its start: %s; see its log and heartbeat -s",
			result == -ENODATA ? "it has ended" : strerror(-result));
	return false;
}

/* Take the lock of this machine.  Returns false, with the exit code in *code, when that fails. */
static bool lock_machine(int *code)
{
	int rc = process_lock();
	bool stale;
	pid_t pid;
	if (rc == 0)
		return true;
	if (rc != -EWOULDBLOCK)
		log_at(LOG_LEVEL_ERROR, "cannot lock %s: %s", PATH_LOCK, strerror(-rc));
	else if (process_running(&pid, NULL, &stale) == PROCESS_RUNS)
		log_at(LOG_LEVEL_INFO, "heartbeat: already running [pid %d].", (int)pid);
	else
		log_at(LOG_LEVEL_INFO, "heartbeat: already running: it is being started, or is about to end.");
	*code = rc == -EWOULDBLOCK ? EXIT_OK : rc == -EACCES || rc == -EPERM ? EXIT_PERMISSION : EXIT_OTHER;
	return false;
}

/* Make the memory that the processes share.  Returns false after a log message. */
static bool make_shared(struct guardian_config *config)
{
	bool left;
	config->shared = shared_open(&config->shared_fd, &left);
	if (!config->shared)
		log_at(LOG_LEVEL_ERROR, "cannot prepare the shared memory: %s", strerror(errno));
	return config->shared;
}

static int start(const struct options *o)
{
	struct guardian_config config = {.report_fd = -1};
	config.accepted = accepted_new(&config.accepted_fd);
	if (!config.accepted) {
		log_at(LOG_LEVEL_ERROR, "cannot prepare the memory for the configuration: %s", strerror(errno));
		return EXIT_OTHER;
	}
	struct configuration *files = configuration_load(accepted_candidate(config.accepted));
	if (!files) {
		log_at(LOG_LEVEL_ERROR, "Configuration error, heartbeat not started.");
		return EXIT_CONFIG;
	}
	accepted_commit(config.accepted);
	if (o->verbose)
		print_configuration(files);
	config.accepted->debug = o->debug;
	config.accepted->foreground = o->foreground;
	config.accepted->ordinary = o->ordinary;
	if (o->record)
		(void)bytes_to_text(bytes_of(o->record), config.accepted->record, sizeof config.accepted->record);
	int code = EXIT_OTHER;
	bool good = make_directories() && lock_machine(&code);
	if (good) {
		logging_open(files, o->debug, true, false);
		log_at(LOG_LEVEL_INFO, "Configuration validated. Starting heartbeat " VERSION);
		check_at_start(files, configuration_log, NULL);
		good = make_shared(&config); /* after logging_open, so that the log gets the reason of a failure */
	}
	configuration_free(files);
	if (!good || (!o->foreground && !detach(&config.report_fd, &code)))
		return code;
	return guardian_run(&config);
}

/* Continue as the guardian of a running daemon. */
static int resume(const struct options *o)
{
	struct guardian_config config;
	if (!guardian_parse_resume(o->resume, &config)) {
		log_at(LOG_LEVEL_ERROR, "--resume is for heartbeat itself: %s", strerror(errno));
		return EXIT_USAGE;
	}
	config.reexec = o->reexec_engine;
	return guardian_run(&config);
}

/* Refuse option -M: the other node could not know why this node runs no resources. */
static int refuse_idle(void)
{
	fputs("heartbeat: -M is not available: a node that takes part starts its resources. To run without resources, remove\n"
	      "their lines from haresources on both nodes and run heartbeat -r; to work on this node, run hb_standby.\n",
		stderr);
	return EXIT_USAGE;
}

/* Process a query.  Any user may run it, except --report. */
static int answer(const struct options *o)
{
	const struct status_options about = {.json = o->json, .watch = o->watch_s > 0, .interval_s = o->watch_s,
		.group = o->word};
	switch (o->query) {
	case QUERY_STATUS:
		return status_command(&about);
	case QUERY_EXPLAIN:
		return explain_command(&about);
	case QUERY_REPORT:
		if (geteuid() == 0)
			return report_command(o->report);
		fputs("heartbeat: --report must be run by root: it reads the log, and the keys that it leaves out\n", stderr);
		return EXIT_PERMISSION;
	case QUERY_CHECK:
	case QUERY_NONE:
		break;
	}
	return check_command(&(struct check_options){.directory = o->word, .diff = o->diff, .json = o->json});
}

int main(int argc, char **argv)
{
	struct options o = {0};
	if (streams_fill() != 0) /* do this first, so that no file that we open gets the number of a standard stream */
		return EXIT_OTHER;
	process_title_init(argc, argv);
	(void)signal(SIGPIPE, SIG_IGN); /* without SIGPIPE, a connection that a client closes only makes a write fail */
	if (!parse(argc, argv, &o))
		return usage();
	logging_early(o.debug);
	if (o.version) {
		puts(VERSION);
		return EXIT_OK;
	}
	if (o.defaults) {
		print_defaults(o.wiki);
		return EXIT_OK;
	}
	if (o.idle)
		return refuse_idle();
	if (o.status)
		return control_status();
	if (o.query != QUERY_NONE)
		return answer(&o);
	if (geteuid() != 0) {
		fputs("heartbeat: must be run by root: it changes addresses and opens raw sockets\n", stderr);
		return EXIT_PERMISSION;
	}
	if (o.resume)
		return resume(&o);
	if (o.stop)
		return control_stop();
	if (o.reexec)
		return control_reexec();
	if (o.reload) {
		int running;
		int code = control_reload(&running);
		if (running)
			return code;
	}
	return start(&o);
}
