/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says what was found, stage by stage, as it happens: one JSON frame per stage (src/model/evidence.ts has the schemas).
 * The host takes a limited number of frames and bytes per request; long logs are cut before that limit is met.
 */
#ifndef BPFCOMPAT_EVIDENCE_H
#define BPFCOMPAT_EVIDENCE_H

#include <stdint.h>

#include "lib/buf.h"
#include "lib/json.h"
#include "output/result.h"
#include "request/request.h"

/* A list in a stage ends here, so that the stage fits one frame. */
#define EVIDENCE_LISTS_MAX (3U << 20)

struct evidence {
	/* Where frames go; -1 says nothing. */
	int fd;
	/* Where PID 1 responds to FRAME_SYNC, and the number of the last one. */
	uint32_t *settled;
	uint32_t syncs;
	uint32_t frames;
	uint64_t bytes;
	struct buf text;
};

/* A stage is begun, filled and sent; only one at a time. */
void evidence__start(struct evidence *evidence, struct json *json, const char *stage);
void evidence__finish(struct evidence *evidence, struct json *json);
/* The end of a log, as much as the stage may still have. */
void evidence__put_log(const struct evidence *evidence, struct json *json, const char *key, const struct buf *log);

void evidence__begin(struct evidence *evidence, const struct request *request);
void evidence__step(struct evidence *evidence, const char *phase, const char *subject);
void evidence__program(struct evidence *evidence, const struct program *program);
void evidence__map(struct evidence *evidence, const struct map *map);
void evidence__attach(struct evidence *evidence, const struct program *program);
void evidence__document(struct evidence *evidence, const struct buf *document);
/* Waits until everything said so far has left the guest: nothing that happens later can change it. */
void evidence__settle(struct evidence *evidence);
/* The last frame of a worker, for PID 1 only. */
void evidence__done(struct evidence *evidence, uint8_t exit_code);
void evidence__free(struct evidence *evidence);

#endif
