// SPDX-License-Identifier: MIT
/* Reads the XML metadata of a fence agent: its parameters, actions and description.  Runs nothing. */
#ifndef STONITH_AGENT_METADATA_H
#define STONITH_AGENT_METADATA_H

#include "stonith/device.h"

struct agent_metadata {
	const char *description; /* owned by the device, like all text here */
	const char *xml;
	bool has_on, has_status, has_list, has_monitor;
	/* the agent cuts a disk or a switch port, not the power: the machine joins again by itself when it boots */
	bool on_by_itself;
	const char *plug;  /* the parameter that selects one of several machines: "plug", "port", or NULL */
};

/* Add the parameters to the device, except action, help and version, which the driver sets itself.
 * Returns false when xml is not the metadata of a fence agent; why has the reason. */
bool agent_metadata_read(struct device *d, const char *xml, struct agent_metadata *out, GString *why);

#endif
