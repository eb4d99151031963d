/* SPDX-License-Identifier: Apache-2.0 */
#include "netdev.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "modules.h"


static int first_namespace = -1;

struct link_request {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char attributes[128];
};

static struct rtattr *add_attribute(struct link_request *request, unsigned short type, const void *data, size_t len)
{
	struct rtattr *attribute = (struct rtattr *)((char *)request + NLMSG_ALIGN(request->header.nlmsg_len));

	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(attribute), data, len);
	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
	return attribute;
}

static int ask_kernel(struct link_request *request)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), err = 0;
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} answer;
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (send(fd, request, request->header.nlmsg_len, 0) < 0)
		err = -errno;
	n = err ? 0 : recv(fd, &answer, sizeof(answer), 0);
	if (n < 0)
		err = -errno;
	else if (n >= (ssize_t)NLMSG_LENGTH(sizeof(answer.error)) && answer.header.nlmsg_type == NLMSG_ERROR)
		err = answer.error.error;
	close(fd);
	return err;
}

static int create_device(const char *kind, const char *name)
{
	struct link_request request = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(request.info)),
			.nlmsg_type = RTM_NEWLINK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK,
		},
	};
	struct rtattr *outer;

	add_attribute(&request, IFLA_IFNAME, name, strlen(name) + 1);
	outer = add_attribute(&request, IFLA_LINKINFO, NULL, 0);
	add_attribute(&request, IFLA_INFO_KIND, kind, strlen(kind));
	outer->rta_len = (unsigned short)((char *)&request + request.header.nlmsg_len - (char *)outer);
	return ask_kernel(&request);
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

void netdev__leave(void)
{
	if (first_namespace >= 0)
		setns(first_namespace, CLONE_NEWNET);
}
