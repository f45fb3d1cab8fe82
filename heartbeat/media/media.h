// SPDX-License-Identifier: MIT
/* Media: broadcast, multicast, unicast, ping (serial and IPv6 later) behind one table of functions.
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

/* Open all media of the configuration.  conf, and all that it points to, is borrowed until media_close.
 * interfaces: borrowed as well; the main loop reads it, and media reads it when a packet cannot be sent.
 * ping_id: ICMP identifier (low 16 bits of the pid).  May look up host names, which takes the resolver's time.
 * Every medium that cannot be opened gets a diagnostic with its ha.cf line ("bcast eth9: no such interface; there are:
 * eth0, lo").  Returns NULL when there is such a medium.  A ping_group member without an address is a warning while
 * others have one.
 * Logs "UDP Broadcast heartbeat started on port 694 (694) interface eth0" and similar lines (doc/commands.md 5.1.35).
 * At run time an interface may lose its link or address, or be deleted: sending continues as soon as it is back. */
struct media *media_open(const struct medium_conf *conf, size_t count, uint16_t ping_id, struct interfaces *interfaces,
                         const struct media_handlers *handlers, struct diags *diags);
void media_close(struct media *m);

/* Hand one datagram to every medium except ping media.  Never blocks: a packet that the kernel does not take at once is
 * dropped and counted.  A failure is logged once when it starts (with errno text, doc/commands.md 5.1.33) and once when
 * it ends. */
void media_send(struct media *m, struct bytes datagram);
/* Send one echo request on a ping medium (to every member of a group, last configured first, same sequence number). */
void media_ping(struct media *m, size_t medium, struct bytes payload);
/* Read what has already arrived on all media, at most 64 batches a socket.  The caller does this before it decides that
 * a peer is late.  Inside a received handler it does nothing: the socket is being read already. */
void media_drain(struct media *m);

/* A ping_group's request counts once, however many members it goes to; bytes are payload. */
struct media_counters {
	uint64_t received, sent, send_failed, bytes_in, bytes_out;
	uint64_t rejected; /* did not start like a message */
};
void media_counters(const struct media *m, size_t medium, struct media_counters *out);

#endif
