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
#define PATH_STONITH PREFIX "/sbin/stonith"
#define PATH_DAEMON PREFIX "/sbin/heartbeat"
#define PATH_NATIVE_IPADDR PREFIX "/libexec/heartbeat/IPaddr"
#define PATH_PID RUNDIR "/heartbeat.pid"
#define PATH_RUN RUNDIR "/heartbeat"
#define PATH_LOCK PATH_RUN "/lock"
#define PATH_API PATH_RUN "/register"
#define PATH_STATE PATH_RUN "/state"
#define PATH_LEFT PATH_RUN "/left"
#define PATH_GENERATION_COPY PATH_RUN "/generation"
#define PATH_FOREIGN PATH_RUN "/foreign"
#define PATH_RSCTMP PATH_RUN "/rsctmp"
#define PATH_DOPD PATH_RUN "/dopd" /* the directory for the outdate daemon of DRBD */
#define PATH_LIB LOCALSTATEDIR "/lib/heartbeat"
#define PATH_FIFO PATH_LIB "/fifo"
#define PATH_GENERATION PATH_LIB "/hb_generation"
#define PATH_UUID PATH_LIB "/hb_uuid"
#define PATH_NAMES PATH_LIB "/names"
#define PATH_PEER PATH_LIB "/peer"
#define PATH_MACHINE_ID SYSCONFDIR "/machine-id"
#define PATH_LINE_LOCKS LOCALSTATEDIR "/lock" /* lock files of serial lines, which all programs use */
#define PATH_CORES PATH_LIB "/cores"

/* doc/configuration.md 7 */
enum { EXIT_OK = 0, EXIT_OTHER = 1, EXIT_USAGE = 2, EXIT_PERMISSION = 4, EXIT_CONFIG = 6 };

#endif
