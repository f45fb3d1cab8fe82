// SPDX-License-Identifier: MIT
/* The drivers.  Each has its own file, and a row of the table in types.c. */
#ifndef STONITH_DRIVERS_H
#define STONITH_DRIVERS_H

#include "stonith/device.h"

extern const struct device_type external_type;
extern const struct device_type fence_agent_type;
extern const struct device_type ipmi_type;
extern const struct device_type libvirt_type;
extern const struct device_type meatware_type;
extern const struct device_type null_type;
extern const struct device_type redfish_type;
extern const struct device_type snmp_type;
extern const struct device_type ssh_type;
extern const struct device_type suicide_type;

#endif
