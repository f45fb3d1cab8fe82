// SPDX-License-Identifier: MIT
/* The interface between the driver meatware and the command meatclient: a FIFO for each host, and a block of bytes. */
#ifndef STONITH_MEATWARE_H
#define STONITH_MEATWARE_H

enum { MEATWARE_BLOCK = 256 };
/* The text of the block, with the name of the host; the remaining bytes of the block are zero. */
#define MEATWARE_REPLY "meatware reply %s"
/* The path of the FIFO of a host; its name is in lower case. */
#define MEATWARE_FIFO RUNDIR "/meatware.%s"

#endif
