#!/usr/bin/env node
// A guest that says about 60 MB, all of it legal; the name of the object says of what: logs-*, wide-*, frames-*, values-*.
import { begin, exit, frame, hello, load, onRequest, open, port, stage } from './wire.mjs';

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

/** [number of programs, log of each, number of values that no schema knows in each] */
const KINDS = {
  logs: [114, line.repeat(Math.ceil(LOG / line.length)).slice(0, LOG), 0],
  wide: [114, `\u0101${line.repeat(Math.ceil(LOG / line.length)).slice(0, LOG - 1)}`, 0],
  frames: [9000, line.repeat(40), 0],
  values: [5, 'x', 190_000],
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
  let said = 0;
  for (let index = 0; index < count && said < TOTAL; index++) {
    const bytes = stage({ ...program(index, log), unknown: Array(values).fill(0) });
    said += bytes.length;
    await send(bytes);
  }
  await send(stage({ ...load('fail'), errno: -13 }));
  const told = programs.map((one) => ({ ...one, load_status: 'fail' }));
  const document = {
    status: 'fail',
    load: { status: 'fail' },
    discovery: { programs: told },
    functional: { tests: [] },
  };
  await send(frame(5, JSON.stringify(document)));
  await send(stage({ ...exit(), code: 2 }));
});
