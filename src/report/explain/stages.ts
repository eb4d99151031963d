import { errnoName } from '../../model/errno.ts';
import { oneLine } from '../escape.ts';
import type { SavedProgram, SavedTarget } from '../saved-report.ts';
import { plural } from '../style.ts';
import { fields, type Page } from './layout.ts';

type Row = readonly [stage: string, text: string];

const MAX_NAMES = 6;

function names(programs: readonly SavedProgram[]): string {
  const shown = programs.slice(0, MAX_NAMES).map(({ name, errno }) => {
    const why = errnoName(Math.round(errno));
    return `${oneLine(name, 80)}${why === '' ? '' : ` (${why})`}`;
  });
  const rest = programs.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

function bootRow(target: SavedTarget): Row {
  if (target.host) {
    const ms = target.timings?.boot_ms ?? 0;
    return [
      'boot',
      `ok: ${oneLine(target.host.kernel ?? '', 100)} booted${ms > 0 ? ` after ${(ms / 1000).toFixed(1)} s` : ''}`,
    ];
  }
  if (target.status === 'skipped' || target.status === 'inferred') return ['boot', 'not tried'];
  return ['boot', 'not completed'];
}

function openRow(target: SavedTarget): Row {
  if (!target.validation) return ['open', ''];
  if (target.findings.find(({ decisive }) => decisive)?.phase === 'open')
    return ['open', 'FAIL: libbpf cannot read the object'];
  const { programs, maps } = target;
  if (programs.length === 0) return ['open', ''];
  return ['open', `ok: ${plural(programs.length, 'program')}, ${plural(maps.length, 'map')}`];
}

function loadRow({ validation, programs }: SavedTarget): Row {
  const rejected = programs.filter(({ load_status: status }) => status === 'fail');
  const loaded = programs.filter(({ load_status: status }) => status === 'pass').length;
  switch (validation?.load_status) {
    case 'pass':
      return ['load', `ok: ${plural(loaded, 'program')} loaded`];
    case 'fail': {
      const others = loaded > 0 ? `; ${plural(loaded, 'other program')} would load alone` : '';
      const error = validation.load_error === '' ? '' : `: ${validation.load_error}`;
      return ['load', rejected.length === 0 ? `FAIL${error}` : `FAIL: rejected ${names(rejected)}${others}`];
    }
    default:
      return ['load', validation ? 'not tried' : ''];
  }
}

function attachRow({ validation, programs }: SavedTarget): Row {
  if (!validation) return ['attach', ''];
  if (validation.attach_mode === 'disabled') return ['attach', 'not requested'];
  const { attach_status: status, attach_attempted: tried, attach_passed: passed } = validation;
  if (tried === 0)
    return ['attach', validation.load_status === 'pass' ? 'nothing that could be attached' : 'not tried'];
  const failed = programs.filter((program) => program.attach_status === 'fail');
  const left = programs.filter((program) => program.attach_status === 'skipped' && program.attach_reason !== '');
  const parts = [
    `${status === 'fail' ? 'FAIL' : status === 'warn' ? (passed > 0 ? 'partly' : 'warning') : 'ok'}: ${passed} of ${tried} attached`,
    ...(failed.length > 0
      ? [`not ${names(failed.map((program) => ({ ...program, errno: program.attach_errno })))}`]
      : []),
    ...left.slice(0, 3).map(({ name, attach_reason: why }) => `${oneLine(name, 80)} left out: ${oneLine(why, 120)}`),
  ];
  return ['attach', parts.join('; ')];
}

function testsRow({ functional }: SavedTarget): Row {
  if (!functional) return ['tests', ''];
  const reported = functional.tests.map(
    ({ name, status, error }) => `${name} ${status}${error === '' ? '' : ` (${error})`}`,
  );
  return ['tests', [functional.status, ...reported].join('; ')];
}

/** How far the run came, stage by stage; a stage that says nothing has an empty text. */
export function stageRows(target: SavedTarget): Row[] {
  return [bootRow(target), openRow(target), loadRow(target), attachRow(target), testsRow(target)];
}

/** The same for a terminal. */
export function stageLines(page: Page, target: SavedTarget): string[] {
  return fields(page, stageRows(target));
}
