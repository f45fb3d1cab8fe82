// SPDX-License-Identifier: MIT
/* A new configuration for media that are in use: a reload in place. */
#include "tests/unit/heartbeat/media_lab.h"

#include "heartbeat/media/medium.h"

/* Configurations live on the heap, so that the sanitizers see a use of the old one after the change. */
static struct medium_conf *in_use;
static struct medium_conf *next;

static struct medium_conf *copy_of(const struct medium_conf *conf, size_t count)
{
	struct medium_conf *copy = g_memdup2(conf, count * sizeof *conf);

	for (size_t i = 0; i < count; i++) {
		copy[i].name = g_strdup(conf[i].name);
		copy[i].interface = g_strdup(conf[i].interface);
		copy[i].address = g_strdup(conf[i].address);
	}
	return copy;
}

static size_t in_use_count, next_count;

static void conf_free(struct medium_conf *conf, size_t count)
{
	for (size_t i = 0; conf && i < count; i++) {
		g_free((gpointer)(uintptr_t)conf[i].name);
		g_free((gpointer)(uintptr_t)conf[i].interface);
		g_free((gpointer)(uintptr_t)conf[i].address);
	}
	g_free(conf);
}

static void use(const struct medium_conf *conf, size_t count)
{
	in_use = copy_of(conf, count);
	in_use_count = count;
	assert_true(open_side(&a, in_use, count));
}
#define USE(conf) use(conf, G_N_ELEMENTS(conf))

static struct media_change *prepare(const struct medium_conf *conf, size_t count)
{
	next = copy_of(conf, count);
	next_count = count;
	enter(&a);
	diags_free(&a.diags);
	return media_prepare(a.set, next, count, &a.diags);
}
#define PREPARE(conf) prepare(conf, G_N_ELEMENTS(conf))

static void commit(struct media_change *change)
{
	assert_non_null(change);
	media_commit(change);
	conf_free(in_use, in_use_count);
	in_use = next;
	in_use_count = next_count;
	next = NULL;
}

static int tidy_change(void **state)
{
	(void)tidy_up(state);
	conf_free(in_use, in_use_count);
	conf_free(next, next_count);
	in_use = next = NULL;
	return 0;
}

static void check_diag(size_t i, const char *expected)
{
	char text[1024];

	assert_true(i < a.diags.count);
	diag_format(&a.diags, i, text, sizeof text);
	if (strncmp(text, expected, strlen(expected)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, expected);
}

static void sockets_of_a(unsigned count)
{
	run(&a, "n=$(ss -Hlunw | wc -l); [ $n = %u ] || { echo \"$n sockets, not %u\" >&2; exit 1; }", count, count);
}

/* Wait until a datagram lies in a socket of a. */
static void wait_until_one_lies_there(void)
{
	run(&a, "until [ \"$(ss -Hlun | awk '{n += $2} END {print n}')\" -gt 0 ]; do sleep 0.01; done");
}

/* --- cases -------------------------------------------------------------------------------------------------------- */

static void equal_lines_keep_sockets_and_counters_under_their_new_index(void **state)
{
	static const struct medium_conf old[] = {BCAST("ha0"), UCAST("ha0", "10.9.0.2"), PING("10.9.0.2")};
	const struct medium_conf fresh[] = {PING("10.9.0.2"), UCAST("ha0", "10.9.0.2"), BCAST("ha0")};
	static const struct medium_conf there[] = {BCAST("ha0"), UCAST("ha0", "10.9.0.1")};
	struct media_counters c;

	(void)state;
	USE(old);
	OPEN(&b, there);
	say(&a, "###\nx");
	ping(2, "###\nbefore");
	wait_for(&a.count, 2);
	clear_log();
	a.count = 0;
	say(&b, "###\nin the socket"); /* it lies there during the change: a new socket would not have it */
	wait_until_one_lies_there();
	commit(PREPARE(fresh));
	assert_int_equal(a.diags.count, 0);
	wait_for(&a.count, 2);
	assert_int_equal(a.got[0].medium + a.got[1].medium, 1 + 2);
	media_counters(a.set, 2, &c);
	assert_int_equal(c.sent, 1);
	assert_int_equal(c.received, 2);
	media_counters(a.set, 0, &c);
	assert_int_equal(c.sent, 1);
	a.count = 0;
	ping(0, "###\nafter");
	wait_for(&a.count, 1);
	check_got(&a, 0, 0, "###\nafter", "10.9.0.2", "ha0");
	assert_int_equal(count_in_log("started"), 0);
}

static void what_is_new_is_used_after_the_commit_and_not_before(void **state)
{
	static const struct medium_conf old[] = {BCAST("ha0")}, fresh[] = {BCAST("ha0"), BCAST("ha1")};

	(void)state;
	OPEN(&b, fresh);
	USE(old);
	struct media_change *change = PREPARE(fresh);
	assert_non_null(change);
	clear_log();
	say(&a, "###\none");
	wait_for(&b.count, 1);
	settle();
	assert_int_equal(b.count, 1);
	say(&b, "###\nfrom b");
	wait_for(&a.count, 2); /* the own broadcast, and that of b on ha0 */
	settle();
	assert_int_equal(a.count, 2);
	assert_int_equal(count_in_log("started"), 0);
	commit(change);
	assert_int_equal(count_in_log("started on port 694 (694) interface ha1"), 1);
	assert_int_equal(count_in_log("started"), 1);
	forget();
	say(&a, "###\ntwo");
	wait_for(&b.count, 2);
	wait_for(&a.count, 2);
}

static void an_abandoned_change_leaves_nothing(void **state)
{
	static const struct medium_conf old[] = {BCAST("ha0"), MCAST("ha0", true)};
	static const struct medium_conf fresh[] = {BCAST("ha1"), MCAST("ha0", false), PING("10.9.0.2")};

	(void)state;
	USE(old);
	sockets_of_a(1);
	struct media_change *change = PREPARE(fresh);
	assert_non_null(change);
	sockets_of_a(3);
	media_abandon(change);
	sockets_of_a(1);
	say(&a, "###\nx"); /* both come back: the group is still joined */
	wait_for(&a.count, 2);
}

static void lines_that_go_are_closed(void **state)
{
	static const struct medium_conf old[] = {BCAST("ha0"), BCAST("ha1"), MCAST("ha0", true), PING("10.9.0.2")};
	static const struct medium_conf fresh[] = {BCAST("ha0")};

	(void)state;
	USE(old);
	sockets_of_a(3);
	commit(PREPARE(fresh));
	sockets_of_a(1);
	run(&a, "! ip maddress show dev ha0 | grep -q 239.9.9.9");
	say(&a, "###\nx");
	wait_for(&a.count, 1);
	settle();
	assert_int_equal(a.count, 1);
}

static void settings_of_a_line_may_change(void **state)
{
	static const struct medium_conf ttl_2 = {.kind = MEDIUM_MCAST, .name = "ha0", .interface = "ha0",
		.address = "239.9.9.9", .port = PORT, .ttl = 2, .loop = true};
	static const struct medium_conf old[] = {MCAST("ha0", true), UCAST("ha0", "10.9.0.77")};
	const struct medium_conf fresh[] = {ttl_2, UCAST("ha0", "10.9.0.2")};
	static const struct medium_conf there[] = {UCAST("ha0", "10.9.0.1")};

	(void)state;
	OPEN(&b, there);
	USE(old);
	commit(PREPARE(fresh));
	say(&a, "###\nx");
	wait_for(&a.count, 1); /* the group is still joined */
	wait_for(&b.count, 1); /* and the new peer is used */
}

static void the_port_may_change(void **state)
{
	static const struct medium_conf old[] = {BCAST("ha0")};
	static const struct medium_conf fresh[] = {
		{.kind = MEDIUM_BCAST, .name = "ha0", .interface = "ha0", .port = PORT + 1}};

	(void)state;
	USE(old);
	commit(PREPARE(fresh));
	run(&a, "test \"$(ss -Hlun | grep -c ':695 ')\" = 1 && test \"$(ss -Hlun | grep -c ':694 ')\" = 0");
	say(&a, "###\nx");
	wait_for(&a.count, 1);
}

static void a_configuration_without_a_working_medium_is_refused(void **state)
{
	static const struct medium_conf old[] = {BCAST("ha0")};
	static const struct medium_conf none[] = {BCAST("eth8"), PING("10.9.0.2")};
	static const struct medium_conf unknown[] = {UCAST("ha0", "silent.example")};
	static const struct medium_conf odd[] = {BCAST("ha0"),
		{.kind = MEDIUM_MCAST, .name = "ha0", .interface = "ha0", .address = "10.9.0.9", .port = PORT, .line = 4}};

	(void)state;
	USE(old);
	assert_null(PREPARE(none));
	check_diag(0, "ha.cf:7: error: bcast eth8: no such interface");
	conf_free(next, next_count);
	assert_null(PREPARE(unknown));
	check_diag(0, "ha.cf:9: error: ucast ha0: host \"silent.example\" has no known IPv4 address yet");
	conf_free(next, next_count);
	assert_null(PREPARE(odd));
	check_diag(0, "ha.cf:4: error: mcast ha0: \"10.9.0.9\" is no multicast group");
	sockets_of_a(1);
	say(&a, "###\nx");
	wait_for(&a.count, 1);
}

static void one_working_medium_is_enough_and_the_rest_is_tried_again(void **state)
{
	static const struct medium_conf old[] = {BCAST("ha0")};
	static const struct medium_conf fresh[] = {BCAST("ha2"), UCAST("ha0", "peer.example"), BCAST("ha1")};
	char text[512];

	(void)state;
	resolver_says("10.9.0.2");
	clear_log();
	USE(old);
	commit(PREPARE(fresh));
	assert_int_equal(a.diags.errors, 0);
	check_diag(0, "ha.cf:7: warning: bcast ha2: no such interface");
	wait_for_log("ucast: started on port 694 interface ha0 to 10.9.0.2");
	plug_cable(2);
	enter(&a);
	assert_true(interfaces_read(a.interfaces) > 0);
	media_retry(a.set);
	assert_int_equal(count_in_log("started on port 694 (694) interface ha2"), 1);
	assert_false(media_doubt(a.set, 0, text, sizeof text));
	run(&a, "ip link del ha2");
}

static void a_medium_that_fails_continues_to_fail(void **state)
{
	static const struct medium_conf old[] = {BCAST("ha0"), BCAST("ha1")}, fresh[] = {BCAST("ha1"), BCAST("ha0")};
	char text[512];

	(void)state;
	USE(old);
	clear_log();
	run(&a, "ip link set ha0 down");
	say(&a, "###\nx");
	commit(PREPARE(fresh));
	say(&a, "###\nx");
	assert_int_equal(count_in_log("write failure on ha0"), 1);
	assert_true(media_doubt(a.set, 0, text, sizeof text));
	run(&a, "ip link set ha0 up");
	say(&a, "###\nx");
	say(&a, "###\nx");
	say(&a, "###\nx");
	assert_int_equal(count_in_log("2 packet(s) could not be sent"), 1);
}

#define CASE(name) cmocka_unit_test_teardown(name, tidy_change)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(equal_lines_keep_sockets_and_counters_under_their_new_index),
		CASE(what_is_new_is_used_after_the_commit_and_not_before),
		CASE(an_abandoned_change_leaves_nothing),
		CASE(lines_that_go_are_closed),
		CASE(settings_of_a_line_may_change),
		CASE(the_port_may_change),
		CASE(a_configuration_without_a_working_medium_is_refused),
		CASE(one_working_medium_is_enough_and_the_rest_is_tried_again),
		CASE(a_medium_that_fails_continues_to_fail),
	};

	return cmocka_run_group_tests(tests, build_laboratory, leave_laboratory);
}
