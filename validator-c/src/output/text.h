/* SPDX-License-Identifier: Apache-2.0 */
/* The limits the host puts on strings (src/model/evidence.ts), in stages and document alike. */
#ifndef BPFCOMPAT_TEXT_H
#define BPFCOMPAT_TEXT_H

#define NAME_MAX_BYTES 256
#define MESSAGE_MAX_BYTES 4096
#define LOG_MAX_BYTES (250 * 1024)
#define TEST_HEAD_MAX_BYTES 2048
#define TEST_TAIL_MAX_BYTES 8192
/* What a loader of ours may report. */
#define REPORT_MAX_BYTES (256 * 1024)

#endif
