/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_NETDEV_H
#define BPFCOMPAT_NETDEV_H

#include <net/if.h>
#include <stdbool.h>

/*
 * A network device to attach to: a dummy device of our own, or the loopback device of a network namespace that is ours.
 * Made once. Its index, or a negative errno; `name` gets what it is called.
 */
int netdev__own(bool on_host, char name[IF_NAMESIZE]);
/* One more dummy device, for what a device takes only one of. Its index, or a negative errno. */
int netdev__another(char name[IF_NAMESIZE]);
/* A veth device: unlike a dummy its driver runs XDP itself. Its index, or a negative errno. */
int netdev__veth(char name[IF_NAMESIZE]);
/* A netkit device (6.7): programs of that kind go nowhere else. Its index, or a negative errno. */
int netdev__netkit(char name[IF_NAMESIZE]);
/* Brings `lo` up: programs talk to themselves over it. */
void netdev__loopback(void);
/* Back to the network namespace this process began in. */
void netdev__leave(void);

#endif
