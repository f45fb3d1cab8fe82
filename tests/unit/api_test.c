// SPDX-License-Identifier: MIT
/* The client API: sessions with bare bytes, then the server over a real socket.  The core behind it is played by this
 * file: a cluster of cfa (self, active), cfb (dead), cfc (active) and a ping node, with two groups. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heartbeat/core/codec.h"
#include "heartbeat/ipc/api_client.h"
#include "heartbeat/ipc/api_requests.h"
#include "heartbeat/ipc/api_server.h"

enum { PID = 4242, WAIT_MS = 5000 };

/* --- the core's views ----------------------------------------------------------------------------------------------- */

size_t core_node_count(const struct core *c)
{
	(void)c;
	return 4;
}

void core_node_view(const struct core *c, size_t index, struct node_view *out)
{
	static const struct node_view nodes[] = {
		{.name = "cfa", .status = "active", .is_self = true},
		{.name = "cfb", .status = "dead"},
		{.name = "cfc", .status = "active"},
		{.name = "10.77.0.254", .status = "ping", .ping = true},
	};
	(void)c;
	*out = nodes[index];
}

bool core_link_view(const struct core *c, size_t node, size_t index, struct link_view *out)
{
	static const struct link_view links[] = {{"eth0", true}, {"eth1", false}};
	(void)c;
	if (node == 3 || index > 1)
		return false;
	*out = links[index];
	return true;
}

void core_group_view(const struct core *c, size_t index, struct group_view *out)
{
	(void)c;
	*out = index == 0 ? (struct group_view){.key = "10.0.0.1", .home = "cfa", .state = OWN_HELD, .epoch = 7, .peer_known = true,
						.peer_state = OWN_NONE, .why = ""}
			  : (struct group_view){.key = "httpd", .home = "cfb", .state = OWN_FAILED, .epoch = 9, .why = "httpd: exit status 1"};
}

const char *core_holdings(const struct core *c)
{
	(void)c;
	return "local";
}

const char *group_state_name(enum group_state s)
{
	return s == OWN_HELD ? "held" : s == OWN_NONE ? "none" : s == OWN_FAILED ? "failed" : "other";
}

const char *half_name(enum half h)
{
	return h == HALF_ALL ? "all" : h == HALF_LOCAL ? "local" : h == HALF_FOREIGN ? "foreign" : "none";
}

bool half_parse(struct bytes word, enum half *h)
{
	for (int i = HALF_NONE; i <= HALF_ALL; i++)
		if (bytes_equal_text(word, half_name((enum half)i))) {
			*h = (enum half)i;
			return true;
		}
	return false;
}

/* --- one session -------------------------------------------------------------------------------------------------- */

struct moved {
	unsigned calls, id;
	bool takeover, refuse_at_once;
	enum half half;
	struct api_session *session; /* for a refusal at once */
	unsigned sent;               /* messages to the cluster */
	char from[40], to[40];
};

struct room {
	struct ha_cf *conf;
	struct haresources resources;
	struct group_conf groups[2];
	struct api_config config;
	struct api_hub hub;
	struct api_session session;
	struct moved moved;
	struct frame_buffer heard; /* answers of the session */
	struct message answer;
	char told[128]; /* the last answer to a peer's daemon */
	unsigned tells;
	uint8_t arena[CODEC_DATAGRAM_MAX];
	char directory[64], path[96];
	struct api_server *server;
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
	if (message_is(m, "t", "respond-cstatus")) {
		static const char *const fields[] = {"t", "dest", "result", "cn", "to_id", "cs"};
		struct writer w = writer_over(r->told, sizeof r->told - 1);
		for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
			struct bytes value = message_string(m, fields[i]);
			writer_format(&w, "%.*s ", (int)value.len, (const char *)value.at);
		}
		r->told[w.len] = '\0';
		r->tells++;
		return;
	}
	r->moved.sent++;
	assert_true(bytes_to_text(message_string(m, "from_id"), r->moved.from, sizeof r->moved.from));
	assert_true(bytes_to_text(message_string(m, "to_id"), r->moved.to, sizeof r->moved.to));
	assert_int_equal(message_occurs(m, "from_id"), 1);
	assert_null(message_find(m, "auth"));
}

static const char ha_cf_text[] = "logfacility none\nkeepalive 500ms\ndeadtime 3\nauto_failback on\nbcast eth0\nnode cfa cfb\nping 10.77.0.254\n"
				 "apiauth anon uid=0,11 gid=77\napiauth web uid=0\napiauth ipfail gid=55\n";

static const struct api_peer root = {.pid = PID, .uid = 0, .gid = 0};

static int set_up(void **state)
{
	struct room *r = calloc(1, sizeof *r);
	struct diags diags;
	assert_non_null(r);
	diags_init(&diags, "ha.cf");
	r->conf = ha_cf_parse(bytes_of(ha_cf_text), NULL, &diags);
	assert_int_equal(diags.errors, 0);
	diags_free(&diags);
	r->resources = (struct haresources){.groups = r->groups, .count = 2};
	r->config = (struct api_config){.conf = r->conf, .resources = &r->resources, .node = "cfa", .version = "3.0.6-test",
					.move = on_move, .message = on_client_message, .context = r};
	api_hub_init(&r->hub, &r->config);
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
	ha_cf_free(r->conf);
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
	assert_string_equal(heard(r), ">>>\nt=hbapi-resp\nreqtype=signon\nresult=OK\ndeadtime=bb8\nkeepalive=1f4\nnode=cfa\n"
				      "hbversion=3.0.6-test\npacemaker=false\nlogfacility=-1\n<<<\n");
	assert_true(r->session.signed_on && r->session.casual && !r->session.closing);
}

static void a_sign_on_with_a_foreign_pid_is_a_mismatch_and_closed(void **state)
{
	struct room *r = *state;
	say(r, "t=hbapi-req\nreqtype=signon\ndest=cfa\npid=4243\nfrom_id=4243\n");
	assert_string_equal(heard(r), ">>>\nt=hbapi-resp\nreqtype=signon\ninfo=pid mismatch\nresult=badreq\ndeadtime=bb8\nkeepalive=1f4\nnode=cfa\n"
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
	(void)snprintf(lines, sizeof lines, "t=hbapi-req\nreqtype=signon\ndest=cfa\npid=%d\nfrom_id=%s\n", (int)peer.pid, name);
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
	assert_string_equal(refusal(r, root, "abcdefghijklmnopqrstuvwxyz123456"), "from_id is no client name of 1 to 31 bytes");
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
	ask(r, "reqtype=clientstatus\nnode=cfa\ncn=4242\n", "reqtype=clientstatus\nsubt=respond-cstatus\ncs=online\nresult=OK\n");
	ask(r, "reqtype=clientstatus\nnode=cfa\ncn=ipfail\n", "reqtype=clientstatus\nsubt=respond-cstatus\ncs=offline\nresult=OK\n");
	ask(r, "reqtype=clientstatus\nnode=cfb\ncn=4242\n", "reqtype=clientstatus\nsubt=respond-cstatus\ncs=offline\nresult=OK\n");
	ask(r, "reqtype=clientstatus\nnode=cfc\ncn=4242\n", "reqtype=clientstatus\ninfo=No timely response.\nresult=badreq\n");
	ask(r, "reqtype=clientstatus\nnode=cfx\ncn=4242\n", "reqtype=clientstatus\ninfo=No timely response.\nresult=badreq\n");
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
	ask(r, "reqtype=getparm\npname=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "reqtype=getparm\nresult=OK\n");
}

static void groups_are_told_with_both_sides_and_the_reason(void **state)
{
	struct room *r = *state;
	sign_on(r);
	ask(r, "reqtype=getgroups\n", "reqtype=getgroups\nkey=10.0.0.1\nhome=cfa\nstate=held\npeerstate=none\nepoch=7\nwhy=\nresult=ok/more\n");
	more(r, "reqtype=getgroups\nkey=httpd\nhome=cfb\nstate=failed\npeerstate=?\nepoch=9\nwhy=httpd: exit status 1\nresult=OK\n");
	r->resources.count = 0;
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
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=all\nwait=1\n", "reqtype=move\ninfo=this client waits for a move already\nresult=badreq\n");
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
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=local\nwait=0\n", "reqtype=move\ninfo=Other side is in flux\nresult=badreq\n");
	assert_null(heard(r));
}

static void a_move_needs_root_and_good_words(void **state)
{
	struct room *r = *state;
	sign_on(r);
	ask(r, "reqtype=move\nkind=dance\nrsc_hold=all\n", "reqtype=move\ninfo=kind is neither standby nor takeover\nresult=badreq\n");
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=none\n", "reqtype=move\ninfo=rsc_hold is none of all, local, foreign, failback\nresult=badreq\n");
	ask(r, "reqtype=move\nkind=standby\n", "reqtype=move\ninfo=rsc_hold is none of all, local, foreign, failback\nresult=badreq\n");
	r->session.peer.uid = 11;
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=all\n", "reqtype=move\ninfo=only root may do that\nresult=badreq\n");
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
	static const char *const bodies[] = {"", "hello", "###\n5:(0)a=,%%%\n", ">>>\nno sign\n<<<\n", ">>>\nt=a\nt=b\n<<<\n"};
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

/* --- over a socket -------------------------------------------------------------------------------------------------- */

static int set_up_server(void **state)
{
	if (set_up(state))
		return -1;
	struct room *r = *state;
	strcpy(r->directory, "/tmp/api_test.XXXXXX");
	assert_non_null(mkdtemp(r->directory));
	(void)snprintf(r->path, sizeof r->path, "%s/register", r->directory);
	r->config.path = r->path;
	r->server = api_server_open(&r->config);
	assert_non_null(r->server);
	return 0;
}

static int tear_down_server(void **state)
{
	struct room *r = *state;
	api_server_close(r->server);
	assert_int_equal(rmdir(r->directory), 0); /* the socket is gone */
	return tear_down(state);
}

static void turn(void)
{
	while (g_main_context_iteration(NULL, FALSE))
		;
}

static int connected(struct room *r)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_true(bytes_to_text(bytes_of(r->path), address.sun_path, sizeof address.sun_path));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	turn();
	return fd;
}

static bool hung_up(int fd)
{
	char byte;
	turn();
	ssize_t got;
	while ((got = recv(fd, &byte, 1, 0)) > 0)
		;
	return got == 0 || (got < 0 && errno == ECONNRESET);
}

static void the_socket_is_open_to_all_and_removed_at_the_end(void **state)
{
	struct room *r = *state;
	struct stat st;
	assert_int_equal(lstat(r->path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0777);
	assert_int_equal(lstat(r->directory, &st), 0);
	assert_true((st.st_mode & 0777) == 0750 || (st.st_mode & 0777) == 0755);
}

static void a_stale_socket_is_replaced_and_anything_else_is_not(void **state)
{
	struct room *r = *state;
	char link[128], plain[128];
	struct stat st;
	/* as after a crash: the socket is there, nobody listens */
	struct api_server *second = api_server_open(&r->config);
	assert_non_null(second);
	api_server_close(r->server); /* the socket is not its own any more */
	assert_int_equal(lstat(r->path, &st), 0);
	r->server = second;

	(void)snprintf(plain, sizeof plain, "%s/plain", r->directory);
	(void)snprintf(link, sizeof link, "%s/link", r->directory);
	struct api_config config = r->config;
	close(open(plain, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_int_equal(symlink(r->path, link), 0);
	config.path = plain;
	assert_null(api_server_open(&config));
	assert_int_equal(errno, EEXIST);
	config.path = link;
	assert_null(api_server_open(&config));
	assert_int_equal(errno, EEXIST);
	assert_int_equal(unlink(plain) | unlink(link), 0);
}

static void a_bad_head_closes_only_that_client(void **state)
{
	struct room *r = *state;
	static const uint32_t head[2] = {64U << 20, FRAME_MAGIC};
	int good = connected(r), bad = connected(r);
	assert_int_equal(send(bad, head, sizeof head, 0), sizeof head);
	assert_true(hung_up(bad));
	assert_false(hung_up(good));
	close(good);
	close(bad);
	turn();
}

static void a_hang_up_in_the_middle_of_a_frame_is_no_harm(void **state)
{
	struct room *r = *state;
	static const uint32_t head[2] = {81, FRAME_MAGIC};
	for (size_t i = 0; i < 200; i++) { /* more than there are places */
		int fd = connected(r);
		assert_int_equal(send(fd, head, i % 9, 0), (ssize_t)(i % 9));
		if (i % 2)
			turn();
		close(fd);
	}
	turn();
	int fd = connected(r);
	assert_false(hung_up(fd));
	close(fd);
	turn();
}

static void the_65th_client_is_sent_away(void **state)
{
	struct room *r = *state;
	int fds[64];
	bool privileged = geteuid() == 0;
	size_t places = privileged ? 64 : 56;
	for (size_t i = 0; i < places; i++)
		fds[i] = connected(r);
	int fd = connected(r);
	assert_true(hung_up(fd));
	close(fd);
	assert_false(hung_up(fds[0]));
	close(fds[0]);
	turn();
	fds[0] = connected(r);
	assert_false(hung_up(fds[0]));
	for (size_t i = 0; i < places; i++)
		close(fds[i]);
	turn();
}

/* The blocking client runs in a child; its exit status is the number of the first line that was not so. */
static void with_client(struct room *r, int (*child)(struct room *r), void (*meanwhile)(struct room *r))
{
	int status;
	gint64 end = g_get_monotonic_time() + (gint64)WAIT_MS * 1000;
	(void)fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(child(r));
	while (waitpid(pid, &status, WNOHANG) == 0) {
		assert_true(g_get_monotonic_time() < end);
		turn();
		if (meanwhile)
			meanwhile(r);
		g_usleep(500);
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define WANT(what) \
	do { \
		if (!(what)) { \
			(void)fprintf(stderr, "child, line %d: not so: %s\n", __LINE__, #what); \
			return 1; \
		} \
	} while (0)

static int client_that_asks(struct room *r)
{
	struct api_client *c;
	const struct message *reply;
	char error[256];
	WANT(api_client_open(r->path, span_ms(2000), &c, error) == API_OK);
	WANT(message_is(api_client_signon(c), "node", "cfa"));
	WANT(api_client_ask(c, span_ms(2000), "nodelist", NULL, &reply) == API_OK && message_is(reply, "node", "cfa"));
	for (int i = 0; i < 3; i++) {
		WANT(message_is(reply, "result", "ok/more"));
		WANT(api_client_more(c, span_ms(2000), &reply) == API_OK);
	}
	WANT(message_is(reply, "result", "OK"));
	const char *const pairs[] = {"pname", "keepalive", NULL};
	WANT(api_client_ask(c, span_ms(2000), "getparm", pairs, &reply) == API_OK && message_is(reply, "pvalue", "500ms"));
	WANT(api_client_more(c, span_ms(50), &reply) == API_TIMEOUT);
	api_client_close(c);
	return 0;
}

static void the_blocking_client_signs_on_and_asks(void **state)
{
	with_client(*state, client_that_asks, NULL);
}

static int client_that_moves(struct room *r)
{
	struct api_client *c;
	const struct message *reply;
	char error[256];
	const char *const pairs[] = {"kind", "takeover", "rsc_hold", "local", "wait", "1", NULL};
	WANT(api_client_open(r->path, span_ms(2000), &c, error) == API_OK);
	enum api_result result = api_client_ask(c, span_ms(2000), "move", pairs, &reply);
	WANT(result == API_OK);
	if (geteuid() == 0)
		WANT(message_is(reply, "result", "OK") && message_is(reply, "info", "all moved"));
	else
		WANT(message_is(reply, "result", "badreq"));
	api_client_close(c);
	return 0;
}

static void end_the_move(struct room *r)
{
	if (r->moved.calls == 1) {
		api_move_done(r->server, r->moved.id, true, "all moved");
		r->moved.calls++;
	}
}

static void a_waiting_client_hears_the_end_of_its_move(void **state)
{
	with_client(*state, client_that_moves, end_the_move);
}

static int client_that_finds_nobody(struct room *r)
{
	struct api_client *c;
	char error[256], path[160];
	(void)snprintf(path, sizeof path, "%s/nobody", r->directory);
	WANT(api_client_open(path, span_ms(2000), &c, error) == API_DOWN && !c);
	WANT(strcmp(error, "hb_api_signon: Can't initiate connection to heartbeat") == 0);
	return 0;
}

static void without_a_daemon_the_client_is_told_at_once(void **state)
{
	with_client(*state, client_that_finds_nobody, NULL);
}

static int client_of_a_frozen_daemon(struct room *r)
{
	struct api_client *c;
	char error[256], path[160];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	(void)snprintf(path, sizeof path, "%s/frozen", r->directory);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	WANT(bytes_to_text(bytes_of(path), address.sun_path, sizeof address.sun_path));
	WANT(bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 5) == 0);
	struct mono before = mono_now();
	enum api_result result = api_client_open(path, span_ms(200), &c, error);
	int64_t took = span_to_ms(mono_since(mono_now(), before));
	WANT(unlink(path) == 0);
	WANT(result == API_TIMEOUT && took >= 200);
	return 0;
}

static void a_daemon_that_does_not_answer_is_a_timeout(void **state)
{
	with_client(*state, client_of_a_frozen_daemon, NULL);
}

/* 3.0.6 asks for a client of its own: spec protocol 4. */
static void a_peer_asks_whether_a_client_is_here(void **state)
{
	struct room *r = *state;
	api_notify(r->server, bytes_of(">>>\nt=query-cstatus\nsrc=cfb\ndest=cfa\ncn=ipfail\nfrom_id=ipfail\n<<<\n"));
	assert_int_equal(r->tells, 1);
	assert_string_equal(r->told, "respond-cstatus cfb OK ipfail ipfail offline ");
	api_notify(r->server, bytes_of(">>>\nt=query-cstatus\nsrc=cfb\ndest=cfa\nfrom_id=ipfail\n<<<\n")); /* which client? */
	api_notify(r->server, bytes_of(">>>\nt=query-cstatus\nsrc=cfb\ndest=other\ncn=x\nfrom_id=ipfail\n<<<\n"));
	api_notify(r->server, bytes_of(">>>\nt=respond-cstatus\nsrc=cfb\ndest=cfa\ncn=x\nfrom_id=ipfail\n<<<\n"));
	assert_int_equal(r->tells, 1);
}

static void messages_with_a_digest_are_never_handed_out(void **state)
{
	struct room *r = *state;
	char text[512], seen[4096];
	int fd = connected(r);
	struct frame_buffer out = {0};
	(void)snprintf(text, sizeof text, ">>>\nt=hbapi-req\nreqtype=signon\ndest=cfa\npid=%d\nfrom_id=web\n<<<\n", (int)getpid());
	assert_true(frame_put(&out, bytes_of(text)));
	struct bytes all = frame_buffer_waiting(&out);
	assert_int_equal(send(fd, all.at, all.len, 0), (ssize_t)all.len);
	frame_buffer_free(&out);
	turn();
	ssize_t got = recv(fd, seen, sizeof seen, 0);
	assert_true(got > 0);
	if (geteuid() == 0) { /* "web" is uid 0 in this ha.cf */
		api_notify(r->server, bytes_of(">>>\nt=status\nauth=1 0123456789\n<<<\n"));
		turn();
		assert_int_equal(recv(fd, seen, sizeof seen, 0), -1);
		api_notify(r->server, bytes_of(">>>\nt=status\n<<<\n"));
		turn();
		assert_int_equal(recv(fd, seen, sizeof seen, 0), FRAME_HEAD + 18);
	}
	close(fd);
	turn();
}

#define SESSION(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define SERVER(name) cmocka_unit_test_setup_teardown(name, set_up_server, tear_down_server)

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
		SESSION(groups_are_told_with_both_sides_and_the_reason),
		SESSION(settings_are_accepted_and_the_unknown_is_badreq),
		SESSION(signoff_closes_without_an_answer),
		SESSION(a_move_without_wait_is_answered_when_it_is_accepted),
		SESSION(a_move_with_wait_is_answered_at_its_end_and_only_by_its_number),
		SESSION(a_move_that_fails_says_why),
		SESSION(a_move_needs_root_and_good_words),
		SESSION(a_named_client_sends_and_hears_and_a_casual_one_does_neither),
		SESSION(bad_frames_and_bad_messages_close_and_are_counted),
		SESSION(a_client_that_does_not_read_is_closed),
		SERVER(the_socket_is_open_to_all_and_removed_at_the_end),
		SERVER(a_stale_socket_is_replaced_and_anything_else_is_not),
		SERVER(a_bad_head_closes_only_that_client),
		SERVER(a_hang_up_in_the_middle_of_a_frame_is_no_harm),
		SERVER(the_65th_client_is_sent_away),
		SERVER(the_blocking_client_signs_on_and_asks),
		SERVER(a_waiting_client_hears_the_end_of_its_move),
		SERVER(without_a_daemon_the_client_is_told_at_once),
		SERVER(a_daemon_that_does_not_answer_is_a_timeout),
		SERVER(a_peer_asks_whether_a_client_is_here),
		SERVER(messages_with_a_digest_are_never_handed_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
