// SPDX-License-Identifier: MIT
/* The files with which the system configures its network: ifupdown, netplan, systemd-networkd, NetworkManager,
 * sysconfig, dhcpcd.  Finds an address in them; understands nothing else of them. */
#ifndef LIB_NETWORK_FILES_H
#define LIB_NETWORK_FILES_H

#include "lib/ip_address.h"

/* The address is in this line of this file. */
typedef void network_files_found(void *context, const char *path, unsigned line);

/* Look for the address in every file below root ("" for the machine itself), and call found once for each file.  A
 * line that starts with # or ; does not count.  A file that is not regular, cannot be read, or is larger than 256 KiB
 * is left out.  Reads from the disk: not for an engine that must not wait. */
void network_files_find(const char *root, const struct ip_address *address, network_files_found *found, void *context);

#endif
