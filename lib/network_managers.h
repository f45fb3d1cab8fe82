// SPDX-License-Identifier: MIT
/* Programs that configure an interface while the machine runs, and may remove an address that they did not add:
 * systemd-networkd and NetworkManager.  Reads the state that they keep in /run; asks no program. */
#ifndef LIB_NETWORK_MANAGERS_H
#define LIB_NETWORK_MANAGERS_H

struct network_manager {
	const char *name;
	const char *when;   /* it removes such addresses */
	const char *remedy; /* that prevents it */
};

typedef void network_managers_found(void *context, const struct network_manager *manager);

/* Call found for each program below root ("" for the machine itself) that manages the interface with this index.
 * systemd-networkd does not count where its file for the interface has KeepConfiguration=static or yes. */
void network_managers_find(const char *root, unsigned ifindex, network_managers_found *found, void *context);

#endif
