// SPDX-License-Identifier: MIT
/* The client API's sessions, driven with bare bytes: sign-on, requests, moves. */
#include "tests/unit/heartbeat/api_session_lab.h"

#include <glib.h>

static void signs_on_with_the_parameters_of_the_cluster(void **state)
{
	struct fixture *r = *state;
	say(r, "t=hbapi-req\nreqtype=signon\n" HEAD "uid=0\ngid=0\n");
	assert_string_equal(heard(r),
		">>>\nt=hbapi-resp\nreqtype=signon\nresult=OK\ndeadtime=bb8\nkeepalive=1f4\nnode=cfa\n"
		"hbversion=3.0.6-test\npacemaker=false\nlogfacility=-1\n<<<\n");
	assert_true(r->session.signed_on && r->session.casual && !r->session.closing);
}

static void a_sign_on_with_a_foreign_pid_is_a_mismatch_and_closed(void **state)
{
	struct fixture *r = *state;
	say(r, "t=hbapi-req\nreqtype=signon\ndest=cfa\npid=4243\nfrom_id=4243\n");
	assert_string_equal(heard(r),
		">>>\nt=hbapi-resp\nreqtype=signon\ninfo=pid mismatch\nresult=badreq\ndeadtime=bb8\nkeepalive=1f4\nnode=cfa\n"
		"hbversion=3.0.6-test\npacemaker=false\nlogfacility=-1\n<<<\n");
	assert_true(r->session.closing && !r->session.signed_on);
	assert_int_equal(r->hub.faults[API_FAULT_IDENTITY], 1);
}

static void a_request_before_sign_on_is_refused_and_closed(void **state)
{
	struct fixture *r = *state;
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
	struct fixture *r = *state;
	sign_on(r);
	say(r, "t=hbapi-req\nreqtype=signon\n" HEAD);
	assert_non_null(strstr(heard(r), "info=duplicate add request\n"));
	assert_true(r->session.closing);
}

static void a_name_in_use_is_refused_on_another_connection(void **state)
{
	struct fixture *r = *state;
	struct api_session other;
	sign_on(r);
	api_session_begin(&other, &r->hub, &root);
	say_to(&other, "t=hbapi-req\nreqtype=signon\n" HEAD);
	assert_non_null(strstr(heard_from(r, &other), "info=duplicate add request\n"));
	assert_true(other.closing);
	api_session_end(&other);
	assert_false(r->session.closing);
}

static const char *refusal(struct fixture *r, struct api_peer peer, const char *name)
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
	struct fixture *r = *state;
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
	struct fixture *r = *state;
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
		struct fixture *r = *state;
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

static const char *const *doubts_played;

static bool play_doubt(void *context, size_t position, char *out, size_t cap)
{
	(void)context;
	for (size_t i = 0; i < position; i++)
		if (!doubts_played[i])
			return false;
	if (!doubts_played[position])
		return false;
	(void)snprintf(out, cap, "%s", doubts_played[position]);
	return true;
}

static void doubts_are_a_series_and_none_is_an_empty_one(void **state)
{
	static const char *const none[] = {NULL}, *const two[] = {"bcast eth1: gone", "disk full", NULL};
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=getdoubts\n", "reqtype=getdoubts\nresult=OK\n"); /* nobody knows any */
	r->lab.config.doubt = play_doubt;
	doubts_played = none;
	ask(r, "reqtype=getdoubts\n", "reqtype=getdoubts\nresult=OK\n");
	doubts_played = two;
	ask(r, "reqtype=getdoubts\n", "reqtype=getdoubts\ndoubt=bcast eth1: gone\nresult=ok/more\n");
	more(r, "reqtype=getdoubts\ndoubt=disk full\nresult=OK\n");
	assert_null(heard(r));
}

static void nodelist_is_a_series_that_ends_in_ok(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=nodelist\n", "reqtype=nodelist\nnode=cfa\nnodetype=normal\nst=active\nresult=ok/more\n");
	more(r, "reqtype=nodelist\nnode=cfb\nnodetype=normal\nst=dead\nresult=ok/more\n");
	more(r, "reqtype=nodelist\nnode=cfc\nnodetype=normal\nst=active\nresult=ok/more\n");
	more(r, "reqtype=nodelist\nnode=10.77.0.254\nnodetype=ping\nst=ping\nresult=OK\n");
	assert_null(heard(r));
}

static void questions_about_a_node_are_answered(void **state)
{
	struct fixture *r = *state;
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
	struct fixture *r = *state;
	sign_on(r);
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		char lines[128], expected[128];
		(void)snprintf(expected, sizeof expected, "reqtype=%s\nresult=badreq\ninfo=EINVAL\n", types[i]);
		(void)snprintf(lines, sizeof lines, "reqtype=%s\nnode=cfx\nifname=eth0\n", types[i]);
		ask(r, lines, expected);
		(void)snprintf(lines, sizeof lines, "reqtype=%s\nnode=\n", types[i]);
		ask(r, lines, expected);
	}
	assert_false(r->session.closing);
}

static void links_are_listed_and_asked_for(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=iflist\nnode=cfb\n", "reqtype=iflist\nifname=eth0\nst=up\nresult=ok/more\n");
	more(r, "reqtype=iflist\nifname=eth1\nst=dead\nresult=OK\n");
	ask(r, "reqtype=iflist\nnode=10.77.0.254\n", "reqtype=iflist\nresult=OK\n");
	ask(r, "reqtype=ifstatus\nnode=cfb\nifname=eth1\n", "reqtype=ifstatus\nst=dead\nresult=OK\n");
	ask(r, "reqtype=ifstatus\nnode=cfb\nifname=eth7\n", "reqtype=ifstatus\nresult=badreq\ninfo=EINVAL\n");
}

static void getparm_gives_the_value_or_ok_without_one(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=getparm\npname=deadtime\n", "reqtype=getparm\npvalue=3\nresult=OK\n");
	ask(r, "reqtype=getparm\npname=hbversion\n", "reqtype=getparm\npvalue=3.0.6-test\nresult=OK\n");
	ask(r, "reqtype=getparm\npname=watchdog\n", "reqtype=getparm\nresult=OK\n");
	ask(r, "reqtype=getparm\npname=nosuch\n", "reqtype=getparm\nresult=OK\n");
	ask(r, "reqtype=getparm\n", "reqtype=getparm\nresult=badreq\ninfo=EINVAL\n");
	ask(r, "reqtype=getparm\npname=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		"reqtype=getparm\nresult=OK\n");
}

static void a_group_is_reported_with_both_sides_and_the_reason(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=getgroups\n",
		"reqtype=getgroups\nkey=10.0.0.1\nhome=cfa\nstate=held\npeerstate=none\nepoch=7\nready=1\nwhy=\nresult=ok/more\n");
	more(r, "reqtype=getgroups\nkey=httpd\nhome=cfb\nstate=failed\npeerstate=?\nepoch=9\nready=1\nwhy=httpd: exit status 1\nresult=OK\n");
	r->lab.resources.count = 0;
	ask(r, "reqtype=getgroups\n", "reqtype=getgroups\nresult=OK\n");
}

/* Each answer as WHAT or WHAT:NAME, up to the one that says OK. */
static void all_of_status_comes_in_one_answer(void **state)
{
	struct fixture *r = *state;
	GString *all = g_string_new("");
	sign_on(r);
	say(r, "t=hbapi-req\n" HEAD "reqtype=getstatus\n");
	const char *answer;
	bool complete = false;
	while ((answer = heard(r))) {
		const char *what = strstr(answer, "what="), *name = strstr(answer, "\nname=");
		assert_false(complete);
		assert_non_null(what);
		g_string_append_printf(all, "%.*s", (int)strcspn(what + 5, "\n"), what + 5);
		if (name)
			g_string_append_printf(all, ":%.*s", (int)strcspn(name + 6, "\n"), name + 6);
		g_string_append_c(all, ' ');
		complete = strstr(answer, "\nresult=OK\n");
	}
	assert_true(complete);
	assert_string_equal(all->str, "daemon node:cfa link:eth0 link:eth1 node:cfb link:eth0 link:eth1 "
				      "node:cfc link:eth0 link:eth1 node:10.77.0.254 group group move ");
	g_string_free(all, TRUE);
}

static void the_decisions_come_with_what_was_known(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	static const char decision[] = "reqtype=getdecisions\nwhat=decision\ngroup=httpd\ntime=5\nfrom=none\nto=held\n"
				       "reason=why\npeer=away\nphase=active\npeer_status=dead\nproof=left\nproof_required=0\n"
				       "acked=0\nasked=0\nepoch=3\npeer_epoch=0\nhindrance=\nresult=";
	char expected[2][512];
	(void)snprintf(expected[0], sizeof expected[0], "%sok/more\n", decision);
	(void)snprintf(expected[1], sizeof expected[1], "%sOK\n", decision);
	ask(r, "reqtype=getdecisions\n", expected[0]);
	more(r, expected[1]);
}

static void an_unknown_request_is_badreq(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=bogus\n", "reqtype=bogus\nresult=badreq\n");
	assert_false(r->session.closing);
}

static void signoff_closes_without_an_answer(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	say(r, "t=hbapi-req\nreqtype=signoff\n" HEAD);
	assert_null(heard(r));
	assert_true(r->session.closing);
	assert_int_equal(r->hub.faults[API_FAULT_IDENTITY], 0);
}

/* --- moves -------------------------------------------------------------------------------------------------------- */

static void a_move_without_wait_is_answered_when_it_is_accepted(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=failback\nwait=0\n", "reqtype=move\ninfo=accepted\nresult=OK\n");
	assert_true(r->moved.calls == 1 && !r->moved.takeover && r->moved.half == HALF_FOREIGN && r->moved.id != 0);
	api_session_request_done(&r->session, r->moved.id, false, "late");
	assert_null(heard(r));
	ask(r, "reqtype=move\nkind=takeover\nrsc_hold=failback\n", "reqtype=move\ninfo=accepted\nresult=OK\n");
	assert_true(r->moved.calls == 2 && r->moved.takeover && r->moved.half == HALF_LOCAL);
}

static void a_move_with_wait_is_answered_at_its_end_and_only_by_its_number(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	say(r, "t=hbapi-req\nreqtype=move\n" HEAD "kind=takeover\nrsc_hold=all\nwait=1\n");
	assert_null(heard(r));
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=all\nwait=1\n",
		"reqtype=move\nresult=badreq\ninfo=this client still waits for the answer to an earlier request\n");
	api_session_request_done(&r->session, r->moved.id + 1, true, "another");
	api_session_request_done(&r->session, 0, true, "nobody's");
	assert_null(heard(r));
	api_session_request_done(&r->session, r->moved.id, true, "done");
	more(r, "reqtype=move\ninfo=done\nresult=OK\n");
	api_session_request_done(&r->session, r->moved.id, true, "again");
	assert_null(heard(r));
}

static void a_move_that_fails_reports_the_reason(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	say(r, "t=hbapi-req\nreqtype=move\n" HEAD "kind=standby\nrsc_hold=local\nwait=1\n");
	api_session_request_done(&r->session, r->moved.id, false, "No reply to standby request");
	more(r, "reqtype=move\ninfo=No reply to standby request\nresult=badreq\n");
	r->moved.refuse_at_once = true;
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=local\nwait=0\n",
		"reqtype=move\ninfo=Other side is in flux\nresult=badreq\n");
	assert_null(heard(r));
}

static unsigned reload_asked;

static void on_reload(void *context, unsigned id)
{
	(void)context;
	reload_asked = id;
}

static void a_reload_is_answered_at_its_end_line_by_line(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=reload\n", "reqtype=reload\nresult=badreq\ninfo=reading the files again is not available here\n");
	r->lab.config.reload = on_reload;
	say(r, "t=hbapi-req\nreqtype=reload\n" HEAD);
	assert_null(heard(r));
	assert_int_not_equal(reload_asked, 0);
	api_session_request_done(&r->session, reload_asked, false, "ha.cf:3: wrong\nthe configuration in use stays");
	more(r, "reqtype=reload\ninfo=ha.cf:3: wrong\nresult=ok/more\n");
	more(r, "reqtype=reload\ninfo=the configuration in use stays\nresult=badreq\n");
	r->session.peer.uid = 11;
	ask(r, "reqtype=reload\n", "reqtype=reload\nresult=badreq\ninfo=only root may do that\n");
}

static unsigned confirm_asked;
static size_t confirmed = SIZE_MAX;

static void on_confirm(void *context, size_t node, unsigned id)
{
	(void)context;
	confirmed = node;
	confirm_asked = id;
}

static void a_confirmation_needs_root_and_a_node_of_ha_cf(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=confirm\nnode=cfb\n",
		"reqtype=confirm\nresult=badreq\ninfo=confirming is not available here\n");
	r->lab.config.confirm = on_confirm;
	ask(r, "reqtype=confirm\nnode=nobody\n",
		"reqtype=confirm\nresult=badreq\ninfo=no node of ha.cf has this name\n");
	ask(r, "reqtype=confirm\n", "reqtype=confirm\nresult=badreq\ninfo=no node of ha.cf has this name\n");
	assert_int_equal(confirmed, SIZE_MAX);
	say(r, "t=hbapi-req\nreqtype=confirm\nnode=cfb\n" HEAD);
	assert_null(heard(r));
	assert_int_equal(confirmed, 1);
	api_session_request_done(&r->session, confirm_asked, true, "cfb counts as off");
	more(r, "reqtype=confirm\ninfo=cfb counts as off\nresult=OK\n");
	r->session.peer.uid = 11;
	ask(r, "reqtype=confirm\nnode=cfb\n", "reqtype=confirm\nresult=badreq\ninfo=only root may do that\n");
}

static char cleaned[64];

static bool on_cleanup(void *context, const char *key, char *text, size_t cap)
{
	(void)context;
	(void)snprintf(cleaned, sizeof cleaned, "%s", key ? key : "(all)");
	(void)snprintf(text, cap, "%s", key && strcmp(key, "httpd") != 0 ? "no such group" : "forgotten");
	return !key || strcmp(key, "httpd") == 0;
}

static void a_cleanup_needs_root_and_a_group_or_none(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=cleanup\n", "reqtype=cleanup\nresult=badreq\ninfo=cleaning is not available here\n");
	r->lab.config.cleanup = on_cleanup;
	ask(r, "reqtype=cleanup\ngroup=nobody\n", "reqtype=cleanup\nresult=badreq\ninfo=no such group\n");
	ask(r, "reqtype=cleanup\ngroup=httpd\n", "reqtype=cleanup\ninfo=forgotten\nresult=OK\n");
	assert_string_equal(cleaned, "httpd");
	ask(r, "reqtype=cleanup\n", "reqtype=cleanup\ninfo=forgotten\nresult=OK\n");
	assert_string_equal(cleaned, "(all)");
	cleaned[0] = '\0';
	r->session.peer.uid = 11;
	ask(r, "reqtype=cleanup\n", "reqtype=cleanup\nresult=badreq\ninfo=only root may do that\n");
	assert_string_equal(cleaned, "");
}

/* One that was asked, one that does not run here. */
static bool on_watch(void *context, size_t position, struct watch_view *out)
{
	static const struct monitor_conf conf = {
		.interval = {10000000000}, .within = {600000000000}, .restarts = 3, .on_fail = MONITOR_ON_FAIL_MOVE};
	static struct watch watches[2];
	(void)context;
	for (size_t i = 0; i < 2; i++)
		watch_init(&watches[i], &conf);
	watch_begin(&watches[0], mono_now());
	(void)watch_judge(&watches[0], mono_now(), WATCH_SILENT);
	*out = (struct watch_view){"10.0.0.1", position == 0 ? "httpd" : "db", &watches[position & 1], position == 1};
	return position < 2;
}

static void each_watched_resource_has_a_frame_of_the_status(void **state)
{
	struct fixture *r = *state;
	static const char constant[] = "recent=0\nallowed=3\nwithin_ms=600000\ninterval_ms=10000\non_fail=move\n";
	char text[512];
	r->lab.config.watch = on_watch;
	sign_on(r);
	say(r, "t=hbapi-req\n" HEAD "reqtype=getstatus\n");
	const char *answer = heard(r);
	while (answer && !strstr(answer, "what=monitor"))
		answer = heard(r);
	assert_non_null(answer);
	assert_non_null(strstr(answer, "group=10.0.0.1\nresource=httpd\nanswer=silent\nanswered_ms="));
	(void)snprintf(text, sizeof text, "failures=1\nrestarts=0\n%shalted=0\nresult=ok/more\n", constant);
	assert_non_null(strstr(answer, text));
	(void)snprintf(text, sizeof text,
		"reqtype=getstatus\nwhat=monitor\ngroup=10.0.0.1\nresource=db\nanswer=\nfailures=0\nrestarts=0\n%s"
		"halted=1\nresult=ok/more\n", constant);
	more(r, text);
}

static void a_move_needs_root_and_valid_values(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=move\nkind=dance\nrsc_hold=all\n",
		"reqtype=move\nresult=badreq\ninfo=kind is neither standby nor takeover\n");
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=none\n",
		"reqtype=move\nresult=badreq\ninfo=rsc_hold is none of all, local, foreign, failback\n");
	ask(r, "reqtype=move\nkind=standby\n",
		"reqtype=move\nresult=badreq\ninfo=rsc_hold is none of all, local, foreign, failback\n");
	r->session.peer.uid = 11;
	ask(r, "reqtype=move\nkind=standby\nrsc_hold=all\n",
		"reqtype=move\nresult=badreq\ninfo=only root may do that\n");
	assert_int_equal(r->moved.calls, 0);
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

static void bad_frames_and_bad_messages_close_and_are_counted(void **state)
{
	static const char *const bodies[] = {
		"", "hello", "###\n5:(0)a=,%%%\n", ">>>\nno sign\n<<<\n", ">>>\nt=a\nt=b\n<<<\n"};
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		struct fixture *r = *state;
		struct frame_buffer out = {0};
		assert_true(frame_put(&out, bytes_of(bodies[i])));
		api_session_take(&r->session, frame_buffer_waiting(&out));
		frame_buffer_free(&out);
		assert_true(r->session.closing);
		assert_int_equal(r->hub.faults[API_FAULT_MESSAGE], 1);
		tear_down(state);
		set_up(state);
	}
	struct fixture *r = *state;
	static const uint32_t head[2] = {API_SIGNON_MAX + 1, FRAME_MAGIC};
	api_session_take(&r->session, (struct bytes){(const uint8_t *)head, sizeof head});
	assert_true(r->session.closing);
	assert_int_equal(r->hub.faults[API_FAULT_FRAME], 1);
}

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
		SESSION(doubts_are_a_series_and_none_is_an_empty_one),
		SESSION(nodelist_is_a_series_that_ends_in_ok),
		SESSION(questions_about_a_node_are_answered),
		SESSION(an_unknown_node_is_einval),
		SESSION(links_are_listed_and_asked_for),
		SESSION(getparm_gives_the_value_or_ok_without_one),
		SESSION(a_group_is_reported_with_both_sides_and_the_reason),
		SESSION(all_of_status_comes_in_one_answer),
		SESSION(the_decisions_come_with_what_was_known),
		SESSION(an_unknown_request_is_badreq),
		SESSION(signoff_closes_without_an_answer),
		SESSION(a_move_without_wait_is_answered_when_it_is_accepted),
		SESSION(a_move_with_wait_is_answered_at_its_end_and_only_by_its_number),
		SESSION(a_move_that_fails_reports_the_reason),
		SESSION(a_reload_is_answered_at_its_end_line_by_line),
		SESSION(a_confirmation_needs_root_and_a_node_of_ha_cf),
		SESSION(a_cleanup_needs_root_and_a_group_or_none),
		SESSION(each_watched_resource_has_a_frame_of_the_status),
		SESSION(a_move_needs_root_and_valid_values),
		SESSION(bad_frames_and_bad_messages_close_and_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
