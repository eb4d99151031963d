/* SPDX-License-Identifier: Apache-2.0 */
#include "attach/netlink.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void netlink__begin(struct netlink *request, unsigned short type, const void *body, size_t len)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(len);
	request->header.nlmsg_type = type;
	request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
	memcpy(NLMSG_DATA(&request->header), body, len);
}

void netlink__add(struct netlink *request, unsigned short type, const void *data, size_t len)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);
	struct rtattr *attribute = (struct rtattr *)((char *)request + at);

	/* From here on it is known not to fit. */
	request->header.nlmsg_len = (uint32_t)(at + RTA_ALIGN(RTA_LENGTH(len)));
	if (request->header.nlmsg_len > sizeof(*request))
		return;
	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(attribute), data, len);
}

struct rtattr *netlink__open(struct netlink *request, unsigned short type)
{
	size_t at = NLMSG_ALIGN(request->header.nlmsg_len);

	netlink__add(request, type, NULL, 0);
	return (struct rtattr *)((char *)request + at);
}

void netlink__close(struct netlink *request, struct rtattr *outer)
{
	if (request->header.nlmsg_len <= sizeof(*request))
		outer->rta_len = (unsigned short)((char *)request + request->header.nlmsg_len - (char *)outer);
}

int netlink__send(const struct netlink *request)
{
	int fd, err = 0;
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[1024];
	} response;
	ssize_t n;

	if (request->header.nlmsg_len > sizeof(*request))
		return -EMSGSIZE;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	if (send(fd, request, request->header.nlmsg_len, 0) < 0)
		err = -errno;
	n = err ? 0 : recv(fd, &response, sizeof(response), 0);
	if (n < 0)
		err = -errno;
	else if (n >= (ssize_t)NLMSG_LENGTH(sizeof(response.error)) && response.header.nlmsg_type == NLMSG_ERROR)
		err = response.error.error;
	close(fd);
	return err;
}
