// SPDX-License-Identifier: MIT
#include "stonith/retired.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name, *instead;
} list[] = {
	// types that were built in
	{"apcmaster", "use fence/apc"},
	{"apcmastersnmp", "use snmp, or fence/apc_snmp"},
	{"apcsmart", "use external/nut with the script of Network UPS Tools, or meatware"},
	{"baytech", "Debian's fence-agents have none either; use meatware, or another device"},
	{"bladehpi", "use fence/bladecenter or fence/ibmblade"},
	{"cyclades", "Debian's fence-agents have none either; use meatware, or another device"},
	{"drac3", "use fence/drac"},
	{"ibmhmc", "use fence/lpar"},
	{"ipmilan", "use ipmi, or fence/ipmilan"},
	{"nw_rpc100s", "Debian's fence-agents have none either; use meatware, or another device"},
	{"rcd_serial", "use fence/rcd_serial"},
	{"rps10", "Debian's fence-agents have none either; use meatware, or another device"},
	{"wti_mpc", "use fence/wti"},
	{"wti_nps", "use fence/wti"},
	// scripts that were part of Heartbeat; they are used when they are installed
	{"external/drac5", "use fence/drac5"},
	{"external/dracmc-telnet", "use fence/drac5"},
	{"external/hetzner", "install the script of cluster-glue"},
	{"external/hmchttp", "use fence/lpar"},
	{"external/ibmrsa", "use fence/rsa"},
	{"external/ibmrsa-telnet", "use fence/rsa"},
	{"external/ipmi", "use ipmi, which has the same parameters"},
	{"external/ippower9258", "install the script of cluster-glue"},
	{"external/kdumpcheck", "use fence/kdump"},
	{"external/libvirt", "use libvirt, which has the same parameters"},
	{"external/nut", "install the script of cluster-glue"},
	{"external/rackpdu", "use snmp, which has the same parameters"},
	{"external/riloe", "use fence/ilo"},
	{"external/sbd", "use fence/sbd, or install the script of the package sbd"},
	{"external/ssh", "use ssh"},
	{"external/vcenter", "use fence/vmware_rest or fence/vmware_soap"},
	{"external/vmware", "use fence/vmware_soap"},
	{"external/xen0", "use libvirt with a xen+ssh:// address"},
	{"external/xen0-ha", "use libvirt with a xen+ssh:// address"},
};

const char *retired_instead(const char *name)
{
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (strcmp(list[i].name, name) == 0)
			return list[i].instead;
	return NULL;
}
