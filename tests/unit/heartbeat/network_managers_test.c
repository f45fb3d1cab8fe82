// SPDX-License-Identifier: MIT
/* Programs that manage the interface of a service address. */
#include "lib/network_managers.h"
#include "tests/unit/heartbeat/root_lab.h"

static void note(void *context, const struct network_manager *manager)
{
	g_string_append_printf(context, "%s ", manager->name);
}

static void assert_managed_by(unsigned ifindex, const char *expected)
{
	GString *all = g_string_new("");
	network_managers_find(root, ifindex, note, all);
	assert_string_equal(all->str, expected);
	g_string_free(all, TRUE);
}

static void a_machine_without_such_programs_has_none(void **state)
{
	(void)state;
	assert_managed_by(2, "");
}

static void networkd_manages_a_link_of_its_state(void **state)
{
	(void)state;
	root_put("/run/systemd/netif/links/2", "# private\nADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/a.network\n");
	root_put("/run/systemd/netif/links/3", "ADMIN_STATE=unmanaged\nNETWORK_FILE=/etc/systemd/network/a.network\n");
	root_put("/run/systemd/netif/links/4", "ADMIN_STATE=pending\n");
	root_put("/etc/systemd/network/a.network", "[Network]\nDHCP=yes\n");
	assert_managed_by(2, "systemd-networkd ");
	assert_managed_by(3, "");
	assert_managed_by(4, "");
	assert_managed_by(22, "");
}

static void networkd_that_keeps_addresses_is_no_danger(void **state)
{
	(void)state;
	root_put("/run/systemd/netif/links/2", "ADMIN_STATE=configured\nNETWORK_FILE=/etc/systemd/network/a.network\n");
	root_put("/etc/systemd/network/a.network", "[Network]\nKeepConfiguration=static\n");
	assert_managed_by(2, "");
	root_put("/etc/systemd/network/a.network", "[Network]\nKeepConfiguration=dhcp\n");
	assert_managed_by(2, "systemd-networkd ");
	root_put("/run/systemd/network/a.network.d/keep.conf", "[Network]\nKeepConfiguration=yes\n");
	assert_managed_by(2, "");
}

static void network_manager_manages_a_device_of_its_state(void **state)
{
	(void)state;
	root_put("/run/NetworkManager/devices/2", "[device]\nconnection-uuid=1-2\nmanaged=true\n");
	root_put("/run/NetworkManager/devices/3", "[device]\nmanaged=false\n");
	assert_managed_by(2, "NetworkManager ");
	assert_managed_by(3, "");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
	const struct CMUnitTest tests[] = {
		CASE(a_machine_without_such_programs_has_none),
		CASE(networkd_manages_a_link_of_its_state),
		CASE(networkd_that_keeps_addresses_is_no_danger),
		CASE(network_manager_manages_a_device_of_its_state),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
