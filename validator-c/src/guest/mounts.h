/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BPFCOMPAT_MOUNTS_H
#define BPFCOMPAT_MOUNTS_H

typedef void (*mounts_report)(void *context, const char *what, int err);

/* Mounts everything a BPF object may need. `report` hears about each mount that failed. */
void mounts__make(mounts_report report, void *context);

#endif
