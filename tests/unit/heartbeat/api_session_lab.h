// SPDX-License-Identifier: MIT
/* One session of the client API, driven with bare bytes.  Included once a program. */
#ifndef TESTS_UNIT_API_SESSION_LAB_H
#define TESTS_UNIT_API_SESSION_LAB_H

#include "tests/unit/heartbeat/api_lab.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "heartbeat/ipc/api_requests.h"
#include "heartbeat/ipc/api_requests_private.h"

enum { PID = 4242 };

struct moved {
	unsigned calls, id;
	bool takeover, refuse_at_once;
	enum half half;
	unsigned sent; /* messages to the cluster */
	char message[512];
};

struct fixture {
	struct lab lab;
	struct api_hub hub;
	struct api_session session;
	struct moved moved;
	struct frame_buffer heard; /* answers of the session */
};

static inline void on_move(void *context, bool takeover, enum half half, unsigned id)
{
	struct fixture *r = context;
	r->moved.calls++;
	r->moved.takeover = takeover;
	r->moved.half = half;
	r->moved.id = id;
	if (r->moved.refuse_at_once)
		api_session_request_done(&r->session, id, false, "Other side is in flux");
}

/* Keeps the message as "name=value " words. */
static inline void on_client_message(void *context, const struct message *m)
{
	struct fixture *r = context;
	struct writer w = writer_over(r->moved.message, sizeof r->moved.message - 1);
	r->moved.sent++;
	for (size_t i = 0; i < m->count; i++)
		writer_format(&w, "%s%.*s=%.*s", i ? " " : "", (int)m->fields[i].name.len, (const char *)m->fields[i].name.at,
			(int)m->fields[i].value.len, (const char *)m->fields[i].value.at);
	assert_false(w.overflowed);
	r->moved.message[w.len] = '\0';
}

static const struct api_peer root = {.pid = PID, .uid = 0, .gid = 0};

static inline int set_up(void **state)
{
	struct fixture *r = calloc(1, sizeof *r);
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

static inline int tear_down(void **state)
{
	struct fixture *r = *state;
	api_session_end(&r->session);
	assert_null(r->hub.sessions);
	api_hub_free(&r->hub);
	frame_buffer_free(&r->heard);
	lab_end(&r->lab);
	free(r);
	return 0;
}

/* The fields as "name=value" lines, framed. */
static inline void say_to(struct api_session *s, const char *lines)
{
	char text[4096];
	struct frame_buffer out = {0};
	(void)snprintf(text, sizeof text, ">>>\n%s<<<\n", lines);
	assert_true(frame_put(&out, bytes_of(text)));
	api_session_take(s, frame_buffer_waiting(&out));
	frame_buffer_free(&out);
}

static inline void say(struct fixture *r, const char *lines)
{
	say_to(&r->session, lines);
}

/* Next answer, as the text of its body; NULL when there is none.  Lives until the next call. */
static inline const char *heard_from(struct fixture *r, struct api_session *s)
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

static inline const char *heard(struct fixture *r)
{
	return heard_from(r, &r->session);
}

#define HEAD "dest=cfa\npid=4242\nfrom_id=4242\n"

static inline void sign_on(struct fixture *r)
{
	say(r, "t=hbapi-req\nreqtype=signon\n" HEAD "uid=0\ngid=0\n");
	assert_non_null(heard(r));
	assert_true(r->session.signed_on);
}

static inline void ask(struct fixture *r, const char *lines, const char *expected)
{
	char text[1024], framed[1024];
	(void)snprintf(text, sizeof text, "t=hbapi-req\n" HEAD "%s", lines);
	say(r, text);
	(void)snprintf(framed, sizeof framed, ">>>\nt=hbapi-resp\n%s<<<\n", expected);
	const char *answer = heard(r);
	assert_non_null(answer);
	assert_string_equal(answer, framed);
}

static inline void more(struct fixture *r, const char *expected)
{
	char framed[1024];
	(void)snprintf(framed, sizeof framed, ">>>\nt=hbapi-resp\n%s<<<\n", expected);
	const char *answer = heard(r);
	assert_non_null(answer);
	assert_string_equal(answer, framed);
}

#define SESSION(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
