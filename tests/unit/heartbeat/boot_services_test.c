// SPDX-License-Identifier: MIT
/* Services that the system starts at boot: units of systemd and links of init. */
#include <unistd.h>

#include "lib/boot_services.h"
#include "tests/unit/heartbeat/root_lab.h"

static void put(const char *path)
{
	root_put(path, "");
}

static void put_link(const char *path, const char *target)
{
	g_autofree char *full = root_path(path);
	assert_int_equal(symlink(target, full), 0);
}

static void assert_started(const char *service, const char *path, const char *command)
{
	struct boot_service found;
	assert_true(boot_services_find(root, service, &found));
	assert_string_equal(found.path + strlen(root), path);
	assert_string_equal(found.command, command);
}

static void assert_not_started(const char *service)
{
	struct boot_service found;
	assert_false(boot_services_find(root, service, &found));
}

static void a_unit_that_a_target_wants_is_started(void **state)
{
	(void)state;
	put("/usr/lib/systemd/system/httpd.service");
	assert_not_started("httpd");
	put_link("/etc/systemd/system/multi-user.target.wants/httpd.service", "/usr/lib/systemd/system/httpd.service");
	assert_started("httpd", "/etc/systemd/system/multi-user.target.wants/httpd.service", "systemctl disable httpd.service");
	assert_not_started("http");
	assert_not_started("httpd2");
}

static void a_socket_or_a_timer_starts_its_service(void **state)
{
	(void)state;
	put("/usr/lib/systemd/system/cups.service");
	put("/usr/lib/systemd/system/cups.socket");
	put_link("/etc/systemd/system/sockets.target.wants/cups.socket", "/usr/lib/systemd/system/cups.socket");
	assert_started("cups", "/etc/systemd/system/sockets.target.wants/cups.socket", "systemctl disable cups.socket");
}

static void another_name_of_the_unit_counts(void **state)
{
	(void)state;
	put("/usr/lib/systemd/system/mariadb.service");
	put_link("/usr/lib/systemd/system/mysql.service", "mariadb.service");
	assert_not_started("mysql");
	put_link("/etc/systemd/system/multi-user.target.wants/mariadb.service", "/usr/lib/systemd/system/mariadb.service");
	assert_started(
		"mysql", "/etc/systemd/system/multi-user.target.wants/mariadb.service", "systemctl disable mariadb.service");
}

static void a_masked_unit_is_not_started(void **state)
{
	(void)state;
	put("/usr/lib/systemd/system/httpd.service");
	put_link("/etc/systemd/system/multi-user.target.wants/httpd.service", "/usr/lib/systemd/system/httpd.service");
	put_link("/etc/systemd/system/httpd.service", "/dev/null");
	assert_not_started("httpd");
}

static void a_link_to_a_unit_that_was_removed_counts_for_nothing(void **state)
{
	(void)state;
	put_link("/etc/systemd/system/multi-user.target.wants/httpd.service", "/usr/lib/systemd/system/httpd.service");
	assert_not_started("httpd");
}

static void what_starts_on_the_way_down_does_not_count(void **state)
{
	(void)state;
	put("/usr/lib/systemd/system/httpd.service");
	put_link("/etc/systemd/system/shutdown.target.wants/httpd.service", "/usr/lib/systemd/system/httpd.service");
	put_link("/etc/systemd/system/rescue.target.requires/httpd.service", "/usr/lib/systemd/system/httpd.service");
	assert_not_started("httpd");
	put_link("/etc/systemd/system/graphical.target.requires/httpd.service", "/usr/lib/systemd/system/httpd.service");
	assert_started("httpd", "/etc/systemd/system/graphical.target.requires/httpd.service", "systemctl disable httpd.service");
}

static void a_link_of_a_runlevel_starts_a_script(void **state)
{
	(void)state;
	put("/etc/rc0.d/S01httpd");
	put("/etc/rc2.d/K01httpd");
	put("/etc/rc3.d/S01xhttpd");
	put("/etc/rc3.d/S01httpdx");
	assert_not_started("httpd");
	put("/etc/rc3.d/S20httpd");
	assert_started("httpd", "/etc/rc3.d/S20httpd", "update-rc.d httpd disable");
}

static void beside_systemd_a_unit_replaces_the_script_of_its_name(void **state)
{
	(void)state;
	put("/etc/rc3.d/S20httpd");
	put("/etc/rc3.d/S20ftpd");
	put("/usr/lib/systemd/system/httpd.service");
	assert_started("httpd", "/etc/rc3.d/S20httpd", "update-rc.d httpd disable");
	put("/run/systemd/system/x");
	assert_not_started("httpd");
	assert_started("ftpd", "/etc/rc3.d/S20ftpd", "update-rc.d ftpd disable");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
	const struct CMUnitTest tests[] = {
		CASE(a_unit_that_a_target_wants_is_started),
		CASE(a_socket_or_a_timer_starts_its_service),
		CASE(another_name_of_the_unit_counts),
		CASE(a_masked_unit_is_not_started),
		CASE(a_link_to_a_unit_that_was_removed_counts_for_nothing),
		CASE(what_starts_on_the_way_down_does_not_count),
		CASE(a_link_of_a_runlevel_starts_a_script),
		CASE(beside_systemd_a_unit_replaces_the_script_of_its_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
