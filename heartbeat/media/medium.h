// SPDX-License-Identifier: MIT
/* Private to heartbeat/media: the struct of one medium, the functions that each kind implements, and the functions that
 * the kinds share.
 * A kind has a file and a row in kinds.c.  No file outside heartbeat/media includes this header. */
#ifndef HEARTBEAT_MEDIA_MEDIUM_H
#define HEARTBEAT_MEDIA_MEDIUM_H

#include <glib.h>

#include "heartbeat/media/media.h"
#include "lib/interfaces.h"
#include "lib/mono.h"
#include "lib/precise_timer.h"
#include "lib/rate_limit.h"

struct medium;
struct receiver;

enum medium_state {
	MEDIUM_CLOSED,     /* it cannot be opened at present */
	MEDIUM_WAITS,      /* it is open and receives, but no address of its host is known yet */
	MEDIUM_WORKS,
	MEDIUM_IMPOSSIBLE, /* it can never be opened with this configuration */
};

enum { MEDIUM_TO_SELF = 1 }; /* nothing was sent: the destination is this machine */

/* A kind of medium. */
struct medium_ops {
	/* Open the medium for sending and receiving.  After MEDIUM_CLOSED and MEDIUM_IMPOSSIBLE, medium_because has the
	 * reason, and close is called next. */
	enum medium_state (*open)(struct medium *m);
	/* Use the address of a host of the medium, which is known for the first time or has changed.  Returns
	 * MEDIUM_WAITS or MEDIUM_WORKS.  NULL: the kind has no hosts. */
	enum medium_state (*aim)(struct medium *m);
	/* Release what open has created, also when open failed half-way or was never called.  Receivers belong to the
	 * set; close may stop a receiver that no other medium uses. */
	void (*close)(struct medium *m);
	/* Send one datagram (for ping: one payload) without blocking.  Returns 0, MEDIUM_TO_SELF or -errno. */
	int (*send)(struct medium *m, struct bytes data);
	/* A kind that uses text framing has this function instead of send.  A new status replaces a status that still
	 * waits. */
	int (*send_text)(struct medium *m, struct bytes text, bool is_status);
	/* Read the data that have arrived at a receiver of this kind, at most this number of batches, and pass each
	 * message to receiver_deliver.  Returns true when there may be more data.  Sockets use datagrams_read. */
	bool (*read)(struct receiver *r, unsigned batches);
	/* Log that the medium works.  doc/commands.md 5.1.35 */
	void (*started)(const struct medium *m);
	/* Its hosts have addresses of this family: AF_INET, AF_INET6, or AF_UNSPEC as in lib/names.h. */
	int host_family;
	bool to_one_peer; /* it sends to one host, not to a group */
	/* Was that host this machine itself at the last send?  NULL: it never is. */
	bool (*to_self)(const struct medium *m);
};

extern const struct medium_ops bcast_ops, mcast_ops, ucast_ops, mcast6_ops, ucast6_ops, serial_ops, ping_ops,
	ping6_ops, ping_group_ops;
extern const struct medium_ops *const medium_kinds[MEDIUM_KINDS]; /* kinds.c */

/* Consecutive failed sends: one line is logged when the failure starts, and one when it ends. */
struct medium_failure {
	bool failing;
	int error;
	struct mono since;
	struct mono better; /* the time of the first of the latest consecutive good sends */
	unsigned good;      /* the number of the latest consecutive good sends */
	uint64_t lost;
	unsigned needed;   /* this number of good sends in a row ends the failure */
	struct mono ended; /* the end of the last failure */
};

enum { MEDIUM_WHY_MAX = 640 };

struct medium {
	struct medium *next; /* the next in the set's list of all media */
	struct media *set;
	size_t index; /* the index in the array that media_open got */
	const struct medium_conf *conf;
	const struct medium_ops *ops; /* NULL: not built in */
	enum medium_state state;
	bool started; /* its start was logged */
	char why[MEDIUM_WHY_MAX]; /* the reason of MEDIUM_CLOSED or MEDIUM_IMPOSSIBLE */
	struct media_counters counters;
	struct medium_failure failure;
	struct receiver *receiver; /* the receiver of its messages; owned by the set, often shared */
	struct receiver *receiver6; /* ping: the receiver for IPv6 */
	void *own;                 /* data of the kind: open creates them, close releases them */
};

struct media {
	struct medium **list; /* the media in use, by index */
	size_t count;
	struct medium *all; /* the media in use and the media of a prepared change */
	struct media_change *change; /* the prepared change; NULL: none */
	struct media_config config;
	struct names *names;
	struct receiver *receivers;
	struct batch *batch;
	bool receiving; /* the received handler runs */
	struct precise_timer *retry;
	struct span retry_wait;
	uint64_t tried; /* the value of interfaces_changes at the last attempt to open */
};

/* --- medium_host.c: what every kind needs ------------------------------------------------------------------------- */

/* Set the reason why the medium cannot be opened, as printf does. */
void medium_because(struct medium *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Returns true when host is an address, not a name.  An IPv6 address with a zone (fe80::1%eth0) is an address too. */
bool medium_is_address(const char *host);
/* Get the address of a host of m, with port 0.  Returns false when the address is not known yet, or when the interface
 * that its zone names does not exist at present. */
bool medium_host(const struct medium *m, const char *host, struct media_address *address);
/* Replace the known address of a host by the fresh one, and log a change.  *known may be empty. */
void medium_take_address(
	const struct medium *m, const char *host, struct media_address *known, const struct media_address *fresh);

/* --- medium.c: one medium, from its line in ha.cf on -------------------------------------------------------------- */

/* Create a medium, not yet open, and start to resolve its host names. */
struct medium *medium_new(struct media *set, const struct medium_conf *conf, size_t index);
void medium_free(struct medium *m);
/* Open the medium, or try that again.  Changes m->state and m->why. */
void medium_try(struct medium *m);
/* Log that the medium works; does so only once. */
void medium_report_start(struct medium *m);
/* Reports of lib/names. */
void medium_host_found(void *set, const char *host, int family);
void medium_host_trouble(void *set, const char *host, int family, const char *why);
/* What does not work, for people; false: nothing. */
bool medium_doubt(const struct medium *m, struct writer *out);
/* Decide whether these media may be used.  When not, diags gets the errors; otherwise it gets warnings about the media
 * that do not work.
 * enough: at least one medium must have this state or a better one. */
bool media_usable(struct medium *const *list, size_t count, enum medium_state enough, struct diags *diags);

/* --- failures.c: runs of failed sends ----------------------------------------------------------------------------- */

void medium_send_failed(struct medium *m, int error);
void medium_send_worked(struct medium *m, size_t len);
/* Record that there was nothing to send.  This ends a failure, and is not counted as sent. */
void medium_send_spared(struct medium *m);
/* Close a medium that has worked and failed now, log that once, and open it again as soon as possible.  medium_because
 * must have the reason.  Releases the receiver and m->own: the caller must not use them afterwards. */
void medium_broken(struct medium *m, int error);

/* --- media.c: after a change of the list, report what works, and try the rest again later ------------------------ */

void media_settle(struct media *set);

/* --- receive.c: descriptors that the main loop reads -------------------------------------------------------------- */

/* A received message. */
struct arrival {
	struct bytes data;
	struct media_source source;
	struct media_address to; /* the destination of the datagram; empty: not known */
	bool direct; /* the datagram was sent to this host only, not to a broadcast or multicast address */
};

/* A descriptor that is read for one or several media. */
struct receiver {
	struct receiver *next;
	struct media *set;
	int fd;
	GSource *source;
	bool (*read)(struct receiver *r, unsigned batches); /* the read function of the kind that opened it */
	/* For sockets: find the medium for the arrival, and reduce a->data to the payload.  Returns NULL when the
	 * arrival belongs to no medium. */
	struct medium *(*claim)(const struct receiver *r, struct arrival *a);
	void *own;      /* data of the kind that opened it; g_free releases them */
	char where[64]; /* for logs: "interface eth0 port 694" */
	/* Datagrams since the last report that are not heartbeat messages. */
	uint64_t garbage;
	struct media_source garbage_sample;
	struct rate_limit garbage_reports;
	int last_error; /* the errno of the last failed read, which is logged once */
};

/* Add a receiver without a descriptor to the set, which owns it.  The kind of m reads it. */
struct receiver *receiver_new(struct medium *m);
/* Read fd, which the receiver now owns, from now on; it replaces the previous descriptor. */
void receiver_watch(struct receiver *r, int fd);
/* Close the descriptor and stop reading; may be called from inside the read function of the receiver. */
void receiver_stop(struct receiver *r);
/* Read at most this number of batches.  Returns true when there may be more data. */
bool receiver_read(struct receiver *r, unsigned batches);
/* Report one message for m.  A datagram that does not start like a message, or was cut, is counted and dropped. */
void receiver_deliver(struct receiver *r, struct medium *m, const struct arrival *a, bool cut);
/* Log a failed read once; EAGAIN is not a failure. */
void receiver_failed(struct receiver *r, int error);
/* Free the receivers that no medium uses any more.  Must not be called while the received handler runs. */
void receivers_tidy(struct media *set);

/* --- datagrams.c: the read function of sockets, many datagrams in one system call --------------------------------- */

struct batch *batch_new(void);
void batch_free(struct batch *b);
bool datagrams_read(struct receiver *r, unsigned batches);

/* --- udp.c, udp_receive.c: what bcast, mcast and ucast share ------------------------------------------------------ */

struct socket_option {
	int level, name, value;
};

/* The properties in which the UDP kinds differ. */
struct udp_kind {
	/* Create the sending socket for the interface with that index.  Returns the descriptor or -errno. */
	int (*make_socket)(const struct medium *m, unsigned ifindex);
	/* Find the destination.  Is called again after each change of interfaces or addresses.  Returns 0 or -errno.
	 * NULL: the destination that udp_open got never changes. */
	int (*aim)(struct medium *m, struct media_address *to);
	bool to_a_group; /* the destination is a multicast group, which the receiver joins */
	int family;      /* AF_INET, AF_INET6 */
};

/* Create a datagram socket with these options, bound to device unless that is NULL.  Returns the descriptor or
 * -errno. */
int udp_socket(int family, const struct socket_option *options, size_t count, const char *device);
/* Open the sending socket, and listen at interface and port.  to: the destination; empty: not known yet.  Creates
 * m->own even when it fails.  Returns MEDIUM_WORKS, MEDIUM_CLOSED or MEDIUM_IMPOSSIBLE. */
enum medium_state udp_open(struct medium *m, const struct udp_kind *kind, const struct media_address *to);
void udp_close(struct medium *m);
/* Send to the destination.  When the interface was deleted and created again, opens new sockets first.  A unicast
 * packet to this machine itself is not sent: the rule of Heartbeat 3.0.6 is that "ucast directives which go to the
 * local machine are effectively ignored". */
int udp_send(struct medium *m, struct bytes data);
/* Call this when the destination has changed. */
void udp_aimed(struct medium *m);
bool udp_to_self(const struct medium *m);
struct media_address *udp_destination(const struct medium *m);
/* For an aim function of an IPv6 kind: get the index of the interface.  Returns 0; -ENODEV when the interface does not
 * exist; -EADDRNOTAVAIL when it has no IPv6 address that the kernel uses. */
int udp_interface6(const struct medium *m, unsigned *ifindex);
/* Like udp_open, for a kind with such an aim function. */
enum medium_state udp_open6(struct medium *m, const struct udp_kind *kind);
int udp_family(const struct medium *m);
/* The multicast group that the medium receives; NULL: none. */
const struct media_address *udp_group(const struct medium *m);
/* Receive at the medium's port and the interface with that index: use an existing receiver, or open a new one.  Is
 * called again when the interface has a new index.  Returns 0 or -errno; after an error the old receiver is
 * unchanged. */
int udp_listen(struct medium *m, unsigned ifindex);
/* Undo udp_listen, and set m->receiver to NULL. */
void udp_leave(struct medium *m);

#endif
