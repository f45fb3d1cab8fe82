// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "heartbeat/daemon/check.h"
#include "heartbeat/daemon/load.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/secrets.h"
#include "heartbeat/daemon/status_command.h"
#include "heartbeat/daemon/status_query.h"
#include "heartbeat/daemon/time_limit.h"
#include "lib/file.h"

enum { PART_MS = 20000, LOG_TAIL = 1024 * 1024, OUTPUT_MAX = 16 * 1024 * 1024, FILE_MODE = 0600 };

struct report {
	const char *directory;
	struct secrets secrets; /* from the file authkeys, which is read first */
	bool good;
};

/* --- writing --- */

/* Write a file of the report without keys.  All files are written by this function. */
static bool put(const struct report *r, const char *name, struct bytes text)
{
	char path[PATH_MAX];
	GString *clean = secrets_remove(&r->secrets, text);
	int rc = snprintf(path, sizeof path, "%s/%s", r->directory, name) < (int)sizeof path
			 ? file_replace(path, clean->str, clean->len, FILE_MODE)
			 : -ENAMETOOLONG;
	g_string_free(clean, TRUE);
	if (rc != 0)
		(void)fprintf(stderr, "heartbeat: cannot write %s/%s: %s\n", r->directory, name, strerror(-rc));
	return rc == 0;
}

static bool put_string(const struct report *r, const char *name, GString *text)
{
	bool good = put(r, name, (struct bytes){(const uint8_t *)text->str, text->len});
	g_string_free(text, TRUE);
	return good;
}

static bool put_failure(const struct report *r, const char *name, const char *path, int error)
{
	GString *text = g_string_new(NULL);
	g_string_append_printf(text, "%s cannot be read: %s\n", path, strerror(error));
	return put_string(r, name, text);
}

/* --- parts --- */

static bool put_about(const struct report *r)
{
	struct utsname host = {.nodename = "?"};
	char clock[64] = "";
	time_t now = time(NULL);
	struct tm local;
	GString *text = g_string_new(NULL);
	if (localtime_r(&now, &local))
		/* after a failure, only this hint is missing */
		(void)strftime(clock, sizeof clock, "%Y-%m-%d %H:%M:%S %z", &local);
	(void)uname(&host); /* as above */
	g_string_append_printf(text,
		"heartbeat %s, report of %s, %s\nkernel: %s %s %s\nKeys are left out. Look for what else must not leave your "
		"site: names and addresses, arguments of resources, env lines, what programs wrote to the log.\n",
		VERSION, host.nodename, clock, host.sysname, host.release, host.machine);
	return put_string(r, "about.txt", text);
}

/* Copy a file.  show: a function that removes secrets from the text, or NULL. */
static bool put_file(const struct report *r, const char *path, const char *name, GString *(*show)(struct bytes text))
{
	char *text;
	size_t len;
	int rc = file_read(path, CONFIG_FILE_MAX, &text, &len, NULL);
	if (rc != 0)
		return put_failure(r, name, path, -rc);
	const struct bytes all = {(const uint8_t *)text, len};
	bool good = show ? put_string(r, name, show(all)) : put(r, name, all);
	explicit_bzero(text, len);
	free(text);
	return good;
}

static bool put_configuration(const struct report *r)
{
	bool good = put_file(r, PATH_HA_CF, "ha.cf", secrets_show_ha_cf);
	good &= put_file(r, PATH_AUTHKEYS, "authkeys", secrets_show_authkeys);
	good &= put_file(r, PATH_HARESOURCES, "haresources", NULL);
	return good;
}

/* Copy the end of a log, from the start of a line. */
static bool put_log(const struct report *r, const char *path, const char *name)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *text = fd >= 0 ? malloc(LOG_TAIL) : NULL;
	if (!text || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		int error = fd < 0 ? errno : text ? EINVAL : ENOMEM;
		if (fd >= 0)
			(void)close(fd);
		free(text);
		return put_failure(r, name, path, error);
	}
	off_t from = st.st_size > LOG_TAIL ? st.st_size - LOG_TAIL : 0;
	ssize_t len = pread(fd, text, LOG_TAIL, from);
	int error = errno;
	(void)close(fd);
	struct reader rest = reader_over((struct bytes){(const uint8_t *)text, len > 0 ? (size_t)len : 0});
	if (from > 0)
		(void)reader_until(&rest, '\n');
	bool good = len < 0 ? put_failure(r, name, path, error) : put(r, name, reader_take(&rest, reader_left(&rest)));
	free(text);
	return good;
}

/* Copy the logs that ha.cf names; an ha.cf with errors may still name them. */
static bool put_logs(const struct report *r)
{
	char *text;
	size_t len;
	struct diags d;
	diags_init(&d, PATH_HA_CF);
	int rc = file_read(PATH_HA_CF, CONFIG_FILE_MAX, &text, &len, NULL);
	struct ha_cf *conf = rc == 0 ? ha_cf_parse((struct bytes){(const uint8_t *)text, len}, NULL, &d) : NULL;
	bool good = true;
	if (conf && conf->logfile)
		good &= put_log(r, conf->logfile, "log.txt");
	if (conf && conf->debugfile)
		good &= put_log(r, conf->debugfile, "debug.txt");
	if (!conf || (!conf->logfile && !conf->debugfile))
		good &= put(r, "log.txt",
			bytes_of("ha.cf cannot be read, or names no log file: look into syslog or the journal\n"));
	if (conf)
		ha_cf_free(conf);
	diags_free(&d);
	if (rc == 0)
		free(text);
	return good;
}

static bool put_datagrams(const struct report *r)
{
	char why[STATUS_ERROR_MAX];
	int code;
	size_t i;
	json_t *answer = status_query("getdatagrams", &code, why), *d;
	GString *text = g_string_new(NULL);
	if (!answer)
		g_string_append_printf(text, "%s\n", why);
	json_array_foreach(json_object_get(answer, "datagram"), i, d) {
		long long ms = json_integer_value(json_object_get(d, "ago_ms"));
		g_string_append_printf(text, "%lld.%03lld s ago, %s %s %s, %lld bytes: %s\n", ms / 1000, ms % 1000,
			json_is_true(json_object_get(d, "sent")) ? "sent on all media" : "received on",
			json_string_value(json_object_get(d, "medium")), json_string_value(json_object_get(d, "from")),
			json_integer_value(json_object_get(d, "length")), json_string_value(json_object_get(d, "text")));
	}
	json_decref(answer);
	return put_string(r, "datagrams.txt", text);
}

/* --- parts that are the output of a command --- */

static int run_status(bool json)
{
	return status_command(&(struct status_options){.json = json});
}

static int run_explain(bool json)
{
	return explain_command(&(struct status_options){.json = json});
}

static int run_check(bool json)
{
	return check_command(&(struct check_options){.json = json});
}

/* Write both output streams of a command; a file in memory collects them. */
static bool put_output(const struct report *r, const char *name, int (*run)(bool json), bool json)
{
	int fd = memfd_create("heartbeat report", MFD_CLOEXEC), out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	char *text = NULL;
	ssize_t len = -1;
	if (fd >= 0 && out >= 0 && err >= 0) {
		(void)fflush(stdout);
		(void)dup2(fd, STDOUT_FILENO); /* this cannot fail: all descriptors are valid */
		(void)dup2(fd, STDERR_FILENO);
		(void)run(json); /* only its output matters */
		(void)fflush(stdout);
		(void)dup2(out, STDOUT_FILENO);
		(void)dup2(err, STDERR_FILENO);
		off_t size = lseek(fd, 0, SEEK_END);
		text = size >= 0 && size < OUTPUT_MAX ? malloc((size_t)size + 1) : NULL;
		len = text ? pread(fd, text, (size_t)size, 0) : -1;
	}
	const int fds[] = {fd, out, err};
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	bool good = len >= 0 ? put(r, name, (struct bytes){(const uint8_t *)text, (size_t)len})
			     : put(r, name, bytes_of("the output cannot be kept\n"));
	free(text);
	return good;
}

static bool put_status(const struct report *r)
{
	bool good = put_output(r, "status.txt", run_status, false);
	return put_output(r, "status.json", run_status, true) && good;
}

static bool put_explanation(const struct report *r)
{
	return put_output(r, "explain.txt", run_explain, false);
}

static bool put_check(const struct report *r)
{
	return put_output(r, "check.txt", run_check, false);
}

/* --- the whole report --- */

static const struct part {
	const char *what;
	bool (*put)(const struct report *r);
} parts[] = {
	{"the description of this machine", put_about},
	{"the copy of the files", put_configuration},
	{"the copy of the log", put_logs},
	{"the status", put_status},
	{"the explanation", put_explanation},
	{"the check", put_check},
	{"the list of the datagrams", put_datagrams},
};

struct part_run {
	const struct report *report;
	const struct part *part;
};

static int run_part(void *context)
{
	const struct part_run *p = context;
	return p->part->put(p->report) ? EXIT_OK : EXIT_OTHER;
}

/* Read the keys.  Returns false when that fails: then keys cannot be removed from the other files, so no report is
 * made. */
static bool read_keys(struct secrets *secrets)
{
	char *text = NULL;
	size_t len = 0;
	int rc = file_read(PATH_AUTHKEYS, CONFIG_FILE_MAX, &text, &len, NULL);
	if (rc != 0 && rc != -ENOENT) {
		(void)fprintf(stderr, "heartbeat: cannot read %s, and so cannot keep its keys out of a report: %s\n", PATH_AUTHKEYS,
			strerror(-rc));
		return false;
	}
	secrets_init(secrets, (struct bytes){(const uint8_t *)text, len});
	if (rc == 0)
		explicit_bzero(text, len);
	free(text);
	return true;
}

int report_command(const char *directory)
{
	struct report r = {.directory = directory, .good = true};
	if (!read_keys(&r.secrets))
		return EXIT_OTHER;
	if (mkdir(directory, 0700) != 0) {
		(void)fprintf(stderr, "heartbeat: cannot make the directory %s: %s; expected a name that does not exist yet\n",
			directory, strerror(errno));
		secrets_free(&r.secrets);
		return EXIT_OTHER;
	}
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		struct part_run run = {&r, &parts[i]};
		/* each part has its own limit, so that a part that hangs does not prevent the others */
		r.good &= time_limit_run(span_ms(PART_MS), EXIT_OTHER, parts[i].what, run_part, &run) == EXIT_OK;
	}
	secrets_free(&r.secrets);
	(void)printf("%s\n", directory);
	return r.good ? EXIT_OK : EXIT_OTHER;
}
