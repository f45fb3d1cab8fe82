// SPDX-License-Identifier: MIT
/* One client of the API as a state machine: takes bytes and returns framed answers.  Knows the requests and which
 * client may send them.  Has no descriptor and no main loop, so tests and the fuzzer can call it with plain bytes.
 * doc/commands.md 4, 7. */
#ifndef HEARTBEAT_IPC_API_REQUESTS_H
#define HEARTBEAT_IPC_API_REQUESTS_H

#include "heartbeat/ipc/api_auth.h"
#include "heartbeat/ipc/api_server.h"
#include "heartbeat/ipc/frame.h"
#include "lib/mono.h"

enum {
	API_SIGNON_MAX = 4096, /* largest frame body before sign-on: an unknown client gets little memory */
	API_ANSWER_MAX = 32768,
};

/* A client that misbehaved, by what it did. */
enum api_fault {
	API_FAULT_FRAME,    /* head or NUL wrong, too long */
	API_FAULT_MESSAGE,  /* not a text message */
	API_FAULT_IDENTITY, /* wrong pid, dest or from_id; request before sign-on; second sign-on */
	API_FAULT_SLOW,     /* does not read */
	API_FAULT_FULL,     /* too many clients, or no sign-on in time */
	API_FAULTS,
};

/* What all clients share. */
struct api_hub {
	const struct api_config *config;
	struct api_auth *auth;
	struct api_session *sessions; /* list, newest first */
	uint8_t *arena;               /* CODEC_DATAGRAM_MAX, for decoding one request */
	uint8_t *answer;              /* two halves of API_ANSWER_MAX: fields, rendering */
	unsigned last_move;
	uint64_t faults[API_FAULTS];
	struct mono complaints_since; /* complaints are logged, a few a minute */
	unsigned complaints;
};
void api_hub_init(struct api_hub *hub, const struct api_config *config);
/* All sessions must have been ended. */
void api_hub_free(struct api_hub *hub);

struct api_session {
	struct api_hub *hub;
	struct api_session *next;
	struct api_peer peer;
	bool signed_on, casual;
	bool closing;     /* send what the socket accepts from out, then close; ignore input */
	char name[API_NAME_MAX + 1]; /* from_id */
	unsigned move_id; /* the move for which this client waits; 0: none */
	struct frame_buffer in, out;
};

/* Add the session to the hub.  The caller owns the memory and calls api_session_end, which removes the session. */
void api_session_begin(struct api_session *s, struct api_hub *hub, const struct api_peer *peer);
void api_session_end(struct api_session *s);
/* Bytes from the client.  Answers are appended to s->out; s->closing is set after a fault or sign-off. */
void api_session_take(struct api_session *s, struct bytes data);
/* Send the result of move id if this session waits for it. */
void api_session_move_done(struct api_session *s, unsigned id, bool ok, const char *text);
/* Append a cluster message if the client has a name and is signed on; otherwise do nothing. */
void api_session_notify(struct api_session *s, struct bytes message);
/* Count a fault, log it (a few a minute), and close. */
void api_session_fault(struct api_session *s, enum api_fault fault, const char *text);

#endif
