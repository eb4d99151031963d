import type { ValuesOf } from '../config/options.ts';
import { historyDoubt, listHistory, signAll, verifyAll } from '../index.ts';
import { printedJson, terminal } from '../report/escape.ts';
import type { Io } from './io.ts';

/** `history list`: one line per record, the newest first. */
export async function historyListCommand(options: ValuesOf<'history list'>, io: Io): Promise<number> {
  const { workdir: workDir, artifactName, limit } = options;
  const records = await listHistory({ workDir, artifactName, limit, env: io.env, cwd: io.cwd });
  if (options.json) {
    io.out(printedJson(records));
    return 0;
  }
  for (const one of records) {
    const name = terminal(`${one.artifact_name}@${one.artifact_version}`, 300);
    const counts = `${one.required_passed}/${one.required_failed}`;
    const { length: fixups } = one.fixup_profiles ?? [];
    const facts = [
      `status=${terminal(one.summary_status, 20)}`,
      `required=${counts}`,
      `run=${terminal(one.run_id, 64)}`,
      ...(fixups > 0 ? [`automatic_fixups=${fixups}`] : []),
    ];
    io.out(`- ${name} ${facts.join(' ')}\n`);
  }
  return 0;
}

/** `history verify`: what is wrong with which record; exit code 1 when anything is. */
export async function historyVerifyCommand(options: ValuesOf<'history verify'>, io: Io): Promise<number> {
  const place = { workDir: options.workdir, env: io.env, cwd: io.cwd };
  const rows = await verifyAll(place);
  const doubt = await historyDoubt(place);
  if (doubt !== '') io.err(`bpfcompat: ${terminal(doubt, 500)}\n`);
  const bad = rows.filter(({ verified }) => !verified);
  if (options.json) io.out(printedJson(rows));
  else {
    for (const { index, run_id: run, issues = [] } of bad) {
      const which = run === '' ? '' : ` (run ${terminal(run, 64)})`;
      io.out(`- record ${index}${which}: ${issues.join('; ')}\n`);
    }
    io.out(`History: records=${rows.length} verified=${rows.length - bad.length} invalid=${bad.length}\n`);
  }
  return bad.length === 0 ? 0 : 1;
}

/** `history sign`: links and signs all records again. */
export async function historySignCommand(
  options: ValuesOf<'history sign'>,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const onNote = (message: string): void => io.err(`note: ${message}\n`);
  const count = await signAll({ workDir: options.workdir, env: io.env, cwd: io.cwd, signal, onNote });
  io.out(`History: signed=${count}\n`);
  return 0;
}
