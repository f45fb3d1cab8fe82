// SPDX-License-Identifier: MIT
// Effective values, once the whole file is read: a global directive may be written below the sections that it
// applies to.
// doc/ldirectord.md 3 to 5.
#include "ldirectord/conf/parse.h"

#include <string.h>

struct lb_common lb_common_none(void)
{
	return (struct lb_common){.email_alert_freq = -1,
		.email_alert_status = -1,
		.quorum_hysteresis = -1,
		.quiescent = -1,
		.cleanstop = -1};
}

// --- identity of a virtual ---

// Returns true when the address has colons.  "10.0.0.1" has no port, whatever its family.
static bool has_colons(struct lb_value v)
{
	return bytes_have(v.text, ':');
}

static void report_address(struct lb_parser *p, struct lb_section *s)
{
	lb_report(p, LB_ERROR, lb_virtual_name(s->v.id.address.family), s->address,
		"is not accepted; expected %s or a firewall mark, 1 to 2147483647, in digits%s",
		s->v.id.address.family == LB_INET ? "HOST:PORT" : "[ADDRESS]:PORT, HOST:PORT",
		has_colons(s->address) ? lb_other_family(lb_virtual_name(s->v.id.address.family), s->address) : "");
}

static bool read_mark(struct lb_parser *p, struct lb_section *s)
{
	struct lb_value rest = s->address, word = lb_word(&rest);
	uint64_t mark;
	if (!bytes_to_u64(word.text, 10, &mark))
		return false;
	s->v.id.protocol = LB_FWM;
	s->v.id.mark = (uint32_t)mark;
	if (mark < 1 || mark > INT32_MAX)
		report_address(p, s);
	rest = lb_trim(rest);
	if (rest.text.len > 0)
		lb_report(p, LB_MISTAKE, lb_virtual_name(s->v.id.address.family), rest,
			"after the firewall mark is ignored; delete it");
	return true;
}

static void read_address(struct lb_parser *p, struct lb_section *s, enum lb_protocol protocol)
{
	struct lb_service_id *id = &s->v.id;
	const char *name = lb_virtual_name(id->address.family);
	struct lb_host_port where;
	if (!lb_host_port_cut(s->address, &where) || where.before.text.len > 0 || where.host_last.text.at ||
		!where.port.text.at) {
		report_address(p, s);
		return;
	}
	struct lb_address address;
	if (!lb_host_resolve(p, name, where.host, id->address.family, &address) ||
		!lb_port_resolve(p, name, where.port, protocol, &address.port))
		return;
	id->address = address;
	s->v.host = arena_text(p->memory, where.host.text);
	if (where.after.text.len > 0)
		lb_report(p, LB_MISTAKE, name, where.after, "after the address is ignored; delete it");
}

static void read_identity(struct lb_parser *p, struct lb_section *s)
{
	const struct lb_value *protocol = lb_given(s, "protocol");
	// -1 also when the line of protocol has reported an error
	int written = protocol ? lb_choice_of(lb_protocol_names, *protocol, NULL) : -1;
	bool tcp = written == LB_TCP, udp = written == LB_UDP, fwm = written == LB_FWM;
	s->address = lb_tidy(p, lb_virtual_name(s->v.id.address.family), s->address);
	if (read_mark(p, s)) {
		if (tcp || udp)
			lb_report(p, LB_ERROR, "protocol", *protocol,
				"needs an address, but the virtual is a firewall mark; expected fwm, or delete the line");
		return;
	}
	read_address(p, s, udp ? LB_UDP : LB_TCP);
	if (fwm)
		lb_report(p, LB_ERROR, "protocol", *protocol, "needs a firewall mark, but the virtual is an address; expected tcp or udp");
	s->v.id.protocol = udp || (!protocol && s->v.id.address.port == 53) ? LB_UDP : LB_TCP;
}

// --- values of a section, of the file, or by default ---

static int64_t first_given(int64_t a, int64_t b, int64_t c, int64_t d, int64_t preset)
{
	return a ? a : b ? b : c ? c : d ? d : preset;
}

static void merge(const struct lb_common *own, const struct lb_common *all, struct lb_virtual *v)
{
	v->check_timeout_ms = first_given(own->check_timeout_ms, own->negotiate_timeout_ms, all->check_timeout_ms,
		all->negotiate_timeout_ms, 5000);
	v->negotiate_timeout_ms = first_given(own->negotiate_timeout_ms, own->check_timeout_ms,
		all->negotiate_timeout_ms, all->check_timeout_ms, 30000);
	v->check_interval_ms = first_given(own->check_interval_ms, all->check_interval_ms, 0, 0, 10000);
	v->retry_interval_ms = first_given(own->retry_interval_ms, all->retry_interval_ms, 0, 0, v->check_interval_ms);
	v->check_count = (unsigned)first_given(own->check_count, all->check_count, 0, 0, 1);
	v->failure_count = (unsigned)first_given(own->failure_count, all->failure_count, 0, 0, 1);
	v->rise_count = (unsigned)first_given(own->rise_count, all->rise_count, 0, 0, 1);
	v->quorum = (unsigned)first_given(own->quorum, all->quorum, 0, 0, 1);
	int64_t hysteresis = own->quorum_hysteresis >= 0 ? own->quorum_hysteresis : all->quorum_hysteresis;
	v->quorum_hysteresis = hysteresis >= 0 ? (unsigned)hysteresis : 0;
	v->max_down = own->max_down.given ? own->max_down : all->max_down;
	int64_t freq = own->email_alert_freq >= 0 ? own->email_alert_freq : all->email_alert_freq;
	int64_t status = own->email_alert_status >= 0 ? own->email_alert_status : all->email_alert_status;
	v->email_alert_freq = freq >= 0 ? (unsigned)freq : 0;
	v->email_alert_status = status >= 0 ? (unsigned)status : LB_MAIL_ALL;
	int quiescent = own->quiescent >= 0 ? own->quiescent : all->quiescent,
	    cleanstop = own->cleanstop >= 0 ? own->cleanstop : all->cleanstop;
	v->quiescent = quiescent > 0;
	v->cleanstop = cleanstop != 0;
	v->fallback_command = own->fallback_command ? own->fallback_command : all->fallback_command;
	v->alert_command = own->alert_command ? own->alert_command : all->alert_command;
	v->email_alert = own->email_alert ? own->email_alert : all->email_alert;
	v->smtp = own->smtp ? own->smtp : all->smtp;
}

static void preset(struct lb_parser *p, char **field, const char *text)
{
	if (!*field)
		*field = arena_text(p->memory, bytes_of(text));
}

static void fill_in(struct lb_parser *p, struct lb_section *s)
{
	struct lb_virtual *v = &s->v;
	if (!lb_given(s, "service"))
		v->service = lb_service_of_port(v->id.protocol == LB_FWM ? 0 : v->id.address.port);
	// ldirectord 4 has no defaults for these when the service is derived from the port.
	v->login_preset = !v->login && (v->service == LB_FTP || v->service == LB_SIP);
	v->passwd_preset = !v->passwd && v->service == LB_FTP;
	if (v->login_preset)
		preset(p, &v->login, v->service == LB_FTP ? "anonymous" : "ldirectord@localhost");
	if (v->passwd_preset)
		preset(p, &v->passwd, "ldirectord@localhost");
	preset(p, &v->check_command, "/bin/true");
	preset(p, &v->request, "/");
	preset(p, &v->receive, "");
	preset(p, &v->login, "");
	preset(p, &v->passwd, "");
	preset(p, &v->database, "");
	preset(p, &v->secret, "");
	preset(p, &v->scheduler, "wrr");
}

// --- servers ---

static void read_fallbacks(struct lb_parser *p, struct lb_section *s)
{
	struct lb_virtual *v = &s->v;
	enum lb_family family = v->id.address.family;
	const struct lb_value *own = lb_given(s, lb_fallback_name(family));
	size_t all = p->config->fallback_count[family];
	if (own) {
		v->fallback_count = lb_fallbacks_read(p, *own, family, v->id.protocol, &v->fallbacks);
	} else if (all > 0) {
		v->fallback_count = all;
		v->fallbacks = arena_take(p->memory, all * sizeof(*v->fallbacks));
		memcpy(v->fallbacks, p->config->fallbacks[family], all * sizeof(*v->fallbacks));
	}
	for (size_t i = 0; i < v->fallback_count; i++) {
		struct lb_real *f = &v->fallbacks[i];
		f->request = v->request; // for its check
		f->receive = v->receive;
		if (f->address.port == 0 && v->id.protocol != LB_FWM)
			f->address.port = v->id.address.port;
	}
}

static void report_duplicate(struct lb_parser *p, struct lb_section *s, size_t earlier)
{
	for (size_t i = 0; i < earlier && !s->broken; i++) {
		const struct lb_section *other = p->sections[i];
		// Report this at the last line of the section, as ldirectord 4 does, because only there all its
		// directives are known.
		if (!other->broken && lb_service_id_equal(&other->v.id, &s->v.id))
			diag_add(p->diags, DIAG_ERROR, s->last_line, 0,
				"%s: the section of line %u describes the same service as that of line %u; expected another address, port or protocol",
				lb_virtual_name(s->v.id.address.family), s->v.line, other->v.line);
	}
}

static const unsigned *lines_of(struct lb_parser *p, const struct lb_section *s)
{
	unsigned *lines = arena_take(p->memory, LB_DIRECTIVES_MAX * sizeof(*lines));
	for (size_t i = 0; i < LB_DIRECTIVES_MAX; i++)
		lines[i] = s->given[i].line;
	return lines;
}

void lb_effective_values(struct lb_parser *p)
{
	struct lb_config *c = p->config;
	for (int family = LB_INET; family <= LB_INET6; family++) {
		if (p->fallback[family].line > 0)
			c->fallback_count[family] = lb_fallbacks_read(
				p, p->fallback[family], (enum lb_family)family, LB_TCP, &c->fallbacks[family]);
	}
	c->virtuals = arena_take(p->memory, (p->section_count + 1) * sizeof(*c->virtuals));
	for (size_t i = 0; i < p->section_count; i++) {
		struct lb_section *s = p->open = p->sections[i];
		read_identity(p, s);
		fill_in(p, s);
		merge(&s->common, &c->globals, &s->v);
		for (size_t n = 0; n < s->real_count; n++)
			lb_real_read(p, s, s->reals[n]);
		read_fallbacks(p, s);
		report_duplicate(p, s, i);
		if (!s->broken)
			lb_warnings(p, s);
		s->v.lines = lines_of(p, s);
		c->virtuals[c->virtual_count++] = s->v;
	}
	p->open = NULL;
}
