// SPDX-License-Identifier: MIT
/* Searches the files that configure the network of the system (ifupdown, netplan, systemd-networkd, NetworkManager,
 * sysconfig, dhcpcd) for an address.  Does not interpret anything else in them. */
#ifndef LIB_NETWORK_FILES_H
#define LIB_NETWORK_FILES_H

#include "lib/ip_address.h"

/* Called when the address is in this line of this file. */
typedef void network_files_found(void *context, const char *path, unsigned line);

/* Look for the address in every file below root ("" for the running machine), and call found once for each file that
 * has it.  Lines that start with # or ; are ignored.  Files that are not regular, cannot be read, or are larger than
 * 256 KiB are skipped.  Reads from the disk, so a process that must not block must not call this function. */
void network_files_find(const char *root, const struct ip_address *address, network_files_found *found, void *context);

#endif
