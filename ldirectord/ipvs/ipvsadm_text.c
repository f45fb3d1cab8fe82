// SPDX-License-Identifier: MIT
#include "ldirectord/ipvs/private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <string.h>

/* The options for a kind, a protocol and a method, indexed by their enums.  Reading and writing use the same tables. */
static const char *const kinds[] = {"-A", "-E", "-D", "-a", "-e", "-d"};
static const char *const protocols[] = {[LB_TCP] = "-t", [LB_UDP] = "-u", [LB_FWM] = "-f"};
static const char *const methods[] = {[LB_GATE] = "-g", [LB_MASQ] = "-m", [LB_IPIP] = "-i"};

bool ipvs_op_is_real(enum table_op_kind kind)
{
	return kind >= TABLE_REAL_ADD;
}

struct lb_address ipvs_stored(const struct table_op *op)
{
	struct lb_address a = op->real.address;
	if (op->service.id.protocol != LB_FWM && op->real.forward != LB_MASQ)
		a.port = op->service.id.address.port;
	return a;
}

// --- addresses ---

static bool number_parse(const char *text, uint64_t max, uint64_t *value)
{
	return bytes_to_u64(bytes_of(text), 10, value) && *value <= max;
}

bool ipvs_address_parse(const char *text, struct lb_address *out)
{
	struct reader r = reader_over(bytes_of(text));
	char ip[INET6_ADDRSTRLEN];
	*out = (struct lb_address){.family = reader_skip(&r, "[") ? LB_INET6 : LB_INET};
	struct bytes host = reader_until(&r, out->family == LB_INET6 ? ']' : ':');
	if (out->family == LB_INET6 && !reader_skip(&r, ":"))
		return false;
	uint64_t port = reader_decimal(&r, 5, UINT16_MAX);
	out->port = (uint16_t)port;
	return !r.failed && reader_left(&r) == 0 && bytes_to_text(host, ip, sizeof ip) &&
	       inet_pton(out->family == LB_INET ? AF_INET : AF_INET6, ip, out->bytes) == 1;
}

// --- scheduler flags ---

static const struct {
	const char *scheduler; /* NULL: any scheduler */
	const char *name;
	uint32_t bit;
} flag_names[] = {
	{"sh", "sh-fallback", IP_VS_SVC_F_SCHED1}, {"sh", "sh-port", IP_VS_SVC_F_SCHED2},
	{"mh", "mh-fallback", IP_VS_SVC_F_SCHED1}, {"mh", "mh-port", IP_VS_SVC_F_SCHED2},
	{NULL, "flag-1", IP_VS_SVC_F_SCHED1},      {NULL, "flag-2", IP_VS_SVC_F_SCHED2},
	{NULL, "flag-3", IP_VS_SVC_F_SCHED3},
};
enum { FLAG_NAMES = sizeof flag_names / sizeof flag_names[0] };

static bool flag_is_of(size_t i, const char *scheduler)
{
	return flag_names[i].scheduler == NULL || strcmp(flag_names[i].scheduler, scheduler) == 0;
}

bool ipvs_flags_parse(const char *scheduler, const char *names, uint32_t *bits)
{
	char copy[sizeof ((struct table_service *)0)->schedflags], *rest = copy;
	(void)snprintf(copy, sizeof copy, "%s", names);
	*bits = 0;
	for (char *name; (name = strsep(&rest, ",")) != NULL;) {
		size_t i = 0;
		while (i < FLAG_NAMES && !(flag_is_of(i, scheduler) && strcmp(flag_names[i].name, name) == 0))
			i++;
		if (i < FLAG_NAMES)
			*bits |= flag_names[i].bit;
		else if (name[0] != '\0')
			return false;
	}
	return true;
}

void ipvs_flags_text(const char *scheduler, uint32_t bits, char *out, size_t cap)
{
	struct writer w = writer_over(out, cap - 1);
	for (size_t i = 0; i < FLAG_NAMES; i++) {
		if ((bits & flag_names[i].bit) == 0 || !flag_is_of(i, scheduler))
			continue;
		// the scheduler's own name for the flag comes first in the table: do not also add "flag-N"
		bits &= ~flag_names[i].bit;
		writer_text(&w, w.len > 0 ? "," : "");
		writer_text(&w, flag_names[i].name);
	}
	out[w.len] = '\0';
}

// --- an operation as a line ---

static void id_text(struct writer *w, const struct lb_service_id *id)
{
	char address[64];
	writer_text(w, protocols[id->protocol]);
	writer_byte(w, ' ');
	if (id->protocol == LB_FWM) {
		writer_number(w, 10, id->mark);
		writer_text(w, id->address.family == LB_INET6 ? " -6" : "");
		return;
	}
	lb_address_text(&id->address, address, sizeof address);
	writer_text(w, address);
}

static void service_text(struct writer *w, const struct table_service *s)
{
	writer_format(w, " -s %s", s->scheduler);
	writer_text(w, s->ops ? " -o" : "");
	if (s->persistent > 0) {
		writer_format(w, " -p %u", (unsigned)s->persistent);
		if (s->netmask[0] != '\0')
			writer_format(w, " -M %s", s->netmask);
	}
	if (s->schedflags[0] != '\0')
		writer_format(w, " -b %s", s->schedflags);
}

void ipvs_op_text(const struct table_op *op, char *out, size_t cap)
{
	struct writer w = writer_over(out, cap - 1);
	writer_text(&w, kinds[op->kind]);
	writer_byte(&w, ' ');
	id_text(&w, &op->service.id);
	if (op->kind == TABLE_SERVICE_ADD || op->kind == TABLE_SERVICE_EDIT)
		service_text(&w, &op->service);
	if (ipvs_op_is_real(op->kind)) {
		struct lb_address stored = ipvs_stored(op);
		char address[64];
		lb_address_text(&stored, address, sizeof address);
		writer_format(&w, " -r %s", address);
	}
	if (op->kind == TABLE_REAL_ADD || op->kind == TABLE_REAL_EDIT)
		writer_format(&w, " %s -w %u -x %u -y %u", methods[op->real.forward], (unsigned)op->real.weight,
			(unsigned)op->real.upper, (unsigned)op->real.lower);
	out[w.len] = '\0';
}

// --- a line as an operation ---

struct parse {
	struct table_op *op;
	const char *option;
	bool has_kind, has_id, has_real, foreign;
};

static bool index_of(const char *const list[], size_t count, const char *word, unsigned *index)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], word) == 0)
			return *index = (unsigned)i, true;
	return false;
}

static bool copy_word(char *out, size_t cap, const char *word)
{
	return bytes_to_text(bytes_of(word), out, cap);
}

static bool take_u32(const char *word, uint32_t *out)
{
	uint64_t value;
	return number_parse(word, UINT32_MAX, &value) && (*out = (uint32_t)value, true);
}

static bool take_kind(struct parse *p, const char *word)
{
	unsigned index;
	(void)word; // this option has no value
	if (p->has_kind || !index_of(kinds, 6, p->option, &index))
		return false;
	p->op->kind = (enum table_op_kind)index;
	return p->has_kind = true;
}

static bool take_id(struct parse *p, const char *word)
{
	struct lb_service_id *id = &p->op->service.id;
	unsigned index;
	if (p->has_id || !index_of(protocols, 3, p->option, &index))
		return false;
	p->has_id = true;
	id->protocol = (enum lb_protocol)index;
	return id->protocol == LB_FWM ? take_u32(word, &id->mark) && id->mark > 0
	                              : ipvs_address_parse(word, &id->address);
}

static bool take_foreign(struct parse *p, const char *word)
{
	(void)word; // any value is accepted
	return p->foreign = true;
}

static bool take_nothing(struct parse *p, const char *word)
{
	(void)p, (void)word; // details of tunnels and persistence engines, which we do not support
	return true;
}

static bool take_six(struct parse *p, const char *word)
{
	(void)word; // this option has no value
	p->op->service.id.address.family = LB_INET6;
	return true;
}

static bool take_method(struct parse *p, const char *word)
{
	unsigned index;
	(void)word; // this option has no value
	return index_of(methods, 3, p->option, &index) && (p->op->real.forward = (enum lb_forward)index, true);
}

static bool take_ops(struct parse *p, const char *word)
{
	(void)word; // this option has no value
	return p->op->service.ops = true;
}

static bool take_real(struct parse *p, const char *word)
{
	return p->has_real = ipvs_address_parse(word, &p->op->real.address);
}

static bool take_text(struct parse *p, const char *word)
{
	struct table_service *s = &p->op->service;
	switch (p->option[1]) {
	case 's': return copy_word(s->scheduler, sizeof s->scheduler, word);
	case 'M': return copy_word(s->netmask, sizeof s->netmask, word);
	default: return copy_word(s->schedflags, sizeof s->schedflags, word);
	}
}

static bool take_count(struct parse *p, const char *word)
{
	switch (p->option[1]) {
	case 'p': return take_u32(word, &p->op->service.persistent);
	case 'w': return take_u32(word, &p->op->real.weight);
	case 'x': return take_u32(word, &p->op->real.upper);
	default: return take_u32(word, &p->op->real.lower);
	}
}

static const struct {
	const char *name;
	bool has_word;
	bool (*take)(struct parse *p, const char *word);
} options[] = {
	{"-A", false, take_kind},
	{"-E", false, take_kind},
	{"-D", false, take_kind},
	{"-a", false, take_kind},
	{"-e", false, take_kind},
	{"-d", false, take_kind},
	{"-t", true, take_id},
	{"-u", true, take_id},
	{"-f", true, take_id},
	{"-6", false, take_six},
	{"-s", true, take_text},
	{"-o", false, take_ops},
	{"-p", true, take_count},
	{"-M", true, take_text},
	{"-b", true, take_text},
	{"-r", true, take_real},
	{"-g", false, take_method},
	{"-m", false, take_method},
	{"-i", false, take_method},
	{"-w", true, take_count},
	{"-x", true, take_count},
	{"-y", true, take_count},
	{"--pe", true, take_nothing},
	{"--tun-type", true, take_nothing},
	{"--tun-port", true, take_nothing},
	{"--tun-nocsum", false, take_nothing},
	{"--tun-csum", false, take_nothing},
	{"--tun-remcsum", false, take_nothing},
	{"--sctp-service", true, take_foreign},
};

static bool take_option(struct parse *p, const char *option, char **rest)
{
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		if (strcmp(options[i].name, option) != 0)
			continue;
		const char *word = options[i].has_word ? strtok_r(NULL, " \t\n", rest) : "";
		p->option = option;
		return word != NULL && options[i].take(p, word);
	}
	return false;
}

int ipvs_op_parse(const char *line, struct table_op *out)
{
	char copy[512], *rest = NULL;
	*out = (struct table_op){.real = {.weight = 1}};
	struct parse p = {.op = out};
	if (!copy_word(copy, sizeof copy, line))
		return -EINVAL;
	for (const char *option = strtok_r(copy, " \t\n", &rest); option != NULL;
		option = strtok_r(NULL, " \t\n", &rest))
		if (!take_option(&p, option, &rest))
			return p.foreign ? -ENOTSUP : -EINVAL;
	if (p.foreign)
		return -ENOTSUP;
	return p.has_kind && p.has_id && p.has_real == ipvs_op_is_real(out->kind) ? 0 : -EINVAL;
}
