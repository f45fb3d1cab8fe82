// SPDX-License-Identifier: MIT
#include "tests/fault/lives.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "heartbeat/conf/authkeys.h"
#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/conf/haresources.h"
#include "heartbeat/ipc/frame.h"
#include "lib/address.h"
#include "lib/announce_frame.h"
#include "lib/file.h"
#include "lib/interfaces.h"
#include "lib/lock_file.h"
#include "lib/log.h"
#include "lib/process_stat.h"
#include "lib/spawn.h"
#include "tests/fault/fault.h"
#include "tests/unit/heartbeat/pair.h"

char life_directory[64];

/* --- the result of a life is one number, computed from all of its output --- */

static void add_text(uint64_t *result, const char *text)
{
	for (; text && *text; text++)
		*result = (*result ^ (unsigned char)*text) * 0x100000001b3u;
	*result = *result * 31 + 7;
}

static enum life_end refused(int error)
{
	return error < 0 ? LIFE_REFUSED : LIFE_SILENT;
}

/* For files with errors: the first run, without a failure, shows how many errors are right. */
static size_t errors_of(size_t *known, const struct diags *d)
{
	if (*known == 0)
		*known = d->errors;
	return *known;
}

/* The diagnostics are a part of the result.  If one of them is "out of memory", the life was refused. */
static enum life_end judge_diags(struct diags *d, size_t expected, uint64_t *result)
{
	char line[512];
	enum life_end end = d->errors > expected ? LIFE_SILENT : LIFE_DONE;
	for (size_t i = 0; i < d->count; i++) {
		diag_format(d, i, line, sizeof line);
		add_text(result, line);
		end = strstr(line, "out of memory") && d->errors > 0 ? LIFE_REFUSED : end;
	}
	diags_free(d);
	return end;
}

/* --- the three files --- */

static const char good_ha_cf[] =
	"node alpha beta\nbcast eth0 eth1\nucast eth2 10.0.0.2\nmcast eth0 225.0.0.1 694 1 0\nping 10.0.0.1\nping_group routers 10.0.0.3 10.0.0.4\n"
	"keepalive 200ms\ndeadtime 2\nwarntime 1\ninitdead 20\nauto_failback off\nlogfile /var/log/ha-log\ndebugfile /var/log/ha-debug\n"
	"logfacility local0\nrespawn hacluster /usr/lib/heartbeat/ipfail\napiauth ipfail uid=hacluster\nenv COLOUR=blue\n";
static const char bad_ha_cf[] =
	"node alpha\nkeepalive 1Os\nbcats eth0\nping 10.0.0.1\ndeadtime\nnode alpha\nlogfacility no\nucast eth0\n";
static const char good_haresources[] =
	"alpha IPaddr::10.0.0.100/24/eth0 Filesystem::/dev/sda1::/srv::ext4 httpd\nbeta 10.0.0.101 db\n";
static const char bad_haresources[] = "gamma IPaddr::10.0.0.300 httpd\nalpha httpd\nbeta httpd\n";
static const char good_authkeys[] = "auth 1\n1 sha1 key-of-a-test\n2 md5 another\n";
static const char bad_authkeys[] = "auth 3\nsha1\n1 sha2 x\n4 crc y\n";

static struct bytes text_of(const char *text)
{
	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static enum life_end parse_ha_cf(const char *text, size_t *known, uint64_t *result)
{
	struct diags d;
	diags_init(&d, "ha.cf");
	struct ha_cf *c = ha_cf_parse(text_of(text), "alpha", &d);
	size_t expected = known ? errors_of(known, &d) : 0;
	for (size_t i = 0; c && d.errors == expected && i < c->parameter_count; i++) {
		add_text(result, c->parameters[i].name);
		add_text(result, c->parameters[i].value);
	}
	for (size_t i = 0; c && d.errors == expected && i < c->media_count; i++)
		add_text(result, c->media[i].name);
	bool made = c != NULL;
	ha_cf_free(c);
	enum life_end end = judge_diags(&d, expected, result);
	return made || end == LIFE_REFUSED ? end : LIFE_SILENT;
}

static enum life_end ha_cf_good(uint64_t *result)
{
	return parse_ha_cf(good_ha_cf, NULL, result);
}

static enum life_end ha_cf_bad(uint64_t *result)
{
	static size_t known;
	return parse_ha_cf(bad_ha_cf, &known, result);
}

static enum life_end parse_haresources(const char *text, size_t *known, uint64_t *result)
{
	static const char *const nodes[] = {"alpha", "beta"};
	struct diags d;
	diags_init(&d, "haresources");
	struct haresources *h = haresources_parse(text_of(text), nodes, 2, &d);
	size_t expected = known ? errors_of(known, &d) : 0;
	for (size_t g = 0; h && d.errors == expected && g < h->count; g++)
		for (size_t i = 0; i < h->groups[g].count; i++)
			add_text(result, h->groups[g].resources[i].text);
	bool made = h != NULL;
	haresources_free(h);
	enum life_end end = judge_diags(&d, expected, result);
	return made || end == LIFE_REFUSED ? end : LIFE_SILENT;
}

static enum life_end haresources_good(uint64_t *result)
{
	return parse_haresources(good_haresources, NULL, result);
}

static enum life_end haresources_bad(uint64_t *result)
{
	static size_t known;
	return parse_haresources(bad_haresources, &known, result);
}

static enum life_end parse_authkeys(const char *text, size_t *known, uint64_t *result)
{
	struct diags d;
	struct authkeys *keys = calloc(1, sizeof *keys);
	if (!keys)
		return LIFE_REFUSED;
	diags_init(&d, "authkeys");
	authkeys_check_mode(known ? 0644 : 0600, &d);
	authkeys_parse(text_of(text), keys, &d);
	*result += keys->active + keys->keys[1].len;
	free(keys);
	return judge_diags(&d, known ? errors_of(known, &d) : 0, result);
}

static enum life_end authkeys_good(uint64_t *result)
{
	return parse_authkeys(good_authkeys, NULL, result);
}

static enum life_end authkeys_bad(uint64_t *result)
{
	static size_t known;
	return parse_authkeys(bad_authkeys, &known, result);
}

/* --- two cores: only their own calls count, not those of the test around them --- */

struct core *__real_core_new(const struct core_config *config, const char **why);
void __real_core_step(struct core *c, struct instant now, const struct event *event);
void __real_core_free(struct core *c);
struct core *__wrap_core_new(const struct core_config *config, const char **why);
void __wrap_core_step(struct core *c, struct instant now, const struct event *event);
void __wrap_core_free(struct core *c);

static jmp_buf no_core;
static const char *no_core_why;

struct core *__wrap_core_new(const struct core_config *config, const char **why)
{
	*why = NULL;
	fault_pause(false);
	struct core *c = __real_core_new(config, why);
	fault_pause(true);
	no_core_why = *why;
	if (!c)
		longjmp(no_core, 1);
	return c;
}

void __wrap_core_step(struct core *c, struct instant now, const struct event *event)
{
	fault_pause(false);
	__real_core_step(c, now, event);
	fault_pause(true);
}

void __wrap_core_free(struct core *c)
{
	fault_pause(false);
	__real_core_free(c);
	fault_pause(true);
}

/* OpenSSL keeps the texts of its last errors (at most sixteen) until they are replaced. */
static void forget_errors(void)
{
	fault_pause(false);
	ERR_clear_error();
	fault_pause(true);
}

/* Both start; a planned move; the owner dies and returns; both stop.  The test around them watches for two owners. */
static enum life_end cores(const char *lines, uint64_t *result)
{
	static struct pair *p; /* static: outlives the longjmp */
	fault_pause(true);
	if (setjmp(no_core)) {
		pair_free(p);
		forget_errors();
		return no_core_why && *no_core_why ? LIFE_REFUSED : LIFE_SILENT;
	}
	forget_errors();
	p = pair_new(lines, "alpha web\n");
	pair_boot(p, ALPHA);
	pair_boot(p, BETA);
	pair_run(p, 30000);
	pair_move(p, pair_runs(p, ALPHA, "web") ? ALPHA : BETA, false, HALF_ALL, 1);
	pair_run(p, 30000);
	int owner = pair_runs(p, ALPHA, "web") ? ALPHA : BETA;
	pair_crash(p, owner);
	pair_run(p, 20000);
	*result += pair_runs(p, !owner, "web") && !pair_runs(p, owner, "web") ? 1 : 1000;
	pair_boot(p, owner);
	pair_run(p, 30000);
	pair_shutdown(p, owner);
	pair_run(p, 10000);
	pair_shutdown(p, !owner);
	pair_run(p, 10000);
	*result += p->side[ALPHA].gone && p->side[BETA].gone ? 1 : 1000;
	*result += pair_runs(p, ALPHA, "web") || pair_runs(p, BETA, "web") ? 1000 : 1;
	pair_free(p);
	forget_errors();
	return LIFE_DONE;
}

static enum life_end two_cores(uint64_t *result)
{
	return cores(NULL, result);
}

static enum life_end two_cores_compressed(uint64_t *result)
{
	return cores("compression bz2\ncompression_threshold 1\ntraditional_compression on\n", result);
}

/* --- modules of lib --- */

static const char *in_directory(const char *name)
{
	static char path[128];
	(void)snprintf(path, sizeof path, "%s/%s", life_directory, name);
	return path;
}

static enum life_end file_written_and_read(uint64_t *result)
{
	static const char text[] = "some state\n";
	char *back;
	size_t len;
	int rc = file_make_directory(in_directory("a/b"), 0750);
	if (rc == 0)
		rc = file_replace(in_directory("state"), text, sizeof text - 1, 0600);
	if (rc == 0)
		rc = file_read(in_directory("state"), 4096, &back, &len, NULL);
	if (rc != 0)
		return refused(rc);
	add_text(result, back);
	free(back);
	return LIFE_DONE;
}

static enum life_end lock_taken_and_found(uint64_t *result)
{
	struct lock_holder holder;
	int fd = lock_file_take(in_directory("lock")), rc = fd;
	if (rc >= 0)
		rc = lock_file_sign(fd);
	if (rc >= 0)
		rc = lock_file_holder(in_directory("lock"), &holder);
	if (rc > 0 && holder.pid != getpid())
		rc = -ESRCH;
	if (rc > 0) {
		int process = process_open(holder.pid, holder.started);
		if (process >= 0)
			(void)close(process);
		rc = process;
	}
	*result += rc >= 0;
	if (fd >= 0)
		(void)close(fd);
	return rc >= 0 ? LIFE_DONE : refused(rc);
}

static enum life_end log_of_a_day(uint64_t *result)
{
	char debugfile[128];
	(void)snprintf(debugfile, sizeof debugfile, "%s", in_directory("debug"));
	struct log_config config = {.entity = "test",
		.host = "alpha",
		.logfile = in_directory("log"),
		.debugfile = debugfile,
		.facility = -1,
		.debug_level = 1};
	int rc = log_open(&config);
	log_at(LOG_LEVEL_INFO, "one %d", 1);
	log_at(LOG_LEVEL_INFO, "one %d", 1);
	log_at(LOG_LEVEL_WARN, "two");
	log_reopen();
	log_output(LOG_LEVEL_INFO, "httpd", "three");
	log_at(LOG_LEVEL_DEBUG, "four");
	log_flush();
	log_close();
	(void)result;
	return rc == 0 ? LIFE_DONE : refused(rc);
}

static enum life_end frames(uint64_t *result)
{
	struct frame_buffer b = {0};
	static uint8_t large[5000];
	struct bytes body, small = text_of("hello"), big = {large, sizeof large};
	bool put = frame_put(&b, small) && frame_put(&b, big);
	while (put && frame_next(&b, FRAME_BODY_MAX, &body) == FRAME_READY)
		*result += body.len;
	frame_buffer_free(&b);
	return put ? LIFE_DONE : LIFE_REFUSED;
}

static enum life_end addresses(uint64_t *result)
{
	struct address found;
	char networks[512], label[ADDRESS_LABEL_MAX];
	struct address_table *t = address_table_new();
	if (!t)
		return errno != 0 ? LIFE_REFUSED : LIFE_SILENT;
	const struct ip_address loopback = {.family = AF_INET, .v4 = {htonl(INADDR_LOOPBACK)}};
	int rc = address_find(t, &loopback, &found);
	if (rc == 0) {
		add_text(result, found.interface);
		rc = address_label_free(t, "lo", label);
	}
	if (rc == 0)
		add_text(result, label);
	bool spoilt = rc != 0 && address_find(t, &loopback, &found) != 0; /* one failure must not be permanent */
	address_networks(t, AF_INET, networks, sizeof networks); /* "" when it cannot be read */
	address_table_free(t);
	return spoilt ? LIFE_SILENT : rc != 0 ? refused(rc) : LIFE_DONE;
}

static enum life_end interfaces(uint64_t *result)
{
	struct interface lo = {0};
	struct interface_address own = {0};
	struct interfaces *t = interfaces_new();
	if (!t)
		return errno != 0 ? LIFE_REFUSED : LIFE_SILENT;
	int rc = interfaces_read(t);
	bool found = interfaces_find(t, "lo", &lo) && interfaces_own_address(t, "lo", &own) == 0;
	*result += lo.index + own.prefix;
	interfaces_free(t);
	return !found ? LIFE_SILENT : rc < 0 ? refused(rc) : LIFE_DONE;
}

/* Without memory for the contexts of libnet it is refused, and the next try succeeds. */
static enum life_end announcements(uint64_t *result)
{
	static const uint8_t mac[ANNOUNCE_MAC_LEN] = {2, 0, 0, 0, 9, 1};
	uint8_t arp[ANNOUNCE_ARP_LEN] = {0}, neighbour[ANNOUNCE_NEIGHBOUR_LEN] = {0};
	const struct address here = {.ip = {.family = AF_INET, .v4 = {htonl(INADDR_LOOPBACK)}}, .interface = "lo"};
	int rc = address_announce_prepare();
	bool spoilt = rc != 0 && address_announce_prepare() != 0; /* one failure must not be permanent */
	spoilt = spoilt || announce_frame_arp(true, mac, here.ip.v4, arp) != 0 ||
	         announce_frame_neighbour(false, mac, &in6addr_loopback, neighbour) != 0;
	if (rc == 0)
		rc = address_announce(&here);
	for (size_t i = 0; i < sizeof arp; i++)
		*result = *result * 31 + arp[i];
	for (size_t i = 0; i < sizeof neighbour; i++)
		*result = *result * 31 + neighbour[i];
	address_announce_close();
	return spoilt ? LIFE_SILENT : rc != 0 ? refused(rc) : LIFE_DONE;
}

static GMainLoop *loop;
static struct spawn_result spawned;

static void on_spawned(void *context, const struct spawn_result *r)
{
	(void)context;
	spawned = *r;
	g_main_loop_quit(loop);
}

static void say_nothing(const char *domain, GLogLevelFlags level, const char *text, void *unused)
{
	(void)domain, (void)level, (void)text, (void)unused;
}

static enum life_end a_script(uint64_t *result)
{
	(void)g_log_set_default_handler(say_nothing, NULL);
	char *const argv[] = {"sh", "-c", "echo out; exit 3", NULL};
	loop = g_main_loop_new(NULL, FALSE);
	(void)spawn_start(&(struct spawn_request){
		.path = "/bin/sh", .argv = argv, .done = on_spawned, .deadline = span_ms(20000)});
	g_main_loop_run(loop);
	g_main_loop_unref(loop);
	if (spawned.end == SPAWN_FAILED)
		return spawned.code > 0 ? LIFE_REFUSED : LIFE_SILENT;
	*result += (uint64_t)spawned.end * 1000 + (uint64_t)spawned.code;
	return LIFE_DONE;
}

#define FAMILY(name) (1u << FAULT_##name)
const struct life lives[] = {
	{"a good ha.cf", ha_cf_good, FAMILY(MALLOC), false},
	{"a bad ha.cf", ha_cf_bad, FAMILY(MALLOC), false},
	{"a good haresources", haresources_good, FAMILY(MALLOC), false},
	{"a bad haresources", haresources_bad, FAMILY(MALLOC), false},
	{"a good authkeys", authkeys_good, FAMILY(MALLOC), false},
	{"a bad authkeys", authkeys_bad, FAMILY(MALLOC), false},
	{"two cores", two_cores, FAMILY(MALLOC), true},
	{"two cores that compress", two_cores_compressed, FAMILY(MALLOC), true},
	{"files", file_written_and_read, FAMILY(MALLOC) | FAMILY(OPEN) | FAMILY(READ) | FAMILY(WRITE) | FAMILY(FILE),
		false},
	{"a lock", lock_taken_and_found,
		FAMILY(OPEN) | FAMILY(READ) | FAMILY(WRITE) | FAMILY(FILE) | FAMILY(FORK) | FAMILY(SETUP), false},
	{"the log", log_of_a_day, FAMILY(OPEN) | FAMILY(WRITE) | FAMILY(SETUP), false},
	{"frames", frames, FAMILY(MALLOC), false},
	{"announcements", announcements, FAMILY(MALLOC) | FAMILY(SOCKET) | FAMILY(SETUP), false},
	{"addresses", addresses, FAMILY(MALLOC) | FAMILY(READ) | FAMILY(WRITE) | FAMILY(SOCKET) | FAMILY(SETUP), false},
	{"interfaces", interfaces, FAMILY(MALLOC) | FAMILY(READ) | FAMILY(WRITE) | FAMILY(SOCKET) | FAMILY(SETUP),
		false},
	{"a script", a_script, FAMILY(MALLOC) | FAMILY(FORK) | FAMILY(SOCKET) | FAMILY(READ) | FAMILY(SETUP), false},
};
const unsigned life_count = sizeof lives / sizeof *lives;
