import { causesOfCells, type DocumentCause, silenceOfCells } from '../report/document-causes.ts';
import { oneLine } from '../report/escape.ts';
import { placeText } from '../report/finding-facts.ts';
import { ResultLink, Section } from './elements.tsx';
import type { Site, SiteCell } from './site.ts';

const MAX_CAUSES = 60;
/** Objects of one cause that are named. */
const MAX_OBJECTS = 20;
/** Kernels of one object that are named. */
const MAX_KERNELS = 40;

interface CauseProps {
  readonly site: Site;
  readonly up: string;
  readonly cells: readonly SiteCell[];
}

/** The cells as links, oldest kernel first. */
function Kernels({ site, up, cells, named }: CauseProps & { named: boolean }) {
  const order = site.kernels.map(({ id }) => id);
  const sorted = [...cells].sort((a, b) => order.indexOf(a.kernel) - order.indexOf(b.kernel));
  const rest = sorted.length - MAX_KERNELS;
  return (
    <p class="who">
      {sorted.slice(0, MAX_KERNELS).map((cell) => {
        const kernel = site.kernels.find(({ id }) => id === cell.kernel);
        const where = kernel?.name ?? cell.kernel;
        return (
          <>
            <ResultLink cell={cell} up={up} text={named ? `${cell.object} on ${where}` : where} />{' '}
          </>
        );
      })}
      {rest > 0 && `and ${rest} more`}
    </p>
  );
}

function Cause({ site, up, cause, several }: { site: Site; up: string; cause: DocumentCause; several: boolean }) {
  const { finding, failed, isNew } = cause;
  // Made of the cells that were handed in.
  const cells = cause.cells as readonly SiteCell[];
  const objects = [...new Set(cells.map(({ object }) => object))];
  return (
    <li class={failed ? (cause.level === 'error' ? 'cause err' : 'cause') : 'cause note'}>
      <h3>
        {oneLine(finding.title || finding.code, 400)}
        {isNew && <strong class="new"> new</strong>}
      </h3>
      {objects.slice(0, MAX_OBJECTS).map((name) => (
        <div class="affected">
          {several && <span class="object">{oneLine(name, 80)}</span>}
          <Kernels site={site} up={up} cells={cells.filter(({ object }) => object === name)} named={false} />
        </div>
      ))}
      {objects.length > MAX_OBJECTS && <p>{objects.length - MAX_OBJECTS} more objects; see the grid.</p>}
      {finding.location && (
        <p class="where">
          <code>{placeText(finding.location)}</code>
          {finding.location.text !== '' && <code class="source">{oneLine(finding.location.text, 200)}</code>}
        </p>
      )}
      {finding.remediation !== '' && <p>{oneLine(finding.remediation, 800)}</p>}
      <p class="code">
        {oneLine(finding.code, 80)}
        {finding.reason !== '' && ` (${oneLine(finding.reason, 80)})`}
      </p>
    </li>
  );
}

function Causes({
  causes,
  several,
  ...where
}: {
  causes: readonly DocumentCause[];
  several: boolean;
  site: Site;
  up: string;
}) {
  const rest = causes.length - MAX_CAUSES;
  return (
    <ol class="causes">
      {causes.slice(0, MAX_CAUSES).map((cause) => (
        <Cause {...where} cause={cause} several={several} />
      ))}
      {rest > 0 && <li class="cause note">{rest} more causes; see the grid.</li>}
    </ol>
  );
}

/** What failed and why, the same cause in several objects once; what gave no result: what a maintainer looks for first. */
export function FailureSections({ site, up, cells }: CauseProps) {
  const causes = causesOfCells(cells, () => '').filter(({ failed }) => failed);
  const silence = silenceOfCells(cells);
  const several = new Set(cells.map(({ object }) => object)).size > 1;
  return (
    <>
      <Section title="What fails">
        {causes.length > 0 ? <Causes site={site} up={up} causes={causes} several={several} /> : null}
      </Section>
      <Section title="Inconclusive">
        {silence.length > 0 ? (
          <ol class="causes">
            {silence.map(({ message, cells: own }) => (
              <li class="cause silent">
                <h3>{oneLine(message, 400)}</h3>
                <Kernels site={site} up={up} cells={own as readonly SiteCell[]} named={several} />
              </li>
            ))}
          </ol>
        ) : null}
      </Section>
    </>
  );
}

/** What was reported although nothing was rejected. */
export function WarningSection({ site, up, cells }: CauseProps) {
  const causes = causesOfCells(cells, () => '').filter(({ failed }) => !failed);
  const several = new Set(cells.map(({ object }) => object)).size > 1;
  return (
    <Section title="Warnings">
      {causes.length > 0 ? <Causes site={site} up={up} causes={causes} several={several} /> : null}
    </Section>
  );
}
