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

#include "heartbeat/daemon/engine_private.h"
#include "heartbeat/daemon/identity.h"
#include "heartbeat/daemon/paths.h"
#include "heartbeat/daemon/process.h"
#include "heartbeat/daemon/record.h"
#include "lib/file.h"
#include "lib/log.h"

enum {
	SMALL_THINGS_MS = 1000,
	LATE_MIN_MS = 250,           /* a loop later than this and than one keepalive has stood still */
	SCRIPT_DEADLINE_S = 60,
	STOP_ATTEMPTS = 10,          /* doc/resources.md 3: "10 times by default" */
};

/* --- time --- */

static struct instant instant_now(void)
{
	struct timespec wall;
	(void)clock_gettime(CLOCK_REALTIME, &wall); /* cannot fail with a valid clock */
	return (struct instant){.mono = mono_now(), .wall_s = (uint64_t)wall.tv_sec};
}

static struct span time_asleep(void)
{
	struct timespec boot, mono;
	(void)clock_gettime(CLOCK_MONOTONIC, &mono);
	(void)clock_gettime(CLOCK_BOOTTIME, &boot);
	return (struct span){(int64_t)(boot.tv_sec - mono.tv_sec) * 1000000000 + boot.tv_nsec - mono.tv_nsec};
}

/* Tasks that need no exact time. */
static void each_second(struct engine *e, struct mono now)
{
	if (!mono_is_never(e->small_things) && mono_since(now, e->small_things).ns < span_ms(SMALL_THINGS_MS).ns)
		return;
	e->small_things = now;
	log_flush(); /* logs the count of a repeated line */
	FILE *f = fopen("/proc/loadavg", "re");
	char line[64];
	if (f && fgets(line, sizeof line, f))
		core_set_load(e->core, line);
	if (f)
		(void)fclose(f);
}

/* When this process did not run for a while (stopped, starved, suspended), report that to the core first. */
static void notice_stall(struct engine *e, struct instant now)
{
	struct span asleep = time_asleep(), gap = mono_since(now.mono, e->last_step);
	gap.ns += asleep.ns - e->asleep.ns;
	e->asleep = asleep;
	struct span keepalive = e->files->conf->keepalive;
	int64_t slack = keepalive.ns > span_ms(LATE_MIN_MS).ns ? keepalive.ns : span_ms(LATE_MIN_MS).ns;
	if (mono_is_never(e->last_step) || gap.ns <= keepalive.ns + slack)
		return;
	struct event stalled = {.kind = EVENT_STALLED, .stalled = {.gap = gap}};
	record_event(now, &stalled);
	core_step(e->core, now, &stalled);
	apply_actions(e);
}

void engine_step(struct engine *e, const struct event *event)
{
	struct instant now = instant_now();
	notice_stall(e, now);
	each_second(e, now.mono);
	e->last_step = now.mono;
	record_event(now, event);
	core_step(e->core, now, event);
	apply_actions(e);
	e->config->holdings->last_beat_ns = now.mono.ns;
	precise_timer_set(e->timer, core_deadline(e->core));
}

/* --- what comes in --- */

static void on_timer(void *context)
{
	struct engine *e = context;
	media_drain(e->media); /* handle received packets before the core declares a node silent */
	struct event event = {.kind = EVENT_TIMER};
	engine_step(e, &event);
}

static void on_datagram(void *context, size_t medium, struct bytes data, const struct media_source *source)
{
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

static void on_move(void *context, bool takeover, enum half half, unsigned id)
{
	struct event event = {.kind = EVENT_MOVE, .move = {.takeover = takeover, .half = half, .id = id}};
	engine_step(context, &event);
}

static void on_message(void *context, const struct message *m)
{
	struct event event = {.kind = EVENT_MESSAGE, .message = {.message = m}};
	engine_step(context, &event);
}

static gboolean on_terminate(gpointer data)
{
	struct event event = {.kind = EVENT_SHUTDOWN};
	engine_step(data, &event);
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

/* --- reload: a new engine reads the files and adopts the running groups; that takes milliseconds --- */

static bool same_resources(const struct group_conf *a, const struct group_conf *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->resources[i].text, b->resources[i].text) != 0)
			return false;
	return true;
}

/* The new file must contain each group that runs here without a change; otherwise no process would stop it. */
static bool running_groups_unchanged(const struct engine *e, const struct haresources *fresh)
{
	for (size_t g = 0; g < e->files->resources->count; g++) {
		const struct group_conf *old = &e->files->resources->groups[g];
		struct group_view v;
		core_group_view(e->core, g, &v);
		if (v.state == OWN_NONE || v.state == OWN_FAILED || v.state == OWN_CLAIM)
			continue;
		bool found = false;
		for (size_t k = 0; k < fresh->count; k++)
			found |= fresh->groups[k].id == old->id && same_resources(&fresh->groups[k], old);
		if (!found) {
			log_at(LOG_LEVEL_ERROR,
				"group %s runs here but is changed or missing in the new haresources: give it to the other node first "
				"(hb_standby). The old files stay in use",
				old->key);
			return false;
		}
	}
	return true;
}

static gboolean on_reload(gpointer data)
{
	struct engine *e = data;
	log_reopen();
	struct configuration *fresh = configuration_load();
	if (!fresh) {
		log_at(LOG_LEVEL_ERROR, "Config errors: the old files stay in use");
		return G_SOURCE_CONTINUE;
	}
	if (configuration_same_files(e->files, fresh)) {
		log_at(LOG_LEVEL_INFO, "Configuration unchanged.");
	} else if (core_in_transition(e->core)) {
		log_at(LOG_LEVEL_WARN,
			"reload refused while resources are moving; ask again when cl_status rscstatus is stable");
	} else if (running_groups_unchanged(e, fresh->resources)) {
		log_at(LOG_LEVEL_INFO, "Heartbeat restart triggered: a new engine reads the files, what runs goes on.");
		e->exit_code = ENGINE_RELOAD;
		g_main_loop_quit(e->loop);
	}
	configuration_free(fresh);
	return G_SOURCE_CONTINUE;
}

/* Without a guardian, no process releases the addresses if this one dies: log that.  Write our pid into the pid file,
 * so that -k reaches us. */
static gboolean on_guardian_gone(gint fd, GIOCondition condition, gpointer data)
{
	(void)condition, (void)data;
	log_at(LOG_LEVEL_CRIT,
		"the guardian process was killed; this engine goes on alone. Restart heartbeat when convenient: "
		"if this process dies too, nobody releases the addresses");
	(void)process_write_pid(); /* error already logged */
	(void)close(fd);
	return G_SOURCE_REMOVE;
}

/* --- start and end --- */

static struct span script_deadline(void)
{
	const char *text = getenv("HA_SCRIPT_DEADLINE"); /* seconds; for tests and special sites */
	struct span deadline = span_ms(SCRIPT_DEADLINE_S * 1000);
	if (text && !ha_cf_time(bytes_of(text), &deadline))
		log_at(LOG_LEVEL_WARN, "HA_SCRIPT_DEADLINE=%s is not a time; %d s is used", text, SCRIPT_DEADLINE_S);
	return deadline;
}

static int open_core(struct engine *e)
{
	struct core_config config = {.conf = e->files->conf,
		.resources = e->files->resources,
		.keys = e->files->keys,
		.node = e->files->node};
	struct adopted adopted[HARESOURCES_GROUPS_MAX];
	config.adopted = adopted;
	config.adopted_count = holdings_adopt(e->config->holdings, e->config->adopt_in_time, adopted);
	config.generation = identity_generation(e->files->conf->hbgen_time);
	if (!config.generation || !identity_uuid(config.uuid))
		return EXIT_OTHER;
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
	(void)interfaces_read(e->interfaces); /* a failure is repaired by the next query */
	return G_SOURCE_CONTINUE;
}

/* Read with the priority of datagrams: a packet of this turn of the loop must go to the current address. */
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

static int open_media(struct engine *e)
{
	struct media_handlers handlers = {.received = on_datagram, .context = e};
	struct diags d;
	diags_init(&d, PATH_HA_CF);
	e->media = media_open(e->files->conf->media, e->files->conf->media_count, (uint16_t)getpid(), e->interfaces,
	                      &handlers, &d);
	diags_tell(&d);
	diags_free(&d);
	return e->media ? 0 : EXIT_CONFIG;
}

static int open_exec(struct engine *e)
{
	static const char *const directories[] = {PATH_RESOURCE_D, PATH_INIT_D, NULL};
	struct exec_config config = {
		.resources = e->files->resources,
		.conf = e->files->conf,
		.node = e->files->node,
		.script_directories = directories,
		.native_ipaddr = PATH_NATIVE_IPADDR,
		.deadline = script_deadline(),
		.stop_attempts = STOP_ATTEMPTS,
	};
	struct exec_handlers handlers = {.done = on_group_done, .context = e};
	e->exec = exec_new(&config, &handlers);
	if (!e->exec) {
		log_at(LOG_LEVEL_ERROR, "cannot prepare to run resources: %s", strerror(errno));
		return EXIT_OTHER;
	}
	exec_check_scripts(e->exec);
	for (size_t g = 0; g < e->files->resources->count; g++) {
		struct group_view v;
		core_group_view(e->core, g, &v);
		if (v.state == OWN_HELD)
			exec_group_adopt(e->exec, g);
	}
	return 0;
}

static int open_ipc(struct engine *e)
{
	struct api_config config = {.path = PATH_API,
		.core = e->core,
		.resources = e->files->resources,
		.conf = e->files->conf,
		.node = e->files->node,
		.version = VERSION,
		.move = on_move,
		.message = on_message,
		.context = e};
	e->api = api_server_open(&config);
	if (!e->api) {
		log_at(LOG_LEVEL_ERROR, "cannot open the client socket %s: %s", PATH_API, strerror(errno));
		return EXIT_OTHER;
	}
	e->fifo = fifo_open(PATH_FIFO, on_message, e);
	if (!e->fifo) {
		log_at(LOG_LEVEL_ERROR, "cannot open the command FIFO %s: %s", PATH_FIFO, strerror(errno));
		return EXIT_OTHER;
	}
	return 0;
}

static int open_timer(struct engine *e)
{
	e->timer = precise_timer_new(G_PRIORITY_HIGH, on_timer, e);
	g_unix_fd_add_full(G_PRIORITY_DEFAULT, e->config->guardian_fd, G_IO_IN | G_IO_HUP, on_guardian_gone, e, NULL);
	g_unix_signal_add(SIGTERM, on_terminate, e);
	g_unix_signal_add(SIGINT, on_terminate, e);
	g_unix_signal_add(SIGHUP, on_reload, e);
	g_unix_signal_add(SIGUSR1, on_debug_up, e);
	g_unix_signal_add(SIGUSR2, on_debug_down, e);
	/* We inherited the guardian's signal mask.  Signals that it forwarded during our start are delivered now. */
	sigset_t none;
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL); /* cannot fail with these arguments */
	return 0;
}

/* Report the result of the start to the guardian.  Returns code, or EXIT_OTHER when the report fails. */
static int tell_ready(const struct engine *e, int code)
{
	uint8_t byte = (uint8_t)code;
	if (e->config->ready_fd < 0)
		return code;
	log_flush();
	if (write(e->config->ready_fd, &byte, 1) != 1) {
		log_at(LOG_LEVEL_ERROR, "cannot report the result of the start to the guardian: %s; not started",
			strerror(errno));
		code = EXIT_OTHER;
	}
	(void)close(e->config->ready_fd);
	return code;
}

int engine_run(const struct engine_config *config)
{
	struct engine *e = g_new0(struct engine, 1);
	e->config = config;
	e->files = config->configuration;
	e->asleep = time_asleep();
	e->loop = g_main_loop_new(NULL, FALSE);
	static int (*const steps[])(struct engine *e) = {open_core, open_interfaces, open_media,
	                                                 open_exec, open_ipc,        open_timer};
	int code = 0;
	for (size_t i = 0; i < sizeof steps / sizeof *steps && code == 0; i++)
		code = steps[i](e);
	code = tell_ready(e, code);
	if (code != 0)
		return code; /* the process ends; the kernel closes what was opened */
	if (!config->foreground) {
		process_release_terminal();
		log_to_stderr(false);
	}
	process_realtime(e->files->conf);
	log_at(LOG_LEVEL_INFO, "heartbeat: version " VERSION);
	struct event start = {.kind = EVENT_START};
	engine_step(e, &start);
	g_main_loop_run(e->loop);
	precise_timer_free(e->timer);
	fifo_close(e->fifo);
	api_server_close(e->api);
	media_close(e->media);
	interfaces_free(e->interfaces);
	exec_free(e->exec);
	core_free(e->core);
	g_main_loop_unref(e->loop);
	code = e->exit_code;
	g_free(e);
	return code;
}
