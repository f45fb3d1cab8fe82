// SPDX-License-Identifier: MIT
/* How media are opened: what works is used, what does not is tried again, and what can never work is refused. */
#include "tests/unit/heartbeat/media_lab.h"

#include <sys/wait.h>

#include "heartbeat/media/medium.h"

/* --- what is refused ---------------------------------------------------------------------------------------------- */

static void check_refused_beside(const struct medium_conf *conf, size_t count, const char *expected)
{
	char text[1024];

	assert_false(open_side(&a, conf, count));
	assert_int_equal(a.diags.errors, 1);
	diag_format(&a.diags, a.diags.count - 1, text, sizeof text);
	if (strncmp(text, expected, strlen(expected)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, expected);
	close_side(&a);
}

static void check_refused(const struct medium_conf *conf, const char *expected)
{
	check_refused_beside(conf, 1, expected);
}

static void when_no_medium_works_each_reason_is_an_error(void **state)
{
	static const struct {
		struct medium_conf conf;
		const char *expected;
	} rows[] = {
		{BCAST("eth9"), "ha.cf:7: error: bcast eth9: no such interface; there are: bare, ha0, ha1, lo"},
		{MCAST("eth9", true), "ha.cf:8: error: mcast eth9: no such interface; there are: bare, ha0, ha1, lo"},
		{UCAST("eth9", "10.9.0.2"),
			"ha.cf:9: error: ucast eth9: no such interface; there are: bare, ha0, ha1, lo"},
		{BCAST("a-name-that-is-longer-than-any-interface"),
			"ha.cf:7: error: bcast a-name-that-is-longer-than-any-interface: no such interface"},
		{BCAST(""), "ha.cf:7: error: bcast : no such interface"},
		{BCAST("bare"), "ha.cf:7: error: bcast bare: the interface has no IPv4 broadcast address"},
		{MCAST("bare", true), "ha.cf:8: error: mcast bare: the interface has no IPv4 address"},
	};

	(void)state;
	run(&a, "ip link add bare type veth peer name bare netns /proc/%d/fd/%d", getpid(), b.ns);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		check_refused(&rows[i].conf, rows[i].expected);
	run(&a, "ip link del bare");
}

/* Also beside a medium that works: waiting does not help. */
static void what_can_never_work_is_refused(void **state)
{
	static const struct {
		struct medium_conf conf;
		const char *expected;
	} rows[] = {
		{{.kind = MEDIUM_MCAST,
			 .name = "ha0",
			 .interface = "ha0",
			 .address = "10.9.0.255",
			 .port = PORT,
			 .ttl = 1,
			 .line = 5},
			"ha.cf:5: error: mcast ha0: \"10.9.0.255\" is no multicast group; expected 224.0.0.0 to 239.255.255.255"},
		{{.kind = MEDIUM_BCAST, .name = "ha0", .interface = "ha0", .line = 5},
			"ha.cf:5: error: bcast ha0: port 0 cannot be used"},
		{{.kind = MEDIUM_MCAST6, .name = "ha0", .interface = "ha0", .address = "fe80::1", .port = PORT, .line = 4},
			"ha.cf:4: error: mcast6 ha0: \"fe80::1\" is no IPv6 multicast group; expected one such as ff05::694"},
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct medium_conf conf[] = {BCAST("ha1"), rows[i].conf};
		check_refused_beside(conf, 2, rows[i].expected);
	}
}

static void all_errors_are_reported_together_and_nothing_stays_open(void **state)
{
	static const struct medium_conf conf[] = {BCAST("eth8"), UCAST("eth9", "no.such.host.invalid"), PING("10.9.0.2")};

	(void)state;
	clear_log();
	assert_false(open_side(&a, conf, G_N_ELEMENTS(conf)));
	assert_int_equal(a.diags.errors, 2);
	assert_int_equal(count_in_log("started"), 0);
	run(&a, "test -z \"$(ss -Hlunw)\"");
}

static void a_port_that_another_program_holds_is_named(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0")};

	(void)state;
	int fd = stranger(&a, SOCK_DGRAM, 0, "0.0.0.0", PORT);
	check_refused(conf,
		"ha.cf:7: error: bcast ha0: port 694/udp is taken by another program; see: ss -ulnp 'sport = :694'");
	close(fd);
}

/* Try to bind the port as another user, with every option that could allow it.  Runs in a child: exits with errno. */
static int bind_as_nobody(const char *address)
{
	const int on = 1;
	int status;

	enter(&a);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(PORT)};
		int fd = socket(AF_INET, SOCK_DGRAM, 0);
		if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0 ||
			inet_pton(AF_INET, address, &here.sin_addr) != 1 ||
			setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
			setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
			_exit(255);
		_exit(bind(fd, (struct sockaddr *)&here, sizeof here) == 0 ? 0 : errno);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* doc/security.md 6: with SO_REUSEADDR a local user could bind the port too, and get our unicast datagrams. */
static void no_other_user_can_bind_our_port(void **state)
{
	static const char *const addresses[] = {"0.0.0.0", "10.9.0.1", "10.9.0.255", "239.9.9.9"};
	static const struct medium_conf rows[] = {BCAST("ha0"), MCAST("ha0", false), UCAST("ha0", "10.9.0.2")};

	(void)state;
	run(&a, "sysctl -qw net.ipv4.ip_unprivileged_port_start=0");
	assert_int_equal(bind_as_nobody("0.0.0.0"), 0); /* the port is free, and the user may bind it */
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		assert_true(open_side(&a, &rows[i], 1));
		for (size_t k = 0; k < G_N_ELEMENTS(addresses); k++)
			assert_int_equal(bind_as_nobody(addresses[k]), EADDRINUSE);
		close_side(&a);
	}
	run(&a, "sysctl -qw net.ipv4.ip_unprivileged_port_start=1024");
}

static void media_at_one_interface_and_port_share_one_socket(void **state)
{
	static const struct medium_conf conf[] = {
		BCAST("ha0"), MCAST("ha0", false), UCAST("ha0", "10.9.0.2"), UCAST("ha0", "10.9.0.3"), BCAST("ha1")};

	(void)state;
	OPEN(&a, conf);
	run(&a, "test \"$(ss -Hlun 'sport = :694' | wc -l)\" = 2");
}

/* --- what is tried again ------------------------------------------------------------------------------------------ */

static void check_doubt(const struct side *s, size_t position, const char *expected)
{
	char text[512];

	assert_true(media_doubt(s->set, position, text, sizeof text));
	if (strncmp(text, expected, strlen(expected)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, expected);
}

static void check_no_doubt(const struct side *s)
{
	char text[512];

	if (media_doubt(s->set, 0, text, sizeof text))
		fail_msg("there is a doubt: \"%s\"", text);
}

/* The notice of a change has come to the main loop of the engine. */
static void notice_changes(struct side *s)
{
	enter(s);
	assert_true(interfaces_read(s->interfaces) >= 0);
	media_retry(s->set);
}

static void one_medium_is_enough_and_the_others_are_warnings(void **state)
{
	static const struct medium_conf conf[] = {BCAST("eth8"), BCAST("ha0"), UCAST("eth9", "10.9.0.2")};
	static const struct medium_conf there[] = {BCAST("ha0")};
	char text[512];

	(void)state;
	clear_log();
	OPEN(&a, conf);
	assert_int_equal(a.diags.errors, 0);
	assert_int_equal(a.diags.count, 2);
	diag_format(&a.diags, 0, text, sizeof text);
	assert_string_equal(text, "ha.cf:7: warning: bcast eth8: no such interface; there are: ha0, ha1, lo; it is "
		"tried again until it works");
	assert_int_equal(count_in_log("started on port 694 (694) interface ha0"), 1);
	assert_int_equal(count_in_log("started"), 1);
	check_doubt(&a, 0, "bcast eth8: no such interface; there are: ha0, ha1, lo; tried again until it works");
	check_doubt(&a, 1, "ucast eth9: no such interface");
	assert_false(media_doubt(a.set, 2, text, sizeof text));
	OPEN(&b, there);
	say(&a, "###\nx");
	wait_for(&b.count, 1);
	wait_for(&a.count, 1);
	assert_int_equal(a.got[0].medium, 1);
	assert_int_equal(count_in_log("write failure"), 0); /* what is not open is not used either */
}

static void an_interface_that_comes_later_is_used(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), BCAST("ha2")};

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, conf);
	clear_log();
	run(&a, "ip link add ha2 type veth peer name ha2 netns /proc/%d/fd/%d", getpid(), b.ns);
	notice_changes(&a);
	assert_int_equal(count_in_log("started"), 0);
	check_doubt(&a, 0, "bcast ha2: the interface has no IPv4 broadcast address");
	run(&a, "ip link del ha2");
	plug_cable(2);
	notice_changes(&a);
	assert_int_equal(count_in_log("UDP Broadcast heartbeat started on port 694 (694) interface ha2"), 1);
	assert_int_equal(count_in_log("started"), 1);
	check_no_doubt(&a);
	notice_changes(&b);
	say(&a, "###\nx");
	wait_for(&b.count, 2);
	size_t second = b.got[0].medium == 0;
	check_got(&b, second, 1, "###\nx", "10.9.2.1", "ha2");
	run(&a, "ip link del ha2");
}

/* No notice comes from a program that gives the port back. */
static void what_the_interfaces_do_not_show_is_tried_by_a_timer(void **state)
{
	static const struct medium_conf other_port = {
		.kind = MEDIUM_BCAST, .name = "ha1", .interface = "ha1", .port = PORT + 1};
	const struct medium_conf conf[] = {BCAST("ha0"), other_port};

	(void)state;
	int fd = stranger(&a, SOCK_DGRAM, 0, "10.9.0.1", PORT);
	OPEN(&a, conf);
	check_doubt(&a, 0, "bcast ha0: port 694/udp is taken by another program");
	clear_log();
	close(fd);
	enter(&a);
	wait_for_log("UDP Broadcast heartbeat started on port 694 (694) interface ha0");
	check_no_doubt(&a);
}

/* The send of one medium reads the notice, so the main loop does not see it. */
static void a_change_that_a_send_has_read_is_not_missed(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), BCAST("ha2")};

	(void)state;
	OPEN(&a, conf);
	clear_log();
	plug_cable(2);
	say(&a, "###\nx");
	assert_int_equal(count_in_log("interface ha2"), 1);
	run(&a, "ip link del ha2");
}

static void a_medium_that_fails_disturbs_no_other(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), UCAST("ha0", "10.9.0.2"), BCAST("ha1")};
	static const struct medium_conf there[] = {BCAST("ha1")};

	(void)state;
	OPEN(&a, conf);
	OPEN(&b, there);
	run(&a, "ip link del ha0");
	for (size_t i = 1; i <= 100; i++) {
		say(&a, "###\nx");
		wait_for(&b.count, i);
	}
	check_doubt(&a, 0, "bcast ha0: packets cannot be sent: No such device");
	check_doubt(&a, 1, "ucast ha0: packets cannot be sent: No such device");
	plug_cable(0);
	say(&a, "###\nx");
}

/* --- hosts -------------------------------------------------------------------------------------------------------- */

static void the_start_does_not_wait_for_a_silent_resolver(void **state)
{
	static const struct medium_conf by_name[] = {UCAST("ha0", "silent.example"), PING("silent.example")};
	static const struct medium_conf to_a[] = {UCAST("ha0", "10.9.0.1")};

	(void)state;
	clear_log();
	OPEN(&a, by_name);
	OPEN(&b, to_a);
	assert_int_equal(a.diags.count, 0);
	assert_int_equal(count_in_log("started"), 1); /* that of b */
	check_doubt(&a, 0, "ucast ha0: host \"silent.example\" has no IPv4 address: no answer of the resolver yet");
	say(&a, "###\nto nobody yet");
	ping(1, "###\nto nobody yet");
	assert_int_equal(count_in_log("write failure"), 0);
	say(&b, "###\nheard all the same");
	wait_for(&a.count, 1);
	check_got(&a, 0, 0, "###\nheard all the same", "10.9.0.2", "ha0");
}

static void a_host_is_used_as_soon_as_its_address_is_known(void **state)
{
	static const char *members[] = {"router.example", "no.such.host.invalid"};
	static const struct medium_conf by_name[] = {
		UCAST("ha0", "peer.example"), PING("peer.example"), PING_GROUP("routers", members)};
	static const struct medium_conf to_a[] = {UCAST("ha0", "10.9.0.1")};

	(void)state;
	resolver_says("10.9.0.2");
	clear_log();
	OPEN(&a, by_name);
	OPEN(&b, to_a);
	wait_for_log("info: ucast: started on port 694 interface ha0 to 10.9.0.2\n");
	wait_for_log("info: ping heartbeat started. ping peer.example: 10.9.0.2\n");
	wait_for_log("info: ping heartbeat started. ping_group routers: 10.9.0.2\n");
	wait_for_log("WARN: ping_group routers (line 11 of ha.cf): host \"no.such.host.invalid\" has no address: "
		"no such name");
	say(&a, "###\nx");
	wait_for(&b.count, 1);
	ping(1, "###\nping");
	ping(2, "###\ngroup");
	wait_for(&a.count, 2);
	check_doubt(&a, 0, "ping_group routers: host \"no.such.host.invalid\" has no address: no such name");
}

static void a_host_that_moves_is_followed(void **state)
{
	static const struct medium_conf by_name[] = {UCAST("ha0", "peer.example")};
	static const struct medium_conf to_a[] = {UCAST("ha0", "10.9.0.1")};

	(void)state;
	resolver_says("10.9.0.77");
	OPEN(&a, by_name);
	OPEN(&b, to_a);
	wait_for_log("to 10.9.0.77\n");
	clear_log();
	resolver_says("10.9.0.2");
	names_unwatch(a.set->names, "peer.example", AF_INET); /* as if the time had come to ask again */
	names_watch(a.set->names, "peer.example", AF_INET);
	wait_for_log("info: ucast ha0: host \"peer.example\" has moved from 10.9.0.77 to 10.9.0.2: packets go there");
	assert_int_equal(count_in_log("started"), 0);
	say(&a, "###\nx");
	wait_for(&b.count, 1);
	resolver_says(NULL);
	names_unwatch(a.set->names, "peer.example", AF_INET);
	names_watch(a.set->names, "peer.example", AF_INET);
	wait_for_log("WARN: ucast ha0 (line 9 of ha.cf): host \"peer.example\" cannot be resolved at present: no such name; "
		"its last address 10.9.0.2 is used");
	say(&a, "###\nx");
	wait_for(&b.count, 2);
	check_doubt(&a, 0, "ucast ha0: host \"peer.example\" keeps its last address: no such name");
}

static void an_unknown_host_is_asked_again(void **state)
{
	static const struct medium_conf conf[] = {BCAST("ha0"), PING("router.example")};

	(void)state;
	resolver_says(NULL);
	clear_log();
	OPEN(&a, conf); /* a ping host is never a reason to refuse */
	assert_int_equal(a.diags.count, 0);
	wait_for_log("WARN: ping router.example (line 10 of ha.cf): host \"router.example\" has no address");
	resolver_says("10.9.0.2");
	wait_for_log("info: ping router.example: host \"router.example\" can be resolved again");
	wait_for_log("info: ping heartbeat started. ping router.example: 10.9.0.2\n");
	check_no_doubt(&a);
	ping(1, "###\nx");
	wait_for(&a.count, 1);
	assert_int_equal(count_in_log("WARN"), 1);
}

/* --- what opens --------------------------------------------------------------------------------------------------- */

/* The rows of the parser and the table of media agree. */
static void every_medium_that_is_served_has_its_kind_and_no_other(void **state)
{
	struct directive_info row;
	unsigned media = 0;

	(void)state;
	for (size_t i = 0; ha_cf_directive(i, &row); i++) {
		if (!row.is_medium)
			continue;
		assert_int_equal(medium_kinds[row.kind] != NULL, row.served == SERVED);
		assert_true(row.served == SERVED);
		media |= 1u << row.kind;
	}
	assert_int_equal(media, (1u << MEDIUM_KINDS) - 1);
	for (int kind = 0; kind < MEDIUM_KINDS; kind++) {
		const struct medium_ops *ops = medium_kinds[kind];
		assert_true(!ops || (ops->open && ops->close && ops->read && ops->started));
		assert_true(!ops || !ops->send != !ops->send_text);
	}
}

static void the_start_is_logged_as_the_reference_does(void **state)
{
	static const char *members[] = {"10.9.0.2", "10.9.0.3"};
	static const struct medium_conf conf[] = {BCAST("ha0"), MCAST("ha0", true), UCAST("ha1", "10.9.1.2"),
		PING("10.9.0.2"), PING_GROUP("routers", members)};

	(void)state;
	clear_log();
	OPEN(&a, conf);
	assert_int_equal(count_in_log("info: UDP Broadcast heartbeat started on port 694 (694) interface ha0\n"), 1);
	assert_int_equal(
		count_in_log(
			"info: UDP multicast heartbeat started for group 239.9.9.9 port 694 interface ha0 (ttl=1 loop=1)\n"),
		1);
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(when_no_medium_works_each_reason_is_an_error),
		TEST(what_can_never_work_is_refused),
		TEST(all_errors_are_reported_together_and_nothing_stays_open),
		TEST(a_port_that_another_program_holds_is_named),
		TEST(no_other_user_can_bind_our_port),
		TEST(media_at_one_interface_and_port_share_one_socket),
		TEST(one_medium_is_enough_and_the_others_are_warnings),
		TEST(an_interface_that_comes_later_is_used),
		TEST(what_the_interfaces_do_not_show_is_tried_by_a_timer),
		TEST(a_change_that_a_send_has_read_is_not_missed),
		TEST(a_medium_that_fails_disturbs_no_other),
		TEST(the_start_does_not_wait_for_a_silent_resolver),
		TEST(a_host_is_used_as_soon_as_its_address_is_known),
		TEST(a_host_that_moves_is_followed),
		TEST(an_unknown_host_is_asked_again),
		TEST(every_medium_that_is_served_has_its_kind_and_no_other),
		TEST(the_start_is_logged_as_the_reference_does),
		TEST(no_media_at_all_can_be_opened_and_used),
	};

	return cmocka_run_group_tests(tests, build_laboratory, leave_laboratory);
}
