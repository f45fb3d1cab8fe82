// SPDX-License-Identifier: MIT
/* Media over real sockets: two network namespaces, a and b, joined by two cables (veth pairs) that are called ha0 and ha1
 * on both sides.  A set of media belongs to the namespace in which it was opened, so that both sides live in this process. */
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
#include <netinet/ip_icmp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/media/media.h"
#include "lib/log.h"

enum { PORT = 694, PING_ID = 0x1234, GOT_MAX = 4096, WAIT_MS = 5000, QUIET_MS = 150 };

struct got {
	size_t medium;
	char text[64];
	size_t len;
	struct media_source source;
};

struct side {
	const char *name;
	int ns;
	struct media *set;
	struct diags diags;
	struct got got[GOT_MAX];
	size_t count;
};

static struct side a = {.name = "a"}, b = {.name = "b"};
static char log_dir[] = "/tmp/heartbeat-media-test-XXXXXX";
static char log_path[64];

/* --- the laboratory ------------------------------------------------------------------------------------------------ */

static void enter(const struct side *s)
{
	assert_int_equal(setns(s->ns, CLONE_NEWNET), 0);
}

/* Run a shell command in the namespace of a side. */
__attribute__((format(printf, 2, 3))) static void run(const struct side *s, const char *format, ...)
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

static int new_namespace(void)
{
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	return open("/proc/self/ns/net", O_RDONLY); /* not close-on-exec: ip reads it by path */
}

static void plug_cable(unsigned n)
{
	run(&a, "ip link add ha%u type veth peer name ha%u netns /proc/%d/fd/%d", n, n, getpid(), b.ns);
	run(&a, "ip address add 10.9.%u.1/24 brd + dev ha%u && ip link set ha%u up", n, n, n);
	run(&b, "ip address add 10.9.%u.2/24 brd + dev ha%u && ip address add 10.9.%u.3/24 brd + dev ha%u && ip link set ha%u up", n, n, n, n, n);
}

static int build_laboratory(void **state)
{
	(void)state;
	a.ns = new_namespace();
	b.ns = new_namespace();
	if (a.ns < 0 || b.ns < 0)
		return -1;
	run(&a, "ip link set lo up");
	run(&b, "ip link set lo up");
	plug_cable(0);
	plug_cable(1);
	return 0;
}

static void received(void *context, size_t medium, struct bytes data, const struct media_source *source)
{
	struct side *s = context;

	assert_true(s->count < GOT_MAX);
	struct got *g = &s->got[s->count++];
	*g = (struct got){.medium = medium, .len = data.len, .source = *source};
	(void)bytes_to_text(data, g->text, sizeof g->text); /* a long one is cut: its length is kept */
}

static bool open_with(struct side *s, const struct medium_conf *conf, size_t count,
                      void (*handler)(void *, size_t, struct bytes, const struct media_source *))
{
	const struct media_handlers handlers = {handler, s};

	enter(s);
	s->count = 0;
	diags_init(&s->diags, "ha.cf");
	s->set = media_open(conf, count, PING_ID, &handlers, &s->diags);
	return s->set != NULL;
}

static bool open_side(struct side *s, const struct medium_conf *conf, size_t count)
{
	return open_with(s, conf, count, received);
}

#define OPEN(side, conf) assert_true(open_side(side, conf, G_N_ELEMENTS(conf)))

static void close_side(struct side *s)
{
	media_close(s->set);
	s->set = NULL;
	diags_free(&s->diags);
}

static int tidy_up(void **state)
{
	(void)state;
	close_side(&a);
	close_side(&b);
	return 0;
}

static bool turn(void)
{
	if (g_main_context_iteration(NULL, FALSE))
		return true;
	g_usleep(500);
	return false;
}

/* Let the main loop run until count is reached. */
static void wait_for(const size_t *count, size_t wanted)
{
	gint64 end = g_get_monotonic_time() + WAIT_MS * 1000;

	while (*count < wanted && g_get_monotonic_time() < end)
		(void)turn();
	assert_int_equal(*count, wanted);
}

/* Let it run long enough for everything that is on its way. */
static void settle(void)
{
	gint64 end = g_get_monotonic_time() + QUIET_MS * 1000;

	while (g_get_monotonic_time() < end)
		(void)turn();
}

static void forget(void)
{
	settle();
	a.count = b.count = 0;
}

static void say(struct side *s, const char *text)
{
	enter(s); /* sockets that are opened anew belong to where the thread is */
	media_send(s->set, bytes_of(text));
}

/* Send until the peer hears it by mcast, which has no echo: a cable that was just plugged in takes the kernel a moment. */
static void wait_until_heard(struct side *from, struct side *to, size_t mcast)
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

static void check_got(const struct side *s, size_t i, size_t medium, const char *text, const char *from, const char *interface)
{
	char address[INET_ADDRSTRLEN];

	assert_true(i < s->count);
	assert_int_equal(s->got[i].medium, medium);
	assert_string_equal(s->got[i].text, text);
	assert_string_equal(inet_ntop(AF_INET, &s->got[i].source.from.sin_addr, address, sizeof address), from);
	enter(s);
	assert_int_equal(s->got[i].source.ifindex, if_nametoindex(interface));
}

static uint64_t rejected(const struct side *s, size_t medium)
{
	struct media_counters c;

	media_counters(s->set, medium, &c);
	return c.rejected;
}

/* A plain socket of the test, to look at the wire or to play a stranger. */
static int stranger(const struct side *s, int type, int protocol, const char *address, uint16_t port)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
	const int on = 1;
	const struct timeval limit = {.tv_sec = 2};

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

static void throw(int fd, const void *data, size_t len, const char *address, uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};

	assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
	assert_int_equal(sendto(fd, data, len, 0, (struct sockaddr *)&to, sizeof to), (ssize_t)len);
}

/* --- the log ------------------------------------------------------------------------------------------------------- */

static void clear_log(void)
{
	log_flush();
	assert_int_equal(truncate(log_path, 0), 0);
}

static unsigned count_in_log(const char *text)
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

/* --- media and their fields ---------------------------------------------------------------------------------------- */

#define BCAST(dev) {.kind = MEDIUM_BCAST, .name = dev, .interface = dev, .port = PORT, .line = 7}
#define MCAST(dev, with_loop) \
	{.kind = MEDIUM_MCAST, .name = dev, .interface = dev, .address = "239.9.9.9", .port = PORT, .ttl = 1, .loop = with_loop, .line = 8}
#define UCAST(dev, host) {.kind = MEDIUM_UCAST, .name = dev, .interface = dev, .address = host, .port = PORT, .line = 9}
#define PING(host) {.kind = MEDIUM_PING, .name = host, .address = host, .line = 10}
#define PING_GROUP(group, list) \
	{.kind = MEDIUM_PING_GROUP, .name = group, .members = list, .member_count = G_N_ELEMENTS(list), .line = 11}

/* --- what goes over the wire --------------------------------------------------------------------------------------- */

static void a_broadcast_reaches_the_peer_and_comes_back_to_its_sender(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), BCAST("ha1")};
	struct media_counters c;

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	say(&a, "###\none");
	wait_for(&b.count, 2);
	wait_for(&a.count, 2);
	settle();
	assert_int_equal(a.count, 2);
	assert_int_equal(b.count, 2);
	size_t first = b.got[0].medium; /* two cables: either may be faster */
	check_got(&b, first, 0, "###\none", "10.9.0.1", "ha0");
	check_got(&b, !first, 1, "###\none", "10.9.1.1", "ha1");
	check_got(&a, a.got[0].medium, 0, "###\none", "10.9.0.1", "ha0");
	media_counters(a.set, 0, &c);
	assert_int_equal(c.sent, 1);
	assert_int_equal(c.bytes_out, 7);
	assert_int_equal(c.received, 1);
	assert_int_equal(c.bytes_in, 7);
	assert_int_equal(c.send_failed, 0);
}

static void a_multicast_comes_back_only_with_loop_1(void **state)
{
	static const struct medium_conf silent[] = {MCAST("ha0", false)}, looped[] = {MCAST("ha0", true)};

	(void)state;
	OPEN(&a, silent);
	OPEN(&b, looped);
	say(&a, "###\nsilent");
	wait_for(&b.count, 1);
	check_got(&b, 0, 0, "###\nsilent", "10.9.0.1", "ha0");
	settle();
	assert_int_equal(a.count, 0);
	say(&b, ">>>\nlooped");
	wait_for(&a.count, 1);
	wait_for(&b.count, 2);
	check_got(&b, 1, 0, ">>>\nlooped", "10.9.0.2", "ha0");
}

static void one_group_on_two_cables_is_told_apart(void **state)
{
	static const struct medium_conf one[] = {MCAST("ha1", false)}, both[] = {MCAST("ha0", false), MCAST("ha1", false), BCAST("ha0"), BCAST("ha1")};

	(void)state;
	OPEN(&a, one);
	OPEN(&b, both);
	say(&a, "###\nx");
	wait_for(&b.count, 1);
	settle();
	assert_int_equal(b.count, 1);
	check_got(&b, 0, 1, "###\nx", "10.9.1.1", "ha1");
}

static void unicast_goes_to_the_peer_alone(void **state)
{
	static const struct medium_conf to_b[] = {UCAST("ha0", "10.9.0.2")}, to_a[] = {UCAST("ha0", "10.9.0.1")};

	(void)state;
	OPEN(&a, to_b);
	OPEN(&b, to_a);
	say(&a, "###\nthere");
	wait_for(&b.count, 1);
	say(&b, "###\nback");
	wait_for(&a.count, 1);
	check_got(&b, 0, 0, "###\nthere", "10.9.0.1", "ha0");
	check_got(&a, 0, 0, "###\nback", "10.9.0.2", "ha0");
	settle();
	assert_int_equal(a.count + b.count, 2);
}

static void a_datagram_is_reported_once_for_the_line_that_fits_best(void **state)
{
	static const struct medium_conf from_a[] = {BCAST("ha0"), UCAST("ha0", "10.9.0.2")};
	static const struct medium_conf on_b[] = {UCAST("ha0", "10.9.0.77"), BCAST("ha0"), UCAST("ha0", "10.9.0.1"), UCAST("ha1", "10.9.1.1")};

	(void)state;
	OPEN(&a, from_a);
	OPEN(&b, on_b);
	say(&a, "###\nx");
	wait_for(&b.count, 2);
	settle();
	assert_int_equal(b.count, 2);
	assert_int_equal(b.got[0].medium, 1);
	assert_int_equal(b.got[1].medium, 2);
	run(&a, "ip address add 10.9.0.8/24 dev ha0");
	int fd = stranger(&a, SOCK_DGRAM, 0, "10.9.0.8", 0);
	throw(fd, "###\ny", 5, "10.9.0.2", PORT);
	wait_for(&b.count, 3);
	check_got(&b, 2, 0, "###\ny", "10.9.0.8", "ha0");
	close(fd);
	run(&a, "ip address del 10.9.0.8/24 dev ha0");
}

static void a_ucast_line_with_an_own_address_does_no_harm(void **state)
{
	static const struct medium_conf same[] = {UCAST("ha0", "10.9.0.1"), UCAST("ha0", "10.9.0.2")};

	(void)state;
	OPEN(&a, same);
	OPEN(&b, same);
	clear_log();
	for (int i = 0; i < 5; i++)
		say(&a, "###\nx");
	wait_for(&b.count, 5);
	settle();
	assert_int_equal(b.count, 5);
	assert_int_equal(count_in_log("write failure"), 0);
}

/* TOS, TTL and source port of one datagram on this socket. */
static void look_at_wire(int fd, int *tos, int *ttl, uint16_t *port)
{
	char data[64], control[256];
	struct sockaddr_in from;
	struct iovec part = {data, sizeof data};
	struct msghdr h = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
	                   .msg_controllen = sizeof control};

	assert_true(recvmsg(fd, &h, 0) > 0);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c; c = CMSG_NXTHDR(&h, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL)
			memcpy(ttl, CMSG_DATA(c), sizeof *ttl);
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS)
			*tos = *CMSG_DATA(c);
	}
	*port = ntohs(from.sin_port);
}

static void headers_are_those_of_the_reference(void **state)
{
	static const struct {
		struct medium_conf conf;
		const char *bind;
		int tos, ttl;
	} rows[] = {
		{BCAST("ha0"), "10.9.0.255", 0, 64},
		{{.kind = MEDIUM_MCAST, .name = "ha0", .interface = "ha0", .address = "239.9.9.9", .port = PORT, .ttl = 3}, "239.9.9.9", 0, 3},
		{UCAST("ha0", "10.9.0.2"), "10.9.0.2", 0x10, 64},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct ip_mreqn group = {.imr_multiaddr.s_addr = inet_addr("239.9.9.9"), .imr_address.s_addr = inet_addr("10.9.0.2")};
		int tos = -1, ttl = -1;
		uint16_t port = 0;

		assert_true(open_side(&a, &rows[i].conf, 1));
		int fd = stranger(&b, SOCK_DGRAM, 0, rows[i].bind, PORT);
		assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group), 0);
		say(&a, "###\nx");
		look_at_wire(fd, &tos, &ttl, &port);
		assert_int_equal(tos, rows[i].tos);
		assert_int_equal(ttl, rows[i].ttl);
		assert_true(port != 0 && port != PORT);
		close(fd);
		close_side(&a);
	}
}

/* --- ping ---------------------------------------------------------------------------------------------------------- */

static void ping(size_t medium, const char *text)
{
	media_ping(a.set, medium, bytes_of(text));
}

static void a_ping_brings_its_payload_back(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha1"), PING("10.9.0.99"), PING("10.9.0.2")};
	struct media_counters c;

	(void)state;
	OPEN(&a, conf);
	ping(1, "###\nnobody");
	ping(2, "###\nodd");
	wait_for(&a.count, 1);
	check_got(&a, 0, 2, "###\nodd", "10.9.0.2", "ha0");
	ping(2, "###\neven");
	wait_for(&a.count, 2);
	check_got(&a, 1, 2, "###\neven", "10.9.0.2", "ha0");
	say(&a, "###\nfor bcast only");
	settle();
	assert_int_equal(a.count, 3);
	assert_int_equal(a.got[2].medium, 0);
	media_counters(a.set, 2, &c);
	assert_int_equal(c.sent, 2);
	assert_int_equal(c.received, 2);
	assert_int_equal(c.bytes_in, 15);
}

static void a_host_that_is_pinged_twice_answers_each_line(void **state)
{
	static const char *members[] = {"10.9.0.2"};
	static const struct medium_conf conf[] = {PING("10.9.0.2"), PING_GROUP("routers", members), PING("10.9.0.2")};

	(void)state;
	OPEN(&a, conf);
	for (int i = 0; i < 10; i++) {
		ping(0, "###\nfirst");
		ping(1, "###\ngroup");
		ping(2, "###\nsecond");
	}
	wait_for(&a.count, 30);
	for (size_t i = 0; i < a.count; i++)
		assert_string_equal(a.got[i].text, a.got[i].medium == 0 ? "###\nfirst" : a.got[i].medium == 1 ? "###\ngroup" : "###\nsecond");
}

static void a_group_is_heard_once_for_each_request_while_one_member_lives(void **state)
{
	static const char *members[] = {"10.9.0.2", "10.9.0.99", "10.9.0.3"};
	static const struct medium_conf conf[] = {PING_GROUP("routers", members)};

	(void)state;
	OPEN(&a, conf);
	for (size_t i = 1; i <= 300; i++) {
		ping(0, "###\nx");
		wait_for(&a.count, i);
	}
	settle();
	assert_int_equal(a.count, 300);
	run(&b, "ip address del 10.9.0.3/24 dev ha0");
	ping(0, "###\ny");
	wait_for(&a.count, 301);
	check_got(&a, 300, 0, "###\ny", "10.9.0.2", "ha0");
	run(&b, "ip address add 10.9.0.3/24 brd + dev ha0");
}

struct echo_packet {
	struct iphdr ip;
	struct icmphdr icmp;
	char payload[64];
};

static void echo_requests_look_as_the_reference_sends_them(void **state)
{
	static const char *members[] = {"10.9.0.2", "10.9.0.3"};
	static const struct medium_conf conf[] = {PING_GROUP("routers", members)};
	const uint16_t id = PING_ID;
	struct echo_packet p;

	(void)state;
	OPEN(&a, conf);
	int fd = stranger(&b, SOCK_RAW, IPPROTO_ICMP, "0.0.0.0", 0);
	for (unsigned n = 0; n < 4; n++) {
		if (n % 2 == 0)
			ping(0, "###\nodd");
		/* replies of this host are not seen by a raw socket, only what comes in */
		assert_int_equal(recv(fd, &p, sizeof p, 0), 20 + 8 + 7);
		assert_int_equal(p.ip.daddr, inet_addr(members[n % 2 ? 0 : 1]));
		assert_int_equal(p.icmp.type, ICMP_ECHO);
		assert_int_equal(p.icmp.code, 0);
		assert_memory_equal(&p.icmp.un.echo.id, &id, 2);
		assert_int_equal(ntohs(p.icmp.un.echo.sequence), n / 2);
		assert_memory_equal(p.payload, "###\nodd", 7);
	}
	close(fd);
}

/* Send an echo reply from b, as somebody might who has seen the request. */
static void forge_reply(const char *from, uint16_t sequence, const char *payload)
{
	struct echo_packet p = {.icmp = {.type = ICMP_ECHOREPLY, .un.echo = {.id = PING_ID, .sequence = htons(sequence)}}};
	uint16_t words[36] = {0};
	uint32_t sum = 0;
	size_t len = sizeof p.icmp + strlen(payload);

	memcpy(words, &p.icmp, sizeof p.icmp);
	memcpy(words + 4, payload, strlen(payload));
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	words[1] = (uint16_t)~sum;
	int fd = stranger(&b, SOCK_RAW, IPPROTO_ICMP, from, 0);
	throw(fd, words, len, "10.9.0.1", 0);
	close(fd);
}

static void only_a_first_and_true_echo_from_the_host_itself_counts(void **state)
{
	static const struct medium_conf conf[] = {PING("10.9.0.4")};

	(void)state;
	/* 10.9.0.4 exists but leaves echo requests to the test */
	run(&b, "ip address add 10.9.0.4/24 dev ha0 && sysctl -qw net.ipv4.icmp_echo_ignore_all=1");
	OPEN(&a, conf);
	forge_reply("10.9.0.4", 0, "###\nearly");
	settle();
	ping(0, "###\ntrue");
	forge_reply("10.9.0.2", 0, "###\ntrue");
	forge_reply("10.9.0.4", 0, "###\nfalse");
	forge_reply("10.9.0.4", 1, "###\ntrue");
	forge_reply("10.9.0.4", 0, "");
	settle();
	assert_int_equal(a.count, 0);
	forge_reply("10.9.0.4", 0, "###\ntrue");
	forge_reply("10.9.0.4", 0, "###\ntrue");
	settle();
	assert_int_equal(a.count, 1);
	for (int i = 1; i <= 129; i++) /* 0 is forgotten, and so is 1 */
		ping(0, "###\ntrue");
	forge_reply("10.9.0.4", 1, "###\ntrue");
	settle();
	assert_int_equal(a.count, 1);
	forge_reply("10.9.0.4", 2, "###\ntrue");
	wait_for(&a.count, 2);
	run(&b, "ip address del 10.9.0.4/24 dev ha0 && sysctl -qw net.ipv4.icmp_echo_ignore_all=0");
}

/* --- trouble at run time ------------------------------------------------------------------------------------------- */

static const struct medium_conf all_kinds_a[] = {BCAST("ha0"), MCAST("ha0", false), UCAST("ha0", "10.9.0.2"), PING("10.9.0.2")};
static const struct medium_conf all_kinds_b[] = {BCAST("ha0"), MCAST("ha0", false), UCAST("ha0", "10.9.0.1")};

/* All three UDP media work in both directions. */
static void check_all_kinds_work(void)
{
	wait_until_heard(&a, &b, 1);
	wait_until_heard(&b, &a, 1);
	forget();
	say(&a, "###\nx");
	wait_for(&b.count, 3);
	forget();
	say(&b, "###\nx");
	wait_for(&a.count, 3);
	forget();
	ping(3, "###\nping");
	wait_for(&a.count, 1);
	a.count = 0;
}

static void sending_fails_quietly_and_recovers_when_the_interface_goes_down_and_up(void **state)
{
	struct media_counters c;

	(void)state;
	OPEN(&a, all_kinds_a);
	OPEN(&b, all_kinds_b);
	check_all_kinds_work();
	clear_log();
	run(&a, "ip link set ha0 down");
	for (int i = 0; i < 50; i++) {
		say(&a, "###\nx");
		ping(3, "###\nx");
	}
	assert_int_equal(count_in_log("ERROR: bcast_write: Unable to send HBcomm packet ha0: Network is"), 1);
	assert_int_equal(count_in_log("write failure on ha0"), 3);
	assert_int_equal(count_in_log("ERROR: ping_write: Unable to send HBcomm packet 10.9.0.2: Network is"), 1);
	media_counters(a.set, 0, &c);
	assert_int_equal(c.send_failed, 50);
	run(&a, "ip link set ha0 up");
	check_all_kinds_work();
	check_all_kinds_work();
	check_all_kinds_work();
	assert_int_equal(count_in_log("write failure"), 4);
	assert_int_equal(count_in_log("info: bcast ha0: sending works again after"), 1);
	assert_int_equal(count_in_log("sending works again"), 4);
	assert_int_equal(count_in_log("50 packet(s) could not be sent"), 4);
}

static void the_peers_interface_may_go_down_and_up(void **state)
{
	(void)state;
	OPEN(&a, all_kinds_a);
	OPEN(&b, all_kinds_b);
	check_all_kinds_work();
	run(&b, "ip link set ha0 down");
	for (int i = 0; i < 10; i++)
		say(&a, "###\nx");
	run(&b, "ip link set ha0 up");
	check_all_kinds_work();
}

static void an_address_may_change(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), MCAST("ha0", false)};

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	say(&a, "###\nx");
	wait_for(&b.count, 2);
	clear_log();
	run(&a, "ip address flush dev ha0");
	say(&a, "###\nx");
	assert_int_equal(count_in_log("bcast_write: Unable to send HBcomm packet ha0: Cannot assign requested address"), 1);
	run(&a, "ip address add 10.77.0.1/16 dev ha0"); /* without brd */
	run(&b, "ip address flush dev ha0 && ip address add 10.77.0.2/16 dev ha0");
	forget();
	say(&a, "###\ny");
	wait_for(&b.count, 2);
	check_got(&b, 0, b.got[0].medium, "###\ny", "10.77.0.1", "ha0");
	check_got(&b, 1, !b.got[0].medium, "###\ny", "10.77.0.1", "ha0");
	run(&a, "ip address flush dev ha0 && ip address add 10.9.0.1/24 brd + dev ha0");
	run(&b, "ip address flush dev ha0 && ip address add 10.9.0.2/24 brd + dev ha0 && ip address add 10.9.0.3/24 brd + dev ha0");
}

static void an_interface_may_be_deleted_and_made_again(void **state)
{
	(void)state;
	OPEN(&a, all_kinds_a);
	OPEN(&b, all_kinds_b);
	check_all_kinds_work();
	clear_log();
	run(&a, "ip link del ha0");
	for (int i = 0; i < 10; i++) {
		say(&a, "###\nx");
		say(&b, "###\nx");
	}
	assert_int_equal(count_in_log("No such device"), 6);
	plug_cable(0);
	say(&b, "###\nx"); /* a node notices when it sends, which it does at every keepalive */
	forget();
	check_all_kinds_work();
}

static void a_packet_filter_is_named_as_the_cause(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};

	(void)state;
	OPEN(&a, conf);
	clear_log();
	run(&a, "nft 'add table ip t; add chain ip t o { type filter hook output priority 0; }; add rule ip t o udp dport 694 drop'");
	say(&a, "###\nx");
	say(&a, "###\nx");
	assert_int_equal(count_in_log("Operation not permitted; write failure on ha0: a packet filter forbids it"), 1);
	assert_int_equal(count_in_log("write failure"), 1);
	run(&a, "nft delete table ip t");
}

static void a_medium_that_works_now_and_then_does_not_fill_the_log(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};

	(void)state;
	OPEN(&a, conf);
	clear_log();
	for (int i = 0; i < 5; i++) {
		run(&a, "ip link set ha0 down");
		say(&a, "###\nfails");
		run(&a, "ip link set ha0 up");
		say(&a, "###\nworks");
		say(&a, "###\nworks");
	}
	assert_int_equal(count_in_log("write failure"), 1);
	assert_int_equal(count_in_log("works again"), 0);
	say(&a, "###\nworks");
	assert_int_equal(count_in_log("works again"), 1);
	assert_int_equal(count_in_log("5 packet(s) could not be sent"), 1);
}

static void a_message_that_is_too_long_is_counted_not_sent(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};
	static char big[65508] = "###\n";
	struct media_counters c;

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	media_send(a.set, (struct bytes){(const uint8_t *)big, 65508});
	media_send(a.set, (struct bytes){(const uint8_t *)big, 65507});
	wait_for(&b.count, 1);
	assert_int_equal(b.got[0].len, 65507);
	media_counters(a.set, 0, &c);
	assert_int_equal(c.send_failed, 1);
	assert_int_equal(c.sent, 1);
}

/* --- what does not open -------------------------------------------------------------------------------------------- */

static void check_refused(const struct medium_conf *conf, const char *expected)
{
	char text[1024];

	assert_false(open_side(&a, conf, 1));
	assert_int_equal(a.diags.errors, 1);
	diag_format(&a.diags, a.diags.count - 1, text, sizeof text);
	if (strncmp(text, expected, strlen(expected)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, expected);
	close_side(&a);
}

static void what_cannot_be_opened_is_explained(void **state)
{
	static const char *members[] = {"no.such.host.invalid", "neither.invalid"};
	static const struct {
		struct medium_conf conf;
		const char *expected;
	} rows[] = {
		{BCAST("eth9"), "ha.cf:7: error: bcast eth9: no such interface; there are: bare, ha0, ha1, lo"},
		{MCAST("eth9", true), "ha.cf:8: error: mcast eth9: no such interface; there are: bare, ha0, ha1, lo"},
		{UCAST("eth9", "10.9.0.2"), "ha.cf:9: error: ucast eth9: no such interface; there are: bare, ha0, ha1, lo"},
		{BCAST("a-name-that-is-longer-than-any-interface"), "ha.cf:7: error: bcast a-name-that-is-longer-than-any-interface: no such interface"},
		{BCAST(""), "ha.cf:7: error: bcast : no such interface"},
		{BCAST("bare"), "ha.cf:7: error: bcast bare: the interface has no IPv4 broadcast address"},
		{MCAST("bare", true), "ha.cf:8: error: mcast bare: the interface has no IPv4 address"},
		{UCAST("ha0", "no.such.host.invalid"), "ha.cf:9: error: ucast ha0: host \"no.such.host.invalid\" has no IPv4 address: "},
		{PING("no.such.host.invalid"), "ha.cf:10: error: ping no.such.host.invalid: host \"no.such.host.invalid\" has no IPv4 address: "},
		{PING_GROUP("routers", members), "ha.cf:11: error: ping_group routers: none of its 2 hosts has an IPv4 address"},
		{{.kind = MEDIUM_MCAST, .name = "ha0", .interface = "ha0", .address = "10.9.0.255", .port = PORT, .ttl = 1, .line = 5},
		 "ha.cf:5: error: mcast ha0: \"10.9.0.255\" is no multicast group; expected 224.0.0.0 to 239.255.255.255"},
		{{.kind = MEDIUM_BCAST, .name = "ha0", .interface = "ha0", .line = 5}, "ha.cf:5: error: bcast ha0: port 0 cannot be used"},
		{{.kind = MEDIUM_SERIAL, .name = "/dev/ttyS0", .line = 4},
		 "ha.cf:4: error: serial: not built into this version; there are: bcast, mcast, ucast, ping, ping_group"},
		{{.kind = MEDIUM_MCAST6, .name = "ha0", .line = 4}, "ha.cf:4: error: mcast6: not built into this version"},
		{{.kind = MEDIUM_UCAST6, .name = "ha0", .line = 4}, "ha.cf:4: error: ucast6: not built into this version"},
		{{.kind = MEDIUM_PING6, .name = "::1", .line = 4}, "ha.cf:4: error: ping6: not built into this version"},
	};

	(void)state;
	run(&a, "ip link add bare type veth peer name bare netns /proc/%d/fd/%d", getpid(), b.ns);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		check_refused(&rows[i].conf, rows[i].expected);
	run(&a, "ip link del bare");
}

static void all_that_is_wrong_is_told_at_once_and_nothing_stays_open(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), BCAST("eth8"), UCAST("eth9", "no.such.host.invalid"), PING("10.9.0.2")};

	(void)state;
	clear_log();
	assert_false(open_side(&a, conf, G_N_ELEMENTS(conf)));
	assert_int_equal(a.diags.errors, 3);
	assert_int_equal(count_in_log("started"), 0);
	run(&a, "test -z \"$(ss -Hlunw)\"");
}

static void a_port_that_another_program_holds_is_named(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};

	(void)state;
	int fd = stranger(&a, SOCK_DGRAM, 0, "0.0.0.0", PORT);
	check_refused(conf, "ha.cf:7: error: bcast ha0: port 694/udp is taken by another program; see: ss -ulnp 'sport = :694'");
	close(fd);
}

static void a_group_opens_with_a_warning_when_one_member_has_no_address(void **state)
{
	static const char *members[] = {"no.such.host.invalid", "10.9.0.2"};
	static const struct medium_conf conf[] = {PING_GROUP("routers", members)};

	(void)state;
	OPEN(&a, conf);
	assert_int_equal(a.diags.errors, 0);
	assert_int_equal(a.diags.count, 1);
	ping(0, "###\nx");
	wait_for(&a.count, 1);
}

static void the_start_is_logged_as_the_reference_does(void **state)
{
	static const char *members[] = {"10.9.0.2", "10.9.0.3"};
	static const struct medium_conf conf[] = {BCAST("ha0"), MCAST("ha0", true), UCAST("ha1", "10.9.1.2"), PING("10.9.0.2"), PING_GROUP("routers", members)};

	(void)state;
	clear_log();
	OPEN(&a, conf);
	assert_int_equal(count_in_log("info: UDP Broadcast heartbeat started on port 694 (694) interface ha0\n"), 1);
	assert_int_equal(count_in_log("info: UDP multicast heartbeat started for group 239.9.9.9 port 694 interface ha0 (ttl=1 loop=1)\n"), 1);
	assert_int_equal(count_in_log("info: ucast: started on port 694 interface ha1 to 10.9.1.2\n"), 1);
	assert_int_equal(count_in_log("info: ping heartbeat started. ping 10.9.0.2: 10.9.0.2\n"), 1);
	assert_int_equal(count_in_log("info: ping heartbeat started. ping_group routers: 10.9.0.2, 10.9.0.3\n"), 1);
}

static void no_media_at_all_can_be_opened_and_used(void **state)
{
	(void)state;
	assert_true(open_side(&a, NULL, 0));
	say(&a, "###\nx");
	media_drain(a.set);
}

/* --- garbage and floods -------------------------------------------------------------------------------------------- */

static void what_does_not_begin_like_a_message_is_counted_and_reported_once(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), UCAST("ha0", "10.9.0.1")};
	static const char *const bad[] = {"", "#", "###", "##\n", "###x\n", "\n###\n", ">>>", ">> \n", "<<<\n", "GET / HTTP/1.0\r\n\r\n"};

	(void)state;
	OPEN(&b, conf);
	clear_log();
	int fd = stranger(&a, SOCK_DGRAM, 0, "10.9.0.1", 0);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		throw(fd, bad[i], strlen(bad[i]), "10.9.0.255", PORT);
	settle();
	assert_int_equal(rejected(&b, 0), G_N_ELEMENTS(bad));
	throw(fd, "bad", 3, "10.9.0.2", PORT);
	throw(fd, "###\n", 4, "10.9.0.2", PORT);
	throw(fd, ">>>\n", 4, "10.9.0.255", PORT);
	wait_for(&b.count, 2);
	assert_int_equal(rejected(&b, 0), G_N_ELEMENTS(bad));
	assert_int_equal(rejected(&b, 1), 1);
	assert_int_equal(count_in_log("WARN: "), 1);
	assert_int_equal(count_in_log("no heartbeat messages were dropped on interface ha0 port 694, the last from 10.9.0.1 port "), 1);
	close_side(&b); /* what has not been said yet */
	assert_int_equal(count_in_log("no heartbeat messages were dropped"), 2);
	close(fd);
}

/* Send count datagrams of garbage at once. */
static void flood(int fd, size_t count)
{
	static const char garbage[] = "garbage garbage garbage garbage";

	for (size_t i = 0; i < count; i++)
		throw(fd, garbage, 1 + i % (sizeof garbage - 1), "10.9.0.255", PORT);
}

static gboolean count_one(gpointer counter)
{
	++*(size_t *)counter;
	return G_SOURCE_CONTINUE;
}

static void a_flood_does_not_hold_up_the_main_loop(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};
	size_t turns = 0, others = 0;

	(void)state;
	OPEN(&b, conf);
	int fd = stranger(&a, SOCK_DGRAM, 0, "10.9.0.1", 0);
	flood(fd, 3000);
	guint id = g_idle_add_full(G_PRIORITY_DEFAULT, count_one, &others, NULL);
	while (others == 0 && turns++ < 10)
		(void)g_main_context_iteration(NULL, FALSE);
	assert_true(others > 0);
	assert_true(rejected(&b, 0) > 0);
	assert_true(rejected(&b, 0) < 1000);
	for (gint64 end = g_get_monotonic_time() + WAIT_MS * 1000; rejected(&b, 0) < 3000 && g_get_monotonic_time() < end;)
		(void)turn();
	assert_int_equal(rejected(&b, 0), 3000); /* and the buffer held all of them */
	g_source_remove(id);
	close(fd);
}

static void no_message_is_lost_in_50000_datagrams_of_garbage(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};
	int status;

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	clear_log();
	int fd = stranger(&a, SOCK_DGRAM, 0, "10.9.0.1", 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		for (int i = 0; i < 500; i++) {
			flood(fd, 100);
			g_usleep(1000); /* about 50,000 a second */
		}
		_exit(0);
	}
	size_t sent = 0;
	while (waitpid(child, &status, WNOHANG) == 0) {
		if (rejected(&b, 0) > sent * 5000) {
			say(&a, "###\nin the middle");
			sent++;
		}
		(void)turn();
	}
	say(&a, "###\nin the middle");
	sent++;
	assert_int_equal(status, 0);
	assert_true(sent >= 5);
	wait_for(&b.count, sent);
	assert_true(rejected(&b, 0) > 25000);
	assert_true(count_in_log("dropped") <= 2); /* once for each side, as broadcasts come back */
	close(fd);
}

static void drain_reads_what_has_arrived_without_the_main_loop(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), BCAST("ha1")};

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	for (int i = 0; i < 1000; i++)
		say(&a, "###\nx");
	g_usleep(QUIET_MS * 1000);
	assert_int_equal(b.count, 0);
	media_drain(b.set);
	assert_int_equal(b.count, 2000);
	int fd = stranger(&a, SOCK_DGRAM, 0, "10.9.0.1", 0);
	flood(fd, 64 * 32 + 500);
	g_usleep(QUIET_MS * 1000);
	media_drain(b.set);
	assert_int_equal(rejected(&b, 0), 64 * 32); /* bounded */
	media_drain(b.set);
	assert_int_equal(rejected(&b, 0), 64 * 32 + 500);
	close(fd);
}

static void answer_at_once(void *context, size_t medium, struct bytes data, const struct media_source *source)
{
	struct side *s = context;

	received(context, medium, data, source);
	size_t before = s->count;
	media_drain(s->set);
	assert_int_equal(s->count, before);
	media_send(s->set, bytes_of("###\nanswer"));
}

static void a_handler_may_send_and_may_ask_for_a_drain(void **state)
{
	static const struct medium_conf to_b[] = {UCAST("ha0", "10.9.0.2")}, to_a[] = {UCAST("ha0", "10.9.0.1")};

	(void)state;
	OPEN(&a, to_b);
	assert_true(open_with(&b, to_a, 1, answer_at_once));
	for (int i = 0; i < 100; i++)
		say(&a, "###\nquestion");
	wait_for(&b.count, 100);
	wait_for(&a.count, 100);
	assert_string_equal(b.got[99].text, "###\nquestion");
	assert_string_equal(a.got[99].text, "###\nanswer");
}

#define TEST(name) cmocka_unit_test_teardown(name, tidy_up)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_broadcast_reaches_the_peer_and_comes_back_to_its_sender),
		TEST(a_multicast_comes_back_only_with_loop_1),
		TEST(one_group_on_two_cables_is_told_apart),
		TEST(unicast_goes_to_the_peer_alone),
		TEST(a_datagram_is_reported_once_for_the_line_that_fits_best),
		TEST(a_ucast_line_with_an_own_address_does_no_harm),
		TEST(headers_are_those_of_the_reference),
		TEST(a_ping_brings_its_payload_back),
		TEST(a_host_that_is_pinged_twice_answers_each_line),
		TEST(a_group_is_heard_once_for_each_request_while_one_member_lives),
		TEST(echo_requests_look_as_the_reference_sends_them),
		TEST(only_a_first_and_true_echo_from_the_host_itself_counts),
		TEST(sending_fails_quietly_and_recovers_when_the_interface_goes_down_and_up),
		TEST(the_peers_interface_may_go_down_and_up),
		TEST(an_address_may_change),
		TEST(an_interface_may_be_deleted_and_made_again),
		TEST(a_packet_filter_is_named_as_the_cause),
		TEST(a_medium_that_works_now_and_then_does_not_fill_the_log),
		TEST(a_message_that_is_too_long_is_counted_not_sent),
		TEST(what_cannot_be_opened_is_explained),
		TEST(all_that_is_wrong_is_told_at_once_and_nothing_stays_open),
		TEST(a_port_that_another_program_holds_is_named),
		TEST(a_group_opens_with_a_warning_when_one_member_has_no_address),
		TEST(the_start_is_logged_as_the_reference_does),
		TEST(no_media_at_all_can_be_opened_and_used),
		TEST(what_does_not_begin_like_a_message_is_counted_and_reported_once),
		TEST(a_flood_does_not_hold_up_the_main_loop),
		TEST(no_message_is_lost_in_50000_datagrams_of_garbage),
		TEST(drain_reads_what_has_arrived_without_the_main_loop),
		TEST(a_handler_may_send_and_may_ask_for_a_drain),
	};

	if (geteuid() != 0) {
		fprintf(stderr, "media_test: needs root, for network namespaces and raw sockets; run: sudo make check\n");
		return 1;
	}
	if (!mkdtemp(log_dir)) {
		perror("media_test: mkdtemp");
		return 1;
	}
	(void)snprintf(log_path, sizeof log_path, "%s/log", log_dir);
	const struct log_config config = {.entity = "heartbeat", .host = "a", .logfile = log_path, .facility = -1, .syslog_layout = true};
	if (log_open(&config) != 0) {
		fprintf(stderr, "media_test: cannot log to %s\n", log_path);
		return 1;
	}
	int failed = cmocka_run_group_tests(tests, build_laboratory, NULL);
	log_close();
	(void)unlink(log_path);
	(void)rmdir(log_dir);
	return failed;
}
