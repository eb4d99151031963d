import { oneLine } from '../report/escape.ts';
import { metWords } from '../report/expected-words.ts';
import { filing, onOtherKernels } from '../report/explain/cause.ts';
import { causesOf } from '../report/explain/cell.ts';
import { costRows } from '../report/explain/costs.ts';
import { stageRows } from '../report/explain/stages.ts';
import { triedRows } from '../report/explain/tried.ts';
import { placeText } from '../report/finding-facts.ts';
import { AGREEMENTS, agreementWords, predictionWords } from '../report/prediction.ts';
import { againParts } from '../report/reproduce.ts';
import { type SavedFinding, type SavedReport, savedExpected } from '../report/saved-report.ts';
import {
  cellPath,
  Facts,
  kernelPath,
  ListTable,
  objectPath,
  Preformatted,
  runPath,
  Section,
  When,
} from './elements.tsx';
import { HistoryStrip } from './history.tsx';
import { failingLine, Log } from './log.tsx';
import { htmlPage, type PageAssets } from './shell.tsx';
import type { Site, SiteCell } from './site.ts';
import { stateOf } from './state.ts';

const MAX_LOGS = 5;

function FindingBlock({
  cell,
  report,
  finding,
}: {
  cell: SiteCell;
  report: SavedReport | undefined;
  finding: SavedFinding;
}) {
  const { location } = finding;
  const met = report ? metWords(finding, savedExpected(report.gate, cell.kernel)?.causes ?? []) : [];
  const said = `${finding.title} ${finding.explanation} ${finding.remediation}`;
  const others = report ? onOtherKernels(report, cell.target, finding, said) : '';
  return (
    <li class={finding.decisive ? 'cause err' : 'cause note'}>
      <h3>{oneLine(finding.title || finding.code, 600)}</h3>
      <p class="code">{oneLine(filing(finding), 400)}</p>
      {location && (
        <p class="where">
          <code>{placeText(location)}</code>
          {location.function !== '' && ` in ${oneLine(location.function, 100)}`}
          {location.insn !== undefined && `, instruction ${location.insn}`}
          {location.text !== '' && <code class="source">{oneLine(location.text, 300)}</code>}
        </p>
      )}
      {finding.explanation !== '' && <p>{oneLine(finding.explanation, 2000)}</p>}
      {finding.evidence && (
        <figure>
          <figcaption>The guest said ({oneLine(finding.evidence.origin || 'validator', 60)}):</figcaption>
          <Log text={finding.evidence.text} max={20} />
        </figure>
      )}
      {finding.remediation !== '' && <p class="remedy">{oneLine(finding.remediation, 2000)}</p>}
      {finding.also.length > 0 && <p>Would fail next: {oneLine(finding.also.slice(0, 10).join('; '), 1000)}</p>}
      {met.map((text) => (
        <p>{oneLine(text, 600)}</p>
      ))}
      {others !== '' && <p>On other kernels: {oneLine(others, 1000)}</p>}
    </li>
  );
}

function Findings({ cell, decisive }: { cell: SiteCell; decisive: boolean }) {
  const own = causesOf(cell.target).filter((finding) => finding.decisive === decisive);
  if (own.length === 0) return null;
  return (
    <ol class="causes">
      {own.map((finding) => (
        <FindingBlock cell={cell} report={cell.one.report} finding={finding} />
      ))}
    </ol>
  );
}

function Logs({ cell }: { cell: SiteCell }) {
  const logs = cell.target.programs.filter(({ log_tail: log }) => log.trim() !== '');
  if (logs.length === 0) return null;
  return (
    <>
      {logs.slice(0, MAX_LOGS).map(({ name, log_tail: log }) => (
        <details open={logs.length === 1}>
          <summary>{oneLine(name, 128)}</summary>
          <Log text={log} max={400} mark={failingLine(cell.target.findings, name)} />
        </details>
      ))}
      {logs.length > MAX_LOGS && <p>The logs of {logs.length - MAX_LOGS} more programs stand in the JSON.</p>}
    </>
  );
}

function Costs({ cell }: { cell: SiteCell }) {
  const { rows, others } = costRows(cell.target);
  const [head = [], ...body] = rows;
  if (body.length === 0) return null;
  return (
    <>
      <ListTable label="What the programs cost the verifier" heads={head}>
        {body.map(([program = '', ...values]) => (
          <tr>
            <th scope="row">{program}</th>
            {values.map((value) => (
              <td>{value}</td>
            ))}
          </tr>
        ))}
      </ListTable>
      {others > 0 && <p>{others} cheaper programs stand in the JSON.</p>}
    </>
  );
}

function predictionText({ target: { prediction } }: SiteCell): string {
  if (!prediction) return '';
  const known = AGREEMENTS.find((name) => name === prediction.agreement);
  const words = known ? agreementWords(known) : '';
  const text = predictionWords({ ...prediction, floor: prediction.floor });
  return words === '' ? text : `${text}; observed: ${words}`;
}

/** The command that tests the same again. */
function againText({ one, target }: SiteCell): string {
  return one.report ? (againParts(one.report, target)?.join(' ') ?? '') : '';
}

/** The whole story of one object on one kernel in one run. */
export function cellPage(site: Site, cell: SiteCell, assets: PageAssets): string {
  const { run, one, target, object: name } = cell;
  const up = '../';
  const state = stateOf(cell);
  const object = site.objects.find((other) => other.name === name);
  const kernel = site.kernels.find(({ id }) => id === cell.kernel);
  const where = kernel?.name ?? cell.kernel;
  const rows = one.report ? triedRows(one.report, target) : [];
  const again = againText(cell);
  return htmlPage({
    assets,
    up,
    title: `${state.words}: ${name} on ${where}`,
    crumbs: [
      { text: `run ${run.slug}`, href: `${runPath(site.label, run)}.html` },
      { text: `${name} on ${cell.kernel}`, href: cellPath(cell) },
    ],
    downloads: [['JSON', `cells/${cell.id}.json`]],
    children: (
      <>
        <h1>
          <span class={`chip ${state.mark}`}>{state.word}</span>{' '}
          {object ? <a href={up + objectPath(object)}>{oneLine(name, 100)}</a> : oneLine(name, 100)} on{' '}
          {kernel ? <a href={up + kernelPath(kernel)}>{oneLine(where, 100)}</a> : oneLine(where, 100)}
        </h1>
        <p class="meta">
          {state.words}
          {target.failed_stage !== '' && ` at ${oneLine(target.failed_stage, 20)}`}
          {target.required ? '' : ' (optional kernel)'}, <When time={target.started_at || run.document.startedAt} />
        </p>
        {(target.infra_error || target.skipped_reason) && (
          <Section title="Why there is no result">
            <p>{oneLine(target.infra_error || target.skipped_reason, 2000)}</p>
          </Section>
        )}
        <Section title="Findings">{Findings({ cell, decisive: true })}</Section>
        <Section title="Stages">{Facts({ rows: target.host || target.validation ? stageRows(target) : [] })}</Section>
        <Section title="What the verifier said">{Logs({ cell })}</Section>
        <Section title="Warnings">{Findings({ cell, decisive: false })}</Section>
        <Section title="Cost">{Costs({ cell })}</Section>
        <Section title="In other runs">{HistoryStrip({ site, cell, up })}</Section>
        <Section title="Environment">
          <Facts rows={[['profile', cell.kernel], ...rows, ['predicted', predictionText(cell)]]} />
        </Section>
        {again !== '' && (
          <Section title="Reproduce">
            <Preformatted>{again}</Preformatted>
          </Section>
        )}
      </>
    ),
  });
}
