// SPDX-License-Identifier: MIT
/* Finds programs that configure an interface while the machine runs, and may remove an address that they did not add:
 * systemd-networkd and NetworkManager.  Reads their state files in /run; runs no program. */
#ifndef LIB_NETWORK_MANAGERS_H
#define LIB_NETWORK_MANAGERS_H

struct network_manager {
	const char *name;
	const char *when;   /* in which situation it removes such addresses */
	const char *remedy; /* the setting or command that prevents this */
};

typedef void network_managers_found(void *context, const struct network_manager *manager);

/* Call found for each program that manages the interface with this index.  root: the directory to look below, "" for
 * the running machine.
 * systemd-networkd is not reported when its file for the interface has KeepConfiguration=static or yes. */
void network_managers_find(const char *root, unsigned ifindex, network_managers_found *found, void *context);

#endif
