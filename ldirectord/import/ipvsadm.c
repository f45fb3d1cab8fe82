// SPDX-License-Identifier: MIT
/* Reads what "ipvsadm -S -n" prints: a line -A for each service, and below it a line -a for each of its servers.
 * ipvsadm(8) describes the options. */
#include "ldirectord/import/private.h"

/* One line on its way to a service or a server. */
struct line {
	struct import *import;
	const struct import_words *words;
	struct lb_service_id id;
	struct lb_address real;
	bool has_id, has_real, sctp, broken;
	enum lb_forward forward;
	uint64_t weight, upper, lower, persistent;
	struct bytes scheduler, netmask, flags;
	bool ops;
};

static void take_service(struct line *l, struct bytes word, enum lb_protocol protocol)
{
	l->id.protocol = protocol;
	l->has_id = import_address_port(word, &l->id.address);
}

static void take_mark(struct line *l, struct bytes word)
{
	uint64_t mark = 0;
	l->has_id = import_number(word, INT32_MAX, &mark) && mark > 0;
	l->id.protocol = LB_FWM;
	l->id.mark = (uint32_t)mark;
}

static void take_count(struct line *l, struct bytes word, uint64_t most, uint64_t *out)
{
	l->broken = l->broken || !import_number(word, most, out);
}

static bool is(struct bytes word, const char *name)
{
	return bytes_equal_text(word, name);
}

/* An option with a value. */
static void take_pair(struct line *l, struct bytes option, struct bytes word)
{
	if (is(option, "-t"))
		take_service(l, word, LB_TCP);
	else if (is(option, "-u"))
		take_service(l, word, LB_UDP);
	else if (is(option, "-f"))
		take_mark(l, word);
	else if (is(option, "--sctp-service"))
		l->sctp = true;
	else if (is(option, "-r"))
		l->has_real = import_address_port(word, &l->real);
	else if (is(option, "-s"))
		l->scheduler = word;
	else if (is(option, "-M"))
		l->netmask = word;
	else if (is(option, "-b"))
		l->flags = word;
	else if (is(option, "-p"))
		take_count(l, word, UINT32_MAX, &l->persistent);
	else if (is(option, "-w"))
		take_count(l, word, UINT16_MAX, &l->weight);
	else if (is(option, "-x"))
		take_count(l, word, UINT32_MAX, &l->upper);
	else if (is(option, "-y"))
		take_count(l, word, UINT32_MAX, &l->lower);
	else
		import_lost(l->import, l->words->line, option, "is not carried over: ldirectord.cf has nothing like it");
}

/* True: the option has no value. */
static bool take_single(struct line *l, struct bytes option)
{
	static const struct {
		const char *name;
		enum lb_forward forward;
	} methods[] = {{"-g", LB_GATE}, {"-m", LB_MASQ}, {"-i", LB_IPIP}};
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (is(option, methods[i].name)) {
			l->forward = methods[i].forward;
			return true;
		}
	if (is(option, "-6"))
		l->id.address.family = LB_INET6;
	else if (is(option, "-o"))
		l->ops = true;
	else if (is(option, "--tun-nocsum") || is(option, "--tun-csum") || is(option, "--tun-remcsum"))
		import_lost(l->import, l->words->line, option, "is not carried over: ldirectord.cf has nothing like it");
	else
		return false;
	return true;
}

static char *name_of(struct line *l, struct bytes word)
{
	if (word.len == 0)
		return NULL;
	if (import_is_name(word))
		return arena_text(l->import->memory, word);
	import_lost(l->import, l->words->line, word, "is not carried over: it is not a name");
	return NULL;
}

static void add_service(struct line *l)
{
	struct lb_virtual *v = import_add_virtual(l->import, &l->id, l->words->line);
	if (!v)
		return;
	v->scheduler = name_of(l, l->scheduler);
	v->schedflags = name_of(l, l->flags);
	v->netmask = name_of(l, l->netmask);
	v->persistent = (uint32_t)l->persistent;
	v->ops = l->ops;
}

static void add_server(struct line *l)
{
	struct lb_virtual *v = import_find_virtual(l->import, &l->id);
	if (!v || l->real.family != v->id.address.family) {
		import_lost(l->import, l->words->line, l->words->at[0], "this server is not carried over: %s",
			v ? "it has another address family than its service" : "its service is not above it");
		return;
	}
	struct lb_real *r = import_add_real(l->import, v, &l->real, l->words->line);
	if (!r)
		return;
	r->forward = l->forward;
	r->weight = (uint32_t)l->weight;
	r->upper = (uint32_t)l->upper;
	r->lower = (uint32_t)l->lower;
	if (r->weight == 0)
		import_lost(l->import, l->words->line, bytes_of("-w 0"),
			"is carried over: this server gets no connections; change its weight if it was only drained");
}

static void take_line(struct import *i, const struct import_words *words)
{
	struct line l = {.import = i, .words = words, .weight = 1};
	bool service = is(words->at[0], "-A"), server = is(words->at[0], "-a");
	for (size_t n = 1; n < words->count; n++) {
		if (take_single(&l, words->at[n]))
			continue;
		if (n + 1 == words->count) {
			l.broken = true;
			break;
		}
		take_pair(&l, words->at[n], words->at[n + 1]);
		n++;
	}
	if (l.sctp)
		import_lost(i, words->line, words->at[0], "is not carried over: ldirectord has no services of SCTP");
	else if (l.broken || !l.has_id || !(service || server) || server != l.has_real)
		import_lost(i, words->line, words->at[0],
			"this line is not understood; expected what ipvsadm -S -n prints");
	else if (service)
		add_service(&l);
	else
		add_server(&l);
}

static bool next_word(struct reader *line, struct bytes *word)
{
	while (reader_peek(line) == ' ' || reader_peek(line) == '\t' || reader_peek(line) == '\r')
		(void)reader_byte(line);
	const uint8_t *at = line->at;
	size_t len = 0;
	while (len < reader_left(line) && at[len] != ' ' && at[len] != '\t' && at[len] != '\r')
		len++;
	*word = reader_take(line, len);
	return len > 0;
}

void import_ipvsadm(struct import *i, struct bytes text)
{
	struct reader all = reader_over(text);
	for (unsigned number = 1; reader_left(&all) > 0; number++) {
		struct reader rest = all;
		struct bytes line = reader_until(&all, '\n');
		if (all.failed)
			line = reader_take(&rest, reader_left(&rest));
		struct reader r = reader_over(line);
		struct import_words words = {.line = number};
		struct bytes word;
		while (words.count < IMPORT_WORDS_MAX && next_word(&r, &word))
			words.at[words.count++] = word;
		if (words.count > 0 && words.at[0].at[0] != '#')
			take_line(i, &words);
	}
}
