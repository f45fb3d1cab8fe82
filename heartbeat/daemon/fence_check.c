// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/fence_check.h"

#include <stdio.h>
#include <string.h>

#include "heartbeat/daemon/fence_program.h"
#include "heartbeat/daemon/paths.h"
#include "lib/log.h"

enum {
	SHOT_AGAIN_MS = 1000,    /* a shot runs: look again then */
	FAILED_AGAIN_MS = 60000, /* a device has failed, and fence_check is longer */
	WHY_MAX = 256,
};

/* What is known of a device, which a reload must not lose. */
struct device {
	size_t index; /* into conf->stonith */
	gchar *host, *type, *parameters;
	bool from_file;
	unsigned line, level;
	enum { DEVICE_NOT_ASKED, DEVICE_WORKS, DEVICE_FAILS } state;
	bool controls_peer;
	struct mono asked;
	char why[WHY_MAX];
};

/* The question that is being asked. */
struct question {
	struct fence_check *check; /* NULL: nobody waits for the answer */
	struct fence_program *program;
	size_t device;       /* index into devices */
	bool lists_peer, lists_node;
	char error[WHY_MAX]; /* the first error that it printed, or the last message */
	bool has_error;
};

struct fence_check {
	struct engine *engine;
	GPtrArray *devices; /* struct device */
	struct question *question;
	size_t next; /* of this round */
	guint timer;
	bool nobody; /* all devices answer, and none controls the other node */
};

/* --- devices --- */

static struct device *device_at(const struct fence_check *f, size_t i)
{
	return f->devices->pdata[i];
}

static void device_free(gpointer data)
{
	struct device *d = data;
	g_free(d->host);
	g_free(d->type);
	if (d->parameters)
		explicit_bzero(d->parameters, strlen(d->parameters));
	g_free(d->parameters);
	g_free(d);
}

static bool is_ours(const struct fence_check *f, const struct stonith_conf *s)
{
	return strcmp(s->host, "*") == 0 || strcmp(s->host, f->engine->files->node) == 0;
}

static bool is_same(const struct device *d, const struct stonith_conf *s)
{
	return strcmp(d->host, s->host) == 0 && strcmp(d->type, s->type) == 0 &&
	       strcmp(d->parameters, s->parameters) == 0 && d->from_file == s->from_file;
}

static struct device *device_new(const struct stonith_conf *s, size_t index, GPtrArray *old)
{
	struct device *d = g_new0(struct device, 1);
	d->asked = MONO_NEVER;
	for (guint i = 0; old && i < old->len; i++)
		if (is_same(old->pdata[i], s))
			*d = *(struct device *)old->pdata[i];
	d->index = index;
	d->host = g_strdup(s->host);
	d->type = g_strdup(s->type);
	d->parameters = g_strdup(s->parameters);
	d->from_file = s->from_file;
	d->line = s->line;
	d->level = s->level;
	return d;
}

static void take_devices(struct fence_check *f)
{
	const struct ha_cf *conf = f->engine->files->conf;
	GPtrArray *old = f->devices;
	f->devices = g_ptr_array_new_with_free_func(device_free);
	for (size_t i = 0; i < conf->stonith_count; i++)
		if (is_ours(f, &conf->stonith[i]))
			g_ptr_array_add(f->devices, device_new(&conf->stonith[i], i, old));
	if (old)
		g_ptr_array_free(old, TRUE);
}

/* The other node of ha.cf; NULL: there is none. */
static const char *peer_of(const struct fence_check *f)
{
	const struct configuration *files = f->engine->files;
	for (size_t i = 0; i < files->conf->node_count; i++)
		if (strcmp(files->conf->nodes[i], files->node) != 0)
			return files->conf->nodes[i];
	return NULL;
}

static bool is_node(const struct fence_check *f, const char *name)
{
	const struct ha_cf *conf = f->engine->files->conf;
	for (size_t i = 0; i < conf->node_count; i++)
		if (g_ascii_strcasecmp(name, conf->nodes[i]) == 0)
			return true;
	return false;
}

/* --- judgement --- */

/* Whoever repairs a device need not wait for fence_check. */
static int64_t pause_ms(const struct fence_check *f, bool any_fails)
{
	int64_t pause = span_to_ms(f->engine->files->conf->fence_check);
	return any_fails && pause > FAILED_AGAIN_MS ? FAILED_AGAIN_MS : pause;
}

/* One line when a device fails, one when it works again: an alarm that is repeated is not read. */
static void set_state(const struct fence_check *f, struct device *d, bool works, const char *why)
{
	bool failed_before = d->state == DEVICE_FAILS;
	d->state = works ? DEVICE_WORKS : DEVICE_FAILS;
	(void)snprintf(d->why, sizeof d->why, "%s", works ? "" : why);
	if (!works && !failed_before)
		log_at(LOG_LEVEL_ERROR,
			"Fencing device %s (ha.cf:%u) cannot be used: %s. Until it works, it can fence nothing; it is asked again "
			"every %lld s",
			d->type, d->line, d->why, (long long)pause_ms(f, true) / 1000);
	else if (works && failed_before)
		log_at(LOG_LEVEL_NOTICE, "Fencing device %s (ha.cf:%u) works again", d->type, d->line);
}

/* A list that has the wrong names is found by the shot otherwise. */
static void judge_lists(struct fence_check *f)
{
	bool all_work = f->devices->len > 0, controlled = false, before = f->nobody;
	const char *peer = peer_of(f);
	for (guint i = 0; i < f->devices->len; i++) {
		all_work &= device_at(f, i)->state == DEVICE_WORKS;
		controlled |= device_at(f, i)->state == DEVICE_WORKS && device_at(f, i)->controls_peer;
	}
	if (!all_work && !controlled)
		return; /* that is an alarm already, or not known yet */
	f->nobody = !controlled && peer;
	if (f->nobody && !before)
		log_at(LOG_LEVEL_ERROR,
			"No fencing device of ha.cf controls node %s: it cannot be fenced, and its resources would not be taken over. "
			"Correct the list of hosts of a device (stonith -l prints it)",
			peer);
	else if (!f->nobody && before)
		log_at(LOG_LEVEL_NOTICE, "A fencing device controls node %s now", peer ? peer : "?");
}

static const char *why_of(const struct question *q, const struct spawn_result *r, char *room, size_t cap)
{
	if (r->end == SPAWN_TIMED_OUT)
		(void)snprintf(room, cap, "no answer within %lld ms", (long long)span_to_ms(r->took));
	else if (r->end == SPAWN_FAILED)
		(void)snprintf(room, cap, "%s cannot be run: %s", PATH_STONITH, strerror(r->code));
	else if (r->end == SPAWN_SIGNALED)
		(void)snprintf(room, cap, "stonith ended by signal %d", r->code);
	else if (*q->error)
		return q->error;
	else
		(void)snprintf(room, cap, "exit status %d", r->code);
	return room;
}

static void judge(struct fence_check *f, const struct question *q, const struct spawn_result *r)
{
	char room[WHY_MAX];
	struct device *d = device_at(f, q->device);
	bool answered = r->end == SPAWN_EXITED && r->code == 0;
	d->asked = mono_now();
	d->controls_peer = answered && q->lists_peer;
	set_state(f, d, answered && q->lists_node,
		answered ? "it controls no node of ha.cf" : why_of(q, r, room, sizeof room));
	judge_lists(f);
}

/* --- questions --- */

static void ask_next(struct fence_check *f);

static gboolean on_timer(gpointer data)
{
	struct fence_check *f = data;
	f->timer = 0;
	ask_next(f);
	return G_SOURCE_REMOVE;
}

static void wait_ms(struct fence_check *f, int64_t ms)
{
	if (f->timer != 0)
		(void)g_source_remove(f->timer);
	f->timer = g_timeout_add(ms < G_MAXUINT ? (guint)ms : G_MAXUINT, on_timer, f);
}

/* Standard output is the list of hosts.  The first error is the reason; without one, the last message is. */
static void on_line(void *context, bool is_stderr, const char *line)
{
	struct question *q = context;
	const char *peer = q->check ? peer_of(q->check) : NULL;
	bool is_error = g_str_has_prefix(line, "ERROR: ") || g_str_has_prefix(line, "CRIT: ");
	if (!is_stderr) {
		q->lists_peer |= peer && g_ascii_strcasecmp(line, peer) == 0;
		q->lists_node |= q->check && is_node(q->check, line);
	} else if (!q->has_error) {
		(void)snprintf(q->error, sizeof q->error, "%s", is_error ? strchr(line, ' ') + 1 : line);
		q->has_error = is_error;
	}
}

static void end_of_round(struct fence_check *f)
{
	bool any_fails = f->nobody;
	for (guint i = 0; i < f->devices->len; i++)
		any_fails |= device_at(f, i)->state == DEVICE_FAILS;
	f->next = 0;
	wait_ms(f, pause_ms(f, any_fails));
}

static void on_done(void *context, const struct spawn_result *r, bool cancelled)
{
	struct question *q = context;
	struct fence_check *f = q->check;
	if (f && !cancelled)
		judge(f, q, r);
	g_free(q);
	if (!f)
		return;
	f->question = NULL;
	f->next += !cancelled; /* one that a shot or a reload has ended is asked again */
	ask_next(f);
}

static void ask(struct fence_check *f)
{
	static const char *const what[] = {"-S", "-l", NULL};
	struct engine *e = f->engine;
	struct question *q = g_new0(struct question, 1);
	*q = (struct question){.check = f, .device = f->next};
	f->question = q;
	q->program = fence_program_start(e, FENCE_PROGRAM_CHECK, &e->files->conf->stonith[device_at(f, f->next)->index],
		what, &(struct fence_program_handlers){.line = on_line, .done = on_done, .context = q});
}

static void ask_next(struct fence_check *f)
{
	if (f->devices->len == 0)
		return;
	if (f->next >= f->devices->len)
		end_of_round(f);
	else if (fence_program_exists(FENCE_PROGRAM_SHOT))
		wait_ms(f, SHOT_AGAIN_MS);
	else
		ask(f);
}

/* --- interface --- */

struct fence_check *fence_check_new(struct engine *e)
{
	struct fence_check *f = g_new0(struct fence_check, 1);
	f->engine = e;
	take_devices(f);
	wait_ms(f, 0);
	return f;
}

/* Its answer is not needed. */
static void drop_question(struct fence_check *f)
{
	if (!f->question)
		return;
	f->question->check = NULL;
	fence_program_cancel(f->question->program);
	f->question = NULL;
}

void fence_check_free(struct fence_check *f)
{
	if (!f)
		return;
	if (f->timer != 0)
		(void)g_source_remove(f->timer);
	drop_question(f);
	g_ptr_array_free(f->devices, TRUE);
	g_free(f);
}

void fence_check_reconfigure(struct fence_check *f)
{
	take_devices(f);
	f->next = 0;
	f->nobody = f->nobody && f->devices->len > 0;
	if (!f->question) {
		wait_ms(f, 0);
		return;
	}
	fence_program_cancel(f->question->program);
}

bool fence_check_doubt(const struct fence_check *f, size_t position, char *out, size_t cap)
{
	for (guint i = 0; i < f->devices->len; i++) {
		const struct device *d = device_at(f, i);
		if (d->state != DEVICE_FAILS || position-- > 0)
			continue;
		(void)snprintf(out, cap, "fencing device %s (ha.cf:%u): %s", d->type, d->line, d->why);
		return true;
	}
	if (!f->nobody || position > 0)
		return false;
	(void)snprintf(out, cap, "no fencing device of ha.cf controls node %s", peer_of(f));
	return true;
}

bool fence_check_device(const struct fence_check *f, size_t position, struct api_device *out)
{
	static const char *const states[] = {
		[DEVICE_NOT_ASKED] = "not asked", [DEVICE_WORKS] = "works", [DEVICE_FAILS] = "fails"};
	if (position >= f->devices->len)
		return false;
	const struct device *d = device_at(f, position);
	*out = (struct api_device){.type = d->type,
		.host = d->host,
		.line = d->line,
		.level = d->level,
		.state = states[d->state],
		.why = d->why,
		.asked = d->asked};
	return true;
}
