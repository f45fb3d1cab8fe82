// SPDX-License-Identifier: MIT
#include "heartbeat/ipc/status_fields.h"

static const struct status_field daemon_fields[] = {
	{"node", STATUS_TEXT},
	{"version", STATUS_TEXT},
	{"phase", STATUS_TEXT},
	{"dialect", STATUS_TEXT},
	{"proof", STATUS_TEXT},
	{"proof_required", STATUS_SWITCH},
	{"fencing", STATUS_SWITCH},
	{"fencing_failures", STATUS_NUMBER},
	{"fencing_alarm", STATUS_TEXT},
	{"isolated", STATUS_SWITCH},
	{"holds", STATUS_TEXT},
	{"next_in_ms", STATUS_NUMBER},
	{"next_of", STATUS_TEXT},
};

static const struct status_field node_fields[] = {
	{"name", STATUS_TEXT},
	{"type", STATUS_TEXT},
	{"status", STATUS_TEXT},
	{"self", STATUS_SWITCH},
	{"heard_ms", STATUS_NUMBER},
	{"dead_in_ms", STATUS_NUMBER},
};

static const struct status_field link_fields[] = {
	{"node", STATUS_TEXT},
	{"name", STATUS_TEXT},
	{"kind", STATUS_TEXT},
	{"up", STATUS_SWITCH},
	{"heard_ms", STATUS_NUMBER},
	{"lost", STATUS_NUMBER},
	{"of", STATUS_NUMBER},
};

static const struct status_field group_fields[] = {
	{"key", STATUS_TEXT},
	{"home", STATUS_TEXT},
	{"resources", STATUS_LIST},
	{"owners", STATUS_LIST},
	{"state", STATUS_TEXT},
	{"since_ms", STATUS_NUMBER},
	{"reason", STATUS_TEXT},
	{"peer", STATUS_TEXT},
	{"peer_since_ms", STATUS_NUMBER},
	{"epoch", STATUS_NUMBER},
	{"hindered", STATUS_SWITCH},
	{"failback_due", STATUS_SWITCH},
	{"attempts", STATUS_NUMBER},
	{"trouble", STATUS_TEXT},
	{"next_in_ms", STATUS_NUMBER},
};

static const struct status_field monitor_fields[] = {
	{"group", STATUS_TEXT},
	{"resource", STATUS_TEXT},
	{"answer", STATUS_TEXT},
	{"answered_ms", STATUS_NUMBER},
	{"since_ms", STATUS_NUMBER},
	{"failures", STATUS_NUMBER},
	{"restarts", STATUS_NUMBER},
	{"recent", STATUS_NUMBER},
	{"allowed", STATUS_NUMBER},
	{"within_ms", STATUS_NUMBER},
	{"interval_ms", STATUS_NUMBER},
	{"on_fail", STATUS_TEXT},
	{"halted", STATUS_SWITCH},
	{"next_in_ms", STATUS_NUMBER},
};

static const struct status_field move_fields[] = {
	{"kind", STATUS_TEXT},
	{"half", STATUS_TEXT},
	{"reason", STATUS_TEXT},
	{"ends_in_ms", STATUS_NUMBER},
};

static const struct status_field device_fields[] = {
	{"type", STATUS_TEXT},
	{"line", STATUS_NUMBER},
	{"level", STATUS_NUMBER},
	{"host", STATUS_TEXT},
	{"state", STATUS_TEXT},
	{"trouble", STATUS_TEXT},
	{"asked_ms", STATUS_NUMBER},
};

static const struct status_field program_fields[] = {
	{"directive", STATUS_TEXT},
	{"user", STATUS_TEXT},
	{"command", STATUS_TEXT},
	{"state", STATUS_TEXT},
	{"restarts", STATUS_NUMBER},
	{"started_ms", STATUS_NUMBER},
};

static const struct status_field doubt_fields[] = {
	{"text", STATUS_TEXT},
};

static const struct status_field decision_fields[] = {
	{"group", STATUS_TEXT},
	{"time", STATUS_NUMBER},
	{"ago_ms", STATUS_NUMBER},
	{"from", STATUS_TEXT},
	{"to", STATUS_TEXT},
	{"reason", STATUS_TEXT},
	{"peer", STATUS_TEXT},
	{"phase", STATUS_TEXT},
	{"peer_status", STATUS_TEXT},
	{"peer_heard_ms", STATUS_NUMBER},
	{"proof", STATUS_TEXT},
	{"proof_required", STATUS_SWITCH},
	{"acked", STATUS_SWITCH},
	{"asked", STATUS_SWITCH},
	{"epoch", STATUS_NUMBER},
	{"peer_epoch", STATUS_NUMBER},
	{"hindrance", STATUS_TEXT},
};

static const struct status_field datagram_fields[] = {
	{"ago_ms", STATUS_NUMBER},
	{"sent", STATUS_SWITCH},
	{"medium", STATUS_TEXT},
	{"from", STATUS_TEXT},
	{"length", STATUS_NUMBER},
	{"text", STATUS_TEXT},
};

#define KIND(what) {#what, what##_fields, sizeof what##_fields / sizeof *what##_fields}

static const struct status_kind kinds[] = {
	KIND(daemon), KIND(node), KIND(link), KIND(group), KIND(monitor), KIND(move), KIND(device), KIND(program),
	KIND(doubt), KIND(decision), KIND(datagram)};

const struct status_kind *status_kind_at(size_t index)
{
	return index < sizeof kinds / sizeof *kinds ? &kinds[index] : NULL;
}
