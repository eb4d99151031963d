/* SPDX-License-Identifier: Apache-2.0 */
/* One request to the kernel's routing netlink: build it, send it, take the errno of the response. */
#ifndef BPFCOMPAT_NETLINK_H
#define BPFCOMPAT_NETLINK_H

#include <linux/rtnetlink.h>
#include <stddef.h>

#define NETLINK_QUESTION_MAX 512

struct netlink {
	struct nlmsghdr header;
	/* Body and attributes. What does not fit makes the request fail with -EMSGSIZE. */
	char rest[NETLINK_QUESTION_MAX];
};

/* Begins a request that creates something: `type` such as RTM_NEWLINK, `body` the structure that goes with it. */
void netlink__begin(struct netlink *request, unsigned short type, const void *body, size_t len);
void netlink__add(struct netlink *request, unsigned short type, const void *data, size_t len);
/* Attributes that are added until netlink__close belong to this one. */
struct rtattr *netlink__open(struct netlink *request, unsigned short type);
void netlink__close(struct netlink *request, struct rtattr *outer);
/* 0 or a negative errno. */
int netlink__send(const struct netlink *request);

#endif
