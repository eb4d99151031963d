// What `make demo` runs: three objects on the four kernels of the matrix quick, as a user would, and a check that the
// known truth came out. The object on do_unlinkat must fail on 7.3 and nowhere else, so bpfcompat ends with 2 here.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const OUT = 'build/demo/report.json';
const UNLINK = 'examples/fentry-unlink/fentry_unlink.bpf.o';
const OBJECTS = ['examples/simple-pass/simple_pass.bpf.o', 'examples/ringbuf-modern/ringbuf_modern.bpf.o', UNLINK];
const GONE_ON = 'debian-13-7.3';

const args = ['test', ...OBJECTS.flatMap((path) => ['--artifact', path]), '--matrix', 'quick', '--out', OUT];
args.push('--markdown', OUT.replace(/json$/, 'md'), '--workdir', 'build/demo/work');
console.log(`$ bin/bpfcompat ${args.join(' \\\n    ').replaceAll(/(--\S+) \\\n {4}/g, '$1 ')}\n`);
rmSync('build/demo', { recursive: true, force: true });
const { status, signal } = spawnSync('bin/bpfcompat', args, { stdio: 'inherit' });
if (signal !== null || (status !== 0 && status !== 2)) {
  console.error(`\ndemo: bpfcompat did not complete (${signal ?? `exit code ${status}`}); its message stands above`);
  process.exit(1);
}

const surprises = [];
const expect = (holds, what) => holds || surprises.push(what);
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

const { cases } = read(OUT);
expect(cases.length === OBJECTS.length, `${cases.length} reports for ${OBJECTS.length} objects`);
for (const [index, { report_json_path: path }] of cases.entries()) {
  const { targets } = read(path);
  expect(targets.length === 4, `${OBJECTS[index]} was tested on ${targets.length} kernels, not 4`);
  for (const target of targets) {
    const gone = OBJECTS[index] === UNLINK && target.profile_id === GONE_ON;
    const subject = `${OBJECTS[index]} on ${target.profile_id}`;
    expect(target.status === (gone ? 'fail' : 'pass'), `${subject}: ${target.status}`);
    if (gone)
      expect(JSON.stringify(target.findings ?? []).includes('do_unlinkat'), `${subject}: no word of do_unlinkat`);
  }
}
expect(status === 2, `exit code ${status} instead of 2, although a required kernel refuses an object`);

if (surprises.length > 0) {
  console.error(`\ndemo: this is not what these kernels are known to say:\n  ${surprises.join('\n  ')}`);
  process.exit(1);
}
console.log(`
demo: as it should be. Two objects pass on all four kernels; fentry_unlink passes on three and fails on 7.3, whose
kernel has no function do_unlinkat any more. bpfcompat ended with 2, the exit code for "a required kernel rejects it".`);
