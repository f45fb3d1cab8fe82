// SPDX-License-Identifier: MIT
// Setters with a grammar of their own.  doc/ldirectord.md 4, 5.
#include "ldirectord/conf/parse.h"

#include <arpa/inet.h>
#include <string.h>

#include "ldirectord/conf/mail_list.h"
#include "lib/facility.h"

enum { STATUS_RANGES_MAX = 64, CONNECTS_MAX = 1000000 };

// --- of a section ---

void lb_set_checktype(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	static const char *const types[] = {
		"connect", "negotiate", "ping", "external", "external-perl", "on", "off", NULL};
	struct lb_virtual *virtual = base;
	struct lb_value word, digits = lb_digits(v);
	int type = lb_choice_of(types, v, &word);
	if (type >= 0 && (digits.text.len == 0 || word.column < digits.column)) { // otherwise the number is first
		virtual->check_type = (enum lb_check_type)type;
		lb_report_read_as(p, row->name, v, word);
		return;
	}
	uint64_t n;
	if (!bytes_to_u64(digits.text, 10, &n) || n > CONNECTS_MAX) {
		lb_report(p, LB_ERROR, row->name, v,
			"is not accepted; expected %s, or the number of connects after each negotiation",
			lb_list_of(types).text);
		return;
	}
	lb_report_read_as(p, row->name, v, digits);
	virtual->check_type = LB_CHECK_COMBINED;
	virtual->connects_per_negotiate = (unsigned)n;
}

void lb_set_checkport(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_value word = lb_digits(v);
	uint64_t n;
	if (!bytes_to_u64(word.text, 10, &n) || n < row->low || n > row->high) {
		lb_report(p, LB_ERROR, row->name, v, "is not accepted; expected a port, 1 to 65535, in digits");
		return;
	}
	lb_report_read_as(p, row->name, v, word);
	uint16_t port = (uint16_t)n;
	memcpy((unsigned char *)base + row->field, &port, sizeof(port));
}

void lb_set_httpmethod(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	// change only a good value, because a message shows the value as it was written
	char *upper = arena_text(p->memory, v.text);
	for (size_t i = 0; i < v.text.len; i++) {
		if (upper[i] >= 'a' && upper[i] <= 'z')
			upper[i] = (char)(upper[i] - 'a' + 'A');
	}
	struct lb_value method = {{(const uint8_t *)upper, v.text.len}, v.line, v.column};
	lb_set_choice(p, row, lb_choice_of(row->choices, method, NULL) < 0 ? v : method, base);
}

void lb_set_scheduler(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	size_t from = 0, to;
	while (from < v.text.len && !(v.text.at[from] >= 'a' && v.text.at[from] <= 'z'))
		from++;
	for (to = from; to < v.text.len && v.text.at[to] >= 'a' && v.text.at[to] <= 'z';)
		to++;
	char *name = arena_text(p->memory, lb_slice(v, from, to).text);
	if (from == to) {
		lb_report(p, LB_ERROR, row->name, v,
			"is not accepted; expected a scheduler of the kernel in lower case, such as wrr, wlc or sh");
		return;
	}
	if (to - from != v.text.len)
		lb_report(p, LB_MISTAKE, row->name, v, "is read as %s; expected only this name", name);
	((struct lb_virtual *)base)->scheduler = name;
}

void lb_set_persistent(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	size_t errors = p->diags->errors;
	lb_set_number(p, row, v, base);
	if (errors == p->diags->errors && ((struct lb_virtual *)base)->persistent == 0)
		lb_report(p, LB_MISTAKE, row->name, v, "makes no client persistent; expected a number of seconds above 0, or delete the line");
}

void lb_set_netmask(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_virtual *virtual = base;
	char text[INET_ADDRSTRLEN];
	struct in_addr mask;
	uint64_t prefix;
	v = lb_tidy(p, row->name, v);
	bool six = virtual->id.address.family == LB_INET6;
	bool good = six ? bytes_to_u64(v.text, 10, &prefix) && prefix >= 1 && prefix <= 128
			: bytes_to_text(v.text, text, sizeof(text)) && inet_pton(AF_INET, text, &mask) == 1;
	if (good && six) // in the form that the kernel reports
		virtual->netmask = arena_format(p->memory, "%u", (unsigned)prefix);
	else if (good)
		virtual->netmask = arena_text(p->memory, v.text);
	else
		lb_report(p, LB_ERROR, row->name, v, "is not accepted; expected %s",
			six ? "a prefix length, 1 to 128" : "a mask such as 255.255.255.0");
}

static bool status_code(struct bytes text, uint16_t *code)
{
	uint64_t n;
	if (!bytes_to_u64(text, 10, &n) || n < 100 || n > 599)
		return false;
	*code = (uint16_t)n;
	return true;
}

// Read "200-299" or "301".
static bool status_range(struct lb_value word, struct lb_status_range *out)
{
	struct reader r = reader_over(word.text);
	struct bytes first = reader_until(&r, '-'), last = reader_take(&r, reader_left(&r));
	if (r.failed)
		first = last = word.text;
	return status_code(lb_trim((struct lb_value){first, 1, 1}).text, &out->first) &&
	       status_code(lb_trim((struct lb_value){last, 1, 1}).text, &out->last) && out->first <= out->last;
}

// Returns the text up to the next comma or semicolon, or the whole text, and moves *rest behind it.
static struct lb_value list_item(struct lb_value *rest)
{
	size_t at = 0;
	while (at < rest->text.len && rest->text.at[at] != ',' && rest->text.at[at] != ';')
		at++;
	struct lb_value item = lb_trim(lb_slice(*rest, 0, at));
	*rest = lb_slice(*rest, at < rest->text.len ? at + 1 : at, rest->text.len);
	return item;
}

void lb_set_status(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_virtual *virtual = base;
	virtual->status = NULL; // the last line replaces earlier ones
	virtual->status_count = 0;
	struct lb_value rest = lb_tidy(p, row->name, v);
	do {
		struct lb_value item = list_item(&rest);
		struct lb_status_range range;
		if (!status_range(item, &range) || virtual->status_count == STATUS_RANGES_MAX) {
			lb_report(p, LB_ERROR, row->name, item,
				"is not accepted; expected HTTP status codes and ranges, such as 200-299,301");
			return;
		}
		virtual->status = arena_grow(p->memory, virtual->status, virtual->status_count, sizeof(range));
		virtual->status[virtual->status_count++] = range;
	} while (rest.text.len > 0);
}

void lb_set_request(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_value text;
	if (!lb_unquote(p, row->name, v, &text))
		return;
	const char *slash = text.text.at[0] == '/' ? "" : "/";
	((struct lb_virtual *)base)->request = arena_format(p->memory, "%s%s", slash, arena_text(p->memory, text.text));
}

void lb_set_name(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_value name;
	if (v.text.len > 0 && v.text.at[0] != '"')
		v = lb_tidy(p, row->name, v);
	if (lb_unquote(p, row->name, v, &name))
		lb_set_word(p, row, name, base);
}

// real and fallback depend on other lines of the section, so they are read at its end.
void lb_set_later(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	(void)base; // they do not set a field
	bool six = row->name[strlen(row->name) - 1] == '6';
	if (!p->open) {
		p->fallback[six ? LB_INET6 : LB_INET] = v;
		return;
	}
	enum lb_family family = p->open->v.id.address.family;
	if (six != (family == LB_INET6)) {
		lb_report(p, LB_ERROR, row->name, v, "has the wrong address family; expected a %s in the section of a %s",
			row->name[0] == 'r' ? lb_real_name(family) : lb_fallback_name(family), lb_virtual_name(family));
	} else if (row->name[0] == 'r') {
		p->open->reals = arena_grow(p->memory, p->open->reals, p->open->real_count, sizeof(v));
		p->open->reals[p->open->real_count++] = v;
	}
}

// --- of both ---

void lb_set_checkcount(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	lb_report(p, LB_WARNING, row->name, v,
		"sets only the number of attempts of a ping check; expected failurecount, which counts failures of all checks");
	lb_set_number(p, row, v, base);
}

// "2" or "50%"
void lb_set_maxdown(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_value tidy = lb_tidy(p, row->name, v), digits = lb_digits(tidy);
	struct bytes after = lb_trim(lb_slice(tidy, digits.text.len, tidy.text.len)).text;
	bool percent = bytes_equal_text(after, "%"), first = digits.column == tidy.column;
	uint64_t n;
	if (!bytes_to_u64(digits.text, 10, &n) || !first || (after.len > 0 && !percent) || n < row->low ||
		n > (percent ? 100 : row->high)) {
		lb_report(p, LB_ERROR, row->name, v,
			"is not accepted; expected a number of servers, 1 to %llu, or a percentage, 1%% to 100%%",
			(unsigned long long)row->high);
		return;
	}
	((struct lb_common *)base)->max_down = (struct lb_limit){true, percent, (uint16_t)n};
}

void lb_set_mailstatus(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	static const char *const words[] = {"all", "none", "starting", "running", "stopping", "reloading", NULL};
	static const int64_t bits[] = {
		LB_MAIL_ALL, 0, LB_MAIL_STARTING, LB_MAIL_RUNNING, LB_MAIL_STOPPING, LB_MAIL_RELOADING};
	int64_t status = 0;
	bool none = false;
	struct lb_value list = lb_tidy(p, row->name, v);
	do {
		struct lb_value rest = list_item(&list);
		do { // blanks are separators too
			struct lb_value word = lb_word(&rest);
			int choice = lb_choice(words, word.text);
			if (choice < 0) {
				lb_report(p, LB_ERROR, row->name, word, "is not accepted; expected a list of %s",
					lb_list_of(words).text);
				return;
			}
			status |= bits[choice];
			none |= bits[choice] == 0;
		} while (lb_trim(rest).text.len > 0);
	} while (list.text.len > 0);
	if (none && status != 0)
		lb_report(p, LB_ERROR, row->name, v, "has none together with other values; expected none alone, or the others without it");
	((struct lb_common *)base)->email_alert_status = status;
}

void lb_set_mail(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	size_t len = v.text.len; // ldirectord 4 removes these quotes too
	bool one_text = len > 1 && v.text.at[0] == '"' && !bytes_have(lb_slice(v, 1, len - 1).text, '"');
	if (one_text && v.text.at[len - 1] == '"')
		v = lb_trim(lb_slice(v, 1, len - 1));
	v = lb_tidy(p, row->name, v);
	lb_set_rest(p, row, v, base);
	struct bytes rest = v.text, address;
	bool good;
	size_t count = 0;
	if (bytes_have(v.text, ';'))
		lb_report(p, LB_MISTAKE, row->name, v, "is read as if it had commas instead of semicolons; expected commas");
	for (; lb_mail_next(&rest, &address, &good); count++) {
		size_t from = (size_t)(address.at - v.text.at);
		if (!good)
			lb_report(p, LB_MISTAKE, row->name, lb_slice(v, from, from + address.len),
				"is not a mail address, so it gets no mail; expected NAME@HOST, separated by commas");
	}
	if (count == 0 && v.text.len > 0)
		lb_report(p, LB_MISTAKE, row->name, v, "has no mail address, so nobody gets mail; expected NAME@HOST");
}

void lb_set_mail_sender(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	v = lb_tidy(p, row->name, v);
	lb_set_rest(p, row, v, base);
	struct bytes rest = v.text, address;
	bool good = false, first = lb_mail_next(&rest, &address, &good);
	if (v.text.len > 0 && (!first || !good))
		lb_report(p, LB_MISTAKE, row->name, v,
			"is not a mail address, so mails come from the user of the daemon; expected NAME@HOST");
}

static bool is_of_host(uint8_t c)
{
	return lb_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c != 0 && strchr("._+-", c));
}

void lb_set_smtp(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_value tidy = lb_tidy(p, row->name, v);
	size_t good = 0;
	while (good < tidy.text.len && is_of_host(tidy.text.at[good]))
		good++;
	if (good == 0) {
		lb_report(p, LB_ERROR, row->name, v,
			"is not accepted; expected the name of a mail server, without quotes");
		return;
	}
	struct lb_value name = lb_slice(tidy, 0, good);
	lb_report_read_as(p, row->name, tidy, name);
	lb_set_rest(p, row, name, base);
}

// --- of the file ---

void lb_set_supervised(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	if (!bytes_equal_text(v.text, row->name)) { // otherwise only the name is given
		lb_set_yesno(p, row, v, base);
		return;
	}
	lb_report(p, LB_WARNING, row->name, v, "is read as yes; expected supervised = yes");
	((struct lb_config *)base)->supervised = true;
}

void lb_set_execute(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_config *c = base;
	v = lb_tidy(p, row->name, v);
	if (v.text.len == 0) {
		lb_report(p, LB_ERROR, row->name, v, "is not accepted; expected the name of an instance");
		return;
	}
	c->execute = arena_grow(p->memory, c->execute, c->execute_count, sizeof(char *));
	c->execute[c->execute_count++] = arena_text(p->memory, v.text);
}

void lb_set_logfile(struct lb_parser *p, const struct lb_directive *row, struct lb_value v, void *base)
{
	struct lb_config *c = base;
	size_t errors = p->diags->errors;
	lb_set_text(p, row, v, base);
	if (p->diags->errors > errors || c->log_file[0] == '/')
		return;
	// ldirectord 4 accepts facilities in upper or lower case, and with LOG_ in front.
	char *name = c->log_file;
	for (char *at = name; *at; at++)
		*at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
	name += strncmp(name, "log_", 4) == 0 ? 4 : 0;
	if (facility_number(bytes_of(name)) < 0) { // ldirectord 4 starts, but has no log
		lb_report(p, LB_MISTAKE, row->name, v,
			"is neither an absolute path nor a syslog facility, so " LB_LOG_FILE " is used; expected such as \"/var/log/ldirectord.log\" or \"local0\"");
		name = arena_text(p->memory, bytes_of(LB_LOG_FILE));
	}
	c->log_file = name;
}
