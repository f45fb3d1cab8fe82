// SPDX-License-Identifier: MIT
/* Media: broadcast, multicast, unicast and ping for IPv4 and IPv6, serial lines, behind one table of functions.
 * Moves datagrams; looks only at the first four bytes of each.  Runs on the GLib main context of the thread.
 * Sockets are read at G_PRIORITY_HIGH, under a flood at G_PRIORITY_DEFAULT: timers must not have a lower priority.
 * doc/protocol.md 8 and 9; doc/configuration.md 6. */
#ifndef HEARTBEAT_MEDIA_MEDIA_H
#define HEARTBEAT_MEDIA_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heartbeat/conf/ha_cf.h"
#include "heartbeat/media/media_address.h"
#include "lib/bytes.h"
#include "lib/diag.h"
#include "lib/names.h"

/* Where a datagram came from. */
struct media_source {
	struct media_address from; /* empty: the medium has no addresses */
	unsigned ifindex;          /* 0 unknown */
};

struct media_handlers {
	/* medium: index as given to media_open.  Ping media: data is the echoed payload.  data is valid during the
	 * call.  data starts like a message ("###\n" or ">>>\n"); other datagrams were dropped and counted.  Media that
	 * listen at the same interface and port share a socket: a broadcast is reported for the first bcast line, a
	 * datagram to this host for the ucast line of its sender, else for the first ucast line.  The handler may send
	 * and ping; it must not call media_close. */
	void (*received)(void *context, size_t medium, struct bytes data, const struct media_source *source);
	void *context;
};

struct media;
struct interfaces;

struct media_config {
	/* Borrowed until media_close.  The main loop reads it; media reads it when a packet cannot be sent. */
	struct interfaces *interfaces;
	/* The directory of the locks of serial lines (lib/uucp_lock.h); NULL: none are taken. */
	const char *locks;
	uint16_t ping_id; /* ICMP identifier: low 16 bits of the pid */
	/* Host names (lib/names.h): the file of their last good addresses, NULL: none; what the process that resolves
	 * them calls first, may be NULL; the resolver, NULL: that of the system. */
	const char *names;
	void (*own_process)(void);
	names_resolver *resolve;
	struct media_handlers handlers;
};

/* A host of a line of ha.cf. */
struct media_host {
	enum medium_kind kind;
	const char *host;
	bool is_address; /* otherwise a name, which is resolved to this family, as in lib/names.h */
	int family;
	unsigned line, column;
};

/* By position; false: the line has not so many. */
bool media_host_at(const struct medium_conf *conf, size_t position, struct media_host *out);

/* Open the media of the configuration: all that work.  conf, and all that it points to, is borrowed until media_close
 * or media_commit.
 * One medium that carries messages (not a ping) is enough.  The others are tried again after each change of the
 * interfaces and by a timer, and each gets a warning with its ha.cf line ("bcast eth9: no such interface; ...").
 * Returns NULL, with an error for each medium, when none of them can be opened, or when a kind is not built in.
 * Never waits for the resolver: a medium without a known address of its peer receives at once, and sends when the
 * address is known.
 * Logs "UDP Broadcast heartbeat started on port 694 (694) interface eth0" and similar lines when a medium works
 * (doc/commands.md 5.1.35).
 * At run time an interface may lose its link or address, or be deleted: sending continues as soon as it is back. */
struct media *media_open(
	const struct medium_conf *conf, size_t count, const struct media_config *config, struct diags *diags);
void media_close(struct media *m);

/* A reload in place: one change at a time, and not from inside the received handler.
 * Open the new media of conf; the media in use keep working.  A medium with a line of the same meaning keeps its
 * sockets, counters and failures.  diags: as for media_open.  Returns NULL when the new configuration would leave no
 * medium that carries messages at once, or names a kind that is not built in.
 * conf is borrowed until the change is abandoned; after media_commit as that of media_open is. */
struct media_change;
struct media_change *media_prepare(
	struct media *m, const struct medium_conf *conf, size_t count, struct diags *diags);
/* Use the new configuration from now on: indices are those of its conf.  Closes the rest; the old conf is no longer
 * needed. */
void media_commit(struct media_change *change);
/* Close what is new. */
void media_abandon(struct media_change *change);

/* The interfaces may have changed: try the media that are not open.  Cheap when nothing has changed. */
void media_retry(struct media *m);

/* One message for the other node. */
struct media_message {
	struct bytes datagram;
	struct bytes text; /* the same in text framing; empty: media that carry text framing get nothing */
	bool is_status;    /* the next status makes this one useless */
};
/* Hand one message to every medium except ping media.  Never blocks: a packet that the kernel does not take at once is
 * dropped and counted.  A failure is logged once when it starts (with errno text, doc/commands.md 5.1.33) and once when
 * it ends.  False: no medium took it. */
bool media_send(struct media *m, const struct media_message *message);
/* Send one echo request on a ping medium (to every member of a group, last configured first, same sequence number). */
void media_ping(struct media *m, size_t medium, struct bytes payload);
/* What does not work at present: text number position, for people, without newline, cut at cap.  False: there are not
 * so many.  "bcast eth1: no such interface; there are: eth0, lo; tried again until it works". */
bool media_doubt(const struct media *m, size_t position, char *out, size_t cap);
/* Read what has already arrived on all media, at most 64 batches a socket.  The caller does this before it decides that
 * a peer is late.  Inside a received handler it does nothing: the socket is being read already. */
void media_drain(struct media *m);

/* Does the medium lead to this machine itself?  Its ucast line has an address of this machine, so nothing is sent.  The
 * answer is that of the last media_send, and follows the addresses of the machine. */
bool media_to_self(const struct media *m, size_t medium);

/* A ping_group's request counts once, however many members it goes to; bytes are payload. */
struct media_counters {
	uint64_t received, sent, send_failed, bytes_in, bytes_out;
	uint64_t rejected; /* did not start like a message */
};
void media_counters(const struct media *m, size_t medium, struct media_counters *out);

#endif
