// SPDX-License-Identifier: MIT
/* The client API's sessions, driven with bare bytes: sign-on, requests, moves, and messages to and from the cluster. */
#include "tests/unit/heartbeat/api_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heartbeat/ipc/api_requests.h"

enum { PID = 4242 };

/* --- one session -------------------------------------------------------------------------------------------------- */

struct moved {
	unsigned calls, id;
	bool takeover, refuse_at_once;
	enum half half;
	unsigned sent; /* messages to the cluster */
	char from[40], to[40];
};

struct room {
	struct lab lab;
	struct api_hub hub;
	struct api_session session;
	struct moved moved;
	struct frame_buffer heard; /* answers of the session */
};

static void on_move(void *context, bool takeover, enum half half, unsigned id)
{
	struct room *r = context;
	r->moved.calls++;
	r->moved.takeover = takeover;
	r->moved.half = half;
	r->moved.id = id;
	if (r->moved.refuse_at_once)
		api_session_move_done(&r->session, id, false, "Other side is in flux");
}

static void on_client_message(void *context, const struct message *m)
{
	struct room *r = context;
	r->moved.sent++;
	assert_true(bytes_to_text(message_string(m, "from_id"), r->moved.from, sizeof r->moved.from));
	assert_true(bytes_to_text(message_string(m, "to_id"), r->moved.to, sizeof r->moved.to));
	assert_int_equal(message_occurs(m, "from_id"), 1);
	assert_null(message_find(m, "auth"));
}

static const struct api_peer root = {.pid = PID, .uid = 0, .gid = 0};

static int set_up(void **state)
{
	struct room *r = calloc(1, sizeof *r);
	assert_non_null(r);
	lab_begin(&r->lab);
	r->lab.config.move = on_move;
	r->lab.config.message = on_client_message;
	r->lab.config.context = r;
	api_hub_init(&r->hub, &r->lab.config);
	api_session_begin(&r->session, &r->hub, &root);
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	struct room *r = *state;
	api_session_end(&r->session);
	assert_null(r->hub.sessions);
	api_hub_free(&r->hub);
	frame_buffer_free(&r->heard);
	lab_end(&r->lab);
	free(r);
	return 0;
}

/* The fields as "name=value" lines, framed. */
static void say_to(struct api_session *s, const char *lines)
{
	char text[4096];
	struct frame_buffer out = {0};
	(void)snprintf(text, sizeof text, ">>>\n%s<<<\n", lines);
	assert_true(frame_put(&out, bytes_of(text)));
	api_session_take(s, frame_buffer_waiting(&out));
	frame_buffer_free(&out);
}

static void say(struct room *r, const char *lines)
{
	say_to(&r->session, lines);
}

/* Next answer, as the text of its body; NULL when there is none.  Lives until the next call. */
static const char *heard_from(struct room *r, struct api_session *s)
{
	static char text[8192];
	struct bytes body;
	assert_true(frame_buffer_append(&r->heard, frame_buffer_waiting(&s->out), FRAME_QUEUE_MAX));
	frame_buffer_drop(&s->out, SIZE_MAX);
	if (frame_next(&r->heard, FRAME_BODY_MAX, &body) != FRAME_READY)
		return NULL;
	assert_true(bytes_to_text(body, text, sizeof text));
	return text;
}

static const char *heard(struct room *r)
{
	return heard_from(r, &r->session);
}

#define HEAD "dest=cfa\npid=4242\nfrom_id=4242\n"

static void sign_on(struct room *r)
{
	say(r, "t=hbapi-req\nreqtype=signon\n" HEAD "uid=0\ngid=0\n");
	assert_non_null(heard(r));
	assert_true(r->session.signed_on);
}

static void signs_on_with_the_parameters_of_the_cluster(void **state)
{
	struct room *r = *state;
	say(r, "t=hbapi-req\nreqtype=signon\n" HEAD "uid=0\ngid=0\n");
	assert_string_equal(heard(r),
		">>>\nt=hbapi-resp\nreqtype=signon\nresult=OK\ndeadtime=bb8\nkeepalive=1f4\nnode=cfa\n"
		"hbversion=3.0.6-test\npacemaker=false\nlogfacility=-1\n<<<\n");
	assert_true(r->session.signed_on && r->session.casual && !r->session.closing);
}

static void a_sign_on_with_a_foreign_pid_is_a_mismatch_and_closed(void **state)
{
	struct room *r = *state;
	say(r, "t=hbapi-req\nreqtype=signon\ndest=cfa\npid=4243\nfrom_id=4243\n");
	assert_string_equal(heard(r),
		">>>\nt=hbapi-resp\nreqtype=signon\ninfo=pid mismatch\nresult=badreq\ndeadtime=bb8\nkeepalive=1f4\nnode=cfa\n"
		"hbversion=3.0.6-test\npacemaker=false\nlogfacility=-1\n<<<\n");
	assert_true(r->session.closing && !r->session.signed_on);
	assert_int_equal(r->hub.faults[API_FAULT_IDENTITY], 1);
}

static void a_request_before_sign_on_is_refused_and_closed(void **state)
{
	struct room *r = *state;
	say(r, "t=hbapi-req\nreqtype=nodelist\n" HEAD);
	const char *answer = heard(r);
	assert_non_null(answer);
	assert_non_null(strstr(answer, "result=badreq\n"));
	assert_null(strstr(answer, "cfb"));
	assert_true(r->session.closing);
	say(r, "t=hbapi-req\nreqtype=signon\n" HEAD);
	assert_null(heard(r));
}

static void a_second_sign_on_is_refused_and_closed(void **state)
{
	struct room *r = *state;
	sign_on(r);
	say(r, "t=hbapi-req\nreqtype=signon\n" HEAD);
	assert_non_null(strstr(heard(r), "info=duplicate add request\n"));
	assert_true(r->session.closing);
}

static void a_name_in_use_is_refused_on_another_connection(void **state)
{
	struct room *r = *state;
	struct api_session other;
	sign_on(r);
	api_session_begin(&other, &r->hub, &root);
	say_to(&other, "t=hbapi-req\nreqtype=signon\n" HEAD);
	assert_non_null(strstr(heard_from(r, &other), "info=duplicate add request\n"));
	assert_true(other.closing);
	api_session_end(&other);
	assert_false(r->session.closing);
}

static const char *refusal(struct room *r, struct api_peer peer, const char *name)
{
	struct api_session other;
	char lines[256];
	static char info[128];
	api_session_begin(&other, &r->hub, &peer);
	(void)snprintf(lines, sizeof lines, "t=hbapi-req\nreqtype=signon\ndest=cfa\npid=%d\nfrom_id=%s\n",
		(int)peer.pid, name);
	say_to(&other, lines);
	const char *answer = heard_from(r, &other), *at = strstr(answer, "info=");
	info[0] = '\0';
	if (at)
		(void)sscanf(at, "info=%127[^\n]", info);
	assert_true(at ? other.closing : other.signed_on);
	api_session_end(&other);
	return info;
}

static void apiauth_judges_by_the_credentials_of_the_socket(void **state)
{
	struct room *r = *state;
	struct api_peer nobody = {.pid = 77, .uid = 65534, .gid = 65534};
	struct api_peer by_uid = {.pid = 77, .uid = 11, .gid = 65534}, by_gid = {.pid = 77, .uid = 65534, .gid = 77};
	struct api_peer member = {.pid = 77, .uid = 65534, .gid = 65534, .groups = {5, 77}, .group_count = 2};
	assert_string_equal(refusal(r, nobody, "77"), "client failed authorization");
	assert_string_equal(refusal(r, by_uid, "77"), "");
	assert_string_equal(refusal(r, by_gid, "77"), "");
	assert_string_equal(refusal(r, member, "77"), "");
	assert_string_equal(refusal(r, by_uid, "web"), "client failed authorization");
	assert_string_equal(refusal(r, root, "web"), "");
	assert_string_equal(refusal(r, root, "somebody"), "no default client auth");
	assert_string_equal(refusal(r, root, "ipfail"), "client failed authorization");
	struct api_peer zero = {.pid = 0, .uid = 0};
	assert_string_equal(refusal(r, zero, "0"), "pid mismatch");
}

static void a_client_name_has_at_most_31_printable_bytes(void **state)
{
	struct room *r = *state;
	assert_string_equal(refusal(r, root, "abcdefghijklmnopqrstuvwxyz12345"), "no default client auth");
	assert_string_equal(
		refusal(r, root, "abcdefghijklmnopqrstuvwxyz123456"), "from_id is no client name of 1 to 31 bytes");
	assert_string_equal(refusal(r, root, ""), "from_id is no client name of 1 to 31 bytes");
	assert_string_equal(refusal(r, root, "a b"), "from_id is no client name of 1 to 31 bytes");
}

static void a_wrong_pid_dest_or_from_id_later_is_refused_and_closed(void **state)
{
	static const char *const heads[] = {"dest=cfa\npid=4243\nfrom_id=4242\n", "dest=cfb\npid=4242\nfrom_id=4242\n",
					    "dest=cfa\npid=4242\nfrom_id=4243\n", "pid=4242\nfrom_id=4242\n",
					    "dest=cfa\npid=4242\npid=4242\nfrom_id=4242\n"};
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		struct room *r = *state;
		char lines[256];
		sign_on(r);
		(void)snprintf(lines, sizeof lines, "t=hbapi-req\nreqtype=getrsc\n%s", heads[i]);
		say(r, lines);
		const char *answer = heard(r);
		assert_true(!answer || !strstr(answer, "rsc_hold"));
		assert_true(r->session.closing);
		tear_down(state);
		set_up(state);
	}
}

static void ask(struct room *r, const char *lines, const char *expected)
{
	char text[1024], framed[1024];
	(void)snprintf(text, sizeof text, "t=hbapi-req\n" HEAD "%s", lines);
	say(r, text);
	(void)snprintf(framed, sizeof framed, ">>>\nt=hbapi-resp\n%s<<<\n", expected);
	const char *answer = heard(r);
	assert_non_null(answer);
	assert_string_equal(answer, framed);
}

static void more(struct room *r, const char *expected)
{
	char framed[1024];
	(void)snprintf(framed, sizeof framed, ">>>\nt=hbapi-resp\n%s<<<\n", expected);
	const char *answer = heard(r);
	assert_non_null(answer);
	assert_string_equal(answer, framed);
}

static void nodelist_is_a_series_that_ends_in_ok(void **state)
{
	struct room *r = *state;
	sign_on(r);
	ask(r, "reqtype=nodelist\n", "reqtype=nodelist\nnode=cfa\nnodetype=normal\nst=active\nresult=ok/more\n");
	more(r, "reqtype=nodelist\nnode=cfb\nnodetype=normal\nst=dead\nresult=ok/more\n");
	more(r, "reqtype=nodelist\nnode=cfc\nnodetype=normal\nst=active\nresult=ok/more\n");
	more(r, "reqtype=nodelist\nnode=10.77.0.254\nnodetype=ping\nst=ping\nresult=OK\n");
	assert_null(heard(r));
}

static void questions_about_a_node_are_answered(void **state)
{
	struct room *r = *state;
	sign_on(r);
	ask(r, "reqtype=nodestatus\nnode=cfb\n", "reqtype=nodestatus\nst=dead\nresult=OK\n");
	ask(r, "reqtype=nodestatus\nnode=CFB\n", "reqtype=nodestatus\nst=dead\nresult=OK\n");
	ask(r, "reqtype=nodetype\nnode=10.77.0.254\n", "reqtype=nodetype\nnodetype=ping\nresult=OK\n");
	ask(r, "reqtype=nodeweight\nnode=cfa\n", "reqtype=nodeweight\nweight=100\nresult=OK\n");
	ask(r, "reqtype=nodesite\nnode=cfa\n", "reqtype=nodesite\nsite=\nresult=OK\n");
	ask(r, "reqtype=numnodes\n", "reqtype=numnodes\nnumnodes=3\nresult=OK\n");
	ask(r, "reqtype=getrsc\n", "reqtype=getrsc\nrsc_hold=local\nresult=OK\n");
}

static void an_unknown_node_is_einval(void **state)
{
	static const char *const types[] = {"nodestatus", "nodetype", "nodeweight", "nodesite", "iflist", "ifstatus"};
	struct room *r = *state;
	sign_on(r);
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		char lines[128], expected[128];
		(void)snprintf(expected, sizeof expected, "reqtype=%s\ninfo=EINVAL\nresult=badreq\n", types[i]);
		(void)snprintf(lines, sizeof lines, "reqtype=%s\nnode=cfx\nifname=eth0\n", types[i]);
		ask(r, lines, expected);
		(void)snprintf(lines, sizeof lines, "reqtype=%s\nnode=\n", types[i]);
		ask(r, lines, expected);
	}
	assert_false(r->session.closing);
}

static void links_are_listed_and_asked_for(void **state)
{
	struct room *r = *state;
	sign_on(r);
	ask(r, "reqtype=iflist\nnode=cfb\n", "reqtype=iflist\nifname=eth0\nst=up\nresult=ok/more\n");
	more(r, "reqtype=iflist\nifname=eth1\nst=dead\nresult=OK\n");
	ask(r, "reqtype=iflist\nnode=10.77.0.254\n", "reqtype=iflist\nresult=OK\n");
	ask(r, "reqtype=ifstatus\nnode=cfb\nifname=eth1\n", "reqtype=ifstatus\nst=dead\nresult=OK\n");
	ask(r, "reqtype=ifstatus\nnode=cfb\nifname=eth7\n", "reqtype=ifstatus\ninfo=EINVAL\nresult=badreq\n");
}

static void a_client_is_online_here_offline_on_the_dead_and_unknown_elsewhere(void **state)
{
	struct room *r = *state;
	sign_on(r);
	ask(r, "reqtype=clientstatus\nnode=cfa\ncn=4242\n",
		"reqtype=clientstatus\nsubt=respond-cstatus\ncs=online\nresult=OK\n");
	ask(r, "reqtype=clientstatus\nnode=cfa\ncn=ipfail\n",
		"reqtype=clientstatus\nsubt=respond-cstatus\ncs=offline\nresult=OK\n");
	ask(r, "reqtype=clientstatus\nnode=cfb\ncn=4242\n",
		"reqtype=clientstatus\nsubt=respond-cstatus\ncs=offline\nresult=OK\n");
	ask(r, "reqtype=clientstatus\nnode=cfc\ncn=4242\n",
		"reqtype=clientstatus\ninfo=No timely response.\nresult=badreq\n");
	ask(r, "reqtype=clientstatus\nnode=cfx\ncn=4242\n",
		"reqtype=clientstatus\ninfo=No timely response.\nresult=badreq\n");
}

static void getparm_gives_the_value_or_ok_without_one(void **state)
{
	struct room *r = *state;
	sign_on(r);
	ask(r, "reqtype=getparm\npname=deadtime\n", "reqtype=getparm\npvalue=3\nresult=OK\n");
	ask(r, "reqtype=getparm\npname=hbversion\n", "reqtype=getparm\npvalue=3.0.6-test\nresult=OK\n");
	ask(r, "reqtype=getparm\npname=watchdog\n", "reqtype=getparm\nresult=OK\n");
	ask(r, "reqtype=getparm\npname=nosuch\n", "reqtype=getparm\nresult=OK\n");
	ask(r, "reqtype=getparm\n", "reqtype=getparm\nresult=OK\n");
	ask(r, "reqtype=getparm\npname=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		"reqtype=getparm\nresult=OK\n");
}

static void a_group_is_reported_with_both_sides_and_the_reason(void **state)
{
	struct room *r = *state;
	sign_on(r);
	ask(r, "reqtype=getgroups\n",
		"reqtype=getgroups\nkey=10.0.0.1\nhome=cfa\nstate=held\npeerstate=none\nepoch=7\nwhy=\nresult=ok/more\n");
	more(r, "reqtype=getgroups\nkey=httpd\nhome=cfb\nstate=failed\npeerstate=?\nepoch=9\nwhy=httpd: exit status 1\nresult=OK\n");
	r->lab.resources.count = 0;
	ask(r, "reqtype=getgroups\n", "reqtype=getgroups\nresult=OK\n");
}

static void settings_are_accepted_and_the_unknown_is_badreq(void **state)
{
	struct room *r = *state;
	sign_on(r);
	ask(r, "reqtype=setfilter\nfmask=2\n", "reqtype=setfilter\nresult=OK\n");
	ask(r, "reqtype=setsignal\nsignal=9\n", "reqtype=setsignal\nresult=OK\n");
	ask(r, "reqtype=set_sendqlen\nsendqlen=100\n", "reqtype=set_sendqlen\nresult=OK\n");
	ask(r, "reqtype=bogus\n", "reqtype=bogus\ninfo=unknown request\nresult=badreq\n");
	assert_false(r->session.closing);
}

static void signoff_closes_without_an_answer(void **state)
{
	struct room *r = *state;
	sign_on(r);
	say(r, "t=hbapi-req\nreqtype=signoff\n" HEAD);
	assert_null(heard(r));
	assert_true(r->session.closing);
	assert_int_equal(r->hub.faults[API_FAULT_IDENTITY], 0);
}

/* --- moves -------------------------------------------------------------------------------------------------------- */

static void a_move_without_wait_is_answered_when_it_is_accepted(void **state)
{
	struct room *r = *state;
	sign_on(r);
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=failback\nwait=0\n", "reqtype=move\ninfo=accepted\nresult=OK\n");
	assert_true(r->moved.calls == 1 && !r->moved.takeover && r->moved.half == HALF_FOREIGN && r->moved.id != 0);
	api_session_move_done(&r->session, r->moved.id, false, "late");
	assert_null(heard(r));
	ask(r, "reqtype=move\nkind=takeover\nrsc_hold=failback\n", "reqtype=move\ninfo=accepted\nresult=OK\n");
	assert_true(r->moved.calls == 2 && r->moved.takeover && r->moved.half == HALF_LOCAL);
}

static void a_move_with_wait_is_answered_at_its_end_and_only_by_its_number(void **state)
{
	struct room *r = *state;
	sign_on(r);
	say(r, "t=hbapi-req\nreqtype=move\n" HEAD "kind=takeover\nrsc_hold=all\nwait=1\n");
	assert_null(heard(r));
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=all\nwait=1\n",
		"reqtype=move\ninfo=this client already waits for a move\nresult=badreq\n");
	api_session_move_done(&r->session, r->moved.id + 1, true, "another");
	api_session_move_done(&r->session, 0, true, "nobody's");
	assert_null(heard(r));
	api_session_move_done(&r->session, r->moved.id, true, "done");
	more(r, "reqtype=move\ninfo=done\nresult=OK\n");
	api_session_move_done(&r->session, r->moved.id, true, "again");
	assert_null(heard(r));
}

static void a_move_that_fails_says_why(void **state)
{
	struct room *r = *state;
	sign_on(r);
	say(r, "t=hbapi-req\nreqtype=move\n" HEAD "kind=standby\nrsc_hold=local\nwait=1\n");
	api_session_move_done(&r->session, r->moved.id, false, "No reply to standby request");
	more(r, "reqtype=move\ninfo=No reply to standby request\nresult=badreq\n");
	r->moved.refuse_at_once = true;
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=local\nwait=0\n",
		"reqtype=move\ninfo=Other side is in flux\nresult=badreq\n");
	assert_null(heard(r));
}

static void a_move_needs_root_and_good_words(void **state)
{
	struct room *r = *state;
	sign_on(r);
	ask(r, "reqtype=move\nkind=dance\nrsc_hold=all\n",
		"reqtype=move\ninfo=kind is neither standby nor takeover\nresult=badreq\n");
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=none\n",
		"reqtype=move\ninfo=rsc_hold is none of all, local, foreign, failback\nresult=badreq\n");
	ask(r, "reqtype=move\nkind=standby\n",
		"reqtype=move\ninfo=rsc_hold is none of all, local, foreign, failback\nresult=badreq\n");
	r->session.peer.uid = 11;
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=all\n",
		"reqtype=move\ninfo=only root may do that\nresult=badreq\n");
	assert_int_equal(r->moved.calls, 0);
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

static void a_named_client_sends_and_hears_and_a_casual_one_does_neither(void **state)
{
	struct room *r = *state;
	struct api_session web;
	sign_on(r);
	api_session_begin(&web, &r->hub, &root);
	say_to(&web, "t=hbapi-req\nreqtype=signon\ndest=cfa\npid=4242\nfrom_id=web\n");
	assert_non_null(strstr(heard_from(r, &web), "result=OK\n"));

	say_to(&web, "t=num_ping_nodes\nnum_ping=1\nfrom_id=root\nto_id=other\nauth=1 abc\n");
	assert_int_equal(r->moved.sent, 1);
	assert_string_equal(r->moved.from, "web");
	assert_string_equal(r->moved.to, "web");
	say_to(&web, "t=status\nst=dead\n");
	assert_non_null(strstr(heard_from(r, &web), "result=badreq\n"));
	say_to(&web, "t=NS_rexmit\nfirstseq=1\n");
	assert_non_null(strstr(heard_from(r, &web), "result=badreq\n"));
	say(r, "t=num_ping_nodes\nnum_ping=1\n");
	assert_non_null(strstr(heard(r), "result=badreq\n"));
	assert_int_equal(r->moved.sent, 1);

	api_session_notify(&web, bytes_of(">>>\nt=status\nst=active\n<<<\n"));
	api_session_notify(&r->session, bytes_of(">>>\nt=status\nst=active\n<<<\n"));
	assert_string_equal(heard_from(r, &web), ">>>\nt=status\nst=active\n<<<\n");
	assert_null(heard(r));
	api_session_end(&web);
}

static void bad_frames_and_bad_messages_close_and_are_counted(void **state)
{
	static const char *const bodies[] = {
		"", "hello", "###\n5:(0)a=,%%%\n", ">>>\nno sign\n<<<\n", ">>>\nt=a\nt=b\n<<<\n"};
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		struct room *r = *state;
		struct frame_buffer out = {0};
		assert_true(frame_put(&out, bytes_of(bodies[i])));
		api_session_take(&r->session, frame_buffer_waiting(&out));
		frame_buffer_free(&out);
		assert_true(r->session.closing);
		assert_int_equal(r->hub.faults[API_FAULT_MESSAGE], 1);
		tear_down(state);
		set_up(state);
	}
	struct room *r = *state;
	static const uint32_t head[2] = {API_SIGNON_MAX + 1, FRAME_MAGIC};
	api_session_take(&r->session, (struct bytes){(const uint8_t *)head, sizeof head});
	assert_true(r->session.closing);
	assert_int_equal(r->hub.faults[API_FAULT_FRAME], 1);
}

static void a_client_that_does_not_read_is_closed(void **state)
{
	struct room *r = *state;
	sign_on(r);
	for (int i = 0; i < 100000 && !r->session.closing; i++)
		say(r, "t=hbapi-req\nreqtype=nodelist\n" HEAD);
	assert_true(r->session.closing);
	assert_int_equal(r->hub.faults[API_FAULT_SLOW], 1);
	assert_true(frame_buffer_waiting(&r->session.out).len <= FRAME_QUEUE_MAX);
}

#define SESSION(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SESSION(signs_on_with_the_parameters_of_the_cluster),
		SESSION(a_sign_on_with_a_foreign_pid_is_a_mismatch_and_closed),
		SESSION(a_request_before_sign_on_is_refused_and_closed),
		SESSION(a_second_sign_on_is_refused_and_closed),
		SESSION(a_name_in_use_is_refused_on_another_connection),
		SESSION(apiauth_judges_by_the_credentials_of_the_socket),
		SESSION(a_client_name_has_at_most_31_printable_bytes),
		SESSION(a_wrong_pid_dest_or_from_id_later_is_refused_and_closed),
		SESSION(nodelist_is_a_series_that_ends_in_ok),
		SESSION(questions_about_a_node_are_answered),
		SESSION(an_unknown_node_is_einval),
		SESSION(links_are_listed_and_asked_for),
		SESSION(a_client_is_online_here_offline_on_the_dead_and_unknown_elsewhere),
		SESSION(getparm_gives_the_value_or_ok_without_one),
		SESSION(a_group_is_reported_with_both_sides_and_the_reason),
		SESSION(settings_are_accepted_and_the_unknown_is_badreq),
		SESSION(signoff_closes_without_an_answer),
		SESSION(a_move_without_wait_is_answered_when_it_is_accepted),
		SESSION(a_move_with_wait_is_answered_at_its_end_and_only_by_its_number),
		SESSION(a_move_that_fails_says_why),
		SESSION(a_move_needs_root_and_good_words),
		SESSION(a_named_client_sends_and_hears_and_a_casual_one_does_neither),
		SESSION(bad_frames_and_bad_messages_close_and_are_counted),
		SESSION(a_client_that_does_not_read_is_closed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
