// SPDX-License-Identifier: MIT
/* Answers getstatus, getdecisions and getdatagrams: the whole state of this node, its last decisions, its last
 * datagrams.  There is one frame for each object; status_fields.h has the fields.  doc/commands.md 4.2. */
#include <string.h>

#include "heartbeat/conf/monitor.h"
#include "heartbeat/core/codec.h"
#include "heartbeat/ipc/api_requests_private.h"
#include "lib/ip_address.h"

enum { RESOURCES_MAX = 8192, DATAGRAM_TEXT_MAX = 8192 };

/* One frame is kept back, because the last frame has the result OK. */
struct report {
	struct api_session *session;
	const char *reqtype;
	struct answer answer;
	struct mono now;
	bool begun;
};

static void next_frame(struct report *r, const char *what)
{
	if (r->begun)
		answer_end(&r->answer, "ok/more");
	r->begun = true;
	answer_begin(&r->answer, r->session, r->reqtype);
	message_add(&r->answer.message, "what", what);
}

static void end(struct report *r)
{
	if (!r->begun)
		answer_begin(&r->answer, r->session, r->reqtype);
	answer_end(&r->answer, "OK");
}

static void text(struct report *r, const char *name, const char *value)
{
	message_add(&r->answer.message, name, value ? value : "");
}

static void number(struct report *r, const char *name, uint64_t value)
{
	message_add_decimal(&r->answer.message, name, value);
}

static void flag(struct report *r, const char *name, bool value)
{
	message_add(&r->answer.message, name, value ? "1" : "0");
}

/* Add a time before now; when t has no value, the field is left out. */
static void ago(struct report *r, const char *name, struct mono t)
{
	int64_t ms = span_to_ms(mono_since(r->now, t));
	if (!mono_is_never(t))
		number(r, name, ms > 0 ? (uint64_t)ms : 0);
}

static void ahead(struct report *r, const char *name, struct mono t)
{
	int64_t ms = span_to_ms(mono_since(t, r->now));
	if (t.ns != MONO_FAR.ns && !mono_is_never(t))
		number(r, name, ms > 0 ? (uint64_t)ms : 0);
}

static const struct core *core_of(const struct report *r)
{
	return r->session->hub->config->core;
}

static void add_daemon(struct report *r)
{
	const struct api_config *config = r->session->hub->config;
	struct status_view v;
	core_status_view(config->core, &v);
	next_frame(r, "daemon");
	text(r, "node", config->node);
	text(r, "version", config->version);
	text(r, "phase", v.phase);
	text(r, "dialect", v.dialect);
	text(r, "proof", v.proof);
	flag(r, "proof_required", v.fencing.required);
	flag(r, "fencing", v.fencing.in_progress);
	number(r, "fencing_failures", v.fencing.failures);
	text(r, "fencing_alarm", v.fencing.alarm ? v.fencing.why : "");
	flag(r, "isolated", v.isolated);
	text(r, "holds", core_holdings(config->core));
	ahead(r, "next_in_ms", v.next);
	text(r, "next_of", v.next_of);
}

static void add_links(struct report *r, size_t node, const struct node_view *of)
{
	struct link_view v;
	for (size_t i = 0; i < HA_CF_MEDIA_MAX && core_link_view(core_of(r), node, i, &v); i++) {
		next_frame(r, "link");
		text(r, "node", of->name);
		text(r, "name", v.name);
		text(r, "kind", v.kind);
		flag(r, "up", v.up);
		ago(r, "heard_ms", v.heard_at);
		number(r, "lost", v.lost);
		number(r, "of", v.of);
	}
}

static void add_nodes(struct report *r)
{
	size_t count = core_node_count(core_of(r));
	for (size_t i = 0; i < count && !r->session->closing; i++) {
		struct node_view v;
		core_node_view(core_of(r), i, &v);
		next_frame(r, "node");
		text(r, "name", v.name);
		text(r, "type", v.ping ? "ping" : "normal");
		text(r, "status", v.status);
		flag(r, "self", v.is_self);
		ago(r, "heard_ms", v.is_self ? MONO_NEVER : v.heard_at);
		ahead(r, "dead_in_ms", v.deadline);
		add_links(r, i, &v);
	}
}

static const char *peer_name(const struct report *r)
{
	size_t count = core_node_count(core_of(r));
	struct node_view v;
	for (size_t i = 0; i < count; i++) {
		core_node_view(core_of(r), i, &v);
		if (!v.is_self && !v.ping)
			return v.name;
	}
	return "";
}

static bool is_owner(enum group_state s)
{
	return s == OWN_STARTING || s == OWN_HELD || s == OWN_GIVING || s == OWN_STOPPING || s == OWN_STUCK;
}

static void add_owners(struct report *r, const struct group_view *v)
{
	char list[2 * HA_CF_NAME_MAX + 2];
	struct writer w = writer_over(list, sizeof list - 1);
	if (is_owner(v->state))
		writer_text(&w, r->session->hub->config->node);
	if (v->peer_known && is_owner(v->peer_state))
		writer_format(&w, "%s%s", w.len > 0 ? " " : "", peer_name(r));
	list[w.len] = '\0';
	text(r, "owners", list);
}

static void add_resources(struct report *r, const struct group_conf *g)
{
	char list[RESOURCES_MAX];
	struct writer w = writer_over(list, sizeof list - 1);
	for (size_t i = 0; i < g->count; i++)
		writer_format(&w, "%s%s", i > 0 ? " " : "", g->resources[i].text);
	list[w.len] = '\0';
	text(r, "resources", list);
}

static void add_monitors(struct report *r)
{
	const struct api_config *config = r->session->hub->config;
	struct watch_view v;
	for (size_t i = 0; config->watch && config->watch(config->context, i, &v) && !r->session->closing; i++) {
		const struct watch *w = v.watch;
		next_frame(r, "monitor");
		text(r, "group", v.group);
		text(r, "resource", v.resource);
		text(r, "answer", watch_answer_name(w->last));
		ago(r, "answered_ms", w->answered);
		ago(r, "since_ms", w->since);
		number(r, "failures", w->failures);
		number(r, "restarts", w->restarts);
		number(r, "recent", watch_recent(w, r->now));
		number(r, "allowed", w->conf->restarts);
		number(r, "within_ms", (uint64_t)span_to_ms(w->conf->within));
		number(r, "interval_ms", (uint64_t)span_to_ms(w->conf->interval));
		text(r, "on_fail", monitor_on_fail_name(w->conf->on_fail));
		flag(r, "halted", v.halted);
		ahead(r, "next_in_ms", w->next);
	}
}

static void add_groups(struct report *r)
{
	const struct haresources *resources = r->session->hub->config->resources;
	size_t count = resources ? resources->count : 0;
	for (size_t i = 0; i < count && !r->session->closing; i++) {
		struct group_view v;
		core_group_view(core_of(r), i, &v);
		next_frame(r, "group");
		text(r, "key", v.key);
		text(r, "home", v.home);
		add_resources(r, &resources->groups[i]);
		add_owners(r, &v);
		text(r, "state", group_state_name(v.state));
		ago(r, "since_ms", v.since);
		text(r, "reason", v.reason);
		text(r, "peer", v.peer);
		ago(r, "peer_since_ms", v.peer_since);
		number(r, "epoch", v.epoch);
		flag(r, "hindered", v.hindered);
		flag(r, "failback_due", v.failback_due);
		number(r, "attempts", v.attempts);
		text(r, "trouble", v.why);
		ahead(r, "next_in_ms", v.deadline);
	}
}

static void add_moves(struct report *r)
{
	struct move_view v;
	for (size_t i = 0; core_move_view(core_of(r), i, &v) && !r->session->closing; i++) {
		next_frame(r, "move");
		text(r, "kind", v.takeover ? "takeover" : "standby");
		text(r, "half", v.half);
		text(r, "reason", v.reason);
		ahead(r, "ends_in_ms", v.deadline);
	}
}

static void add_devices(struct report *r)
{
	const struct api_config *config = r->session->hub->config;
	struct api_device d;
	for (size_t i = 0; config->device && config->device(config->context, i, &d) && !r->session->closing; i++) {
		next_frame(r, "device");
		text(r, "type", d.type);
		number(r, "line", d.line);
		number(r, "level", d.level);
		text(r, "host", d.host);
		text(r, "state", d.state);
		text(r, "trouble", d.why);
		ago(r, "asked_ms", d.asked);
	}
}

static void add_doubts(struct report *r)
{
	const struct api_config *config = r->session->hub->config;
	char doubt[API_DOUBT_MAX];
	for (size_t i = 0; config->doubt && config->doubt(config->context, i, doubt, sizeof doubt); i++) {
		if (r->session->closing)
			return;
		next_frame(r, "doubt");
		text(r, "text", doubt);
	}
}

static void add_programs(struct report *r)
{
	const struct api_config *config = r->session->hub->config;
	struct api_program p;
	for (size_t i = 0; config->program && config->program(config->context, i, &p); i++) {
		if (r->session->closing)
			return;
		next_frame(r, "program");
		text(r, "directive", p.failfast ? "failfast" : "respawn");
		text(r, "user", p.user);
		text(r, "command", p.command);
		text(r, "state", p.state);
		number(r, "restarts", p.restarts);
		ago(r, "started_ms", p.started);
	}
}

void answer_getstatus(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct report r = {.session = s, .reqtype = reqtype, .now = mono_now()};
	(void)request;
	add_daemon(&r);
	add_nodes(&r);
	add_groups(&r);
	add_monitors(&r);
	add_moves(&r);
	add_devices(&r);
	add_programs(&r);
	add_doubts(&r);
	end(&r);
}

void answer_getdecisions(struct api_session *s, const char *reqtype, const struct message *request)
{
	struct report r = {.session = s, .reqtype = reqtype, .now = mono_now()};
	struct decision_view v;
	(void)request;
	for (size_t i = 0; core_decision_view(core_of(&r), i, &v) && !s->closing; i++) {
		next_frame(&r, "decision");
		text(&r, "group", v.key);
		number(&r, "time", v.wall_s);
		ago(&r, "ago_ms", v.at);
		text(&r, "from", group_state_name(v.from));
		text(&r, "to", group_state_name(v.to));
		text(&r, "reason", v.reason);
		text(&r, "peer", v.peer);
		text(&r, "phase", v.phase);
		text(&r, "peer_status", v.peer_status);
		if (v.peer_silent.ns >= 0)
			number(&r, "peer_heard_ms", (uint64_t)span_to_ms(v.peer_silent));
		text(&r, "proof", v.proof);
		flag(&r, "proof_required", v.proof_required);
		flag(&r, "acked", v.acked);
		flag(&r, "asked", v.asked);
		number(&r, "epoch", v.epoch);
		number(&r, "peer_epoch", v.peer_epoch);
		text(&r, "hindrance", v.hindrance);
	}
	end(&r);
}

static struct ip_address_text address_text(struct bytes from)
{
	struct ip_address ip = {.family = from.len == sizeof ip.v4 ? AF_INET : AF_INET6};
	if (from.len == sizeof ip.v4)
		memcpy(&ip.v4, from.at, sizeof ip.v4);
	else if (from.len == sizeof ip.v6)
		memcpy(&ip.v6, from.at, sizeof ip.v6);
	else
		return (struct ip_address_text){""};
	return ip_address_text(&ip);
}

/* Write "t=status src=node1 ...", without the signature: with it a reader could try to find the key. */
static void write_fields(struct writer *w, const struct message *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct field *f = &m->fields[i];
		if (bytes_equal_text(f->name, "auth"))
			continue;
		writer_escaped(w, f->name, 64);
		writer_text(w, "=");
		if (f->type == FIELD_STRING)
			writer_escaped(w, f->value, 512);
		else
			writer_format(w, "(%zu bytes)", f->value.len);
		writer_text(w, " ");
	}
}

static void add_fields(struct report *r, const struct api_datagram *d)
{
	char line[DATAGRAM_TEXT_MAX];
	struct writer w = writer_over(line, sizeof line - 1);
	struct message m;
	struct decoded decoded;
	message_init(&m, r->session->hub->heard, CODEC_DATAGRAM_MAX);
	enum codec_verdict verdict = codec_decode(d->data, NULL, true, &m, &decoded);
	if (verdict == CODEC_OK)
		write_fields(&w, &m);
	else
		writer_format(&w, "(%s%s)", codec_verdict_text(verdict), d->length > d->data.len ? ", cut" : "");
	line[w.len] = '\0';
	text(r, "text", line);
}

void answer_getdatagrams(struct api_session *s, const char *reqtype, const struct message *request)
{
	const struct api_config *config = s->hub->config;
	struct report r = {.session = s, .reqtype = reqtype, .now = mono_now()};
	struct api_datagram d;
	(void)request;
	for (size_t i = 0; config->datagram && config->datagram(config->context, i, &d) && !s->closing; i++) {
		next_frame(&r, "datagram");
		ago(&r, "ago_ms", d.at);
		flag(&r, "sent", d.sent);
		text(&r, "medium", d.medium);
		text(&r, "from", address_text(d.from).at);
		number(&r, "length", d.length);
		add_fields(&r, &d);
	}
	end(&r);
}
