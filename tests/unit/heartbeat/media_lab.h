// SPDX-License-Identifier: MIT
/* A laboratory for media over real sockets: two network namespaces, a and b, joined by two cables (veth pairs) that are
 * called ha0 and ha1 on both sides; b has two addresses on each.  A set of media belongs to the namespace in which it
 * was opened, so that both sides live in one process.  Included by the test programs of the media, each of which is one
 * file. */
#ifndef TESTS_UNIT_MEDIA_LAB_H
#define TESTS_UNIT_MEDIA_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "heartbeat/media/media.h"
#include "lib/interfaces.h"
#include "lib/log.h"

enum { PORT = 694, PING_ID = 0x1234, GOT_MAX = 4096, WAIT_MS = 60000, QUIET_MS = 150 };

struct got {
	size_t medium;
	char text[64];
	size_t len;
	struct media_source source;
};

struct side {
	const char *name;
	int ns;
	struct interfaces *interfaces;
	struct media *set;
	struct diags diags;
	struct got got[GOT_MAX];
	size_t count;
};

static struct side a = {.name = "a"}, b = {.name = "b"};
static char log_dir[] = "/tmp/heartbeat-media-test-XXXXXX";
static char log_path[64];

/* --- the laboratory --------------------------------------------------------------------------- */

static inline void enter(const struct side *s)
{
	assert_int_equal(setns(s->ns, CLONE_NEWNET), 0);
}

/* Run a shell command in the namespace of a side. */
__attribute__((format(printf, 2, 3))) static inline void run(const struct side *s, const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(command, sizeof command, format, args);
	va_end(args);
	enter(s);
	if (system(command) != 0)
		fail_msg("in namespace %s: \"%s\" failed", s->name, command);
}

static inline int new_namespace(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	return open("/proc/self/ns/net", O_RDONLY); /* not close-on-exec: ip reads it by path */
}

static inline void plug_cable(unsigned n)
{
	run(&a, "ip link add ha%u type veth peer name ha%u netns /proc/%d/fd/%d", n, n, getpid(), b.ns);
	run(&a, "ip address add 10.9.%u.1/24 brd + dev ha%u && ip link set ha%u up", n, n, n);
	run(&b, "ip address add 10.9.%u.2/24 brd + dev ha%u && ip address add 10.9.%u.3/24 brd + dev ha%u && ip link set ha%u up",
		n, n, n, n, n);
	/* Until the kernel has noticed the carrier, it drops what is sent. */
	run(&a, "until ip link show ha%u | grep -q 'state UP'; do sleep 0.01; done", n);
	run(&b, "until ip link show ha%u | grep -q 'state UP'; do sleep 0.01; done", n);
}

static inline bool open_log(void)
{
	if (!mkdtemp(log_dir))
		return false;
	(void)snprintf(log_path, sizeof log_path, "%s/log", log_dir);
	const struct log_config config = {
		.entity = "heartbeat", .host = "a", .logfile = log_path, .facility = -1, .syslog_layout = true};
	return log_open(&config) == 0;
}

/* What the resolver of the tests answers; NULL: nothing.  Asked in another process: the answer lies in a file. */
static char answer_path[64];
static inline void resolver_says(const char *address)
{
	(void)snprintf(answer_path, sizeof answer_path, "%s/answer", log_dir);
	(void)unlink(answer_path);
	assert_true(!address || g_file_set_contents(answer_path, address, -1, NULL));
}

static inline int resolve(
	const char *host, int family, struct ip_address list[NAMES_ANSWERS], char why[NAMES_WHY_MAX])
{
	char *text = NULL;

	(void)g_strlcpy(why, "no such name", NAMES_WHY_MAX);
	if (strstr(host, "silent"))
		(void)pause();
	bool known = !strstr(host, "invalid") && g_file_get_contents(answer_path, &text, NULL, NULL) &&
		ip_address_parse(family, text, list);
	return known ? 1 : 0;
}

/* The function say reads the notices first: the main loop of the engine, too, reads what has arrived before it
 * sends. */
static inline bool learn_interfaces(struct side *s)
{
	enter(s);
	s->interfaces = interfaces_new();
	return s->interfaces != NULL;
}

/* Set-up of a group of tests. */
static inline int build_laboratory(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		fprintf(stderr, "%s: needs root, for network namespaces and raw sockets: sudo make check\n",
			program_invocation_short_name);
		return -1;
	}
	/* On one processor the kernel keeps the order of packets. */
	cpu_set_t here;
	CPU_ZERO(&here);
	CPU_SET((size_t)sched_getcpu(), &here);
	if (sched_setaffinity(0, sizeof here, &here) != 0)
		perror("sched_setaffinity"); /* it still works on a quiet machine */
	a.ns = new_namespace();
	b.ns = new_namespace();
	if (a.ns < 0 || b.ns < 0 || !open_log()) {
		perror("namespaces or log");
		return -1;
	}
	run(&a, "ip link set lo up");
	run(&b, "ip link set lo up");
	plug_cable(0);
	plug_cable(1);
	return learn_interfaces(&a) && learn_interfaces(&b) ? 0 : -1;
}

static inline int leave_laboratory(void **state)
{
	(void)state;
	interfaces_free(a.interfaces);
	interfaces_free(b.interfaces);
	log_close();
	resolver_says(NULL);
	(void)unlink(log_path);
	(void)rmdir(log_dir);
	return 0;
}

static inline void received(void *context, size_t medium, struct bytes data, const struct media_source *source)
{
	struct side *s = context;

	assert_true(s->count < GOT_MAX);
	struct got *g = &s->got[s->count++];
	*g = (struct got){.medium = medium, .len = data.len, .source = *source};
	(void)bytes_to_text(data, g->text, sizeof g->text); /* a long one is cut, but its length is kept */
}

static inline bool open_with(struct side *s, const struct medium_conf *conf, size_t count,
                      void (*handler)(void *, size_t, struct bytes, const struct media_source *))
{
	const struct media_config config = {
		.interfaces = s->interfaces, .ping_id = PING_ID, .resolve = resolve, .handlers = {handler, s}};

	enter(s);
	s->count = 0;
	diags_init(&s->diags, "ha.cf");
	assert_true(interfaces_read(s->interfaces) >= 0);
	s->set = media_open(conf, count, &config, &s->diags);
	return s->set != NULL;
}

static inline bool open_side(struct side *s, const struct medium_conf *conf, size_t count)
{
	return open_with(s, conf, count, received);
}

#define OPEN(side, conf) assert_true(open_side(side, conf, G_N_ELEMENTS(conf)))

static inline void close_side(struct side *s)
{
	media_close(s->set);
	s->set = NULL;
	diags_free(&s->diags);
}

static inline int tidy_up(void **state)
{
	(void)state;
	close_side(&a);
	close_side(&b);
	return 0;
}

static inline bool turn(void)
{
	if (g_main_context_iteration(NULL, FALSE))
		return true;
	g_usleep(500);
	return false;
}

/* Let the main loop run until count is reached. */
static inline void wait_for(const size_t *count, size_t wanted)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;

	while (*count < wanted && g_get_monotonic_time() < end)
		(void)turn();
	assert_int_equal(*count, wanted);
}

/* Let the main loop run until everything that was sent has arrived. */
static inline void settle(void)
{
	gint64 end = g_get_monotonic_time() + QUIET_MS * 1000;

	while (g_get_monotonic_time() < end)
		(void)turn();
}

static inline void forget(void)
{
	settle();
	a.count = b.count = 0;
}

static inline void say(struct side *s, const char *text)
{
	enter(s); /* sockets that are opened again belong to where the thread is */
	assert_true(interfaces_read(s->interfaces) >= 0);
	media_send(s->set, &(struct media_message){.datagram = bytes_of(text)});
}

/* Send until the peer hears it by mcast, which has no echo: a cable that was just plugged in takes the kernel a
 * moment. */
static inline void wait_until_heard(struct side *from, struct side *to, size_t mcast)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;
	bool heard = false;

	while (!heard && g_get_monotonic_time() < end) {
		to->count = 0;
		say(from, "###\nagain");
		for (int i = 0; i < 20; i++)
			(void)turn();
		for (size_t i = 0; i < to->count; i++)
			heard |= to->got[i].medium == mcast;
	}
	assert_true(heard);
}

static inline void ping(size_t medium, const char *text)
{
	media_ping(a.set, medium, bytes_of(text));
}

static inline void check_got(
	const struct side *s, size_t i, size_t medium, const char *text, const char *from, const char *interface)
{
	char address[MEDIA_ADDRESS_TEXT];

	assert_true(i < s->count);
	assert_int_equal(s->got[i].medium, medium);
	assert_string_equal(s->got[i].text, text);
	assert_string_equal(media_address_text(&s->got[i].source.from, address), from);
	enter(s);
	assert_int_equal(s->got[i].source.ifindex, if_nametoindex(interface));
}

static inline uint64_t rejected(const struct side *s, size_t medium)
{
	struct media_counters c;

	media_counters(s->set, medium, &c);
	return c.rejected;
}

/* A plain socket of the test, to receive what the media send or to send as a stranger. */
static inline int stranger(const struct side *s, int type, int protocol, const char *address, uint16_t port)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
	const int on = 1;
	const struct timeval limit = {.tv_sec = 60};

	enter(s);
	int fd = socket(AF_INET, type, protocol);
	assert_true(fd >= 0);
	assert_int_equal(inet_pton(AF_INET, address, &here.sin_addr), 1);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof on), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof on), 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof here), 0);
	return fd;
}

static inline void throw(int fd, const void *data, size_t len, const char *address, uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};

	assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
	assert_int_equal(sendto(fd, data, len, 0, (struct sockaddr *)&to, sizeof to), (ssize_t)len);
}

/* --- the log ---------------------------------------------------------------------------------- */

static inline void clear_log(void)
{
	log_flush();
	assert_int_equal(truncate(log_path, 0), 0);
}

static inline unsigned count_in_log(const char *text)
{
	char *content = NULL;
	unsigned n = 0;

	log_flush();
	assert_true(g_file_get_contents(log_path, &content, NULL, NULL));
	for (char *at = strstr(content, text); at; at = strstr(at + 1, text))
		n++;
	g_free(content);
	return n;
}

/* Let the main loop run until the log has a text. */
static inline void wait_for_log(const char *text)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;

	while (count_in_log(text) == 0 && g_get_monotonic_time() < end)
		(void)turn();
	if (count_in_log(text) == 0)
		fail_msg("the log has no \"%s\"", text);
}

/* --- media and their fields ------------------------------------------------------------------- */

#define BCAST(dev) {.kind = MEDIUM_BCAST, .name = dev, .interface = dev, .port = PORT, .line = 7}
#define MCAST(dev, with_loop) \
	{ \
		.kind = MEDIUM_MCAST, .name = dev, .interface = dev, .address = "239.9.9.9", .port = PORT, .ttl = 1, \
		.loop = with_loop, .line = 8 \
	}
#define UCAST(dev, host) {.kind = MEDIUM_UCAST, .name = dev, .interface = dev, .address = host, .port = PORT, .line = 9}
#define PING(host) {.kind = MEDIUM_PING, .name = host, .address = host, .line = 10}
#define PING_GROUP(group, list) \
	{.kind = MEDIUM_PING_GROUP, .name = group, .members = list, .member_count = G_N_ELEMENTS(list), .line = 11}

#define TEST(name) cmocka_unit_test_teardown(name, tidy_up)

#endif
