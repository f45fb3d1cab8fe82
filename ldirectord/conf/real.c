// SPDX-License-Identifier: MIT
// Lines that name servers: real = HOST[->HOST][:PORT] METHOD [WEIGHT] ["REQUEST", "RECEIVE"] [l:N] [u:N], and fallback.
// doc/ldirectord.md 3.
#include "ldirectord/conf/parse.h"

#include <stdio.h>
#include <string.h>

enum { WEIGHT_MAX = 65535 }; // ipvsadm refuses a larger weight

// --- what follows the method ---

static bool is_number(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!lb_is_digit(text.at[i]))
			return false;
	}
	return text.len > 0;
}

static uint32_t number(struct lb_parser *p, const char *name, struct lb_value v, uint32_t most)
{
	uint64_t n;
	if (bytes_to_u64(v.text, 10, &n) && n <= most)
		return (uint32_t)n;
	lb_report(p, LB_ERROR, name, v, "is not accepted; expected a number, at most %u", most);
	return 0;
}

// Returns the index of the closing quote, or the length.  A closing quote is followed by a blank, a comma or the end of
// the line: "say "hi" now" is one text.
static size_t closing_quote(struct lb_value v)
{
	for (size_t i = 1; i < v.text.len; i++) {
		if (v.text.at[i] == '"' &&
			(i + 1 == v.text.len || v.text.at[i + 1] == ',' || lb_is_blank(v.text.at[i + 1])))
			return i;
	}
	return v.text.len;
}

bool lb_is_url(const char *request, enum lb_service service)
{
	const char *scheme = service == LB_HTTP ? "http://" : service == LB_HTTPS ? "https://" : NULL;
	request += *request == '/';
	return scheme && strncmp(request, scheme, strlen(scheme)) == 0;
}

// Read "REQUEST" and "RECEIVE", and move *rest behind them.  Returns false after reporting an error.
static bool read_texts(
	struct lb_parser *p, const char *name, enum lb_service service, struct lb_value *rest, struct lb_real *r)
{
	struct lb_value texts[2];
	for (size_t n = 0; n < 2; n++) {
		while (n > 0 && rest->text.len > 0 && (lb_is_blank(rest->text.at[0]) || rest->text.at[0] == ','))
			*rest = lb_slice(*rest, 1, rest->text.len);
		size_t end = rest->text.len > 0 && rest->text.at[0] == '"' ? closing_quote(*rest) : rest->text.len;
		if (end == rest->text.len) {
			lb_report(p, LB_ERROR, name, *rest,
				n == 0 ? "has no closing quote; expected \"REQUEST\", \"RECEIVE\""
				       : "is not an expected answer in quotes; expected \"REQUEST\", \"RECEIVE\"");
			return false;
		}
		texts[n] = lb_slice(*rest, 1, end);
		*rest = lb_slice(*rest, end + 1, rest->text.len);
	}
	bool slash = texts[0].text.len > 0 && texts[0].text.at[0] == '/';
	r->request = arena_format(p->memory, "%s%s", slash ? "" : "/", arena_text(p->memory, texts[0].text));
	r->receive = arena_text(p->memory, texts[1].text);
	r->elsewhere = lb_is_url(r->request, service);
	return lb_regex_good(p, name, texts[1]);
}

// Returns true when a weight follows.  ldirectord 4 ignores the text between method and weight, if there is a weight.
static bool weight_follows(struct lb_value rest)
{
	for (struct lb_value word = lb_word(&rest); word.text.len > 0 && word.text.at[0] != '"';
		word = lb_word(&rest)) {
		if (is_number(word.text))
			return true;
	}
	return false;
}

static void read_options(
	struct lb_parser *p, const char *name, enum lb_service service, struct lb_value rest, struct lb_real *r)
{
	bool weight = false, thresholds = false;
	unsigned texts = 0; // 1: the texts are read; 2: and a weight follows them
	for (;;) {
		rest = lb_trim(rest);
		if (rest.text.len == 0)
			return;
		if (rest.text.at[0] == '"' && !texts) {
			texts = 1;
			if (!read_texts(p, name, service, &rest, r))
				return;
			continue;
		}
		struct lb_value word = lb_word(&rest);
		bool pair = word.text.len > 2 && word.text.at[1] == ':';
		if (pair && (word.text.at[0] == 'l' || word.text.at[0] == 'u')) {
			thresholds = true;
			*(word.text.at[0] == 'l' ? &r->lower : &r->upper) =
				number(p, name, lb_slice(word, 2, word.text.len), UINT32_MAX);
		} else if (is_number(word.text) && (!weight || texts == 1) && !thresholds) {
			weight = true;
			if (texts > 0) {
				texts = 2;
				lb_report(p, LB_MISTAKE, name, word, "is read as the weight; expected it before the texts");
			}
			r->weight = number(p, name, word, WEIGHT_MAX);
		} else if (!weight && !texts && !thresholds && weight_follows(rest)) {
			lb_report(p, LB_MISTAKE, name, word, "before the weight is ignored; delete it");
		} else {
			lb_report(p, LB_ERROR, name, word,
				"is not accepted here; expected [WEIGHT] [\"REQUEST\", \"RECEIVE\"] [l:N] [u:N] after the method");
			return;
		}
	}
}

// --- real ---

static bool read_method(struct lb_parser *p, const char *name, struct lb_value word, enum lb_forward *out)
{
	int choice = lb_choice(lb_forward_names, word.text);
	if (choice < 0)
		lb_report(p, LB_ERROR, name, word, "is not a forwarding method; expected %s",
			lb_list_of(lb_forward_names).text);
	else
		*out = (enum lb_forward)choice;
	return choice >= 0;
}

static void add_real(struct lb_parser *p, struct lb_section *s, const struct lb_real *r)
{
	if (p->real_total++ >= LB_REALS_MAX)
		return; // lb_real_read reports it
	s->v.reals = arena_grow(p->memory, s->v.reals, s->v.real_count, sizeof(*r));
	s->v.reals[s->v.real_count++] = *r;
}

static void add_range(struct lb_parser *p, struct lb_section *s, struct lb_real r, const struct lb_host_port *where)
{
	const char *name = lb_real_name(s->v.id.address.family);
	struct lb_address last;
	if (s->v.id.address.family == LB_INET6) {
		lb_report(p, LB_ERROR, name, where->host_last,
			"ends a range of IPv6 addresses; expected one line for each server");
		return;
	}
	if (!lb_host_resolve(p, name, where->host_last, LB_INET, &last))
		return;
	uint32_t from = lb_address_number(&r.address), to = lb_address_number(&last);
	if (to < from) {
		lb_report(p, LB_ERROR, name, where->host_last,
			"is lower than the start of its range; expected the lower address first");
		return;
	}
	if (to - from >= LB_REALS_MAX) {
		lb_report(p, LB_ERROR, name, where->host_last, "ends a range of more than %d servers; expected fewer",
			LB_REALS_MAX);
		return;
	}
	for (uint32_t n = 0; n <= to - from && p->real_total <= LB_REALS_MAX; n++) {
		char text[64];
		lb_address_set_number(&r.address, from + n);
		lb_address_text(&r.address, text, sizeof(text));
		r.host = arena_text(p->memory, (struct bytes){(const uint8_t *)text, strcspn(text, ":")});
		add_real(p, s, &r);
	}
}

void lb_real_read(struct lb_parser *p, struct lb_section *s, struct lb_value v)
{
	const char *name = lb_real_name(s->v.id.address.family);
	struct lb_host_port where;
	struct lb_real r = {.weight = 1, .line = v.line, .request = s->v.request, .receive = s->v.receive};
	v = lb_tidy(p, name, v);
	bool cut = lb_host_port_cut(v, &where);
	struct lb_value rest = where.after, method = lb_tidy(p, name, lb_word(&rest));
	if (!cut || method.text.len == 0) {
		lb_report(p, LB_ERROR, name, v, "is not a server; expected HOST[:PORT] METHOD [WEIGHT], METHOD being %s%s",
			lb_list_of(lb_forward_names).text, lb_other_family(name, v));
		return;
	}
	if (where.before.text.len > 0)
		lb_report(p, LB_MISTAKE, name, where.before, "before the address is ignored; delete it");
	if (!read_method(p, name, method, &r.forward) ||
		!lb_host_resolve(p, name, where.host, s->v.id.address.family, &r.address))
		return;
	if (where.port.text.at && !lb_port_resolve(p, name, where.port, s->v.id.protocol, &r.address.port))
		return;
	read_options(p, name, s->v.service, rest, &r);
	r.host = arena_text(p->memory, where.host.text);
	bool room = p->real_total <= LB_REALS_MAX;
	if (where.host_last.text.at)
		add_range(p, s, r, &where);
	else
		add_real(p, s, &r);
	if (room && p->real_total > LB_REALS_MAX)
		lb_report(p, LB_ERROR, name, v, "exceeds the limit of servers in this file; expected at most %d", LB_REALS_MAX);
}

// --- fallback ---

static bool read_fallback(struct lb_parser *p, struct lb_value v, enum lb_family family, enum lb_protocol protocol,
	struct lb_real *out)
{
	const char *name = lb_fallback_name(family);
	struct lb_host_port where;
	struct lb_real r = {.weight = 1,
		.line = v.line,
		.request = arena_text(p->memory, bytes_of("/")),
		.receive = arena_text(p->memory, bytes_of(""))};
	if (!lb_host_port_cut(v, &where) || where.host_last.text.at) {
		lb_report(p, LB_ERROR, name, v, "is not a server; expected HOST[:PORT] [METHOD]%s", lb_other_family(name, v));
		return false;
	}
	if (where.before.text.len > 0)
		lb_report(p, LB_MISTAKE, name, where.before, "before the address is ignored; delete it");
	if (where.after.text.len > 0 && !read_method(p, name, where.after, &r.forward))
		return false;
	if (!lb_host_resolve(p, name, where.host, family, &r.address))
		return false;
	if (where.port.text.at && !lb_port_resolve(p, name, where.port, protocol, &r.address.port))
		return false;
	r.host = arena_text(p->memory, where.host.text);
	*out = r;
	return true;
}

size_t lb_fallbacks_read(struct lb_parser *p, struct lb_value v, enum lb_family family, enum lb_protocol protocol,
	struct lb_real **out)
{
	size_t count = 0, end;
	bool good = true;
	struct lb_value rest = lb_tidy(p, lb_fallback_name(family), v);
	*out = NULL;
	do {
		struct lb_real r;
		for (end = 0; end < rest.text.len && rest.text.at[end] != ',';)
			end++;
		if (count == LB_FALLBACKS_MAX) {
			lb_report(p, LB_ERROR, lb_fallback_name(family), rest, "is too much; expected at most %d servers",
				LB_FALLBACKS_MAX);
			return 0;
		}
		good = read_fallback(p, lb_trim(lb_slice(rest, 0, end)), family, protocol, &r) && good;
		*out = arena_grow(p->memory, *out, count, sizeof(r));
		if (good)
			(*out)[count] = r;
		count++;
		rest = lb_slice(rest, end < rest.text.len ? end + 1 : end, rest.text.len);
	} while (rest.text.len > 0);
	return good ? count : 0;
}
