// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/daemon/ldlog.h"

enum { WAITING_MAX = 10000, WHY_MAX = 200, END_MS = 500 };

struct monitor {
	GThreadPool *thread;
	gint waiting;      /* atomic: lines that are not written yet */
	struct ldlog_pause trouble;
};

struct line {
	struct monitor *of;
	char *file, *text;
	int failed; /* errno */
};

// --- the text ---

/* What would break the line, or its parts, in percent. */
static void append_coded(GString *out, const char *text)
{
	size_t end = out->len + WHY_MAX;
	for (; *text && out->len < end; text++)
		if ((unsigned char)*text < ' ' || *text == '%' || *text == '|' || *text == 0x7f)
			g_string_append_printf(out, "%%%02x", (unsigned char)*text);
		else
			(void)g_string_append_c(out, *text);
}

static void append_word(GString *out, const char *word)
{
	if (!word || !*word)
		return;
	if (out->len)
		(void)g_string_append_c(out, ' ');
	append_coded(out, word);
}

char *monitor_text(const struct lb_virtual *v, const struct lb_real *r, bool up, const char *why)
{
	char address[64], port[16], check_port[16] = "", weight[16];
	GString *out = g_string_new(NULL);
	lb_address_text(&r->address, address, sizeof address);
	char *colon = strrchr(address, ':');
	if (colon)
		*colon = '\0';
	(void)snprintf(port, sizeof port, "%u", r->address.port);
	if (v->check_port)
		(void)snprintf(check_port, sizeof check_port, "%u", v->check_port);
	(void)snprintf(weight, sizeof weight, "%u", r->weight);
	/* An empty one is left out. */
	const char *const words[] = {lb_check_type_name(v->check_type), lb_service_name(v->service), lb_protocol_name(v->id.protocol), address, port,
				     v->virtualhost, check_port, weight, lb_forward_name(r->forward), r->request, r->receive};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		append_word(out, words[i]);
	g_string_append_printf(out, " [%s] ", up ? "up" : "down");
	append_coded(out, *why ? why : "-");
	return g_string_free(out, FALSE);
}

// --- in the thread ---

static void line_free(void *data)
{
	struct line *l = data;
	g_free(l->file);
	g_free(l->text);
	g_free(l);
}

static gboolean on_failure(gpointer data)
{
	struct line *l = data;
	char text[512];
	(void)snprintf(text, sizeof text, "monitorfile %s cannot be written, lines are lost: %s", l->file, g_strerror(l->failed)); // cut rather than none
	ldlog_rarely(&l->of->trouble, text);
	return G_SOURCE_REMOVE;
}

/* Opened anew for each line: rotation needs no signal.  O_NONBLOCK: a FIFO that nobody reads is a failure. */
static int append(const struct line *l)
{
	int fd = open(l->file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644), failed = 0;
	if (fd < 0)
		return errno;
	size_t len = strlen(l->text);
	ssize_t n = write(fd, l->text, len);
	if (n < 0)
		failed = errno;
	else if ((size_t)n < len)
		failed = ENOSPC;
	close(fd);
	return failed;
}

static void write_line(gpointer data, gpointer user)
{
	struct line *l = data;
	struct monitor *m = user;
	l->failed = append(l);
	if (l->failed)
		(void)g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, on_failure, l, line_free);
	else
		line_free(l);
	(void)g_atomic_int_add(&m->waiting, -1);
}

// --- in the main loop ---

struct monitor *monitor_new(void)
{
	struct monitor *m = g_new0(struct monitor, 1);
	m->thread = g_thread_pool_new(write_line, m, 1, FALSE, NULL); // starts none yet: cannot fail
	return m;
}

void monitor_check(struct monitor *m, const struct lb_virtual *v, const struct lb_real *r, bool up, const char *why)
{
	char date[32] = "";
	time_t now = time(NULL);
	struct tm local;
	if (!v->monitor_file)
		return;
	struct line *l = g_new0(struct line, 1);
	if (localtime_r(&now, &local))
		(void)strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &local);
	char *text = monitor_text(v, r, up, why);
	*l = (struct line){.of = m, .file = g_strdup(v->monitor_file), .text = g_strdup_printf("[%s] [%d] %s\n", date, (int)getpid(), text), .failed = EAGAIN};
	g_free(text);
	if (g_atomic_int_get(&m->waiting) >= WAITING_MAX) { // it hangs
		(void)on_failure(l);
		line_free(l);
		return;
	}
	(void)g_atomic_int_add(&m->waiting, 1);
	(void)g_thread_pool_push(m->thread, l, NULL); // no new thread: it waits for the next push
}

void monitor_free(struct monitor *m)
{
	for (int i = 0; i < END_MS / 5 && g_atomic_int_get(&m->waiting) > 0; i++)
		g_usleep(5000);
	if (g_atomic_int_get(&m->waiting) > 0) {
		ldlog("monitorfile hangs: lines are lost");
		return; // the thread still uses it; the process is about to end
	}
	g_thread_pool_free(m->thread, FALSE, TRUE);
	g_free(m);
}
