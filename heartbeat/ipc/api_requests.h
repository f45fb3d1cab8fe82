// SPDX-License-Identifier: MIT
/* One client of the API as a state machine: takes bytes and returns framed answers.  Knows the requests and which
 * client may send them.  Has no descriptor and no main loop, so tests and the fuzzer can call it with plain bytes.
 * doc/commands.md 4, 7. */
#ifndef HEARTBEAT_IPC_API_REQUESTS_H
#define HEARTBEAT_IPC_API_REQUESTS_H

#include "heartbeat/ipc/api_auth.h"
#include "heartbeat/ipc/api_server.h"
#include "heartbeat/ipc/frame.h"
#include "lib/rate_limit.h"

enum {
	API_SIGNON_MAX = 4096, /* largest frame body before sign-on: an unknown client gets little memory */
	API_ANSWER_MAX = 32768,
	API_DOUBT_MAX = 1024,
};

/* Bits of fmask, the mask of setfilter.  "Raw" messages, bits 4 and 8 of the reference, are for debugging its
 * protocol; they are accepted and add nothing. */
enum api_filter {
	API_FILTER_CHANGES = 1, /* what has changed, and messages between clients */
	API_FILTER_BEATS = 2,   /* heartbeats that report no change */
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
	uint8_t *heard;               /* as much, for a message of the cluster: it comes during a request, too */
	uint8_t *answer;              /* two halves of API_ANSWER_MAX: fields, rendering */
	unsigned last_request;
	unsigned long last_life; /* of the clients with a name, counted from 1 */
	uint64_t faults[API_FAULTS];
	struct rate_limit complaints; /* about clients, in the log */
};
void api_hub_init(struct api_hub *hub, const struct api_config *config);
/* The configuration of the hub's config has changed. */
void api_hub_reconfigure(struct api_hub *hub);
/* All sessions must have been ended. */
void api_hub_free(struct api_hub *hub);

struct api_session {
	struct api_hub *hub;
	struct api_session *next;
	struct api_peer peer;
	bool signed_on, casual, signed_off;
	bool closing;     /* send what the socket accepts from out, then close; ignore input */
	char name[API_NAME_MAX + 1]; /* from_id */
	unsigned long life;          /* client_gen: tells one client of a name from the next one */
	unsigned filter;             /* enum api_filter: which messages it receives */
	int signal;                  /* it is sent with each message; 0: none */
	unsigned waits_for;      /* this client waits for the end of the request with this number; 0: none */
	const char *waits_type; /* its reqtype */
	struct frame_buffer in, out;
};

/* Add the session to the hub.  The caller owns the memory and calls api_session_end, which removes the session. */
void api_session_begin(struct api_session *s, struct api_hub *hub, const struct api_peer *peer);
void api_session_end(struct api_session *s);
/* Bytes from the client.  Answers are appended to s->out; s->closing is set after a fault or sign-off. */
void api_session_take(struct api_session *s, struct bytes data);
/* Send the result of request id if this session waits for it: one answer for each line of text. */
void api_session_request_done(struct api_session *s, unsigned id, bool ok, const char *text);
/* Append a cluster message if the client is signed on, wants this kind, and to_id is its name or empty.  Returns
 * whether that was done. */
bool api_session_notify(struct api_session *s, enum api_filter kind, struct bytes to_id, struct bytes message);
/* Count a fault, log it (a few a minute), and close. */
void api_session_fault(struct api_session *s, enum api_fault fault, const char *text);

#endif
