// SPDX-License-Identifier: MIT
/* Paths of files and directories.  doc/commands.md 6. */
#ifndef HEARTBEAT_DAEMON_PATHS_H
#define HEARTBEAT_DAEMON_PATHS_H

#define PATH_HA_D SYSCONFDIR "/ha.d"
#define PATH_HA_CF PATH_HA_D "/ha.cf"
#define PATH_HARESOURCES PATH_HA_D "/haresources"
#define PATH_AUTHKEYS PATH_HA_D "/authkeys"
#define PATH_NODEINFO PATH_HA_D "/nodeinfo"
#define PATH_RC_D PATH_HA_D "/rc.d"
#define PATH_RESOURCE_D PATH_HA_D "/resource.d"
#define PATH_INIT_D SYSCONFDIR "/init.d"
#define PATH_NATIVE_IPADDR PREFIX "/libexec/heartbeat/IPaddr"
#define PATH_PID RUNDIR "/heartbeat.pid"
#define PATH_RUN RUNDIR "/heartbeat"
#define PATH_API PATH_RUN "/register"
#define PATH_HOLDINGS PATH_RUN "/holdings"
#define PATH_RSCTMP PATH_RUN "/rsctmp"
#define PATH_LIB LOCALSTATEDIR "/lib/heartbeat"
#define PATH_FIFO PATH_LIB "/fifo"
#define PATH_GENERATION PATH_LIB "/hb_generation"
#define PATH_UUID PATH_LIB "/hb_uuid"
#define PATH_CORES PATH_LIB "/cores"

/* doc/configuration.md 7 */
enum { EXIT_OK = 0, EXIT_OTHER = 1, EXIT_USAGE = 2, EXIT_PERMISSION = 4, EXIT_CONFIG = 6 };

#endif
