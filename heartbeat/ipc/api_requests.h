// SPDX-License-Identifier: MIT
/* The state machine of one client of the API: takes bytes and returns framed answers.  Knows all requests, and which
 * client may send them.  Has no descriptor and no main loop, so tests and the fuzzer can call it directly with bytes.
 * doc/commands.md 4, 7. */
#ifndef HEARTBEAT_IPC_API_REQUESTS_H
#define HEARTBEAT_IPC_API_REQUESTS_H

#include "heartbeat/ipc/api_auth.h"
#include "heartbeat/ipc/api_server.h"
#include "heartbeat/ipc/frame.h"
#include "lib/rate_limit.h"

enum {
	/* the largest frame body before the sign-on, so that an unknown client can use only little memory */
	API_SIGNON_MAX = 4096,
	API_ANSWER_MAX = 32768,
	API_DOUBT_MAX = 1024,
};

/* Bits of fmask, the mask of setfilter.  Bits 4 and 8 of Heartbeat 3.0.6 select "raw" messages, for debugging its
 * protocol; they are accepted and have no effect. */
enum api_filter {
	API_FILTER_CHANGES = 1, /* messages about changes, and messages between clients */
	API_FILTER_BEATS = 2,   /* heartbeats that report no change */
};

/* The faults of a client that breaks the rules of the API. */
enum api_fault {
	API_FAULT_FRAME,    /* wrong head, no NUL, or too long */
	API_FAULT_MESSAGE,  /* not a text message */
	API_FAULT_IDENTITY, /* wrong pid, dest or from_id; a request before the sign-on; a second sign-on */
	API_FAULT_SLOW,     /* the client does not read its answers */
	API_FAULT_FULL,     /* too many clients, or no sign-on in time */
	API_FAULTS,
};

/* The data that all clients share. */
struct api_hub {
	const struct api_config *config;
	struct api_auth *auth;
	struct api_session *sessions; /* the list of sessions, the newest first */
	uint8_t *arena;               /* CODEC_DATAGRAM_MAX, for decoding one request */
	/* CODEC_DATAGRAM_MAX, for a message of the cluster; a separate buffer, because such a message may arrive during
	 * a request */
	uint8_t *heard;
	uint8_t *answer;              /* two halves of API_ANSWER_MAX bytes: one for the fields, one for the text */
	unsigned last_request;
	unsigned long last_life; /* the last number given to a client with a name; the first one is 1 */
	uint64_t faults[API_FAULTS];
	struct rate_limit complaints; /* limits the log messages about clients */
};
void api_hub_init(struct api_hub *hub, const struct api_config *config);
/* Call this when the configuration in hub->config has changed. */
void api_hub_reconfigure(struct api_hub *hub);
/* Before this call all sessions must have ended. */
void api_hub_free(struct api_hub *hub);

struct api_session {
	struct api_hub *hub;
	struct api_session *next;
	struct api_peer peer;
	bool signed_on, casual, signed_off;
	bool closing;     /* send as much of out as the socket accepts, then close; ignore input */
	char name[API_NAME_MAX + 1]; /* from_id */
	unsigned long life;          /* client_gen: distinguishes this client from later clients of the same name */
	unsigned filter;             /* enum api_filter: which messages it receives */
	int signal;                  /* the signal that the client gets with each message; 0: none */
	unsigned waits_for;      /* this client waits for the end of the request with this number; 0: none */
	const char *waits_type; /* the reqtype of that request */
	struct frame_buffer in, out;
};

/* Add the session to the hub.  The caller owns the memory, and calls api_session_end to remove the session from the
 * hub. */
void api_session_begin(struct api_session *s, struct api_hub *hub, const struct api_peer *peer);
void api_session_end(struct api_session *s);
/* Process bytes from the client.  Appends answers to s->out; sets s->closing after a fault or a sign-off. */
void api_session_take(struct api_session *s, struct bytes data);
/* If this session waits for request id, send the result: one answer for each line of text. */
void api_session_request_done(struct api_session *s, unsigned id, bool ok, const char *text);
/* Append a message of the cluster to s->out if the client is signed on, wants messages of this kind, and to_id is empty
 * or its name.  Returns whether the message was appended. */
bool api_session_notify(struct api_session *s, enum api_filter kind, struct bytes to_id, struct bytes message);
/* Count a fault, log it (a few a minute at most), and close the session. */
void api_session_fault(struct api_session *s, enum api_fault fault, const char *text);

#endif
