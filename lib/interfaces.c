// SPDX-License-Identifier: MIT
#include "lib/interfaces.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/interfaces_table.h"

enum {
	/* the kernel puts at most this much of a list into one answer; a notification is much shorter */
	BUFFER_BYTES = 32768,
	READ_MAX = 256,       /* the largest number of notifications in one iteration of the main loop */
	DUMP_READS = 4096,    /* more than any machine has interfaces and addresses */
	LOOPBACK_INDEX = 1,   /* lo is the first interface of every network namespace */
	DUMP_TRIES = 4,       /* the number of attempts to read a list that changes each time */
};

struct interfaces {
	int fd;
	uint32_t sequence;
	uint64_t changes;
	bool incomplete; /* notifications were lost: the table is out of date */
	struct interfaces_table table;
	_Alignas(struct nlmsghdr) uint8_t buffer[BUFFER_BYTES];
};

/* The state of reading one list of the kernel into a table. */
struct dump {
	struct interfaces_table *into;
	uint32_t sequence;
	bool over, torn;
	int error;
};

/* --- one datagram of the kernel ----------------------------------------------------------------------------------- */

/* Receive one datagram.  Returns its length, 0 when the sender is not the kernel, or -errno; -EAGAIN when there is
 * none. */
static int receive(struct interfaces *t)
{
	struct sockaddr_nl from = {0};
	struct iovec part = {t->buffer, sizeof t->buffer};
	struct msghdr header = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &part, .msg_iovlen = 1};
	ssize_t got;

	do
		got = recvmsg(t->fd, &header, MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if (from.nl_pid != 0)
		return 0; /* any local process may send to this socket */
	return (header.msg_flags & MSG_TRUNC) != 0 ? -ENOBUFS : (int)got;
}

static void note(struct interfaces *t, struct interfaces_table *table, struct nlmsghdr *message)
{
	enum table_verdict verdict = interfaces_table_take(table, message);

	t->changes += verdict == TABLE_CHANGED;
	t->incomplete |= verdict == TABLE_NO_MEMORY;
}

static void take_batch(struct interfaces *t, int len, struct interfaces_table *table)
{
	for (struct nlmsghdr *m = (void *)t->buffer; nlmsg_ok(m, len); m = nlmsg_next(m, &len))
		note(t, table, m);
}

/* --- everything from the start ------------------------------------------------------------------------------------ */

static void take_dump_batch(struct interfaces *t, int len, struct dump *d)
{
	for (struct nlmsghdr *m = (void *)t->buffer; nlmsg_ok(m, len); m = nlmsg_next(m, &len)) {
		bool answer = m->nlmsg_seq == d->sequence;
		if (answer && (m->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
			d->torn = true;
		if (answer && (m->nlmsg_type == NLMSG_DONE || m->nlmsg_type == NLMSG_ERROR)) {
			const struct nlmsgerr *e = nlmsg_data(m);
			d->error =
				m->nlmsg_type == NLMSG_ERROR && nlmsg_datalen(m) >= (int)sizeof e->error ? e->error : 0;
			d->over = true;
		} else {
			note(t, d->into, m); /* a part of the list, or a notification of a change during the dump */
		}
	}
}

static int ask(struct interfaces *t, uint16_t type)
{
	struct {
		struct nlmsghdr header;
		struct rtgenmsg body;
	} request = {
		.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)), .nlmsg_type = type,
		           .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP, .nlmsg_seq = ++t->sequence},
		.body = {.rtgen_family = AF_UNSPEC},
	};

	return send(t->fd, &request, request.header.nlmsg_len, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Read one list.  This does not wait, because the kernel answers at once. */
static int dump(struct interfaces *t, uint16_t type, struct interfaces_table *into)
{
	int rc = ask(t, type);
	struct dump d = {.into = into, .sequence = t->sequence};

	for (unsigned i = 0; rc >= 0 && !d.over && i < DUMP_READS; i++) {
		rc = receive(t);
		if (rc > 0)
			take_dump_batch(t, rc, &d);
	}
	if (rc < 0)
		return rc;
	return !d.over ? -EIO : d.error != 0 ? d.error : d.torn ? -EINTR : 0;
}

static int read_all(struct interfaces *t)
{
	struct interfaces_table fresh = {0};
	int rc = 0;

	/* Drop old notifications, because they would look like changes after the list was read. */
	for (unsigned i = 0; i < DUMP_READS && rc != -EAGAIN; i++)
		rc = receive(t);
	t->incomplete = false;
	rc = dump(t, RTM_GETLINK, &fresh);
	if (rc == 0)
		rc = dump(t, RTM_GETADDR, &fresh);
	if (rc == 0 && t->incomplete)
		rc = -ENOMEM;
	if (rc != 0) {
		interfaces_table_free(&fresh);
		t->incomplete = true;
		return rc;
	}
	interfaces_table_free(&t->table);
	t->table = fresh;
	t->changes++;
	return 0;
}

static int complete(struct interfaces *t)
{
	int rc = -EINTR;

	if (!t->incomplete)
		return 0;
	for (int i = 0; i < DUMP_TRIES && rc == -EINTR; i++)
		rc = read_all(t);
	return rc;
}

/* --- the interface of the module ---------------------------------------------------------------------------------- */

static int subscribe(void)
{
	const struct sockaddr_nl self = {.nl_family = AF_NETLINK,
	                                 .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&self, sizeof self) == 0)
		return fd;
	int error = errno;
	(void)close(fd); /* the descriptor was not used */
	return -error;
}

struct interfaces *interfaces_new(void)
{
	struct interfaces *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->incomplete = true;
	t->fd = subscribe();
	int rc = t->fd < 0 ? t->fd : complete(t);
	if (rc == 0)
		return t;
	interfaces_free(t);
	errno = -rc;
	return NULL;
}

void interfaces_free(struct interfaces *t)
{
	if (!t)
		return;
	if (t->fd >= 0)
		(void)close(t->fd); /* the descriptor was only read */
	interfaces_table_free(&t->table);
	free(t);
}

int interfaces_fd(const struct interfaces *t)
{
	return t->fd;
}

int interfaces_read(struct interfaces *t)
{
	uint64_t before = t->changes;
	int rc = 0;

	for (unsigned i = 0; i < READ_MAX && rc >= 0; i++) {
		rc = receive(t);
		if (rc > 0)
			take_batch(t, rc, &t->table);
	}
	if (rc < 0 && rc != -EAGAIN)
		t->incomplete = true;
	rc = complete(t);
	return rc < 0 ? rc : (int)(t->changes - before);
}

uint64_t interfaces_changes(const struct interfaces *t)
{
	return t->changes;
}

static bool has_name(const struct interface_entry *e, const char *name)
{
	bool found = strcmp(e->link.name, name) == 0;

	for (size_t i = 0; i < INTERFACE_ALTERNATIVES; i++)
		found |= e->alternatives[i][0] != '\0' && strcmp(e->alternatives[i], name) == 0;
	return found;
}

bool interfaces_find(struct interfaces *t, const char *name, struct interface *out)
{
	(void)complete(t); /* after a failure the old table is the best answer */
	for (size_t i = 0; i < t->table.link_count; i++) {
		if (has_name(&t->table.links[i], name)) {
			*out = t->table.links[i].link;
			return true;
		}
	}
	return false;
}

bool interfaces_find_index(struct interfaces *t, unsigned index, struct interface *out)
{
	(void)complete(t); /* a failure is ignored, as above */
	for (size_t i = 0; i < t->table.link_count; i++) {
		if (t->table.links[i].link.index == index) {
			*out = t->table.links[i].link;
			return true;
		}
	}
	return false;
}

bool interfaces_at(const struct interfaces *t, size_t position, struct interface *out)
{
	if (position >= t->table.link_count)
		return false;
	*out = t->table.links[position].link;
	return true;
}

bool interfaces_address_at(const struct interfaces *t, size_t position, struct interface_address *out)
{
	if (position >= t->table.address_count)
		return false;
	*out = t->table.addresses[position];
	return true;
}

int interfaces_own_address(struct interfaces *t, const char *name, struct interface_address *out)
{
	struct interface link;

	if (!interfaces_find(t, name, &link))
		return -ENODEV;
	for (size_t i = 0; i < t->table.address_count; i++) {
		const struct interface_address *a = &t->table.addresses[i];
		if (a->family == AF_INET && a->ifindex == link.index && strcmp(a->label, link.name) == 0) {
			*out = *a;
			return 0;
		}
	}
	return -EADDRNOTAVAIL;
}

bool interfaces_holds(struct interfaces *t, int family, const void *ip, struct interface_address *out)
{
	bool found = false;

	(void)complete(t); /* a failure is ignored, as above */
	for (size_t i = 0; i < t->table.address_count; i++) {
		const struct interface_address *a = &t->table.addresses[i];
		size_t size = family == AF_INET ? sizeof a->ip.v4 : sizeof a->ip.v6;
		/* LVS direct routing keeps a copy of a service address on lo. */
		bool loopback = a->ifindex == LOOPBACK_INDEX;
		if (a->family != family || memcmp(&a->ip, ip, size) != 0 || (found && loopback))
			continue;
		if (out)
			*out = *a;
		found = true;
		if (!loopback)
			break;
	}
	return found;
}
