/* SPDX-License-Identifier: Apache-2.0 */
#include "attach/netlink.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void netlink__begin(struct netlink *question, unsigned short type, const void *body, size_t len)
{
	memset(question, 0, sizeof(*question));
	question->header.nlmsg_len = (uint32_t)NLMSG_LENGTH(len);
	question->header.nlmsg_type = type;
	question->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
	memcpy(NLMSG_DATA(&question->header), body, len);
}

void netlink__add(struct netlink *question, unsigned short type, const void *data, size_t len)
{
	size_t at = NLMSG_ALIGN(question->header.nlmsg_len);
	struct rtattr *attribute = (struct rtattr *)((char *)question + at);

	/* From here on it is known not to fit. */
	question->header.nlmsg_len = (uint32_t)(at + RTA_ALIGN(RTA_LENGTH(len)));
	if (question->header.nlmsg_len > sizeof(*question))
		return;
	attribute->rta_type = type;
	attribute->rta_len = (unsigned short)RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(attribute), data, len);
}

struct rtattr *netlink__open(struct netlink *question, unsigned short type)
{
	size_t at = NLMSG_ALIGN(question->header.nlmsg_len);

	netlink__add(question, type, NULL, 0);
	return (struct rtattr *)((char *)question + at);
}

void netlink__close(struct netlink *question, struct rtattr *outer)
{
	if (question->header.nlmsg_len <= sizeof(*question))
		outer->rta_len = (unsigned short)((char *)question + question->header.nlmsg_len - (char *)outer);
}

int netlink__ask(const struct netlink *question)
{
	int fd, err = 0;
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[1024];
	} answer;
	ssize_t n;

	if (question->header.nlmsg_len > sizeof(*question))
		return -EMSGSIZE;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -errno;
	if (send(fd, question, question->header.nlmsg_len, 0) < 0)
		err = -errno;
	n = err ? 0 : recv(fd, &answer, sizeof(answer), 0);
	if (n < 0)
		err = -errno;
	else if (n >= (ssize_t)NLMSG_LENGTH(sizeof(answer.error)) && answer.header.nlmsg_type == NLMSG_ERROR)
		err = answer.error.error;
	close(fd);
	return err;
}
