// SPDX-License-Identifier: MIT
/* Private to heartbeat/media: one medium, the functions that each kind has, and what the kinds share.
 * A kind is a file and a row in kinds.c.  No file outside heartbeat/media includes this header. */
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
	MEDIUM_CLOSED,     /* cannot be opened at present */
	MEDIUM_WAITS,      /* open, receives; no address of its host is known yet */
	MEDIUM_WORKS,
	MEDIUM_IMPOSSIBLE, /* can never be opened with this configuration */
};

enum { MEDIUM_TO_SELF = 1 }; /* nothing was sent: the destination is this machine */

/* A kind of medium. */
struct medium_ops {
	/* Get ready to send and receive.  After MEDIUM_CLOSED and MEDIUM_IMPOSSIBLE, medium_because has the reason, and
	 * close is called next. */
	enum medium_state (*open)(struct medium *m);
	/* The address of one of its hosts is known for the first time, or has changed: use it.  Returns MEDIUM_WAITS or
	 * MEDIUM_WORKS.  NULL: the kind has no hosts. */
	enum medium_state (*aim)(struct medium *m);
	/* Release what open took, also when open failed half-way or was never called.  Receivers belong to the set; one
	 * that nobody else uses may be stopped. */
	void (*close)(struct medium *m);
	/* Hand one datagram (ping: one payload) to the kernel.  Never blocks.  Returns 0, MEDIUM_TO_SELF or -errno. */
	int (*send)(struct medium *m, struct bytes data);
	/* Instead of send, for a kind that carries text framing.  A new status makes one that still waits useless. */
	int (*send_text)(struct medium *m, struct bytes text, bool is_status);
	/* Read what has arrived at a receiver of this kind, at most so many batches, and hand each message to
	 * receiver_deliver.  True: there may be more.  Sockets use datagrams_read. */
	bool (*read)(struct receiver *r, unsigned batches);
	/* Log that the medium runs.  doc/commands.md 5.1.35 */
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

/* A run of failed sends: one line when it starts, one when it is over. */
struct medium_failure {
	bool failing;
	int error;
	struct mono since;
	struct mono better; /* time of the first good send in a row */
	unsigned good;      /* number of good sends in a row */
	uint64_t lost;
	unsigned needed;   /* so many end it */
	struct mono ended; /* when the last run was over */
};

enum { MEDIUM_WHY_MAX = 640 };

struct medium {
	struct medium *next; /* in the set's list of all */
	struct media *set;
	size_t index; /* as given to media_open */
	const struct medium_conf *conf;
	const struct medium_ops *ops; /* NULL: not built in */
	enum medium_state state;
	bool started; /* the log has its line */
	char why[MEDIUM_WHY_MAX]; /* of MEDIUM_CLOSED and MEDIUM_IMPOSSIBLE */
	struct media_counters counters;
	struct medium_failure failure;
	struct receiver *receiver; /* where its messages arrive; owned by the set, often shared */
	struct receiver *receiver6; /* ping: the same for IPv6 */
	void *own;                 /* of its kind: made by open, released by close */
};

struct media {
	struct medium **list; /* those in use, by index */
	size_t count;
	struct medium *all; /* those in use and those that are prepared */
	struct media_change *change; /* being prepared; NULL: none */
	struct media_config config;
	struct names *names;
	struct receiver *receivers;
	struct batch *batch;
	bool receiving; /* a message is being handed out */
	struct precise_timer *retry;
	struct span retry_wait;
	uint64_t tried; /* at this interfaces_changes */
};

/* --- medium_host.c: what every kind needs ------------------------------------------------------------------------- */

/* Why it cannot be opened; printf. */
void medium_because(struct medium *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Is it an address, not a name?  IPv6 with a zone (fe80::1%eth0) is one too. */
bool medium_is_address(const char *host);
/* The address of a host of m, port 0.  False: not known yet, or its zone is no interface at present. */
bool medium_host(const struct medium *m, const char *host, struct media_address *address);
/* Use an address of a host from now on; logs a change.  *known: the one in use, may be empty. */
void medium_take_address(
	const struct medium *m, const char *host, struct media_address *known, const struct media_address *fresh);

/* --- medium.c: one medium, from its line in ha.cf on -------------------------------------------------------------- */

/* Make it, closed, and let its host names be resolved. */
struct medium *medium_new(struct media *set, const struct medium_conf *conf, size_t index);
void medium_free(struct medium *m);
/* Open it, or try again.  Changes m->state and m->why. */
void medium_try(struct medium *m);
/* Log that it works, once. */
void medium_report_start(struct medium *m);
/* Reports of lib/names. */
void medium_host_found(void *set, const char *host, int family);
void medium_host_trouble(void *set, const char *host, int family, const char *why);
/* What does not work, for people; false: nothing. */
bool medium_doubt(const struct medium *m, struct writer *out);
/* May these media be used?  When not, diags has the errors; otherwise it has warnings for those that do not work.
 * enough: the lowest state that one of them must have. */
bool media_usable(struct medium *const *list, size_t count, enum medium_state enough, struct diags *diags);

/* --- failures.c: runs of failed sends ----------------------------------------------------------------------------- */

void medium_send_failed(struct medium *m, int error);
void medium_send_worked(struct medium *m, size_t len);
/* There was nothing to send.  It ends a failure, and is not counted. */
void medium_send_spared(struct medium *m);
/* Something that worked is gone: close it, log that once, and open it again as soon as possible.  medium_because has
 * the reason for people.  The receiver and m->own are released: the caller must not use them any more. */
void medium_broken(struct medium *m, int error);

/* --- media.c: after a change of the list, report what works, and try the rest again later ------------------------ */

void media_settle(struct media *set);

/* --- receive.c: descriptors that the main loop reads -------------------------------------------------------------- */

/* One received message. */
struct arrival {
	struct bytes data;
	struct media_source source;
	struct media_address to; /* its destination; empty: not known */
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
	struct rate_limit garbage_reports;
	int last_error; /* of reading, logged once */
};

/* Add a receiver without a descriptor to the set, which owns it; it is read by m's kind. */
struct receiver *receiver_new(struct medium *m);
/* Read fd (taken) from now on; it replaces the previous descriptor. */
void receiver_watch(struct receiver *r, int fd);
/* Close the descriptor and do not read any more; also from inside its read function. */
void receiver_stop(struct receiver *r);
/* Read up to this many batches.  True: there may be more. */
bool receiver_read(struct receiver *r, unsigned batches);
/* Report one message for m.  A datagram that does not start like a message, or was cut, is counted and dropped. */
void receiver_deliver(struct receiver *r, struct medium *m, const struct arrival *a, bool cut);
/* Log a failed read once; EAGAIN is not a failure. */
void receiver_failed(struct receiver *r, int error);
/* Free the receivers that no medium uses any more.  Not while a message is being handed out. */
void receivers_tidy(struct media *set);

/* --- datagrams.c: the read function of sockets, many datagrams in one system call --------------------------------- */

struct batch *batch_new(void);
void batch_free(struct batch *b);
bool datagrams_read(struct receiver *r, unsigned batches);

/* --- udp.c, udp_receive.c: what bcast, mcast and ucast share ------------------------------------------------------ */

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
	bool to_a_group; /* the destination is a multicast group, which the receiver joins */
	int family;      /* AF_INET, AF_INET6 */
};

/* A datagram socket with these options, tied to device unless that is NULL.  Returns the descriptor or -errno. */
int udp_socket(int family, const struct socket_option *options, size_t count, const char *device);
/* Open the sending socket, and listen at interface and port.  to: the destination; empty: not known yet.  Makes m->own
 * also when it fails.  Returns MEDIUM_WORKS, MEDIUM_CLOSED or MEDIUM_IMPOSSIBLE. */
enum medium_state udp_open(struct medium *m, const struct udp_kind *kind, const struct media_address *to);
void udp_close(struct medium *m);
/* Send to the destination.  When the interface was deleted and created again, first open new sockets.  A packet to one
 * host that is this machine itself is not sent: the rule of 3.0.6 is that "ucast directives which go to the local
 * machine are effectively ignored". */
int udp_send(struct medium *m, struct bytes data);
/* The destination has changed. */
void udp_aimed(struct medium *m);
bool udp_to_self(const struct medium *m);
struct media_address *udp_destination(const struct medium *m);
/* For an aim to IPv6.  Returns 0 and the index of the interface; -ENODEV: it does not exist; -EADDRNOTAVAIL: it has no
 * IPv6 address that the kernel uses. */
int udp_interface6(const struct medium *m, unsigned *ifindex);
/* udp_open for a kind with such an aim. */
enum medium_state udp_open6(struct medium *m, const struct udp_kind *kind);
int udp_family(const struct medium *m);
/* The multicast group to receive; NULL: none. */
const struct media_address *udp_group(const struct medium *m);
/* Receive at the medium's port and the interface of that index: share the receiver that is there, or open one.  Called
 * again when the interface has a new index.  Returns 0 or -errno; after an error the old receiver is unchanged. */
int udp_listen(struct medium *m, unsigned ifindex);
/* The end of udp_listen: m->receiver is NULL then. */
void udp_leave(struct medium *m);

#endif
