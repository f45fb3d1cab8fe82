// SPDX-License-Identifier: MIT
#include "heartbeat/core/message_types.h"

/* doc/protocol.md 3, seq: "Absent in types that begin with NS_" */
#define UNNUMBERED "NS_"

static const struct message_type rows[] = {
	/*                   numbered  acted on by            sent by             clients receive */
	{"NS_st",            false,    MESSAGE_OF_TRANSPORT,  MESSAGE_BY_DAEMON,  false},
	{"NS_rexmit",        false,    MESSAGE_OF_TRANSPORT,  MESSAGE_BY_DAEMON,  false},
	{"NS_nak_rexmit",    false,    MESSAGE_OF_TRANSPORT,  MESSAGE_BY_DAEMON,  false},
	{"NS_ackmsg",        false,    MESSAGE_OF_TRANSPORT,  MESSAGE_BY_DAEMON,  false},
	{"status",           true,     MESSAGE_OF_MEMBERSHIP, MESSAGE_BY_DAEMON,  false},
	{"reqnodes",         true,     MESSAGE_OF_MEMBERSHIP, MESSAGE_BY_DAEMON,  false},
	{"repnodes",         true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_DAEMON,  false},
	{"starting",         true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_DAEMON,  true},
	{"resource",         true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_DAEMON,  true},
	{"ip-request",       true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_DAEMON,  true},
	{"ip-request-resp",  true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_DAEMON,  true},
	{"shutdone",         true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_DAEMON,  true},
	{"hb_takeover",      true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_ROOT,    true},
	/* the ipfail program sends ask_resources to give up its groups; the three types after it belong to this program
	 * only */
	{"ask_resources",    true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_CLIENTS, true},
	{"num_ping_nodes",   true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_CLIENTS, true},
	{"you_are_dead",     true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_CLIENTS, true},
	{"abort_giveup",     true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_CLIENTS, true},
	{"stonith",          true,     MESSAGE_OF_CLIENTS,    MESSAGE_BY_DAEMON,  true},
	/* ifstat, hbapi-req and hbapi-resp are not sent on the network */
	{"ifstat",           true,     MESSAGE_OF_API,        MESSAGE_BY_DAEMON,  false},
	{"hbapi-req",        true,     MESSAGE_OF_API,        MESSAGE_BY_DAEMON,  false},
	{"hbapi-resp",       true,     MESSAGE_OF_API,        MESSAGE_BY_DAEMON,  false},
	{"hbapi-clstat",     true,     MESSAGE_OF_DIALECT,    MESSAGE_BY_API,     true},
	{"query-cstatus",    true,     MESSAGE_OF_API,        MESSAGE_BY_CLIENTS, true},
	{"respond-cstatus",  true,     MESSAGE_OF_API,        MESSAGE_BY_API,     true},
	{"addnode",          true,     MESSAGE_OF_NOBODY,     MESSAGE_BY_DAEMON,  true},
	{"delnode",          true,     MESSAGE_OF_NOBODY,     MESSAGE_BY_DAEMON,  true},
	{"setweight",        true,     MESSAGE_OF_NOBODY,     MESSAGE_BY_DAEMON,  true},
	{"setsite",          true,     MESSAGE_OF_NOBODY,     MESSAGE_BY_DAEMON,  true},
};

static const struct message_type
	other_unnumbered = {UNNUMBERED, false, MESSAGE_OF_TRANSPORT, MESSAGE_BY_DAEMON, false},
	without_name = {"", true, MESSAGE_OF_CLIENTS, MESSAGE_BY_DAEMON, true},
	other = {"*", true, MESSAGE_OF_CLIENTS, MESSAGE_BY_CLIENTS, true};

const struct message_type *message_type_of(struct bytes name)
{
	struct reader r = reader_over(name);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (bytes_equal_text(name, rows[i].name))
			return &rows[i];
	return name.len == 0 ? &without_name : reader_skip(&r, UNNUMBERED) ? &other_unnumbered : &other;
}

const struct message_type *message_type_row(size_t index)
{
	return index < sizeof rows / sizeof *rows ? &rows[index] : NULL;
}
