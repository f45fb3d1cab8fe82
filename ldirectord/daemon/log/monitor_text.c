// SPDX-License-Identifier: MIT
#include "ldirectord/daemon/log/monitor_text.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

enum { WHY_MAX = 200 };

/* Percent-encode the bytes that would break the line or its fields. */
static void append_coded(GString *out, const char *text)
{
	size_t end = out->len + WHY_MAX;
	for (; *text && out->len < end; text++)
		if ((unsigned char)*text < ' ' || *text == '%' || *text == '|' || *text == 0x7f)
			g_string_append_printf(out, "%%%02x", (unsigned char)*text);
		else
			(void)g_string_append_c(out, *text);
}

static void append_word(GString *out, const char *word)
{
	if (!word || !*word)
		return;
	if (out->len)
		(void)g_string_append_c(out, ' ');
	append_coded(out, word);
}

char *monitor_text(const struct lb_virtual *v, const struct lb_real *r, bool up, const char *why)
{
	char address[64], port[16], check_port[16] = "", weight[16];
	GString *out = g_string_new(NULL);
	lb_address_text(&r->address, address, sizeof address);
	char *colon = strrchr(address, ':');
	if (colon)
		*colon = '\0';
	(void)snprintf(port, sizeof port, "%u", r->address.port);
	if (v->check_port)
		(void)snprintf(check_port, sizeof check_port, "%u", v->check_port);
	(void)snprintf(weight, sizeof weight, "%u", r->weight);
	/* empty fields are left out */
	const char *const words[] = {lb_check_type_name(v->check_type), lb_service_name(v->service),
		lb_protocol_name(v->id.protocol), address, port, v->virtualhost, check_port, weight,
		lb_forward_name(r->forward), r->request, r->receive};
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		append_word(out, words[i]);
	g_string_append_printf(out, " [%s] ", up ? "up" : "down");
	append_coded(out, *why ? why : "-");
	return g_string_free(out, FALSE);
}
