// SPDX-License-Identifier: MIT
/* Any bytes as ldirectord.cf: every diagnostic has a text and a line of the file, in order; a configuration is there
 * exactly when there was no error, strict accepts no more, effective values are within their bounds, and written again
 * plainly they are read again. */
#include <stdio.h>
#include <string.h>

#include "ldirectord/conf/config.h"
#include "lib/bytes.h"
#include "tests/fuzz/fuzz.h"

enum { AGAIN_REALS_MAX = 64 }; // a range of thousands would be most of the time

// Names with an x in front are not known; others have an address made of their letters.
static bool resolve(void *context, const char *host, enum lb_family family, struct lb_address *out, const char **why)
{
	(void)context;
	(void)family;
	size_t len = strlen(host);
	MUST(len > 0 && len < 256);
	*why = "not known";
	if (host[0] == ':') {
		out->port = (uint16_t)(len * 7);
		return host[1] != 'x';
	}
	for (size_t i = 0; i < len; i++)
		out->bytes[i % sizeof(out->bytes)] ^= (uint8_t)host[i];
	return host[0] != 'x';
}

static void check_diags(const struct diags *d, unsigned lines)
{
	size_t errors = 0;
	for (size_t i = 0; i < d->count; i++) {
		MUST(d->list[i].text && d->list[i].text[0]);
		MUST(d->list[i].line >= 1 && (d->list[i].line <= lines || d->count > 1000));
		MUST(i == 0 || d->list[i - 1].line <= d->list[i].line || d->count > 1000);
		errors += d->list[i].severity == DIAG_ERROR;
	}
	MUST(errors == d->errors || d->count > 1000);
}

static void check_real(const struct lb_virtual *v, const struct lb_real *r)
{
	MUST(r->address.family == v->id.address.family && r->forward <= LB_IPIP && r->weight <= 65535);
	MUST(r->request[0] == '/' && r->receive && r->host && r->host[0] && r->line >= 1);
}

static void check_virtual(const struct lb_virtual *v)
{
	MUST(v->id.protocol != LB_FWM || (v->id.mark >= 1 && v->id.mark <= INT32_MAX));
	MUST(v->check_type <= LB_CHECK_COMBINED && v->service < LB_SERVICES && v->sslverify <= LB_SSL_FULL &&
		v->http_method <= LB_HEAD);
	MUST(v->check_timeout_ms > 0 && v->negotiate_timeout_ms > 0 && v->check_interval_ms > 0 &&
		v->retry_interval_ms > 0);
	MUST(v->check_count > 0 && v->failure_count > 0 && v->rise_count > 0 && v->email_alert_status <= LB_MAIL_ALL);
	MUST(v->check_command[0] && v->request[0] == '/' && v->receive && v->login && v->passwd && v->database &&
		v->secret && v->scheduler[0]);
	for (size_t i = 0; i < v->status_count; i++)
		MUST(v->status[i].first >= 100 && v->status[i].first <= v->status[i].last && v->status[i].last <= 599);
	for (size_t i = 0; i < v->real_count; i++)
		check_real(v, &v->reals[i]);
	for (size_t i = 0; i < v->fallback_count; i++) {
		check_real(v, &v->fallbacks[i]);
		MUST(v->fallbacks[i].weight == 1 &&
			(v->id.protocol == LB_FWM || v->id.address.port == 0 || v->fallbacks[i].address.port != 0));
	}
}

static void check_config(const struct lb_config *c)
{
	char text[64];
	for (size_t i = 0; i < c->virtual_count; i++) {
		check_virtual(&c->virtuals[i]);
		for (size_t n = 0; n < i; n++)
			MUST(!lb_service_id_equal(&c->virtuals[i].id, &c->virtuals[n].id));
		lb_service_id_text(&c->virtuals[i].id, text, sizeof(text));
		MUST(strlen(text) < sizeof(text) - 1);
	}
	MUST(c->log_file[0]);
}

// --- written again ---

// Text in quotes, or the rest of a section's line, cannot hold everything.
static bool quotable(const char *s)
{
	return !strchr(s, '"') && !(strchr(s, '#') && strchr(s, '\\'));
}

static bool writable(const struct lb_virtual *v)
{
	const char *const quoted[] = {
		v->request, v->receive, v->login, v->passwd, v->database, v->secret, v->check_command};
	const char *const plain[] = {v->service_name, v->comment, v->fallback_command, v->schedflags};
	for (size_t i = 0; i < sizeof(quoted) / sizeof(*quoted); i++) {
		if (!quotable(quoted[i]))
			return false;
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		if (plain[i] && strpbrk(plain[i], "#\""))
			return false;
	}
	for (size_t i = 0; i < v->real_count; i++) {
		if (strpbrk(v->reals[i].request, "\"#") || strpbrk(v->reals[i].receive, "\"#"))
			return false;
	}
	return v->real_count <= AGAIN_REALS_MAX;
}

static void write_quoted(FILE *out, const char *name, const char *s)
{
	if (s && s[0])
		MUST(fprintf(out, "\t%s = \"%s\"\n", name, s) > 0);
}

static void write_virtual(FILE *out, const struct lb_virtual *v)
{
	const char *six = v->id.address.family == LB_INET6 ? "6" : "";
	char text[64];
	lb_address_text(&v->id.address, text, sizeof(text));
	if (v->id.protocol == LB_FWM)
		(void)snprintf(text, sizeof(text), "%u", v->id.mark); // fits
	MUST(fprintf(out, "virtual%s = %s\n\tprotocol = %s\n\tservice = %s\n", six, text,
		     lb_protocol_name(v->id.protocol), lb_service_name(v->service)) > 0);
	if (v->check_type == LB_CHECK_COMBINED)
		MUST(fprintf(out, "\tchecktype = %u\n", v->connects_per_negotiate) > 0);
	else
		MUST(fprintf(out, "\tchecktype = %s\n", lb_check_type_name(v->check_type)) > 0);
	MUST(fprintf(out,
		     "\tchecktimeout=%lldms\n\tnegotiatetimeout=%lldms\n\tcheckinterval=%lldms\n\tretryinterval=%lldms\n\tscheduler=%s\n\tpersistent=%u\n",
		     (long long)v->check_timeout_ms, (long long)v->negotiate_timeout_ms,
		     (long long)v->check_interval_ms, (long long)v->retry_interval_ms, v->scheduler,
		     v->persistent) > 0);
	write_quoted(out, "request", v->request);
	write_quoted(out, "receive", v->receive);
	write_quoted(out, "login", v->login);
	write_quoted(out, "passwd", v->passwd);
	write_quoted(out, "checkcommand", v->check_command);
	if (v->comment)
		MUST(fprintf(out, "\tcomment = %s\n", v->comment) > 0);
	for (size_t i = 0; i < v->real_count; i++) {
		const struct lb_real *r = &v->reals[i];
		lb_address_text(&r->address, text, sizeof(text));
		MUST(fprintf(out, "\treal%s = %s %s %u \"%s\", \"%s\" u:%u l:%u # one\n\n", six, text,
			     lb_forward_name(r->forward), r->weight, r->request, r->receive, r->upper, r->lower) > 0);
	}
}

static void same_virtual(const struct lb_virtual *a, const struct lb_virtual *b)
{
	MUST(lb_service_id_equal(&a->id, &b->id) && a->service == b->service && a->check_type == b->check_type);
	MUST(a->connects_per_negotiate == b->connects_per_negotiate && a->check_timeout_ms == b->check_timeout_ms);
	MUST(a->negotiate_timeout_ms == b->negotiate_timeout_ms && a->check_interval_ms == b->check_interval_ms);
	MUST(a->retry_interval_ms == b->retry_interval_ms && a->persistent == b->persistent &&
		strcmp(a->scheduler, b->scheduler) == 0);
	MUST(strcmp(a->request, b->request) == 0 && strcmp(a->receive, b->receive) == 0 &&
		strcmp(a->login, b->login) == 0);
	MUST(strcmp(a->passwd, b->passwd) == 0 && strcmp(a->check_command, b->check_command) == 0 &&
		a->real_count == b->real_count);
	MUST(!a->comment == !b->comment && (!a->comment || strcmp(a->comment, b->comment) == 0));
	for (size_t i = 0; i < a->real_count; i++) {
		const struct lb_real *x = &a->reals[i], *y = &b->reals[i];
		MUST(lb_address_equal(&x->address, &y->address) && x->forward == y->forward && x->weight == y->weight &&
			x->upper == y->upper && x->lower == y->lower);
		MUST(strcmp(x->request, y->request) == 0 && strcmp(x->receive, y->receive) == 0);
	}
}

static void check_again(const struct lb_config *c)
{
	char *text = NULL;
	size_t size = 0;
	for (size_t i = 0; i < c->virtual_count; i++) {
		if (!writable(&c->virtuals[i]))
			return;
	}
	FILE *out = open_memstream(&text, &size);
	MUST(out);
	for (size_t i = 0; i < c->virtual_count; i++)
		write_virtual(out, &c->virtuals[i]);
	MUST(fclose(out) == 0);
	struct diags d;
	diags_init(&d, "again");
	struct lb_config *again = lb_config_parse("again", text, size, false, NULL, NULL, &d);
	MUST(again && again->virtual_count == c->virtual_count);
	for (size_t i = 0; i < c->virtual_count; i++)
		same_virtual(&c->virtuals[i], &again->virtuals[i]);
	lb_config_free(again);
	diags_free(&d);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned lines = 1;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	bool accepted[2];
	for (int strict = 0; strict < 2; strict++) {
		struct diags d;
		diags_init(&d, "ldirectord.cf");
		struct lb_config *c =
			lb_config_parse("ldirectord.cf", (const char *)data, size, strict == 1, resolve, NULL, &d);
		check_diags(&d, lines);
		MUST((c != NULL) == (d.errors == 0));
		accepted[strict] = c != NULL;
		if (c) {
			check_config(c);
			if (strict == 0)
				check_again(c);
			MUST(lb_config_set_host(c, "node"));
		}
		lb_config_free(c);
		diags_free(&d);
	}
	MUST(accepted[0] || !accepted[1]);
	return 0;
}
