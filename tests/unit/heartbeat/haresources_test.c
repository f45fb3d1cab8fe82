// SPDX-License-Identifier: MIT
#include "heartbeat/conf/haresources.h"

#include "tests/unit/heartbeat/conf_expect.h"

static const char *const nodes[] = {"a", "b", "node1.magedu.com", "node2.magedu.com"};

// The caller frees the result.  expected NULL: diagnostics are not compared.
static struct haresources *parse(const char *text, const char *expected)
{
	struct diags diags;
	diags_init(&diags, "haresources");
	struct haresources *h = haresources_parse(bytes_of(text), nodes, 4, &diags);
	if (expected)
		expect_diags(&diags, text, expected);
	diags_free(&diags);
	return h;
}

// "home: script|arg|arg script|arg" for every group, joined by ";".
static void expect_groups(const char *text, const char *expected)
{
	struct haresources *h = parse(text, "");
	char got[4096];
	struct writer w = writer_over(got, sizeof(got) - 1);
	for (size_t g = 0; g < h->count; g++) {
		writer_format(&w, "%s%s:", g > 0 ? ";" : "", h->groups[g].home);
		for (size_t i = 0; i < h->groups[g].count; i++) {
			const struct resource_conf *r = &h->groups[g].resources[i];
			writer_format(&w, " %s", r->script);
			for (size_t n = 0; n < r->arg_count; n++)
				writer_format(&w, "|%s", r->args[n]);
		}
	}
	got[w.len] = '\0';
	assert_string_equal(got, expected);
	haresources_free(h);
}

static void lines_of_the_reference_keep_their_meaning(void **state)
{
	(void)state;
	expect_groups("", "");
	expect_groups("# only a comment\n\n", "");
	expect_groups("a httpd\n", "a: httpd");
	expect_groups("  a\thttpd   mysql  # both\n", "a: httpd mysql");
	expect_groups("A 10.0.0.1\n", "a: IPaddr|10.0.0.1");
	expect_groups("a 10.0.0.1/24/eth0:3/10.0.0.255 httpd", "a: IPaddr|10.0.0.1/24/eth0:3/10.0.0.255 httpd");
	expect_groups("a 10.0.0.1/255.255.255.0\n", "a: IPaddr|10.0.0.1/255.255.255.0");
	expect_groups("a 10.0.0.1/24/10.0.0.255\n", "a: IPaddr|10.0.0.1/24/10.0.0.255");
	expect_groups("a IPaddr2::10.0.0.1/24/eth0\n", "a: IPaddr2|10.0.0.1/24/eth0");
	expect_groups("a \\\n 10.0.0.1 \\\r\n httpd\nb mysql\n", "a: IPaddr|10.0.0.1 httpd;b: mysql");
	expect_groups("a Filesystem::/dev/sdb1::/srv::ext3\n", "a: Filesystem|/dev/sdb1|/srv|ext3");
	expect_groups("a drbddisk::::r0::\n", "a: drbddisk|r0");
	expect_groups("a foo:::bar\n", "a: foo|:bar");
	expect_groups("a systemd::nginx.service OCF::www::apache ocf:heartbeat:IPaddr2::ip=10.0.0.1 getty@tty1\n",
		      "a: systemd|nginx.service OCF|www|apache ocf:heartbeat:IPaddr2|ip=10.0.0.1 getty@tty1");
	expect_groups("b\na httpd\n", "a: httpd"); // a node without resources is accepted
	expect_groups("a one\na two\nb three\n", "a: one;a: two;b: three");
	expect_groups("a db2::5 IPv6addr::2001:db8::5\n", "a: db2|5 IPv6addr|2001:db8|5");
}

static void broken_files_get_exact_diagnostics(void **state)
{
	(void)state;
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"c httpd\n",
			"haresources:1:1: error: \"c\" is not one of the nodes of ha.cf: a, b, node1.magedu.com, node2.magedu.com"},
		{"c\n", "haresources:1:1: error: \"c\" is not one of the nodes of ha.cf: a, b, node1.magedu.com, node2.magedu.com"},
		{"a x\nb x\n",
			"haresources:2:3: error: \"x\" is also the first resource of line 1; the first resource is the name of its group and must be unique"},
		{"a 10.0.0.256\n",
			"haresources:1:3: error: \"10.0.0.256\" is not an address; expected four numbers from 0 to 255, such as 192.168.1.100/24/eth0"},
		{"a x 10.0.0.1.5/24\n",
			"haresources:1:5: error: \"10.0.0.1.5/24\" is not an address; expected four numbers from 0 to 255, such as 192.168.1.100/24/eth0"},
		{"a 10.0.0.1/33\n",
			"haresources:1:3: error: \"10.0.0.1/33\" has no valid mask; expected a length such as /24, or 255.255.255.0"},
		{"a 10.0.0.1/255.0.255.0\n",
			"haresources:1:3: error: \"10.0.0.1/255.0.255.0\" has no valid mask; expected a length such as /24, or 255.255.255.0"},
		{"a x \\\n   ../../bin/sh\n",
			"haresources:2:4: error: \"../../bin/sh\" has no valid script name; expected letters, digits and _ . : @ - only, no path"},
		{"a ..::x\n",
			"haresources:1:3: error: \"..::x\" has no valid script name; expected letters, digits and _ . : @ - only, no path"},
		{"a x;reboot\n",
			"haresources:1:3: error: \"x;reboot\" has no valid script name; expected letters, digits and _ . : @ - only, no path"},
		{"a x ::\n",
			"haresources:1:5: error: \"::\" has no script name; expected SCRIPT or SCRIPT::ARGUMENT::ARGUMENT"},
		{"a fe80::1/64\n",
			"haresources:1:3: warning: \"fe80::1/64\" looks like an IPv6 address, but only an IPv4 address may be written without a script; write IPv6addr::fe80:0:0:0:0:0:0:1/64 (all eight groups, because :: separates arguments)"},
		{"a 10.0.0.1\nb IPaddr2::10.0.0.1/24\n",
			"haresources:2:3: warning: \"IPaddr2::10.0.0.1/24\": this address is also in the group of line 1; two groups can run on two nodes: keep the address in one group"},
		{"c x\na 1.2.3.4/x\n",
			"haresources:1:1: error: \"c\" is not one of the nodes of ha.cf: a, b, node1.magedu.com, node2.magedu.com\n"
			"haresources:2:3: error: \"1.2.3.4/x\" has no valid mask; expected a length such as /24, or 255.255.255.0"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		haresources_free(parse(cases[i].text, cases[i].expected));
}

static void a_resource_keeps_its_text_line_and_column(void **state)
{
	(void)state;
	struct haresources *h = parse("# first\nb \\\n  10.0.0.1/24   httpd::x\n", "");
	const struct group_conf *g = &h->groups[0];
	assert_int_equal(g->line, 2);
	assert_string_equal(g->key, "10.0.0.1/24");
	assert_string_equal(g->resources[0].text, "10.0.0.1/24");
	assert_int_equal(g->resources[1].line, 3);
	assert_int_equal(g->resources[1].column, 17);
	assert_string_equal(g->resources[1].text, "httpd::x");
	haresources_free(h);
}

static void the_group_number_is_fnv1a_of_the_key(void **state)
{
	(void)state;
	struct haresources *h = parse("a foobar\nb a\n", "");
	assert_int_equal(h->groups[0].id, 0xbf9cf968); // published test values of FNV-1a, 32 bit
	assert_int_equal(h->groups[1].id, 0xe40c292c);
	haresources_free(h);
}

static void two_keys_with_the_same_number_are_refused(void **state)
{
	(void)state;
	// "costarring" and "liquid" are a known collision of FNV-1a, 32 bit.
	haresources_free(parse("a costarring\nb liquid\n",
		"haresources:2:3: error: \"liquid\" happens to have the same group number as \"costarring\" of "
		"line 1; put another resource first"));
}

static uint64_t digest(const char *text)
{
	struct haresources *h = parse(text, "");
	uint64_t value = h->digest;
	haresources_free(h);
	return value;
}

static void the_digest_depends_on_the_meaning_and_not_on_the_layout(void **state)
{
	(void)state;
	uint64_t one = digest("a 10.0.0.1 httpd\nb mysql\n");
	assert_int_equal(one, digest("# c\nA   10.0.0.1 \\\n\thttpd # x\n\nb\tmysql"));
	assert_int_not_equal(one, digest("b mysql\na 10.0.0.1 httpd\n"));
	assert_int_not_equal(one, digest("a 10.0.0.1\nb httpd mysql\n"));
	assert_int_not_equal(one, digest("b 10.0.0.1 httpd\nb mysql\n"));
	assert_int_not_equal(one, digest(""));
	assert_int_not_equal(digest("a x\nb y\n"), digest("a x b y\n"));
}

static char *many(const char *format, int count)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	assert_non_null(out);
	for (int i = 0; i < count; i++) {
		(void)fprintf(out, "%s%d", format, i); // to memory
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

static void at_most_128_groups_are_taken(void **state)
{
	(void)state;
	char *text = many("\na x", HARESOURCES_GROUPS_MAX);
	struct haresources *h = parse(text, "");
	assert_int_equal(h->count, HARESOURCES_GROUPS_MAX);
	haresources_free(h);
	free(text);
	text = many("\na x", HARESOURCES_GROUPS_MAX + 2);
	haresources_free(parse(text, "haresources:130: error: more than 128 groups"));
	free(text);
}

static void a_line_of_too_many_words_is_an_error(void **state)
{
	(void)state;
	char *tail = many(" x", 600), *text = malloc(8000);
	assert_non_null(text);
	(void)snprintf(text, 8000, "a%s", tail); // fits: 600 words of at most 5 bytes
	haresources_free(parse(text, "haresources:1: error: more than 512 words in one line"));
	free(text);
	free(tail);
}

static void a_nul_byte_is_an_error(void **state)
{
	(void)state;
	struct diags diags;
	diags_init(&diags, "haresources");
	struct haresources *h = haresources_parse((struct bytes){(const uint8_t *)"a ht\0tpd\n", 9}, nodes, 4, &diags);
	expect_diags(&diags, "a ht?tpd", "haresources: error: the file contains NUL bytes: it is damaged or not a text file");
	haresources_free(h);
	diags_free(&diags);
}

static void expect_known_nodes(const char *const *names, size_t count, const char *shown)
{
	struct diags diags;
	char expected[1024];
	diags_init(&diags, "haresources");
	struct haresources *h = haresources_parse(bytes_of("x httpd"), names, count, &diags);
	// compared below
	(void)snprintf(
		expected, sizeof(expected), "haresources:1:1: error: \"x\" is not one of the nodes of ha.cf: %s", shown);
	expect_diags(&diags, "x httpd", expected);
	haresources_free(h);
	diags_free(&diags);
}

static void an_error_lists_as_many_known_nodes_as_fit(void **state)
{
	(void)state;
	expect_known_nodes(NULL, 0, "none");
	for (size_t len = 1; len <= 60; len++) {
		const char *names[300];
		char name[61] = "", shown[1024] = "";
		memset(name, 'n', len);
		for (size_t i = 0; i < 300; i++)
			names[i] = name;
		// As many whole names as fit into 511 bytes together with the dots.
		size_t count = (511 - strlen(", ...") + 2) / (len + 2);
		for (size_t i = 0; i < count; i++)
			(void)strcat(strcat(shown, i > 0 ? ", " : ""), name);
		expect_known_nodes(names, count, shown);
		(void)strcat(shown, ", ...");
		expect_known_nodes(names, count + 20, shown);
	}
}

static void the_files_of_2008_work_unchanged(void **state)
{
	(void)state;
	char *text = read_text("tests/data/pairs/web/haresources");
	expect_groups(text, "node1.magedu.com: IPaddr|192.168.1.100/24/eth0 httpd");
	free(text);
	text = read_text("tests/data/pairs/mutual/haresources");
	expect_groups(text,
		"node1.magedu.com: IPaddr|192.168.1.100/24/eth0 httpd;node2.magedu.com: IPaddr|192.168.1.101/24/eth0 httpd");
	free(text);
}

static void the_sample_parses_when_its_nodes_are_known(void **state)
{
	(void)state;
	static const char *const names[] = {"node1", "node2"};
	char *text = read_text("ha.d/haresources");
	struct diags diags;
	diags_init(&diags, "haresources");
	struct haresources *h = haresources_parse(bytes_of(text), names, 2, &diags);
	expect_diags(&diags, text, "");
	assert_int_equal(h->count, 1);
	assert_string_equal(h->groups[0].home, "node1");
	haresources_free(h);
	diags_free(&diags);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_the_reference_keep_their_meaning),
		cmocka_unit_test(broken_files_get_exact_diagnostics),
		cmocka_unit_test(a_resource_keeps_its_text_line_and_column),
		cmocka_unit_test(the_group_number_is_fnv1a_of_the_key),
		cmocka_unit_test(two_keys_with_the_same_number_are_refused),
		cmocka_unit_test(the_digest_depends_on_the_meaning_and_not_on_the_layout),
		cmocka_unit_test(at_most_128_groups_are_taken),
		cmocka_unit_test(a_line_of_too_many_words_is_an_error),
		cmocka_unit_test(a_nul_byte_is_an_error),
		cmocka_unit_test(an_error_lists_as_many_known_nodes_as_fit),
		cmocka_unit_test(the_files_of_2008_work_unchanged),
		cmocka_unit_test(the_sample_parses_when_its_nodes_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
