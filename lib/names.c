// SPDX-License-Identifier: MIT
#include "lib/names.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/bytes.h"
#include "lib/file.h"
#include "lib/mono.h"
#include "lib/names_private.h"
#include "lib/own_process.h"
#include "lib/precise_timer.h"

enum {
	/* the largest number of queries at the same time; the separate process can run twice as many */
	ASKED_MAX = 32,
	SAVE_MS = 60000, /* the pause between two attempts to write the file, and the time limit of one attempt */
};

struct host {
	char *name;
	int family; /* as in names_watch */
	unsigned watchers;
	struct ip_address address; /* AF_UNSPEC: not known */
	bool asked; /* until due */
	struct mono due, last_asked;
	struct span wait; /* the pause after the next failure */
	char why[NAMES_WHY_MAX]; /* "": no trouble */
};

struct names {
	struct names_config config;
	GPtrArray *hosts; /* elements: struct host; the newest name is the first */
	struct precise_timer *timer;
	int fd; /* the socket to the separate process; -1: none */
	pid_t pid;
	guint source;
	bool changed;  /* the file does not have all good addresses */
	bool saving;   /* the file is being written, until save_due at the latest */
	struct mono save_due;
	int unsaved;   /* errno of the last attempt to write the file */
};

/* --- the list ----------------------------------------------------------------------------------------------------- */

static struct host *host_at(const struct names *n, size_t i)
{
	return g_ptr_array_index(n->hosts, i);
}

static struct host *find(const struct names *n, const char *name, int family)
{
	for (size_t i = 0; i < n->hosts->len; i++)
		if (host_at(n, i)->family == family && strcmp(host_at(n, i)->name, name) == 0)
			return host_at(n, i);
	return NULL;
}

static void host_free(gpointer data)
{
	struct host *h = data;

	g_free(h->name);
	g_free(h);
}

/* A name that is no longer in the configuration is kept for a while, because it may return.  The oldest such name is
 * dropped first. */
static void drop_old(struct names *n)
{
	size_t unwatched = 0;

	for (guint i = 0; i < n->hosts->len;) {
		const struct host *h = host_at(n, i);
		if (h->watchers == 0 && !h->asked && ++unwatched > NAMES_KEPT)
			g_ptr_array_remove_index(n->hosts, i);
		else
			i++;
	}
}

static struct host *add(struct names *n, const char *name, int family)
{
	struct host *h = g_new0(struct host, 1);

	h->name = g_strdup(name);
	h->family = family;
	h->wait = span_ms(NAMES_BAD_MIN_MS);
	g_ptr_array_insert(n->hosts, 0, h);
	drop_old(n);
	return h;
}

/* --- the file ----------------------------------------------------------------------------------------------------- */

static void take_line(struct names *n, char *line)
{
	char *blank = strchr(line, ' ');
	struct ip_address address;

	if (line[0] == '#' || !blank || strlen(line) >= NAMES_HOST_MAX + INET6_ADDRSTRLEN ||
		(!ip_address_parse(AF_INET, blank + 1, &address) && !ip_address_parse(AF_INET6, blank + 1, &address)))
		return;
	*blank = '\0';
	if (!find(n, line, address.family))
		add(n, line, address.family)->address = address;
}

static void load(struct names *n)
{
	char *text, *rest = NULL;
	size_t len;

	if (file_read(n->config.path, NAMES_FILE_MAX, &text, &len, NULL) != 0)
		return; /* when the file does not exist or is not readable, the names are resolved */
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		take_line(n, line);
	free(text);
}

static size_t content(const struct names *n, char *memory, size_t cap)
{
	struct writer w = writer_over(memory, cap);

	writer_text(&w, "# The last good addresses of the host names in ha.cf.  heartbeat writes this file.\n");
	/* the newest name is the last line, because load puts later lines in front */
	for (size_t i = n->hosts->len; i-- > 0;) {
		const struct host *h = host_at(n, i);
		if (h->address.family != AF_UNSPEC)
			writer_format(&w, "%s %s\n", h->name, ip_address_text(&h->address).at);
	}
	return w.len; /* lines that do not fit are not written */
}

/* --- the process -------------------------------------------------------------------------------------------------- */

static void stop_process(struct names *n)
{
	if (n->fd < 0)
		return;
	g_source_remove(n->source);
	(void)close(n->fd); /* the process then ends */
	n->fd = -1;
	(void)kill(n->pid, SIGKILL); /* the child is not reaped, so no other process has its number */
	(void)waitpid(n->pid, NULL, 0);
}

static gboolean on_answer(gint fd, GIOCondition condition, gpointer data);

static int start_process(struct names *n)
{
	const struct own_process_job job = {.name = "heartbeat: name", .run = names_process, .context = &n->config};

	if (n->fd >= 0)
		return 0;
	int fd = own_process_start(&job, &n->pid);
	if (fd < 0)
		return fd;
	n->fd = fd;
	n->source = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_answer, n);
	return 0;
}

/* h: for NAMES_ASK. */
static int request(
	struct names *n, enum names_request_kind kind, const struct host *h, const char *text, size_t len)
{
	struct names_request head = {.kind = kind};
	struct iovec parts[] = {
		{&head, offsetof(struct names_request, text)},
		{(void *)(uintptr_t)text, len}, /* sendmsg only reads it, but iovec has no const */
	};
	const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	int rc = start_process(n);

	if (rc < 0)
		return rc;
	if (h) {
		head.family = h->family;
		head.current = h->address;
	}
	return sendmsg(n->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void save(struct names *n, struct mono now)
{
	static char memory[NAMES_FILE_MAX];

	if (!n->config.path || !n->changed)
		return;
	size_t len = content(n, memory, sizeof memory);
	int rc = request(n, NAMES_SAVE, NULL, memory, len);
	n->changed = rc < 0;
	n->saving = true; /* only one write at a time, so that an older content cannot replace a newer one */
	n->unsaved = rc < 0 ? -rc : n->unsaved;
	n->save_due = mono_add(now, span_ms(SAVE_MS));
}

/* --- questions and answers ---------------------------------------------------------------------------------------- */

static void failed(struct names *n, struct host *h, const char *why, struct mono now)
{
	bool first = h->why[0] == '\0';

	h->asked = false;
	h->due = mono_add(now, h->wait);
	h->wait.ns = h->wait.ns * 2 < span_ms(NAMES_BAD_MAX_MS).ns ? h->wait.ns * 2 : span_ms(NAMES_BAD_MAX_MS).ns;
	(void)g_strlcpy(h->why, why[0] ? why : "no reason is known", sizeof h->why); /* a long reason is cut */
	if (first && h->watchers > 0)
		n->config.trouble(n->config.context, h->name, h->family, h->why);
}

static void succeeded(struct names *n, struct host *h, const struct ip_address *address, struct mono now)
{
	bool is_new = !ip_address_equal(&h->address, address), was_bad = h->why[0] != '\0';

	h->asked = false;
	h->due = mono_add(now, span_ms(NAMES_GOOD_MS));
	h->wait = span_ms(NAMES_BAD_MIN_MS);
	h->why[0] = '\0';
	h->address = *address;
	n->changed |= is_new;
	if (h->watchers == 0)
		return;
	if (was_bad)
		n->config.trouble(n->config.context, h->name, h->family, NULL);
	if (is_new)
		n->config.found(n->config.context, h->name, h->family);
}

static unsigned asked_now(const struct names *n)
{
	unsigned count = 0;

	for (size_t i = 0; i < n->hosts->len; i++)
		count += host_at(n, i)->asked;
	return count;
}

static void ask(struct names *n, struct host *h, struct mono now)
{
	size_t len = strlen(h->name) + 1;
	if (len > NAMES_HOST_MAX) {
		failed(n, h, "longer than a host name can be", now);
		return;
	}
	int rc = request(n, NAMES_ASK, h, h->name, len);
	if (rc < 0) {
		failed(n, h, strerror(-rc), now);
		return;
	}
	h->asked = true;
	h->last_asked = now;
	h->due = mono_add(now, span_ms(NAMES_ANSWER_MS));
}

/* Carry out everything that is due, and set the timer for the next time. */
static void go_on(void *context)
{
	struct names *n = context;
	struct mono now = mono_now(), next = MONO_FAR;

	for (size_t i = 0; i < n->hosts->len; i++) {
		struct host *h = host_at(n, i);
		if (h->watchers == 0 && !h->asked)
			continue;
		if (mono_reached(now, h->due) && h->asked)
			failed(n, h, "the resolver does not answer", now);
		else if (mono_reached(now, h->due) && asked_now(n) < ASKED_MAX)
			ask(n, h, now);
		if (!mono_reached(now, h->due)) /* otherwise it is asked when another query has ended */
			next = mono_min(next, h->due);
	}
	n->saving = n->saving && !mono_reached(now, n->save_due);
	if (!n->saving)
		save(n, now);
	precise_timer_set(n->timer, n->saving ? mono_min(next, n->save_due) : next);
}

static void take_answer(struct names *n, const struct names_answer *a)
{
	struct host *h = find(n, a->host, a->family);
	struct mono now = mono_now();

	if (a->kind == NAMES_SAVED) {
		n->unsaved = a->error;
		n->changed |= a->error != 0;
		n->saving = a->error != 0; /* after an error the next attempt is at save_due */
	} else if (h && a->kind == NAMES_ADDRESS) {
		succeeded(n, h, &a->address, now);
	} else if (h) {
		failed(n, h, a->why, now);
	}
}

/* The separate process has ended; the next query starts a new one. */
static void lost_process(struct names *n)
{
	stop_process(n);
	for (size_t i = 0; i < n->hosts->len; i++)
		if (host_at(n, i)->asked)
			failed(n, host_at(n, i), "the process that asks the resolver has ended", mono_now());
}

static gboolean on_answer(gint fd, GIOCondition condition, gpointer data)
{
	struct names *n = data;
	struct names_answer answer;
	(void)condition; /* recv reports the end of the process */

	ssize_t got = recv(fd, &answer, sizeof answer, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (got == sizeof answer)
		take_answer(n, &answer);
	else
		lost_process(n);
	go_on(n);
	return G_SOURCE_CONTINUE; /* after lost_process GLib has removed the source already */
}

/* --- the interface of the module ---------------------------------------------------------------------------------- */

struct names *names_new(const struct names_config *config)
{
	struct names *n = g_new0(struct names, 1);

	n->config = *config;
	n->fd = -1;
	n->hosts = g_ptr_array_new_with_free_func(host_free);
	n->timer = precise_timer_new(G_PRIORITY_DEFAULT, go_on, n);
	if (config->path)
		load(n);
	return n;
}

void names_free(struct names *n)
{
	if (!n)
		return;
	stop_process(n);
	precise_timer_free(n->timer);
	g_ptr_array_unref(n->hosts);
	g_free(n);
}

/* The file does not keep for which family a name was asked: its address does for AF_UNSPEC too. */
static struct host *add_any(struct names *n, const char *name)
{
	const struct host *v4 = find(n, name, AF_INET), *v6 = find(n, name, AF_INET6);
	const struct host *same = v4 && v4->address.family != AF_UNSPEC ? v4 : v6;
	struct ip_address address = same ? same->address : (struct ip_address){0};
	struct host *h = add(n, name, AF_UNSPEC); /* which may drop the other */

	h->address = address;
	return h;
}

void names_watch(struct names *n, const char *host, int family)
{
	struct host *h = find(n, host, family);

	if (!h)
		h = family == AF_UNSPEC ? add_any(n, host) : add(n, host, family);
	if (h->watchers++ > 0 || h->asked)
		return;
	h->due = mono_now();
	h->wait = span_ms(NAMES_BAD_MIN_MS);
	h->why[0] = '\0';
	/* by the timer, because the caller does not expect a report during this call */
	precise_timer_set(n->timer, mono_now());
}

void names_unwatch(struct names *n, const char *host, int family)
{
	struct host *h = find(n, host, family);

	if (h && h->watchers > 0)
		h->watchers--;
}

void names_hurry(struct names *n)
{
	for (size_t i = 0; i < n->hosts->len; i++) {
		struct host *h = host_at(n, i);
		/* a network can change many times in a second */
		struct mono soon = mono_add(h->last_asked, span_ms(NAMES_HURRY_MS));
		if (h->watchers > 0 && h->why[0] && !h->asked)
			h->due = mono_min(h->due, soon);
	}
	precise_timer_set(n->timer, mono_now());
}

bool names_address(const struct names *n, const char *host, int family, struct ip_address *address)
{
	const struct host *h = find(n, host, family);

	if (!h || h->address.family == AF_UNSPEC)
		return false;
	*address = h->address;
	return true;
}

const char *names_trouble(const struct names *n, const char *host, int family)
{
	const struct host *h = find(n, host, family);

	return h && h->why[0] ? h->why : NULL;
}

int names_unsaved(const struct names *n)
{
	return n->unsaved;
}
