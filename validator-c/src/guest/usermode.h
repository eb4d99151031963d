/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_USERMODE_H
#define BPFCOMPAT_USERMODE_H

/*
 * Takes all capabilities from the programs that the kernel itself starts, for good. They run outside of all namespaces,
 * and root may name them: core_pattern, modprobe, poweroff_cmd, uevent_helper, release_agent, request-key.
 * `report` is called with a path and a negative errno where that does not work.
 */
void usermode__restrict(void (*report)(void *context, const char *what, int err), void *context);

#endif
