// SPDX-License-Identifier: MIT
#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/log_writer.h"
#include "lib/mono.h"
#include "lib/syslog_socket.h"

enum {
	NAME_CAP = 128,
	RAW_MAX = 2048,         /* bytes of a text before escaping; a line of a script is at most 1024 */
	TEXT_CAP = 3072,        /* after escaping */
	RECORD_CAP = PIPE_BUF,  /* header, text, newline; one write to a pipe of this size is atomic */
	FOLD_MAX = 1000,        /* after so many repetitions of a line their number is logged ... */
	FOLD_MS = 60000,        /* ... or after this time */
	CLOSE_MS = 500,         /* the writer has this time to write the waiting messages */
	RESTART_MS = 1000,      /* the writer is started again at most once in this time */
};

static const struct level {
	const char *name;
	int priority;
} levels[LOG_LEVELS] = {
	[LOG_LEVEL_CRIT] = {"CRIT", LOG_CRIT},
	[LOG_LEVEL_ERROR] = {"ERROR", LOG_ERR},
	[LOG_LEVEL_WARN] = {"WARN", LOG_WARNING},
	[LOG_LEVEL_NOTICE] = {"notice", LOG_NOTICE},
	[LOG_LEVEL_INFO] = {"info", LOG_INFO},
	[LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

/* A destination file of records. */
struct sink {
	char path[PATH_MAX];
	int fd;              /* -1: not open */
	enum log_level up_to;
	unsigned long lost;  /* records that could not be written, since the last written one */
	int why;             /* the errno of the first lost record */
	bool torn;           /* the last write ended within a line */
};

enum { SINK_LOG, SINK_DEBUG, FILES, SINK_STDERR = FILES, SINKS };

/* The process that writes the files (the writer), as the daemon sees it. */
struct remote {
	void (*begin)(void);       /* NULL: the configuration has no writer */
	struct log_writer *writer; /* NULL: the writer could not be started */
	struct mono started;
	unsigned long lost;        /* records that could not be sent to the writer since the last one that could */
	int why;
	bool reopen;               /* the files were rotated, and the writer must still get MESSAGE_REOPEN */
};
/* the first byte of a message is this value, or the level of the record that follows */
enum { MESSAGE_REOPEN = LOG_LEVELS };

static struct {
	bool open;
	char entity[NAME_CAP];
	char host[NAME_CAP];
	int facility;
	int debug_level;
	bool syslog_layout;
	struct sink sinks[SINKS];
	struct remote remote;
	struct syslog_socket syslog;
	unsigned long syslog_lost; /* records that syslog did not accept since the last accepted one */
	int syslog_why;
	/* folding */
	char last[TEXT_CAP];
	enum log_level last_level;
	unsigned repeated;
	struct mono repeated_since;
} logger = {.facility = -1,
	.syslog_layout = true,
	.last_level = LOG_LEVELS,
	.sinks = {{.fd = -1}, {.fd = -1}, {.fd = -1}},
	.syslog = {.path = _PATH_LOG, .fd = -1}};

const char *log_level_name(enum log_level level)
{
	return (unsigned)level < LOG_LEVELS ? levels[level].name : "?";
}

// --- sinks ---

/* open must not block, and must not follow a link that another user made: O_NONBLOCK for a FIFO without reader,
 * O_NOCTTY for a terminal, O_NOFOLLOW because the daemon is root and other users may be able to write in
 * /var/log/ha. */
static int sink_open(struct sink *sink)
{
	int fd = open(sink->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0644);
	if (fd < 0)
		// the old descriptor stays in use: records in the rotated file are better than lost records
		return -errno;
	if (sink->fd >= 0)
		(void)close(sink->fd); // nothing is buffered
	sink->fd = fd;
	return 0;
}

static void sink_close(struct sink *sink)
{
	if (sink->fd > STDERR_FILENO)
		(void)close(sink->fd);
	*sink = (struct sink){.fd = -1};
}

static bool sink_write(struct sink *sink, const char *data, size_t len)
{
	// Standard error may be a pipe whose reader does not read.  Other processes use the pipe too, so we cannot make
	// it non-blocking.
	struct pollfd ready = {sink->fd, POLLOUT, 0};
	if (poll(&ready, 1, 0) != 1) {
		errno = EAGAIN;
		return false;
	}
	ssize_t n = write(sink->fd, data, len);
	if (n == (ssize_t)len)
		return true;
	if (n > 0) {
		sink->torn = data[n - 1] != '\n';
		errno = ENOSPC;
	}
	return false;
}

static size_t record_header(char *out, size_t cap, enum log_level level);

/* Create the record that reports how many records are missing at this place.  Returns its length. */
static size_t lost_record(char record[RECORD_CAP], unsigned long lost, int why)
{
	size_t head = record_header(record, RECORD_CAP, LOG_LEVEL_WARN);
	int n = snprintf(record + head, RECORD_CAP - head, "log: %lu records lost here: %s\n", lost, strerror(why));
	return head + (n > 0 ? (size_t)n : 0);
}

static bool sink_report_lost(struct sink *sink)
{
	char record[RECORD_CAP];
	if (!sink_write(sink, record, lost_record(record, sink->lost, sink->why)))
		return false;
	sink->lost = 0;
	return true;
}

static void sink_record(struct sink *sink, enum log_level level, const char *record, size_t len)
{
	if (level > sink->up_to || (sink->fd < 0 && sink->path[0] == '\0'))
		return;
	/* try again: a descriptor may be free, or the directory may exist now */
	int failed = sink->fd < 0 ? sink_open(sink) : 0;
	if (failed != 0) {
		if (sink->lost++ == 0)
			sink->why = -failed;
		return;
	}
	if (sink->torn && sink_write(sink, "\n", 1))
		sink->torn = false;
	if (!sink->torn && (sink->lost == 0 || sink_report_lost(sink)) && sink_write(sink, record, len))
		return;
	if (sink->lost++ == 0)
		sink->why = errno;
}

// --- records ---

/* Writes "Nov 23 01:03:45.127 cfa heartbeat: [16]: info: ", or the older "heartbeat: 2026/11/23_01:03:46 info: ".
 * The names of the months are in a table, because strftime would use the locale of the program. */
static size_t record_header(char *out, size_t cap, enum log_level level)
{
	static const char months[12][4] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct timespec now = {0};
	struct tm tm = {0};
	(void)clock_gettime(CLOCK_REALTIME, &now); // a record with a wrong date is better than none
	if (!localtime_r(&now.tv_sec, &tm))
		tm = (struct tm){.tm_mday = 1, .tm_year = 70};
	const char *entity = logger.open ? logger.entity : program_invocation_short_name;
	struct writer w = writer_over(out, cap);
	if (logger.syslog_layout)
		writer_format(&w, "%s %02d %02d:%02d:%02d.%03ld %s%s%s: [%ld]: %s: ", months[tm.tm_mon], tm.tm_mday,
			tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000, logger.host, logger.host[0] ? " " : "",
			entity, (long)getpid(), levels[level].name);
	else
		writer_format(&w, "%s: %04d/%02d/%02d_%02d:%02d:%02d %s: ", entity, tm.tm_year + 1900, tm.tm_mon + 1,
			tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, levels[level].name);
	return w.len;
}

static int send_syslog(enum log_level level, const char *text)
{
	char record[RECORD_CAP];
	(void)snprintf(record, sizeof(record), "[%ld]: %s: %s", (long)getpid(), levels[level].name, text); // it fits
	return syslog_socket_send(&logger.syslog, logger.facility | levels[level].priority, logger.entity, record);
}

static void emit_syslog(enum log_level level, const char *text)
{
	char lost[128];
	(void)snprintf(
		lost, sizeof(lost), "log: %lu records lost here: %s", logger.syslog_lost, strerror(logger.syslog_why));
	int failed = logger.syslog_lost > 0 ? send_syslog(LOG_LEVEL_WARN, lost) : 0;
	if (failed == 0) {
		logger.syslog_lost = 0;
		failed = send_syslog(level, text);
	}
	if (failed != 0 && logger.syslog_lost++ == 0)
		logger.syslog_why = -failed;
}

// --- the process that writes the files ---

static void open_files(void)
{
	for (size_t i = 0; i < FILES; i++) {
		struct sink *sink = &logger.sinks[i];
		int failed = sink->path[0] != '\0' ? sink_open(sink) : 0;
		if (failed)
			log_at(LOG_LEVEL_ERROR, "log: cannot open %s: %s; tried again with each record", sink->path,
				strerror(-failed));
	}
}

/* For a child of fork that has closed all descriptors of its parent. */
static void forget_descriptors(void)
{
	logger.remote = (struct remote){0};
	logger.sinks[SINK_STDERR] = (struct sink){.fd = -1};
	for (size_t i = 0; i < FILES; i++)
		logger.sinks[i].fd = -1;
	logger.syslog.fd = -1;
	logger.last_level = LOG_LEVELS; // there is no line that can repeat
	logger.repeated = 0;
}

void log_in_own_process(void)
{
	forget_descriptors();
	open_files();
}

/* The writer calls this first: from now on this process writes the files itself. */
static void process_begins(void *context)
{
	(void)context;
	void (*begin)(void) = logger.remote.begin;
	forget_descriptors();
	begin();
	open_files();
}

static int process_message(void *context, const void *data, size_t len)
{
	const uint8_t *level = data;
	(void)context;
	if (*level == MESSAGE_REOPEN)
		log_reopen();
	else
		for (size_t i = 0; i < FILES; i++)
			sink_record(&logger.sinks[i], *level, (const char *)data + 1, len - 1);
	return 0;
}

static int remote_start(struct remote *r)
{
	r->started = mono_now();
	r->writer = log_writer_start(
		&(struct log_writer_job){.name = "log", .begin = process_begins, .message = process_message});
	return r->writer ? 0 : -errno;
}

/* Send one message to the writer.  Returns 0 or -errno. */
static int remote_send(struct remote *r, uint8_t first, const char *record, size_t len)
{
	uint8_t message[1 + RECORD_CAP] = {first};
	memcpy(message + 1, record, len);
	int failed = r->writer ? log_writer_send(r->writer, message, 1 + len) : -EPIPE;
	if (failed != -EPIPE && failed != -ECONNRESET)
		return failed;
	if (mono_since(mono_now(), r->started).ns < span_ms(RESTART_MS).ns)
		return failed;
	log_writer_stop(r->writer, (struct span){0});
	failed = remote_start(r);
	return failed ? failed : log_writer_send(r->writer, message, 1 + len);
}

/* Send the messages that could not be sent before. */
static int remote_catch_up(struct remote *r)
{
	char record[RECORD_CAP];
	int failed = r->reopen ? remote_send(r, MESSAGE_REOPEN, "", 0) : 0;
	if (failed)
		return failed;
	r->reopen = false;
	if (r->lost == 0)
		return 0;
	failed = remote_send(r, LOG_LEVEL_WARN, record, lost_record(record, r->lost, r->why));
	if (!failed)
		r->lost = 0;
	return failed;
}

static void remote_record(enum log_level level, const char *record, size_t len)
{
	struct remote *r = &logger.remote;
	int failed = remote_catch_up(r);
	if (!failed)
		failed = remote_send(r, (uint8_t)level, record, len);
	if (failed && r->lost++ == 0)
		r->why = -failed;
}

static void emit(enum log_level level, const char *text)
{
	char record[RECORD_CAP];
	struct writer w = writer_over(record, sizeof(record) - 1);
	w.len = record_header(record, sizeof(record) - 1, level);
	writer_text(&w, text);
	record[w.len++] = '\n';

	if (logger.remote.begin)
		remote_record(level, record, w.len);
	else
		for (size_t i = 0; i < FILES; i++)
			sink_record(&logger.sinks[i], level, record, w.len);
	// Before log_open, the records of a starting program go to its standard error.
	static struct sink early = {.fd = STDERR_FILENO, .up_to = LOG_LEVEL_DEBUG};
	if (!logger.open)
		sink_record(&early, level, record, w.len);
	sink_record(&logger.sinks[SINK_STDERR], level, record, w.len);
	if (logger.facility >= 0)
		emit_syslog(level, text);
}

/* Format a text, cut it, and escape it to one line.  A newline at the end is dropped; a newline within the text is
 * escaped like any control byte.  Tabs become blanks: programs align their output with them, and "\x09" is hard to
 * read. */
static __attribute__((format(printf, 3, 0))) void make_text(char *out, size_t cap, const char *format, va_list args)
{
	char raw[RAW_MAX + 2]; // one byte more than is shown: writer_escaped then adds "..."
	int n = vsnprintf(raw, sizeof(raw), format, args);
	if (n < 0)
		n = snprintf(raw, sizeof(raw), "%s", format);
	size_t len = (size_t)n < sizeof(raw) ? (size_t)n : sizeof(raw) - 1;
	if (len > 0 && raw[len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len; i++)
		if (raw[i] == '\t')
			raw[i] = ' ';
	static const char cut[] = "...";
	struct writer w = writer_over(out, cap - sizeof(cut));
	writer_escaped(&w, (struct bytes){(const uint8_t *)raw, len}, RAW_MAX);
	memcpy(out + w.len, cut, sizeof(cut));
	if (!w.overflowed)
		out[w.len] = '\0';
}

void log_flush(void)
{
	if (logger.repeated == 0)
		return;
	char text[64];
	(void)snprintf(text, sizeof(text), "last message repeated %u times", logger.repeated);
	logger.repeated = 0;
	emit(logger.last_level, text);
}

static bool fold(enum log_level level, const char *text)
{
	if (level != logger.last_level || strcmp(text, logger.last) != 0)
		return false;
	struct mono now = mono_now();
	if (logger.repeated++ == 0)
		logger.repeated_since = now;
	if (logger.repeated >= FOLD_MAX || mono_reached(now, mono_add(logger.repeated_since, span_ms(FOLD_MS))))
		log_flush();
	return true;
}

static bool wanted(enum log_level level)
{
	return (unsigned)level < LOG_LEVELS && (level != LOG_LEVEL_DEBUG || logger.debug_level > 0);
}

static void log_text(enum log_level level, const char *text)
{
	if (fold(level, text))
		return;
	log_flush();
	memcpy(logger.last, text, strlen(text) + 1);
	logger.last_level = level;
	emit(level, text);
}

void log_v(enum log_level level, const char *format, va_list args)
{
	if (!wanted(level))
		return;
	int saved = errno; // the caller may read errno after the call
	char text[TEXT_CAP];
	make_text(text, sizeof(text), format, args);
	log_text(level, text);
	errno = saved;
}

void log_escaped(enum log_level level, const char *line)
{
	if (!wanted(level))
		return;
	int saved = errno;
	char text[TEXT_CAP];
	(void)snprintf(text, sizeof(text), "%s", line); // a text that is too long is cut
	log_text(level, text);
	errno = saved;
}

void log_at(enum log_level level, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	log_v(level, format, args);
	va_end(args);
}

void log_output(enum log_level level, const char *name, const char *line)
{
	log_at(level, "%s: %s", name, line);
}

// --- configuration ---

static bool named(const char *text)
{
	return text && text[0] != '\0';
}

static int sink_set(struct sink *sink, const char *path, enum log_level up_to)
{
	*sink = (struct sink){.fd = -1, .up_to = up_to};
	if (!named(path))
		return 0;
	if (!bytes_to_text(bytes_of(path), sink->path, sizeof(sink->path)))
		return -ENAMETOOLONG;
	return logger.remote.begin ? 0 : sink_open(sink);
}

int log_open(const struct log_config *config)
{
	log_close();
	// A long name is cut.
	(void)bytes_to_text(bytes_of(named(config->entity) ? config->entity : program_invocation_short_name),
		logger.entity, sizeof(logger.entity));
	(void)bytes_to_text(bytes_of(config->host ? config->host : ""), logger.host, sizeof(logger.host));
	logger.facility = config->facility;
	logger.debug_level = config->debug_level;
	logger.syslog_layout = config->syslog_layout;
	logger.open = true;
	logger.remote.begin = config->own_process;

	// Both names mean the same file: it gets every record, and each only once.
	bool same =
		named(config->logfile) && named(config->debugfile) && strcmp(config->logfile, config->debugfile) == 0;
	int debug_failed = sink_set(&logger.sinks[SINK_DEBUG], config->debugfile, LOG_LEVEL_DEBUG);
	int log_failed = sink_set(&logger.sinks[SINK_LOG], same ? NULL : config->logfile, LOG_LEVEL_INFO);
	log_to_stderr(config->to_stderr);
	int failed = log_failed ? log_failed : debug_failed;
	if (logger.remote.begin && remote_start(&logger.remote) != 0)
		log_at(LOG_LEVEL_ERROR,
			"log: cannot start the process that writes the files: %s; tried again once a second",
			strerror(errno));
	return failed;
}

void log_to_stderr(bool yes)
{
	logger.sinks[SINK_STDERR] = (struct sink){.fd = yes ? STDERR_FILENO : -1, .up_to = LOG_LEVEL_DEBUG};
}

void log_close(void)
{
	log_flush();
	if (logger.remote.begin)
		log_writer_stop(logger.remote.writer, span_ms(CLOSE_MS));
	logger.remote = (struct remote){0};
	for (size_t i = 0; i < SINKS; i++)
		sink_close(&logger.sinks[i]);
	syslog_socket_close(&logger.syslog);
	logger.syslog_lost = 0;
	logger.facility = -1;
	logger.syslog_layout = true;
	logger.host[0] = '\0';
	logger.last_level = LOG_LEVELS; // there is no line that can repeat
	logger.open = false;
}

void log_reopen(void)
{
	log_flush();
	if (logger.remote.begin) {
		logger.remote.reopen = true;
		(void)remote_catch_up(&logger.remote); // after a failure the next record tries again
		return;
	}
	for (size_t i = 0; i < FILES; i++) {
		struct sink *sink = &logger.sinks[i];
		int failed = sink->path[0] != '\0' ? sink_open(sink) : 0;
		if (failed)
			log_at(LOG_LEVEL_WARN, "log: cannot open %s again: %s; %s", sink->path, strerror(-failed),
			       sink->fd >= 0 ? "the old file stays in use" : "tried again with each record");
	}
}

void log_set_debug(int level)
{
	logger.debug_level = level > 0 ? level : 0;
}

int log_debug_level(void)
{
	return logger.debug_level;
}
