/* SPDX-License-Identifier: Apache-2.0 */
#include "attach/netdev.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attach/netlink.h"
#include "lib/modules.h"

static int first_namespace = -1;

static int create_device(const char *kind, const char *name)
{
	struct ifinfomsg info = {};
	struct netlink request;
	struct rtattr *outer;

	netlink__begin(&request, RTM_NEWLINK, &info, sizeof(info));
	netlink__add(&request, IFLA_IFNAME, name, strlen(name) + 1);
	outer = netlink__open(&request, IFLA_LINKINFO);
	netlink__add(&request, IFLA_INFO_KIND, kind, strlen(kind));
	netlink__close(&request, outer);
	return netlink__send(&request);
}

static int bring_up(const char *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;
	struct ifreq request = {};

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &request)) {
		err = -errno;
	} else {
		request.ifr_flags |= IFF_UP;
		if (ioctl(fd, SIOCSIFFLAGS, &request))
			err = -errno;
	}
	close(fd);
	return err;
}

/* Creates and ups `bpfcompat<n>`. */
static int make_device(const char *kind, char name[IF_NAMESIZE])
{
	static int count;
	int err;

	snprintf(name, IF_NAMESIZE, "bpfcompat%d", count);
	err = create_device(kind, name);
	if (!err)
		err = bring_up(name);
	if (err)
		return err;
	count++;
	return (int)if_nametoindex(name);
}

int netdev__another(char name[IF_NAMESIZE])
{
	return make_device("dummy", name);
}

int netdev__veth(char name[IF_NAMESIZE])
{
	int index = make_device("veth", name);

	if (index == -EOPNOTSUPP && !modules__load_lazy("veth"))
		index = make_device("veth", name);
	return index;
}

int netdev__netkit(char name[IF_NAMESIZE])
{
	return make_device("netkit", name);
}

static int choose(bool on_host, char name[IF_NAMESIZE])
{
	int index, err;

	/* Whatever is attached here must not touch the traffic of the machine. */
	if (on_host) {
		first_namespace = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (first_namespace < 0 || unshare(CLONE_NEWNET))
			return -errno;
	}
	index = netdev__another(name);
	if (index == -EOPNOTSUPP && !on_host && !modules__load_lazy("dummy"))
		index = netdev__another(name);
	if (index > 0)
		return index;
	strcpy(name, "lo");
	err = bring_up(name);
	return err ? err : (int)if_nametoindex(name);
}

int netdev__own(bool on_host, char name[IF_NAMESIZE])
{
	static char chosen[IF_NAMESIZE];
	static int index;

	if (!index)
		index = choose(on_host, chosen);
	strcpy(name, chosen);
	return index;
}

void netdev__loopback(void)
{
	bring_up("lo");
}

void netdev__leave(void)
{
	if (first_namespace >= 0)
		setns(first_namespace, CLONE_NEWNET);
}
