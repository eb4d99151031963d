/* SPDX-License-Identifier: Apache-2.0 */
/* What distinguishes one machine from another in a vendor's whole system: a copy of a saved guest gets its own. */
#ifndef BPFCOMPAT_RENEW_H
#define BPFCOMPAT_RENEW_H

#include <stdbool.h>

/*
 * Gives the system below `root` ("" for this one) another machine id, also where D-Bus keeps a copy, and takes the
 * journal along, which lies in a directory of that name. 0, also where there is no id, or a negative errno.
 */
int renew__machine_id(const char *root);
/* The same with the host keys of its SSH server, which reads them again. 0 where it has none. */
int renew__host_keys(const char *root);
/* Both, in this guest; one that cannot be renewed is not a guest. `programs`: others than ours will run in it. */
void renew__system(bool programs);

#endif
