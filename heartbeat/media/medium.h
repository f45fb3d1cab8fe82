// SPDX-License-Identifier: MIT
/* Private to the room: one medium, the face that each kind shows, and what the kinds share.
 * A kind is a file and a row in the table of media.c; nobody outside heartbeat/media includes this. */
#ifndef HEARTBEAT_MEDIA_MEDIUM_H
#define HEARTBEAT_MEDIA_MEDIUM_H

#include <glib.h>

#include "heartbeat/media/media.h"
#include "lib/mono.h"

struct medium;
struct ping;

/* A kind of medium. */
struct medium_ops {
	/* Get ready to send and receive.  False: diags has been told why; media_close cleans up. */
	bool (*open)(struct medium *m, struct diags *diags);
	/* Hand one datagram (ping: one payload) to the kernel.  Never blocks.  Returns 0 or -errno. */
	int (*send)(struct medium *m, struct bytes data);
	/* Say that it runs.  doc/commands.md 5.1.35 */
	void (*started)(const struct medium *m);
	bool is_ping; /* media_ping feeds it, media_send does not */
};

extern const struct medium_ops bcast_ops, mcast_ops, ucast_ops, ping_ops, ping_group_ops;

/* A run of failed sends: one line when it begins, one when it is over. */
struct medium_failure {
	bool failing;
	struct mono since;
	struct mono better; /* first of the good sends in a row */
	unsigned good;      /* how many of them */
	uint64_t lost;
};

struct medium {
	struct media *set;
	size_t index; /* as given to media_open */
	const struct medium_conf *conf;
	const struct medium_ops *ops;
	struct media_counters counters;
	struct medium_failure failure;
	/* UDP kinds */
	int (*make_socket)(const struct medium *m, unsigned ifindex); /* the sending socket: descriptor or -errno */
	int send_fd;                                /* -1: none */
	unsigned ifindex;                           /* the interface that the sockets belong to */
	struct sockaddr_in to;
	struct receiver *receiver; /* owned by the set, often shared */
	/* ping kinds */
	struct ping *ping;
};

struct media {
	struct medium *list;
	size_t count;
	struct media_handlers handlers;
	uint16_t ping_id;
	int query_fd; /* for questions about interfaces; belongs to the network namespace of media_open */
	struct receiver *receivers;
	struct receiver *icmp; /* one of them, shared by all ping media; NULL until the first one opens */
	struct batch *batch;
	bool receiving; /* a batch is being handed out */
};

/* "bcast eth0", "ping gw": how a medium is called in logs and diagnostics. */
const char *medium_kind(const struct medium *m);
void medium_complain(const struct medium *m, struct diags *diags, enum diag_severity severity, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* IPv4 address of a host name or literal.  False: *why is a text for people. */
bool medium_resolve(const char *host, struct in_addr *address, const char **why);

/* --- receive.c: sockets that are read in batches ------------------------------------------------------------------ */

/* One datagram on its way up. */
struct arrival {
	struct bytes data;
	struct media_source source;
	bool direct; /* sent to this host alone, not to a broadcast or multicast address */
};

/* A socket that is read for one or several media. */
struct receiver {
	struct receiver *next;
	struct media *set;
	int fd;
	GSource *source;
	/* The medium that the arrival belongs to, with a->data narrowed to the payload; NULL: none of ours, forget it. */
	struct medium *(*claim)(const struct receiver *r, struct arrival *a);
	/* UDP: what it is bound to, for sharing and for opening it again. */
	const char *interface;
	uint16_t port;
	struct in_addr group; /* 0: not multicast */
	bool reuse_port;
	unsigned ifindex;
	/* What is not a heartbeat message, since the last report. */
	uint64_t garbage;
	struct media_source garbage_sample;
	struct mono garbage_reported;
	int last_error; /* of recvmmsg, logged once */
};

struct batch *batch_new(void);
void batch_free(struct batch *b);
/* Add a receiver without a socket to the set, which owns it. */
struct receiver *receiver_new(struct media *set);
/* Read fd (taken) from now on, in the place of the former one. */
void receiver_watch(struct receiver *r, int fd);
void receiver_free(struct receiver *r);
/* Read up to this many batches.  True: all were full, there may be more. */
bool receiver_read(struct receiver *r, unsigned batches);

/* --- udp.c: what bcast, mcast and ucast share ---------------------------------------------------------------------- */

struct socket_option {
	int level, name, value;
};

/* A datagram socket with these options, tied to device unless that is NULL.  Returns the descriptor or -errno. */
int udp_socket(const struct socket_option *options, size_t count, const char *device);
/* Sending socket by m->make_socket, and the receiver for interface, port and group (0: none), perhaps one that exists. */
bool udp_open(struct medium *m, struct in_addr group, struct diags *diags);
/* Send to m->to.  Before that, open the sockets anew when the interface was deleted and made again. */
int udp_send(struct medium *m, struct bytes data);
/* Ask for one of the interface's addresses: SIOCGIFADDR, SIOCGIFBRDADDR, SIOCGIFNETMASK.  Returns 0 or -errno. */
int udp_interface_address(const struct medium *m, unsigned long request, struct in_addr *address);

#endif
