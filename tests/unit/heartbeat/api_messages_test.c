// SPDX-License-Identifier: MIT
/* What clients send to the cluster and receive from it: messages between clients, who is on-line, filters, slow
 * readers. */
#include "tests/unit/heartbeat/api_session_lab.h"

static void named(struct fixture *r, struct api_session *s, const char *name)
{
	char lines[128];
	api_session_begin(s, &r->hub, &root);
	(void)snprintf(lines, sizeof lines, "t=hbapi-req\nreqtype=signon\ndest=cfa\npid=4242\nfrom_id=%s\n", name);
	say_to(s, lines);
	assert_non_null(strstr(heard_from(r, s), "result=OK\n"));
}

static unsigned handed;

static void on_handed(struct api_session *s)
{
	(void)s;
	handed++;
}

static void deliver(struct fixture *r, enum api_filter kind, const char *lines)
{
	char text[512];
	(void)snprintf(text, sizeof text, ">>>\n%s<<<\n", lines);
	handed = 0;
	request_deliver(&r->hub, kind, bytes_of(text), on_handed);
}

static void a_client_with_a_name_is_announced_when_it_comes_and_goes(void **state)
{
	struct fixture *r = *state;
	struct api_session web;
	sign_on(r);
	assert_int_equal(r->moved.sent, 0); /* a casual one is not */
	named(r, &web, "web");
	assert_string_equal(
		r->moved.message, "t=hbapi-clstat st=join from_id=web to_id=web info=signon client_gen=1");
	say_to(&web, "t=hbapi-req\nreqtype=signoff\ndest=cfa\npid=4242\nfrom_id=web\n");
	api_session_end(&web);
	assert_string_equal(
		r->moved.message, "t=hbapi-clstat st=leave from_id=web to_id=web info=signoff client_gen=1");
	named(r, &web, "web");
	assert_non_null(strstr(r->moved.message, "client_gen=2"));
	api_session_end(&web);
	assert_string_equal(r->moved.message, "t=hbapi-clstat st=leave from_id=web to_id=web info=EOF client_gen=2");
}

static void a_client_sends_in_its_own_name_and_all_other_fields_stay(void **state)
{
	struct fixture *r = *state;
	struct api_session web;
	named(r, &web, "web");
	say_to(&web, "t=ping\nfrom_id=root\nto_id=other\nauth=1 abc\noseq=7\nclient_gen=9\n");
	assert_string_equal(r->moved.message, "t=ping from_id=web to_id=web oseq=7 client_gen=1");
	say_to(&web, "t=ping\nnum=1\n");
	assert_string_equal(r->moved.message, "t=ping num=1 from_id=web to_id=web client_gen=1");
	api_session_end(&web);
}

/* The library would take an answer as the one to its next request. */
static void what_a_client_may_not_send_is_dropped_without_an_answer(void **state)
{
	struct fixture *r = *state;
	struct api_session web;
	sign_on(r);
	named(r, &web, "web");
	r->moved.sent = 0;
	say_to(&web, "t=status\nst=dead\n");
	say_to(&web, "t=NS_rexmit\nfirstseq=1\n");
	say_to(&web, "t=respond-cstatus\ncn=web\ncs=online\n");
	say(r, "t=ping\n"); /* a casual client */
	assert_int_equal(r->moved.sent, 0);
	assert_null(heard_from(r, &web));
	assert_null(heard(r));
	assert_false(web.closing || r->session.closing);
	say_to(&web, "t=query-cstatus\ncn=web\n");
	assert_int_equal(r->moved.sent, 1);
	api_session_end(&web);
}

static void messages_reach_the_client_that_to_id_names_or_all(void **state)
{
	struct fixture *r = *state;
	struct api_session web;
	sign_on(r);
	named(r, &web, "web");
	deliver(r, API_FILTER_CHANGES, "t=status\nst=active\n");
	assert_int_equal(handed, 2);
	assert_string_equal(heard_from(r, &web), ">>>\nt=status\nst=active\n<<<\n");
	assert_string_equal(heard(r), ">>>\nt=status\nst=active\n<<<\n");
	deliver(r, API_FILTER_CHANGES, "t=ping\nto_id=web\n");
	assert_int_equal(handed, 1);
	assert_string_equal(heard_from(r, &web), ">>>\nt=ping\nto_id=web\n<<<\n");
	deliver(r, API_FILTER_CHANGES, "t=ping\nto_id=ipfail\n");
	deliver(r, API_FILTER_CHANGES, "t=hbapi-clstat\nst=join\nto_id=web\nsrc=cfa\n"); /* its own */
	assert_int_equal(handed, 0);
	deliver(r, API_FILTER_CHANGES, "t=hbapi-clstat\nst=join\nto_id=web\nsrc=cfc\n");
	assert_int_equal(handed, 1);
	api_session_end(&web);
}

static void a_filter_chooses_the_kind_of_messages(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	deliver(r, API_FILTER_BEATS, "t=status\n");
	assert_int_equal(handed, 0);
	ask(r, "reqtype=setfilter\nfmask=2\n", "reqtype=setfilter\nresult=OK\n");
	deliver(r, API_FILTER_BEATS, "t=status\n");
	assert_int_equal(handed, 1);
	assert_non_null(heard(r));
	deliver(r, API_FILTER_CHANGES, "t=status\n");
	assert_int_equal(handed, 0);
	ask(r, "reqtype=setfilter\nfmask=f\n", "reqtype=setfilter\nresult=OK\n");
	ask(r, "reqtype=setfilter\nfmask=0\n", "reqtype=setfilter\nresult=badreq\ninfo=EINVAL\n");
	ask(r, "reqtype=setfilter\nfmask=x\n", "reqtype=setfilter\nresult=badreq\ninfo=EINVAL\n");
	ask(r, "reqtype=setfilter\n", "reqtype=setfilter\nresult=badreq\ninfo=EINVAL\n");
	assert_int_equal(r->session.filter, 0xf);
}

static void a_signal_is_kept_and_a_queue_length_has_no_answer(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=setsignal\nsignal=10\n", "reqtype=setsignal\nresult=OK\n");
	assert_int_equal(r->session.signal, 10);
	ask(r, "reqtype=setsignal\nsignal=99\n", "reqtype=setsignal\nresult=badreq\ninfo=EINVAL\n");
	ask(r, "reqtype=setsignal\nsignal=x\n", "reqtype=setsignal\nresult=badreq\n");
	assert_int_equal(r->session.signal, 10);
	say(r, "t=hbapi-req\n" HEAD "reqtype=set_sendqlen\nsendqlen=100\n");
	assert_null(heard(r));
	assert_false(r->session.closing);
}

static void a_client_is_online_here_and_another_node_is_asked(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=clientstatus\nnode=cfa\ncn=4242\n",
		"reqtype=clientstatus\nsubt=respond-cstatus\ncs=online\nresult=OK\n");
	ask(r, "reqtype=clientstatus\nnode=cfa\ncn=ipfail\n",
		"reqtype=clientstatus\nsubt=respond-cstatus\ncs=offline\nresult=OK\n");
	ask(r, "reqtype=clientstatus\nnode=cfb\ncn=4242\n",
		"reqtype=clientstatus\nsubt=respond-cstatus\ncs=offline\nresult=OK\n");
	ask(r, "reqtype=clientstatus\nnode=cfx\ncn=4242\n", "reqtype=clientstatus\nresult=badreq\ninfo=EINVAL\n");
	ask(r, "reqtype=clientstatus\nnode=cfc\n", "reqtype=clientstatus\nresult=badreq\ninfo=EINVAL\n");
	assert_int_equal(r->moved.sent, 0);
	say(r, "t=hbapi-req\n" HEAD "reqtype=clientstatus\nnode=CFC\ncn=ipfail\n");
	assert_null(heard(r)); /* the answer comes as a message */
	assert_string_equal(r->moved.message, "t=query-cstatus dest=cfc cn=ipfail from_id=4242");
	deliver(r, API_FILTER_CHANGES, "t=respond-cstatus\nsrc=cfc\nto_id=4242\ncs=online\n");
	assert_non_null(strstr(heard(r), "cs=online"));
}

static void a_question_of_a_node_about_our_clients_is_answered(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	deliver(r, API_FILTER_CHANGES, "t=query-cstatus\nsrc=cfc\ndest=cfa\ncn=ipfail\nfrom_id=web\n");
	assert_string_equal(r->moved.message, "t=respond-cstatus dest=cfc result=OK cn=ipfail to_id=web cs=offline");
	deliver(r, API_FILTER_CHANGES, "t=query-cstatus\nsrc=cfc\ncn=4242\nfrom_id=web\n"); /* to all nodes */
	assert_string_equal(r->moved.message, "t=respond-cstatus dest=cfc result=OK cn=4242 to_id=web cs=online");
	assert_null(heard(r));
}

static void uuids_and_names_of_nodes_lead_to_each_other(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	ask(r, "reqtype=getuuid\nqueryname=cfa\n",
		"reqtype=getuuid\n(1)queryuuid=MDEyMzQ1Njc4OWFiY2RlZg==\nresult=OK\n");
	ask(r, "reqtype=getuuid\nqueryname=cfb\n", "reqtype=getuuid\nresult=OK\n"); /* never heard */
	ask(r, "reqtype=getuuid\n", "reqtype=getuuid\nresult=badreq\ninfo=no query node name found\n");
	ask(r, "reqtype=getnodename\n(1)queryuuid=MDEyMzQ1Njc4OWFiY2RlZg==\n",
		"reqtype=getnodename\nqueryname=cfa\nresult=OK\n");
	ask(r, "reqtype=getnodename\n(1)queryuuid=AAAAAAAAAAAAAAAAAAAAAA==\n", "reqtype=getnodename\nresult=OK\n");
	ask(r, "reqtype=getnodename\nqueryuuid=x\n",
		"reqtype=getnodename\nresult=badreq\ninfo=no query node name found\n");
}

static void a_client_that_does_not_read_is_closed(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	for (int i = 0; i < 100000 && !r->session.closing; i++)
		say(r, "t=hbapi-req\nreqtype=nodelist\n" HEAD);
	assert_true(r->session.closing);
	assert_int_equal(r->hub.faults[API_FAULT_SLOW], 1);
	assert_true(frame_buffer_waiting(&r->session.out).len <= FRAME_QUEUE_MAX);
}

static void a_client_that_does_not_read_its_messages_is_closed(void **state)
{
	struct fixture *r = *state;
	sign_on(r);
	for (int i = 0; i < 100000 && !r->session.closing; i++)
		deliver(r, API_FILTER_CHANGES, "t=status\nst=active\n");
	assert_true(r->session.closing);
	assert_int_equal(r->hub.faults[API_FAULT_SLOW], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SESSION(a_client_with_a_name_is_announced_when_it_comes_and_goes),
		SESSION(a_client_sends_in_its_own_name_and_all_other_fields_stay),
		SESSION(what_a_client_may_not_send_is_dropped_without_an_answer),
		SESSION(messages_reach_the_client_that_to_id_names_or_all),
		SESSION(a_filter_chooses_the_kind_of_messages),
		SESSION(a_signal_is_kept_and_a_queue_length_has_no_answer),
		SESSION(a_client_is_online_here_and_another_node_is_asked),
		SESSION(a_question_of_a_node_about_our_clients_is_answered),
		SESSION(uuids_and_names_of_nodes_lead_to_each_other),
		SESSION(a_client_that_does_not_read_is_closed),
		SESSION(a_client_that_does_not_read_its_messages_is_closed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
