// SPDX-License-Identifier: MIT
/* Writes the ldirectord.cf of an import, and reads it again with its own parser: what that refuses becomes a
 * comment. */
#include <string.h>

#include "ldirectord/import/private.h"

static void put_time(GString *out, const char *name, int64_t ms)
{
	if (ms > 0)
		g_string_append_printf(out, ms % 1000 ? "\t%s = %lldms\n" : "\t%s = %lld\n", name,
			(long long)(ms % 1000 ? ms : ms / 1000));
}

static void put_count(GString *out, const char *name, uint64_t n)
{
	if (n > 0)
		g_string_append_printf(out, "\t%s = %llu\n", name, (unsigned long long)n);
}

static void put_text(GString *out, const char *name, const char *text)
{
	if (text)
		g_string_append_printf(out, "\t%s = \"%s\"\n", name, text);
}

static void put_word(GString *out, const char *name, const char *word)
{
	if (word)
		g_string_append_printf(out, "\t%s = %s\n", name, word);
}

void import_put_check(GString *out, const struct lb_virtual *v)
{
	bool negotiates = v->check_type == LB_CHECK_NEGOTIATE;
	put_word(out, "checktype", lb_check_type_name(v->check_type));
	if (negotiates)
		put_word(out, "service", lb_service_name(v->service));
	put_text(out, "checkcommand", v->check_command);
	if (v->dynamic_weight)
		put_word(out, "dynamicweight", "yes");
	put_count(out, "checkport", v->check_port);
	put_text(out, "request", v->request);
	put_text(out, "receive", v->receive);
	for (size_t i = 0; i < v->status_count; i++)
		g_string_append_printf(out, i == 0 ? "\tstatus = %u-%u" : ",%u-%u", v->status[i].first, v->status[i].last);
	g_string_append(out, v->status_count > 0 ? "\n" : "");
	put_time(out, "checktimeout", v->check_timeout_ms);
	put_time(out, "retryinterval", v->retry_interval_ms);
	put_count(out, "failurecount", v->failure_count);
}

static void put_server(GString *out, const char *name, const struct lb_real *r)
{
	char address[64];
	lb_address_text(&r->address, address, sizeof(address));
	g_string_append_printf(out, "\t%s = %s %s", name, address, lb_forward_name(r->forward));
}

static void put_servers(GString *out, const struct lb_virtual *v)
{
	const char *six = v->id.address.family == LB_INET6 ? "6" : "";
	char real[8] = "real", fallback[16] = "fallback";
	(void)g_strlcat(real, six, sizeof(real)); // long enough
	(void)g_strlcat(fallback, six, sizeof(fallback));
	for (size_t i = 0; i < v->real_count; i++) {
		put_server(out, real, &v->reals[i]);
		g_string_append_printf(out, " %u", v->reals[i].weight);
		if (v->reals[i].lower > 0)
			g_string_append_printf(out, " l:%u", v->reals[i].lower);
		if (v->reals[i].upper > 0)
			g_string_append_printf(out, " u:%u", v->reals[i].upper);
		g_string_append_c(out, '\n');
	}
	if (v->fallback_count > 0) {
		put_server(out, fallback, &v->fallbacks[0]);
		g_string_append_c(out, '\n');
	}
}

static void put_virtual(GString *out, const struct lb_virtual *v)
{
	const char *six = v->id.address.family == LB_INET6 ? "6" : "";
	char address[64];
	lb_address_text(&v->id.address, address, sizeof(address));
	if (v->id.protocol == LB_FWM)
		g_string_append_printf(out, "virtual%s = %u\n", six, v->id.mark);
	else
		g_string_append_printf(out, "virtual%s = %s\n", six, address);
	put_word(out, "protocol", lb_protocol_name(v->id.protocol));
	put_servers(out, v);
	put_word(out, "scheduler", v->scheduler);
	put_word(out, "schedflags", v->schedflags);
	put_count(out, "persistent", v->persistent);
	put_word(out, "netmask", v->netmask);
	if (v->ops)
		put_word(out, "ops", "yes");
	if (v->quiescent)
		put_word(out, "quiescent", "yes");
	import_put_check(out, v);
	put_time(out, "checkinterval", v->check_interval_ms);
	put_word(out, "virtualhost", v->virtualhost);
	put_count(out, "quorum", v->quorum);
	put_count(out, "quorumhysteresis", v->quorum_hysteresis);
}

// --- what the parser refuses ---

/* The text of a line, without its end. */
static struct bytes line_at(const GString *text, unsigned number)
{
	struct reader r = reader_over((struct bytes){(const uint8_t *)text->str, text->len});
	struct bytes line = {NULL, 0};
	for (unsigned i = 0; i < number; i++)
		line = reader_until(&r, '\n');
	return line;
}

/* Make a comment of each line with an error.  Returns whether there was one. */
static bool comment_out(struct import *i, const struct lb_virtual *v, GString *section)
{
	struct diags d;
	diags_init(&d, "");
	struct lb_config *c = lb_config_parse("", section->str, section->len, false, NULL, NULL, &d);
	lb_config_free(c);
	size_t errors = d.errors, found = 0;
	for (size_t n = d.count; n-- > 0;) { // from the end, so that the places of earlier lines stay
		struct bytes line = line_at(section, d.list[n].line);
		if (d.list[n].severity != DIAG_ERROR || line.len == 0 || line.at[0] == '#')
			continue;
		import_lost(i, v->line, bytes_of("virtual service"), "a setting is not carried over: %s", d.list[n].text);
		(void)g_string_insert_c(section, (const char *)line.at - section->str, '#');
		found++;
	}
	diags_free(&d);
	return errors > 0 && found > 0;
}

static bool is_accepted(const GString *section)
{
	struct diags d;
	diags_init(&d, "");
	struct lb_config *c = lb_config_parse("", section->str, section->len, false, NULL, NULL, &d);
	diags_free(&d);
	bool good = c != NULL && c->virtual_count == 1;
	lb_config_free(c);
	return good;
}

void import_put(struct import *i, GString *out)
{
	g_string_append(out, "# Made by ldirectord import.  Read it, then try it: ldirectord check FILE --strict\n");
	GString *section = g_string_new(NULL);
	size_t kept = 0;
	for (size_t n = 0; n < i->virtual_count; n++) {
		const struct lb_virtual *v = i->virtuals[n];
		g_string_truncate(section, 0);
		put_virtual(section, v);
		while (comment_out(i, v, section)) // each round makes at least one more comment
			;
		if (is_accepted(section)) {
			g_string_append_printf(out, "\n%s", section->str);
			kept++;
		} else {
			import_lost(i, v->line, bytes_of("virtual service"), "it is not carried over: ldirectord.cf cannot have it");
		}
	}
	(void)g_string_free(section, TRUE);
	i->virtual_count = kept;
}
