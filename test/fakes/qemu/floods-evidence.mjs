#!/usr/bin/env node
// A guest that says about 60 MB, or as many frames as it may, all of it legal and under the seal; the name of the object
// says of what: logs-*, wide-*, frames-*, values-*, small-*.
import { begin, document, exit, hello, load, onRequest, open, port, say, stage, step } from './wire.mjs';

const TOTAL = 60_000_000;
const LOG = 256 * 1024;
const line = '12: (79) r1 = *(u64 *)(r6 +8)        ; R1_w=scalar(id=3) R6=ctx(off=0)\n';
const name = (index) => `prog_${index}`;
const section = 'kprobe/do_unlinkat';

const program = (index, log) => ({
  ...{ stage: 'program', name: name(index), section, status: 'fail', reason: '', errno: -13, alone: true, log: '' },
  ...{ verifier_log_head: log, verifier_log_tail: log, verifier_log_bytes: 2 * LOG, verifier_log_dropped: 0 },
  ...{ verified_insns: 1, xlated_bytes: 0, jited_bytes: 0, elapsed_us: 1 },
});

/** Stages that are next to nothing but their header: as many as one request may have, less those of every response. */
const SMALL_STAGES = 9_990;

/** [number of programs, log of each, number of values that no schema knows in each] */
const KINDS = {
  logs: [114, line.repeat(Math.ceil(LOG / line.length)).slice(0, LOG), 0],
  wide: [114, `\u0101${line.repeat(Math.ceil(LOG / line.length)).slice(0, LOG - 1)}`, 0],
  frames: [2040, line.repeat(204), 0],
  values: [5, 'x', 190_000],
  small: [1, '', 0],
};

hello();
onRequest(async (request) => {
  const kind = request.fields.artifact_name.split('-')[0];
  const [count, log, values] = KINDS[kind] ?? KINDS.logs;
  const facts = (index) => ({ name: name(index), section, type: 'kprobe', autoload: true, insns: 1 });
  const programs = Array.from({ length: count }, (_, index) => facts(index));
  const send = async (bytes) => {
    if (!port.write(bytes)) await new Promise((done) => port.once('drain', done));
  };
  await send(stage(begin(request)));
  await send(stage({ ...open, programs }));
  if (kind === 'small') {
    await send(Buffer.concat(Array.from({ length: SMALL_STAGES }, () => stage(step('', '')))));
  }
  let said = 0;
  for (let index = 0; index < count && said < TOTAL; index++) {
    const bytes = stage({ ...program(index, log), unknown: Array(values).fill(0) });
    said += bytes.length;
    await send(bytes);
  }
  await send(stage({ ...load('fail'), errno: -13 }));
  const reported = programs.map((one) => ({ ...one, load_status: 'fail' }));
  const result = {
    status: 'fail',
    load: { status: 'fail' },
    discovery: { programs: reported },
    functional: { tests: [] },
  };
  await send(document(result));
  say({ ...exit(), code: 2 });
});
