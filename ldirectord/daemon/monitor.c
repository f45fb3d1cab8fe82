// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/monitor.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/daemon/ldlog.h"
#include "ldirectord/daemon/line_writer.h"

enum { WHY_MAX = 200 };

struct monitor {
	struct line_writer *writer;
	struct ldlog_pause trouble;
};

// --- the text ---

/* Percent-encode the bytes that would break the line or its fields. */
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
	/* Empty fields are left out. */
	const char *const words[] = {lb_check_type_name(v->check_type), lb_service_name(v->service),
		lb_protocol_name(v->id.protocol), address, port, v->virtualhost, check_port, weight,
		lb_forward_name(r->forward), r->request, r->receive};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		append_word(out, words[i]);
	g_string_append_printf(out, " [%s] ", up ? "up" : "down");
	append_coded(out, *why ? why : "-");
	return g_string_free(out, FALSE);
}

// --- the lines ---

static void on_lost(void *context, const char *file, int error, unsigned count)
{
	struct monitor *m = context;
	char text[512];
	(void)count;
	// cut rather than none
	(void)snprintf(
		text, sizeof text, "monitorfile %s cannot be written, lines are lost: %s", file, g_strerror(error));
	ldlog_rarely(&m->trouble, text);
}

struct monitor *monitor_new(void)
{
	struct monitor *m = g_new0(struct monitor, 1);
	m->writer = line_writer_new("ldirectord mon", on_lost, m);
	return m;
}

void monitor_check(struct monitor *m, const struct lb_virtual *v, const struct lb_real *r, bool up, const char *why)
{
	char date[32] = "";
	time_t now = time(NULL);
	struct tm local;
	if (!v->monitor_file)
		return;
	if (localtime_r(&now, &local))
		(void)strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &local);
	char *text = monitor_text(v, r, up, why), *line = g_strdup_printf("[%s] [%d] %s\n", date, (int)getpid(), text);
	if (!line_writer_append(m->writer, v->monitor_file, line, 1))
		on_lost(m, v->monitor_file, EAGAIN, 1);
	g_free(line);
	g_free(text);
}

void monitor_free(struct monitor *m)
{
	line_writer_free(m->writer);
	g_free(m);
}
