// SPDX-License-Identifier: MIT
/* Sends and receives datagrams over all media: broadcast, multicast, unicast and ping for IPv4 and IPv6, and serial
 * lines.  Each kind is a table of functions.
 * Looks only at the first four bytes of a datagram.  Runs on the GLib main context of the thread.
 * Sockets are read at G_PRIORITY_HIGH, and under a flood at G_PRIORITY_DEFAULT, so timers must not have a lower
 * priority.
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

/* The origin of a datagram. */
struct media_source {
	struct media_address from; /* empty: the medium has no addresses */
	unsigned ifindex;          /* 0 unknown */
};

struct media_handlers {
	/* Called for each message.  medium: its index in the array that media_open got.  data is valid during the call
	 * and starts like a message ("###\n" or ">>>\n"); other datagrams are dropped and counted.  For a ping medium
	 * data is the payload of the echo reply.
	 * Media that listen at the same interface and port share a socket.  A broadcast is then reported for the first
	 * bcast line; a datagram to this host is reported for the ucast line of its sender, or else for the first ucast
	 * line.  The handler may send and ping; it must not call media_close. */
	void (*received)(void *context, size_t medium, struct bytes data, const struct media_source *source);
	void *context;
};

struct media;
struct interfaces;

struct media_config {
	/* Must stay valid until media_close.  The main loop reads the changes of the interfaces; this module reads them
	 * only when a packet cannot be sent. */
	struct interfaces *interfaces;
	/* The directory of the locks of serial lines (lib/uucp_lock.h); NULL: no locks. */
	const char *locks;
	uint16_t ping_id; /* ICMP identifier: low 16 bits of the pid */
	/* For the resolution of host names (lib/names.h).  names: the file of the last good addresses; NULL: none.
	 * own_process: the function that the resolving process calls first; may be NULL.  resolve: the resolver; NULL:
	 * that of the system. */
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
 * At run time an interface may lose its link or its address, or be deleted: sending continues as soon as they are
 * back. */
struct media *media_open(
	const struct medium_conf *conf, size_t count, const struct media_config *config, struct diags *diags);
void media_close(struct media *m);

/* A reload without a restart.  Only one change may be prepared at a time.  Do not call these functions from inside the
 * received handler.
 * Open the new media of conf; the media in use keep working.  A medium whose line has the same meaning as before keeps
 * its sockets, counters and failures.  diags: as for media_open.  Returns NULL when the new configuration would have no
 * medium that carries messages at once, or names a kind that is not built in.
 * conf must stay valid until media_abandon; after media_commit, until media_close or the next media_commit. */
struct media_change;
struct media_change *media_prepare(
	struct media *m, const struct medium_conf *conf, size_t count, struct diags *diags);
/* Use the new configuration from now on: indices are those of the new conf.  Closes the media that it does not have.
 * The old conf is no longer needed. */
void media_commit(struct media_change *change);
/* Drop the change, and close the media that were opened for it. */
void media_abandon(struct media_change *change);

/* Try again to open the media that are not open, because the interfaces may have changed.  Returns quickly when nothing
 * has changed. */
void media_retry(struct media *m);

/* One message for the other nodes. */
struct media_message {
	struct bytes datagram;
	/* the same message in text framing; when it is empty, media that use text framing send nothing */
	struct bytes text;
	bool is_status;    /* the message is a status, so it is useless when the next status follows */
};
/* Send one message on every medium except ping media.  Does not block: a packet that the kernel does not take at once
 * is dropped and counted.  A failure is logged once when it starts (with errno text, doc/commands.md 5.1.33) and once
 * when it ends.  Returns false when no medium could send the message. */
bool media_send(struct media *m, const struct media_message *message);
/* Send one echo request on a ping medium.  For a ping group, every member gets a request with the same sequence number,
 * the last configured member first. */
void media_ping(struct media *m, size_t medium, struct bytes payload);
/* Get a text about the problem number position that exists at present, without newline, cut at cap: "bcast eth1: no
 * such interface; there are: eth0, lo; tried again until it works".  Returns false when there are fewer problems. */
bool media_doubt(const struct media *m, size_t position, char *out, size_t cap);
/* Read the datagrams that have already arrived on all media, at most 64 batches a socket.  The caller does this before
 * it decides that a peer is late.  Does nothing inside a received handler, because the socket is being read already. */
void media_drain(struct media *m);

/* Returns true when the ucast line of the medium has an address of this machine, so that nothing is sent.  The result
 * is that of the last media_send, and changes with the addresses of the machine. */
bool media_to_self(const struct media *m, size_t medium);

/* The counters of a medium.  A request of a ping_group counts once, however many members get it.  Bytes are those of
 * the payload. */
struct media_counters {
	uint64_t received, sent, send_failed, bytes_in, bytes_out;
	uint64_t rejected; /* datagrams that did not start like a message */
};
void media_counters(const struct media *m, size_t medium, struct media_counters *out);

#endif
