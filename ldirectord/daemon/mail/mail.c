// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/mail/mail.h"

#include <glib.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ldirectord/daemon/director_private.h"
#include "ldirectord/daemon/log/ldlog.h"
#include "ldirectord/daemon/mail/mail_queue.h"
#include "ldirectord/daemon/mail/smtp.h"
#include "ldirectord/daemon/resolve.h"

enum { AT_ONCE = 8, FAREWELL_MS = 2000 };

struct mail {
	struct mail_queue *queue;
	struct smtp *smtp; /* NULL: not needed yet */
	struct precise_timer *timer;
	char host[256], own[400]; /* this machine; the sender address if the file sets none */
	char *from;
	unsigned out;
	uint64_t sent, dropped, serial;
	struct rate_limit trouble; /* limits log lines about a dead server */
};

/* A mail that is being sent. */
struct attempt {
	struct mail *mail;
	struct posting *posting;
	const char *by; /* the mail server or program that sends the posting */
};

// --- sending ---

static void send_due(struct mail *m);

static void came_back(struct attempt *e, bool sent, const char *why)
{
	struct mail *m = e->mail;
	struct posting *p = e->posting;
	char *to = g_strndup(p->list, 120), *subject = mail_text_subject(&p->text, m->host), *line = NULL;
	unsigned tries = p->tries, pause_s = mail_queue_back(m->queue, p, sent, mono_now());
	m->out--;
	if (sent) {
		m->sent++;
		if (*why)
			line = g_strdup_printf(
				"Mail server %s refused a recipient; the others got the mail: %s", e->by, why);
	} else if (pause_s) {
		line = g_strdup_printf(
			"Mail to %s was not sent by %s: %s; next try in %u min", to, e->by, why, pause_s / 60);
	} else {
		m->dropped++;
		ldlog("Mail to %s dropped after %u tries: %s (%s: %s)", to, tries, subject, e->by, why);
	}
	if (line)
		ldlog_rarely(&m->trouble, line);
	g_free(line);
	g_free(subject);
	g_free(to);
	g_free((char *)e->by);
	g_free(e);
	send_due(m);
}

static void on_smtp(void *context, bool sent, const char *why)
{
	came_back(context, sent, why);
}

static void on_mailer(void *context, const struct spawn_result *r)
{
	char why[80] = "";
	if (r->end == SPAWN_FAILED)
		(void)snprintf(why, sizeof why, "%s", g_strerror(r->code));
	else if (r->end == SPAWN_TIMED_OUT)
		(void)snprintf(why, sizeof why, "took too long");
	else if (r->code != 0)
		(void)snprintf(why, sizeof why, "%s %d", r->end == SPAWN_EXITED ? "exit status" : "signal", r->code);
	came_back(context, why[0] == '\0', why);
}

const char *mail_local_mailer(void)
{
	static const char *const paths[] = {"/usr/sbin/sendmail", "/usr/lib/sendmail"};
	return access(paths[0], X_OK) < 0 && access(paths[1], X_OK) == 0 ? paths[1] : paths[0];
}

/* Send a mail with the local mailer.  The recipients follow "--", so none of them can be an option. */
static void by_mailer(struct attempt *e, const struct mail_text_envelope *envelope)
{
	GPtrArray *argv = g_ptr_array_new();
	const char *const fixed[] = {"sendmail", "-oi", "-f", envelope->from, "--"};
	for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
		g_ptr_array_add(argv, (char *)fixed[i]);
	for (size_t i = 0; envelope->to[i]; i++)
		g_ptr_array_add(argv, envelope->to[i]);
	g_ptr_array_add(argv, NULL);
	char *message = mail_text_compose(&e->posting->text, envelope, "\n");
	feed_site_program(e->by, (char *const *)argv->pdata, message, on_mailer, e);
	g_free(message);
	(void)g_ptr_array_free(argv, TRUE);
}

static void by_smtp(struct attempt *e, const struct mail_text_envelope *envelope)
{
	struct mail *m = e->mail;
	if (!m->smtp)
		m->smtp = smtp_open();
	char *message = mail_text_compose(&e->posting->text, envelope, "\r\n");
	smtp_send(m->smtp, &(struct smtp_order){.host = e->by,
				   .from = envelope->from,
				   .to = envelope->to,
				   .message = message,
				   .done = on_smtp,
				   .context = e});
	g_free(message);
}

static void stamp(struct mail *m, struct posting *p)
{
	char date[64] = "";
	time_t now = time(NULL);
	struct tm local;
	if (p->id)
		return;
	if (localtime_r(&now, &local))
		// in English, because we set no locale
		(void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S %z", &local);
	p->date = g_strdup(date);
	p->id = g_strdup_printf(
		"%lld.%d.%llu@%s", (long long)now, (int)getpid(), (unsigned long long)++m->serial, m->host);
}

static void send_one(struct mail *m, struct posting *p)
{
	struct attempt *e = g_new0(struct attempt, 1);
	stamp(m, p);
	*e = (struct attempt){.mail = m, .posting = p, .by = g_strdup(p->smtp ? p->smtp : mail_local_mailer())};
	struct mail_text_envelope envelope = {.from = m->from ? m->from : m->own,
		.host = m->host,
		.to = mail_text_addresses(p->list),
		.date = p->date,
		.id = p->id};
	m->out++;
	if (p->smtp)
		by_smtp(e, &envelope);
	else
		by_mailer(e, &envelope);
	g_strfreev((char **)envelope.to);
}

static void send_due(struct mail *m)
{
	struct posting *p;
	while (m->out < AT_ONCE && (p = mail_queue_take(m->queue, mono_now())) != NULL)
		send_one(m, p);
	precise_timer_set(m->timer, m->out < AT_ONCE ? mail_queue_deadline(m->queue) : MONO_FAR);
}

static void on_time(void *context)
{
	send_due(context);
}

// --- events ---

typedef void add_event(struct mail_text *l, const struct mail_text_event *e);

static void post(
	struct mail *m, const char *list, const char *smtp, const struct mail_text_event *event, add_event *add)
{
	char *lost, **to = mail_text_addresses(list);
	bool nobody = !to[0];
	g_strfreev(to);
	if (nobody) // mail_configure has logged it
		return;
	struct posting *p = mail_queue_gather(m->queue, list, smtp, mono_now(), &lost);
	if (p)
		add(&p->text, event);
	if (!p || lost) {
		char *line = g_strdup_printf(
			"Mail dropped, %d are waiting already: %s", MAIL_QUEUE_MAX, p ? lost : event->text);
		m->dropped++;
		ldlog_rarely(&m->trouble, line);
		g_free(line);
		g_free(lost);
	}
	send_due(m);
}

static bool is_wanted(const struct lb_virtual *v, const char *status)
{
	static const struct {
		const char *word;
		unsigned bit;
	} words[] = {{"starting", LB_MAIL_STARTING}, {"running", LB_MAIL_RUNNING}, {"stopping", LB_MAIL_STOPPING},
		{"reloading", LB_MAIL_RELOADING}};
	for (size_t i = 0; v->email_alert && i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i].word, status) == 0)
			return (v->email_alert_status & words[i].bit) != 0;
	return false;
}

void mail_event(struct mail *m, const struct lb_virtual *v, const char *status, const char *text, bool detail)
{
	if (is_wanted(v, status))
		post(m, v->email_alert, v->smtp,
			&(struct mail_text_event){.text = text,
				.status = status,
				.service_name = v->service_name,
				.comment = v->comment},
			detail ? mail_text_detail : mail_text_add);
}

static bool same_recipients(const struct lb_virtual *a, const struct lb_virtual *b)
{
	return strcmp(a->email_alert, b->email_alert) == 0 && g_strcmp0(a->smtp, b->smtp) == 0;
}

void mail_everybody(struct mail *m, const struct lb_config *config, const char *status, const char *text)
{
	for (size_t i = 0; i < config->virtual_count; i++) {
		const struct lb_virtual *v = &config->virtuals[i];
		bool skip = !is_wanted(v, status);
		for (size_t k = 0; k < i && !skip; k++) // already posted for an earlier virtual
			skip = is_wanted(&config->virtuals[k], status) && same_recipients(&config->virtuals[k], v);
		if (!skip)
			post(m, v->email_alert, v->smtp, &(struct mail_text_event){.text = text, .status = status},
				mail_text_add);
	}
}

// --- configuration ---

static void judge_recipients(const struct lb_config *config)
{
	bool needs_mailer = false;
	for (size_t i = 0; i < config->virtual_count; i++) {
		const struct lb_virtual *v = &config->virtuals[i];
		if (!v->email_alert)
			continue;
		needs_mailer |= !v->smtp;
		char *bad = mail_text_no_address(v->email_alert);
		if (bad && (i == 0 || g_strcmp0(config->virtuals[i - 1].email_alert, v->email_alert) != 0))
			ldlog("Warning: emailalert: \"%s\" is not an address: no mail is sent to it", bad);
		g_free(bad);
	}
	if (needs_mailer && access(mail_local_mailer(), X_OK) < 0)
		ldlog("Warning: emailalert without smtp needs a local mailer, and %s cannot be run: no mail will be sent",
			mail_local_mailer());
}

void mail_configure(struct mail *m, const struct lb_config *config)
{
	g_free(m->from);
	m->from = NULL;
	if (config->email_alert_from) {
		char **from = mail_text_addresses(config->email_alert_from);
		m->from = g_strdup(from[0]);
		if (!from[0])
			ldlog("Warning: emailalertfrom: \"%s\" is not an address; the sender is %s",
				config->email_alert_from, m->own);
		g_strfreev(from);
	}
	judge_recipients(config);
}

// --- life ---

struct mail *mail_new(void)
{
	struct mail *m = g_new0(struct mail, 1);
	const struct passwd *user = getpwuid(geteuid());
	m->queue = mail_queue_new();
	m->timer = precise_timer_new(G_PRIORITY_DEFAULT, on_time, m);
	lb_host_name(m->host, sizeof m->host);
	(void)snprintf(m->own, sizeof m->own, "%s@%s", user ? user->pw_name : "root", m->host);
	return m;
}

void mail_free(struct mail *m)
{
	if (!m)
		return;
	if (m->smtp)
		smtp_close(m->smtp);
	precise_timer_free(m->timer);
	mail_queue_free(m->queue);
	g_free(m->from);
	g_free(m);
}

static gboolean wake_up(gpointer data)
{
	(void)data; // the loop in mail_farewell checks the time
	return G_SOURCE_CONTINUE;
}

void mail_farewell(struct mail *m)
{
	struct mono end = mono_add(mono_now(), span_ms(FAREWELL_MS));
	unsigned lost = mail_queue_hurry(m->queue, mono_now());
	guint ticks = g_timeout_add(100, wake_up, NULL);
	send_due(m);
	while (m->out > 0 && !mono_reached(mono_now(), end))
		(void)g_main_context_iteration(NULL, TRUE);
	g_source_remove(ticks);
	lost += mail_queue_count(m->queue);
	if (lost)
		ldlog("%u mails could not be sent before the end", lost);
}

struct mail_counts mail_counts(const struct mail *m)
{
	return (struct mail_counts){.waiting = mail_queue_count(m->queue), .sent = m->sent, .dropped = m->dropped};
}
