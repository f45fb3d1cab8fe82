// SPDX-License-Identifier: MIT
#include "heartbeat/daemon/engine.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "heartbeat/daemon/doubts.h"
#include "heartbeat/daemon/engine_private.h"
#include "heartbeat/daemon/fence_check.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/peer_file.h"
#include "heartbeat/daemon/process.h"
#include "heartbeat/daemon/record.h"
#include "heartbeat/daemon/run_resources.h"
#include "heartbeat/supervisor/policy.h"
#include "lib/file.h"
#include "lib/background.h"
#include "lib/log.h"

enum {
	EACH_SECOND_MS = 1000,
	LATE_MIN_MS = 250,           /* a main loop that is later than this, and than one keepalive, was stalled */
};

/* --- time --- */

static struct span time_asleep(void)
{
	struct timespec boot, mono;
	(void)clock_gettime(CLOCK_MONOTONIC, &mono);
	(void)clock_gettime(CLOCK_BOOTTIME, &boot);
	return (struct span){(int64_t)(boot.tv_sec - mono.tv_sec) * 1000000000 + boot.tv_nsec - mono.tv_nsec};
}

/* Do the regular tasks that need no exact time. */
static void each_second(struct engine *e, struct mono now)
{
	if (!mono_is_never(e->each_second_at) && mono_since(now, e->each_second_at).ns < span_ms(EACH_SECOND_MS).ns)
		return;
	e->each_second_at = now;
	log_flush(); /* this logs the count of a repeated line */
	guardian_watch_check(e->guardian);
	FILE *f = fopen("/proc/loadavg", "re");
	char line[64];
	if (f && fgets(line, sizeof line, f))
		core_set_load(e->core, line);
	if (f)
		(void)fclose(f);
}

/* The time since the last step, including the time of a suspend. */
static struct span gap_at(const struct engine *e, struct mono now)
{
	return (struct span){mono_since(now, e->last_step).ns + time_asleep().ns - e->asleep.ns};
}

/* Returns true if this process did not run for a while, because it was stopped, got no CPU, or was suspended. */
static bool stood_still(const struct engine *e, struct mono now)
{
	struct span keepalive = e->files->conf->keepalive;
	int64_t slack = keepalive.ns > span_ms(LATE_MIN_MS).ns ? keepalive.ns : span_ms(LATE_MIN_MS).ns;
	return !mono_is_never(e->last_step) && gap_at(e, now).ns > keepalive.ns + slack;
}

/* If this process did not run for a while, report that to the core before the next event. */
static void notice_stall(struct engine *e, struct instant now)
{
	struct span gap = gap_at(e, now.mono);
	bool stalled_now = stood_still(e, now.mono);
	e->asleep = time_asleep();
	if (!stalled_now)
		return;
	struct event stalled = {.kind = EVENT_STALLED, .stalled = {.gap = gap}};
	record_event(now, &stalled);
	core_step(e->core, now, &stalled);
	apply_actions(e);
}

/* When the main loop must run next.  The guardian kills an engine with a main loop that does not run, so the loop must
 * run twice in the time that the guardian waits. */
static struct mono next_beat(const struct engine *e, struct mono now)
{
	const struct ha_cf *conf = e->files->conf;
	return mono_add(now, (struct span){supervisor_silence(conf->keepalive, conf->deadtime).ns / 2});
}

static void set_timer(struct engine *e, struct mono now)
{
	precise_timer_set(e->timer, mono_min(core_deadline(e->core), next_beat(e, now)));
}

static void step_at(struct engine *e, struct instant now, const struct event *event)
{
	notice_stall(e, now);
	each_second(e, now.mono);
	e->last_step = now.mono;
	record_event(now, event);
	core_step(e->core, now, event);
	apply_actions(e);
	e->shared->beat_ns = now.mono.ns;
	set_timer(e, now.mono);
}

static void engine_step(struct engine *e, const struct event *event)
{
	step_at(e, engine_now(), event);
}

static void engine_apply(struct engine *e)
{
	apply_actions(e);
	set_timer(e, mono_now());
}

/* --- events --- */

/* Report to the core which media lead to this machine itself.  This can change with the addresses of this machine, and
 * with the addresses of host names. */
static void report_own_media(struct engine *e)
{
	for (size_t medium = 0; medium < e->files->conf->media_count; medium++) {
		bool on = media_to_self(e->media, medium);
		struct event event = {.kind = EVENT_TO_SELF, .to_self = {.medium = medium, .on = on}};
		if (on != core_to_self(e->core, medium))
			engine_step(e, &event);
	}
}

static void on_timer(void *context)
{
	struct engine *e = context;
	struct event event = {.kind = EVENT_TIMER};
	struct instant now = engine_now();
	if (core_decides(e->core, now.mono) || stood_still(e, now.mono)) {
		/* Handle received packets before the core decides which nodes are silent.  This is not done for a mere
		 * heartbeat: with a keepalive of 10 ms, it would cause 100 useless reads a second. */
		media_drain(e->media);
		now = engine_now();
	}
	step_at(e, now, &event);
	report_own_media(e);
}

static void on_datagram(void *context, size_t medium, struct bytes data, const struct media_source *source)
{
	const struct engine *e = context;
	kept_datagrams_add(e->kept, false, e->files->conf->media[medium].name, media_address_ip(&source->from), data,
		mono_now());
	struct event event = {.kind = EVENT_DATAGRAM,
	                      .datagram = {.medium = medium, .data = data, .from = media_address_ip(&source->from)}};
	engine_step(context, &event);
}

static void on_group_done(
	void *context, size_t group, enum exec_operation operation, bool ok, bool still_active, const char *why)
{
	struct event event = {.kind = EVENT_GROUP_DONE,
		.group_done = {.group = group,
			.operation = operation == EXEC_START ? GROUP_START : GROUP_STOP,
			.ok = ok,
			.still_active = still_active,
			.why = why}};
	engine_step(context, &event);
}

static void on_group_ready(void *context, size_t group, bool ready, const char *why)
{
	struct event event = {.kind = EVENT_GROUP_READY, .group_ready = {.group = group, .ready = ready, .why = why}};
	engine_step(context, &event);
}

static void on_group_failed(void *context, size_t group, const char *why)
{
	struct event event = {.kind = EVENT_GROUP_FAILED, .group_failed = {.group = group, .why = why}};
	engine_step(context, &event);
}

static void engine_move(void *context, bool takeover, enum half half, unsigned id)
{
	struct event event = {.kind = EVENT_MOVE, .move = {.takeover = takeover, .half = half, .id = id}};
	engine_step(context, &event);
}

static void engine_message(void *context, const struct message *m)
{
	struct event event = {.kind = EVENT_MESSAGE, .message = {.message = m}};
	engine_step(context, &event);
}

static void engine_beats(void *context, bool wanted)
{
	core_set_beats_wanted(((struct engine *)context)->core, wanted);
}

static gboolean on_terminate(gpointer data)
{
	struct event event = {.kind = EVENT_SHUTDOWN};
	engine_step(data, &event);
	return G_SOURCE_CONTINUE;
}

static void engine_confirm(void *context, size_t node, unsigned id)
{
	struct event event = {.kind = EVENT_CONFIRM, .confirm = {.node = node, .id = id}};
	engine_step(context, &event);
}

/* The resources first: what the core starts then must be watched with new counts. */
static bool engine_cleanup(void *context, const char *key, char *text, size_t cap)
{
	struct engine *e = context;
	const struct haresources *resources = e->files->resources;
	size_t cleaned = 0;
	for (size_t g = 0; g < resources->count; g++) {
		if (key && strcmp(key, resources->groups[g].key) != 0)
			continue;
		struct event event = {.kind = EVENT_GROUP_CLEAN, .group_clean = {.group = g}};
		exec_group_clean(e->exec, g);
		engine_step(e, &event);
		cleaned++;
	}
	if (cleaned > 0)
		(void)snprintf(text, cap, "the failures of %s are forgotten on this node", key ? key : "all groups");
	else
		(void)snprintf(text, cap, "there is no group %s in haresources; heartbeat --status names them", key ? key : "");
	return cleaned > 0;
}

static void engine_reload(void *context, unsigned id)
{
	const struct engine *e = context;
	reload_request(e->reload, id);
}

static gboolean on_reload(gpointer data)
{
	log_reopen();
	engine_reload(data, 0);
	return G_SOURCE_CONTINUE;
}

static gboolean on_debug_up(gpointer data)
{
	(void)data;
	log_set_debug(log_debug_level() + 1);
	log_at(LOG_LEVEL_INFO, "debug level is %d now", log_debug_level());
	return G_SOURCE_CONTINUE;
}

static gboolean on_debug_down(gpointer data)
{
	(void)data;
	if (log_debug_level() > 0)
		log_set_debug(log_debug_level() - 1);
	log_at(LOG_LEVEL_INFO, "debug level is %d now", log_debug_level());
	return G_SOURCE_CONTINUE;
}

/* --- start and end --- */

static int open_core(struct engine *e)
{
	struct core_config config = {.conf = e->files->conf,
		.resources = e->files->resources,
		.keys = e->files->keys,
		.node = e->files->node};
	struct adopted adopted[HARESOURCES_GROUPS_MAX];
	e->peer_file = peer_file_new(PATH_PEER, &e->shared->peer);
	config.remembered = peer_file_remembered(e->peer_file);
	config.adopted = adopted;
	config.adopted_count = holdings_adopt(holdings_now(&e->shared->holdings), e->config->keep,
		e->shared->looked ? NULL : e->files->resources, adopted);
	const struct identity_config identity = {.node = e->files->node, .by_time = e->files->conf->hbgen_time,
		.generation_file = PATH_GENERATION, .generation_copy = PATH_GENERATION_COPY, .uuid_file = PATH_UUID,
		.machine_id_file = PATH_MACHINE_ID};
	e->identity = identity_new(&identity, &e->shared->identity);
	config.generation = identity_generation(e->identity);
	identity_uuid(e->identity, config.uuid);
	if (getrandom(&config.seed, sizeof config.seed, 0) != sizeof config.seed)
		config.seed = config.generation;
	log_at(LOG_LEVEL_INFO, "Heartbeat generation: %llu", (unsigned long long)config.generation);
	const char *why;
	e->core = core_new(&config, &why);
	if (!e->core) {
		log_at(LOG_LEVEL_ERROR, "%s", why);
		return EXIT_CONFIG;
	}
	return record_begin(&config) ? 0 : EXIT_OTHER;
}

static gboolean on_interfaces(gint fd, GIOCondition condition, gpointer data)
{
	struct engine *e = data;
	(void)fd, (void)condition;
	/* after a failure, the next query reads again */
	int news = interfaces_read(e->interfaces);
	media_retry(e->media);
	if (news == 0 || !e->exec)
		return G_SOURCE_CONTINUE;
	/* Report a stall first: the other node may have taken over, and then no address may be added here again. */
	if (stood_still(e, mono_now()))
		on_timer(e);
	exec_interfaces_changed(e->exec);
	return G_SOURCE_CONTINUE;
}

/* Notices have the same priority as datagrams: a packet that is sent in this turn of the loop must use the current
 * address. */
static int open_interfaces(struct engine *e)
{
	e->interfaces = interfaces_new();
	if (!e->interfaces) {
		log_at(LOG_LEVEL_ERROR, "cannot read the network interfaces by netlink: %s", strerror(errno));
		return EXIT_OTHER;
	}
	g_unix_fd_add_full(G_PRIORITY_HIGH, interfaces_fd(e->interfaces), G_IO_IN, on_interfaces, e, NULL);
	return 0;
}

static void name_process(void)
{
	process_title("heartbeat: names");
}

static int open_media(struct engine *e)
{
	struct media_config config = {.interfaces = e->interfaces, .ping_id = (uint16_t)getpid(), .names = PATH_NAMES,
		.own_process = name_process, .locks = PATH_LINE_LOCKS,
		.handlers = {.received = on_datagram, .context = e}};
	struct diags d;
	diags_init(&d, PATH_HA_CF);
	e->media = media_open(e->files->conf->media, e->files->conf->media_count, &config, &d);
	(void)diags_report(&d, configuration_log, NULL); /* only the number of usable media decides */
	return e->media ? 0 : EXIT_CONFIG;
}

static int open_exec(struct engine *e)
{
	struct exec_handlers handlers = {.done = on_group_done, .ready = on_group_ready, .failed = on_group_failed,
		.context = e};
	const struct holdings *held = holdings_now(&e->shared->holdings);
	e->exec = run_resources_open(e->files, e->shared, e->interfaces, &handlers);
	if (!e->exec)
		return EXIT_OTHER;
	run_resources_check_scripts(e->files, configuration_log, NULL);
	bool interrupted = e->shared->repairing;
	e->shared->repairing = false;
	for (size_t g = 0; g < e->files->resources->count; g++) {
		struct group_view v;
		core_group_view(e->core, g, &v);
		if (v.state == OWN_HELD && halted_groups_has(&e->shared->halted, v.id))
			exec_group_adopt_halted(e->exec, g, interrupted);
		else if (v.state == OWN_HELD && interrupted)
			exec_group_adopt_interrupted(e->exec, g);
		else if (v.state == OWN_HELD)
			exec_group_adopt(e->exec, g);
		else if (holdings_has(held, v.id))
			exec_group_ran(e->exec, g);
		else if (v.state == OWN_UNKNOWN)
			exec_group_look(e->exec, g);
	}
	return 0;
}

static int open_ipc(struct engine *e)
{
	e->fence_check = fence_check_new(e);
	engine_open_ipc(e);
	return 0;
}

static int open_timer(struct engine *e)
{
	e->timer = precise_timer_new(G_PRIORITY_HIGH, on_timer, e);
	e->guardian = guardian_watch_new(e->config);
	e->reload = reload_new(e);
	g_unix_signal_add(SIGTERM, on_terminate, e);
	g_unix_signal_add(SIGINT, on_terminate, e);
	g_unix_signal_add(SIGHUP, on_reload, e);
	g_unix_signal_add(SIGUSR1, on_debug_up, e);
	g_unix_signal_add(SIGUSR2, on_debug_down, e);
	/* Clear the signal mask that we inherited from the guardian.  Signals that the guardian passed to us during our
	 * start are delivered now. */
	sigset_t none;
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL); /* this cannot fail with these arguments */
	return 0;
}

/* Report the result of the start to the guardian.  Returns code, or EXIT_OTHER when the report fails. */
static int report_ready(const struct engine *e, int code)
{
	log_flush();
	int failed = background_report(e->config->ready_fd, code, NULL);
	if (failed)
		log_at(LOG_LEVEL_ERROR, "cannot report the result of the start to the guardian: %s; not started",
			strerror(-failed));
	return failed ? EXIT_OTHER : code;
}

/* Take the first step, which sends the first packet. */
static void first_step(struct engine *e)
{
	struct event start = {.kind = EVENT_START};
	e->shared->keepalive_ns = e->files->conf->keepalive.ns;
	e->shared->deadtime_ns = e->files->conf->deadtime.ns;
	process_realtime(e->files->conf, e->config->accepted);
	log_at(LOG_LEVEL_INFO, "heartbeat: version " VERSION);
	engine_step(e, &start);
}

static void close_all(struct engine *e)
{
	reload_free(e->reload);
	fence_check_free(e->fence_check);
	guardian_watch_free(e->guardian);
	precise_timer_free(e->timer);
	engine_close_ipc(e);
	media_close(e->media);
	kept_datagrams_free(e->kept);
	interfaces_free(e->interfaces);
	run_resources_close(e->exec);
	core_free(e->core);
	identity_free(e->identity);
	peer_file_free(e->peer_file);
	g_main_loop_unref(e->loop);
	g_free(e);
}

static bool engine_watch(void *context, size_t position, struct watch_view *out)
{
	const struct engine *e = context;
	return exec_watch(e->exec, position, out);
}

static bool engine_datagram(void *context, size_t position, struct api_datagram *out)
{
	const struct engine *e = context;
	return kept_datagrams_at(e->kept, position, out);
}

static bool engine_device(void *context, size_t position, struct api_device *out)
{
	const struct engine *e = context;
	return fence_check_device(e->fence_check, position, out);
}

static bool engine_program(void *context, size_t position, struct api_program *out)
{
	const struct engine *e = context;
	struct client_report r;
	if (!client_reports_at(&e->shared->client_reports, position, &r))
		return false;
	const char *state = client_state_name(r.state);
	*out = (struct api_program){.failfast = r.failfast,
		.state = state ? state : "",
		.restarts = r.starts > 0 ? r.starts - 1 : 0,
		.started = {r.started_ns}};
	_Static_assert(sizeof out->user >= sizeof r.user && sizeof out->command >= sizeof r.command, "they fit");
	memcpy(out->user, r.user, sizeof r.user);
	memcpy(out->command, r.command, sizeof r.command);
	return true;
}

int engine_run(const struct engine_config *config)
{
	struct engine *e = g_new0(struct engine, 1);
	static const struct engine_calls calls = {
		engine_step, engine_apply, engine_move, engine_message, engine_confirm, engine_cleanup,
		engine_reload, engine_doubt, engine_device, engine_watch, engine_datagram, engine_program,
		engine_beats};
	e->calls = &calls;
	e->kept = kept_datagrams_new();
	e->config = config;
	e->shared = config->shared;
	e->files = config->configuration;
	e->asleep = time_asleep();
	e->loop = g_main_loop_new(NULL, FALSE);
	static int (*const steps[])(struct engine *e) = {open_core, open_interfaces, open_media,
	                                                 open_exec, open_ipc,        open_timer};
	int code = 0;
	for (size_t i = 0; i < sizeof steps / sizeof *steps && code == 0; i++)
		code = steps[i](e);
	if (code == 0)
		first_step(e);
	code = report_ready(e, code);
	if (code != 0)
		return code; /* the process ends, and the kernel closes what was opened */
	if (!config->accepted->foreground)
		process_release_terminal();
	g_main_loop_run(e->loop);
	code = e->exit_code;
	close_all(e);
	return code;
}
