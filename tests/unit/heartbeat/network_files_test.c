// SPDX-License-Identifier: MIT
/* Service addresses in the files with which systems configure their network. */
#include "lib/network_files.h"
#include "tests/unit/heartbeat/root_lab.h"

static void note(void *context, const char *path, unsigned line)
{
	GString *all = context;
	g_string_append_printf(all, "%s:%u ", path + strlen(root), line);
}

static void assert_found(int family, const char *address, const char *expected)
{
	struct ip_address ip;
	GString *all = g_string_new("");
	assert_true(ip_address_parse(family, address, &ip));
	network_files_find(root, &ip, note, all);
	assert_string_equal(all->str, expected);
	g_string_free(all, TRUE);
}

static void each_kind_of_file_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text;
		unsigned line;
	} files[] = {
		{"/etc/network/interfaces", "auto eth0:1\niface eth0:1 inet static\n\taddress 10.0.0.9\n", 3},
		{"/etc/network/interfaces.d/web", "iface eth0 inet static\naddress 10.0.0.9/24", 2},
		{"/etc/netplan/50-cloud.yaml", "network:\n  ethernets:\n    eth0:\n      addresses: [10.0.0.4/24, \"10.0.0.9/24\"]\n", 4},
		{"/etc/systemd/network/10-eth0.network", "[Network]\nAddress=10.0.0.9/24\n", 2},
		{"/etc/systemd/network/10-eth0.network.d/vip.conf", "[Address]\nAddress = 10.0.0.9/24\n", 2},
		{"/etc/NetworkManager/system-connections/eth0.nmconnection", "[ipv4]\naddress1=10.0.0.4/24\naddress2=10.0.0.9/24,10.0.0.1\n", 3},
		{"/etc/sysconfig/network-scripts/ifcfg-eth0:0", "DEVICE=eth0:0\nIPADDR='10.0.0.9'\n", 2},
		{"/etc/sysconfig/network/ifcfg-eth0", "IPADDR_1=10.0.0.9/24\n", 1},
		{"/etc/dhcpcd.conf", "interface eth0\nstatic ip_address=10.0.0.9/24\n", 2},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *expected = g_strdup_printf("%s:%u ", files[i].path, files[i].line);
		root_put(files[i].path, files[i].text);
		assert_found(AF_INET, "10.0.0.9", expected);
		root_put(files[i].path, "nothing\n");
	}
}

static void only_the_whole_address_counts(void **state)
{
	(void)state;
	root_put("/etc/network/interfaces", "address 110.0.0.9\naddress 10.0.0.99\naddress 10.0.0.9.1\nfd10.0.0.9\n"
		"# address 10.0.0.9\n  ; 10.0.0.9\naddress 10.0.0\n");
	assert_found(AF_INET, "10.0.0.9", "");
	root_put("/etc/network/interfaces", "iface eth0 inet static # was 10.0.0.9\n");
	assert_found(AF_INET, "10.0.0.9", "/etc/network/interfaces:1 ");
	root_put("/etc/network/interfaces", "10.0.0.9");
	assert_found(AF_INET, "10.0.0.9", "/etc/network/interfaces:1 ");
}

static void an_ipv6_address_is_found_in_any_form(void **state)
{
	(void)state;
	root_put("/etc/netplan/a.yaml", "addresses:\n- 2001:DB8:0:0::5/64\n");
	assert_found(AF_INET6, "2001:db8::5", "/etc/netplan/a.yaml:2 ");
	assert_found(AF_INET6, "2001:db8::6", "");
}

static void what_cannot_be_read_is_left_out(void **state)
{
	(void)state;
	g_autofree char *directory = g_strconcat(root, "/etc/netplan/d.yaml", NULL);
	assert_int_equal(g_mkdir_with_parents(directory, 0755), 0);
	g_autofree char *large = g_strnfill(300 * 1024, 'x');
	memcpy(large, "10.0.0.9\n", 9);
	root_put("/etc/netplan/e.yaml", large);
	root_put("/etc/netplan/f.yaml", "10.0.0.9\n");
	assert_found(AF_INET, "10.0.0.9", "/etc/netplan/f.yaml:1 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_kind_of_file_is_read, make_root, remove_root),
		cmocka_unit_test_setup_teardown(only_the_whole_address_counts, make_root, remove_root),
		cmocka_unit_test_setup_teardown(an_ipv6_address_is_found_in_any_form, make_root, remove_root),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_is_left_out, make_root, remove_root),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
