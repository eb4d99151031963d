/* SPDX-License-Identifier: Apache-2.0 */
/* Work that depends on the kernel alone. Done once, before the guest says hello, every copy of the guest has it. */
#ifndef BPFCOMPAT_PREWARM_H
#define BPFCOMPAT_PREWARM_H

/* Never fails: what cannot be done ahead is done when it is needed. */
void prewarm__run(void);
/* Has the pages of code and stack that a request will need, so that it does not wait for each of them. */
void prewarm__memory(void);

#endif
