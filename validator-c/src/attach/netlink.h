/* SPDX-License-Identifier: Apache-2.0 */
/* One question to the kernel's routing netlink: build it, ask, take the errno of the answer. */
#ifndef BPFCOMPAT_NETLINK_H
#define BPFCOMPAT_NETLINK_H

#include <linux/rtnetlink.h>
#include <stddef.h>

#define NETLINK_QUESTION_MAX 512

struct netlink {
	struct nlmsghdr header;
	/* Body and attributes. What does not fit makes the question fail with -EMSGSIZE. */
	char rest[NETLINK_QUESTION_MAX];
};

/* Begins a question that creates something: `type` such as RTM_NEWLINK, `body` the structure that goes with it. */
void netlink__begin(struct netlink *question, unsigned short type, const void *body, size_t len);
void netlink__add(struct netlink *question, unsigned short type, const void *data, size_t len);
/* Attributes that are added until netlink__close belong to this one. */
struct rtattr *netlink__open(struct netlink *question, unsigned short type);
void netlink__close(struct netlink *question, struct rtattr *outer);
/* 0 or a negative errno. */
int netlink__ask(const struct netlink *question);

#endif
