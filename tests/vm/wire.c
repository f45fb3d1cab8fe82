// SPDX-License-Identifier: MIT
/* The network cable of a virtual machine: passes Ethernet frames between a network interface of this host and the
 * datagram socket of the emulator.
 *
 * usage: wire INTERFACE SOCKET [NO-OFFLOAD-INTERFACE]
 *   SOCKET: a path.  This program receives there and sends to SOCKET.guest, where the emulator receives (tests/vm/vm
 *   --net).
 *   NO-OFFLOAD-INTERFACE: the other end of INTERFACE.  Its offloads are switched off, so that the kernel completes
 *   checksums and cuts large segments before a frame goes to the guest.
 * Prints "ready" and runs until it is killed or INTERFACE is deleted. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FRAME_MAX = 65536 };

static void die(const char *what)
{
	fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void copy_name(char *to, size_t size, const char *name)
{
	int length = snprintf(to, size, "%s", name);
	if (length < 0 || (size_t)length >= size) {
		fprintf(stderr, "wire: %s: the name is too long\n", name);
		exit(1);
	}
}

static void offloads_off(int fd, const char *interface)
{
	static const unsigned commands[] = {ETHTOOL_STXCSUM, ETHTOOL_SGSO, ETHTOOL_STSO};
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		struct ethtool_value value = {.cmd = commands[i], .data = 0};
		struct ifreq request = {.ifr_data = (void *)&value};
		copy_name(request.ifr_name, sizeof request.ifr_name, interface);
		if (ioctl(fd, SIOCETHTOOL, &request) < 0 && errno != EOPNOTSUPP)
			die(interface);
	}
}

static int interface_open(const char *interface)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("packet socket");
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(interface)};
	if (address.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		die(interface);
	struct packet_mreq all = {.mr_ifindex = address.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) < 0)
		die(interface);
	return fd;
}

static struct sockaddr_un socket_address(const char *path, const char *suffix)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char whole[512];
	int length = snprintf(whole, sizeof whole, "%s%s", path, suffix);
	if (length < 0 || (size_t)length >= sizeof whole)
		errno = ENAMETOOLONG, die(path);
	copy_name(address.sun_path, sizeof address.sun_path, whole);
	return address;
}

/* Pass a frame from the interface to the guest.  When the guest is off or its queue is full, the frame is lost, as on a
 * real cable. */
static void to_guest(int interface, int cable, const struct sockaddr_un *guest, char *frame)
{
	struct sockaddr_ll from;
	socklen_t from_len = sizeof from;
	ssize_t length = recvfrom(interface, frame, FRAME_MAX, MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
	if (length < 0 && errno != EAGAIN && errno != EINTR && errno != ENETDOWN)
		die("interface");
	if (length > 0 && from.sll_pkttype != PACKET_OUTGOING)
		(void)sendto(cable, frame, (size_t)length, MSG_DONTWAIT, (const struct sockaddr *)guest, sizeof *guest);
}

static void to_interface(int interface, int cable, char *frame)
{
	ssize_t length = recv(cable, frame, FRAME_MAX, MSG_DONTWAIT);
	if (length > 0)
		(void)send(interface, frame, (size_t)length, MSG_DONTWAIT); // lost when the interface is down
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: wire INTERFACE SOCKET [NO-OFFLOAD-INTERFACE]\n");
		return 2;
	}
	static char frame[FRAME_MAX];
	struct sockaddr_un here = socket_address(argv[2], ""), guest = socket_address(argv[2], ".guest");
	int interface = interface_open(argv[1]);
	int cable = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	(void)unlink(argv[2]);
	if (cable < 0 || bind(cable, (struct sockaddr *)&here, sizeof here) < 0)
		die(argv[2]);
	if (argc == 4)
		offloads_off(interface, argv[3]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct pollfd ready[2] = {{.fd = interface, .events = POLLIN}, {.fd = cable, .events = POLLIN}};
		if (poll(ready, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (if_nametoindex(argv[1]) == 0)
			return 0;
		if (ready[0].revents)
			to_guest(interface, cable, &guest, frame);
		if (ready[1].revents)
			to_interface(interface, cable, frame);
	}
}
