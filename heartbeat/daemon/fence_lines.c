// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/fence_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/daemon/paths.h"
#include "lib/bytes.h"
#include "lib/spawn.h"

enum {
	/* Of all lines together.  A reload ends after 10 s: the three times leave it time to read the files. */
	LIMIT_MS = 5000,
	GRACE_MS = 2000, /* stonith/README.md: "At SIGTERM the command kills its programs and fails within 2 s" */
	KILLED_MS = 500,
	ANSWER_MAX = 8192,
	LIST_MAX = 512,
	EXIT_NO_TYPE = 8, /* man stonith: "The exit status is 8 for a type that does not exist" */
};

/* One line of ha.cf, and the command that checks it. */
struct question {
	const struct stonith_conf *line;
	pid_t pid; /* 0: it never ran */
	int pidfd, out, err;
	int failed; /* errno: it could not be started */
	bool in_time, late; /* it ended within the limit; it has not ended yet */
	int status; /* exit status; -1: it did not end by itself */
	char hosts[ANSWER_MAX], messages[ANSWER_MAX];
};

struct check {
	const struct ha_cf *conf;
	const char *node;
	struct diags *diags;
	struct mono until;
	size_t asked, listed; /* lines of this node; those of which the hosts are known */
	bool controlled[HA_CF_NODES_MAX];
};

/* --- the command --- */

/* A descriptor above the standard ones, which may be closed where "heartbeat --check" runs. */
static int memory_file(void)
{
	int low = memfd_create("stonith", MFD_CLOEXEC), fd = low;
	if (low >= 0 && low <= STDERR_FILENO) {
		fd = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		(void)close(low);
	}
	return fd;
}

static int text_file(const char *text, size_t len)
{
	int fd = memory_file();
	if (fd >= 0 && len > 0 && (write(fd, text, len) != (ssize_t)len || write(fd, "\n", 1) != 1)) {
		(void)close(fd);
		return -1;
	}
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET); /* cannot fail on a file in memory */
	return fd;
}

/* It ends when this process is killed: a reload kills the process that reads the files. */
static int start_with(struct question *q, int in)
{
	const struct stonith_conf *s = q->line;
	const char *const argv[] = {
		"stonith", "-d", "-t", s->type, "-F", s->from_file ? s->parameters : "-", "--check", NULL};
	static char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
	const struct spawn_request request = {
		.path = PATH_STONITH, .argv = (char *const *)(uintptr_t)argv, .envp = environment, .bound = true};
	return spawn_child(&q->pid, &request, (struct spawn_standard){in, q->out, q->err});
}

static void start(struct question *q)
{
	const struct stonith_conf *s = q->line;
	int in = text_file(s->parameters, s->from_file ? 0 : strlen(s->parameters));
	q->out = text_file(NULL, 0);
	q->err = text_file(NULL, 0);
	q->failed = in < 0 || q->out < 0 || q->err < 0 ? errno : start_with(q, in);
	q->pidfd = q->failed == 0 ? (int)syscall(SYS_pidfd_open, q->pid, 0) : -1;
	if (q->failed != 0)
		q->pid = 0;
	if (in >= 0)
		(void)close(in);
}

/* Wait for its end, until then at most. */
static bool has_ended(const struct question *q, struct mono until)
{
	struct pollfd p = {.fd = q->pidfd, .events = POLLIN};
	int64_t left;
	int n;
	do {
		left = span_to_ms(mono_since(until, mono_now()));
		n = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* Send the signal to all that have not ended, with their programs; then wait for all, until the limit at most. */
static void end_late(struct question *questions, size_t count, int signal, int limit_ms)
{
	for (size_t i = 0; i < count; i++)
		if (questions[i].late)
			(void)kill(-questions[i].pid, signal);
	struct mono until = mono_add(mono_now(), span_ms(limit_ms));
	for (size_t i = 0; i < count; i++)
		questions[i].late = questions[i].late && !has_ended(&questions[i], until);
}

static void finish(struct question *q)
{
	int status = 0;
	/* one that hangs in the kernel is left to init */
	if (q->pid != 0 && waitpid(q->pid, &status, WNOHANG) == q->pid && q->in_time && WIFEXITED(status))
		q->status = WEXITSTATUS(status);
}

/* Wait for the ends of all.  Those that are late are ended at the same time, so that the number of lines does not make
 * it longer. */
static void finish_all(struct question *questions, size_t count, struct mono until)
{
	for (size_t i = 0; i < count; i++) {
		struct question *q = &questions[i];
		q->in_time = q->pid != 0 && has_ended(q, until);
		q->late = q->pid != 0 && !q->in_time;
	}
	end_late(questions, count, SIGTERM, GRACE_MS);
	end_late(questions, count, SIGKILL, KILLED_MS);
	for (size_t i = 0; i < count; i++)
		finish(&questions[i]);
}

static void read_text(int fd, char text[ANSWER_MAX])
{
	ssize_t n = fd >= 0 ? pread(fd, text, ANSWER_MAX - 1, 0) : 0;
	text[n > 0 ? n : 0] = '\0';
}

static void read_answer(struct question *q)
{
	int *const fds[] = {&q->out, &q->err, &q->pidfd};
	read_text(q->out, q->hosts);
	read_text(q->err, q->messages);
	for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
		if (*fds[i] >= 0)
			(void)close(*fds[i]);
}

/* --- judgement --- */

static unsigned parameters_column(const struct stonith_conf *s)
{
	return s->parameters_column > 0 ? s->parameters_column : s->type_column;
}

/* Each message is a line; the lines behind one that ends with a colon belong to it. */
static void report_messages(const struct check *c, struct question *q, bool is_error)
{
	const struct stonith_conf *s = q->line;
	unsigned column = q->status == EXIT_NO_TYPE ? s->type_column : parameters_column(s);
	char *rest = q->messages, *line;
	char text[1024] = "";
	size_t errors = 0;
	while ((line = strsep(&rest, "\n"))) {
		static const char *const skipped[] = {"info: ", "debug: ", "notice: "};
		bool skip = *line == '\0';
		for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++)
			skip |= strncmp(line, skipped[i], strlen(skipped[i])) == 0;
		if (strncmp(line, "WARN: ", 6) == 0)
			diag_add(c->diags, DIAG_WARNING, s->line, column, "%s: %s", s->type, line + 6);
		else if (!skip) {
			size_t used = strlen(text);
			const char *start = strncmp(line, "ERROR: ", 7) == 0 ? line + 7 : line + strspn(line, " ");
			(void)snprintf(text + used, sizeof text - used, "%s%s", errors++ > 0 ? " " : "", start);
		}
	}
	if (is_error && errors == 0)
		(void)snprintf(text, sizeof text, "exit status %d", q->status);
	if (is_error)
		diag_add(c->diags, DIAG_ERROR, s->line, column, "%s: %s", s->type, text);
}

static const char *nodes_of(const struct ha_cf *conf, char *out, size_t cap)
{
	struct writer w = writer_over(out, cap - 1);
	for (size_t i = 0; i < conf->node_count; i++)
		writer_format(&w, "%s%s", i > 0 ? ", " : "", conf->nodes[i]);
	out[w.len] = '\0';
	return out;
}

/* A power switch of several machines may list hosts that are no nodes. */
static void take_host(struct check *c, const struct stonith_conf *s, const char *host)
{
	char nodes[LIST_MAX];
	for (size_t i = 0; i < c->conf->node_count; i++)
		if (strcasecmp(c->conf->nodes[i], host) == 0) {
			c->controlled[i] = true;
			return;
		}
	diag_add(c->diags, DIAG_WARNING, s->line, parameters_column(s),
		"%s: its host \"%.100s\" is no node and will not be fenced; the nodes of ha.cf are: %s", s->type, host,
		nodes_of(c->conf, nodes, sizeof nodes));
}

/* When the parameters do not name them, the list is empty, and only the device knows it. */
static void take_hosts(struct check *c, struct question *q)
{
	char *rest = q->hosts, *host;
	bool any = false;
	while ((host = strsep(&rest, "\n")))
		if (*host) {
			any = true;
			take_host(c, q->line, host);
		}
	c->listed += any;
}

static void judge(struct check *c, struct question *q)
{
	const struct stonith_conf *s = q->line;
	if (q->failed == ENOENT)
		diag_add(c->diags, DIAG_ERROR, s->line, s->type_column,
			"%s: %s is not installed, and this line needs it (make install-stonith)", s->type, PATH_STONITH);
	else if (q->failed != 0)
		diag_add(c->diags, DIAG_WARNING, s->line, s->type_column, "%s: not checked: %s cannot be run: %s", s->type,
			PATH_STONITH, strerror(q->failed));
	else if (q->status < 0)
		diag_add(c->diags, DIAG_WARNING, s->line, s->type_column,
			"%s: not checked: stonith did not answer within %d s", s->type, LIMIT_MS / 1000);
	else
		report_messages(c, q, q->status != 0);
	if (q->failed == 0 && q->status == 0)
		take_hosts(c, q);
}

/* Only when the hosts of every device are known. */
static void check_victims(const struct check *c, const struct stonith_conf *first)
{
	for (size_t i = 0; c->listed == c->asked && i < c->conf->node_count; i++)
		if (!c->controlled[i] && strcmp(c->conf->nodes[i], c->node) != 0)
			diag_add(c->diags, DIAG_ERROR, first->line, parameters_column(first),
				"no fencing device of this node controls node %s, so that nothing of it would ever be taken over; add "
				"it to the hosts of a device",
				c->conf->nodes[i]);
}

void fence_lines_check(const struct ha_cf *conf, const char *node, struct diags *diags)
{
	struct check c = {.conf = conf, .node = node, .diags = diags, .until = mono_add(mono_now(), span_ms(LIMIT_MS))};
	struct question *questions = calloc(conf->stonith_count + 1, sizeof *questions);
	for (size_t i = 0; questions && i < conf->stonith_count; i++) {
		const struct stonith_conf *s = &conf->stonith[i];
		if (strcmp(s->host, "*") != 0 && strcmp(s->host, node) != 0)
			continue;
		struct question *q = &questions[c.asked++];
		*q = (struct question){.line = s, .out = -1, .err = -1, .status = -1};
		start(q); /* all run at the same time */
	}
	finish_all(questions, c.asked, c.until);
	for (size_t i = 0; i < c.asked; i++) {
		read_answer(&questions[i]);
		judge(&c, &questions[i]);
	}
	if (c.asked > 0)
		check_victims(&c, questions[0].line);
	if (!questions)
		diag_add(diags, DIAG_WARNING, 0, 0, "the fencing devices are not checked: out of memory");
	free(questions);
}
