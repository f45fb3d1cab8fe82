// SPDX-License-Identifier: MIT
/* Private to heartbeat/media: one medium, the functions that each kind has, and what the kinds share.
 * A kind is a file and a row in kinds.c.  No file outside heartbeat/media includes this header. */
#ifndef HEARTBEAT_MEDIA_MEDIUM_H
#define HEARTBEAT_MEDIA_MEDIUM_H

#include <glib.h>

#include "heartbeat/media/media.h"
#include "lib/interfaces.h"
#include "lib/mono.h"

struct medium;
struct receiver;

/* A kind of medium. */
struct medium_ops {
	/* Get ready to send and receive.  False: diags has the reason; close is called next. */
	bool (*open)(struct medium *m, struct diags *diags);
	/* Release what open took, also when open failed half-way or was never called.  Receivers belong to the set. */
	void (*close)(struct medium *m);
	/* Hand one datagram (ping: one payload) to the kernel.  Never blocks.  Returns 0 or -errno. */
	int (*send)(struct medium *m, struct bytes data);
	/* Read what has arrived at a receiver of this kind, at most so many batches, and hand each message to
	 * receiver_deliver.  True: there may be more.  Sockets use datagrams_read. */
	bool (*read)(struct receiver *r, unsigned batches);
	/* Log that the medium runs.  doc/commands.md 5.1.35 */
	void (*started)(const struct medium *m);
	bool to_one_peer; /* it sends to one host, not to a group */
};

extern const struct medium_ops bcast_ops, mcast_ops, ucast_ops, ping_ops, ping_group_ops;
extern const struct medium_ops *const medium_kinds[MEDIUM_KINDS]; /* kinds.c */

/* A run of failed sends: one line when it starts, one when it is over. */
struct medium_failure {
	bool failing;
	struct mono since;
	struct mono better; /* time of the first good send in a row */
	unsigned good;      /* number of good sends in a row */
	uint64_t lost;
};

struct medium {
	struct media *set;
	size_t index; /* as given to media_open */
	const struct medium_conf *conf;
	const struct medium_ops *ops;
	struct media_counters counters;
	struct medium_failure failure;
	struct receiver *receiver; /* where its messages arrive; owned by the set, often shared */
	void *own;                 /* of its kind: made by open, released by close */
};

struct media {
	struct medium *list;
	size_t count;
	struct media_handlers handlers;
	uint16_t ping_id;
	struct interfaces *interfaces; /* borrowed */
	struct receiver *receivers;
	struct receiver *icmp; /* one of them, shared by all ping media; NULL until the first one opens */
	struct batch *batch;
	bool receiving; /* a message is being handed out */
};

void medium_complain(const struct medium *m, struct diags *diags, enum diag_severity severity, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Address of a host name or literal, of one family (AF_INET, AF_INET6), port 0.  False: *why is a text for people. */
bool medium_resolve(const char *host, int family, struct media_address *address, const char **why);

/* --- receive.c: descriptors that the main loop reads -------------------------------------------------------------- */

/* One received message. */
struct arrival {
	struct bytes data;
	struct media_source source;
	bool direct; /* sent to this host alone, not to a broadcast or multicast address */
};

/* A descriptor that is read for one or several media. */
struct receiver {
	struct receiver *next;
	struct media *set;
	int fd;
	GSource *source;
	bool (*read)(struct receiver *r, unsigned batches); /* of the kind that opened it */
	/* Sockets: find the medium of the arrival and reduce a->data to the payload.  NULL: it is not ours. */
	struct medium *(*claim)(const struct receiver *r, struct arrival *a);
	void *own;      /* of the kind that opened it; g_free releases it */
	char where[64]; /* for logs: "interface eth0 port 694" */
	/* Datagrams since the last report that are not heartbeat messages. */
	uint64_t garbage;
	struct media_source garbage_sample;
	struct mono garbage_reported;
	int last_error; /* of reading, logged once */
};

/* Add a receiver without a descriptor to the set, which owns it; it is read by m's kind. */
struct receiver *receiver_new(struct medium *m);
/* Read fd (taken) from now on; it replaces the previous descriptor. */
void receiver_watch(struct receiver *r, int fd);
void receiver_free(struct receiver *r);
/* Read up to this many batches.  True: there may be more. */
bool receiver_read(struct receiver *r, unsigned batches);
/* Report one message for m.  A datagram that does not start like a message, or was cut, is counted and dropped. */
void receiver_deliver(struct receiver *r, struct medium *m, const struct arrival *a, bool cut);
/* Log a failed read once; EAGAIN is not a failure. */
void receiver_failed(struct receiver *r, int error);

/* --- datagrams.c: the read function of sockets, many datagrams in one system call --------------------------------- */

struct batch *batch_new(void);
void batch_free(struct batch *b);
bool datagrams_read(struct receiver *r, unsigned batches);

/* --- udp.c: what bcast, mcast and ucast share ------------------------------------------------- */

struct socket_option {
	int level, name, value;
};

/* What differs between them. */
struct udp_kind {
	/* The sending socket for the interface of that index: descriptor or -errno. */
	int (*make_socket)(const struct medium *m, unsigned ifindex);
	/* Find the destination; called again after each change of interfaces or addresses.  Returns 0 or -errno.
	 * NULL: the destination given to udp_open is final. */
	int (*aim)(struct medium *m, struct media_address *to);
};

/* A datagram socket with these options, tied to device unless that is NULL.  Returns the descriptor or -errno. */
int udp_socket(int family, const struct socket_option *options, size_t count, const char *device);
/* Open the sending socket, and find or open the receiver for interface, port and group (NULL: none).
 * to: the destination.  Makes m->own also when it fails. */
bool udp_open(struct medium *m, const struct udp_kind *kind, const struct media_address *to,
              const struct media_address *group, struct diags *diags);
void udp_close(struct medium *m);
/* Send to the destination.  When the interface was deleted and created again, first open new sockets. */
int udp_send(struct medium *m, struct bytes data);
const struct media_address *udp_destination(const struct medium *m);

#endif
